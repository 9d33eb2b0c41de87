// SPDX-License-Identifier: MIT
#include "eigentrain/core/link.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

struct Plain {
  template <class S>
  auto at(const et::Step&) const {
    return [](const auto& u, const auto&) { return u; };
  }
};

struct Counting {
  struct Measurement {
    int seen = 3;
  };
};

struct WithVerdict : Counting {
  et::Verdict verdict(const Measurement&) const { return et::Verdict::skip; }
};

// Nearly one: its verdict is something else.
struct WithWord : Counting {
  int verdict(const Measurement&) const { return 0; }
};

struct WithConstant {
  static constexpr int slots = 2;
};

struct WithFunction {
  int wanted;
  int slots() const { return wanted; }
};

}  // namespace

TEST_CASE("a transform is told by what it declares") {
  using namespace et::detail;
  STATIC_REQUIRE_FALSE(Measuring<Plain>);
  STATIC_REQUIRE(Measuring<Counting>);
  STATIC_REQUIRE_FALSE(Judging<Counting>);
  STATIC_REQUIRE_FALSE(Judging<Plain>);
  STATIC_REQUIRE(Judging<WithVerdict>);
  STATIC_REQUIRE_FALSE(Judging<WithWord>);
  STATIC_REQUIRE(Transform<Plain, float>);
  STATIC_REQUIRE(Transform<Counting, float>);
  STATIC_REQUIRE_FALSE(Transform<WithConstant, float>);
  STATIC_REQUIRE_FALSE(Transform<int, float>);
}

namespace {

struct Told {
  void measure(int stream, const et::Step& step, std::int64_t& measured) const {
    measured = stream + step.count;
  }
};
struct Untold {
  void measure(int stream, std::int64_t& measured) const { measured = stream; }
};

}  // namespace

TEST_CASE("a measurement is told about the step if it asks for it") {
  std::int64_t measured = 0;
  et::detail::measure(40, et::Step{2}, Told{}, measured);
  CHECK(measured == 42);
  et::detail::measure(7, et::Step{2}, Untold{}, measured);
  CHECK(measured == 7);
}

TEST_CASE("slots are a constant, a function, or none") {
  CHECK(et::detail::slots(Plain{}) == 0);
  CHECK(et::detail::slots(WithConstant{}) == 2);
  CHECK(et::detail::slots(WithFunction{5}) == 5);
  CHECK(et::detail::slots(WithFunction{0}) == 0);
}

TEST_CASE("a measurement counts once it is kept, and a new step begins with the last one") {
  et::detail::Link<Counting> link{{}};
  CHECK(link.measured.seen == 3);
  link.begin();
  CHECK(link.pending.seen == 3);
  ++link.pending.seen;
  CHECK(link.measured.seen == 3);  // until it is kept
  link.keep();
  CHECK(link.measured.seen == 4);

  link.begin();
  link.pending.seen = 100;  // of a step that failed
  link.begin();
  CHECK(link.pending.seen == 4);
  link.keep();
  CHECK(link.measured.seen == 4);
}

TEST_CASE("a transform that measures nothing takes no more room than itself") {
  STATIC_REQUIRE(sizeof(et::detail::Link<WithFunction>) == sizeof(WithFunction));
  et::detail::Link<WithFunction> link{{7}};
  link.begin();
  link.keep();
  CHECK(link.transform.wanted == 7);
}

TEST_CASE("a rule that takes too much is refused with both numbers") {
  CHECK_THROWS_WITH(et::detail::refuse_rule(3, 1),
                    "chain: a rule takes 3 state values, but its transform declares 1 slots");
}
