// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/step_function.hpp"

#include <functional>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

using eigentrain::detail::StepFunction;

namespace {

// Counts those of its kind that are alive.
struct Alive {
  int* count;
  double factor;
  Alive(int* where, double by) : count(where), factor(by) { ++*count; }
  Alive(const Alive& other) : count(other.count), factor(other.factor) { ++*count; }
  Alive& operator=(const Alive&) = delete;
  ~Alive() { --*count; }
  double operator()(std::int64_t step) const { return factor * static_cast<double>(step); }
};

double twice(std::int64_t step) {
  return 2.0 * static_cast<double>(step);
}

}  // namespace

TEST_CASE("a function of the step is called with all 64 bits of it", "[schedule]") {
  const StepFunction<std::int64_t> function([](std::int64_t step) { return step >> 40; });
  REQUIRE_FALSE(function.empty());
  CHECK(function(std::int64_t{5} << 40) == 5);
  CHECK(StepFunction<double>(twice)(4) == 8.0);
  CHECK(StepFunction<double>(std::function<double(std::int64_t)>(twice))(4) == 8.0);
}

TEST_CASE("a function of the step may be nothing", "[schedule]") {
  CHECK(StepFunction<double>().empty());
  CHECK(StepFunction<double>(std::function<double(std::int64_t)>()).empty());
  CHECK(StepFunction<double>(static_cast<double (*)(std::int64_t)>(nullptr)).empty());
  CHECK(StepFunction<double>(StepFunction<double>()).empty());
  CHECK_FALSE(StepFunction<double>(twice).empty());
}

TEST_CASE("copies of a function of the step are its own, and all go", "[schedule]") {
  int alive = 0;
  {
    StepFunction<double> first(Alive(&alive, 3.0));
    CHECK(alive == 1);
    StepFunction<double> second = first;
    CHECK(alive == 2);
    const StepFunction<double> moved = std::move(first);
    CHECK(alive == 2);
    CHECK(moved(2) == 6.0);
    second = StepFunction<double>(twice);
    CHECK(alive == 1);
    CHECK(second(2) == 4.0);
    second = moved;
    CHECK(alive == 2);
    CHECK(second(3) == 9.0);
    const StepFunction<double>& itself = second;
    second = itself;
    CHECK(second(3) == 9.0);
    CHECK(alive == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("only functions of the step are taken", "[schedule]") {
  auto mutating = [count = 0.0](std::int64_t) mutable { return ++count; };
  CHECK(std::is_constructible_v<StepFunction<double>, double (*)(std::int64_t)>);
  CHECK_FALSE(std::is_constructible_v<StepFunction<double>, decltype(mutating)>);
  CHECK_FALSE(std::is_constructible_v<StepFunction<double>, double>);
  CHECK_FALSE(std::is_convertible_v<double (*)(std::int64_t), StepFunction<double>>);
}
