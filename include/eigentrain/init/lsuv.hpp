// SPDX-License-Identifier: MIT
// Weights that are fitted to data: every layer's output has variance 1 on a batch.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "eigentrain/init/orthogonal.hpp"
#include "eigentrain/init/undo.hpp"

namespace eigentrain {

/// What lsuv can be told; the defaults are the paper's.
struct LsuvOptions {
  double tolerance = 0.1;  ///< how far from 1 the variance may be, > 0
  int rounds = 10;         ///< how often a layer is scaled at most, ≥ 1
  Axes axes = {};          ///< which axis of a kernel is the output, as for orthogonal
  std::string name = {};   ///< of the layer, for messages; of the network, for a list
};

/// What lsuv reached in a layer.
struct LsuvResult {
  double variance;  ///< of the output on the batch, with the weights as they are now
  int rounds;       ///< how often the layer was scaled
  bool converged;   ///< whether the variance is within the tolerance
};

namespace detail {

inline void check_lsuv(const LsuvOptions& options) {
  require_in(ranges::positive, options.tolerance, "lsuv", "tolerance");
  require_at_least(1, options.rounds, "lsuv", "rounds");
}

/// Σ(x − mean)²/n in double, in a fixed order; NaN without values.
template <class S>
double variance_of(const S* values, Index size) {
  const Exact count(static_cast<double>(size));
  const auto sum = [&](const auto& term) {
    Exact sums[8] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    for (Index i = 0; i < size; ++i) sums[i % 8] += term(Exact(static_cast<double>(values[i])));
    for (int half = 4; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) sums[i] += sums[i + half];
    }
    return sums[0];
  };
  const Exact mean = sum([](const Exact& x) { return x; }) / count;
  return (sum([&](const Exact& x) { return (x - mean) * (x - mean); }) / count)[0];
}

template <class Output>
double output_variance(const Output& output) {
  static_assert(Dense<Output> || Contiguous<Output>,
                "eigentrain: forward must return the layer's output, an Eigen matrix or tensor");
  if constexpr (Dense<Output>) {
    const typename Output::PlainObject values = output;
    return variance_of(values.data(), values.size());
  } else {
    return variance_of(output.data(), static_cast<Index>(output.size()));
  }
}

[[noreturn]] EIGENTRAIN_COLD inline void refuse_variance(double variance, int rounds,
                                                         const std::string& name) {
  fail({"lsuv: ", name, ": the variance of its output must be positive and finite, got ", variance,
        rounds == 0 ? " with orthogonal weights" : " after scaling the weights"});
}

template <class T, class Forward>
LsuvResult fit_variance(const Memory<TargetScalar<T>>& weights, Forward&& forward,
                        const std::string& name, const LsuvOptions& options) {
  using S = TargetScalar<T>;
  for (int rounds = 0;; ++rounds) {
    const double variance = output_variance(forward());
    if (!(variance > 0.0 && variance < ranges::infinity)) refuse_variance(variance, rounds, name);
    const bool converged = std::abs(variance - 1.0) <= options.tolerance;
    if (converged || rounds == options.rounds) return {variance, rounds, converged};
    const Exact factor = Exact(1.0) / sqrt(Exact(variance));
    for (Index run = 0; run < weights.outer; ++run) {
      S* const values = weights.data + run * weights.stride;
      for (Index i = 0; i < weights.inner; ++i) {
        values[i] = static_cast<S>((Exact(static_cast<double>(values[i])) * factor)[0]);
      }
    }
  }
}

template <class List, class F>
void for_each_layer(List& layers, const F& f) {
  if constexpr (requires { layers.begin(); }) {
    for (auto& W : layers) f(W);
  } else {
    std::apply([&](auto&... W) { (f(W), ...); }, layers);
  }
}

}  // namespace detail

/// Initializes the weights W of one layer: orthogonal() first, then
///
///     W ← W / √Var(output)   while |Var(output) − 1| > tolerance, at most `rounds` times
///
/// where forward() returns the layer's output on a batch with the weights that W has then: any
/// Eigen matrix or expression, or a tensor; all its elements count alike. For a linear output one
/// round is enough; with a bias or tanh it takes more. A few hundred samples of real data will do.
///
/// Returns the variance that was reached and the rounds that it took; not reaching the tolerance is
/// no error. Throws std::invalid_argument if an option is out of range, or if the output is empty
/// or its variance zero or not finite (dead units, a constant batch, NaN in it). W and `random` are
/// as before then, and when forward() throws. (A source that can't be copied has moved on.)
///
///     Eigen::MatrixXf x = batch;
///     for (Layer& layer : layers) {
///       et::lsuv(layer.W, random, [&] { return layer.W * x; }, {.name = layer.name});
///       x = (layer.W * x).cwiseMax(0.0f);
///     }
///
/// Mishkin, Matas: All you need is a good init (2015). None of PyTorch, Keras and JAX has it.
template <class T, RandomSource Random, class Forward>
  requires std::invocable<Forward&>
LsuvResult lsuv(T&& W, Random& random, Forward&& forward, const LsuvOptions& options = {}) {
  const auto memory = detail::target_memory<T>(W);
  detail::check_lsuv(options);
  detail::Undo undo(random);
  undo.remember(memory);
  orthogonal(W, random, {.axes = options.axes});
  const LsuvResult result = detail::fit_variance<T>(
      memory, forward, options.name.empty() ? "the layer" : options.name, options);
  undo.keep();
  return result;
}

/// Initializes the weights of a list of layers: all of them by orthogonal(), then each in its turn
/// as the other lsuv does. The list is std::tie(W1, W2, …) or a container of matrices, and
/// forward(i) returns the output of layer i, from 0 on. Layer i is done with before forward(i + 1)
/// is called for the first time, so what has been computed up to there may be kept:
///
///     x[0] = batch;                                        // x[i] goes into layer i
///     const auto reached = et::lsuv(W, random, [&](std::size_t i) {
///       if (i > 0) x[i] = (W[i - 1] * x[i - 1]).cwiseMax(0.0f);
///       return W[i] * x[i];
///     });
///
/// Returns a result for each layer. Throws as the other, naming the layer ("layer 3"; "encoder 3",
/// if that is the name in the options); the weights of all layers are as before then.
template <class List, RandomSource Random, class Forward,
          std::same_as<LsuvResult> Result = LsuvResult>
  requires std::invocable<Forward&, std::size_t>
std::vector<Result> lsuv(List&& layers, Random& random, Forward&& forward,
                         const LsuvOptions& options = {}) {
  detail::check_lsuv(options);
  std::vector<Result> results;
  const auto each = [&](const auto& visit) { detail::for_each_layer(layers, visit); };
  detail::Undo undo(random);
  each([&](auto& W) { undo.remember(detail::target_memory<decltype(W)>(W)); });
  each([&](auto& W) { orthogonal(W, random, {.axes = options.axes}); });
  each([&](auto& W) {
    const std::size_t i = results.size();
    const std::string name = message(options.name.empty() ? "layer" : options.name, " ", i);
    results.push_back(detail::fit_variance<decltype(W)>(
        detail::target_memory<decltype(W)>(W), [&]() -> decltype(auto) { return forward(i); }, name,
        options));
  });
  undo.keep();
  return results;
}

}  // namespace eigentrain
