// SPDX-License-Identifier: MIT
// From where to where an axis goes, and which numbers stand at it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "plot/trace.hpp"

namespace plot {

/// A number as people write it, in so many digits: 0.25, 1200, 2·10⁻⁵.
inline std::string readable(double value, int digits = 3) {
  char text[64];
  const double size = std::abs(value);
  std::snprintf(text, sizeof(text), "%.*g", digits, value);
  const std::string plain = text;
  const std::size_t e = plain.find('e');
  if (!std::isfinite(value) || value == 0.0 || (size >= 1e-3 && size < 1e6)) {
    if (e != std::string::npos) std::snprintf(text, sizeof(text), "%.0f", value);
    return text;
  }
  std::snprintf(text, sizeof(text), "%.*e", digits - 1, value);
  std::string mantissa = text;
  const int exponent = std::atoi(mantissa.c_str() + mantissa.find('e') + 1);
  mantissa.erase(mantissa.find('e'));
  if (mantissa.find('.') != std::string::npos) {
    mantissa.erase(mantissa.find_last_not_of('0') + 1);
    if (mantissa.back() == '.') mantissa.pop_back();
  }
  static constexpr const char* superscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string power = "10";
  for (const char c : std::to_string(exponent)) power += c == '-' ? "⁻" : superscripts[c - '0'];
  return mantissa == "1" ? power : mantissa + "·" + power;
}

struct Axis {
  Scale scale = Scale::linear;
  double low = 0.0;
  double high = 1.0;
  struct Tick {
    double value;
    std::string label;
  };
  std::vector<Tick> ticks;

  /// 0 at the low end, 1 at the high one.
  double share(double value) const {
    if (scale == Scale::linear) return (value - low) / (high - low);
    return std::log10(value / low) / std::log10(high / low);
  }
};

namespace detail {

// The next number of the form 1, 2 or 5 times a power of ten that is at most the value.
inline double round_down(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value) + 1e-9));
  for (const double m : {5.0, 2.0}) {
    if (m * power <= value * (1 + 1e-9)) return m * power;
  }
  return power;
}

inline double round_up(double value) {
  const double below = round_down(value);
  if (below >= value * (1 - 1e-9)) return below;
  const double power = std::pow(10.0, std::floor(std::log10(below) + 1e-9));
  return below > 4 * power ? 10 * power : below > 1.5 * power ? 5 * power : 2 * power;
}

}  // namespace detail

/// Round numbers, five or so, a round distance apart; the ends are two of them and hold the values
/// between them.
inline Axis linear_axis(double lowest, double highest) {
  Axis axis;
  lowest = std::clamp(lowest, -1e300, 1e300);
  highest = std::clamp(highest, -1e300, 1e300);
  // What hardly changes shall not look as if it did.
  const double largest = std::max(std::abs(lowest), std::abs(highest));
  if (!(highest - lowest > 1e-3 * largest)) {
    const double room = largest == 0.0 ? 1.0 : 1e-3 * largest;
    if (lowest != 0.0) lowest -= room;
    highest += room;
  }
  const double step = detail::round_up((highest - lowest) / 5);
  const double first = std::floor(lowest / step + 1e-9), last = std::ceil(highest / step - 1e-9);
  axis.low = first * step;
  axis.high = last * step;
  const int decimals = static_cast<int>(std::max(0.0, std::ceil(-std::log10(step) - 1e-9)));
  const double end = std::max(std::abs(axis.low), std::abs(axis.high));
  const bool is_plain = end >= 5e-4 && end < 1e6;
  const int digits = static_cast<int>(std::ceil(std::log10(end / step))) + 1;
  for (double k = first; k <= last; ++k) {
    const double value = k * step;
    char text[32];
    std::snprintf(text, sizeof(text), "%.*f", decimals, value);
    axis.ticks.push_back({value, k == 0.0 ? "0" : is_plain ? text : readable(value, digits)});
  }
  return axis;
}

/// Powers of ten; where there are few, twice and five times them too. If the values span more
/// than `decades_at_most`, at least one, the axis has the highest of them.
inline Axis logarithmic_axis(double lowest, double highest, int decades_at_most = 12) {
  Axis axis;
  axis.scale = Scale::logarithmic;
  highest = std::clamp(highest, 1e-290, 1e300);
  lowest = std::clamp(lowest, highest * std::pow(10.0, -decades_at_most), highest);
  axis.low = detail::round_down(lowest);
  axis.high = detail::round_up(highest);
  if (axis.high < 1.5 * axis.low) {
    axis.low = detail::round_down(axis.low * 0.9);
    axis.high = detail::round_up(axis.high * 1.1);
  }
  const double decades = std::log10(axis.high / axis.low);
  const bool has_room = decades < 3.2;
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / 7)));
  const int first = static_cast<int>(std::floor(std::log10(axis.low) + 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(axis.high) + 1e-9));
  for (int power = first; power <= last; ++power) {
    for (const double m : {1.0, 2.0, 5.0}) {
      const double value = m * std::pow(10.0, power);
      if (m > 1.0 ? !has_room : power % stride != 0) continue;
      if (value < axis.low * (1 - 1e-9) || value > axis.high * (1 + 1e-9)) continue;
      axis.ticks.push_back({value, readable(value)});
    }
  }
  return axis;
}

}  // namespace plot
