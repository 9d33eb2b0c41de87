// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/clip_value.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::same_bits;

TEMPLATE_TEST_CASE("every value is limited on its own", "", float, double) {
  using S = TestType;
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  const S infinity = std::numeric_limits<S>::infinity();
  const Vector given{{S(0.25), S(-0.25), S(0.5), S(-0.5), S(3), S(-3), S(0), infinity, -infinity}};
  const Vector wanted{{S(0.25), S(-0.25), S(0.5), S(-0.5), S(0.5), S(-0.5), S(0), S(0.5), S(-0.5)}};
  Vector p = Vector::Zero(given.size()), g = given;
  et::Parameters<S> parameters;
  parameters.add("p", p, g);
  SECTION("in place") {
    et::clip_gradient_value(parameters, S(0.5));
    CHECK(et::test::same_bits(g, wanted));
    CHECK(p.isZero(0));
  }
  SECTION("in a chain, where the gradients stay as they are") {
    auto optimizer = et::chain<S>(et::clip_by_value(0.5), et::descend(1.0));
    et::test::at_every_simd_level([&] {
      p.setZero();
      optimizer.step(parameters);
      CHECK((p + wanted).isZero(0));
      CHECK(et::test::same_bits(g, given));
    });
  }
  SECTION("an infinite limit changes nothing") {
    et::clip_gradient_value(parameters, infinity);
    CHECK(et::test::same_bits(g, given));
  }
}

TEST_CASE("NaN stays NaN") {
  Eigen::VectorXf p(21), g = Eigen::VectorXf::Constant(21, 2.0f);
  g[0] = g[20] = std::numeric_limits<float>::quiet_NaN();
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  et::test::at_every_simd_level([&] { et::clip_gradient_value(parameters, 1.0f); });
  CHECK(std::isnan(g[0]));
  CHECK(std::isnan(g[20]));
  CHECK(g.segment(1, 19) == Eigen::VectorXf::Ones(19));
}

TEST_CASE("a limit that is not in (0, inf] throws, and a const gradient does") {
  Eigen::VectorXf p(2), g = Eigen::VectorXf::Ones(2);
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(et::clip_by_value(0.0), "clip_by_value: limit must be in (0, inf], got 0");
  CHECK_THROWS_WITH(et::clip_by_value(-0.5), "clip_by_value: limit must be in (0, inf], got -0.5");
  CHECK_THROWS_WITH(et::clip_by_value(std::nan("")),
                    "clip_by_value: limit must be in (0, inf], got nan");
  CHECK_THROWS_WITH(et::clip_gradient_value(parameters, 0.0f),
                    "clip_gradient_value: limit must be in (0, inf], got 0");
  CHECK_THROWS_WITH(et::clip_gradient_value(parameters, nan),
                    "clip_gradient_value: limit must be in (0, inf], got nan");
  CHECK(et::clip_by_value(0.5).high() == 0.5);

  Eigen::VectorXf q(2);
  const Eigen::VectorXf h = Eigen::VectorXf::Ones(2);
  parameters.add("q", q, h);
  CHECK_THROWS_WITH(et::clip_gradient_value(parameters, 0.5f),
                    "clip_gradient_value: the gradient of q was added as const");
  CHECK(g == Eigen::VectorXf::Ones(2));
}

TEST_CASE("frozen gradients are left alone") {
  Eigen::VectorXf p(2), g = Eigen::VectorXf::Ones(2);
  et::Parameters<float> parameters;
  parameters.add("p", p, g, {.frozen = true});
  et::clip_gradient_value(parameters, 0.5f);
  CHECK(g == Eigen::VectorXf::Ones(2));
}

namespace {

/// −4, −3.75, …, 4 and what isn't finite.
template <class S>
Eigen::Matrix<S, Eigen::Dynamic, 1> many_values() {
  Eigen::Matrix<S, Eigen::Dynamic, 1> values(36);
  for (int i = 0; i < 33; ++i) values[i] = S(i - 16) / S(4);
  values[33] = std::numeric_limits<S>::infinity();
  values[34] = -std::numeric_limits<S>::infinity();
  values[35] = std::numeric_limits<S>::quiet_NaN();
  return values;
}

template <class S>
S limited(S value, S low, S high) {
  return value < low ? low : value > high ? high : value;
}

}  // namespace

TEMPLATE_TEST_CASE("two bounds need not be symmetric, nor finite, nor around zero", "", float,
                   double) {
  using S = TestType;
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  const S infinity = std::numeric_limits<S>::infinity();
  const Vector values = many_values<S>();
  for (const auto& bounds : {std::pair(S(-0.25), S(2)),
                             {S(-3), S(0.5)},
                             {S(1), S(1.5)},
                             {S(-2), S(-1)},
                             {S(0), S(1)},
                             {-infinity, S(0.25)},
                             {S(-0.75), infinity},
                             {-infinity, infinity}}) {
    const S low = bounds.first, high = bounds.second;
    Vector wanted = values;
    for (S& value : wanted) value = limited(value, low, high);
    CAPTURE(low, high);
    et::test::at_every_simd_level([&] {
      Vector p = Vector::Zero(values.size()), g = values;
      et::Parameters<S> parameters;
      parameters.add("head", p.head(17), g.head(17)).add("tail", p.tail(19), g.tail(19));
      auto optimizer = et::chain<S>(et::clip_by_value(double(low), double(high)), et::descend(1.0));
      optimizer.step(parameters);
      CHECK((p + wanted).head(33).isZero(0));
      CHECK(p[33] == -wanted[33]);
      CHECK(p[34] == -wanted[34]);
      CHECK(std::isnan(p[35]));
      CHECK(same_bits(g, values));
      et::clip_gradient_value(parameters, low, high);
      CHECK(same_bits(g, wanted));
      g = values;
      et::clip_gradient_value(g, low, high);
      CHECK(same_bits(g, wanted));
    });
  }
  const et::ClipByValue clip = et::clip_by_value(-0.25, 2.0);
  CHECK(clip.low() == -0.25);
  CHECK(clip.high() == 2.0);
  CHECK(et::clip_by_value(0.5).low() == -0.5);
}

TEMPLATE_TEST_CASE("one gradient of any kind, with nothing allocated", "", float, double) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  const Matrix values = Matrix::Constant(40, 30, S(2));
  const auto clip = [](auto&& gradient) {
    CHECK(et::test::allocations_in([&] { et::clip_gradient_value(gradient, S(0.5)); }) == 0);
  };
  Matrix around = values;
  clip(around.block(3, 4, 33, 21));
  CHECK(around.block(3, 4, 33, 21) == Matrix::Constant(33, 21, S(0.5)));
  CHECK(around.sum() == S(2 * 40 * 30 - 33 * 21 * 1.5));
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> row_major = values;
  clip(row_major.middleRows(3, 5));
  CHECK(row_major.sum() == S(2 * 40 * 30 - 5 * 30 * 1.5));
  Eigen::Array<S, 3, 3> fixed = Eigen::Array<S, 3, 3>::Constant(S(-2));
  clip(fixed);
  CHECK((fixed == S(-0.5)).all());
  S memory[] = {S(-2), S(0.25), S(2)};
  clip(Eigen::Map<Eigen::Matrix<S, 3, 1>>(memory));
  CHECK(memory[0] == S(-0.5));
  CHECK(memory[1] == S(0.25));
  CHECK(memory[2] == S(0.5));
  Eigen::Tensor<S, 3> tensor(2, 3, 5);
  tensor.setConstant(S(2));
  clip(tensor);
  CHECK(tensor(0, 0, 0) == S(0.5));
  CHECK(tensor(1, 2, 4) == S(0.5));
  Matrix none(0, 3);
  CHECK_NOTHROW(et::clip_gradient_value(none, S(0.5)));
}

TEST_CASE("bounds that aren't low < high throw, with nothing changed") {
  Eigen::VectorXf p(2), g = Eigen::VectorXf::Constant(2, 3.0f);
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const auto& [low, high] : {std::pair(1.0f, -1.0f),
                                  {0.5f, 0.5f},
                                  {nan, 1.0f},
                                  {-1.0f, nan},
                                  {infinity, infinity},
                                  {-infinity, -infinity},
                                  {1.0f, -infinity}}) {
    const std::string rest = ": low must be below high, got " + et::message(low, " and ", high);
    CHECK_THROWS_WITH(et::clip_by_value(double(low), double(high)), "clip_by_value" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_value(parameters, low, high), "clip_gradient_value" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_value(g, low, high), "clip_gradient_value" + rest);
  }
  CHECK_THROWS_WITH(et::clip_gradient_value(g, -0.5f),
                    "clip_gradient_value: limit must be in (0, inf], got -0.5");
  CHECK_THROWS_WITH(et::clip_gradient_value(g, nan),
                    "clip_gradient_value: limit must be in (0, inf], got nan");
  CHECK(g == Eigen::VectorXf::Constant(2, 3.0f));
}
