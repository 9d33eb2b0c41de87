// SPDX-License-Identifier: MIT
#include "schedules/picture.hpp"

#include <string>

#include "support/catch.hpp"
#include "xml.hpp"

using schedules::csv;
using schedules::Panel;
using schedules::picture;

TEST_CASE("small pictures hold every curve and title") {
  const std::vector<Panel> panels = {{"a < b", {{"one", {0.0, 0.5, 1.0}}, {"two", {1.0}}}},
                                     {"second", {{"three", {7.0, -7.0}}}}};
  const std::string svg = picture(panels);
  CHECK(xml::is_well_formed(svg));
  CHECK(xml::count(svg, "class=\"curve\"") == 3);
  CHECK_THAT(svg, ContainsSubstring("a &lt; b</text>"));
  CHECK_THAT(svg, ContainsSubstring("d=\"M26.0 126.0L114.0 78.0L202.0 30.0\""));
  CHECK_THAT(svg, ContainsSubstring("d=\"M228.0 30.0L404.0 126.0\""));  // within the frame
  CHECK(xml::is_well_formed(picture({})));
}

TEST_CASE("a table of curves has a row for every step") {
  const std::vector<Panel> panels = {{"x", {{"one", {0.0, 0.5, 1.0}}, {"two", {0.25}}}}};
  CHECK(csv(panels) == "step,one,two\n0,0,0.25\n1,0.5,\n2,1,\n");
  CHECK(csv({}) == "step\n");
}
