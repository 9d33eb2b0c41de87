// SPDX-License-Identifier: MIT
#include "eigentrain/core/arena.hpp"

#include <cstdint>
#include <set>

#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEMPLATE_TEST_CASE("streams are zero, apart, on cache lines and staggered within a page", "", float,
                   double) {
  for (const et::Index length : {1, 16, 1024, 4096, 100'003}) {
    et::Arena<TestType> arena(3, length);
    std::set<std::uintptr_t> offsets;
    for (et::Index k = 0; k < 3; ++k) {
      const auto address = reinterpret_cast<std::uintptr_t>(arena.stream(k));
      CHECK(address % 64 == 0);
      CHECK(address % 4096 != 0);  // where large matrices begin
      offsets.insert(address % 4096);
      for (et::Index i = 0; i < length; ++i) {
        if (arena.stream(k)[i] != TestType(0)) FAIL_CHECK("not zero");
        arena.stream(k)[i] = static_cast<TestType>(k + 1);
      }
    }
    CHECK(offsets.size() == 3);
    for (et::Index k = 0; k < 3; ++k) {  // nothing overlapped
      CHECK(arena.stream(k)[0] == static_cast<TestType>(k + 1));
      CHECK(arena.stream(k)[length - 1] == static_cast<TestType>(k + 1));
    }
  }
}

TEST_CASE("a copy has the values and memory of its own") {
  et::Arena<double> arena(2, 5);
  arena.stream(1)[4] = 7.0;
  et::Arena<double> copy = arena;
  CHECK(copy.stream(1)[4] == 7.0);
  copy.stream(1)[4] = 8.0;
  CHECK(arena.stream(1)[4] == 7.0);
  arena = copy;
  CHECK(arena.stream(1)[4] == 8.0);
  const double* before = copy.stream(0);
  const et::Arena<double> moved = std::move(copy);
  CHECK(moved.stream(0) == before);
  CHECK(moved.streams() == 2);
  CHECK(moved.length() == 5);
}

TEST_CASE("an arena is one allocation, and none where there is no state") {
  CHECK(et::test::allocations_in([] { et::Arena<float> arena(3, 1000); }) == 1);
  CHECK(et::test::allocations_in([] {
          et::Arena<float> none(0, 1000), empty(2, 0);
          et::Arena<float> copy = none;
        }) == 0);
}
