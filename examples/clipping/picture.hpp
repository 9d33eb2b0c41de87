// SPDX-License-Identifier: MIT
// Curves with their ranges, and points with names, over logarithmic axes as an SVG.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "plot/svg.hpp"

namespace clipping {

/// One line of a panel. `low` and `high`, if there are any, are drawn as a band around it; x counts
/// from 1. What is infinite lies above the frame, and NaN is left out.
struct Curve {
  std::string name;    ///< in the legend, unless it is empty
  std::size_t colour;  ///< its number in the list that all pictures use
  std::vector<double> x, middle, low = {}, high = {};
  bool is_thin = false;
};

struct Panel {
  std::string title, x_label;
  double last = 1.0;             ///< the horizontal axis goes from 1 to here
  bool is_log_x = false;         ///< the vertical one is always logarithmic
  int lowest = -3, highest = 3;  ///< its powers of ten
  std::vector<Curve> curves;
  double line = 0.0;  ///< a horizontal line at this value, if positive, and its name
  std::string line_name = {};
  std::vector<std::string> names = {};  ///< of x = 1, 2, …; then the curves become points
};

namespace detail {

using plot::escaped;
using plot::number;
using plot::text_at;

inline constexpr double width = 430, height = 250, left = 58, head = 56, foot = 46, gap = 74;

inline std::string power_of_ten(int power) {
  if (power == 0) return "1";
  return "10<tspan dy=\"-5\" font-size=\"10\">" + std::to_string(power) + "</tspan>";
}

inline double x_at(const Panel& panel, double x) {
  if (!panel.names.empty()) return width * (x - 0.5) / static_cast<double>(panel.names.size());
  const double part = panel.is_log_x ? std::log(x) / std::log(panel.last)
                                     : (x - 1.0) / std::max(panel.last - 1.0, 1.0);
  return width * part;
}

// A little outside of the frame, if need be, which cuts off what lies there.
inline double y_at(const Panel& panel, double value) {
  const double decades = panel.highest - panel.lowest;
  const double part = (panel.highest - std::log10(std::max(value, 1e-300))) / decades;
  return height * std::clamp(part, -0.1, 1.1);
}

inline std::string points(const Panel& panel, const std::vector<double>& x,
                          const std::vector<double>& y, bool is_backwards) {
  std::string result;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const std::size_t i = is_backwards ? x.size() - 1 - k : k;
    if (std::isnan(y[i])) continue;
    result += number(x_at(panel, x[i])) + "," + number(y_at(panel, y[i])) + " ";
  }
  return result;
}

inline std::string drawn(const Panel& panel, std::size_t number_of_curve) {
  const Curve& curve = panel.curves[number_of_curve];
  const std::string colour = plot::colours[curve.colour];
  std::string out;
  if (!curve.low.empty()) {
    out += "<polygon fill=\"" + colour + "\" fill-opacity=\".18\" points=\"" +
           points(panel, curve.x, curve.low, false) + points(panel, curve.x, curve.high, true) +
           "\"/>\n";
  }
  if (panel.names.empty()) {
    return out + "<polyline class=\"" + (curve.is_thin ? "thin" : "curve") + "\" stroke=\"" +
           colour + "\" points=\"" + points(panel, curve.x, curve.middle, false) + "\"/>\n";
  }
  // Beside each other, so that equal values can be seen.
  const double shift = 9.0 * (static_cast<double>(number_of_curve) -
                              0.5 * static_cast<double>(panel.curves.size() - 1));
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    out += "<circle r=\"4.5\" fill=\"" + colour + "\" cx=\"" +
           number(x_at(panel, curve.x[i]) + shift) + "\" cy=\"" +
           number(y_at(panel, curve.middle[i])) + "\"/>\n";
  }
  return out;
}

inline std::string legend(const Panel& panel) {
  std::string out;
  double x = 6;
  for (const Curve& curve : panel.curves) {
    if (curve.name.empty()) continue;
    out += "<circle r=\"4.5\" fill=\"" + std::string(plot::colours[curve.colour]) + "\" cx=\"" +
           number(x) + "\" cy=\"-14\"/>\n" + text_at(x + 9, -9.5, "start", escaped(curve.name));
    x += 26 + 6.7 * static_cast<double>(curve.name.size());  // about as wide as it will be
  }
  return out;
}

inline std::string axes(const Panel& panel) {
  using plot::line;
  std::string out;
  const int every = (panel.highest - panel.lowest + 7) / 8;
  for (int power = panel.lowest; power <= panel.highest; power += every) {
    const double y = height * (panel.highest - power) / (panel.highest - panel.lowest);
    out += line(0, y, width, y, "grid") + text_at(-7, y + 4.5, "end", power_of_ten(power));
  }
  const auto mark = [&](double x, const std::string& label) {
    out += line(x_at(panel, x), height, x_at(panel, x), height + 4, "frame") +
           text_at(x_at(panel, x), height + 18, "middle", label);
  };
  if (!panel.names.empty()) {
    for (std::size_t i = 0; i < panel.names.size(); ++i) {
      mark(static_cast<double>(i + 1), escaped(panel.names[i]));
    }
  } else if (panel.is_log_x) {
    for (int power = 0; std::pow(10.0, power) <= panel.last; ++power) {
      mark(std::pow(10.0, power), power_of_ten(power));
    }
  } else {
    for (int x = 1; x <= static_cast<int>(panel.last); ++x) {
      if (x == 1 || x % 10 == 0) mark(x, std::to_string(x));
    }
  }
  return out + text_at(width / 2, height + 36, "middle", escaped(panel.x_label));
}

}  // namespace detail

/// The panels in rows of two.
inline std::string svg(const std::vector<Panel>& panels) {
  using namespace detail;
  const double rows = static_cast<double>((panels.size() + 1) / 2);
  std::string out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " +
      number(left + 2 * width + gap + 16) + " " + number(rows * (head + height + foot) + 6) +
      "\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#7a828c\">\n"
      "<style>.frame{stroke:#7a828c;fill:none}.grid{stroke:#7a828c;"
      "stroke-opacity:.25}.limit{stroke:#7a828c;stroke-width:1.6;stroke-dasharray:6 4}"
      ".thin{fill:none;stroke-opacity:.7}.curve{fill:none;stroke-width:2.2;stroke-linejoin:round}</"
      "style>\n"
      "<clipPath id=\"frame\"><rect width=\"" +
      number(width) + "\" height=\"" + number(height) + "\"/></clipPath>\n";
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const Panel& panel = panels[p];
    out += "<g transform=\"translate(" + number(left + static_cast<double>(p % 2) * (width + gap)) +
           " " + number(head + static_cast<double>(p / 2) * (head + height + foot)) + ")\">\n" +
           text_at(width / 2, -34, "middle", escaped(panel.title), " font-size=\"15\"") +
           legend(panel) + axes(panel) + "<g clip-path=\"url(#frame)\">\n";
    for (std::size_t k = 0; k < panel.curves.size(); ++k) out += drawn(panel, k);
    if (panel.line > 0) {
      const double y = y_at(panel, panel.line);
      out += plot::line(0, y, width, y, "limit") +
             text_at(6, y + 15, "start", escaped(panel.line_name));
    }
    out += "</g>\n<rect class=\"frame\" width=\"" + number(width) + "\" height=\"" +
           number(height) + "\"/>\n</g>\n";
  }
  return out + "</svg>\n";
}

}  // namespace clipping
