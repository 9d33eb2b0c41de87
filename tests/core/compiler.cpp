// SPDX-License-Identifier: MIT
#include "eigentrain/core/compiler.hpp"

#include "support/catch.hpp"

#if EIGENTRAIN_VECTORS

namespace {

// Where a function returns to: what has become part of its caller returns to where that does.
#define PLACE __builtin_extract_return_addr(__builtin_return_address(0))

struct Places {
  void *own, *operation, *lambda, *plain, *deep, *apart;
};

EIGENTRAIN_INLINE void* operation() {
  return PLACE;
}

void* plain() {
  return PLACE;
}

EIGENTRAIN_NOINLINE void* apart() {
  return PLACE;
}

template <class Rule>
EIGENTRAIN_INLINE void* applied(const Rule& rule) {
  void* place;
  EIGENTRAIN_INLINE_CALLS place = rule();
  return place;
}

struct Rule {
  void* operator()() const { return PLACE; }
};

EIGENTRAIN_KERNEL Places kernel() {
  const auto lambda = []() EIGENTRAIN_INLINE_LAMBDA { return PLACE; };
  return {PLACE, operation(), lambda(), plain(), applied(Rule()), apart()};
}

}  // namespace

TEST_CASE("what a kernel calls becomes part of it where the build is optimized") {
  const Places at = kernel();
#if defined(__OPTIMIZE__)
  const bool inlined = true;
#else
  const bool inlined = false;
#endif
  CHECK((at.operation == at.own) == inlined);
  CHECK((at.lambda == at.own) == inlined);
  CHECK((at.plain == at.own) == inlined);
  CHECK(at.apart != at.own);
#if !defined(__clang__) || __clang_major__ >= 19  // older ones have no attribute for a call
  CHECK((at.deep == at.own) == inlined);
#endif
}

#endif

TEST_CASE("one level is compiled where the flags decide, and all where the library does") {
#if EIGENTRAIN_DISPATCH
  CHECK(EIGENTRAIN_HAS_AVX2 == 1);
  CHECK(EIGENTRAIN_HAS_AVX512 == 1);
#elif defined(__AVX2__)
  CHECK(EIGENTRAIN_HAS_AVX2 == 1);
#else
  CHECK(EIGENTRAIN_HAS_AVX2 == 0);
  CHECK(EIGENTRAIN_HAS_AVX512 == 0);
#endif
#if !defined(__OPTIMIZE__)
  CHECK(EIGENTRAIN_DISPATCH == 0);
#endif
}
