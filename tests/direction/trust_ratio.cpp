// SPDX-License-Identifier: MIT
#include "eigentrain/direction/trust_ratio.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <limits>

#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::noise;

namespace {

template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// ‖w‖ = 5 and ‖g‖ = 10, ‖b‖ = 13 and ‖gb‖ = 0.5, and a scalar that is 0.
template <class S>
struct Three {
  Vector<S> w{{S(3), S(4)}}, g{{S(-6), S(8)}};
  Vector<S> b{{S(5), S(12)}}, gb{{S(0.3), S(-0.4)}};
  Vector<S> zero{{S(0)}}, gz{{S(7)}};
  et::Parameters<S> parameters;
  Three() {
    parameters.add("w", w, g).add("b", b, gb, {.weight_decay = false}).add("zero", zero, gz);
  }

  /// The ratios of a step with the learning rate 1.
  Eigen::Vector3d ratios(const et::TrustRatioOptions& options) {
    auto optimizer = et::chain<S>(et::trust_ratio(options), et::descend(1.0));
    optimizer.step(parameters);
    const auto& measured = optimizer.template measured<et::TrustRatio>();
    REQUIRE(measured.size() == 3);
    return {measured[0], measured[1], measured[2]};
  }
};

}  // namespace

TEMPLATE_TEST_CASE("every tensor changes by the same share", "", float, double) {
  using S = TestType;
  Three<S> t;
  const Eigen::Vector3d ratios = t.ratios({.coefficient = 0.25});
  CHECK(ratios[0] == 0.125);
  CHECK(ratios[1] == Approx(0.25 * 13 / 0.5).epsilon(sizeof(S) == 8 ? 1e-15 : 1e-7));
  CHECK(ratios[2] == 1.0);  // there is no share of zero
  CHECK(t.w == Vector<S>{{S(3.75), S(3)}});
  CHECK(static_cast<double>(t.b[0]) == Approx(5 - 1.95).epsilon(1e-6));
  CHECK(static_cast<double>(t.b[1]) == Approx(12 + 2.6).epsilon(1e-6));
  CHECK(t.zero[0] == S(-7));
}

TEST_CASE("an update of zero has no ratio, whatever the weights") {
  Three<double> t;
  t.g.setZero();
  CHECK(t.ratios({})[0] == 1.0);
  CHECK(t.w == Eigen::Vector2d(3, 4));
}

TEST_CASE("weight decay stands inside: it is scaled, and its norm divides") {
  Three<double> t;
  const Eigen::Vector3d ratios = t.ratios({.weight_decay = 3.0, .epsilon = 7.0});
  CHECK(ratios[0] == 5.0 / (10 + 3 * 5 + 7));
  CHECK(ratios[1] == Approx(13 / (0.5 + 7)).epsilon(1e-15));  // doesn't decay
  CHECK(t.w[0] == Approx(3 - 5.0 / 32 * (-6 + 3 * 3)).epsilon(1e-15));
  CHECK(t.w[1] == Approx(4 - 5.0 / 32 * (8 + 3 * 4)).epsilon(1e-15));
  CHECK(t.b[0] == Approx(5 - 13 / 7.5 * 0.3).epsilon(1e-15));
}

TEST_CASE("the norm of the weights can be bounded on both sides, and the ratio") {
  CHECK(Three<double>().ratios({.least_weight = 6.0})[0] == 0.6);
  CHECK(Three<double>().ratios({.least_weight = 6.0})[1] == 26.0);
  CHECK(Three<double>().ratios({.least_weight = 3.5})[2] == 0.5);
  CHECK(Three<double>().ratios({.most_weight = 10.0})[0] == 0.5);
  CHECK(Three<double>().ratios({.most_weight = 10.0})[1] == 20.0);
  CHECK(Three<double>().ratios({.most_ratio = 1.0})[0] == 0.5);
  CHECK(Three<double>().ratios({.most_ratio = 1.0})[1] == 1.0);
}

TEST_CASE("tensors that don't decay can be left out") {
  Three<double> t;
  const Eigen::Vector3d ratios = t.ratios({.weight_decay = 1.0, .only_decayed = true});
  CHECK(ratios[0] == Approx(5.0 / 15).epsilon(1e-15));
  CHECK(ratios[1] == 1.0);
  CHECK(t.b[0] == 5 - 0.3);
}

TEST_CASE("frozen tensors take no part") {
  Three<double> t;
  t.parameters.set_options("w", {.frozen = true});
  CHECK(t.ratios({})[0] == 0.0);
  CHECK(t.w[0] == 3.0);
}

TEST_CASE("norms don't overflow where values don't, and what isn't finite stays so") {
  Three<double> t;
  t.w *= 1e200;
  t.g *= 1e200;
  t.b *= 1e-300;
  CHECK(t.ratios({})[0] == Approx(0.5).epsilon(1e-15));
  Three<float> f;
  f.g *= 1e30f;
  CHECK(f.ratios({})[0] == Approx(0.5e-30).epsilon(1e-6));
  CHECK(f.w[0] == Approx(6).epsilon(1e-6));
  Three<float> bad;
  bad.g[0] = std::nanf("");
  bad.ratios({});
  CHECK(std::isnan(bad.w[0]));
  CHECK(std::isnan(bad.w[1]));
  CHECK(std::isfinite(bad.b[0]));
}

TEST_CASE("a failed step changes nothing, and none but the first allocates") {
  Three<float> t;
  double rate = 1.0;
  auto optimizer = et::chain<float>(et::add_decay(0.5), et::trust_ratio({}),
                                    et::descend(et::Schedule([&](std::int64_t) { return rate; })));
  optimizer.step(t.parameters);
  const double ratio = optimizer.measured<et::TrustRatio>()[0];
  CHECK(et::test::allocations_in([&] { optimizer.step(t.parameters); }) == 0);
  CHECK(optimizer.measured<et::TrustRatio>()[0] != ratio);
  const double before = optimizer.measured<et::TrustRatio>()[0];
  const Vector<float> w = t.w;
  rate = -1.0;
  CHECK_THROWS(optimizer.step(t.parameters));
  CHECK(t.w == w);
  CHECK(optimizer.measured<et::TrustRatio>()[0] == before);
}

TEMPLATE_TEST_CASE("the same bits at every level", "", float, double) {
  using S = TestType;
  et::test::at_every_simd_level([] {
    CAPTURE(static_cast<int>(et::simd_level()));
    Vector<S> p(1003), g(1003), q(7), h(7);
    et::Parameters<S> parameters;
    parameters.add("p", p, g).add("q", q, h);
    for (et::Index i = 0; i < p.size(); ++i) p[i] = noise<S>(1, i);
    for (et::Index i = 0; i < q.size(); ++i) q[i] = noise<S>(2, i);
    auto optimizer =
        et::chain<S>(et::trust_ratio({.coefficient = 0.1, .weight_decay = 0.01}), et::descend(1.0));
    for (int step = 0; step < 5; ++step) {
      for (et::Index i = 0; i < p.size(); ++i) g[i] = noise<S>(3 + step, i);
      for (et::Index i = 0; i < q.size(); ++i) h[i] = noise<S>(100 + step, i);
      optimizer.step(parameters);
    }
    const std::uint64_t hash =
        et::test::hash_bits(p.data(), p.size()) ^ 3 * et::test::hash_bits(q.data(), q.size());
    CHECK(hash == (sizeof(S) == 4 ? 0xb1179f1cde8d7168u : 0xdf37065844aee1adu));
  });
}

TEST_CASE("trust_ratio: options out of range throw") {
  CHECK_THROWS_WITH(et::trust_ratio({.coefficient = 0.0}),
                    "trust_ratio: coefficient must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::trust_ratio({.weight_decay = -1.0}),
                    "trust_ratio: weight_decay must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::trust_ratio({.epsilon = std::nan("")}),
                    "trust_ratio: epsilon must be in [0, inf), got nan");
  CHECK_THROWS_WITH(et::trust_ratio({.least_weight = infinity}),
                    "trust_ratio: least_weight must be in [0, inf), got inf");
  CHECK_THROWS_WITH(et::trust_ratio({.most_weight = 0.0}),
                    "trust_ratio: most_weight must be in (0, inf], got 0");
  CHECK_THROWS_WITH(et::trust_ratio({.least_weight = 3.0, .most_weight = 2.0}),
                    "trust_ratio: least_weight must not be above most_weight, got 3 and 2");
  CHECK_THROWS_WITH(et::trust_ratio({.most_ratio = -1.0}),
                    "trust_ratio: most_ratio must be in (0, inf], got -1");
}
