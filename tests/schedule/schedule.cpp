// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/schedule.hpp"

#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "support/catch.hpp"

using eigentrain::Schedule;

namespace {

struct Options {
  Schedule learning_rate = 1e-3;
  Schedule momentum = 0.9;
};

double reciprocal(std::int64_t step) {
  return 1.0 / static_cast<double>(step + 1);
}

struct Counting {
  int* copies;
  double padding[8] = {};
  explicit Counting(int* where) : copies(where) {}
  Counting(const Counting& other) : copies(other.copies) { ++*copies; }
  Counting(Counting&& other) noexcept : copies(other.copies) {}
  double operator()(std::int64_t) const { return *copies; }
};

}  // namespace

TEST_CASE("a number is the same value at every step", "[schedule]") {
  const Schedule rate = 0.25;
  for (const std::int64_t step : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1} << 62}) {
    CHECK(rate(step) == 0.25);
  }
  CHECK(Schedule(1)(0) == 1.0);
  CHECK(Schedule(0.5f)(7) == 0.5);
  CHECK(Schedule(0.0)(7) == 0.0);
  CHECK(Schedule(0.5).at(7) == 0.5);
  CHECK(Schedule([](std::int64_t step) { return 0.5 * double(step); }).at(7) == 3.5);
  CHECK_THROWS_WITH(Schedule(0.5)(-1), "constant: step must be at least 0, got -1");
}

TEST_CASE("schedules are members of option aggregates", "[schedule]") {
  CHECK(Options{}.learning_rate(0) == 1e-3);
  CHECK(Options{.learning_rate = 0.1}.learning_rate(5) == 0.1);
  CHECK(Options{.learning_rate = 1}.learning_rate(5) == 1.0);
  CHECK(Options{.learning_rate = 0.1}.momentum(5) == 0.9);
  CHECK(Options{.learning_rate = reciprocal}.learning_rate(4) == 0.2);
  CHECK(Options{.learning_rate = &reciprocal}.learning_rate(4) == 0.2);
  const double scale = 3.0;
  const Options own{.learning_rate = [scale](std::int64_t step) { return scale * double(step); }};
  CHECK(own.learning_rate(2) == 6.0);
}

TEST_CASE("a step beyond 32 bits arrives whole", "[schedule]") {
  const Schedule high = [](std::int64_t step) { return static_cast<double>(step >> 40); };
  CHECK(high(std::int64_t{5} << 40) == 5.0);
}

TEST_CASE("a copy is a schedule of its own", "[schedule]") {
  Schedule first = reciprocal;
  const Schedule second = first;
  first = 7.0;
  CHECK(first(1) == 7.0);
  CHECK(second(1) == 0.5);
  const Schedule nested = Schedule(second);
  CHECK(nested(3) == 0.25);
}

TEST_CASE("calling copies nothing", "[schedule]") {
  int copies = 0;
  const Schedule schedule = Counting(&copies);
  const int before = copies;
  for (int step = 0; step < 10; ++step) CHECK(schedule(step) == before);
}

TEST_CASE("what is no schedule does not convert", "[schedule]") {
  auto mutating = [count = 0.0](std::int64_t) mutable { return ++count; };
  auto textual = [](std::int64_t) { return std::string("0.1"); };
  auto without_step = [] { return 0.1; };
  CHECK(std::is_convertible_v<double (*)(std::int64_t), Schedule>);  // the positive control
  CHECK_FALSE(std::is_convertible_v<decltype(mutating), Schedule>);
  CHECK_FALSE(std::is_convertible_v<decltype(textual), Schedule>);
  CHECK_FALSE(std::is_convertible_v<decltype(without_step), Schedule>);
  CHECK_FALSE(std::is_convertible_v<const char*, Schedule>);
  CHECK_FALSE(std::is_default_constructible_v<Schedule>);
}

TEST_CASE("numbers that are no rate and empty functions throw", "[schedule]") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(Schedule(-1.0), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_AS(Schedule(infinity), std::invalid_argument);
  CHECK_THROWS_AS(Schedule(std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
  CHECK_THROWS_WITH(Schedule(std::function<double(std::int64_t)>()),
                    "Schedule: the function is empty");
  CHECK_THROWS_AS(Schedule(static_cast<double (*)(std::int64_t)>(nullptr)), std::invalid_argument);

  Schedule kept = 0.5;
  CHECK_THROWS_AS(kept = -1.0, std::invalid_argument);
  CHECK(kept(0) == 0.5);
}
