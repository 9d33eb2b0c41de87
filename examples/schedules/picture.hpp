// SPDX-License-Identifier: MIT
// Many small pictures of curves in one SVG, in colours that can be read on white and on black.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "plot/svg.hpp"

namespace schedules {

struct Curve {
  std::string name;
  std::vector<double> values;  ///< at step 0, 1, …; 0 to 1 fits into the picture
};

struct Panel {
  std::string title;
  std::vector<Curve> curves;
};

namespace detail {

inline constexpr double wide = 176, high = 96, gap_x = 26, gap_y = 50, margin = 26, head = 30;
inline constexpr std::size_t columns = 5;

}  // namespace detail

/// The panels in rows of five, each from 0 to 1 and from the first step to the last.
inline std::string picture(const std::vector<Panel>& panels) {
  using namespace detail;
  using plot::escaped, plot::line, plot::number, plot::text_at;
  const auto rows = static_cast<double>((panels.size() + columns - 1) / columns);
  const double width = margin + static_cast<double>(columns) * (wide + gap_x) - gap_x + 8;
  const double height = head + rows * (high + gap_y) - gap_y + 14;
  std::string out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + " " +
      number(height) +
      "\" font-family=\"system-ui, sans-serif\" font-size=\"10\" fill=\"#7a828c\">\n"
      "<style>.frame{stroke:#7a828c;stroke-opacity:.8}.grid{stroke:#7a828c;stroke-opacity:.25}"
      ".curve{fill:none;stroke-width:1.8;stroke-linejoin:round}</style>\n";
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double x = margin + static_cast<double>(p % columns) * (wide + gap_x);
    const double y = head + static_cast<double>(p / columns) * (high + gap_y);
    out += text_at(x, y - 9, "start", escaped(panels[p].title), " font-size=\"13\"");
    for (const double share : {0.5, 1.0}) {
      out += line(x, y + high * (1 - share), x + wide, y + high * (1 - share), "grid");
    }
    if (p % columns == 0) {
      out += text_at(x - 6, y + high + 3, "end", "0");
      out += text_at(x - 6, y + 3, "end", "1");
    }
    out += line(x, y + high, x + wide, y + high, "frame");
    for (std::size_t k = 0; k < panels[p].curves.size(); ++k) {
      const Curve& curve = panels[p].curves[k];
      const double step =
          wide / static_cast<double>(std::max<std::size_t>(curve.values.size() - 1, 1));
      std::string path;
      for (std::size_t t = 0; t < curve.values.size(); ++t) {
        const double level = std::clamp(curve.values[t], 0.0, 1.0);
        path += (t == 0 ? "M" : "L") + number(x + step * static_cast<double>(t)) + " " +
                number(y + high * (1 - level));
      }
      out += "<path class=\"curve\" stroke=\"" + std::string(plot::colours[k]) + "\" d=\"" + path +
             "\"><title>" + escaped(curve.name) + "</title></path>\n";
    }
  }
  return out + "</svg>\n";
}

/// A column for each curve, a row for each step.
inline std::string csv(const std::vector<Panel>& panels) {
  std::string out = "step";
  std::size_t rows = 0;
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) {
      out += "," + curve.name;
      rows = std::max(rows, curve.values.size());
    }
  }
  out += "\n";
  for (std::size_t t = 0; t < rows; ++t) {
    out += std::to_string(t);
    for (const Panel& panel : panels) {
      for (const Curve& curve : panel.curves) {
        char text[40] = ",";
        if (t < curve.values.size()) std::snprintf(text, sizeof(text), ",%.9g", curve.values[t]);
        out += text;
      }
    }
    out += "\n";
  }
  return out;
}

}  // namespace schedules
