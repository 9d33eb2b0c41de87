// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/constrain_values.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <string_view>
#include <unsupported/Eigen/CXX11/Tensor>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::same_bits;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr auto is_weight = [](std::string_view name) { return name.ends_with("weight"); };

}  // namespace

TEMPLATE_TEST_CASE("a box limits each value, and not_negative the negative ones", "", float,
                   double) {
  using Matrix = Eigen::Matrix<TestType, Eigen::Dynamic, Eigen::Dynamic>;
  const Matrix start{{-2, -0.5, 0}, {0.5, 2, 1}};
  et::test::at_every_simd_level([&] {
    Matrix w = start;
    et::constrain_box(w, -1.0, 1.5);
    CHECK(w == Matrix{{-1, -0.5, 0}, {0.5, 1.5, 1}});
    w = start;
    et::constrain_box(w, -infinity, 0.25);
    CHECK(w == Matrix{{-2, -0.5, 0}, {0.25, 0.25, 0.25}});
    w = start;
    et::constrain_box(w, -infinity, infinity);
    CHECK(same_bits(w, start));
    et::constrain_non_negative(w);
    CHECK(w == Matrix{{0, 0, 0}, {0.5, 2, 1}});
    w = start;
    et::constrain_box(w, 0.5, 0.5);
    CHECK(w == Matrix::Constant(2, 3, TestType(0.5)));
  });
}

TEST_CASE("blocks leave their surroundings alone, and nothing is allocated") {
  Eigen::MatrixXf w = Eigen::MatrixXf::Constant(40, 50, -1.0f);
  CHECK(et::test::allocations_in([&] { et::constrain_non_negative(w.block(3, 4, 33, 31)); }) == 0);
  CHECK(w.sum() == -(40.0f * 50.0f - 33.0f * 31.0f));
  CHECK(w.block(3, 4, 33, 31).isZero(0));
}

TEST_CASE("tensors of any rank, and maps") {
  Eigen::Tensor<double, 3> tensor(2, 3, 5);
  tensor.setConstant(2.0);
  tensor(1, 2, 3) = 0.25;
  et::constrain_box(tensor, 0.0, 0.5);
  CHECK(tensor(0, 0, 0) == 0.5);
  CHECK(tensor(1, 2, 4) == 0.5);
  CHECK(tensor(1, 2, 3) == 0.25);
  double values[] = {-1.0, 1.0, -2.0};
  et::constrain_non_negative(Eigen::Map<Eigen::Vector3d>(values));
  CHECK(values[0] == 0.0);
  CHECK(values[1] == 1.0);
  CHECK(values[2] == 0.0);
}

TEST_CASE("over parameters, those whose names the predicate takes, without frozen ones") {
  Eigen::MatrixXf a = Eigen::MatrixXf::Constant(3, 4, -2.0f), c = a, none(0, 3);
  Eigen::VectorXf b = Eigen::VectorXf::Constant(3, -2.0f), gb = b;
  Eigen::MatrixXf ga = a, gc = a, gn = none;
  et::Parameters<float> parameters;
  parameters.add("a.weight", a, ga).add("a.bias", b, gb);
  parameters.add("c.weight", c, gc, {.frozen = true}).add("none.weight", none, gn);
  CHECK(et::constrain_box(parameters, -1.0, 1.0, is_weight) == 2);
  CHECK(a == Eigen::MatrixXf::Constant(3, 4, -1.0f));
  CHECK(b == Eigen::VectorXf::Constant(3, -2.0f));
  CHECK(c == Eigen::MatrixXf::Constant(3, 4, -2.0f));
  CHECK(ga == Eigen::MatrixXf::Constant(3, 4, -2.0f));
  CHECK(et::constrain_non_negative(parameters, is_weight) == 2);
  CHECK(a.isZero(0));
  CHECK(b == Eigen::VectorXf::Constant(3, -2.0f));
  CHECK(et::constrain_non_negative(parameters, [](std::string_view) { return false; }) == 0);
}

TEST_CASE("bad bounds and what isn't finite throw, with nothing changed") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Eigen::MatrixXf w = Eigen::MatrixXf::Constant(3, 4, -2.0f), v = w, g = w, h = w;
  CHECK_THROWS_WITH(et::constrain_box(w, 1.0, -1.0),
                    "constrain_box: low must be at most high, got 1 and -1");
  CHECK_THROWS_WITH(et::constrain_box(w, 0.0, std::nan("")),
                    "constrain_box: low must be at most high, got 0 and nan");
  et::Parameters<float> parameters;
  parameters.add("w", w, g).add("v", v, h);
  const auto all = [](std::string_view) { return true; };
  CHECK_THROWS_WITH(et::constrain_box(parameters, 1.0, -1.0, all),
                    "constrain_box: low must be at most high, got 1 and -1");
  for (const float bad :
       {nan, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
    v(2, 3) = bad;
    const Eigen::MatrixXf before = v;
    CHECK_THROWS_WITH(
        et::constrain_non_negative(v),
        "constrain_non_negative: the tensor has values that are not finite; nothing was changed");
    CHECK_THROWS_WITH(et::constrain_box(parameters, -1.0, 1.0, all),
                      "constrain_box: v has values that are not finite; nothing was changed");
    CHECK(same_bits(v, before));
  }
  CHECK(w == Eigen::MatrixXf::Constant(3, 4, -2.0f));
}
