// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/history.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "eigentrain/core/generator.hpp"
#include "golden/quantiles.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"

namespace et = eigentrain;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Values with many ties, and some that are not finite.
double draw(et::Generator& generator) {
  const std::uint32_t word = generator();
  if (word % 11 == 0) return word % 3 == 0 ? not_a_number : word % 2 == 0 ? infinity : -infinity;
  if (word % 2 == 0) return static_cast<double>(word / 16 % 7) - 3.0;
  return static_cast<double>(generator()) * 1e-6;
}

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

/// The finite ones in order of size.
template <class Iterator>
std::vector<double> finite_sorted(Iterator begin, Iterator end) {
  std::vector<double> values;
  std::copy_if(begin, end, std::back_inserter(values), [](double x) { return std::isfinite(x); });
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

TEST_CASE("a history is a window over the last values, oldest first") {
  et::History history(3);
  CHECK(history.capacity() == 3);
  CHECK(history.size() == 0);
  CHECK(history.count() == 0);
  for (int i = 1; i <= 7; ++i) history.push(i);
  CHECK(history.size() == 3);
  CHECK(history.count() == 7);
  CHECK(history[0] == 5.0);
  CHECK(history[1] == 6.0);
  CHECK(history[2] == 7.0);
  CHECK(history.last() == 7.0);
  CHECK(history.mean() == 6.0);
  CHECK(history.min() == 5.0);
  CHECK(history.max() == 7.0);
  history.clear();
  CHECK(history.size() == 0);
  CHECK(history.count() == 0);
  CHECK(history.capacity() == 3);
  for (const double nothing : {history.last(), history.min(), history.max(), history.mean(),
                               history.median(), history.median(0, 0)}) {
    CHECK(std::isnan(nothing));
  }
  history.push(2.0);
  CHECK(history[0] == 2.0);
  CHECK(history.median() == 2.0);
}

TEST_CASE("quantiles are those of torch.quantile") {
  int compared = 0;
  for (const auto& expected : golden::quantiles::expected) {
    et::History history(20);
    for (int i = 0; i < expected.count; ++i) history.push(golden::quantiles::values[i]);
    CAPTURE(expected.count, expected.q);
    CHECK_THAT(history.quantile(expected.q), WithinULP(expected.value, 2));
    if (expected.q == 0.5) {
      CHECK(history.median() == history.quantile(0.5));
      CHECK(history.median(0, history.size()) == history.median());
    }
    ++compared;
  }
  CHECK(compared == 50);
}

TEST_CASE("at every moment the statistics are those of the window") {
  et::Generator generator(1);
  for (const et::Index capacity : {1, 2, 3, 8, 37}) {
    et::History history(capacity);
    std::deque<double> window;
    for (int step = 0; step < 400; ++step) {
      const double value = draw(generator);
      history.push(value);
      window.push_back(value);
      if (window.size() > static_cast<std::size_t>(capacity)) window.pop_front();
      const std::vector<double> sorted = finite_sorted(window.begin(), window.end());

      bool right = history.size() == static_cast<et::Index>(window.size()) &&
                   history.finite() == static_cast<et::Index>(sorted.size()) &&
                   history.count() == step + 1 && same(history.last(), value);
      for (std::size_t i = 0; i < window.size(); ++i) {
        right = right && same(history[static_cast<et::Index>(i)], window[i]);
      }
      // Quantiles that fall on a value are that value.
      for (std::size_t rank = 0; rank < sorted.size(); ++rank) {
        const double last = static_cast<double>(sorted.size() - 1);
        const double q = sorted.size() == 1 ? 0.0 : static_cast<double>(rank) / last;
        right = right && history.quantile(q) == Approx(sorted[rank]).epsilon(1e-12).margin(1e-9);
      }
      if (!sorted.empty()) {
        double sum = 0.0;
        for (const double x : sorted) sum += x;
        right = right && history.min() == sorted.front() && history.max() == sorted.back() &&
                history.mean() ==
                    Approx(sum / static_cast<double>(sorted.size())).epsilon(1e-12).margin(1e-9);
      } else {
        right = right && std::isnan(history.mean()) && std::isnan(history.min()) &&
                std::isnan(history.max()) && std::isnan(history.quantile(0.3));
      }
      CAPTURE(capacity, step);
      REQUIRE(right);
    }
  }
}

TEST_CASE("the median of a part is the median of its finite values") {
  et::Generator generator(2);
  et::History history(23);
  for (int step = 0; step < 60; ++step) history.push(draw(generator));
  for (et::Index first = 0; first <= 23; ++first) {
    for (et::Index last = first; last <= 23; ++last) {
      et::History part(23);
      for (et::Index i = first; i < last; ++i) part.push(history[i]);
      CAPTURE(first, last);
      CHECK(same(history.median(first, last), part.median()));
    }
  }
}

TEST_CASE("values that are not finite keep their place and count apart") {
  et::History history(4);
  for (const double value : {1.0, infinity, not_a_number, 3.0}) history.push(value);
  CHECK(history.size() == 4);
  CHECK(history.finite() == 2);
  CHECK(history[1] == infinity);
  CHECK(std::isnan(history[2]));
  CHECK(history.mean() == 2.0);
  CHECK(history.median() == 2.0);
  CHECK(history.max() == 3.0);
  history.push(-infinity);
  CHECK(history.last() == -infinity);
  CHECK(history.median() == 3.0);
}

TEST_CASE("a mean of values near the largest number doesn't overflow") {
  et::History history(3);
  for (int i = 0; i < 3; ++i) history.push(1.5e308);
  CHECK(history.mean() == Approx(1.5e308).epsilon(1e-15));
}

TEST_CASE("a history can be copied, and the copy goes its own way") {
  et::History history(2);
  history.push(1.0);
  et::History copy = history, other(5);
  copy.push(2.0);
  copy.push(3.0);
  CHECK(history.size() == 1);
  CHECK(history.last() == 1.0);
  other = std::move(copy);
  CHECK(other.capacity() == 2);
  CHECK(other[0] == 2.0);
  CHECK(other.median() == 2.5);
  CHECK(copy.median() == 2.5);  // NOLINT: a move is a copy
}

TEST_CASE("a history allocates nothing after its construction") {
  et::History history(100);
  double sum = 0.0;
  CHECK(et::test::allocations_in([&] {
          for (int i = 0; i < 300; ++i) history.push((i * 37) % 101);
          sum = history.mean() + history.quantile(0.9) + history.median(10, 90) + history[3];
          history.clear();
          history.push(1.0);
        }) == 0);
  CHECK(sum > 0.0);
}

TEST_CASE("statistics have the same bits everywhere") {
  et::Generator generator(9);
  et::History history(64);
  std::vector<double> results;
  for (int step = 0; step < 300; ++step) {
    history.push(draw(generator));
    results.push_back(history.mean());
    results.push_back(history.quantile(0.37));
    results.push_back(history.median(0, history.size() / 2));
  }
  CHECK(et::test::hash_bits(results.data(), static_cast<std::int64_t>(results.size())) ==
        0x05c7af29abe2e7b9u);
}

TEST_CASE("a history refuses what it can't do") {
  CHECK_THROWS_WITH(et::History(0), "History: capacity must be at least 1, got 0");
  CHECK_THROWS_WITH(et::History(-4), "History: capacity must be at least 1, got -4");
  CHECK_THROWS_WITH(et::History(std::int64_t(1) << 60),
                    "History: capacity must be at most 4294967296, got 1152921504606846976");
  et::History history(3);
  history.push(1.0);
  history.push(2.0);
  CHECK_THROWS_WITH(history[2], "History: there is no value 2 among 2");
  CHECK_THROWS_WITH(history[-1], "History: there is no value -1 among 2");
  CHECK_THROWS_WITH(history.quantile(1.5), "History: q of a quantile must be in [0, 1], got 1.5");
  CHECK_THROWS_AS(history.quantile(-0.1), std::invalid_argument);
  CHECK_THROWS_AS(history.quantile(not_a_number), std::invalid_argument);
  CHECK_THROWS_WITH(history.median(0, 3), "History: there are no values 0 to 3 among 2");
  CHECK_THROWS_AS(history.median(-1, 1), std::invalid_argument);
  CHECK_THROWS_AS(history.median(2, 1), std::invalid_argument);
  CHECK(std::isnan(history.median(1, 1)));
}
