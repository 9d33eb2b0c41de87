// SPDX-License-Identifier: MIT
#include "depth/chart.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "xml.hpp"

using xml::count, xml::is_well_formed;

TEST_CASE("a curve goes through its points, a decade apart each") {
  const depth::Series series{"a", {1, 10, 0.1, 1e-30}};
  // 250 high and 12 decades: 10^6 is at the top, y = 100, and 1 in the middle.
  const std::string path = depth::detail::path(series, 10, 100, -6, 6);
  CHECK(path == "M10.0 225.0 L143.3 204.2 L276.7 245.8 L410.0 850.0 ");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(depth::detail::path({"a", {1, 0, 1, nan, infinity}}, 0, 0, -6, 6) ==
        "M0.0 125.0 M200.0 125.0 ");
  CHECK(depth::detail::path({"a", {1}}, 0, 0, -6, 6) == "M0.0 125.0 ");
  CHECK(depth::detail::path({"a", {}}, 0, 0, -6, 6).empty());
}

TEST_CASE("the picture has a frame and all curves in each panel, and is well-formed") {
  depth::Chart chart{.x_label = "layer", .panels = {}};
  CHECK(is_well_formed(chart.svg()));
  for (const char* title : {"one", "two & <three>", "four"}) {
    chart.panels.push_back({title, {{"a < b", {1, 2, 3, 4, 5}}, {"c", {1e-20, 1, 1e20, 1, 1}}}});
  }
  const std::string svg = chart.svg();
  CHECK(is_well_formed(svg));
  CHECK(count(svg, "<rect class=\"frame\"") == 3);
  CHECK(count(svg, "<path class=\"curve\" stroke") == 6);
  CHECK(count(svg, "clip-path=\"url(#panel") == 3);
  CHECK(count(svg, ">a &lt; b<") == 1);  // the legend
  CHECK(count(svg, ">two &amp; &lt;three&gt;<") == 1);
  CHECK(count(svg, ">layer<") == 3);
  CHECK(count(svg, ">5<") == 3);
  CHECK_FALSE(is_well_formed(svg + "<g>"));
  CHECK(count(svg, "class=\"grid\"") == 3 * 6);  // 10^-6 to 10^6 without 1

  // An axis of its own, from 10 to 1000: a tick at 100 is in the middle, at 60 + 125.
  depth::Chart own{.x_label = "epoch", .panels = {}};
  own.panels.push_back({"one", {{"a", {10, 1000}}}, depth::Axis{10, 1000, {{100, "a < b"}}}});
  const std::string with_axis = own.svg();
  CHECK(is_well_formed(with_axis));
  CHECK(count(with_axis, "class=\"grid\"") == 1);
  CHECK(count(with_axis, "y1=\"185.0\" x2=\"462.0\" y2=\"185.0\" class=\"grid\"") == 1);
  CHECK(count(with_axis, ">a &lt; b<") == 1);
  CHECK(count(with_axis, "d=\"M62.0 310.0 L462.0 60.0 \"") == 1);
}
