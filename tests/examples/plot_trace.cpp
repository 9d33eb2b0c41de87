// SPDX-License-Identifier: MIT
#include "plot/trace.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/catch.hpp"

using plot::Point, plot::Scale, plot::Trace;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> heights(const Trace& trace) {
  std::vector<double> result;
  for (const Point& point : trace.points()) result.push_back(point.y);
  return result;
}

}  // namespace

TEST_CASE("a short curve stays as it is") {
  Trace trace(Scale::linear, 4);
  CHECK(trace.points().empty());
  for (const double y : {3.0, -1.0, 0.0, 7.0})
    trace.push(static_cast<double>(trace.points().size()), y);
  CHECK(heights(trace) == std::vector<double>{3, -1, 0, 7});
}

TEST_CASE("a long one keeps the extremes of its parts, in order, and its end") {
  Trace trace(Scale::linear, 4);
  const std::vector<double> values = {1, 9, 2, 3, 4, 0, 5, 5, 6};
  for (std::size_t i = 0; i < values.size(); ++i) trace.push(static_cast<double>(i), values[i]);
  // Runs of four after eight values: low and high of each, and then a new one.
  CHECK(heights(trace) == std::vector<double>{1, 9, 0, 5, 6});
}

TEST_CASE("however long a curve, its points are few, in order, and hold every spike") {
  for (const std::size_t most : {2U, 8U, 256U}) {
    for (const int length : {1, 2, 255, 256, 257, 513, 4690, 100'000}) {
      for (const int spike : {0, length / 3, length - 1}) {
        Trace trace(Scale::logarithmic, most);
        for (int i = 0; i < length; ++i) {
          trace.push(i, i == spike ? 1e6 : 2.0 + std::sin(i));
          if (i + 1 == spike) trace.push(i + 0.5, 1e-6);
        }
        const std::vector<Point> points = trace.points();
        CHECK(points.size() <= 2 * most + 1);
        CHECK(std::is_sorted(points.begin(), points.end(),
                             [](const Point& a, const Point& b) { return a.x < b.x; }));
        CHECK(points.back().x == length - 1);
        const auto by_height = [](const Point& a, const Point& b) { return a.y < b.y; };
        const Point highest = *std::max_element(points.begin(), points.end(), by_height);
        CHECK(highest.x == spike);
        CHECK(highest.y == 1e6);
        if (spike > 0) {
          const Point lowest = *std::min_element(points.begin(), points.end(), by_height);
          CHECK(lowest.x == spike - 0.5);
          CHECK(lowest.y == 1e-6);
        }
      }
    }
  }
}

TEST_CASE("values without a place are gaps, unless a neighbour stands for them") {
  Trace trace(Scale::linear, 4);
  double x = 0.0;
  for (const double y : {1.0, none, infinity, 2.0}) trace.push(x++, y);
  const std::vector<double> four = heights(trace);
  CHECK(four[0] == 1.0);
  CHECK(std::isnan(four[1]));
  CHECK(std::isnan(four[2]));
  CHECK(four[3] == 2.0);
  trace.push(x, -3.0);  // makes runs of two
  CHECK(heights(trace) == std::vector<double>{1, 2, -3});
}

TEST_CASE("what may stand on a scale") {
  for (const Scale scale : {Scale::linear, Scale::logarithmic}) {
    CHECK(is_drawable(scale, 1e-300));
    CHECK(is_drawable(scale, 0.0));
    CHECK(is_drawable(scale, -1.0) == (scale == Scale::linear));
    CHECK_FALSE(is_drawable(scale, none));
    CHECK_FALSE(is_drawable(scale, infinity));
  }
}

namespace {

// What a checkpoint does, in memory.
struct Tape {
  bool plays = false;
  std::vector<double> numbers = {};
  std::size_t at = 0;

  template <class T>
  void operator()(const char*, T& number) {
    if (plays) {
      number = static_cast<T>(numbers[at++]);
    } else {
      numbers.push_back(static_cast<double>(number));
    }
  }
  void operator()(const char* name, double* begin, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) (*this)(name, begin[i]);
  }
  long count(const char* name, long now) {
    (*this)(name, now);
    return now;
  }
};

}  // namespace

TEST_CASE("a trace that is taken up again goes on as if it had never stopped") {
  for (const int stop : {0, 1, 5, 8, 700, 703}) {
    plot::Trace whole(plot::Scale::linear, 8), begun(plot::Scale::linear, 8);
    plot::Trace resumed(plot::Scale::linear, 8);
    const auto push = [](plot::Trace& trace, int i) { trace.push(i, (i * 37) % 101); };
    for (int i = 0; i < stop; ++i) push(begun, i);
    Tape tape;
    begun.visit_state(tape);
    tape.plays = true;
    resumed.visit_state(tape);
    CHECK(tape.at == tape.numbers.size());
    const auto same = [](const plot::Trace& a, const plot::Trace& b) {
      const auto equal = [](const plot::Point& p, const plot::Point& q) {
        return p.x == q.x && p.y == q.y;
      };
      const auto left = a.points(), right = b.points();
      return std::equal(left.begin(), left.end(), right.begin(), right.end(), equal);
    };
    CHECK(same(resumed, begun));
    for (int i = 0; i < 1000; ++i) {
      push(whole, i);
      if (i >= stop) push(resumed, i);
    }
    CHECK(same(resumed, whole));
  }
  Tape impossible{.plays = true, .numbers = {1, 2, 0, 0, 0}};  // 2 points in a run of 1
  plot::Trace trace;
  CHECK_THROWS_AS(trace.visit_state(impossible), std::invalid_argument);
}
