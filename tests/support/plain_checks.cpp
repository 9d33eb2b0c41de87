// SPDX-License-Identifier: MIT
#include "support/plain_checks.hpp"

#include <exception>
#include <string>

namespace eigentrain::test::plain {

namespace {

void say(const Check& what, bool passed, Catch::ResultDisposition::Flags disposition) {
  const auto line = static_cast<std::size_t>(what.line);
  Catch::AssertionHandler handler(what.macro, Catch::SourceLineInfo(what.file, line), what.text,
                                  disposition);
  handler.handleExpr(Catch::Decomposer() <= passed);
  handler.complete();
}

/// What is being handled says.
std::string message_thrown() {
  try {
    throw;
  } catch (const std::exception& thrown) {
    return thrown.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

void say_thrown(const Check& what, bool passed, const std::string& thrown,
                const std::string& expected) {
  if (!passed) UNSCOPED_INFO("thrown: " << thrown << "; expected: " << expected);
  check(what, passed);
}

}  // namespace

void check(const Check& what, bool passed) {
  say(what, passed, Catch::ResultDisposition::ContinueOnFailure);
}

void require(const Check& what, bool passed) {
  say(what, passed, Catch::ResultDisposition::Normal);
}

void threw_nothing(const Check& what) {
  UNSCOPED_INFO("nothing was thrown");
  check(what, false);
}

void threw(const Check& what) {
  check(what, true);
}

void threw_other(const Check& what) {
  say_thrown(what, false, message_thrown(), "another type");
}

void threw_with(const Check& what, const char* message) {
  const std::string thrown = message_thrown();
  say_thrown(what, thrown == message, thrown, message);
}

void threw_with(const Check& what, const std::string& message) {
  threw_with(what, message.c_str());
}

void threw_with(const Check& what, const StringMatcher& message) {
  const std::string thrown = message_thrown();
  say_thrown(what, message.match(thrown), thrown, message.toString());
}

}  // namespace eigentrain::test::plain
