// SPDX-License-Identifier: MIT
// Compiled twice: with the flags of the whole build, and for this processor in a library of its
// own.
#include "eigen_muon.hpp"

#include <Eigen/Core>

#ifdef EIGENTRAIN_BENCH_NATIVE
#define MAKE_EIGEN_MUON make_eigen_muon_native
#define EXPORTED __attribute__((visibility("default")))
#else
#define MAKE_EIGEN_MUON make_eigen_muon
#define EXPORTED
#endif

namespace bench {
namespace {

using Eigen::MatrixXf;

class Muon : public EigenMuon {
 public:
  Muon(Eigen::Index rows, Eigen::Index columns)
      : buffer_(MatrixXf::Zero(rows, columns)), wide_(rows <= columns) {}

  void step(float* weights, const float* gradient, float rate, float momentum) override {
    Eigen::Map<MatrixXf> w(weights, buffer_.rows(), buffer_.cols());
    const Eigen::Map<const MatrixXf> g(gradient, buffer_.rows(), buffer_.cols());
    buffer_ = momentum * buffer_ + (1.0f - momentum) * g;
    x_ = momentum * buffer_ + (1.0f - momentum) * g;
    x_ /= x_.norm();
    const Eigen::Index side = wide_ ? x_.rows() : x_.cols();
    a_.resize(side, side);
    b_.resize(side, side);
    for (int round = 0; round < 5; ++round) {
      // The gram matrix is symmetric, and so is its square: half of each is formed and mirrored.
      a_.setZero();
      if (wide_) {
        a_.selfadjointView<Eigen::Lower>().rankUpdate(x_);
      } else {
        a_.selfadjointView<Eigen::Lower>().rankUpdate(x_.transpose());
      }
      a_.triangularView<Eigen::StrictlyUpper>() = a_.transpose();
      b_ = -4.7750f * a_;
      b_.selfadjointView<Eigen::Lower>().rankUpdate(a_, 2.0315f);
      b_.triangularView<Eigen::StrictlyUpper>() = b_.transpose();
      next_ = 3.4445f * x_;
      if (wide_) {
        next_.noalias() += b_ * x_;
      } else {
        next_.noalias() += x_ * b_;
      }
      x_.swap(next_);
    }
    w -= rate * x_;
  }

 private:
  MatrixXf buffer_, x_, next_, a_, b_;
  bool wide_;
};

}  // namespace

EXPORTED std::unique_ptr<EigenMuon> MAKE_EIGEN_MUON(std::ptrdiff_t rows, std::ptrdiff_t columns) {
  return std::make_unique<Muon>(rows, columns);
}

}  // namespace bench
