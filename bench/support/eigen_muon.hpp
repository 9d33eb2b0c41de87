// SPDX-License-Identifier: MIT
// Muon as one would write it with Eigen.
#pragma once

#include <cstddef>
#include <memory>

namespace bench {

/// Makes Muon steps on one column-major matrix of floats, with momentum and workspaces of its own.
class EigenMuon {
 public:
  EigenMuon() = default;
  EigenMuon(const EigenMuon&) = delete;
  EigenMuon& operator=(const EigenMuon&) = delete;
  virtual ~EigenMuon() = default;
  virtual void step(float* weights, const float* gradient, float rate, float momentum) = 0;
};

using MakeEigenMuon = std::unique_ptr<EigenMuon> (*)(std::ptrdiff_t rows, std::ptrdiff_t columns);

/// Compiled with the flags of the whole build.
std::unique_ptr<EigenMuon> make_eigen_muon(std::ptrdiff_t rows, std::ptrdiff_t columns);
/// Compiled for this processor as the trainer is: AVX2 and FMA.
std::unique_ptr<EigenMuon> make_eigen_muon_native(std::ptrdiff_t rows, std::ptrdiff_t columns);

}  // namespace bench
