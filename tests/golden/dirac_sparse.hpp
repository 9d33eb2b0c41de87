// SPDX-License-Identifier: MIT
// Written by tests/golden/dirac_sparse.py with PyTorch 1.13.0a0. Do not edit.
#pragma once

#include <vector>

namespace golden {

/// A kernel, out x in x field, and the places of its ones in row-major order.
struct Dirac {
  int groups;
  std::vector<int> shape;
  std::vector<int> ones;
};

// clang-format off
inline const std::vector<Dirac> diracs = {
    {1, {4, 4, 3}, {1, 16, 31, 46}},
    {2, {4, 4, 3}, {1, 16, 25, 40}},
    {1, {6, 2, 4}, {2, 14}},
    {2, {6, 2, 4}, {2, 14, 26, 38}},
    {1, {6, 2, 3, 4}, {6, 42}},
    {2, {6, 2, 3, 4}, {6, 42, 78, 114}},
    {1, {4, 6, 2, 5}, {7, 77, 147, 217}},
    {2, {4, 6, 2, 5}, {7, 77, 127, 197}},
    {1, {4, 3, 1, 1}, {0, 4, 8}},
    {2, {4, 3, 1, 1}, {0, 4, 6, 10}},
    {1, {6, 3, 3, 3, 4}, {18, 162, 306}},
    {2, {6, 3, 3, 3, 4}, {18, 162, 306, 342, 486, 630}},
    {1, {2, 1, 2, 1, 3}, {4}},
    {2, {2, 1, 2, 1, 3}, {4, 10}},
};
// clang-format on

struct Sparse {
  int rows;
  double sparsity;
  int zeros;  ///< in each column
};

inline const std::vector<Sparse> sparses = {
    {100, 0.070000000000000007, 8},
    {10, 0.29999999999999999, 3},
    {10, 0.050000000000000003, 1},
    {7, 0.5, 4},
    {3, 0, 0},
    {30, 0.10000000000000001, 3},
    {1000, 0.28999999999999998, 290},
    {10, 0.999, 10},
    {1, 0.5, 1},
};

}  // namespace golden
