// SPDX-License-Identifier: MIT
// Whether numbers look like a sample of a distribution.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace eigentrain::test {

/// Mean and mean square, summed in long double.
struct Moments {
  double mean;
  double variance;
};

template <class S>
Moments moments(const S* values, std::int64_t count) {
  long double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    sum += values[i];
    squares += static_cast<long double>(values[i]) * values[i];
  }
  const long double mean = sum / static_cast<long double>(count);
  return {static_cast<double>(mean),
          static_cast<double>(squares / static_cast<long double>(count) - mean * mean)};
}

/// Kolmogorov's √n·sup|F_n − F|: above 1.95 for one sample in a thousand, above 2.5 for one in
/// 130,000.
template <class S, class Distribution>
double kolmogorov(std::vector<S> values, const Distribution& distribution) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double f = distribution(static_cast<double>(values[i]));
    distance =
        std::max({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  return std::sqrt(n) * distance;
}

inline double normal_distribution(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

}  // namespace eigentrain::test
