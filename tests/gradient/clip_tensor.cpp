// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/clip_tensor.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

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

/// Gradients of norms 5, 13 and 8, and a tensor without values in between; the root mean squares
/// are 2.5, 6.5 and 2.
template <class S>
struct Three {
  Vector<S> p1 = Vector<S>::Zero(4), g1{{S(3), S(0), S(-4), S(0)}};
  Vector<S> none{0}, gn{0};
  Vector<S> p2 = Vector<S>::Zero(4), g2{{S(12), S(-5), S(0), S(0)}};
  Matrix<S> p3 = Matrix<S>::Zero(4, 4), g3 = Matrix<S>::Constant(4, 4, S(2));
  et::Parameters<S> parameters;
  explicit Three(const et::ParameterOptions& second = {}) {
    parameters.add("one", p1, g1).add("none", none, gn).add("two", p2, g2, second);
    parameters.add("three", p3, g3);
  }
};

/// Many values, most of them in tensors that are to be clipped, of every kind.
template <class S>
struct Many {
  Vector<S> p1 = Vector<S>::Zero(1003), g1 = p1;
  Matrix<S> p2 = Matrix<S>::Zero(50, 40), g2 = p2;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> p3 = p2, g3 = p2;
  Eigen::Tensor<S, 3> p4{3, 5, 7}, g4{3, 5, 7};
  Eigen::Matrix<S, 3, 3> p5 = Eigen::Matrix<S, 3, 3>::Zero(), g5;
  et::Parameters<S> parameters;
  Many() {
    p4.setZero();
    g5.setConstant(S(1e-3));  // not to be clipped
    std::int64_t tensor = 0;
    const auto fill = [&tensor](auto& g) {
      ++tensor;
      for (et::Index i = 0; i < g.size(); ++i) g.data()[i] = noise<S>(tensor, i);
    };
    fill(g1), fill(g2), fill(g3), fill(g4);
    parameters.add("vector", p1, g1).add("block", p2.block(3, 4, 33, 21), g2.block(3, 4, 33, 21));
    parameters.add("row-major", p3.block(3, 4, 33, 21), g3.block(3, 4, 33, 21));
    parameters.add("kernel", p4, g4).add("fixed", p5, g5);
  }
};

/// p + g·(factor that brings the norm, in long double, down to the limit) shall be 0.
template <class G>
double clipped_by_hand(const G& g, double limit, bool mean, et::Index row, et::Index col) {
  long double squares = 0;
  for (et::Index i = 0; i < g.rows(); ++i) {
    for (et::Index j = 0; j < g.cols(); ++j) {
      squares += static_cast<long double>(g(i, j)) * static_cast<long double>(g(i, j));
    }
  }
  if (mean) squares /= static_cast<long double>(g.size());
  const long double size = std::sqrt(squares);
  return static_cast<double>(g(row, col) * (size > limit ? limit / size : 1));
}

}  // namespace

TEMPLATE_TEST_CASE("every tensor has a limit of its own on its norm", "", float, double) {
  using S = TestType;
  Three<S> three;
  const Vector<S> g1 = three.g1, g2 = three.g2;
  const Matrix<S> g3 = three.g3;
  const Vector<S> second = S(6.5 / 13.0) * g2;
  const Matrix<S> third = S(6.5 / 8.0) * g3;
  SECTION("in a chain, where the gradients stay as they are") {
    auto optimizer = et::chain<S>(et::clip_by_tensor_norm(6.5), et::descend(1.0));
    CHECK(optimizer.step(three.parameters));
    CHECK(same_bits(three.g1, g1));
    CHECK(same_bits(three.g2, g2));
    CHECK(same_bits(three.g3, g3));
    CHECK(-three.p1 == g1);  // 5: within the limit
    CHECK(-three.p2 == second);
    CHECK(-three.p3 == third);
    const auto& measured = optimizer.template measured<et::ClipByTensor>();
    REQUIRE(measured.size() == 4);
    CHECK(measured[0] == 5.0);
    CHECK(measured[1] == 0.0);
    CHECK(measured[2] == 13.0);
    CHECK(measured[3] == 8.0);
    CHECK(measured.clipped == 2);
    three.g3.setZero();
    CHECK(optimizer.step(three.parameters));
    CHECK(measured.clipped == 3);
    CHECK(measured[3] == 0.0);
    CHECK(-three.p1 == S(2) * g1);
    CHECK(-three.p3 == third);
    CHECK(optimizer.template get<et::ClipByTensor>().limit() == 6.5);
  }
  SECTION("in place") {
    et::clip_gradient_tensor_norm(three.parameters, S(6.5));
    CHECK(same_bits(three.g1, g1));
    CHECK(same_bits(three.g2, second));
    CHECK(same_bits(three.g3, third));
    CHECK(three.p2.isZero(0));
  }
  SECTION("an infinite limit only measures") {
    et::clip_gradient_tensor_norm(three.parameters, std::numeric_limits<S>::infinity());
    CHECK(same_bits(three.g2, g2));
    auto optimizer = et::chain<S>(et::clip_by_tensor_norm(infinity), et::descend(1.0));
    optimizer.step(three.parameters);
    CHECK(-three.p2 == g2);
    CHECK(optimizer.template measured<et::ClipByTensor>()[2] == 13.0);
    CHECK(optimizer.template measured<et::ClipByTensor>().clipped == 0);
  }
}

TEMPLATE_TEST_CASE("the same by the root mean square, which doesn't grow with the size", "", float,
                   double) {
  using S = TestType;
  Three<S> three;
  const Vector<S> g1 = three.g1, g2 = three.g2;
  const Matrix<S> g3 = three.g3;
  const Vector<S> first = S(2.0 / 2.5) * g1, second = S(2.0 / 6.5) * g2;
  SECTION("in a chain") {
    auto optimizer = et::chain<S>(et::clip_by_block_rms(2.0), et::descend(1.0));
    optimizer.step(three.parameters);
    CHECK(-three.p1 == first);
    CHECK(-three.p2 == second);
    CHECK(-three.p3 == g3);  // just at the limit
    CHECK(same_bits(three.g2, g2));
    const auto& measured = optimizer.template measured<et::ClipByTensor>();
    CHECK(measured[0] == 2.5);
    CHECK(measured[1] == 0.0);
    CHECK(measured[2] == 6.5);
    CHECK(measured[3] == 2.0);
    CHECK(measured.clipped == 2);
  }
  SECTION("in place") {
    et::clip_gradient_block_rms(three.parameters, S(2));
    CHECK(same_bits(three.g1, first));
    CHECK(same_bits(three.g2, second));
    CHECK(same_bits(three.g3, g3));
  }
  SECTION("one by one") {
    et::clip_gradient_block_rms(three.g1, S(2));
    et::clip_gradient_block_rms(three.g2, S(2));
    et::clip_gradient_block_rms(three.g3, S(2));
    et::clip_gradient_block_rms(three.gn, S(2));
    CHECK(same_bits(three.g1, first));
    CHECK(same_bits(three.g2, second));
    CHECK(same_bits(three.g3, g3));
  }
}

TEMPLATE_TEST_CASE("chain, plain call and a loop by hand agree for every kind of tensor", "", float,
                   double) {
  using S = TestType;
  const double epsilon = sizeof(S) == 8 ? 1e-14 : 1e-6;
  for (const bool mean : {false, true}) {
    const double limit = mean ? 0.375 : 2.5;
    const auto transform = mean ? et::clip_by_block_rms(limit) : et::clip_by_tensor_norm(limit);
    Many<S> expected, start;
    const auto in_place = [&](auto& gradients) {
      if (mean) {
        et::clip_gradient_block_rms(gradients, S(limit));
      } else {
        et::clip_gradient_tensor_norm(gradients, S(limit));
      }
    };
    in_place(expected.parameters);
    CAPTURE(mean);
    at_every_simd_level([&] {
      Many<S> many;
      auto optimizer = et::chain<S>(transform, et::descend(1.0));
      optimizer.step(many.parameters);
      CHECK(same_bits((-many.p1).eval(), expected.g1));
      CHECK((many.p2 + expected.g2).block(3, 4, 33, 21).isZero(0));
      CHECK((many.p3 + expected.g3).block(3, 4, 33, 21).isZero(0));
      for (et::Index i = 0; i < many.p4.size(); ++i) {
        CHECK(-many.p4.data()[i] == expected.g4.data()[i]);
      }
      CHECK(same_bits((-many.p5).eval(), expected.g5));
      CHECK(same_bits(many.g1, start.g1));
      CHECK(same_bits(many.g2, start.g2));
      in_place(many.parameters);
      CHECK(same_bits(many.g2, expected.g2));  // with what lies around the block
      CHECK(same_bits(many.g3, expected.g3));
      if (mean) {
        Many<S> single;
        et::clip_gradient_block_rms(single.g1, S(limit));
        et::clip_gradient_block_rms(single.g2.block(3, 4, 33, 21), S(limit));
        et::clip_gradient_block_rms(single.g3.block(3, 4, 33, 21), S(limit));
        et::clip_gradient_block_rms(single.g4, S(limit));
        CHECK(same_bits(single.g1, expected.g1));
        CHECK(same_bits(single.g2, expected.g2));
        CHECK(same_bits(single.g3, expected.g3));
        CHECK(same_bits(single.g4, expected.g4));
      } else {
        Many<S> single;  // which has the 1e-6 of the global norm
        et::clip_gradient_norm(single.g2.block(3, 4, 33, 21), S(limit));
        CHECK(single.g2.isApprox(expected.g2, S(1e-6)));
      }
    });
    const auto check = [&](const auto& clipped, const auto& before) {
      for (et::Index i = 0; i < before.rows(); ++i) {
        for (et::Index j = 0; j < before.cols(); ++j) {
          CHECK(static_cast<double>(clipped(i, j)) ==
                Approx(clipped_by_hand(before, limit, mean, i, j)).epsilon(epsilon).margin(0));
        }
      }
    };
    check(expected.g1, start.g1);
    check(expected.g2.block(3, 4, 33, 21), start.g2.block(3, 4, 33, 21));
    check(expected.g3.block(3, 4, 33, 21), start.g3.block(3, 4, 33, 21));
    check(Eigen::Map<Vector<S>>(expected.g4.data(), 105),
          Eigen::Map<Vector<S>>(start.g4.data(), 105));
    CHECK(same_bits(expected.g5, start.g5));
    CHECK(expected.g1 != start.g1);
  }
}

TEMPLATE_TEST_CASE("tensors of any size come down to the limit", "", float, double) {
  using S = TestType;
  const bool is_double = sizeof(S) == 8;
  const S large = is_double ? S(1e300) : S(1e30), small = is_double ? S(1e-300) : S(1e-30);
  Vector<S> p1 = Vector<S>::Zero(2), p2 = p1, g1 = Vector<S>::Constant(2, large),
            g2 = Vector<S>::Constant(2, small);
  et::Parameters<S> parameters;
  parameters.add("large", p1, g1).add("small", p2, g2);
  auto optimizer = et::chain<S>(et::clip_by_tensor_norm(1.0), et::descend(1.0));
  optimizer.step(parameters);
  const auto& measured = optimizer.template measured<et::ClipByTensor>();
  CHECK(measured[0] ==
        Approx(std::sqrt(2.0) * static_cast<double>(large)).epsilon(1e-14).margin(0));
  CHECK(measured[1] ==
        Approx(std::sqrt(2.0) * static_cast<double>(small)).epsilon(1e-14).margin(0));
  CHECK(-p1[0] == Approx(std::sqrt(0.5)).epsilon(1e-6));
  CHECK(-p2[0] == small);
  et::clip_gradient_block_rms(parameters, S(1));
  CHECK(g1[1] == Approx(1.0).epsilon(1e-6));
  CHECK(g2[1] == small);
}

TEST_CASE("frozen tensors are left alone and measured as 0") {
  Three<float> three({.frozen = true});
  three.g2[3] = static_cast<float>(not_a_number);
  et::clip_gradient_tensor_norm(three.parameters, 1.0f);
  CHECK(three.g2[0] == 12.0f);
  CHECK(three.g1[0] == static_cast<float>(1.0 / 5.0) * 3.0f);
  auto optimizer = et::chain<float>(et::clip_by_tensor_norm(0.5), et::descend(1.0));
  CHECK(optimizer.step(three.parameters));
  const auto& measured = optimizer.measured<et::ClipByTensor>();
  CHECK(measured[2] == 0.0);
  CHECK(three.p2.isZero(0));
  CHECK(measured.clipped == 2);

  SECTION("also if they weren't frozen before") {
    three.g2[3] = 0.0f;
    three.parameters.set_options("two", {});
    CHECK(optimizer.step(three.parameters));
    CHECK(measured[2] == 13.0);
    CHECK(measured.clipped == 5);
    three.parameters.set_options("two", {.frozen = true});
    CHECK(optimizer.step(three.parameters));
    CHECK(measured[2] == 0.0);
    CHECK(measured.clipped == 7);
  }
  SECTION("also at the end of the list") {
    three.parameters.set_options("three", {.frozen = true});
    CHECK(optimizer.step(three.parameters));
    CHECK(measured.size() == 1);
    three.parameters.set_options("two", {});
    three.g2[3] = 0.0f;
    CHECK(optimizer.step(three.parameters));
    CHECK(measured.size() == 3);
    CHECK(measured[1] == 0.0);
  }
}

TEST_CASE("what is measured is what arrives: decay in front of the clipping counts") {
  Eigen::VectorXd p{{10.0, 20.0}}, g{{2.0, 2.0}};
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  auto optimizer =
      et::chain<double>(et::add_decay(0.1), et::clip_by_tensor_norm(2.5), et::descend(1.0));
  optimizer.step(parameters);
  CHECK(optimizer.measured<et::ClipByTensor>()[0] == Approx(5.0).epsilon(1e-15));
  CHECK(p[0] == Approx(10.0 - 1.5).epsilon(1e-15));
  CHECK(p[1] == Approx(20.0 - 2.0).epsilon(1e-15));
}

TEST_CASE("nothing is allocated after the first step, nor in place") {
  Many<float> many;
  auto norm = et::chain<float>(et::clip_by_tensor_norm(0.5), et::descend(1.0));
  auto rms = et::chain<float>(et::clip_by_block_rms(0.5), et::descend(1.0));
  norm.step(many.parameters);
  rms.step(many.parameters);
  CHECK(et::test::allocations_in([&] {
          norm.step(many.parameters);
          rms.step(many.parameters);
        }) == 0);
  CHECK(et::test::allocations_in([&] { et::clip_gradient_block_rms(many.g1, 0.5f); }) == 0);
  CHECK(et::test::allocations_in([&] { et::clip_gradient_block_rms(many.parameters, 0.1f); }) == 0);
  CHECK(et::test::allocations_in([&] { et::clip_gradient_tensor_norm(many.parameters, 0.1f); }) ==
        0);
}

TEMPLATE_TEST_CASE("values that are not finite throw, named, with nothing changed", "", float,
                   double) {
  using S = TestType;
  for (const double bad : {not_a_number, infinity, -infinity}) {
    Three<S> three;
    auto norm = et::chain<S>(et::clip_by_tensor_norm(1.0), et::descend(1.0));
    auto rms = et::chain<S>(et::clip_by_block_rms(1.0), et::descend(1.0));
    norm.step(three.parameters);
    const Vector<S> p1 = three.p1, g1 = three.g1;
    three.g2[3] = three.g3(1, 1) = static_cast<S>(bad);
    const std::string rest =
        ": the gradient of two has values that are not finite; nothing was changed";
    CAPTURE(bad);
    CHECK_THROWS_WITH(norm.step(three.parameters), "clip_by_tensor_norm" + rest);
    CHECK_THROWS_WITH(rms.step(three.parameters), "clip_by_block_rms" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_tensor_norm(three.parameters, S(1)),
                      "clip_gradient_tensor_norm" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_block_rms(three.parameters, S(1)),
                      "clip_gradient_block_rms" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_block_rms(three.g2, S(1)),
                      "clip_gradient_block_rms: the gradient of the tensor has values that are not "
                      "finite; nothing was changed");
    CHECK(same_bits(three.p1, p1));
    CHECK(same_bits(three.g1, g1));
    CHECK(three.g2[0] == S(12));
    CHECK(norm.count() == 1);
    CHECK(norm.template measured<et::ClipByTensor>()[2] == 13.0);
    CHECK(norm.template measured<et::ClipByTensor>().clipped == 3);
  }
}

TEST_CASE("steps are skipped and counted, or all gradients let through as they are") {
  Three<double> three;
  SECTION("skipped") {
    auto optimizer = et::chain<double>(
        et::clip_by_tensor_norm(1.0, {.policy = et::NonFinite::skip, .most_skips = 2}),
        et::descend(1.0));
    const auto& measured = optimizer.measured<et::ClipByTensor>();
    CHECK(optimizer.step(three.parameters));
    const Eigen::VectorXd p1 = three.p1;
    three.g2[3] = infinity;
    CHECK_FALSE(optimizer.step(three.parameters));
    CHECK_FALSE(optimizer.step(three.parameters));
    CHECK_THROWS_WITH(optimizer.step(three.parameters),
                      "clip_by_tensor_norm: 3 steps in a row had gradients that are not finite, "
                      "now that of two; nothing was changed");
    CHECK(measured.skipped == 2);
    CHECK(measured.skipped_in_row == 2);
    CHECK(measured.clipped == 3);
    CHECK(measured[2] == infinity);
    CHECK(same_bits(three.p1, p1));
    CHECK(optimizer.count() == 1);
    three.g2[3] = 0.0;
    CHECK(optimizer.step(three.parameters));
    CHECK(measured.skipped_in_row == 0);
    CHECK(measured.clipped == 6);
  }
  SECTION("let through, none of them scaled") {
    three.g2[3] = infinity;
    auto norm = et::chain<double>(
        et::clip_by_tensor_norm(1.0, {.policy = et::NonFinite::propagate}), et::descend(1.0));
    CHECK(norm.step(three.parameters));
    CHECK(-three.p1 == three.g1);
    CHECK(-three.p2 == three.g2);
    CHECK(-three.p3 == three.g3);
    CHECK(norm.measured<et::ClipByTensor>().clipped == 0);
    CHECK(norm.measured<et::ClipByTensor>()[3] == 8.0);
  }
}

TEST_CASE("a norm beyond the range of double blames no tensor for what it doesn't hold") {
  Three<double> three;
  three.g2.setConstant(std::numeric_limits<double>::max());
  auto optimizer = et::chain<double>(et::clip_by_tensor_norm(1.0), et::descend(1.0));
  CHECK_THROWS_WITH(optimizer.step(three.parameters), ContainsSubstring("overflows"));
  CHECK(three.p1.isZero(0));
}

TEST_CASE("limits that are not in (0, inf] throw, and const gradients do") {
  Three<float> three;
  for (const double bad : {0.0, -1.0, not_a_number}) {
    const std::string rest = ": limit must be in (0, inf], got " + et::message(bad);
    const auto limit = static_cast<float>(bad);
    CHECK_THROWS_WITH(et::clip_by_tensor_norm(bad), "clip_by_tensor_norm" + rest);
    CHECK_THROWS_WITH(et::clip_by_block_rms(bad), "clip_by_block_rms" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_tensor_norm(three.parameters, limit),
                      "clip_gradient_tensor_norm" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_block_rms(three.parameters, limit),
                      "clip_gradient_block_rms" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_block_rms(three.g1, limit),
                      "clip_gradient_block_rms" + rest);
  }
  CHECK_THROWS_WITH(et::clip_by_block_rms(1.0, {.most_skips = -1}),
                    "clip_by_block_rms: most_skips must be at least 0, got -1");
  Eigen::VectorXf p(1);
  const Eigen::VectorXf g = Eigen::VectorXf::Constant(1, 84.0f);
  three.parameters.add("fixed", p, g);
  CHECK_THROWS_WITH(et::clip_gradient_tensor_norm(three.parameters, 1.0f),
                    "clip_gradient_tensor_norm: the gradient of fixed was added as const");
  CHECK_THROWS_WITH(et::clip_gradient_block_rms(three.parameters, 1.0f),
                    "clip_gradient_block_rms: the gradient of fixed was added as const");
  CHECK(three.g1[0] == 3.0f);
}
