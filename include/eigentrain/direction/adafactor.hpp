// SPDX-License-Identifier: MIT
// Second moments by row and column alone: the direction of Adafactor.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/exp.hpp"
#include "eigentrain/core/factored.hpp"
#include "eigentrain/core/log.hpp"

namespace eigentrain {

/// The options of adafactor_direction().
struct AdafactorDirectionOptions {
  double beta2_decay = -0.8;    ///< ≤ 0: a new square's weight in its mean is t to this power
  double epsilon1 = 0.0;        ///< ε₁ ≥ 0; 0: the spacing of S at 1, or 1e-30 in the paper's place
  double epsilon2 = 1e-3;       ///< ε₂ ≥ 0: a tensor counts as at least this large
  double clip = 1.0;            ///< d in (0, ∞]: the largest RMS of an update
  bool scale_parameter = true;  ///< multiplies by the tensor's RMS
  bool paper_epsilon = false;   ///< ε₁ is added to the squares, and bounds nothing
};

/// The transform made by adafactor_direction().
class AdafactorDirection {
 public:
  static constexpr std::string_view state_name = "adafactor";
  static constexpr std::string_view slot_names[] = {""};
  static constexpr int slots = 1;  // scratch

  /// The means of squares, and room to work in; to be kept, not to be read.
  struct Measurement {
    detail::Buffer<double> squares;  ///< rows and columns of matrices, values of other tensors
    detail::Buffer<Index> places;    ///< of a tensor's, from 1 on; 0 for one that took no part yet
    detail::Buffer<double> factors;  ///< what this step multiplies by
    detail::Scratch scratch;         ///< room for the sums of a step

    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List& list) {
      if (places.size() < std::size_t(list.size())) grow(places, std::size_t(list.size()));
      for (Index i = 0; i < list.size(); ++i) {
        const auto tensor = list[i];
        const typename Visitor::Group group(visit, tensor.name);
        Index& place = places[static_cast<std::size_t>(i)];
        bool joined = place > 0;
        visit("joined", joined);
        if (!joined) place = 0;
        if (!joined) continue;
        const auto size = static_cast<std::size_t>(squares_of(tensor));
        if (place == 0) {
          place = static_cast<Index>(squares.size()) + 1;
          grow(squares, squares.size() + size);
        }
        visit("squares", squares.data() + place - 1, size);
      }
    }
  };

  explicit AdafactorDirection(const AdafactorDirectionOptions& options) : options_(options) {
    constexpr const char* owner = "adafactor_direction";
    require(options.beta2_decay <= 0.0 && options.beta2_decay >= -100.0, owner,
            ": beta2_decay must be in [-100, 0], got ", options.beta2_decay);
    require_in(ranges::not_negative, options.epsilon1, owner, "epsilon1");
    require_in(ranges::not_negative, options.epsilon2, owner, "epsilon2");
    require_in(ranges::positive_or_infinite, options.clip, owner, "clip");
  }

  const AdafactorDirectionOptions& options() const { return options_; }

  template <class Stream>
  void measure(const Stream& stream, const Step& step, Measurement& measured) const {
    using S = typename Stream::Scalar;
    stream.store(0);
    if (measured.places.size() < stream.tensors()) grow(measured.places, stream.tensors());
    measured.factors.resize(stream.tensors());
    const double weight = new_weight(step.count);
    stream.for_each_tensor([&](const Tensor<S>& tensor, const auto& alone) {
      const auto i = static_cast<std::size_t>(tensor.number);
      const Index n = alone.size(), rows = tensor.units, columns = n / rows;
      const Index inner = tensor.row_major ? columns : rows;
      const bool matrix = tensor.is_matrix(), first = measured.places[i] == 0;
      if (first) {
        const std::size_t end = measured.squares.size();
        measured.places[i] = static_cast<Index>(end) + 1;
        grow(measured.squares, end + static_cast<std::size_t>(squares_of(tensor)));
      }
      S* const values = alone.state(0) + tensor.state;
      double* const squares = measured.squares.data() + measured.places[i] - 1;
      const detail::FactoredOptions how{first ? 1.0 : weight, epsilon<S>(), options_.paper_epsilon};
      if (matrix) {
        detail::divide_factored(values, inner, n / inner, squares, how, measured.scratch);
      } else {
        detail::divide_elementwise(values, n, squares, how);
      }
      const double root = std::sqrt(static_cast<double>(n));
      const double update = detail::l2_norm(detail::Values<S>{values, n}) / root;
      double factor = update <= options_.clip ? 1.0 : options_.clip / update;
      if (!std::isfinite(update)) factor = update - update;  // NaN for all of the tensor
      if (options_.scale_parameter) {
        factor *= std::max(options_.epsilon2, detail::weight_norm(alone) / root);
      }
      measured.factors[i] = factor;
    });
  }

  template <class S>
  auto at(const Step&, const Measurement& measured) const {
    return per_tensor([factors = measured.factors.data()](const Tensor<S>& tensor) {
      return [factor = S(factors[tensor.number])](const auto&, const auto&, auto& update) {
        return factor * update;
      };
    });
  }

 private:
  template <class S>
  static Index squares_of(const Tensor<S>& tensor) {
    const Index n = tensor.parameter.size();
    return tensor.is_matrix() ? tensor.units + n / tensor.units : n;
  }

  // A buffer that had been larger has old values in the room that it grows into.
  template <class T>
  static void grow(detail::Buffer<T>& buffer, std::size_t size) {
    const std::size_t before = buffer.size();
    buffer.resize(size);
    std::fill_n(buffer.data() + before, size - before, T());
  }

  template <class = void>
  EIGENTRAIN_NOINLINE double new_weight(std::int64_t count) const {
    if (count == 1) return 1.0;
    return exp(log(Exact(static_cast<double>(count))) * options_.beta2_decay)[0];
  }

  template <class S>
  double epsilon() const {
    if (options_.epsilon1 > 0.0) return options_.epsilon1;
    return options_.paper_epsilon ? 1e-30 : static_cast<double>(std::numeric_limits<S>::epsilon());
  }

  AdafactorDirectionOptions options_;
};

/// The gradient over the root of its mean squares, which for a matrix are kept as one mean for each
/// row and one for each column only, clipped by its RMS, and scaled by the tensor's:
///
///     w = t^beta2_decay                r_i ← (1 − w)·r_i + w·mean_j g_ij²
///                                      c_j ← (1 − w)·c_j + w·mean_i g_ij²
///     v_ij = r_i·c_j / max(mean r, ε₁)     x = g / max(√v, ε₁)
///     u = max(ε₂, RMS(p)) · x / max(1, RMS(x)/d)
///
/// Other tensors keep v itself. A matrix is one of two rows and columns or more; a Tensor is the
/// matrix of its first axis and all others, where PyTorch takes its last two axes.
///
///     auto optimizer = et::chain<float>(et::adafactor_direction({}), et::descend(1e-2));
///
/// The means are kept in double, rows + columns of them for a matrix. x is written down before the
/// pass, in one value a parameter of scratch; only the last factor is applied in the pass. The
/// means are formed on one thread, with the same bits everywhere. Transforms before it must not
/// have state. The first gradient of a tensor has the weight 1, whenever it comes. A gradient that
/// isn't finite makes all of its tensor NaN, if no clipping in front refuses it.
///
/// Throws std::invalid_argument for options out of range. Shazeer & Stern, "Adafactor: adaptive
/// learning rates with sublinear memory cost", 2018, without its optional first moment. As
/// torch.optim.Adafactor (2.5); the paper, and Hugging Face's code, have paper_epsilon.
template <std::same_as<AdafactorDirectionOptions> Options = AdafactorDirectionOptions>
AdafactorDirection adafactor_direction(const Options& options) {
  return AdafactorDirection(options);
}

}  // namespace eigentrain
