// SPDX-License-Identifier: MIT
// Numbers of the command line that must lie in an interval.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "eigentrain/core/check.hpp"

namespace training {

/// Refuses in the trainer's words what the library would refuse in its own.
inline CLI::Validator number_in(const eigentrain::Range& range, const char* interval) {
  return CLI::Validator(
      [range, interval](std::string& text) {
        double value = 0.0;
        const bool good = CLI::detail::lexical_cast(text, value) && range.contains(value);
        return good ? std::string() : eigentrain::message("must be in ", interval, ", got ", text);
      },
      interval);
}

}  // namespace training
