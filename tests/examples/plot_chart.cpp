// SPDX-License-Identifier: MIT
#include "plot/chart.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "xml.hpp"

using plot::Chart, plot::Curve, plot::Ink, plot::Scale;

namespace {

// x from 58 to 546, y from 252 up to 14.
Chart chart(Scale scale, std::vector<Curve> curves) {
  return {.title = "a < b",
          .x_label = "epoch & \"more\"",
          .x_high = 10.0,
          .scale = scale,
          .curves = std::move(curves),
          .levels = {}};
}

}  // namespace

TEST_CASE("a curve goes through its points, on either scale") {
  const std::string linear = chart(Scale::linear, {{"c", {}, {{0, 0}, {5, 2}, {10, 4}}}}).svg();
  CHECK(xml::is_well_formed(linear));
  CHECK_THAT(linear, ContainsSubstring("d=\"M58.0 252.00L302.0 133.00L546.0 14.00\""));
  const std::string log =
      chart(Scale::logarithmic, {{"c", {}, {{0, 1}, {5, 10}, {10, 100}}}}).svg();
  CHECK_THAT(log, ContainsSubstring("d=\"M58.0 252.00L302.0 133.00L546.0 14.00\""));
  CHECK_THAT(log, ContainsSubstring("data-x=\"10\" data-low=\"0\" data-high=\"2\" data-log=\"1\""));
}

TEST_CASE("a gap interrupts a curve, and zero is far below on a logarithmic scale") {
  const double gap = std::numeric_limits<double>::quiet_NaN();
  const std::vector<plot::Point> points = {{0, 1}, {2.5, gap}, {5, 0}, {10, 100}};
  CHECK_THAT(chart(Scale::logarithmic, {{"c", {}, points}}).svg(),
             ContainsSubstring("d=\"M58.0 252.00M302.0 9999.00L546.0 14.00\""));
}

TEST_CASE("names and labels are escaped, and stand in the legend once each") {
  Chart two = chart(Scale::linear, {{"<i>", {}, {{0, 0}, {5, 2}}}, {"x", {"#123456", "1 2"}, {}}});
  two.levels = {{"&level", 1.0, "none"}};
  const std::string svg = two.svg(), legend = two.legend();
  CHECK(xml::is_well_formed(svg));
  CHECK(xml::is_well_formed(legend));
  CHECK_THAT(svg, ContainsSubstring("aria-label=\"a &lt; b\""));
  CHECK_THAT(svg, ContainsSubstring(">epoch &amp; &quot;more&quot;<"));
  CHECK_THAT(svg, ContainsSubstring("<title>&lt;i&gt;</title>"));
  CHECK(xml::count(svg, "<g class=\"curve\">") == 1);  // the other one has no points
  CHECK(xml::count(svg, "class=\"level\"") == 1);
  CHECK(xml::count(legend, "<li>") == 3);
  CHECK_THAT(legend, ContainsSubstring("stroke=\"#123456\" stroke-dasharray=\"1 2\""));
  CHECK(chart(Scale::linear, {{"alone", {}, {}}}).legend().empty());
}

TEST_CASE("a level counts for the axis only where it is near") {
  Chart ratios = chart(Scale::logarithmic, {{"c", {}, {{0, 0.02}, {1, 0.1}}}});
  ratios.levels = {{"near", 1e-3, "none"}};
  CHECK_THAT(ratios.svg(), ContainsSubstring("data-low=\"-3\" data-high=\"-1\""));
  CHECK(xml::count(ratios.svg(), "class=\"level\"") == 1);
  ratios.levels = {{"far", 1e-9, "none"},
                   {"none", std::numeric_limits<double>::infinity(), "none"}};
  CHECK_THAT(ratios.svg(), ContainsSubstring("data-high=\"-1\""));
  CHECK(xml::count(ratios.svg(), "class=\"level\"") == 0);
}

TEST_CASE("a chart without a curve, or with one that has no value, is still one") {
  for (const Scale scale : {Scale::linear, Scale::logarithmic}) {
    CHECK(xml::is_well_formed(chart(scale, {}).svg()));
    const std::string svg = chart(scale, {{"c", {}, {{1, std::nan("")}}}}).svg();
    CHECK(xml::is_well_formed(svg));
    CHECK(xml::count(svg, "nan") == 0);
    CHECK(xml::count(svg, "inf") == 0);
  }
}

TEST_CASE("the tensors of a layer share a colour, and differ in their dashes") {
  const auto inks = plot::inks_of({"fc1.weight", "fc1.bias", "norm1.gamma", "fc2.weight", "plain"});
  CHECK(inks[0].colour == inks[1].colour);
  CHECK(inks[0].dash != inks[1].dash);
  CHECK(inks[2].colour != inks[0].colour);
  CHECK(inks[3].dash == inks[0].dash);
  CHECK(inks[4].colour != inks[3].colour);
}

TEST_CASE("the colours of many layers go from blue to ochre, all different") {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("fc" + std::to_string(i) + ".weight");
  const auto inks = plot::inks_of(names);
  CHECK(inks.front().colour == "#3b8fd6");
  CHECK(inks.back().colour == "#b58a00");
  for (std::size_t i = 1; i < inks.size(); ++i) CHECK(inks[i].colour != inks[i - 1].colour);
  std::vector<Curve> curves;
  for (std::size_t i = 0; i < 40; ++i) curves.push_back({names[i], inks[i], {{1, 1}}});
  const std::string legend = chart(Scale::linear, curves).legend();
  CHECK(xml::is_well_formed(legend));
  CHECK_THAT(legend, StartsWith("<details><summary>40 curves, from fc0.weight"));
}
