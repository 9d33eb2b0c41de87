// SPDX-License-Identifier: MIT
// The nearest orthogonal matrix, nearly: Newton–Schulz iteration by products alone.
#pragma once

#include "eigentrain/core/l2_norm.hpp"
#include "eigentrain/core/parallel.hpp"
#include "eigentrain/core/product.hpp"
#include "eigentrain/core/scratch.hpp"
#include "eigentrain/core/values.hpp"

namespace eigentrain {

/// The iteration X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ, from X = G/max(‖G‖_F, ε). It moves all
/// singular values towards 1 and leaves the singular vectors as they are. The default coefficients
/// are those of Jordan et al., 2024, which are fast rather than exact: after five rounds, singular
/// values that were not tiny lie between 0.68 and 1.13. (1.5, −0.5, 0) converges to 1.
struct NewtonSchulzOptions {
  double a = 3.4445;      ///< of x
  double b = -4.7750;     ///< of x³
  double c = 2.0315;      ///< of x⁵
  int rounds = 5;         ///< in [1, 100)
  double epsilon = 1e-7;  ///< ε > 0: the smallest norm that is divided by
};

namespace detail {

EIGENTRAIN_NOINLINE inline void check_newton_schulz(const NewtonSchulzOptions& options,
                                                    const char* owner) {
  require_in(ranges::finite, options.a, owner, "a");
  require_in(ranges::finite, options.b, owner, "b");
  require_in(ranges::finite, options.c, owner, "c");
  require(options.rounds >= 1 && options.rounds < 100, owner, ": rounds must be in [1, 100), got ",
          options.rounds);
  require_in(ranges::positive, options.epsilon, owner, "epsilon");
}

/// target ← a·x + b·y for n values, n a multiple of product_columns. May be one of them.
template <class S>
void combine(S* target, S a, const S* x, S b, const S* y, Index n) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    using P = Packet<S, Bytes / static_cast<int>(sizeof(S))>;
    const P left = a, right = b;
    for (Index i = 0; i < n; i += P::size) {
      (left * P::load(x + i) + right * P::load(y + i)).store(target + i);
    }
  });
}

/// A matrix with at least as many rows as columns, padded with zeros to what products take.
template <class S>
struct Tall {
  static constexpr Index block = 64;  // rows of a product at a time

  Index rows, columns;
  Index padded_rows = round_up(rows, product_rows);
  Index padded = round_up(columns, product_columns);
  // Rows a power of two apart would fall on the same lines of the cache.
  Index stride = padded % 256 == 0 ? padded + product_columns : padded;

  static Index round_up(Index size, Index step) { return (size + step - 1) / step * step; }
  Index size() const { return padded_rows * stride; }
  Index square() const { return padded * stride; }

  /// C ← −A·B, where A·B is symmetric and `depth` deep: half of it, and then its mirror image.
  void symmetric_product(S* c, const Strided<const S>& a, const S* b, Index depth) const {
    std::fill_n(c, square(), S(0));
    const Index blocks = (padded + block - 1) / block;
    parallel_ranges(blocks, 1, [=, this](Index begin, Index end) {
      for (Index t = begin; t < end; ++t) {
        // A long and a short row of blocks in turn, so that threads have equal work.
        const Index i = (t % 2 == 0 ? t / 2 : blocks - 1 - t / 2) * block;
        subtract_product<S>({c + i * stride + i, stride, 1}, {a.data + i * a.row, a.row, a.column},
                            {b + i, stride, 1}, std::min(block, padded - i), padded - i, depth);
      }
    });
    for (Index i = 0; i < padded; ++i) {
      for (Index j = (i / block + 1) * block; j < padded; ++j)
        c[j * stride + i] = c[i * stride + j];
    }
  }

  /// C −= A·B for tall C and A and a square B.
  void tall_product(S* c, const S* a, const S* b) const {
    parallel_ranges(padded_rows, block, [=, this](Index begin, Index end) {
      for (Index i = begin; i < end; i += block) {
        subtract_product<S>({c + i * stride, stride, 1}, {a + i * stride, stride, 1},
                            {b, stride, 1}, std::min(block, end - i), padded, padded);
      }
    });
  }
};

/// Replaces a matrix, `outer` lines of `inner` values one after the other, by `scale` times what
/// the iteration makes of it: the same matrix whether the lines are rows or columns. Scratch: two
/// matrices like it and two squares of its shorter side, padded to multiples of 16.
template <class S>
void newton_schulz(S* values, Index inner, Index outer, double scale,
                   const NewtonSchulzOptions& options, Scratch& scratch) {
  const bool lines_are_rows = outer >= inner;
  const Tall<S> tall{std::max(inner, outer), std::min(inner, outer)};
  S* x = scratch.room<S>(2 * (tall.size() + tall.square()));
  S *next = x + tall.size(), *const gram = next + tall.size(), *const update = gram + tall.square();

  const double norm = l2_norm(Values<S>{values, inner * outer});
  const double divisor = norm < options.epsilon ? options.epsilon : norm;
  const auto place = [=](Index line, Index k) {
    return lines_are_rows ? line * tall.stride + k : k * tall.stride + line;
  };
  std::fill_n(x, tall.size(), S(0));
  for (Index line = 0; line < outer; ++line) {
    for (Index k = 0; k < inner; ++k) {
      x[place(line, k)] = static_cast<S>(static_cast<double>(values[line * inner + k]) / divisor);
    }
  }
  const S a = S(options.a), b = S(options.b), c = S(options.c);
  for (int round = 0; round < options.rounds; ++round) {
    // With x transposed, as it lies here: −A = −xᵀx, −A², −(b·A + c·A²), then x·(a + b·A + c·A²).
    tall.symmetric_product(gram, {x, 1, tall.stride}, x, tall.padded_rows);
    tall.symmetric_product(update, {gram, tall.stride, 1}, gram, tall.padded);
    combine(update, c, update, b, gram, tall.square());
    combine(next, a, x, S(0), x, tall.size());
    tall.tall_product(next, x, update);
    std::swap(x, next);
  }
  for (Index line = 0; line < outer; ++line) {
    for (Index k = 0; k < inner; ++k) {
      values[line * inner + k] = static_cast<S>(scale * static_cast<double>(x[place(line, k)]));
    }
  }
}

}  // namespace detail

}  // namespace eigentrain
