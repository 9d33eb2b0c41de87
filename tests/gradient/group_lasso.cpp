// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/group_lasso.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Groups;
using et::test::bits;
using et::test::noise;

TEMPLATE_TEST_CASE("lambda times the norms of the groups, by the root of their size", "", float,
                   double) {
  Eigen::Matrix<TestType, 2, 4> w;
  w << 3, 4, 0, 0, 0, 0, 0, 12;
  CHECK(et::group_lasso_penalty(w, {.strength = 0.5}) == 17.0);  // ½·√4·(5 + 12)
  CHECK(et::group_lasso_penalty(w, {.strength = 0.5, .scale_by_size = false}) == 8.5);
  CHECK(et::group_lasso_penalty(
            w, {.strength = 0.5, .groups = Groups::columns, .scale_by_size = false}) == 9.5);
  CHECK(et::group_lasso_penalty(w, {.strength = 2.0, .groups = Groups::columns}) ==
        Approx(2.0 * std::sqrt(2.0) * 19.0).epsilon(1e-15));
  CHECK(et::group_lasso_penalty(w, {.strength = 1.0, .groups = Groups::all}) ==
        Approx(std::sqrt(8.0) * 13.0).epsilon(1e-15));
  CHECK(et::group_lasso_penalty(w, {.strength = 0.0}) == 0.0);
}

TEST_CASE("the gradient is the direction of each group, added, and nothing at zero") {
  Eigen::MatrixXf w{{3.0f, 4.0f, 0.0f, 0.0f}, {0.0f, 0.0f, 0.0f, 0.0f}};
  Eigen::MatrixXf g = Eigen::MatrixXf::Ones(2, 4);
  et::add_group_lasso(w, g, {.strength = 0.5});
  const Eigen::MatrixXf wanted{{1.6f, 1.8f, 1.0f, 1.0f}, {1.0f, 1.0f, 1.0f, 1.0f}};
  CHECK(g.isApprox(wanted, 1e-6f));
  CHECK(g.row(1) == wanted.row(1));
  const Eigen::MatrixXf before = g;
  et::add_group_lasso(w, g, {.strength = 0.0});
  CHECK(g == before);
}

TEMPLATE_TEST_CASE("it is the derivative of the value, in every order and cut", "",
                   (Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic>),
                   (Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>)) {
  TestType room(9, 10);
  for (et::Index i = 0; i < room.size(); ++i) room.data()[i] = noise<double>(1, i);
  auto w = room.block(1, 2, 7, 5);
  for (const bool scaled : {true, false}) {
    for (const Groups groups : {Groups::rows, Groups::columns, Groups::all}) {
      const et::GroupLassoOptions options{
          .strength = 0.3, .groups = groups, .scale_by_size = scaled};
      TestType g = TestType::Constant(7, 5, 0.25);
      et::add_group_lasso(w, g, options);
      for (et::Index i = 0; i < 7; ++i) {
        for (et::Index j = 0; j < 5; ++j) {
          constexpr double h = 1e-5;
          const double value = w(i, j);
          w(i, j) = value + h;
          const double above = et::group_lasso_penalty(w, options);
          w(i, j) = value - h;
          const double below = et::group_lasso_penalty(w, options);
          w(i, j) = value;
          CHECK(g(i, j) - 0.25 == Approx((above - below) / (2 * h)).margin(1e-8));
        }
      }
    }
  }
}

TEST_CASE("descending along it shrinks whole rows together") {
  Eigen::MatrixXd w{{0.3, 0.4}, {3.0, 4.0}}, g = Eigen::MatrixXd::Zero(2, 2);
  et::add_group_lasso(w, g, {.strength = 1.0, .scale_by_size = false});
  w -= 0.25 * g;
  CHECK(w(0, 0) / w(0, 1) == Approx(0.75));  // directions kept, lengths less by ¼
  CHECK(w.row(0).norm() == Approx(0.25));
  CHECK(w.row(1).norm() == Approx(4.75));
}

TEST_CASE("tiny groups don't give infinite gradients") {
  Eigen::MatrixXf w = Eigen::MatrixXf::Constant(1, 4, std::numeric_limits<float>::denorm_min());
  Eigen::MatrixXf g = Eigen::MatrixXf::Zero(1, 4);
  et::add_group_lasso(w, g, {.strength = 100.0});
  CHECK(g.allFinite());
}

TEST_CASE("the same bits everywhere, and nothing allocated") {
  Eigen::MatrixXf w(45, 67), g(45, 67);
  for (et::Index i = 0; i < w.size(); ++i) w.data()[i] = noise<float>(1, i) / 3.0f;
  const auto value = bits(et::group_lasso_penalty(w, {.strength = 0.1}));
  et::test::at_every_simd_level([&] {
    CHECK(bits(et::group_lasso_penalty(w, {.strength = 0.1})) == value);
    g.setConstant(0.1f);
    CHECK(et::test::allocations_in([&] { et::add_group_lasso(w, g, {.strength = 0.1}); }) == 0);
    CHECK(et::test::hash_bits(g.data(), g.size()) == 0x70d51dbc77de6929u);
  });
}

TEST_CASE("bad options, shapes and weights throw, with the gradient untouched") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Eigen::MatrixXf w = Eigen::MatrixXf::Ones(40, 2), g = w, other(2, 40);
  CHECK_THROWS_WITH(et::group_lasso_penalty(w, {.strength = -1.0}),
                    "group_lasso_penalty: strength must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::add_group_lasso(w, g, {.strength = HUGE_VAL}),
                    "add_group_lasso: strength must be in [0, inf), got inf");
  CHECK_THROWS_WITH(et::add_group_lasso(w, other, {}),
                    "add_group_lasso: the weights are 40x2 but the gradient is 2x40");
  CHECK_THROWS_WITH(et::add_group_lasso(w, w, {}),
                    "add_group_lasso: the weights and the gradient share memory");
  w(37, 1) = nan;
  CHECK_THROWS_WITH(et::add_group_lasso(w, g, {}),
                    "add_group_lasso: row 37 has no finite norm; nothing was changed");
  CHECK(std::isnan(et::group_lasso_penalty(w, {})));
  CHECK(g == Eigen::MatrixXf::Ones(40, 2));
  Eigen::MatrixXf none(0, 3), nothing(0, 3);
  CHECK_NOTHROW(et::add_group_lasso(none, nothing, {}));
  CHECK(et::group_lasso_penalty(none, {}) == 0.0);
}
