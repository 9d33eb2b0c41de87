// SPDX-License-Identifier: MIT
// A training that can be stopped at any time, and goes on from its file as if it had not been.
//
//   resume run.safetensors 10      trains up to epoch 10, and saves after each
//   resume run.safetensors 20      goes on to epoch 20; the last line is the one of
//   resume other.safetensors 20    a training without a stop

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <vector>

#include "eigentrain/eigentrain.hpp"
#include "eigentrain/io/checkpoint.hpp"

namespace et = eigentrain;

int main(int count, char** words) {
  const std::filesystem::path file = count > 1 ? words[1] : "resume.safetensors";
  const std::int64_t epochs = count > 2 ? std::atoll(words[2]) : 10;
  constexpr Eigen::Index inputs = 8, hidden = 32, samples = 240, batch = 16;

  et::Generator random(42);
  Eigen::MatrixXf x(inputs, samples), W1(hidden, inputs), dW1(hidden, inputs), W2(1, hidden),
      dW2(1, hidden);
  Eigen::VectorXf b1(hidden), db1(hidden);
  et::uniform(x, random, -2.0, 2.0);
  const Eigen::RowVectorXf y = x.colwise().prod().array().tanh();
  et::he_normal(W1, random);
  et::he_normal(W2, random);
  b1.setZero();
  et::Parameters<float> parameters;
  parameters.add("fc1.weight", W1, dW1);
  parameters.add("fc1.bias", b1, db1, {.weight_decay = false});
  parameters.add("fc2.weight", W2, dW2);

  et::AdamW<float> optimizer({.learning_rate = et::cosine_decay({.initial = 0.01, .steps = 300})});
  et::BatchNorm<float> norm(hidden);
  norm.add_to(parameters, "norm");
  et::Dropout<float> dropout({.rate = 0.2});
  std::vector<int> order(samples);
  std::iota(order.begin(), order.end(), 0);
  std::int64_t epoch = 0;

  // Everything that changes in the course of the training, once, for both ways.
  et::Checkpoint checkpoint;
  checkpoint.add("model", parameters)
      .add("optimizer", optimizer, parameters)
      .add("norm", norm)
      .add("random", random)
      .add("order", order)
      .add("epoch", epoch);

  try {
    if (std::filesystem::exists(file)) checkpoint.load(file);
    for (; epoch < epochs; checkpoint.save(file)) {
      et::shuffle(order.data(), samples, random);
      float loss = 0.0f;
      for (Eigen::Index first = 0; first < samples; first += batch) {
        const std::vector<int> chosen(order.begin() + first, order.begin() + first + batch);
        Eigen::MatrixXf in = x(Eigen::seqN(0, x.rows()), chosen), h(hidden, batch),
                        dh(hidden, batch);
        norm.forward((W1 * in).colwise() + b1, h);
        const Eigen::MatrixXf active = h.cwiseMax(0.0f);
        dropout.forward(active, h, random);
        const Eigen::RowVectorXf error = W2 * h - Eigen::RowVectorXf(y(chosen));
        loss += error.squaredNorm();

        const Eigen::RowVectorXf delta = error * (2.0f / batch);
        dW2 = delta * h.transpose();
        dropout.backward(W2.transpose() * delta, dh);
        dh = (active.array() > 0.0f).select(dh, 0.0f);
        norm.backward(dh, dh);
        dW1 = dh * in.transpose();
        db1 = dh.rowwise().sum();
        optimizer.step(parameters);
      }
      ++epoch;
      std::printf("epoch %2lld  loss %.9g\n", static_cast<long long>(epoch), loss / samples);
    }
  } catch (const et::FileError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
