// SPDX-License-Identifier: MIT
#include "eigentrain/core/update.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;

TEST_CASE("runs cover every element once, in order") {
  Eigen::MatrixXd big = Eigen::MatrixXd::Random(7, 9), gradients = Eigen::MatrixXd::Random(11, 9);
  Eigen::VectorXd b(5), db(5);
  et::Parameters<double> parameters;
  parameters.add("block", big.block(1, 2, 3, 4), gradients.block(2, 1, 3, 4));
  parameters.add("b", b, db);
  parameters.add("columns", big.leftCols(2), gradients.block(0, 5, 7, 2));
  const auto& elements = parameters.elements();
  for (et::Index begin = 0; begin < elements.total; ++begin) {
    for (et::Index end = begin; end <= elements.total; ++end) {
      et::Index next = begin;
      et::detail::for_each_run(
          elements.tensors, begin, end,
          [&](const et::Tensor<double>& tensor, const et::detail::Run<double>& run) {
            if (run.first != next || run.size <= 0) FAIL_CHECK("a gap");
            for (et::Index i = 0; i < run.size; ++i) {
              const et::Index f = run.first + i - tensor.first;
              const auto& p = tensor.parameter;
              const auto& g = tensor.gradient;
              if (run.parameter + i != p.data + f / p.inner * p.stride + f % p.inner ||
                  run.gradient + i != g.data + f / g.inner * g.stride + f % g.inner ||
                  run.state + i != tensor.state + f) {
                FAIL_CHECK("a wrong place");
              }
            }
            next = run.first + run.size;
          });
      if (next != end) FAIL_CHECK("stopped at " << next << " instead of " << end);
    }
  }
}

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
