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

#include "mlp/dataset.hpp"
#include "mlp/progress.hpp"
#include "mlp/whole_file.hpp"
#include "seeds/results.hpp"
#include "techniques/dots.hpp"

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

using Result = seeds::Result<Way, Run>;

template <class... Values>
std::string format(const char* form, Values... values) {
  char text[256];
  std::snprintf(text, sizeof(text), form, values...);
  return text;
}

/// So many samples from the first one on that isn't trained on.
mlp::Dataset samples_after(const mlp::Dataset& all, Eigen::Index first, Eigen::Index count) {
  et::require(first + count <= all.size(), "techniques: needs at least ", first + count,
              " samples to train on, got ", all.size());
  return {all.features.middleCols(first, count), all.labels.segment(first, count), all.classes};
}

/// All ways of one seed after each other, so that a machine that gets slower does so for all.
std::vector<Result> measure(const Experiment& experiment, const std::string& label,
                            mlp::TrainAndTest data, int seeds) {
  mlp::Dataset validation = samples_after(data.train, experiment.samples, 2000);
  data.train.keep(experiment.samples);
  mlp::Dataset sample = data.train;  // enough to measure the loss on
  sample.keep(5000);
  std::vector<Result> results;
  for (const Way& way : experiment.ways) results.push_back({way, {}});
  const auto runs = static_cast<std::int64_t>(results.size()) * seeds;
  const std::int64_t samples = data.train.size();
  mlp::Progress progress(label, runs * experiment.network.epochs * samples);
  std::int64_t done = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    for (Result& result : results) {
      result.runs.push_back(techniques::train(result.way, experiment.network, data, sample,
                                              validation, static_cast<std::uint64_t>(seed),
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
    const std::string diverged = seeds::diverged(result);
    if (!diverged.empty()) {
      out += diverged + " | | | | |" + (has_aim ? " | |\n" : "\n");
      continue;
    }
    const seeds::Spread test = seeds::over(result, final_accuracy);
    const auto last = [&](auto&& figure) {
      return seeds::over(result, [&](const Run& run) { return figure(run.epochs.back()); }).mean;
    };
    out += format("%.2f | %.2f to %.2f | %.2f | %.4f | %.4f |", test.mean, test.lowest,
                  test.highest, last([](const Epoch& e) { return 100 * e.train.accuracy(); }),
                  last([](const Epoch& e) { return e.test.mean_loss(); }),
                  last([](const Epoch& e) { return e.train.mean_loss(); }));
    if (has_aim) {
      const seeds::Spread to =
          seeds::over(result, [&](const Run& run) { return epochs_to(run, experiment.aim); });
      const double last_epoch = static_cast<double>(experiment.network.epochs);
      out += to.highest > last_epoch ? " not by all |" : format(" %.1f |", to.mean);
      out += format(" %.2f |", seeds::over(result, epoch_seconds).mean /
                                   seeds::over(results[0], epoch_seconds).mean);
    }
    out += "\n";
  }
  return out;
}

/// The results of the schedules: a row for each, a column for each highest rate, the most accurate
/// first.
struct ScheduleRow {
  const Result* by_rate[std::size(techniques::schedule_rates)];

  double accuracy() const {
    double best = 0.0;
    for (const Result* result : by_rate) {
      if (seeds::diverged(*result).empty()) {
        best = std::max(best, seeds::over(*result, final_accuracy).mean);
      }
    }
    return best;
  }
};

std::vector<ScheduleRow> schedule_rows(const std::vector<Result>& results) {
  std::vector<ScheduleRow> rows(results.size() / std::size(techniques::schedule_rates));
  for (std::size_t i = 0; i < results.size(); ++i) {
    rows[i % rows.size()].by_rate[i / rows.size()] = &results[i];
  }
  std::stable_sort(rows.begin(), rows.end(), [](const ScheduleRow& a, const ScheduleRow& b) {
    return a.accuracy() > b.accuracy();
  });
  return rows;
}

std::string schedule_table(const std::vector<Result>& results) {
  std::string out = "| schedule |", rule = "\n|---|";
  for (const double rate : techniques::schedule_rates) {
    out += format(" test accuracy from %g, %% | lowest to highest | train loss |", rate);
    rule += "---|---|---|";
  }
  out += rule + "\n";
  for (const ScheduleRow& row : schedule_rows(results)) {
    out += "| " + row.by_rate[0]->way.name + " |";
    for (const Result* result : row.by_rate) {
      const std::string diverged = seeds::diverged(*result);
      if (!diverged.empty()) {
        out += " " + diverged + " | | |";
        continue;
      }
      const seeds::Spread test = seeds::over(*result, final_accuracy);
      const double loss = seeds::over(*result, [](const Run& run) {
                            return run.epochs.back().train.mean_loss();
                          }).mean;
      out += format(" %.2f | %.2f to %.2f | %.4f |", test.mean, test.lowest, test.highest, loss);
    }
    out += "\n";
  }
  return out;
}

std::string schedule_picture(const std::vector<Result>& results) {
  techniques::DotChart chart{"test accuracy in %, of all seeds", {}, {}};
  for (const double rate : techniques::schedule_rates) {
    chart.panels.push_back({format("highest rate %g", rate), {}});
  }
  for (const ScheduleRow& row : schedule_rows(results)) {
    // What diverged has no accuracy; none of these does.
    const bool complete = std::all_of(std::begin(row.by_rate), std::end(row.by_rate),
                                      [](const Result* r) { return seeds::diverged(*r).empty(); });
    if (!complete) continue;
    chart.rows.push_back(row.by_rate[0]->way.name);
    for (std::size_t i = 0; i < chart.panels.size(); ++i) {
      chart.panels[i].figures.push_back(seeds::over(*row.by_rate[i], final_accuracy));
    }
  }
  return chart.svg();
}

depth::Axis axis(const std::vector<double>& ticks, bool percent = false) {
  depth::Axis made{ticks.front(), ticks.back(), {}};
  for (const double tick : ticks) {
    made.ticks.push_back({tick, percent ? et::message(100 * tick, "%") : et::message(tick)});
  }
  return made;
}

std::string picture(const Experiment& experiment, const std::vector<Result>& results) {
  const auto test_loss = [](const Epoch& e) { return e.test.mean_loss(); };
  const auto train_loss = [](const Epoch& e) { return e.train.mean_loss(); };
  depth::Chart chart{.x_label = "epoch", .panels = {}};
  const auto add = [&](const char* title, const depth::Axis& axis, auto&& figure) {
    chart.panels.push_back(seeds::panel(results, title, axis, figure));
  };
  if (experiment.name == "overfitting") {
    add("loss on the training set", axis({0.001, 0.01, 0.1, 1, 2}), train_loss);
    add("loss on the test set", axis({0.45, 0.5, 0.6, 0.7, 0.8, 1, 1.2}), test_loss);
  } else {
    add("loss on the training set", axis({0.05, 0.1, 0.2, 0.5, 1, 2.5}), train_loss);
    add("test error", axis({0.12, 0.15, 0.2, 0.3, 0.5}, true),
        [](const Epoch& e) { return 1 - e.test.accuracy(); });
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
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    const Experiment& experiment = experiments[i];
    const std::string& name = experiment.name;
    if (!s.only.empty() && std::find(s.only.begin(), s.only.end(), name) == s.only.end()) continue;
    const std::string label = et::message(name, " (", i + 1, " of ", experiments.size(), ")");
    const std::vector<Result> results = measure(experiment, label, data, s.seeds);
    const bool schedules = name == "schedules";
    const std::string rows = schedules ? schedule_table(results) : table(experiment, results);
    std::printf("%s, %ld samples, %ld epochs, %d seeds\n\n%s\n", name.c_str(),
                static_cast<long>(experiment.samples), static_cast<long>(experiment.network.epochs),
                s.seeds, rows.c_str());
    std::fflush(stdout);
    if (s.docs.empty()) continue;
    pictures[name]->replace(schedules ? schedule_picture(results) : picture(experiment, results));
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
