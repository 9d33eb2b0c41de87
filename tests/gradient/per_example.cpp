// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/per_example.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "eigentrain/core/generator.hpp"
#include "eigentrain/gradient/accumulate.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
using et::test::at_every_simd_level;
using et::test::noise;
using et::test::same_bits;

namespace {

template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int examples = 7;

/// A matrix, a block with gaps, and a vector; example k's gradients are 2^k/8 times noise.
template <class S>
struct Model {
  Matrix<S> p1 = Matrix<S>::Zero(13, 5), g1 = p1;
  Matrix<S> p2 = Matrix<S>::Zero(20, 20), g2 = Matrix<S>::Constant(20, 20, S(7));
  Vector<S> p3 = Vector<S>::Zero(11), g3 = p3;
  et::Parameters<S> parameters;

  Model() {
    parameters.add("matrix", p1, g1).add("block", p2.block(2, 3, 9, 4), g2.block(2, 3, 9, 4));
    parameters.add("vector", p3, g3);
  }

  void backward(int example) {
    const S size = std::ldexp(S(1), example - 3);
    et::Index i = 0;
    const auto fill = [&](auto&& g) {
      for (auto column : g.colwise()) {
        for (S& value : column) value = size * noise<S>(example, i++);
      }
    };
    fill(g1), fill(g2.block(2, 3, 9, 4)), fill(g3);
  }

  /// All gradients, one after the other.
  Vector<S> gradient() const {
    Vector<S> all(65 + 36 + 11);
    all << g1.reshaped(), g2.block(2, 3, 9, 4).reshaped(), g3;
    return all;
  }
  Vector<S> parameter() const {
    Vector<S> all(65 + 36 + 11);
    all << p1.reshaped(), p2.block(2, 3, 9, 4).reshaped(), p3;
    return all;
  }
  bool gaps_are_untouched() {
    Matrix<S> around = g2;
    around.block(2, 3, 9, 4).setConstant(S(7));
    return around == Matrix<S>::Constant(20, 20, S(7));
  }
};

/// The gradient of one example, clipped by hand.
template <class S>
Eigen::VectorXd clipped_by_hand(int example, double max_norm) {
  Model<S> model;
  model.backward(example);
  const Eigen::VectorXd g = model.gradient().template cast<double>();
  return g * std::min(1.0, max_norm / g.norm());
}

template <class S>
Vector<S> mean_of(et::PerExampleMean<S>& mean, Model<S>& model) {
  for (int k = 0; k < examples; ++k) {
    model.backward(k);
    mean.add(model.parameters);
  }
  mean.finish(model.parameters);
  return model.gradient();
}

}  // namespace

TEMPLATE_TEST_CASE("the gradients become the mean of what was clipped one by one", "", float,
                   double) {
  using S = TestType;
  constexpr double max_norm = 3.0;
  Eigen::VectorXd expected = Eigen::VectorXd::Zero(112);
  for (int k = 0; k < examples; ++k) expected += clipped_by_hand<S>(k, max_norm) / examples;
  et::PerExampleMean<S> mean({.max_norm = max_norm});
  CHECK(mean.options().max_norm == max_norm);
  Model<S> model;
  for (int batch = 0; batch < 3; ++batch) {
    int clipped = 0;
    for (int k = 0; k < examples; ++k) {
      model.backward(k);
      const Vector<S> g = model.gradient();
      const double norm = g.template cast<double>().norm();
      CHECK(mean.add(model.parameters) == Approx(norm).epsilon(1e-14));
      clipped += norm > max_norm;
      CHECK(same_bits(model.gradient(), g));
      CHECK(mean.count() == k + 1);
      CHECK(mean.clipped() == clipped);
    }
    CHECK(clipped > 2);
    CHECK(clipped < examples);
    mean.finish(model.parameters);
    CHECK(mean.count() == 0);
    CHECK(mean.clipped() == 0);
    const double epsilon = sizeof(S) == 8 ? 1e-14 : 1e-6;
    CHECK((model.gradient().template cast<double>() - expected).norm() < epsilon * expected.norm());
    CHECK(model.parameter().isZero(0));
    CHECK(model.gaps_are_untouched());
  }
}

TEST_CASE("an example within the limit keeps its bits, one beyond comes down to the limit") {
  Eigen::VectorXd p(2), g{{3.0, 4.0}};
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  et::PerExampleMean<double> mean({.max_norm = 5.0});
  CHECK(mean.add(parameters) == 5.0);
  CHECK(mean.clipped() == 0);
  mean.finish(parameters);
  CHECK(g == Eigen::VectorXd{{3.0, 4.0}});
  g << 6.0, 8.0;
  mean.add(parameters);
  g << -0.5, 0.25;
  mean.add(parameters);
  CHECK(mean.clipped() == 1);
  mean.finish(parameters);
  CHECK(g == Eigen::VectorXd{{1.25, 2.125}});  // no 1e-6 beside the norm
}

TEMPLATE_TEST_CASE("no example moves the mean by more than C/B", "", float, double) {
  using S = TestType;
  constexpr double max_norm = 0.75;
  const bool is_double = sizeof(S) == 8;
  const S huge = is_double ? S(1e300) : S(1e38), rounding = S(1e-5);
  et::PerExampleMean<S> mean({.max_norm = max_norm});
  Model<S> model;
  const auto mean_with = [&](int changed, S factor) {
    for (int k = 0; k < examples; ++k) {
      model.backward(k);
      if (k == changed) {
        model.g1 *= factor, model.g2.block(2, 3, 9, 4) *= factor, model.g3 *= factor;
      }
      mean.add(model.parameters);
    }
    mean.finish(model.parameters);
    return model.gradient();
  };
  for (int changed = 0; changed < examples; ++changed) {
    const Vector<S> without = mean_with(changed, S(0));
    for (const S factor : {S(1), S(-1), S(1000), huge / S(64)}) {
      const S distance = (mean_with(changed, factor) - without).norm();
      CAPTURE(changed, factor);
      CHECK(distance <= S(max_norm / examples) * (S(1) + rounding));
      if (std::abs(factor) > S(1)) CHECK(distance > S(0.7 * max_norm / examples));
    }
  }
}

TEMPLATE_TEST_CASE("the bits are the same at every SIMD level, and nothing more is allocated", "",
                   float, double) {
  using S = TestType;
  const std::uint64_t expected = sizeof(S) == 8 ? 0xb17888386b14c194u : 0x7c893a3fbb7beb82u;
  const std::uint64_t expected_noisy = sizeof(S) == 8 ? 0x2f2298b348231e9bu : 0xfeef9cfc296abf18u;
  at_every_simd_level([&] {
    Model<S> model;
    et::PerExampleMean<S> mean({.max_norm = 3.0});
    const Vector<S> first = mean_of(mean, model);
    CHECK(et::test::hash_bits(first.data(), first.size()) == expected);
    et::PerExampleMean<S> noisy({.max_norm = 3.0, .noise_multiplier = 0.5});
    et::Generator random(42);
    model.backward(0);
    noisy.add(model.parameters);
    CHECK(et::test::allocations_in([&] {
            for (int k = 1; k < examples; ++k) {
              model.backward(k);
              noisy.add(model.parameters);
            }
            noisy.finish(model.parameters, random);
            model.backward(0);
            noisy.add(model.parameters);
            noisy.finish(model.parameters, random);
          }) == 0);
    const Vector<S> second = model.gradient();
    CHECK(et::test::hash_bits(second.data(), second.size()) == expected_noisy);
  });
}

TEMPLATE_TEST_CASE("clipping and accumulating in a chain is the same up to the 1e-6", "", float,
                   double) {
  using S = TestType;
  Model<S> model, other;
  et::PerExampleMean<S> mean({.max_norm = 3.0});
  auto optimizer =
      et::chain<S>(et::clip_by_global_norm(3.0), et::accumulate(examples), et::descend(1.0));
  for (int batch = 0; batch < 2; ++batch) {
    const Vector<S> expected = mean_of(mean, other);
    model.p1.setZero(), model.p2.setZero(), model.p3.setZero();
    for (int k = 0; k < examples; ++k) {
      model.backward(k);
      CHECK(optimizer.step(model.parameters) == (k == examples - 1));
    }
    CHECK((model.parameter() + expected).norm() < S(1e-6) * expected.norm());
    CHECK(expected.norm() > S(0.1));
  }
}

TEMPLATE_TEST_CASE("the noise is normal, with a standard deviation of sigma C / B", "[long]", float,
                   double) {
  using S = TestType;
  constexpr et::Index n = 200'000;
  constexpr double max_norm = 2.0, sigma = 1.5;
  Matrix<S> p = Matrix<S>::Zero(n / 100, 100), g = p;
  Vector<S> q = Vector<S>::Zero(10), h = q;
  et::Parameters<S> parameters;
  parameters.add("p", p, g).add("q", q, h);
  et::PerExampleMean<S> mean({.max_norm = max_norm, .noise_multiplier = sigma});
  et::Generator random(7);
  std::vector<S> all;
  for (const int batch : {1, 4}) {
    for (int k = 0; k < batch; ++k) {
      g.setConstant(S(1e-3));  // norm 0.447
      mean.add(parameters);
    }
    mean.finish(parameters, random);
    const double deviation = sigma * max_norm / batch;
    const auto found = et::test::moments(g.data(), g.size());
    const double root = std::sqrt(static_cast<double>(n));
    CHECK(std::abs(found.mean - 1e-3) < 4 * deviation / root);
    CHECK(std::sqrt(found.variance) / deviation == Approx(1.0).margin(4 / (std::sqrt(2.0) * root)));
    std::vector<S> values(g.data(), g.data() + g.size());
    CHECK(et::test::kolmogorov(values, [&](double x) {
            return et::test::normal_distribution((x - 1e-3) / deviation);
          }) < 1.95);
    if (!all.empty()) {
      // The second batch's noise is another: uncorrelated with the first one's.
      double product = 0;
      for (et::Index i = 0; i < n; ++i) {
        product += static_cast<double>(all[static_cast<std::size_t>(i)]) *
                   (static_cast<double>(g.data()[i]) - 1e-3);
      }
      CHECK(std::abs(product) < 4 * root * deviation * sigma * max_norm);
    }
    all = values;
    CHECK(h[0] != h[1]);
    CHECK(h[0] != g(0, 0));
  }
}

TEST_CASE("the noise is the generator's, and drawn only where there is some") {
  Model<float> model, other;
  et::PerExampleMean<float> noisy({.max_norm = 3.0, .noise_multiplier = 0.5}), again(noisy);
  et::PerExampleMean<float> quiet({.max_norm = 3.0});
  et::Generator random(42), same(42), next(43);
  const auto finish = [](auto& mean, Model<float>& m, auto& generator) {
    for (int k = 0; k < 3; ++k) {
      m.backward(k);
      mean.add(m.parameters);
    }
    mean.finish(m.parameters, generator);
    return m.gradient();
  };
  const Eigen::VectorXf first = finish(noisy, model, random);
  CHECK(same_bits(first, finish(again, other, same)));
  CHECK(random == same);
  CHECK(random != et::Generator(42));
  CHECK(model.gaps_are_untouched());
  CHECK_FALSE(same_bits(first, finish(noisy, model, random)));
  CHECK_FALSE(same_bits(first, finish(noisy, model, next)));

  const et::Generator before = random;
  const Eigen::VectorXf mean = finish(quiet, model, random);
  CHECK(random == before);
  for (int k = 0; k < 3; ++k) {
    model.backward(k);
    quiet.add(model.parameters);
  }
  quiet.finish(model.parameters);
  CHECK(same_bits(mean, model.gradient()));
  CHECK(!same_bits(mean, first));

  std::mt19937 standard(1), standard_again(1);  // any generator will do
  const Eigen::VectorXf with_standard = finish(noisy, model, standard);
  CHECK(same_bits(with_standard, finish(again, other, standard_again)));
  CHECK((with_standard - mean).norm() < 20.0f * 0.5f);
}

TEST_CASE("frozen tensors are left out") {
  Model<double> model;
  model.parameters.set_options("block", {.frozen = true});
  et::PerExampleMean<double> mean({.max_norm = 1.0, .noise_multiplier = 1.0});
  model.backward(2);
  const Eigen::MatrixXd g2 = model.g2;
  const double norm = std::sqrt(model.g1.squaredNorm() + model.g3.squaredNorm());
  CHECK(mean.add(model.parameters) == Approx(norm).epsilon(1e-14));
  et::Generator random(1);
  mean.finish(model.parameters, random);
  CHECK(same_bits(model.g2, g2));
}

TEST_CASE("what is frozen must not change within a batch") {
  Eigen::VectorXd p(1), g(1), q(1), h(1);
  et::Parameters<double> parameters;
  parameters.add("p", p, g).add("q", q, h);
  et::PerExampleMean<double> mean({.max_norm = 100.0});
  g[0] = 1.0, h[0] = 16.0;
  mean.add(parameters);
  parameters.set_options("q", {.frozen = true});
  constexpr auto refusal =
      "PerExampleMean: tensors were frozen or unfrozen since the first example";
  CHECK_THROWS_WITH(mean.add(parameters), refusal);
  CHECK_THROWS_WITH(mean.finish(parameters), refusal);
  CHECK(mean.count() == 1);
  CHECK(g[0] == 1.0);
  parameters.set_options("q", {});
  g[0] = 3.0;
  mean.add(parameters);
  mean.finish(parameters);
  CHECK(g[0] == 2.0);
  CHECK(h[0] == 16.0);
  parameters.set_options("q", {.frozen = true});  // between batches it may
  g[0] = 4.0;
  mean.add(parameters);
  mean.finish(parameters);
  parameters.set_options("q", {});
  h[0] = 5.0;
  mean.add(parameters);
  mean.finish(parameters);
  CHECK(g[0] == 4.0);
  CHECK(h[0] == 5.0);
}

TEST_CASE("an example that isn't finite is refused, and the sum stays as it is") {
  for (const double bad : {not_a_number, infinity, -infinity}) {
    Model<float> model, other;
    et::PerExampleMean<float> mean({.max_norm = 3.0}), undisturbed({.max_norm = 3.0});
    for (int k = 0; k < examples; ++k) {
      other.backward(k);
      undisturbed.add(other.parameters);
      model.backward(k);
      const float value = model.g3[4];
      model.g3[4] = static_cast<float>(bad);
      CHECK_THROWS_WITH(mean.add(model.parameters),
                        "PerExampleMean: the gradient of vector has values that are not finite; "
                        "nothing was changed");
      CHECK(mean.count() == k);
      model.g3[4] = value;
      mean.add(model.parameters);
    }
    mean.finish(model.parameters);
    undisturbed.finish(other.parameters);
    CHECK(same_bits(model.gradient(), other.gradient()));
  }
}

TEST_CASE("what can't be finished throws, with nothing changed") {
  Model<float> model;
  et::Generator random(1);
  const et::Generator before = random;
  et::PerExampleMean<float> mean({.max_norm = 3.0, .noise_multiplier = 0.25});
  const auto finish = [&] { mean.finish(model.parameters, random); };
  model.backward(1);
  const Eigen::VectorXf g = model.gradient();
  CHECK_THROWS_WITH(finish(), "PerExampleMean: finish() without examples; add() them first");
  mean.add(model.parameters);
  CHECK_THROWS_WITH(mean.finish(model.parameters),
                    "PerExampleMean: finish() needs a generator for the noise");
  CHECK(mean.count() == 1);

  SECTION("the list has changed") {
    Eigen::VectorXf p(3), h = Eigen::VectorXf::Ones(3);
    model.parameters.add("new", p, h);
    CHECK_THROWS_WITH(finish(), "step: the list had 3 tensors in the first step and has 4 now");
    CHECK_THROWS_WITH(mean.add(model.parameters),
                      "step: the list had 3 tensors in the first step and has 4 now");
    CHECK(mean.count() == 1);
    CHECK(random == before);
    CHECK(same_bits(model.gradient(), g));
    Model<float> same;
    same.backward(2);
    mean.add(same.parameters);  // a list of the same sizes will do
    mean.finish(same.parameters, random);
    mean.add(model.parameters);  // a new batch, a new list
    CHECK_NOTHROW(finish());
    CHECK(h != Eigen::VectorXf::Ones(3));
  }
  SECTION("a gradient is const") {
    Eigen::VectorXf p(3);
    const Eigen::VectorXf h = Eigen::VectorXf::Ones(3);
    et::Parameters<float> parameters;
    parameters.add("a", model.p1, model.g1).add("fixed", p, h);
    et::PerExampleMean<float> other({.max_norm = 3.0, .noise_multiplier = 0.25});
    other.add(parameters);  // which reads only
    CHECK_THROWS_WITH(other.finish(parameters, random),
                      "PerExampleMean: the gradient of fixed was added as const");
    CHECK(other.count() == 1);
    CHECK(random == before);
    CHECK(same_bits(model.gradient(), g));
    CHECK(h == Eigen::VectorXf::Ones(3));
  }
}

TEST_CASE("options out of range throw") {
  using Mean = et::PerExampleMean<double>;
  for (const double bad : {0.0, -1.0, infinity, not_a_number}) {
    CHECK_THROWS_WITH(Mean({.max_norm = bad}),
                      "PerExampleMean: max_norm must be in (0, inf), got " + et::message(bad));
  }
  for (const double bad : {-0.5, infinity, not_a_number}) {
    CHECK_THROWS_WITH(
        Mean({.noise_multiplier = bad}),
        "PerExampleMean: noise_multiplier must be in [0, inf), got " + et::message(bad));
  }
}
