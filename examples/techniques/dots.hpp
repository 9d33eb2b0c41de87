// SPDX-License-Identifier: MIT
// A row for each name with a dot at its mean and a line from the lowest to the highest, as an SVG.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "plot/axis.hpp"
#include "plot/svg.hpp"
#include "seeds/results.hpp"

namespace techniques {

/// The figures of one panel, in the order of the rows.
struct DotPanel {
  std::string title;
  std::vector<seeds::Spread> figures;
};

/// Panels beside each other, with the same rows and the same axis.
struct DotChart {
  std::string x_label;
  std::vector<std::string> rows;
  std::vector<DotPanel> panels;

  std::string svg() const;
};

inline std::string DotChart::svg() const {
  using plot::line, plot::number, plot::text_at;
  constexpr double left = 190, panel_width = 330, gap = 30, top = 34, row_height = 22;
  const auto all_rows = row_height * static_cast<double>(rows.size());
  std::vector<double> ends;
  for (const DotPanel& panel : panels) {
    for (const seeds::Spread& figure : panel.figures) {
      ends.push_back(figure.lowest);
      ends.push_back(figure.highest);
    }
  }
  const auto [lowest, highest] = std::minmax_element(ends.begin(), ends.end());
  const plot::Axis axis =
      ends.empty() ? plot::linear_axis(0, 1) : plot::linear_axis(*lowest, *highest);
  const double width = left + static_cast<double>(panels.size()) * (panel_width + gap);
  const double bottom = top + all_rows;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) +
                    " " + number(bottom + 46) +
                    "\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#7a828c\">\n"
                    "<style>.frame{stroke:#7a828c;fill:none}.grid{stroke:#7a828c;"
                    "stroke-opacity:.25}.range{stroke-width:2.2}</style>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    out += text_at(left - 10, top + row_height * (static_cast<double>(r) + 0.5) + 4.5, "end",
                   plot::escaped(rows[r]));
  }
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double x = left + static_cast<double>(p) * (panel_width + gap);
    const std::string colour = plot::colours[p % std::size(plot::colours)];
    const auto at = [&](double value) { return x + panel_width * axis.share(value); };
    out += text_at(x + panel_width / 2, top - 12, "middle", plot::escaped(panels[p].title),
                   " font-size=\"15\"");
    for (const auto& [value, label] : axis.ticks) {
      out += line(at(value), top, at(value), bottom, "grid");
      out += text_at(at(value), bottom + 17, "middle", plot::escaped(label));
    }
    out += text_at(x + panel_width / 2, bottom + 36, "middle", plot::escaped(x_label));
    out += "<rect class=\"frame\" x=\"" + number(x) + "\" y=\"" + number(top) + "\" width=\"" +
           number(panel_width) + "\" height=\"" + number(all_rows) + "\"/>\n<g stroke=\"" + colour +
           "\" fill=\"" + colour + "\">\n";
    for (std::size_t r = 0; r < panels[p].figures.size(); ++r) {
      const seeds::Spread& figure = panels[p].figures[r];
      const double y = top + row_height * (static_cast<double>(r) + 0.5);
      out += line(at(figure.lowest), y, at(figure.highest), y, "range");
      out += "<circle cx=\"" + number(at(figure.mean)) + "\" cy=\"" + number(y) + "\" r=\"4\"/>\n";
    }
    out += "</g>\n";
  }
  return out + "</svg>\n";
}

}  // namespace techniques
