// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/norm.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::at_every_simd_level;
using et::test::bits;
using et::test::noise;

namespace {

template <class S>
double norm_of(et::Parameters<S>& parameters) {
  return et::detail::l2_norm(et::UpdateStream<S>(parameters.elements(), nullptr));
}

/// The norm of one tensor with these values.
template <class S>
double norm_of(std::initializer_list<S> values) {
  Eigen::Matrix<S, Eigen::Dynamic, 1> p, g(static_cast<Eigen::Index>(values.size()));
  std::copy(values.begin(), values.end(), g.data());
  p.setZero(g.size());
  et::Parameters<S> parameters;
  parameters.add("p", p, g);
  return norm_of(parameters);
}

/// The same n gradients, cut into tensors of at most `piece` values.
template <class S>
struct Pieces {
  std::vector<Eigen::Matrix<S, Eigen::Dynamic, 1>> p, g;
  et::Parameters<S> parameters;

  Pieces(Eigen::Index n, Eigen::Index piece, S scale) {
    for (Eigen::Index at = 0; at < n; at += piece) {
      Eigen::Matrix<S, Eigen::Dynamic, 1> values(std::min(piece, n - at));
      for (Eigen::Index i = 0; i < values.size(); ++i) values[i] = scale * noise<S>(1, at + i);
      g.push_back(values);
      p.push_back(values);
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
      parameters.add(et::message("p", i), p[i], g[i]);
    }
  }
};

}  // namespace

TEST_CASE("the norm is the root of the sum of squares over all tensors together") {
  Eigen::MatrixXd p1(2, 2), g1(2, 2);
  Eigen::VectorXd p2(1), g2(1);
  g1 << 2.0, 0.0, 4.0, -5.0;
  g2 << 6.0;
  et::Parameters<double> parameters;
  parameters.add("a", p1, g1).add("b", p2, g2);
  CHECK(norm_of(parameters) == 9.0);
}

TEST_CASE("the norm of a matrix is not its largest singular value") {
  Eigen::MatrixXf p(2, 2), g(2, 2);
  g << 3.0f, 0.0f, 0.0f, 4.0f;  // singular values 3 and 4
  et::Parameters<float> parameters;
  parameters.add("diagonal", p, g);
  CHECK(norm_of(parameters) == 5.0);
  g << 1.0f, 1.0f, 1.0f, -1.0f;  // both √2
  CHECK(norm_of(parameters) == 2.0);
}

TEST_CASE("squares that leave the range don't spoil the norm") {
  CHECK(norm_of({1e30f, 1e30f}) == Approx(1.41421356e30).epsilon(1e-7));
  CHECK(norm_of({1e-30f}) == Approx(1e-30).epsilon(1e-7));
  CHECK(norm_of({std::numeric_limits<float>::max()}) ==
        static_cast<double>(std::numeric_limits<float>::max()));
  CHECK(norm_of({std::numeric_limits<float>::denorm_min()}) ==
        static_cast<double>(std::numeric_limits<float>::denorm_min()));
  CHECK(norm_of({1e30f, 1e-30f, 0.0f}) == Approx(1e30).epsilon(1e-7));

  CHECK(norm_of({1e200, 1e200}) == Approx(1.4142135623730951e200).epsilon(1e-15));
  CHECK(norm_of({1e-200}) == Approx(1e-200).epsilon(1e-15));
  CHECK(norm_of({3e-200, -4e-200}) == Approx(5e-200).epsilon(1e-15));
  CHECK(norm_of({1e-160, 1e-160}) == Approx(1.4142135623730951e-160).epsilon(1e-15));
  CHECK(norm_of({1e200, 1.0, 1e-200}) == Approx(1e200).epsilon(1e-15));
  const double least = std::numeric_limits<double>::denorm_min();
  CHECK(norm_of({least}) == least);
  CHECK(norm_of({std::numeric_limits<double>::max()}) == std::numeric_limits<double>::max());
}

TEST_CASE("zeros and empty tensors have norm 0") {
  CHECK(norm_of({0.0f, -0.0f}) == 0.0);
  CHECK(norm_of({0.0, -0.0}) == 0.0);
  CHECK(norm_of(std::initializer_list<float>{}) == 0.0);
  CHECK(norm_of(std::initializer_list<double>{}) == 0.0);
}

TEMPLATE_TEST_CASE("a million small values are added without loss", "", float, double) {
  constexpr Eigen::Index n = 1'000'000;
  Eigen::Matrix<TestType, Eigen::Dynamic, 1> p(n), g(n);
  g.setConstant(TestType(0.1));
  et::Parameters<TestType> parameters;
  parameters.add("p", p, g);
  const double value = static_cast<double>(TestType(0.1));
  CHECK(norm_of(parameters) == Approx(1000.0 * value).epsilon(1e-13));
}

TEMPLATE_TEST_CASE("the norm of a value that is not finite is not finite", "", float, double) {
  using Limits = std::numeric_limits<TestType>;
  for (const Eigen::Index n : {1, 31, 32, 33, 70'000}) {
    for (const TestType bad : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
      for (const Eigen::Index at : {Eigen::Index(0), n / 2, n - 1}) {
        Eigen::Matrix<TestType, Eigen::Dynamic, 1> p(n), g(n);
        g.setOnes();
        g[at] = bad;
        et::Parameters<TestType> parameters;
        parameters.add("p", p, g);
        CAPTURE(n, bad, at);
        const double norm = norm_of(parameters);
        CHECK_FALSE(std::isfinite(norm));
        CHECK(std::isnan(norm) == std::isnan(bad));
      }
    }
  }
  // Both: whichever it is, it isn't a number to go on with.
  CHECK_FALSE(std::isfinite(norm_of({Limits::infinity(), Limits::quiet_NaN()})));
  CHECK_FALSE(std::isfinite(norm_of({Limits::quiet_NaN(), TestType(1), Limits::infinity()})));
}

namespace {

template <class S>
void check_cut_into(std::initializer_list<Eigen::Index> sizes) {
  // Three chunks of the reduction, and a scale at which double takes the detour over the largest.
  constexpr Eigen::Index n = 2 * et::reduction_chunk + 1017;
  for (const S scale : {S(1), sizeof(S) == 8 ? S(1e-200) : S(1e-30)}) {
    Pieces<S> whole(n, n, scale);
    const auto expected = bits(norm_of(whole.parameters));
    for (const Eigen::Index piece : sizes) {
      Pieces<S> pieces(n, std::min(piece, n), scale);
      CAPTURE(scale, piece);
      at_every_simd_level([&] { CHECK(bits(norm_of(pieces.parameters)) == expected); });
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("the norm has the same bits at every SIMD level and however tensors are cut", "",
                   float, double) {
  constexpr Eigen::Index all = 1 << 30;
  check_cut_into<TestType>({32, 1000, et::reduction_chunk, et::reduction_chunk + 1, all});
}

TEMPLATE_TEST_CASE("the norm has the same bits in nineteen thousand tensors", "[long]", float,
                   double) {
  check_cut_into<TestType>({7});
}

TEST_CASE("a norm allocates nothing") {
  Pieces<float> pieces(100'000, 3'001, 1.0f);
  double norm = 0.0;
  CHECK(et::test::allocations_in([&] { norm = norm_of(pieces.parameters); }) == 0);
  CHECK(norm > 0.0);
}

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double orders[] = {1.0, 1.5, 2.0, 3.5, 40.0, infinity};

template <class S>
double norm_of(et::Parameters<S>& parameters, double order) {
  return et::detail::norm(et::UpdateStream<S>(parameters.elements(), nullptr), order);
}

}  // namespace

TEST_CASE("norms of small integers are exact, or to the last bits") {
  Eigen::VectorXd p(4), g{{3.0, -4.0, 0.0, 5.0}};
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  CHECK(norm_of(parameters, 1.0) == 12.0);
  CHECK(norm_of(parameters, infinity) == 5.0);
  CHECK(norm_of(parameters, 3.0) == Approx(6.0).epsilon(1e-15));  // 27 + 64 + 125 = 216
  CHECK(norm_of(parameters, 2.0) == std::sqrt(50.0));
  CHECK(norm_of(parameters, 2.0 + 1e-9) == Approx(std::sqrt(50.0)).epsilon(1e-9));
  CHECK(norm_of(parameters, 1.0 + 1e-9) == Approx(12.0).epsilon(1e-8));
  CHECK(norm_of(parameters, 1e300) == Approx(5.0).epsilon(1e-15));
}

TEMPLATE_TEST_CASE("norms of every order have the same bits at every SIMD level and cut", "", float,
                   double) {
  constexpr Eigen::Index n = et::reduction_chunk + 1017;
  for (const double order : orders) {
    Pieces<TestType> whole(n, n, TestType(1e-3));
    const double norm = norm_of(whole.parameters, order);
    long double sum = 0, largest = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
      const long double value = std::abs(whole.g[0][i]);
      largest = std::max(largest, value);
      if (order < infinity) sum += std::pow(value, static_cast<long double>(order));
    }
    const long double expected =
        order < infinity ? std::pow(sum, 1 / static_cast<long double>(order)) : largest;
    CAPTURE(order);
    CHECK(norm == Approx(static_cast<double>(expected)).epsilon(1e-13).margin(0));
    for (const Eigen::Index piece : {Eigen::Index(997), et::reduction_chunk + 1, n}) {
      Pieces<TestType> pieces(n, piece, TestType(1e-3));
      CAPTURE(piece);
      at_every_simd_level([&] { CHECK(bits(norm_of(pieces.parameters, order)) == bits(norm)); });
    }
  }
}

TEST_CASE("norms of every order have these bits") {
  const std::uint64_t expected[] = {0x407f899000000000u, 0x404b5f6c29f44788u, 0x40326707e8f3ebc0u,
                                    0x4012df4cd4e9d79fu, 0x3ff16184f0bbc384u, 0x3feffc0000000000u};
  Pieces<float> pieces(1003, 1003, 1.0f);
  for (std::size_t i = 0; i < std::size(orders); ++i) {
    CAPTURE(orders[i]);
    CHECK(bits(norm_of(pieces.parameters, orders[i])) == expected[i]);
  }
}

TEMPLATE_TEST_CASE("no order makes a number out of values that are not finite", "", float, double) {
  using Limits = std::numeric_limits<TestType>;
  for (const double order : orders) {
    for (const TestType bad : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
      for (const Eigen::Index at : {0, 40, 99}) {
        Pieces<TestType> pieces(100, 100, TestType(1));
        pieces.g[0][at] = bad;
        const double norm = norm_of(pieces.parameters, order);
        CAPTURE(order, bad, at);
        CHECK(std::isnan(norm) == std::isnan(bad));
        CHECK_FALSE(std::isfinite(norm));
      }
    }
  }
}

TEST_CASE("norms of every order of zeros and of nothing are 0") {
  Pieces<float> zeros(50, 50, 0.0f), nothing(0, 1, 1.0f);
  Eigen::MatrixXf p(0, 3), g(0, 3);
  nothing.parameters.add("p", p, g);
  for (const double order : orders) {
    CHECK(norm_of(zeros.parameters, order) == 0.0);
    CHECK(norm_of(nothing.parameters, order) == 0.0);
  }
}
