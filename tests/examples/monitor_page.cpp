// SPDX-License-Identifier: MIT
#include "monitor/page.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "xml.hpp"

namespace et = eigentrain;
using monitor::Content, monitor::Recorder;

namespace {

et::TensorStatistics statistics(std::string_view name, double norm, double ratio) {
  return {.name = name,
          .size = 100,
          .gradient_norm = norm,
          .gradient_max = norm,
          .gradient_mean = norm / 10,
          .zero_share = 0.25,
          .weight_norm = 2.0,
          .update_norm = 2.0 * ratio};
}

void record(Recorder& run, const std::vector<et::TensorStatistics>& list, int epochs, int steps) {
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (int step = 0; step < steps; ++step) {
      run.step(epoch + step / static_cast<double>(steps), 1.0 + 0.1 * std::sin(step), 1e-3);
      if (step % 16 == 0) run.gathered(list);
    }
    run.epoch({.train_loss = 0.5 / (1 + epoch),
               .train_accuracy = 0.9,
               .test_loss = 0.6,
               .test_accuracy = 0.875});
  }
}

Content content(double clip_norm = 0.0) {
  return {.title = "Training on <b>\"it's\" & more</b>",
          .command = "train --data '</code><script>alert(1)</script>'",
          .figures = {{"<name>", "<value>"}},
          .settings = {{"a & b", "c < d"}},
          .failure = {},
          .clip_norm = clip_norm};
}

// The part that stands between two others.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  REQUIRE(from != std::string::npos);
  return text.substr(from, text.find(end, from) - from);
}

}  // namespace

TEST_CASE("the recorder keeps curves over epochs and means over the steps that were gathered") {
  Recorder run;
  run.step(0.0, 3.0, 0.1);
  run.gathered(std::vector{statistics("a", 1.0, 1e-3)});
  run.step(0.5, 4.0, 0.1);
  run.gathered(std::vector{statistics("a", 3.0, 3e-3)});
  CHECK(run.tensors().at(0).typical.gradient_norm == 2.0);
  CHECK(run.tensors()[0].typical.update_ratio() == Approx(2e-3));
  run.epoch({.train_loss = 1.0, .train_accuracy = 0.5, .test_loss = 2.0, .test_accuracy = 0.25});
  CHECK(run.tensors()[0].typical.gradient_norm == 2.0);

  run.step(1.0, 5.0, 0.05);
  run.gathered(std::vector{statistics("a", 7.0, 5e-3)});
  const monitor::Tensor& tensor = run.tensors()[0];
  CHECK(tensor.name == "a");
  CHECK(tensor.typical.name == "a");
  CHECK(tensor.typical.gradient_norm == 7.0);            // of the epoch
  CHECK(tensor.typical.update_ratio() == Approx(3e-3));  // of the run
  CHECK(tensor.typical.zero_share == 0.25);
  CHECK(tensor.gradient_norms.points().at(2).y == 7.0);
  CHECK(tensor.gradient_norms.points()[2].x == 1.0);
  CHECK(tensor.update_ratios.points().at(1).y == Approx(3e-3));
  CHECK(run.gradient_norm().points().at(1).y == 4.0);
  CHECK(run.learning_rate().points().at(2).y == 0.05);
  CHECK(run.test_loss().points().at(0).x == 1.0);
  CHECK(run.test_loss().points()[0].y == 2.0);
  CHECK(run.steps() == 3);
  CHECK(run.end() == 1.0);
  CHECK(run.last_norms().median() == 4.0);

  const Recorder moved = std::move(run);
  CHECK(moved.tensors()[0].typical.name.data() == moved.tensors()[0].name.data());
}

TEST_CASE("the page is well-formed, and nothing from outside gets into its words") {
  Recorder run;
  record(run, {statistics("fc1.<weight>", 1.0, 1e-3), statistics("fc1.bias", 0.1, 1e-3)}, 3, 50);
  const std::string page = monitor::page(run, content());
  CHECK(xml::is_well_formed(page));
  CHECK(xml::count(page, "<b>\"it") == 0);
  CHECK(xml::count(page, "alert(1)") == 1);
  CHECK_THAT(page, ContainsSubstring("&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK_THAT(page, ContainsSubstring("&lt;value&gt;"));
  CHECK_THAT(page, ContainsSubstring("c &lt; d"));
  CHECK(xml::count(page, "<script>") == 1);
  CHECK(xml::count(page, "<svg class=\"chart\"") == 6);
  CHECK_THAT(page, ContainsSubstring("prefers-color-scheme: dark"));
}

TEST_CASE("the page needs no network") {
  Recorder run;
  record(run, {statistics("a", 1.0, 1e-3)}, 2, 50);
  const std::string page = monitor::page(run, content());
  for (const char* way :
       {"src=", "href=", "@import", "url(", "fetch(", "<link", "<img", "<iframe"}) {
    INFO(way);
    CHECK(xml::count(page, way) == 0);
  }
  // What is left are names, not addresses.
  CHECK(xml::count(page, "http") == xml::count(page, "http://www.w3.org/1999/xhtml") +
                                        xml::count(page, "http://www.w3.org/2000/svg"));
}

TEST_CASE("thresholds and the healthy ratio are drawn") {
  Recorder run;
  record(run, {statistics("a", 1.0, 1e-3)}, 3, 100);
  const std::string with = monitor::page(run, content(1.0));
  CHECK_THAT(with, ContainsSubstring("clipped at 1<"));
  CHECK_THAT(with, ContainsSubstring("suggested threshold: 1.5<"));
  CHECK_THAT(with, ContainsSubstring("healthy: about 10⁻³<"));
  const std::string without = monitor::page(run, content(std::numeric_limits<double>::infinity()));
  CHECK_THAT(without, ContainsSubstring("no clipping"));
  CHECK(xml::count(without, "clipped at") == 0);
}

TEST_CASE("the diagnosis stands below the charts, a sentence for each tensor") {
  Recorder run;
  std::vector list = {statistics("first", 1e-6, 1e-3), statistics("slow", 1.0, 1e-7),
                      statistics("fast", 1.0, 0.5), statistics("last", 1.0, 1e-3)};
  list.push_back(statistics("gone", 0.0, 0.0));
  list.back().zero_share = 1.0;
  record(run, list, 2, 50);
  const std::string page = monitor::page(run, content());
  CHECK(page.find("<h2>Diagnosis</h2>") > page.rfind("<svg class=\"chart\""));
  CHECK_THAT(between(page, "<td>first<", "</tr>"), ContainsSubstring("vanishing; the RMS"));
  CHECK_THAT(between(page, "<td>slow<", "</tr>"), ContainsSubstring("stuck; a step changes"));
  CHECK_THAT(between(page, "<td>fast<", "</tr>"), ContainsSubstring("too fast; a step"));
  CHECK_THAT(between(page, "<td>last<", "</tr>"), ContainsSubstring("✓ healthy<"));
  CHECK_THAT(between(page, "<td>gone<", "</tr>"), ContainsSubstring("dead; a share of 1"));
  CHECK_THAT(between(page, "<td>gone<", "</tr>"), ContainsSubstring(">100.0%<"));
  CHECK_THAT(page, ContainsSubstring("4 of 5 tensors need a look: 1 vanishing (first), 1 dead "
                                     "(gone), 1 stuck (slow), 1 too fast (fast)"));
}

TEST_CASE("every state comes with advice, and a healthy one with none") {
  using enum et::LayerState;
  const auto words = [](std::string_view name, et::LayerState state, et::Evidence evidence) {
    return monitor::in_words({name, state, evidence, 0.5, 0.25});
  };
  const auto ratio = et::Evidence::depth_ratio;
  CHECK(words("a", healthy, et::Evidence::none).text == "healthy");
  CHECK_FALSE(words("a", healthy, et::Evidence::none).warns);
  CHECK_THAT(words("a", vanishing, ratio).text, EndsWith("or fewer layers."));
  CHECK_THAT(words("fc1.bias", vanishing, ratio).text, EndsWith("has none by nature."));
  CHECK_THAT(words("a", exploding, ratio).text, EndsWith("clipping, or normalization."));
  CHECK_THAT(words("a", dead, et::Evidence::zero_share).text, EndsWith("another initialization."));
  CHECK_THAT(words("a", stuck, et::Evidence::update_ratio).text, EndsWith("larger learning rate."));
  CHECK_THAT(words("a", too_fast, et::Evidence::update_ratio).text, EndsWith("or a warm-up."));
  CHECK(words("a", dead, et::Evidence::zero_share).warns);
}

TEST_CASE("many tensors in one line") {
  Recorder run;
  std::vector<et::TensorStatistics> list(9);
  const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
  for (std::size_t i = 0; i < 9; ++i) list[i] = statistics(names[i], 1.0, i < 5 ? 0.5 : 1e-3);
  run.step(0.0, 1.0, 0.1);
  CHECK(monitor::overall(monitor::diagnose(run)).text == "nothing was measured");
  run.gathered(list);
  CHECK(monitor::overall(monitor::diagnose(run)).text ==
        "5 of 9 tensors need a look: 5 too fast (a, b, c, …)");
  Recorder healthy;
  healthy.step(0.0, 1.0, 0.1);
  healthy.gathered(std::vector(list.begin() + 5, list.end()));
  CHECK(monitor::overall(monitor::diagnose(healthy)).text == "all 4 tensors are healthy");
}

TEST_CASE("a suggestion says how far it can be trusted") {
  et::History norms(1000);
  CHECK(monitor::clipping(et::suggest_threshold(norms)) == "none: the norms have no median");
  for (int i = 0; i < 10; ++i) norms.push(2.0);
  CHECK(monitor::clipping(et::suggest_threshold(norms)) ==
        "3, perhaps: the norms have a median of 2, but aren't stable");
  for (int i = 0; i < 190; ++i) norms.push(i % 19 == 0 ? 5.0 : 2.0);
  CHECK_THAT(monitor::clipping(et::suggest_threshold(norms)),
             StartsWith("3: the norms have a median of 2 where they are stable, and 5% "));
}

TEST_CASE("a run that ended before its first epoch has a page, which says why") {
  Recorder run;
  Content why = content();
  why.failure = "the loss is <nan>";
  CHECK(xml::is_well_formed(monitor::page(run, why)));
  run.step(0.0, 1e30, 1.0);
  const std::string page = monitor::page(run, why);
  CHECK(xml::is_well_formed(page));
  CHECK_THAT(page, ContainsSubstring("the loss is &lt;nan&gt;"));
}

TEST_CASE("a page stays below a megabyte, however long the run and deep the network") {
  for (const int tensors : {6, 200}) {
    std::vector<std::string> names;
    for (int i = 0; i < tensors; ++i) names.push_back("fc" + std::to_string(i) + ".weight");
    std::vector<et::TensorStatistics> list;
    for (const std::string& name : names) list.push_back(statistics(name, 1.0, 1e-3));
    Recorder run;
    for (int epoch = 0; epoch < 100; ++epoch) {
      for (int step = 0; step < 100; ++step) {
        for (et::TensorStatistics& one : list) {
          one.gradient_norm = 2.0 + std::sin(step * one.gradient_norm);
          one.update_norm = one.gradient_norm / 1000;
        }
        run.step(epoch + step / 100.0, 2.0 + std::sin(step), 1e-3);
        run.gathered(list);
      }
      run.epoch({.train_loss = 1.0 / (epoch + 1), .train_accuracy = 0.9, .test_loss = 0.5});
    }
    const std::string page = monitor::page(run, content());
    CHECK(page.size() < 1'000'000);
    CHECK(page.size() > 50'000);
  }
}
