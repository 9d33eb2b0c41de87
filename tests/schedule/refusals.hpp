// SPDX-License-Identifier: MIT
// What a decay from .initial to .final in .steps must refuse.
#pragma once

#include <stdexcept>
#include <string>

#include "schedule/oracle.hpp"
#include "support/catch.hpp"

namespace eigentrain::test {

/// make(options) makes the schedule, which calls itself `name` in its messages.
template <class Options, class Make>
void check_decay_refusals(const std::string& name, const Make& make) {
  const Options bad[] = {{.initial = -1.0, .steps = 9},
                         {.initial = not_a_number, .steps = 9},
                         {.initial = infinity, .steps = 9},
                         {.final = -1e-9, .steps = 9},
                         {.final = not_a_number, .steps = 9},
                         {.final = infinity, .steps = 9},
                         {.steps = 0},
                         {.steps = -5},
                         {}};
  for (const Options& options : bad) {
    CAPTURE(options.initial, options.final, options.steps);
    CHECK_THROWS_AS(make(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(make({}), name + ": steps must be at least 1, got 0");
  CHECK_THROWS_WITH(make({.steps = 9})(-1), name + ": step must be at least 0, got -1");
}

}  // namespace eigentrain::test
