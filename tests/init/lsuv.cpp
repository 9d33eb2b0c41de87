// SPDX-License-Identifier: MIT
#include "eigentrain/init/lsuv.hpp"

#include <limits>
#include <random>
#include <stdexcept>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;
using Eigen::Dynamic;
using et::Index;

namespace {

template <class S>
using Matrix = Eigen::Matrix<S, Dynamic, Dynamic>;

template <class S>
Matrix<S> some_batch(Index features, Index samples) {
  Matrix<S> batch(features, samples);
  et::Generator random(7);
  et::fill_normal(batch.data(), batch.size(), 0.3, 2.0, random);
  return batch;
}

template <class S>
double variance(const Matrix<S>& output) {
  return test::moments(output.data(), output.size()).variance;
}

}  // namespace

TEMPLATE_TEST_CASE("thirty layers of ReLU have variance 1 each, after one round each",
                   "[lsuv][long]", float, double) {
  using S = TestType;
  constexpr std::size_t depth = 30;
  std::vector<Matrix<S>> W(depth), x(depth + 1);
  for (std::size_t i = 0; i < depth; ++i)
    W[i].resize(48 + static_cast<Index>(i % 3), i == 0 ? 20 : 48 + static_cast<Index>((i - 1) % 3));
  x[0] = some_batch<S>(20, 200);
  et::Generator random(42);
  std::vector<std::size_t> order;
  const auto reached = et::lsuv(W, random,
                                [&](std::size_t i) {
                                  order.push_back(i);
                                  if (i > 0) x[i] = (W[i - 1] * x[i - 1]).cwiseMax(S(0));
                                  return W[i] * x[i];
                                },
                                {.tolerance = 1e-3});
  REQUIRE(reached.size() == depth);
  Matrix<S> again = x[0];
  for (std::size_t i = 0; i < depth; ++i) {
    INFO("layer " << i);
    const Matrix<S> output = W[i] * again;
    CHECK(std::abs(variance<S>(output) - 1) < 1e-3);
    CHECK(reached[i].variance == Approx(variance<S>(output)).epsilon(1e-4));
    CHECK(reached[i].rounds == 1);
    CHECK(reached[i].converged);
    again = output.cwiseMax(S(0));
    // Still orthogonal, up to the factor.
    const Matrix<S> square = W[i].rows() < W[i].cols() ? Matrix<S>(W[i] * W[i].transpose())
                                                       : Matrix<S>(W[i].transpose() * W[i]);
    CHECK((square / square(0, 0)).isIdentity(100 * std::numeric_limits<S>::epsilon()));
  }
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(order.size() == 2 * depth);
}

TEST_CASE("one layer with a bias and tanh takes more rounds", "[lsuv]") {
  const Eigen::MatrixXd x = some_batch<double>(30, 400);
  const Eigen::VectorXd b = Eigen::VectorXd::LinSpaced(20, -0.5, 0.5);
  Eigen::MatrixXd W(20, 30);
  et::Generator random(42);
  const auto forward = [&] { return 1.5 * ((W * x).colwise() + b).array().tanh(); };
  const et::LsuvResult result = et::lsuv(W, random, forward, {.tolerance = 1e-6, .rounds = 100});
  CHECK(result.converged);
  CHECK(result.rounds > 1);
  CHECK(std::abs(variance<double>(forward()) - 1) < 1e-6);
  CHECK(result.variance == Approx(variance<double>(forward())).epsilon(1e-12));

  random = et::Generator(42);
  const et::LsuvResult two = et::lsuv(W, random, forward, {.tolerance = 1e-6, .rounds = 2});
  CHECK_FALSE(two.converged);
  CHECK(two.rounds == 2);
  CHECK(two.variance == Approx(variance<double>(forward())).epsilon(1e-12));
}

TEST_CASE("weights whose output has variance 1 stay orthogonal", "[lsuv]") {
  Eigen::MatrixXd x = some_batch<double>(25, 3000);
  x = ((x.array() - 0.3) / 2).eval();
  Eigen::MatrixXd W(25, 25), orthogonal(25, 25);
  et::Generator first(42), second(42);
  const auto result = et::lsuv(W, first, [&] { return W * x; });
  et::orthogonal(orthogonal, second);
  CHECK(result.rounds == 0);
  CHECK(result.converged);
  CHECK(W == orthogonal);
  CHECK(first == second);
}

TEST_CASE("layers of different types are tied, and tensors and blocks are layers too", "[lsuv]") {
  const Eigen::MatrixXf x = some_batch<float>(9, 300);
  Eigen::Matrix<float, 6, 9> first;
  Eigen::MatrixXf both = Eigen::MatrixXf::Constant(8, 8, 7);
  auto second = both.block(1, 1, 5, 6);
  Eigen::Tensor<float, 3, Eigen::RowMajor> third(4, 5, 1);
  Eigen::Map<Eigen::Matrix<float, 4, 5, Eigen::RowMajor>> third_matrix(third.data());
  std::mt19937 random(42);
  const auto reached = et::lsuv(std::tie(first, second, third), random,
                                [&](std::size_t i) -> Eigen::MatrixXf {
                                  if (i == 0) return first * x;
                                  if (i == 1) return second * first * x;
                                  return third_matrix * second * first * x;
                                },
                                {.tolerance = 0.01, .axes = {.out = 0, .in = 1}});
  REQUIRE(reached.size() == 3);
  CHECK(std::abs(variance<float>(first * x) - 1) < 0.01);
  CHECK(std::abs(variance<float>(second * first * x) - 1) < 0.01);
  CHECK(std::abs(variance<float>(third_matrix * second * first * x) - 1) < 0.01);
  second.setConstant(7);
  CHECK(both == Eigen::MatrixXf::Constant(8, 8, 7));

  Eigen::Tensor<float, 2> output(6, 300);
  const auto as_tensor = [&] {
    Eigen::Map<Eigen::MatrixXf>(output.data(), 6, 300) = first * x;
    return Eigen::TensorMap<Eigen::Tensor<float, 2>>(output.data(), 6, 300);
  };
  CHECK(et::lsuv(first, random, as_tensor).converged);
  std::vector<Eigen::MatrixXf> none;
  CHECK(et::lsuv(none, random, [&](std::size_t) { return x; }).empty());
}

TEST_CASE("the variance is summed in double, in two passes", "[lsuv]") {
  std::vector<float> far(1000, 1e6f);
  CHECK(et::detail::variance_of(far.data(), 1000) == 0.0);
  for (std::size_t i = 0; i < far.size(); i += 2) far[i] += 1.0f;
  CHECK(et::detail::variance_of(far.data(), 1000) == Approx(0.25));
  const float one = 3;
  CHECK(et::detail::variance_of(&one, 1) == 0.0);
  CHECK_FALSE(et::detail::variance_of(&one, 0) == 0.0);  // NaN
  std::vector<double> numbers(1001);
  et::Generator random(42);
  et::fill_normal(numbers.data(), 1001, 3, 2, random);
  CHECK(et::detail::variance_of(numbers.data(), 1001) ==
        Approx(test::moments(numbers.data(), 1001).variance).epsilon(1e-13));
}

TEST_CASE("a layer that can't be scaled is named, and all weights are as before", "[lsuv]") {
  const Eigen::MatrixXf x = some_batch<float>(8, 50);
  std::vector<Eigen::MatrixXf> W(3, Eigen::MatrixXf::Constant(8, 8, 7));
  const auto before = W;
  const float infinity = std::numeric_limits<float>::infinity();
  et::Generator random(42);
  std::mt19937 engine(42);
  for (float bad : {0.0f, infinity, infinity - infinity, 1e-30f * 1e-30f}) {
    const auto forward = [&](std::size_t i) -> Eigen::MatrixXf {
      return i == 2 ? Eigen::MatrixXf(bad * (W[2] * x)) : Eigen::MatrixXf(W[i] * x);
    };
    CHECK_THROWS_AS(et::lsuv(W, random, forward), std::invalid_argument);
    CHECK_THROWS_WITH(et::lsuv(W, random, forward),
                      StartsWith("lsuv: layer 2: the variance of its output must be positive and "
                                 "finite, got"));
    CHECK_THROWS_WITH(et::lsuv(W, engine, forward, {.name = "encoder"}),
                      StartsWith("lsuv: encoder 2: the variance"));
    CHECK(W == before);
  }
  const auto constant = [&] { return Eigen::MatrixXf::Constant(3, 4, W[0](0, 0)); };
  CHECK_THROWS_WITH(et::lsuv(W[0], random, constant),
                    "lsuv: the layer: the variance of its output must be positive and finite, got "
                    "0 with orthogonal weights");
  CHECK_THROWS_WITH(et::lsuv(W[0], random, constant, {.name = "fc1"}), StartsWith("lsuv: fc1: "));
  const auto empty = [&] { return Eigen::MatrixXf(0, 3); };
  CHECK_THROWS_WITH(et::lsuv(W[0], random, empty), ContainsSubstring("got "));
  // One that dies of its scaling: the output shrinks so much that the weights overflow.
  const auto fading = [&] { return Eigen::MatrixXd((W[0] * x).cast<double>() * 1e-100); };
  CHECK_THROWS_WITH(et::lsuv(W[0], random, fading), EndsWith("after scaling the weights"));
  // And what the user's own code throws goes through.
  const auto throwing = [&](std::size_t i) -> Eigen::MatrixXf {
    if (i == 1) throw std::runtime_error("no data");
    return W[i] * x;
  };
  CHECK_THROWS_WITH(et::lsuv(W, random, throwing), "no data");
  CHECK(W == before);
  CHECK(random == et::Generator(42));
  CHECK(engine == std::mt19937(42));
}

TEST_CASE("lsuv refuses bad options before it touches anything", "[lsuv]") {
  Eigen::MatrixXf W = Eigen::MatrixXf::Constant(2, 2, 7);
  std::vector<Eigen::MatrixXf> list(1, W);
  et::Generator random(42);
  int calls = 0;
  const auto forward = [&] { return ++calls, W; };
  const auto forward_list = [&](std::size_t) { return ++calls, W; };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (double tolerance : {0.0, -1.0, nan}) {
    CHECK_THROWS_WITH(et::lsuv(W, random, forward, {.tolerance = tolerance}),
                      StartsWith("lsuv: tolerance must be in (0, inf)"));
    CHECK_THROWS_WITH(et::lsuv(list, random, forward_list, {.tolerance = tolerance}),
                      StartsWith("lsuv: tolerance must be in (0, inf)"));
  }
  CHECK_THROWS_WITH(et::lsuv(W, random, forward, {.rounds = 0}),
                    "lsuv: rounds must be at least 1, got 0");
  CHECK_THROWS_WITH(et::lsuv(W, random, forward, {.axes = {.out = 2}}),
                    ContainsSubstring("axes.out must be in [0, 2)"));
  CHECK(calls == 0);
  CHECK(W == Eigen::MatrixXf::Constant(2, 2, 7));
  CHECK(list[0] == W);
  CHECK(random.position() == 0);
}
