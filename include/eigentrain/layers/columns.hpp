// SPDX-License-Identifier: MIT
// What layers share: a batch is a matrix whose columns are samples.
#pragma once

#include <Eigen/Core>
#include <string_view>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/packet.hpp"

namespace eigentrain {

/// A batch that a layer reads, features × samples: a matrix, Map, Ref or block whose columns are
/// contiguous. (Anything else is copied into a temporary first, which allocates.)
template <class S>
using BatchInput = Eigen::Ref<const Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>>;

/// A batch that a layer writes. It may be the input itself; it must not overlap it in part.
template <class S>
using BatchOutput = Eigen::Ref<Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>>;

namespace detail {

/// Throws std::invalid_argument, as in "BatchNorm: the output is 4x7, but must be 4x8".
template <class Batch>
void require_shape(const Batch& batch, Eigen::Index rows, Eigen::Index cols, const char* owner,
                   const char* name) {
  require(batch.rows() == rows && batch.cols() == cols, owner, ": the ", name, " is ", batch.rows(),
          "x", batch.cols(), ", but must be ", rows, "x", cols);
}

/// Calls body<N, More...>(known..., i) for i = begin, begin + N, … while N values fit before `end`,
/// and with four and with one for the rest: nothing outside [begin, end) is touched. (More steps
/// take the compiler a third longer, for rests that are multiples of 16 bytes nearly always.)
template <int N, auto... More, class Body, class... Known>
EIGENTRAIN_INLINE void for_lanes(Eigen::Index begin, Eigen::Index end, const Body& body,
                                 Known... known) {
  for (; end - begin >= N; begin += N) body.template operator()<N, More...>(known..., begin);
  if constexpr (N > 4) {
    for (; end - begin >= 4; begin += 4) body.template operator()<4, More...>(known..., begin);
  }
  if constexpr (N > 1) {
    for (; begin < end; ++begin) body.template operator()<1, More...>(known..., begin);
  }
}

}  // namespace detail

}  // namespace eigentrain
