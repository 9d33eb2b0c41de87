// SPDX-License-Identifier: MIT
// Checkpoints: any bytes are loaded or refused with FileError, which has changed nothing then; and
// with what was loaded a training goes on without undefined behaviour, whatever the numbers are.
//
//   EIGENTRAIN_FUZZ_SEED=fuzz/checkpoint/whole fuzz_checkpoint -runs=0    writes a file that is
//   right
#include "eigentrain/io/checkpoint.hpp"

#include <cstdlib>
#include <cstring>
#include <span>

#include "eigentrain/core/generator.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/schedule/plateau.hpp"
#include "holds.hpp"
#include "memory_file.hpp"

namespace et = eigentrain;
using fuzz::holds;

namespace {

/// A training with one of each that has state.
struct Training {
  Eigen::MatrixXf w = Eigen::MatrixXf::Ones(2, 3), dw = w;
  Eigen::VectorXf b = Eigen::VectorXf::Ones(2), db = b;
  Eigen::MatrixXf batch = Eigen::MatrixXf::Identity(2, 3), output = batch;
  et::Parameters<float> parameters;
  decltype(et::chain<float>(et::clip_by_global_norm(1.0), et::adamw({}))) optimizer =
      et::chain<float>(et::clip_by_global_norm(1.0), et::adamw({}));
  et::Generator random{42};
  et::BatchNorm<float> norm{2};
  et::ReduceOnPlateau plateau{{.initial = 0.1}};
  std::int64_t epoch = 3;
  std::vector<int> order = {2, 0, 1};
  std::string note = "a text";
  et::Checkpoint checkpoint;

  Training() {
    parameters.add("w", w, dw).add("b", b, db);
    checkpoint.add("model", parameters)
        .add("optimizer", optimizer, parameters)
        .add("random", random)
        .add("norm", norm)
        .add("plateau", plateau)
        .add("epoch", epoch)
        .add("order", order)
        .add("note", note);
    go_on();
  }
  Training(const Training&) = delete;

  void go_on() {
    norm.forward(batch, output);
    random();
    plateau.update(0.5);
    optimizer.step(parameters);
  }

  /// All that loading could change.
  std::string bytes() {
    std::string all = note;
    const auto add = [&all](const auto* data, auto count) {
      all.append(reinterpret_cast<const char*>(data),
                 static_cast<std::size_t>(count) * sizeof(*data));
    };
    add(w.data(), w.size());
    add(b.data(), b.size());
    const std::int64_t counts[] = {optimizer.count(), norm.batches(), epoch,
                                   static_cast<std::int64_t>(random.position())};
    add(counts, 4);
    add(order.data(), order.size());
    const Eigen::VectorXf mean = norm.running_mean();
    add(mean.data(), mean.size());
    for (et::Index tensor = 0; tensor < 2; ++tensor) {
      const auto moment = optimizer.state<et::AdamDirection>(tensor, 1);
      add(moment.data(), moment.size());
    }
    return all;
  }
};

void check_header(std::span<const std::byte> file) {
  try {
    const et::SafetensorsHeader header = et::read_header(file);
    holds(header.size <= file.size(), "the data begin in the file");
    std::uint64_t end = 0;
    for (const et::StoredTensor& tensor : header.tensors) {
      std::uint64_t bytes = static_cast<std::uint64_t>(tensor.dtype.bytes);
      for (const std::uint64_t length : tensor.shape) bytes *= length;
      holds(tensor.begin == end && tensor.end - tensor.begin == bytes, "tensors lie side by side");
      end = tensor.end;
    }
    holds(end == file.size() - header.size, "and fill the file");
  } catch (const et::FileError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file("checkpoint");
  if (const char* const seed = std::getenv("EIGENTRAIN_FUZZ_SEED")) {
    Training().checkpoint.save(seed);
  }
  check_header(std::as_bytes(std::span(data, size)));
  file.write(data, size);
  Training training;
  const std::string before = training.bytes();
  try {
    training.checkpoint.load(file.path());
  } catch (const et::FileError&) {
    holds(training.bytes() == before, "a file that is refused has changed nothing");
    return 0;
  }
  try {
    training.go_on();
    training.go_on();
  } catch (const std::invalid_argument&) {  // gradients are fine, but a rate may be none
  }
  return 0;
}
