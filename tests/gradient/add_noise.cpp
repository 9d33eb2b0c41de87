// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/add_noise.hpp"

#include <cmath>
#include <vector>

#include "eigentrain/gradient/accumulate.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

// Zero gradients, so that a step subtracts the noise from zeros; tensors of these sizes.
template <class S>
struct Zeros {
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  std::vector<Vector> p, g;
  et::Parameters<S> parameters;
  explicit Zeros(const std::vector<Eigen::Index>& sizes) {
    for (const Eigen::Index n : sizes) {
      p.push_back(Vector::Zero(n));
      g.push_back(Vector::Zero(n));
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
      parameters.add(et::message("p", i), p[i], g[i]);
    }
  }
  // The noise of a step, of all tensors one after the other.
  template <class Optimizer>
  Vector step(Optimizer& optimizer) {
    for (auto& tensor : p) tensor.setZero();
    optimizer.step(parameters);
    Vector all(parameters.total());
    Eigen::Index at = 0;
    for (auto& tensor : p) {
      all.segment(at, tensor.size()) = -tensor;
      at += tensor.size();
    }
    return all;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("noise is what its generator's split gives, scaled by the step", "", float,
                   double) {
  using S = TestType;
  Zeros<S> zeros({1000});
  auto optimizer = et::chain<S>(et::add_noise(et::Generator(42, 5), {.eta = 0.25, .gamma = 1.0}));
  for (int t = 0; t < 3; ++t) {
    et::Generator random =
        et::Generator(42, 5).split(0x6772616469656e74u).split(static_cast<std::uint64_t>(t));
    Eigen::Matrix<S, Eigen::Dynamic, 1> expected(1000);
    et::fill_normal(expected.data(), 1000, 0.0, 1.0, random);
    expected *= S(std::sqrt(0.25 / (1.0 + t)));
    CHECK((zeros.step(optimizer) - expected).cwiseAbs().maxCoeff() <=
          8 * std::numeric_limits<S>::epsilon());
  }
}

TEST_CASE("the variance of the first steps is the paper's") {
  Zeros<double> zeros({100'000});
  auto optimizer = et::chain<double>(et::add_noise(et::Generator(1), {.eta = 0.3}));
  for (int t = 0; t < 3; ++t) {
    const Eigen::VectorXd noise = zeros.step(optimizer);
    const double variance = 0.3 / std::pow(1.0 + t, 0.55), n = 100'000;
    CHECK(std::abs(noise.mean()) < 4.0 * std::sqrt(variance / n));
    CHECK(noise.squaredNorm() / n == Approx(variance).epsilon(4.0 * std::sqrt(2.0 / n)));
  }
}

TEST_CASE("the division into tensors changes nothing, and no two steps are alike") {
  Zeros<float> whole({777}), parts({1, 63, 64, 5, 200, 444});
  auto first = et::chain<float>(et::add_noise(et::Generator(9), {.gamma = 0.0}));
  auto second = first;
  Eigen::VectorXf before;
  for (int t = 0; t < 3; ++t) {
    const Eigen::VectorXf noise = whole.step(first);
    CHECK(et::test::same_bits(noise, parts.step(second)));
    if (t > 0) CHECK((noise - before).cwiseAbs().minCoeff() > 0.0f);
    before = noise;
  }
  auto other = et::chain<float>(et::add_noise(et::Generator(9, 1), {.gamma = 0.0}));
  CHECK_FALSE(et::test::same_bits(whole.step(other), parts.step(second)));
}

TEST_CASE("a step that failed draws the same noise again, and micro-batches draw their own") {
  Zeros<double> zeros({20});
  auto optimizer =
      et::chain<double>(et::add_noise(et::Generator(4)),
                        et::descend([](std::int64_t step) { return step == 1 ? -1.0 : 1.0; }));
  zeros.step(optimizer);
  auto twin = optimizer;
  CHECK_THROWS_AS(optimizer.step(zeros.parameters), std::invalid_argument);
  CHECK_THROWS_AS(optimizer.step(zeros.parameters), std::invalid_argument);
  optimizer.set_learning_rate(1.0);
  twin.set_learning_rate(1.0);
  CHECK(zeros.step(optimizer) == zeros.step(twin));
  CHECK(optimizer.measured<et::AddNoise>().drawn == 2);

  auto once = et::chain<double>(et::add_noise(et::Generator(4), {.gamma = 0.0}));
  auto gathering =
      et::chain<double>(et::add_noise(et::Generator(4), {.gamma = 0.0}), et::accumulate(2));
  const Eigen::VectorXd a = zeros.step(once), b = zeros.step(once);
  zeros.step(gathering);
  CHECK((zeros.step(gathering) - (a + b) / 2.0).cwiseAbs().maxCoeff() < 1e-16);
}

TEST_CASE("noise has the same bits at every level, and allocates nothing") {
  et::test::at_every_level([] {
    Zeros<float> zeros({100, 33});
    auto optimizer = et::chain<float>(et::add_noise(et::Generator(123)));
    zeros.step(optimizer);
    CHECK(et::test::allocations_in([&] { optimizer.step(zeros.parameters); }) == 0);
    const Eigen::VectorXf noise = zeros.step(optimizer);
    CHECK(et::test::hash_bits(noise.data(), noise.size()) == 0xf59ce26c3cb5f620u);
  });
}

TEST_CASE("without variance nothing is added; options out of range throw") {
  Zeros<float> zeros({70});
  auto optimizer = et::chain<float>(et::add_noise(et::Generator(123), {.eta = 0.0}));
  CHECK(zeros.step(optimizer).isZero(0.0f));
  const et::Generator random(1);
  CHECK_THROWS_WITH(et::add_noise(random, {.eta = -1.0}),
                    "add_noise: eta must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::add_noise(random, {.gamma = std::nan("")}),
                    "add_noise: gamma must be in [0, inf), got nan");
}
