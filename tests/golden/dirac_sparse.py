#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/dirac_sparse.hpp: which elements torch.nn.init.dirac_ sets to one, and how
many zeros torch.nn.init.sparse_ puts into a column (made with 1.13.1).

    python3 tests/golden/dirac_sparse.py > tests/golden/dirac_sparse.hpp
"""
import torch

SHAPES = [(4, 4, 3), (6, 2, 4), (6, 2, 3, 4), (4, 6, 2, 5), (4, 3, 1, 1), (6, 3, 3, 3, 4),
          (2, 1, 2, 1, 3)]
SPARSE = [(100, .07), (10, .3), (10, .05), (7, .5), (3, 0.), (30, .1), (1000, .29), (10, .999),
          (1, .5)]

print("""// SPDX-License-Identifier: MIT
// Written by tests/golden/dirac_sparse.py with PyTorch %s. Do not edit.
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
inline const std::vector<Dirac> diracs = {""" % torch.__version__)
for shape in SHAPES:
    for groups in (1, 2):
        kernel = torch.full(shape, 7.0)
        torch.nn.init.dirac_(kernel, groups=groups)
        assert ((kernel == 0) | (kernel == 1)).all()
        ones = torch.nonzero(kernel.flatten()).flatten().tolist()
        print("    {%d, {%s}, {%s}}," % (groups, ", ".join(map(str, shape)),
                                         ", ".join(map(str, ones))))
print("""};
// clang-format on

struct Sparse {
  int rows;
  double sparsity;
  int zeros;  ///< in each column
};

inline const std::vector<Sparse> sparses = {""")
torch.manual_seed(1)
for rows, sparsity in SPARSE:
    matrix = torch.nn.init.sparse_(torch.empty(rows, 5, dtype=torch.float64), sparsity)
    zeros = (matrix == 0).sum(0)
    assert (zeros == zeros[0]).all()
    print("    {%d, %.17g, %d}," % (rows, sparsity, zeros[0]))
print("""};

}  // namespace golden""")
