// SPDX-License-Identifier: MIT
// ReLU: max(y, 0), and what it lets through of a gradient.
#pragma once

#include "mlp/matrix.hpp"

#include "eigentrain/core/packet.hpp"

namespace mlp {

/// y ← max(y, 0)
template <class S>
void relu(Output<S> y) {
  y = y.cwiseMax(S(0));
}

/// gradient ← gradient where y = relu(…) is positive, 0 elsewhere. Written on registers, as Eigen
/// 3.4 makes scalar code with a branch of (y.array() > 0).select(gradient, 0).
template <class S>
void relu_backward(const Input<S>& y, Output<S> gradient) {
  const auto column = [rows = y.rows()](const S* from, S* to) {
    eigentrain::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
      constexpr int lanes = Bytes / static_cast<int>(sizeof(S));
      const auto pass = [&]<int N>(Index i) EIGENTRAIN_INLINE_LAMBDA {
        using Packet = eigentrain::Packet<S, N>;
        const Packet kept = Packet::load(to + i);
        select(Packet::load(from + i) > Packet(S(0)), kept, S(0)).store(to + i);
      };
      Index i = 0;
      for (; i + lanes <= rows; i += lanes) pass.template operator()<lanes>(i);
      for (; i < rows; ++i) pass.template operator()<1>(i);
    });
  };
  for (Index j = 0; j < y.cols(); ++j) column(y.col(j).data(), gradient.col(j).data());
}

}  // namespace mlp
