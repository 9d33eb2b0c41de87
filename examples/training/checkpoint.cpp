// SPDX-License-Identifier: MIT
// In a file of its own, because of what nlohmann-json costs to compile.
#include "training/checkpoint.hpp"

#include <zlib.h>

#include <cstdlib>

#include "eigentrain/core/generator.hpp"
#include "eigentrain/io/checkpoint.hpp"
#include "eigentrain/schedule/plateau.hpp"
#include "mlp/mlp.hpp"
#include "monitor/watch.hpp"
#include "training/optimizer.hpp"

namespace training {

namespace {

// The list for both ways. The position's numbers have names of their own in the file.
et::Checkpoint list_of(const RunState& run, FixedOptions& options) {
  et::Checkpoint list;
  list.add("model", run.model.parameters())
      .add("optimizer", run.optimizer, run.model.parameters())
      .add("random", run.random)
      .add("batches", run.batches)
      .add("position.planned", run.position.planned)
      .add("position.epochs", run.position.epochs)
      .add("position.samples", run.position.train.samples)
      .add("position.correct", run.position.train.correct)
      .add("position.loss", run.position.train.loss)
      .add("position.gradient_norm", run.position.gradient_norm);
  int number = 0;
  for (et::RunningStatistics<float>* statistics : run.model.statistics()) {
    list.add("norm" + std::to_string(++number), *statistics);
  }
  if (run.plateau != nullptr) list.add("plateau", *run.plateau);
  if (run.watch != nullptr) {
    list.add("monitor", run.watch->statistics(), run.model.parameters());
    list.add("curves", run.watch->recorder(), run.model.parameters());
  }
  for (auto& [name, value] : options) list.add(name, value);
  return list;
}

void check(const Position& at, const mlp::Batches& batches) {
  const bool possible = at.planned >= 1 && at.epochs >= 0 && at.train.samples >= 0 &&
                        at.train.correct >= 0 && at.train.correct <= at.train.samples;
  if (!possible) throw et::FileError("position: has a number that can't be");
  if (at.in_epoch() && at.train.samples != batches.done()) {
    throw et::FileError(et::message("position.samples: is ", at.train.samples,
                                    ", but batches.done is ", batches.done()));
  }
}

}  // namespace

void check_writable(const std::filesystem::path& file) {
  et::WholeFile(file).write(std::as_bytes(std::span("\n", 1)));
}

void save(const std::filesystem::path& file, const RunState& run, FixedOptions options) {
  list_of(run, options).save(file);
}

void load(const std::filesystem::path& file, const RunState& run, const FixedOptions& options) {
  FixedOptions stored = options;
  et::Checkpoint texts;
  for (auto& [name, value] : stored) texts.add(name, value);
  texts.load(file, {.others = true});
  const auto value = [](const std::string& text) { return text.empty() ? "not given" : text; };
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (stored[i].second == options[i].second) continue;
    throw et::FileError(file.string(), options[i].first + " was " + value(stored[i].second) +
                                           ", and is now " + value(options[i].second) +
                                           "; a run goes on with what it began with");
  }
  list_of(run, stored).load(file);
  try {
    check(run.position, run.batches);
  } catch (const et::FileError& error) {
    throw et::FileError(file.string(), error.fault());
  }
}

std::string checksum(const mlp::TrainAndTest& data) {
  uLong sum = crc32_z(0, nullptr, 0);
  const auto add = [&sum](const auto& matrix) {
    const auto bytes =
        std::as_bytes(std::span(matrix.data(), static_cast<std::size_t>(matrix.size())));
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  };
  for (const mlp::Dataset* part : {&data.train, &data.test}) {
    add(part->features);
    add(part->labels);
  }
  char text[32];
  std::snprintf(text, sizeof(text), "%08lx", sum);
  return text;
}

std::string table_up_to(const std::filesystem::path& file, const std::string& header,
                        std::int64_t epochs) {
  if (epochs == 0) return header;
  std::string text = header + "\n";
  const std::vector<std::byte> bytes = et::read_whole_file(file);
  const std::string_view stored(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!stored.starts_with(text)) {
    throw et::FileError(file.string(), "has another header than this run's table");
  }
  std::int64_t last = 0;
  for (std::size_t begin = text.size(); begin < stored.size() && last < epochs;) {
    const std::size_t end = std::min(stored.find('\n', begin), stored.size() - 1) + 1;
    const std::string row(stored.substr(begin, end - begin));
    last = std::atoll(row.c_str());
    text += row;
    begin = end;
  }
  if (last != epochs) {
    throw et::FileError(file.string(), et::message("has no row of epoch ", epochs,
                                                   ", behind which this run goes on"));
  }
  if (text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace training
