// SPDX-License-Identifier: MIT
// Curves over a logarithmic axis as an SVG, in colours that can be read on white and on black.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plot/svg.hpp"

namespace depth {

/// One curve: the value at 1, 2, …; the legend has the name.
struct Series {
  std::string name;
  std::vector<double> values;
};

/// A vertical axis of a panel's own, logarithmic too: a line with a label at each tick.
struct Axis {
  double lowest = 1.0;
  double highest = 10.0;
  std::vector<std::pair<double, std::string>> ticks = {};
};

/// One set of axes. Every panel has the same curves in the same order.
struct Panel {
  std::string title;
  std::vector<Series> series;
  std::optional<Axis> axis = {};  ///< else the figure's
};

/// The figure: panels in rows of two, all with the same axes unless they have one of their own.
/// Powers of ten from `lowest` to `highest` fit on the vertical one; curves are cut off where they
/// leave it.
struct Chart {
  std::string x_label;
  int lowest = -6;
  int highest = 6;
  std::vector<Panel> panels;

  std::string svg() const;
};

namespace detail {

using plot::colours, plot::escaped, plot::line, plot::number, plot::text_at;

inline constexpr double panel_width = 400, panel_height = 250, left = 62, top = 46, gap_x = 66,
                        gap_y = 76;
// Curves that lie on each other can still be told apart.
inline constexpr const char* dashes[] = {"none", "none", "none", "none", "9 5", "2 4"};

inline std::string stroke(std::size_t series) {
  const std::size_t k = series % std::size(colours);
  return std::string(" stroke=\"") + colours[k] + "\" stroke-dasharray=\"" + dashes[k] + "\"";
}

// The points of a curve; beyond the frame the slope stays right and the frame cuts it off. A value
// that has no logarithm ends a piece.
inline std::string path(const Series& series, double x, double y, double lowest, double highest) {
  const double decade = panel_height / (highest - lowest);
  const double step =
      panel_width / static_cast<double>(std::max<std::size_t>(series.values.size() - 1, 1));
  std::string result;
  bool is_down = false;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    const double value = series.values[i];
    const bool is_drawable = value > 0 && std::isfinite(value);
    if (is_drawable) {
      result += (is_down ? "L" : "M") + number(x + step * static_cast<double>(i)) + " " +
                number(y + decade * (highest - std::log10(value))) + " ";
    }
    is_down = is_drawable;
  }
  return result;
}

}  // namespace detail

inline std::string Chart::svg() const {
  using namespace detail;
  const auto rows = static_cast<double>((panels.size() + 1) / 2);
  const double width = left + 2 * panel_width + gap_x + 20;
  const double height = top + rows * (panel_height + gap_y) + 8;
  std::string out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + " " +
      number(height) +
      "\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#7a828c\">\n"
      "<style>.frame{stroke:#7a828c;fill:none}.grid{stroke:#7a828c;stroke-opacity:.25}"
      ".one{stroke:#7a828c;stroke-opacity:.7}.curve{fill:none;stroke-width:2.2}</style>\n";

  if (!panels.empty()) {
    const double part = (width - left - 20) / static_cast<double>(panels[0].series.size());
    for (std::size_t k = 0; k < panels[0].series.size(); ++k) {
      const double x = left + part * static_cast<double>(k);
      out += "<path class=\"curve\" d=\"M" + number(x) + " 14h30\"" + stroke(k) + "/>\n";
      out += text_at(x + 36, 18.5, "start", escaped(panels[0].series[k].name));
    }
  }
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double x = left + static_cast<double>(p % 2) * (panel_width + gap_x);
    const double y = top + static_cast<double>(p / 2) * (panel_height + gap_y) + 14;
    const double bottom = y + panel_height, right = x + panel_width;
    const std::string id = "panel" + std::to_string(p);
    out += text_at(x + panel_width / 2, y - 9, "middle", escaped(panels[p].title),
                   " font-size=\"15\"");
    const std::optional<Axis>& own = panels[p].axis;
    const double low = own ? std::log10(own->lowest) : lowest;
    const double high = own ? std::log10(own->highest) : highest;
    for (const auto& [value, label] : own ? own->ticks : Axis().ticks) {
      const double level = y + panel_height * (high - std::log10(value)) / (high - low);
      out += line(x, level, right, level, "grid");
      out += text_at(x - 7, level + 4.5, "end", escaped(label));
    }
    for (int power = lowest; power <= highest && !own; ++power) {
      if (power % (highest - lowest > 12 ? 5 : 2) != 0) continue;
      const double level = y + panel_height * (highest - power) / (highest - lowest);
      out += line(x, level, right, level, power == 0 ? "one" : "grid");
      const std::string label =
          power == 0 ? "1"
                     : "10<tspan dy=\"-5\" font-size=\"10\">" + std::to_string(power) + "</tspan>";
      out += text_at(x - 7, level + 4.5, "end", label);
    }
    const std::size_t count = panels[p].series.empty() ? 0 : panels[p].series[0].values.size();
    for (std::size_t i = 1; i <= count; ++i) {
      if (i != 1 && i % 5 != 0) continue;
      const double at = x + panel_width * static_cast<double>(i - 1) /
                                static_cast<double>(std::max<std::size_t>(count - 1, 1));
      out += line(at, bottom, at, bottom + 4, "frame");
      out += text_at(at, bottom + 18, "middle", std::to_string(i));
    }
    out += text_at(x + panel_width / 2, bottom + 34, "middle", escaped(x_label));
    out += "<clipPath id=\"" + id + "\"><rect x=\"" + number(x) + "\" y=\"" + number(y) +
           "\" width=\"" + number(panel_width) + "\" height=\"" + number(panel_height) +
           "\"/></clipPath>\n<g clip-path=\"url(#" + id + ")\">\n";
    for (std::size_t k = 0; k < panels[p].series.size(); ++k) {
      out += "<path class=\"curve\"" + stroke(k) + " d=\"" +
             path(panels[p].series[k], x, y, low, high) + "\"/>\n";
    }
    out += "</g>\n<rect class=\"frame\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" +
           number(panel_width) + "\" height=\"" + number(panel_height) + "\"/>\n";
  }
  return out + "</svg>\n";
}

}  // namespace depth
