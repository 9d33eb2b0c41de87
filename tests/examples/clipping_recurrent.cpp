// SPDX-License-Identifier: MIT
#include "clipping/recurrent.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;
using clipping::Activation;
using clipping::Recurrent;
using Eigen::Index;

namespace {

// The network's loss, number by number. The parameters come in the list's order, column by column.
double plain_loss(Activation f, const et::Parameters<double>& parameters,
                  const clipping::Batch<double>& batch, Index units,
                  const Eigen::VectorXd& added_to_state, Index at_time, Index in_sequence) {
  const double* Wx = parameters[0].parameter.data;
  const double* Wh = parameters[1].parameter.data;
  const double* b = parameters[2].parameter.data;
  const double* w = parameters[3].parameter.data;
  const double* c = parameters[4].parameter.data;
  double sum = 0.0;
  for (Index i = 0; i < batch.size(); ++i) {
    std::vector<double> h(static_cast<std::size_t>(units), 0.0);
    for (Index t = 0; t < batch.length(); ++t) {
      std::vector<double> next;
      for (Index u = 0; u < units; ++u) {
        double s = b[u];
        for (Index k = 0; k < 2; ++k) {
          s += Wx[k * units + u] * batch.inputs(k, t * batch.size() + i);
        }
        for (Index k = 0; k < units; ++k) s += Wh[k * units + u] * h[static_cast<std::size_t>(k)];
        next.push_back(f == Activation::relu ? std::max(s, 0.0) : std::tanh(s));
        if (t == at_time && i == in_sequence) next.back() += added_to_state[u];
      }
      h = next;
    }
    double answer = c[0];
    for (Index u = 0; u < units; ++u) answer += w[u] * h[static_cast<std::size_t>(u)];
    sum += (answer - batch.targets[i]) * (answer - batch.targets[i]);
  }
  return sum / static_cast<double>(batch.size());
}

constexpr Index units = 6, length = 8, size = 5;

// Weights at which nothing is zero, and states that ReLU neither all keeps nor all drops.
void scramble(Recurrent<double>& network) {
  et::Generator random(11);
  for (Index i = 0; i < network.parameters().size(); ++i) {
    const auto memory = network.parameters()[i].parameter;
    Eigen::Map<Eigen::VectorXd> values(memory.data, memory.size());
    et::normal(values, random, 0.05, 0.5);
  }
}

}  // namespace

TEST_CASE("the gradients are the derivatives of the loss, through all times") {
  for (const Activation f : {Activation::relu, Activation::tanh}) {
    Recurrent<double> network(2, units, f);
    scramble(network);
    et::Generator random(3);
    const auto batch = clipping::adding<double>(length, size, random);
    auto& parameters = network.parameters();
    const Eigen::VectorXd nothing = Eigen::VectorXd::Zero(units);
    const auto expected_loss = [&] {
      return plain_loss(f, parameters, batch, units, nothing, 0, 0);
    };
    const double loss = network.learn(batch);
    CHECK(loss == Approx(expected_loss()).epsilon(1e-12));
    CHECK(network.loss(batch) == loss);
    constexpr double step = 1e-6;
    for (Index i = 0; i < parameters.size(); ++i) {
      const auto values = parameters[i].parameter;
      double largest = 0.0;
      for (Index k = 0; k < values.size(); ++k) {
        const double before = values.data[k];
        values.data[k] = before + step;
        const double above = expected_loss();
        values.data[k] = before - step;
        const double below = expected_loss();
        values.data[k] = before;
        const double got = parameters[i].gradient.data[k];
        INFO(parameters.name(i) << "[" << k << "]");
        CHECK(got == Approx((above - below) / (2 * step)).epsilon(1e-6).margin(1e-8));
        largest = std::max(largest, std::abs(got));
      }
      CHECK(largest > 1e-3);
    }
  }
}

TEST_CASE("the norms by time are those of the derivatives by the states") {
  for (const Activation f : {Activation::relu, Activation::tanh}) {
    Recurrent<double> network(2, units, f);
    scramble(network);
    et::Generator random(3);
    const auto batch = clipping::adding<double>(length, size, random);
    network.learn(batch);
    const std::vector<double> norms = network.norms_by_time();
    REQUIRE(norms.size() == length);
    constexpr double step = 1e-6;
    for (Index t = 0; t < length; ++t) {
      double squares = 0.0;
      for (Index i = 0; i < size; ++i) {
        for (Index u = 0; u < units; ++u) {
          const Eigen::VectorXd change = Eigen::VectorXd::Unit(units, u) * step;
          const auto loss = [&](const Eigen::VectorXd& added) {
            return plain_loss(f, network.parameters(), batch, units, added, t, i);
          };
          const double derivative = (loss(change) - loss(-change)) / (2 * step);
          squares += derivative * derivative;
        }
      }
      CHECK(norms[static_cast<std::size_t>(t)] == Approx(std::sqrt(squares)).epsilon(1e-6));
    }
  }
}

TEST_CASE("a network starts with the identity or an orthogonal matrix, and no biases") {
  for (const Activation f : {Activation::relu, Activation::tanh}) {
    Recurrent<double> network(2, 20, f);
    et::Generator random(7);
    network.start(1.5, 0.1, random);
    const auto& parameters = network.parameters();
    REQUIRE(parameters.size() == 5);
    CHECK(parameters.name(1) == "recurrent");
    const Eigen::Map<const Eigen::MatrixXd> Wh(parameters[1].parameter.data, 20, 20);
    const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(20, 20);
    CHECK((Wh.transpose() * Wh).isApprox(2.25 * one, 1e-10));
    CHECK((Wh == 1.5 * one) == (f == Activation::relu));
    for (const Index bias : {Index(2), Index(4)}) {
      const auto memory = parameters[bias].parameter;
      for (Index k = 0; k < memory.size(); ++k) CHECK(memory.data[k] == 0.0);
    }
  }
}

TEST_CASE("a batch that doesn't fit is refused") {
  Recurrent<float> network(2, 4, Activation::relu);
  using Batch = clipping::Batch<float>;
  const Eigen::MatrixXf six = Eigen::MatrixXf::Zero(2, 6), wide = Eigen::MatrixXf::Zero(3, 6);
  const auto targets = [](Index n) { return Eigen::RowVectorXf::Zero(n).eval(); };
  CHECK_THROWS_WITH(network.loss(Batch{wide, targets(3)}), ContainsSubstring("doesn't fit"));
  CHECK_THROWS_WITH(network.learn(Batch{six, targets(4)}), ContainsSubstring("doesn't fit"));
  CHECK_THROWS_WITH(network.learn(Batch{six, targets(0)}), ContainsSubstring("doesn't fit"));
  CHECK_THROWS_WITH(network.learn(Batch{six, targets(7)}), ContainsSubstring("doesn't fit"));
}
