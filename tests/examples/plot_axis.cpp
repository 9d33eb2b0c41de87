// SPDX-License-Identifier: MIT
#include "plot/axis.hpp"

#include <cmath>
#include <limits>
#include <set>

#include "support/catch.hpp"

using plot::Axis, plot::linear_axis, plot::logarithmic_axis, plot::readable;

namespace {

std::string labels(const Axis& axis) {
  std::string result;
  for (const Axis::Tick& tick : axis.ticks) result += (result.empty() ? "" : " ") + tick.label;
  return result;
}

}  // namespace

TEST_CASE("numbers as people write them") {
  CHECK(readable(0.0) == "0");
  CHECK(readable(0.25) == "0.25");
  CHECK(readable(-1.5) == "-1.5");
  CHECK(readable(1234.5) == "1234");
  CHECK(readable(999'999) == "999999");
  CHECK(readable(1e6) == "10⁶");
  CHECK(readable(2.5e-5) == "2.5·10⁻⁵");
  CHECK(readable(1e-4) == "10⁻⁴");
  CHECK(readable(-3e12) == "-3·10¹²");
  CHECK(readable(1.0 / 3, 6) == "0.333333");
  CHECK(readable(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("a linear axis has round numbers and holds its values") {
  CHECK(labels(linear_axis(0.0, 10.0)) == "0 2 4 6 8 10");
  CHECK(labels(linear_axis(0.0, 1.0)) == "0 0.2 0.4 0.6 0.8 1.0");
  CHECK(labels(linear_axis(0.198, 0.504)) == "0.1 0.2 0.3 0.4 0.5 0.6");
  CHECK(labels(linear_axis(0.82, 0.93)) == "0.80 0.85 0.90 0.95");
  CHECK(labels(linear_axis(0.0, 1e-3)) == "0 0.0002 0.0004 0.0006 0.0008 0.0010");
  CHECK(labels(linear_axis(0.0, 1e-4)) == "0 2·10⁻⁵ 4·10⁻⁵ 6·10⁻⁵ 8·10⁻⁵ 10⁻⁴");
  CHECK(labels(linear_axis(1.09860, 1.09866)) == "1.0975 1.0980 1.0985 1.0990 1.0995 1.1000");
  CHECK(labels(linear_axis(0.0, 1870.0)) == "0 500 1000 1500 2000");
  CHECK(labels(linear_axis(-0.3, 0.9)) == "-0.5 0 0.5 1.0");
  CHECK(labels(linear_axis(0.0, 3e7)) == "0 10⁷ 2·10⁷ 3·10⁷");
}

TEST_CASE("any values give an axis with a few labels, no two alike") {
  for (const double low : {0.0, -1.0, 1e-30, 0.3, 0.99999, 1.0986, 7.0, 1e30, -1e308}) {
    for (const double more : {0.0, 1e-12, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 3.0, 1e5, 1e300}) {
      INFO(low << " + " << more);
      const double high = low + more;
      const Axis axis = linear_axis(low, high);
      CHECK(axis.low < axis.high);
      if (std::abs(low) < 1e300) {
        CHECK(axis.low <= low + 1e-6 * std::abs(more));
        CHECK(axis.high >= high - 1e-6 * std::abs(more));
      }
      CHECK(axis.ticks.size() >= 2);
      CHECK(axis.ticks.size() <= 8);
      std::set<std::string> different;
      for (const Axis::Tick& tick : axis.ticks) different.insert(tick.label);
      CHECK(different.size() == axis.ticks.size());
      CHECK(axis.share(axis.low) == 0.0);
      CHECK(axis.share(axis.high) == 1.0);
    }
  }
}

TEST_CASE("a logarithmic axis has powers of ten, and more where there are few") {
  CHECK(labels(logarithmic_axis(0.2, 9.0)) == "0.2 0.5 1 2 5 10");
  CHECK(labels(logarithmic_axis(3e-6, 0.4)) == "10⁻⁵ 10⁻⁴ 0.001 0.01 0.1");
  CHECK(labels(logarithmic_axis(1.0, 1.0)) == "0.5 1 2");
  CHECK(labels(logarithmic_axis(1e-12, 1.0)) == "10⁻¹² 10⁻¹⁰ 10⁻⁸ 10⁻⁶ 10⁻⁴ 0.01 1");
  const Axis axis = logarithmic_axis(1e-3, 10.0);
  CHECK(axis.share(1e-3) == 0.0);
  CHECK(axis.share(0.1) == Approx(0.5));
  CHECK(axis.share(10.0) == 1.0);
}

TEST_CASE("a logarithmic axis shows the highest decades") {
  const Axis axis = logarithmic_axis(1e-30, 0.7, 5);
  CHECK(axis.low == Approx(5e-6));
  CHECK(axis.high == Approx(1.0));
  CHECK(logarithmic_axis(1e-300, 1e300).low >= 1e287);
}

TEST_CASE("any positive values give a logarithmic axis with a few labels") {
  for (const double low : {1e-300, 1e-45, 0.00099, 0.1, 0.3, 1.0, 9.99, 4e7, 1e280}) {
    for (const double factor : {1.0, 1.01, 1.9, 3.0, 10.0, 99.0, 1e3, 1e5, 1e8, 1e11}) {
      INFO(low << " × " << factor);
      const Axis axis = logarithmic_axis(low, low * factor);
      CHECK(axis.low < axis.high);
      if (low >= 1e-280) CHECK(axis.low <= low * (1 + 1e-9));
      CHECK(axis.high >= low * factor * (1 - 1e-9));
      CHECK(axis.ticks.size() >= 2);
      CHECK(axis.ticks.size() <= 11);
    }
  }
}
