// SPDX-License-Identifier: MIT
// Curves and their axes as an SVG, for a page that brings the style.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "plot/axis.hpp"
#include "plot/ink.hpp"
#include "plot/svg.hpp"
#include "plot/trace.hpp"

namespace plot {

struct Curve {
  std::string name;
  Ink ink;
  std::vector<Point> points;
};

/// A value that the curves are to be seen against: a line across.
struct Level {
  std::string name;
  double value = 0.0;
  std::string dash = "7 4";
};

/// One set of axes, from x = 0 on. The vertical one holds all curves, and the levels too unless
/// they are far away.
struct Chart {
  std::string title;
  std::string x_label;
  double x_high = 1.0;
  Scale scale = Scale::linear;
  bool from_zero = false;  ///< the vertical axis, if it is linear
  int decades = 12;        ///< how many it shows at most, the highest, if it is logarithmic
  std::vector<Curve> curves;
  std::vector<Level> levels;

  /// The picture. What it is made of has classes, and the axes stand in data-… for a script.
  std::string svg() const;
  /// A list of names, for a page to put below the picture; empty for a single curve.
  std::string legend() const;

 private:
  Axis y_axis() const;
};

namespace detail {

inline constexpr double width = 560, height = 300, left = 58, right = 546, top = 14, bottom = 252,
                        y_far = 9999;  // where the logarithm of 0 is

inline std::string stroke(const Ink& ink) {
  return " stroke=\"" + ink.colour + "\"" +
         (ink.dash == "none" ? "" : " stroke-dasharray=\"" + ink.dash + "\"");
}

// Hundredths of a pixel: a script reads values off the picture.
inline std::string at(double x, double y) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.1f %.2f", x, y);
  return text;
}

inline std::string swatch(const std::string& stroke) {
  return "<svg class=\"swatch\" width=\"28\" height=\"10\" aria-hidden=\"true\"><path d=\"M2 "
         "5h24\"" +
         stroke + "/></svg>";
}

inline std::string attribute(const char* name, double value) {
  char text[96];
  std::snprintf(text, sizeof(text), " data-%s=\"%.9g\"", name, value);
  return text;
}

}  // namespace detail

inline Axis Chart::y_axis() const {
  double lowest = 0.0, highest = 0.0;
  bool is_empty = true;
  const auto hold = [&](double y) {
    if (!is_drawable(scale, y) || (scale == Scale::logarithmic && y == 0.0)) return;
    lowest = is_empty ? y : std::min(lowest, y);
    highest = is_empty ? y : std::max(highest, y);
    is_empty = false;
  };
  for (const Curve& curve : curves) {
    for (const Point& point : curve.points) {
      hold(point.y);
    }
  }
  constexpr double far = 300;
  const double low = lowest, high = highest;
  for (const Level& level : levels) {
    if (is_empty || (level.value < far * high && level.value * far > low)) hold(level.value);
  }
  if (is_empty) hold(1.0);
  if (from_zero) lowest = std::min(lowest, 0.0);
  return scale == Scale::linear ? linear_axis(lowest, highest)
                                : logarithmic_axis(lowest, highest, decades);
}

inline std::string Chart::svg() const {
  using namespace detail;
  const Axis y = y_axis(), x = linear_axis(0.0, x_high);
  const auto x_at = [&](double value) { return left + (right - left) * value / x_high; };
  const auto y_at = [&](double value) {
    return std::clamp(bottom - (bottom - top) * y.share(value), -y_far, y_far);
  };

  const bool is_log = scale == Scale::logarithmic;
  std::string out =
      "<svg class=\"chart\" viewBox=\"0 0 560 300\" role=\"img\" aria-label=\"" + escaped(title) +
      "\"" + attribute("x", x_high) + attribute("low", is_log ? std::log10(y.low) : y.low) +
      attribute("high", is_log ? std::log10(y.high) : y.high) + (is_log ? " data-log=\"1\"" : "") +
      " data-label=\"" + escaped(x_label) + "\" data-frame=\"" + number(left) + " " +
      number(right) + " " + number(top) + " " + number(bottom) + "\">\n";
  for (const Axis::Tick& tick : y.ticks) {
    const double level = y_at(tick.value);
    out += line(left, level, right, level, "grid");
    out += text_at(left - 8, level + 4.5, "end", tick.label);
  }
  for (const Axis::Tick& tick : x.ticks) {
    if (tick.value > x_high * (1 + 1e-9)) continue;
    const double place = x_at(tick.value);
    out += line(place, bottom, place, bottom + 5, "axis");
    out += text_at(place, bottom + 20, "middle", tick.label);
  }
  out += line(left, bottom, right, bottom, "axis");
  out += text_at((left + right) / 2, bottom + 40, "middle", escaped(x_label));
  // What leaves the axes is cut off, but not the half of a line's width at their ends.
  out += "<svg x=\"54\" y=\"10\" width=\"496\" height=\"244\" viewBox=\"54 10 496 244\">\n";
  for (const Curve& curve : curves) {
    std::string path, dots;
    bool is_down = false;
    for (const Point& point : curve.points) {
      const bool has_place = is_drawable(scale, point.y);
      if (has_place) {
        const std::string place = at(x_at(point.x), y_at(point.y));
        path += (is_down ? "L" : "M") + place;
        if (curve.points.size() <= 60) dots += "M" + place + "h0";
      }
      is_down = has_place;
    }
    if (path.empty()) continue;
    const char* kind = curve.points.size() > 150 ? "curve dense" : "curve";
    out += std::string("<g class=\"") + kind + "\"><title>" + escaped(curve.name) +
           "</title><path" + stroke(curve.ink) + " d=\"" + path + "\"/>";
    if (!dots.empty()) {
      out += "<path class=\"dots\" stroke=\"" + curve.ink.colour + "\" d=\"" + dots + "\"/>";
    }
    out += "</g>\n";
  }
  for (const Level& level : levels) {
    const double place = y.share(level.value);
    if (!(place >= -1e-9 && place <= 1.0 + 1e-9)) continue;
    out += "<path class=\"level\" stroke-dasharray=\"" + level.dash + "\" d=\"M" +
           at(left, y_at(level.value)) + "H" + number(right) + "\"/>\n";
  }
  return out + "</svg>\n</svg>\n";
}

inline std::string Chart::legend() const {
  using namespace detail;
  if (curves.size() < 2 && levels.empty()) return "";  // the title says it
  std::string out = "<ul class=\"legend\">\n";
  if (curves.size() > 20) {
    out = "<details><summary>" + std::to_string(curves.size()) + " curves, from " +
          escaped(curves.front().name) + swatch(stroke(curves.front().ink)) + " to " +
          escaped(curves.back().name) + swatch(stroke(curves.back().ink)) + "</summary>" + out;
  }
  for (const Curve& curve : curves) {
    out += "<li>" + swatch(stroke(curve.ink)) + escaped(curve.name) + "</li>\n";
  }
  for (const Level& level : levels) {
    out += "<li>" + swatch(" class=\"level\" stroke-dasharray=\"" + level.dash + "\"") +
           escaped(level.name) + "</li>\n";
  }
  return out + (curves.size() > 20 ? "</ul></details>\n" : "</ul>\n");
}

}  // namespace plot
