// SPDX-License-Identifier: MIT
#include "seeds/results.hpp"

#include "support/catch.hpp"
#include "techniques/dots.hpp"
#include "xml.hpp"

namespace {

struct Way {
  std::string name;
};
struct Run {
  std::vector<double> epochs;
  bool diverged = false;
};
using Result = seeds::Result<Way, Run>;

double last(const Run& run) {
  return run.epochs.back();
}

}  // namespace

TEST_CASE("a figure's spread over the seeds") {
  const Result result{{"a"}, {{{9, 4}}, {{9, 1}}, {{9, 7}}}};
  const seeds::Spread spread = seeds::over(result, last);
  CHECK(spread.mean == Approx(4.0));
  CHECK(spread.lowest == 1.0);
  CHECK(spread.highest == 7.0);
  CHECK(seeds::diverged(result).empty());
  CHECK(seeds::diverged(Result{{"b"}, {{{}, true}, {{1}}, {{}, true}}}) == "2 of 3 diverged");
}

TEST_CASE("a curve is the mean over the seeds, as far as all of them go") {
  const std::vector<Result> results = {{{"a"}, {{{1, 2, 3}}, {{3, 6}}}}, {{"b"}, {{{5}}}}};
  const depth::Panel panel =
      seeds::panel(results, "title", depth::Axis{1, 100, {}}, [](double v) { return 10 * v; });
  CHECK(panel.title == "title");
  REQUIRE(panel.axis);
  CHECK(panel.axis->highest == 100);
  REQUIRE(panel.series.size() == 2);
  CHECK(panel.series[0].name == "a");
  CHECK(panel.series[0].values == std::vector<double>{20, 40});
  CHECK(panel.series[1].values == std::vector<double>{50});
}

TEST_CASE("dots stand at the means, lines reach from the lowest to the highest") {
  techniques::DotChart chart{"accuracy", {"a < b", "c"}, {}};
  chart.panels.push_back({"one", {{84, 82, 90}, {86, 86, 86}}});
  chart.panels.push_back({"two", {{80, 80, 80}, {81, 80.5, 82}}});
  const std::string svg = chart.svg();
  CHECK(xml::is_well_formed(svg));
  // From 80 to 90 in 330 pixels, from 190 and from 550 on; rows of 22 from 34 on.
  CHECK(xml::count(svg, "<circle") == 4);
  CHECK(xml::count(svg, "<circle cx=\"322.0\" cy=\"45.0\"") == 1);
  CHECK(xml::count(svg, "x1=\"256.0\" y1=\"45.0\" x2=\"520.0\" y2=\"45.0\" class=\"range\"") == 1);
  CHECK(xml::count(svg, "<circle cx=\"583.0\" cy=\"67.0\"") == 1);
  CHECK(xml::count(svg, ">a &lt; b<") == 1);
  CHECK(xml::count(svg, ">accuracy<") == 2);
  CHECK(xml::is_well_formed(techniques::DotChart{"nothing", {}, {{"one", {}}}}.svg()));
}
