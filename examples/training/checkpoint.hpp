// SPDX-License-Identifier: MIT
// The trainer's checkpoints: all that a run has become, in a file, to go on from exactly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "mlp/batches.hpp"
#include "mlp/cross_entropy.hpp"

namespace eigentrain {
class Generator;
class ReduceOnPlateau;
}  // namespace eigentrain

namespace mlp {
template <class S>
class Mlp;
}

namespace monitor {
class Watch;
}

namespace training {

namespace et = eigentrain;

class Optimizer;

/// Where a run is.
struct Position {
  std::int64_t planned = 0;    ///< epochs, all of which a schedule goes over
  std::int64_t epochs = 0;     ///< that are behind it
  mlp::Score train;            ///< of the present epoch's steps; no samples: it hasn't begun
  double gradient_norm = 0.0;  ///< what these steps add to its mean

  bool in_epoch() const { return train.samples > 0; }
};

/// Whatever changes in the course of a run.
struct RunState {
  Position& position;
  mlp::Mlp<float>& model;
  Optimizer& optimizer;
  mlp::Batches& batches;
  et::Generator& random;
  et::ReduceOnPlateau* plateau;  ///< may be null
  monitor::Watch* watch;         ///< may be null
};

/// The options of the command line that a run can't change on its way, and their values.
using FixedOptions = std::vector<std::pair<std::string, std::string>>;

/// Throws et::FileError, with nothing changed, if a checkpoint could not be written to this file.
void check_writable(const std::filesystem::path& file);

/// Throws et::FileError; the older file is then as it was.
void save(const std::filesystem::path& file, const RunState& run, FixedOptions options);

/// The state of a run that was made by the same options. Throws et::FileError, which names what
/// differs, if the file isn't one of a run with these options, or is no whole checkpoint.
void load(const std::filesystem::path& file, const RunState& run, const FixedOptions& options);

/// A number of the data set's that is another if its samples or labels are others.
std::string checksum(const mlp::TrainAndTest& data);

/// What mlp::CsvLog goes on from behind so many epochs: the header and the rows up to the last of
/// them. Throws et::FileError if the file has no such rows or another header. With no epochs behind
/// it, a table begins anew.
std::string table_up_to(const std::filesystem::path& file, const std::string& header,
                        std::int64_t epochs);

}  // namespace training
