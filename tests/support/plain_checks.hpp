// SPDX-License-Identifier: MIT
// CHECK, REQUIRE and their kin without the values of both sides in what a failure says: Catch2
// makes several functions of each CHECK to print them, and a compiler spends a fourth of its time
// there. Tests that are compiled together (support/batch.hpp) use these; who builds one by itself
// sees the values.
#pragma once

#include "support/catch.hpp"

namespace eigentrain::test::plain {

/// Where a check stands, and what it says.
struct Check {
  const char* macro;
  const char* file;
  int line;
  const char* text;
};

void check(const Check& what, bool passed);
void require(const Check& what, bool passed);
void threw_nothing(const Check& what);
void threw(const Check& what);
void threw_other(const Check& what);                      // in a handler,
void threw_with(const Check& what, const char* message);  // as these
void threw_with(const Check& what, const std::string& message);
void threw_with(const Check& what, const StringMatcher& message);

}  // namespace eigentrain::test::plain

#undef CHECK
#undef CHECK_FALSE
#undef REQUIRE
#undef REQUIRE_FALSE
#undef CHECK_THROWS
#undef CHECK_THROWS_AS
#undef CHECK_THROWS_WITH
#define EIGENTRAIN_WHAT(macro, text) \
  (::eigentrain::test::plain::Check{macro, __FILE__, __LINE__, text})
#define EIGENTRAIN_PASSED(...) static_cast<bool>(__VA_ARGS__)
#define CHECK(...)                                                         \
  ::eigentrain::test::plain::check(EIGENTRAIN_WHAT("CHECK", #__VA_ARGS__), \
                                   EIGENTRAIN_PASSED(__VA_ARGS__))
#define CHECK_FALSE(...)                                                         \
  ::eigentrain::test::plain::check(EIGENTRAIN_WHAT("CHECK_FALSE", #__VA_ARGS__), \
                                   !EIGENTRAIN_PASSED(__VA_ARGS__))
#define REQUIRE(...)                                                           \
  ::eigentrain::test::plain::require(EIGENTRAIN_WHAT("REQUIRE", #__VA_ARGS__), \
                                     EIGENTRAIN_PASSED(__VA_ARGS__))
#define REQUIRE_FALSE(...)                                                           \
  ::eigentrain::test::plain::require(EIGENTRAIN_WHAT("REQUIRE_FALSE", #__VA_ARGS__), \
                                     !EIGENTRAIN_PASSED(__VA_ARGS__))
#define CHECK_THROWS(...)                                                                    \
  try {                                                                                      \
    static_cast<void>(__VA_ARGS__);                                                          \
    ::eigentrain::test::plain::threw_nothing(EIGENTRAIN_WHAT("CHECK_THROWS", #__VA_ARGS__)); \
  } catch (...) {                                                                            \
    ::eigentrain::test::plain::threw(EIGENTRAIN_WHAT("CHECK_THROWS", #__VA_ARGS__));         \
  }                                                                                          \
  static_assert(true)
#define CHECK_THROWS_AS(expression, type)                                                      \
  try {                                                                                        \
    static_cast<void>(expression);                                                             \
    ::eigentrain::test::plain::threw_nothing(EIGENTRAIN_WHAT("CHECK_THROWS_AS", #expression)); \
  } catch (const type&) {                                                                      \
    ::eigentrain::test::plain::threw(EIGENTRAIN_WHAT("CHECK_THROWS_AS", #expression));         \
  } catch (...) {                                                                              \
    ::eigentrain::test::plain::threw_other(                                                    \
        EIGENTRAIN_WHAT("CHECK_THROWS_AS", #expression ", " #type));                           \
  }                                                                                            \
  static_assert(true)
#define CHECK_THROWS_WITH(expression, matcher)                                                   \
  try {                                                                                          \
    static_cast<void>(expression);                                                               \
    ::eigentrain::test::plain::threw_nothing(EIGENTRAIN_WHAT("CHECK_THROWS_WITH", #expression)); \
  } catch (...) {                                                                                \
    ::eigentrain::test::plain::threw_with(EIGENTRAIN_WHAT("CHECK_THROWS_WITH", #expression),     \
                                          matcher);                                              \
  }                                                                                              \
  static_assert(true)
