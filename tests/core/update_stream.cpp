// SPDX-License-Identifier: MIT
#include "eigentrain/core/update_stream.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;

namespace {

constexpr auto value = [](const auto& u, const auto&) { return u; };
constexpr auto square = [](const auto& u, const auto&) { return u * u; };

// The sum as it is promised: element i in lane i % 32 of its chunk, lanes halved, chunks in order.
template <class S>
double promised_sum_of_squares(const std::vector<S>& values) {
  double total = 0.0;
  for (std::size_t at = 0; at < values.size(); at += et::reduction_chunk) {
    std::vector<double> lanes(32, 0.0);
    const auto end = std::min(values.size(), at + static_cast<std::size_t>(et::reduction_chunk));
    for (std::size_t i = at; i < end; ++i) {
      const double wide = values[i];
      volatile double product = wide * wide;
      lanes[i % 32] += product;
    }
    for (std::size_t half = 16; half > 0; half /= 2) {
      for (std::size_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
    }
    total += lanes[0];
  }
  return total;
}

template <class S>
std::vector<S> numbers(std::size_t n) {
  std::vector<S> values(n);
  std::uint32_t state = 12345;
  for (S& v : values) {
    state = state * 1664525u + 1013904223u;
    v = static_cast<S>(static_cast<double>(state) / 4294967296.0 - 0.4);
  }
  return values;
}

// The gradients as one list of tensors with the given sizes.
template <class S>
struct Split {
  std::vector<S> parameters;
  et::Parameters<S> list;

  Split(std::vector<S>& gradients, const std::vector<std::size_t>& sizes)
      : parameters(gradients.size()) {
    std::size_t at = 0;
    for (std::size_t i = 0; at < gradients.size(); ++i) {
      const std::size_t n = std::min(sizes[i % sizes.size()], gradients.size() - at);
      const auto length = static_cast<et::Index>(n);
      list.add("t" + std::to_string(i),
               Eigen::Map<Eigen::VectorX<S>>(parameters.data() + at, length),
               Eigen::Map<Eigen::VectorX<S>>(gradients.data() + at, length));
      at += n;
    }
  }
  et::UpdateStream<S> stream() { return {list.elements(), nullptr}; }
};

}  // namespace

TEMPLATE_TEST_CASE("a sum has the promised bits for any split, register and thread count", "",
                   float, double) {
  const int threads_before = Eigen::nbThreads();
  for (const std::size_t n : {1u, 31u, 32u, 33u, 100u, 65'535u, 65'536u, 200'001u}) {
    auto gradients = numbers<TestType>(n);
    const double promised = promised_sum_of_squares(gradients);
    for (const std::vector<std::size_t>& sizes : std::vector<std::vector<std::size_t>>{
             {n}, {1000}, {1, 2, 3, 40}, {65'536}, {7, 70'000}, {32}, {33, 31}}) {
      if (n > 100'000 && sizes[0] < 30) continue;  // very many tensors
      Split<TestType> split(gradients, sizes);
      et::test::at_every_level([&] {
        for (const int threads : {1, 2, 3}) {
          Eigen::setNbThreads(threads);
          const double sum = split.stream().sum(square);
          if (sum != promised) FAIL_CHECK(n << " values: " << sum << " is not " << promised);
        }
      });
    }
  }
  Eigen::setNbThreads(threads_before);
}

TEST_CASE("a maximum finds every place and lets NaN through") {
  for (std::size_t n = 1; n <= 67; ++n) {
    for (std::size_t place = 0; place < n; ++place) {
      std::vector<float> gradients(n, -5.0f);
      gradients[place] = -2.0f;
      Split<float> split(gradients, {13});
      et::test::at_every_level([&] {
        if (split.stream().max(value) != -2.0) FAIL_CHECK(n << " values, place " << place);
      });
      gradients[place] = std::numeric_limits<float>::quiet_NaN();
      if (!std::isnan(split.stream().max(value))) FAIL_CHECK("lost NaN at " << place);
    }
  }
}

TEST_CASE("terms see the parameter, and the update as the rules before left it") {
  std::vector<double> gradients = {1.0, 2.0, 3.0};
  Split<double> split(gradients, {2});
  split.parameters = {10.0, 20.0, 30.0};
  const auto dot = [](const auto& u, const auto& p) { return u * p; };
  CHECK(split.stream().sum(dot) == 140.0);

  std::vector<double> state(32, 4.0);
  double* const streams[] = {state.data()};
  const auto advance = [](const auto& u, const auto&, auto& s) {
    s = s + 1.0;
    return s * u;
  };
  const et::UpdateStream<double, decltype(advance)> stream(split.list.elements(), streams, advance);
  CHECK(stream.sum(dot) == 5.0 * 140.0);
  CHECK(stream.sum(dot) == 5.0 * 140.0);  // looking changes no state
  CHECK(state == std::vector<double>(32, 4.0));
}

TEST_CASE("the tensor at fault is found") {
  std::vector<float> gradients(50, 1.0f);
  Split<float> split(gradients, {20});
  CHECK(split.stream().first_without_finite_sum(value).empty());
  gradients[45] = std::numeric_limits<float>::infinity();
  CHECK(split.stream().first_without_finite_sum(value) == "t2");
  gradients[20] = std::numeric_limits<float>::quiet_NaN();
  CHECK(split.stream().first_without_finite_sum(value) == "t1");
}

TEST_CASE("a reduction allocates nothing, and an empty one is its start") {
  std::vector<float> gradients = numbers<float>(100'000);
  Split<float> split(gradients, {333});
  split.stream().sum(square);  // OpenMP may make its threads
  CHECK(et::test::allocations_in([&] { split.stream().sum(square); }) == 0);
  Eigen::VectorXf none(0), also_none(0);
  et::Parameters<float> empty;
  empty.add("none", none, also_none);
  CHECK(et::UpdateStream<float>(empty.elements(), nullptr).sum(square) == 0.0);
  CHECK(et::UpdateStream<float>(empty.elements(), nullptr).max(value) ==
        -std::numeric_limits<double>::infinity());
}
