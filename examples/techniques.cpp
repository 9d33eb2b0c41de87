// SPDX-License-Identifier: MIT
// What the tutorials claim, measured side by side on Fashion-MNIST, with seeds repeated: dropout
// and L2 against overfitting, batch norm's speed-up, and the accuracy that each schedule ends with.
//
//   techniques                                       all of it as tables in Markdown, 3 seeds
//   techniques --only overfitting --seeds 1          a glance
//   techniques --docs docs                           into docs/techniques.md and docs/images

#include "techniques/experiments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "depth/chart.hpp"
#include "mlp/dataset.hpp"
#include "mlp/progress.hpp"
#include "mlp/whole_file.hpp"

namespace et = eigentrain;
using techniques::Epoch;
using techniques::Experiment;
using techniques::Run;
using techniques::Way;

namespace {

struct Settings {
  std::string data = "/usr/share/datasets/fashion-mnist";
  std::vector<std::string> only;
  int seeds = 3;
  std::string docs;
};

/// The runs of one way, one for each seed.
struct Result {
  Way way;
  std::vector<Run> runs;
};

/// A figure over the seeds.
struct Spread {
  double mean = 0.0, lowest = 0.0, highest = 0.0;
};

template <class Figure>
Spread over_seeds(const Result& result, Figure&& figure) {
  Spread spread{0.0, figure(result.runs[0]), figure(result.runs[0])};
  for (const Run& run : result.runs) {
    const double value = figure(run);
    spread.mean += value / static_cast<double>(result.runs.size());
    spread.lowest = std::min(spread.lowest, value);
    spread.highest = std::max(spread.highest, value);
  }
  return spread;
}

template <class... Values>
std::string format(const char* form, Values... values) {
  char text[256];
  std::snprintf(text, sizeof(text), form, values...);
  return text;
}

/// All ways of one seed after each other, so that a machine that gets slower does so for all.
std::vector<Result> measure(const Experiment& experiment, mlp::TrainAndTest data, int seeds) {
  data.train.keep(experiment.samples);
  mlp::Dataset sample = data.train;  // enough to measure the loss on
  sample.keep(5000);
  std::vector<Result> results;
  for (const Way& way : experiment.ways) results.push_back({way, {}});
  const auto runs = static_cast<std::int64_t>(results.size()) * seeds;
  const std::int64_t samples = data.train.size();
  mlp::Progress progress(experiment.name, runs * experiment.network.epochs * samples);
  std::int64_t done = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    for (Result& result : results) {
      result.runs.push_back(techniques::train(result.way, experiment.network, data, sample,
                                              static_cast<std::uint64_t>(seed),
                                              [&] { progress.update(done += samples); }));
    }
  }
  return results;
}

double final_accuracy(const Run& run) {
  return 100 * run.epochs.back().test.accuracy();
}

/// The first epoch, from 1, whose test accuracy is at least `aim`; one more than there are if none
/// is.
double epochs_to(const Run& run, double aim) {
  const auto found = std::find_if(run.epochs.begin(), run.epochs.end(),
                                  [&](const Epoch& epoch) { return epoch.test.accuracy() >= aim; });
  return static_cast<double>(found - run.epochs.begin() + 1);
}

/// The processor time of an epoch.
double epoch_seconds(const Run& run) {
  double sum = 0.0;
  for (const Epoch& epoch : run.epochs) sum += epoch.seconds;
  return sum / static_cast<double>(run.epochs.size());
}

std::string table(const Experiment& experiment, const std::vector<Result>& results) {
  const bool has_aim = experiment.aim > 0;
  std::string out =
      "| way | test accuracy, % | lowest to highest | train accuracy, % | test loss | "
      "train loss |";
  if (has_aim) out += format(" epochs to %g%% | time of an epoch |", 100 * experiment.aim);
  out += "\n|---|---|---|---|---|---|";
  out += has_aim ? "---|---|\n" : "\n";
  for (const Result& result : results) {
    out += "| " + result.way.name + " | ";
    const auto diverged = std::count_if(result.runs.begin(), result.runs.end(),
                                        [](const Run& run) { return run.diverged; });
    if (diverged > 0) {
      out += format("%ld of %zu diverged | | | | |%s\n", static_cast<long>(diverged),
                    result.runs.size(), has_aim ? " | |" : "");
      continue;
    }
    const Spread test = over_seeds(result, final_accuracy);
    const auto last = [&](auto&& figure) {
      return over_seeds(result, [&](const Run& run) { return figure(run.epochs.back()); }).mean;
    };
    out += format("%.2f | %.2f to %.2f | %.2f | %.4f | %.4f |", test.mean, test.lowest,
                  test.highest, last([](const Epoch& e) { return 100 * e.train.accuracy(); }),
                  last([](const Epoch& e) { return e.test.mean_loss(); }),
                  last([](const Epoch& e) { return e.train.mean_loss(); }));
    if (has_aim) {
      const Spread to =
          over_seeds(result, [&](const Run& run) { return epochs_to(run, experiment.aim); });
      const double last_epoch = static_cast<double>(experiment.network.epochs);
      out += to.highest > last_epoch ? " not by all |" : format(" %.1f |", to.mean);
      out += format(" %.2f |", over_seeds(result, epoch_seconds).mean /
                                   over_seeds(results[0], epoch_seconds).mean);
    }
    out += "\n";
  }
  return out;
}

/// One curve for each way: the mean over the seeds, up to where the first one diverged.
template <class Figure>
depth::Panel panel(const std::vector<Result>& results, const std::string& title,
                   const std::vector<double>& ticks, const std::string& unit, Figure&& figure) {
  depth::Axis axis{ticks.front(), ticks.back(), {}};
  for (const double tick : ticks) {
    axis.ticks.push_back({tick, et::message(unit == "%" ? 100 * tick : tick, unit)});
  }
  depth::Panel made{title, {}, axis};
  for (const Result& result : results) {
    depth::Series series{result.way.name, {}};
    std::size_t epochs = result.runs[0].epochs.size();
    for (const Run& run : result.runs) epochs = std::min(epochs, run.epochs.size());
    for (std::size_t e = 0; e < epochs; ++e) {
      series.values.push_back(
          over_seeds(result, [&](const Run& run) { return figure(run.epochs[e]); }).mean);
    }
    made.series.push_back(series);
  }
  return made;
}

std::string picture(const Experiment& experiment, const std::vector<Result>& results) {
  const auto error = [](const Epoch& e) { return 1 - e.test.accuracy(); };
  const auto test_loss = [](const Epoch& e) { return e.test.mean_loss(); };
  const auto train_loss = [](const Epoch& e) { return e.train.mean_loss(); };
  depth::Chart chart{.x_label = "epoch", .panels = {}};
  if (experiment.name == "overfitting") {
    chart.panels.push_back(
        panel(results, "loss on the training set", {0.001, 0.01, 0.1, 1, 2}, "", train_loss));
    chart.panels.push_back(
        panel(results, "loss on the test set", {0.45, 0.5, 0.6, 0.7, 0.8, 1, 1.2}, "", test_loss));
  } else if (experiment.name == "batch_norm") {
    chart.panels.push_back(
        panel(results, "loss on the training set", {0.05, 0.1, 0.2, 0.5, 1, 2.5}, "", train_loss));
    chart.panels.push_back(panel(results, "test error", {0.12, 0.15, 0.2, 0.3, 0.5}, "%", error));
  } else {
    chart.panels.push_back(panel(results, "learning rate at the beginning of the epoch",
                                 {0.0005, 0.001, 0.01, 0.1, 0.2}, "",
                                 [](const Epoch& e) { return e.rate; }));
    chart.panels.push_back(
        panel(results, "test error", {0.1, 0.12, 0.15, 0.2, 0.25, 0.3}, "%", error));
  }
  return chart.svg();
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + ": can't be read");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Puts `text` between the comments "<!-- name -->" and "<!-- /name -->".
void replace_part(std::string& page, const std::string& name, const std::string& text) {
  const std::string begin = "<!-- " + name + " -->\n", end = "<!-- /" + name + " -->";
  const std::size_t first = page.find(begin), last = page.find(end);
  et::require(first != std::string::npos && last != std::string::npos && first < last,
              "techniques.md: there is no place for ", name);
  page.replace(first + begin.size(), last - first - begin.size(), text);
}

void run(const Settings& s) {
  const std::vector<Experiment> experiments = techniques::experiments();
  std::unique_ptr<mlp::WholeFile> page;  // before minutes of work it is known whether they can be
  std::map<std::string, std::unique_ptr<mlp::WholeFile>> pictures;  // kept
  const std::filesystem::path docs = s.docs;
  if (!s.docs.empty()) {
    page = std::make_unique<mlp::WholeFile>(docs / "techniques.md");
    for (const Experiment& experiment : experiments) {
      pictures[experiment.name] = std::make_unique<mlp::WholeFile>(
          docs / "images" / ("techniques_" + experiment.name + ".svg"));
    }
  }
  const mlp::TrainAndTest data = mlp::load_mnist(s.data);
  for (const Experiment& experiment : experiments) {
    const std::string& name = experiment.name;
    if (!s.only.empty() && std::find(s.only.begin(), s.only.end(), name) == s.only.end()) continue;
    const std::vector<Result> results = measure(experiment, data, s.seeds);
    const std::string rows = table(experiment, results);
    std::printf("%s, %ld samples, %ld epochs, %d seeds\n\n%s\n", name.c_str(),
                static_cast<long>(experiment.samples), static_cast<long>(experiment.network.epochs),
                s.seeds, rows.c_str());
    std::fflush(stdout);
    if (s.docs.empty()) continue;
    pictures[name]->replace(picture(experiment, results));
    std::string text = contents(page->path());
    replace_part(text, name, rows);
    page->replace(text);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Settings s;
  CLI::App app("What the tutorials claim, measured side by side on Fashion-MNIST.");
  app.add_option("--data", s.data, "a folder with the four files of MNIST or a relative")
      ->capture_default_str();
  std::vector<std::string> names;
  for (const Experiment& experiment : techniques::experiments()) names.push_back(experiment.name);
  app.add_option("--only", s.only, "some of the experiments")->check(CLI::IsMember(names));
  app.add_option("--seeds", s.seeds, "how often to repeat all of it")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--docs", s.docs, "the folder whose page and pictures are to be renewed");
  CLI11_PARSE(app, argc, argv);
  try {
    run(s);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "techniques: %s\n", error.what());
    return 1;
  }
  return 0;
}
