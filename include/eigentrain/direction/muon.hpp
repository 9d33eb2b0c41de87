// SPDX-License-Identifier: MIT
// Momentum, orthogonalized: the direction of Muon, for matrices.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/newton_schulz.hpp"

namespace eigentrain {

/// What the orthogonalized matrix, rows × cols, is multiplied by.
enum class MuonScale {
  shape,  ///< √max(1, rows/cols): Jordan et al.
  adamw,  ///< 0.2·√max(rows, cols): Liu et al., for AdamW's learning rates and decay
  none    ///< 1
};

/// The options of muon_direction().
struct MuonDirectionOptions {
  double momentum = 0.95;              ///< μ in [0, 1)
  bool nesterov = true;                ///< looks one step of momentum ahead
  MuonScale scale = MuonScale::shape;  ///< by the matrix' shape
  NewtonSchulzOptions iteration = {};  ///< how the matrix is made orthogonal
};

/// The transform made by muon_direction().
class MuonDirection {
 public:
  static constexpr std::string_view state_name = "muon";
  static constexpr std::string_view slot_names[] = {"momentum_buffer", ""};
  static constexpr int slots = 2;  // the momentum; the direction of this step

  /// Nothing but room to work in.
  struct Measurement {
    detail::Scratch scratch;  ///< room for the products of a matrix

    template <class Visitor, class List>
    void visit_state(Visitor&, const List&) {}
  };

  explicit MuonDirection(const MuonDirectionOptions& options) : options_(options) {
    require_in(ranges::fraction_below_one, options.momentum, "muon_direction", "momentum");
    detail::check_newton_schulz(options.iteration, "muon_direction");
  }

  const MuonDirectionOptions& options() const { return options_; }

  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    using S = typename Stream::Scalar;
    stream.for_each_tensor([](const Tensor<S>& tensor, const auto&) {
      require(tensor.is_matrix(), "muon_direction: ", tensor.name,
              " is no matrix of two rows and columns or more; give it to another optimizer with "
              "partition(), as MuonWithAdamW does");
    });
    // The momentum in place stays until the pass.
    const S mu = S(options_.momentum), rest = S(1.0 - options_.momentum);
    const bool nesterov = options_.nesterov;
    stream.write([mu, rest, ahead = nesterov ? mu : S(1), now = nesterov ? rest : S(0)](
                     const auto& u, const auto&, const auto& buffer, auto& direction) {
      direction = ahead * (mu * buffer + rest * u) + now * u;
      return u;
    });
    stream.for_each_tensor([&](const Tensor<S>& tensor, const auto& alone) {
      const Index rows = tensor.units, columns = alone.size() / rows;
      detail::newton_schulz(alone.state(1) + tensor.state, tensor.row_major ? columns : rows,
                            tensor.row_major ? rows : columns, scale_of(rows, columns),
                            options_.iteration, measured.scratch);
    });
  }

  template <class S>
  auto at(const Step&, const Measurement&) const {
    return [mu = S(options_.momentum), rest = S(1.0 - options_.momentum)](
               const auto& u, const auto&, auto& buffer, auto& direction) {
      buffer = flush_subnormal(mu * buffer + rest * u);
      return direction;
    };
  }

 private:
  double scale_of(Index rows, Index columns) const {
    const auto r = static_cast<double>(rows), c = static_cast<double>(columns);
    switch (options_.scale) {
      case MuonScale::shape:
        return rows > columns ? std::sqrt(r / c) : 1.0;
      case MuonScale::adamw:
        return 0.2 * std::sqrt(std::max(r, c));
      default:
        return 1.0;
    }
  }

  MuonDirectionOptions options_;
};

/// Momentum of a matrix, brought near the closest orthogonal matrix, so that all its directions
/// count alike:
///
///     b ← μ·b + (1 − μ)·g      x = b      (nesterov: x = μ·b + (1 − μ)·g)
///     u = scale·NewtonSchulz(x)
///
/// see NewtonSchulzOptions for the iteration. Matrices are out × in, of any storage order; a Tensor
/// is the matrix of its first axis and all others. Any other parameter makes a step throw
/// std::invalid_argument, by name and with nothing changed: let partition() give it another
/// optimizer.
///
///     auto optimizer = et::chain<float>(et::muon_direction({}), et::decay_weights(0.1),
///                                       et::descend(1e-3));
///
/// Keeps one value a parameter, and one more as scratch for the direction, which is formed before
/// the pass; beside them two copies and two squares of the shorter side of the largest matrix. An
/// m×n matrix, m ≤ n, takes about 4·m²·n + 2·m³ operations a round on Eigen::nbThreads() threads;
/// the products are the library's own, in S, with the same bits everywhere. Transforms before it
/// must not have state. A gradient that isn't finite makes all of its tensor NaN, if no clipping in
/// front refuses it.
///
/// Throws std::invalid_argument for options out of range. Jordan et al., "Muon: an optimizer for
/// hidden layers in neural networks", 2024; Liu et al., "Muon is scalable for LLM training", 2025.
/// As torch.optim.Muon (2.9), which rounds to bfloat16 before the iteration; the authors' code sums
/// b ← μ·b + g in its early versions, which the norm divides away. Momentum that has decayed into
/// the subnormals becomes zero.
template <std::same_as<MuonDirectionOptions> Options = MuonDirectionOptions>
MuonDirection muon_direction(const Options& options) {
  return MuonDirection(options);
}

}  // namespace eigentrain
