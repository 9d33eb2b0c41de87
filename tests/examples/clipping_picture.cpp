// SPDX-License-Identifier: MIT
#include "clipping/picture.hpp"

#include <limits>

#include "support/catch.hpp"

using clipping::Curve;
using clipping::Panel;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("points lie where the axes say, and what is infinite above the frame") {
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  // 430 wide and 250 high: five decades of 50 each.
  const Panel log{.title = "",
                  .x_label = "",
                  .last = 100,
                  .is_log_x = true,
                  .lowest = -3,
                  .highest = 2,
                  .curves = {}};
  using clipping::detail::points;
  CHECK(points(log, {1, 10, 100}, {100, 1, 0.001}, false) == "0.0,0.0 215.0,100.0 430.0,250.0 ");
  CHECK(points(log, {1, 10, 100}, {100, 1, 0.001}, true) == "430.0,250.0 215.0,100.0 0.0,0.0 ");
  CHECK(points(log, {1, 10, 100}, {infinity, nan, 0}, false) == "0.0,-25.0 430.0,275.0 ");
  const Panel linear{
      .title = "", .x_label = "", .last = 11, .lowest = -3, .highest = 2, .curves = {}};
  CHECK(points(linear, {1, 6, 11}, {1, 1, 1}, false) == "0.0,100.0 215.0,100.0 430.0,100.0 ");
}

TEST_CASE("panels have all of their curves, bands, points and names") {
  Panel curves{.title = "a < b", .x_label = "step", .last = 1000, .is_log_x = true, .curves = {}};
  curves.curves.push_back({"first", 0, {1, 10}, {1, 2}, {0.5, 1}, {2, 4}});
  curves.curves.push_back({"", 1, {1, 10}, {1, 2}, {}, {}, true});
  curves.line = 0.1;
  curves.line_name = "limit";
  Panel points{.title = "c", .x_label = "", .last = 1, .curves = {{"one", 2, {1, 2}, {1, 2}}}};
  points.names = {"left & right", "both"};
  const std::string svg = clipping::svg({curves, points});
  CHECK(count(svg, "<polygon") == 1);
  CHECK(count(svg, "<polyline class=\"curve\"") == 1);
  CHECK(count(svg, "<polyline class=\"thin\"") == 1);
  CHECK(count(svg, "class=\"limit\"") == 1);
  CHECK(count(svg, "<circle") == 2 + 2);  // two names in legends and two points
  CHECK(count(svg, ">a &lt; b<") == 1);
  CHECK(count(svg, ">left &amp; right<") == 1);
  CHECK(count(svg, ">first<") == 1);
  CHECK(count(svg, "<g ") == count(svg, "</g>"));
  CHECK(count(svg, "<rect class=\"frame\"") == 2);
  CHECK(svg.find("nan") == std::string::npos);
}
