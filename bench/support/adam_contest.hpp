// SPDX-License-Identifier: MIT
// The contenders of a contest about Adam steps, with clipping in front or without.
#pragma once

#include <algorithm>

#include "../../tests/support/reference.hpp"
#include "adam_loops.hpp"
#include "clip_loops.hpp"
#include "contest.hpp"
#include "stepper.hpp"

namespace bench {

/// min(1, c / (norm + 1e-6)), as eigentrain and PyTorch have it.
inline double clip_factor(double max_norm, double norm) {
  return std::min(1.0, max_norm / (norm + 1e-6));
}

/// Σ of one term over all gradients, by a loop.
inline double sum_of_gradients(const Memory& memory, SumLoop loop) {
  double sum = 0.0;
  for (const Tensor& tensor : memory.tensors()) sum += loop(tensor.g, tensor.size);
  return sum;
}

/// The norm of all gradients, without haste.
inline double norm_of_gradients(const Memory& memory) {
  long double squares = 0.0L;
  for (const Tensor& tensor : memory.tensors()) {
    for (std::size_t i = 0; i < tensor.size; ++i) {
      squares += static_cast<long double>(tensor.g[i]) * static_cast<long double>(tensor.g[i]);
    }
  }
  return static_cast<double>(std::sqrt(squares));
}

/// A loop by hand; where the settings clip, `squares` measures the norm first.
inline Contender hand_written(const std::shared_ptr<Memory>& memory, const NamedLoop& loop,
                              Layout layout, const AdamSettings& settings = {},
                              SumLoop squares = nullptr) {
  auto step = [memory, loop, settings, squares, t = std::int64_t{0}]() mutable {
    AdamScalars scalars(settings, ++t);
    if (settings.clips()) {
      const double norm = std::sqrt(sum_of_gradients(*memory, squares));
      scalars.scale_gradient(clip_factor(settings.max_norm, norm));
    }
    for (const Tensor& tensor : memory->tensors()) loop.loop(tensor, scalars);
  };
  const char* where[] = {", all from plain new", ", moments staggered", ", all staggered"};
  return {loop.name + where[static_cast<int>(layout)], memory, step};
}

inline Contender made_by(const char* name, MakeStepper make, const Problem& problem,
                         Algorithm algorithm, Layout layout, const AdamSettings& settings = {}) {
  auto memory = std::make_shared<Memory>(problem.sizes, layout);
  std::shared_ptr<Stepper> stepper = make(algorithm, settings, memory->tensors());
  return {name, memory, [stepper] { stepper->step(); }, [stepper] { stepper->finish(); }};
}

/// Makes three steps and compares them with the scalar reference: all values, or every 997th of
/// large tensors. Float arithmetic may differ by a few roundings, of the parameter and the step.
inline void verify(const Contender& contender, Algorithm algorithm,
                   const AdamSettings& settings = {}) {
  constexpr int steps = 3;
  std::vector<std::vector<double>> expected;
  const double factor =
      settings.clips() ? clip_factor(settings.max_norm, norm_of_gradients(*contender.memory)) : 1.0;
  const auto stride = [](std::size_t size) { return size > 100'000 ? 997u : 1u; };
  for (const Tensor& tensor : contender.memory->tensors()) {
    expected.emplace_back();
    for (std::size_t i = 0; i < tensor.size; i += stride(tensor.size)) {
      reference::Adam adam{
          .beta1 = settings.beta1,
          .beta2 = settings.beta2,
          .epsilon = settings.epsilon,
          .weight_decay = algorithm == Algorithm::adamw ? settings.weight_decay : 0.0,
          .decoupled = algorithm == Algorithm::adamw};
      double p = tensor.p[i];
      for (int step = 0; step < steps; ++step)
        p = adam.step(p, factor * tensor.g[i], settings.learning_rate);
      expected.back().push_back(p);
    }
  }
  for (int step = 0; step < steps; ++step) contender.step();
  contender.finish();
  std::size_t k = 0;
  for (const Tensor& tensor : contender.memory->tensors()) {
    for (std::size_t i = 0, j = 0; i < tensor.size; i += stride(tensor.size), ++j) {
      const double error = std::abs(static_cast<double>(tensor.p[i]) - expected[k][j]);
      if (error <= 5e-7) continue;
      std::fprintf(stderr, "%s: value %zu of tensor %zu is %.9g instead of %.9g\n",
                   contender.name.c_str(), i, k, static_cast<double>(tensor.p[i]), expected[k][j]);
      std::exit(1);
    }
    ++k;
  }
}

struct Choice {
  NamedLoop loop;
  Layout layout;
};

/// The fastest of the loops by hand on this problem, by a short contest of its own: with aligned
/// arrays, or with those that a user has, where the loop may place its moments well. The loops
/// share the memory of their layout.
inline Choice fastest_loop(const Problem& problem, Algorithm algorithm, bool aligned,
                           const AdamSettings& settings = {}, SumLoop squares = nullptr) {
  std::vector<Choice> choices;
  std::vector<Rival> rivals;
  for (Layout layout :
       aligned ? std::vector{Layout::staggered} : std::vector{Layout::plain, Layout::moments}) {
    const auto memory = std::make_shared<Memory>(problem.sizes, layout);
    for (const NamedLoop& loop : adam_loops(algorithm)) {
      memory->reset();
      verify(hand_written(memory, loop, layout, settings, squares), algorithm, settings);
      choices.push_back({loop, layout});
      const Contender contender = hand_written(memory, loop, layout, settings, squares);
      rivals.push_back({contender.name, contender.step});
    }
  }
  return choices[fastest(rivals)];
}

}  // namespace bench
