// SPDX-License-Identifier: MIT
// A plain recurrent network with one number as its answer, and backpropagation through time.
#pragma once

#include <cmath>
#include <stdexcept>
#include <vector>

#include "clipping/adding.hpp"
#include "eigentrain/core/parameters.hpp"
#include "eigentrain/init/constant.hpp"
#include "eigentrain/init/identity.hpp"
#include "eigentrain/init/normal.hpp"
#include "eigentrain/init/orthogonal.hpp"

namespace clipping {

enum class Activation { relu, tanh };

/// h_t = f(W_x·x_t + W_h·h_(t−1) + b) for t = 1, …, T from h_0 = 0, and the answer w·h_T + c. The
/// loss is the mean squared error over the sequences of a batch.
template <class S>
class Recurrent {
 public:
  Recurrent(Eigen::Index inputs, Eigen::Index units, Activation activation)
      : activation_(activation),
        Wx_(units, inputs),
        dWx_(units, inputs),
        Wh_(units, units),
        dWh_(units, units),
        b_(units),
        db_(units),
        w_(1, units),
        dw_(1, units),
        c_(1),
        dc_(1) {
    parameters_.add("input", Wx_, dWx_);
    parameters_.add("recurrent", Wh_, dWh_);
    parameters_.add("bias", b_, db_);
    parameters_.add("output", w_, dw_);
    parameters_.add("output bias", c_, dc_);
  }
  // The list looks at the members where they are.
  Recurrent(const Recurrent&) = delete;
  Recurrent& operator=(const Recurrent&) = delete;

  /// Weights and gradients: input, recurrent, bias, output, output bias.
  eigentrain::Parameters<S>& parameters() { return parameters_; }

  /// W_x and w normal; W_h the identity for ReLU, as Le, Jaitly & Hinton (2015) do it, and
  /// orthogonal for tanh, both times `gain`; biases 0.
  void start(double gain, double std, eigentrain::Generator& random) {
    eigentrain::normal(Wx_, random, 0.0, std);
    eigentrain::normal(w_, random, 0.0, std);
    if (activation_ == Activation::relu) {
      eigentrain::identity(Wh_, gain);
    } else {
      eigentrain::orthogonal(Wh_, random, {.gain = gain});
    }
    eigentrain::zeros(b_);
    eigentrain::zeros(c_);
  }

  /// The mean squared error. Throws std::invalid_argument unless the inputs are what W_x takes and
  /// come in whole steps.
  S loss(const Batch<S>& batch) {
    if (batch.inputs.rows() != Wx_.cols() || batch.size() == 0 ||
        batch.inputs.cols() != batch.length() * batch.size()) {
      throw std::invalid_argument("Recurrent: the batch doesn't fit the network");
    }
    forward(batch);
    return error_.squaredNorm() / static_cast<S>(batch.size());
  }

  /// The loss; leaves its gradients by all parameters.
  S learn(const Batch<S>& batch) {
    const S result = loss(batch);
    const Eigen::Index n = batch.size(), T = batch.length();
    const RowVector<S> answer = error_ * (S(2) / static_cast<S>(n));
    dw_ = answer * states_.rightCols(n).transpose();
    dc_[0] = answer.sum();
    by_states_.resize(Wh_.rows(), T * n);
    by_sums_.resize(Wh_.rows(), T * n);
    by_states_.rightCols(n) = w_.transpose() * answer;
    for (Eigen::Index t = T - 1; t >= 0; --t) {
      const auto h = states_.middleCols((t + 1) * n, n).array();  // h_(t+1): h_0 comes first
      const auto g = by_states_.middleCols(t * n, n).array();
      auto sum = by_sums_.middleCols(t * n, n);
      if (activation_ == Activation::relu) {
        sum = (h > S(0)).select(g, S(0));
      } else {
        sum = g * (S(1) - h.square());
      }
      if (t > 0) by_states_.middleCols((t - 1) * n, n).noalias() = Wh_.transpose() * sum;
    }
    dWx_.noalias() = by_sums_ * batch.inputs.transpose();
    dWh_.noalias() = by_sums_ * states_.leftCols(T * n).transpose();
    db_ = by_sums_.rowwise().sum();
    return result;
  }

  /// The norm of the loss's gradient by h_t for t = 1, …, T, over all units and sequences, as the
  /// last learn() left it.
  std::vector<double> norms_by_time() const {
    std::vector<double> norms;
    const Eigen::Index n = error_.size();
    for (Eigen::Index at = 0; at < by_states_.cols(); at += n) {
      norms.push_back(by_states_.middleCols(at, n).template cast<double>().norm());
    }
    return norms;
  }

 private:
  void forward(const Batch<S>& batch) {
    const Eigen::Index n = batch.size(), T = batch.length();
    states_.resize(Wh_.rows(), (T + 1) * n);
    states_.leftCols(n).setZero();
    states_.rightCols(T * n).noalias() = Wx_ * batch.inputs;
    for (Eigen::Index t = 1; t <= T; ++t) {
      auto h = states_.middleCols(t * n, n);
      h.noalias() += Wh_ * states_.middleCols((t - 1) * n, n);
      h.colwise() += b_;
      if (activation_ == Activation::relu) {
        h = h.cwiseMax(S(0));
      } else {
        h = h.array().tanh();
      }
    }
    error_ = (w_ * states_.rightCols(n)).array() + c_[0] - batch.targets.array();
  }

  Activation activation_;
  Matrix<S> Wx_, dWx_, Wh_, dWh_;
  Eigen::Matrix<S, Eigen::Dynamic, 1> b_, db_;
  Matrix<S> w_, dw_;
  Eigen::Matrix<S, Eigen::Dynamic, 1> c_, dc_;
  eigentrain::Parameters<S> parameters_;
  // A block of columns for each time. states_ begins with h_0; the others are the loss's gradients
  // by h_t and by what f is applied to.
  Matrix<S> states_, by_states_, by_sums_;
  RowVector<S> error_;
};

}  // namespace clipping
