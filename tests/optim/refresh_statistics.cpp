// SPDX-License-Identifier: MIT
#include "eigentrain/optim/refresh_statistics.hpp"

#include <cmath>
#include <stdexcept>

#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/instance_norm.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

Eigen::MatrixXd batch(std::int64_t number) {
  Eigen::MatrixXd x(3, 8);
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    x.data()[i] = et::test::noise<double>(number, i) * (1.0 + static_cast<double>(number));
  }
  return x;
}

// Two layers, one behind the other.
struct Net {
  et::BatchNorm<double> first, second;
  Eigen::MatrixXd y{3, 8};
  explicit Net(const et::BatchNormOptions& options) : first(3, options), second(3, options) {}
  void forward(const Eigen::MatrixXd& x) {
    first.forward(x, y);
    y.array() += x.array().square();
    second.forward(y, y);
  }
};

}  // namespace

TEST_CASE("refreshed statistics are those of cumulative layers that saw the same batches") {
  for (const double momentum : {0.1, 0.75, 1.0}) {
    Net net({.momentum = momentum}), fresh({.cumulative = true});
    for (int i = 90; i < 95; ++i) net.forward(batch(i));
    et::refresh_statistics(
        5, [&](std::int64_t i) { net.forward(batch(i)); }, net.first, net.second);
    for (int i = 0; i < 5; ++i) fresh.forward(batch(i));
    CHECK((net.first.running_mean() - fresh.first.running_mean()).norm() < 1e-14);
    CHECK((net.first.running_variance() - fresh.first.running_variance()).norm() < 1e-13);
    CHECK((net.second.running_mean() - fresh.second.running_mean()).norm() < 1e-14);
    CHECK((net.second.running_variance() - fresh.second.running_variance()).norm() < 1e-13);
    CHECK(net.first.batches() == 5);
    // The momentum is as before.
    const Eigen::VectorXd mean = net.first.running_mean();
    const Eigen::VectorXd newest = batch(7).rowwise().mean();
    net.first.forward(batch(7), net.y);
    CHECK((net.first.running_mean() - ((1.0 - momentum) * mean + momentum * newest)).norm() <
          1e-14);
  }
}

TEST_CASE("a cumulative layer goes on from the batches that were seen") {
  Net net({.cumulative = true}), fresh({.cumulative = true});
  for (int i = 90; i < 95; ++i) net.forward(batch(i));
  et::refresh_statistics(3, [&](std::int64_t i) { net.forward(batch(i)); }, net.first);
  net.forward(batch(3));
  for (int i = 0; i < 4; ++i) fresh.forward(batch(i));
  CHECK((net.first.running_mean() - fresh.first.running_mean()).norm() < 1e-14);
}

TEST_CASE("instance norm's statistics are refreshed too") {
  et::InstanceNorm<double> norm(3, {.track = true}), fresh(3, {.track = true, .cumulative = true});
  const auto run = [](et::InstanceNorm<double>& layer, std::int64_t i) {
    Eigen::MatrixXd x = batch(i);  // two samples of three channels of four values
    const et::Channels<double> seen{x.data(), 2, 4, 3, 1, 3};
    layer.forward(seen, seen);
  };
  for (int i = 90; i < 95; ++i) run(norm, i);
  et::refresh_statistics(5, [&](std::int64_t i) { run(norm, i); }, norm);
  for (int i = 0; i < 5; ++i) run(fresh, i);
  CHECK((norm.running_mean() - fresh.running_mean()).norm() < 1e-14);
  CHECK((norm.running_variance() - fresh.running_variance()).norm() < 1e-13);
  et::InstanceNorm<double> without(3);
  CHECK_THROWS_AS(et::refresh_statistics(1, [](std::int64_t) {}, without), std::invalid_argument);
}

TEST_CASE("batches that aren't finite don't count") {
  Net net({}), fresh({.cumulative = true});
  et::refresh_statistics(
      4,
      [&](std::int64_t i) {
        Eigen::MatrixXd x = batch(i);
        if (i == 2) x(0, 0) = std::nan("");
        net.first.forward(x, net.y);
      },
      net.first);
  for (const int i : {0, 1, 3}) fresh.first.forward(batch(i), fresh.y);
  CHECK((net.first.running_variance() - fresh.first.running_variance()).norm() < 1e-13);
  CHECK(net.first.batches() == 3);
}

TEST_CASE("where it fails, the statistics are as before") {
  Net net({});
  for (int i = 0; i < 3; ++i) net.forward(batch(i));
  const Eigen::VectorXd mean = net.first.running_mean(), variance = net.first.running_variance();
  const auto as_before = [&] {
    return net.first.running_mean() == mean && net.first.running_variance() == variance &&
           net.first.batches() == 3 && net.second.batches() == 3;
  };
  CHECK_THROWS_AS(et::refresh_statistics(
                      3,
                      [&](std::int64_t i) {
                        if (i == 2) throw std::runtime_error("data");
                        net.forward(batch(i));
                      },
                      net.first, net.second),
                  std::runtime_error);
  CHECK(as_before());
  CHECK_THROWS_WITH(
      et::refresh_statistics(
          2, [&](std::int64_t i) { net.first.forward(batch(i), net.y); }, net.first, net.second),
      "refresh_statistics: a layer has seen no batch, or none that is finite");
  CHECK(as_before());
  CHECK_THROWS_WITH(et::refresh_statistics(
                        0, [](std::int64_t) {}, net.first),
                    "refresh_statistics: batches must be at least 1, got 0");
  Net still({.momentum = 0.0});
  CHECK_THROWS_WITH(et::refresh_statistics(
                        1, [](std::int64_t) {}, still.first),
                    "refresh_statistics: a layer with momentum 0 takes no statistics in");
}
