// SPDX-License-Identifier: MIT
#include "eigentrain/core/update.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/pages.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

// Every size up to two registers and one, and some that are large enough to be aligned first, at
// every misalignment, with guards around each stream.
TEMPLATE_TEST_CASE("a run touches its own elements only, wherever it stands", "", float, double) {
  using S = TestType;
  constexpr std::size_t guard = 20;
  const auto rule = [](const auto& u, const auto& p, auto& m) {
    m = m + S(0.5) * u;
    return m * u + p / S(3);
  };
  et::test::at_every_level([&] {
    for (std::size_t n = 0; n <= 1050; n = n < 33 ? n + 1 : n + 113) {
      for (std::size_t shift = 0; shift < 16; ++shift) {
        std::vector<S> p(n + 2 * guard), g(p.size()), m(p.size());
        for (std::size_t i = 0; i < p.size(); ++i) {
          p[i] = S(0.1) * S(i + 1);
          g[i] = S(1) / S(i + 3);
          m[i] = S(0.01) * S(i);
        }
        const auto p_before = p, m_before = m, g_before = g;
        const std::size_t at = guard + shift - 2;
        et::detail::update_run<et::detail::Subtract>(p.data() + at, g.data() + at,
                                                     std::array<S*, 1>{m.data() + at},
                                                     static_cast<et::Index>(n), rule);
        for (std::size_t i = 0; i < p.size(); ++i) {
          if (i < at || i >= at + n) {
            if (p[i] != p_before[i] || m[i] != m_before[i]) FAIL_CHECK("touched a guard");
            continue;
          }
          et::Packet<S, 1> one_m(m_before[i]);
          const et::Packet<S, 1> one_p(p_before[i]);
          const S expected = (one_p - rule(et::Packet<S, 1>(g[i]), one_p, one_m))[0];
          if (p[i] != expected || m[i] != one_m[0]) {
            FAIL_CHECK("n " << n << ", shift " << shift << ", element " << i - at);
          }
        }
        CHECK(g == g_before);
      }
    }
  });
}

TEST_CASE(
    "a step finds the parameter as it lies when gradients that lie otherwise were rewritten") {
  Eigen::MatrixXf whole = Eigen::MatrixXf::Zero(3, 3), part = Eigen::MatrixXf::Zero(5, 3);
  Eigen::MatrixXf wide = Eigen::MatrixXf::Constant(5, 3, 2.0f);
  Eigen::MatrixXf narrow = Eigen::MatrixXf::Constant(3, 3, 2.0f);
  et::Parameters<float> parameters;
  parameters.add("whole", whole, wide.topRows(3)).add("part", part.bottomRows(3), narrow);
  for (int step = 1; step <= 2; ++step) {
    et::detail::update_gradients(parameters.elements(),
                                 [](const auto& u, const auto&) { return 0.5f * u; });
    et::detail::update<et::detail::Subtract, float>(parameters.elements(), nullptr,
                                                    [](const auto& u, const auto&) { return u; });
  }
  CHECK((whole.array() == -1.5f).all());
  CHECK((part.bottomRows(3).array() == -1.5f).all());
  CHECK(part.topRows(2).isZero());
  CHECK((wide.topRows(3).array() == 0.5f).all());
  CHECK((wide.bottomRows(2).array() == 2.0f).all());
  CHECK((narrow.array() == 0.5f).all());
}

TEST_CASE("gradients are rewritten in place, but never const ones") {
  Eigen::MatrixXf W = Eigen::MatrixXf::Ones(3, 3), dW = Eigen::MatrixXf::Constant(5, 3, 2.0f);
  et::Parameters<float> parameters;
  parameters.add("W", W, dW.topRows(3));
  et::detail::require_writable_gradients(parameters.elements(), "halve");
  et::detail::update_gradients(parameters.elements(),
                               [](const auto& u, const auto&) { return 0.5f * u; });
  CHECK(dW.topRows(3).isOnes());
  CHECK((dW.bottomRows(2).array() == 2.0f).all());
  CHECK(W.isOnes());
  parameters.add("V", W, std::as_const(dW).topRows(3));
  CHECK_THROWS_WITH(et::detail::require_writable_gradients(parameters.elements(), "halve"),
                    "halve: the gradient of V was added as const");
}

// The parameter's pages can't be written, and nothing behind its last value can be read.
TEMPLATE_TEST_CASE("keeping writes the state, but no parameter, not even the same bits", "", float,
                   double) {
  using S = TestType;
  const auto gather = [](const auto& u, const auto& p, auto& sum) {
    sum = sum + u * p;
    return u;
  };
  for (const et::Index n : {1, 3, 7, 8, 15, 16, 17, 33, 100, 1001, 5000}) {
    const auto size = static_cast<std::size_t>(n);
    const et::test::Pages<S> g(size), m(size);
    et::test::Pages<S> p(size);
    for (et::Index i = 0; i < n; ++i) {
      p.data()[i] = et::test::noise<S>(1, i);
      g.data()[i] = et::test::noise<S>(2, i);
    }
    p.forbid_writing();
    int times = 0;
    et::test::at_every_level([&] {
      et::detail::update_run<et::detail::Keep>(p.data(), g.data(), std::array<S*, 1>{m.data()}, n,
                                               gather);
      ++times;
      for (et::Index i = 0; i < n; ++i) {
        const S product = p.data()[i] * g.data()[i];  // exact, and so are its multiples
        if (m.data()[i] != S(times) * product) FAIL_CHECK(n << " values, element " << i);
      }
    });
  }
}

TEST_CASE("keeping through all tensors leaves parameters and gradients as they are") {
  Eigen::MatrixXd W = Eigen::MatrixXd::Random(9, 4), dW = Eigen::MatrixXd::Random(9, 4);
  const Eigen::MatrixXd W_before = W, dW_before = dW;
  et::Parameters<double> parameters;
  parameters.add("W", W.topRows(5), dW.bottomRows(5));
  et::Elements<double>& elements = parameters.elements();
  elements.tensors[0].state = 3;
  std::vector<double> sum(40, 1.0);
  double* const streams[] = {sum.data()};
  const auto twice = [](const auto& u, const auto&) { return u + u; };
  const auto gather = [](const auto& u, const auto&, auto& stored) {
    stored = stored + u;
    return u;
  };
  et::detail::update<et::detail::Keep>(elements, streams, twice, gather);
  CHECK(et::test::same_bits(W, W_before));
  CHECK(et::test::same_bits(dW, dW_before));
  for (et::Index f = 0; f < 40; ++f) {
    const bool inside = 3 <= f && f < 23;
    const double wanted = inside ? 1.0 + 2.0 * dW(4 + (f - 3) % 5, (f - 3) / 5) : 1.0;
    CHECK(sum[static_cast<std::size_t>(f)] == wanted);
  }
}

TEST_CASE("rules without state take narrower registers where no cache holds the elements") {
  const auto without = [](const auto& u, const auto&) { return u; };
  const auto with = [](const auto& u, const auto&, auto&) { return u; };
  using Without = decltype(without);
  using With = decltype(with);
  constexpr et::Index values = et::Index(1) << 22;
  CHECK(et::detail::widest_for<float, Without>(values) == et::SimdLevel::avx512);
  CHECK(et::detail::widest_for<float, Without, Without>(values + 1) == et::SimdLevel::avx2);
  CHECK(et::detail::widest_for<double, Without>(values / 2 + 1) == et::SimdLevel::avx2);
  CHECK(et::detail::widest_for<float, Without, With>(values + 1) == et::SimdLevel::avx512);
}

TEST_CASE("a list without values has no runs") {
  Eigen::VectorXf none(0), dnone(0), p = Eigen::VectorXf::Ones(2), g = p;
  et::Parameters<float> parameters;
  parameters.add("none", none, dnone).add("frozen", p, g, {.frozen = true});
  int runs = 0;
  et::detail::update_runs(parameters.elements(), [&](const auto&, const auto&) { ++runs; });
  CHECK(runs == 0);
}

TEST_CASE("gradients may be rewritten with state, by the chosen one of two rules") {
  Eigen::MatrixXf W = Eigen::MatrixXf::Ones(3, 3), dW = Eigen::MatrixXf::Constant(5, 3, 2.0f);
  Eigen::VectorXf b = Eigen::VectorXf::Ones(20), db = Eigen::VectorXf::Constant(20, 3.0f);
  Eigen::VectorXf frozen = b, dfrozen = db;
  et::Parameters<float> parameters;
  parameters.add("W", W, dW.topRows(3)).add("frozen", frozen, dfrozen, {.frozen = true});
  parameters.add("b", b, db);
  std::vector<float> stored(64, 10.0f);
  float* const streams[] = {stored.data()};
  const auto rewrite = [&](bool with_state) {
    et::Elements<float>& elements = parameters.elements();
    elements.tensors[0].state = 2;
    elements.tensors[1].state = 30;
    const auto swap = [](const auto& u, const auto& g, auto& state) {
      const auto before = state;
      state = u + g;  // both are the gradient
      return before;
    };
    const auto halve = [](const auto& u, const auto&) { return 0.5f * u; };
    et::detail::update_gradients(elements, et::either(with_state, swap, halve), streams);
  };
  rewrite(true);
  CHECK((dW.topRows(3).array() == 10.0f).all());
  CHECK((dW.bottomRows(2).array() == 2.0f).all());
  CHECK((db.array() == 10.0f).all());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    CHECK(stored[i] == (2 <= i && i < 11 ? 4.0f : 30 <= i && i < 50 ? 6.0f : 10.0f));
  }
  const std::vector<float> kept = stored;
  rewrite(false);
  CHECK((dW.topRows(3).array() == 5.0f).all());
  CHECK((db.array() == 5.0f).all());
  CHECK(stored == kept);
  CHECK((dfrozen.array() == 3.0f).all());
  // The parameters never moved, and the list still knows where they are.
  CHECK(W.isOnes(0.0f));
  CHECK(b.isOnes(0.0f));
  CHECK(parameters.elements().tensors[1].parameter.data == b.data());
}
