// SPDX-License-Identifier: MIT
// The rivals of clipping: loops written by hand with intrinsics, which sum floats in double.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

using SumLoop = double (*)(const float*, std::size_t);
using ScaleLoop = void (*)(float*, std::size_t, float);

template <class Loop>
struct Unrolled {
  std::string name;
  Loop loop;
};

/// The loops that this machine can run: AVX2 and AVX-512, with one to eight registers at a time.
/// Σ x is a plain read: what any norm in double has to do.
std::vector<Unrolled<SumLoop>> sum_loops();
/// Σ x².
std::vector<Unrolled<SumLoop>> square_loops();
/// x ← f·x
std::vector<Unrolled<ScaleLoop>> scale_loops();

}  // namespace bench
