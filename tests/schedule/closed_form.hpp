// SPDX-License-Identifier: MIT
// How tests hold a schedule to its closed form, its bits and PyTorch's values.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "schedule/oracle.hpp"
#include "support/hash.hpp"

namespace eigentrain::test {

/// The largest distance, in units in the last place, between a schedule and a closed form in
/// long double, over the steps from 0 up to `steps`.
template <class Schedule, class ClosedForm>
double worst_ulps(const Schedule& schedule, std::int64_t steps, const ClosedForm& closed_form) {
  double worst = 0.0;
  for (std::int64_t step = 0; step < steps; ++step) {
    worst = std::max(worst, ulps(schedule(step), closed_form(step)));
  }
  return worst;
}

/// One number for the bits of a schedule's values at the first steps and far away.
template <class Schedule>
std::uint64_t hash_steps(const Schedule& schedule, std::int64_t steps) {
  std::vector<double> values;
  for (std::int64_t step = 0; step < steps; ++step) values.push_back(schedule(step));
  for (std::int64_t step = steps; step < far_away / 3; step *= 3) values.push_back(schedule(step));
  return hash_bits(values.data(), static_cast<std::int64_t>(values.size()));
}

/// The largest relative distance to values that were computed elsewhere.
template <class Schedule, std::size_t N>
double worst_relative(const Schedule& schedule, const double (&expected)[N]) {
  double worst = 0.0;
  for (std::size_t step = 0; step < N; ++step) {
    const double value = schedule(static_cast<std::int64_t>(step));
    const double scale = std::max(std::fabs(expected[step]), 1e-300);
    worst = std::max(worst, std::fabs(value - expected[step]) / scale);
  }
  return worst;
}

}  // namespace eigentrain::test
