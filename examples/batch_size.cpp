// SPDX-License-Identifier: MIT
// Small, large and growing batches side by side: trains a small network on Fashion-MNIST with each,
// for equally many epochs, and prints a table in Markdown.
//
//   batch_size                                       3 seeds, 12 epochs; two minutes on a core
//   batch_size --limit 6000 --epochs 8 --seeds 1     a glance
//   batch_size --csv batch.csv --svg batch.svg       every epoch as a table, and a picture

#include "batch/measure.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "eigentrain/eigentrain.hpp"
#include "mlp/dataset.hpp"
#include "mlp/progress.hpp"
#include "seeds/results.hpp"

namespace et = eigentrain;
using batch::Epoch;
using batch::Run;
using batch::Way;
using Eigen::Index;

namespace {

struct Settings {
  std::string data = "/usr/share/datasets/fashion-mnist";
  Index limit = std::numeric_limits<Index>::max();
  batch::Network network;
  int seeds = 3;
  Index small = 32;
  Index factor = 4;
  double rate = 0.01;
  std::string csv, svg;
};

using Result = seeds::Result<Way, Run>;

/// Growth and decay are made for each other: where one multiplies the batch, the other divides the
/// rate, so that the quotient of both is the same in every epoch.
std::vector<Way> ways(const Settings& s, Index samples) {
  const Index small = s.small, large = s.network.largest;
  const std::int64_t epochs = s.network.epochs;
  std::int64_t stairs = 1;
  for (Index size = small; size < large; size *= s.factor) ++stairs;
  const std::int64_t every = (epochs + stairs - 1) / stairs;
  const et::BatchSize growing = et::growing_batch_size(
      {.initial = small, .factor = s.factor, .every = every, .largest = large});
  const et::Schedule falling = et::step_decay({.initial = s.rate,
                                               .factor = 1.0 / static_cast<double>(s.factor),
                                               .period = mlp::count_steps(samples, small, every)});
  const double scaled = et::scale_rate_with_batch(s.rate, small, large);
  const std::int64_t warmup =
      std::max<std::int64_t>(mlp::count_steps(samples, large, epochs) / 8, 1);
  const et::BatchSizeByNoiseOptions by_noise{
      .smallest = small, .largest = large, .multiple = small};
  const std::string from = et::message(small), to = et::message(large);
  return {{from, small, s.rate},
          {from + ", rate down", small, falling},
          {from + " to " + to, growing, s.rate},
          {"by the noise", small, s.rate, by_noise},
          {to + ", rate up", large, et::warmup({.steps = warmup, .then = scaled})},
          {to, large, s.rate}};
}

std::vector<Result> measure_all(const Settings& s) {
  mlp::TrainAndTest data = mlp::load_mnist(s.data);
  data.train.keep(s.limit);
  et::require(data.train.size() >= 2, "--limit: must be at least 2");
  std::vector<Result> results;
  for (const Way& way : ways(s, data.train.size())) results.push_back({way, {}});
  const auto of = static_cast<std::int64_t>(results.size()) * s.seeds;
  mlp::Progress progress("training", of * s.network.epochs * data.train.size());
  std::int64_t done = 0;
  // Seed by seed, so that a machine that gets slower does so for all of them.
  for (int seed = 0; seed < s.seeds; ++seed) {
    for (Result& result : results) {
      const std::int64_t before = done;
      result.runs.push_back(batch::train(result.way, s.network, data,
                                         static_cast<std::uint64_t>(seed + 1), [&](Index samples) {
                                           done += samples;
                                           progress.update(done);
                                         }));
      done = before + s.network.epochs * data.train.size();  // also after it diverged
    }
  }
  return results;
}

double seconds(const Run& run) {
  double sum = 0.0;
  for (const Epoch& epoch : run.epochs) sum += epoch.seconds;
  return sum;
}

double steps(const Run& run) {
  double sum = 0.0;
  for (const Epoch& epoch : run.epochs) sum += static_cast<double>(epoch.steps);
  return sum;
}

void print_tables(const std::vector<Result>& results, std::int64_t epochs) {
  std::printf(
      "| batches | test accuracy, %% | lowest to highest | train loss | steps | time |\n"
      "|---|---|---|---|---|---|\n");
  const double unit = seeds::over(results[0], seconds).mean;
  for (const Result& result : results) {
    const std::string diverged = seeds::diverged(result);
    std::printf("| %s | ", result.way.name.c_str());
    if (!diverged.empty()) {
      std::printf("%s | | | | |\n", diverged.c_str());
      continue;
    }
    const seeds::Spread accuracy =
        seeds::over(result, [](const Run& run) { return 100 * run.epochs.back().test.accuracy(); });
    const seeds::Spread loss =
        seeds::over(result, [](const Run& run) { return run.train.mean_loss(); });
    std::printf("%.2f | %.2f to %.2f | %.4f | %.0f | %.2f |\n", accuracy.mean, accuracy.lowest,
                accuracy.highest, loss.mean, seeds::over(result, steps).mean,
                seeds::over(result, seconds).mean / unit);
  }
  std::printf(
      "\nNoise scale at the beginning of an epoch, in samples, and batches by it:\n\n| epoch |");
  for (const Result& result : results) std::printf(" %s |", result.way.name.c_str());
  std::printf(" size by the noise |\n|---");
  for (std::size_t i = 0; i <= results.size(); ++i) std::printf("|---");
  std::printf("|\n");
  for (std::int64_t e = 0; e < epochs; ++e) {
    const auto at = static_cast<std::size_t>(e);
    std::printf("| %ld |", static_cast<long>(e + 1));
    std::string sizes;
    for (const Result& result : results) {
      const seeds::Spread noise = seeds::over(result, [&](const Run& run) {
        return at < run.epochs.size() ? run.epochs[at].noise_scale
                                      : std::numeric_limits<double>::quiet_NaN();
      });
      std::printf(" %.0f |", noise.mean);
      if (!result.way.by_noise) continue;
      for (const Run& run : result.runs) {
        if (at >= run.epochs.size()) continue;
        sizes += (sizes.empty() ? "" : ", ") + et::message(run.epochs[at].batch_size);
      }
    }
    std::printf(" %s |\n", sizes.c_str());
  }
}

std::string csv_of(const std::vector<Result>& results) {
  std::string text = "batches,seed,epoch,batch_size,steps,noise_scale,test_loss,test_accuracy\n";
  for (const Result& result : results) {
    for (std::size_t seed = 0; seed < result.runs.size(); ++seed) {
      const std::vector<Epoch>& epochs = result.runs[seed].epochs;
      for (std::size_t e = 0; e < epochs.size(); ++e) {
        char row[200];
        std::snprintf(row, sizeof(row), "\"%s\",%zu,%zu,%ld,%ld,%.6g,%.6g,%.6g\n",
                      result.way.name.c_str(), seed + 1, e + 1,
                      static_cast<long>(epochs[e].batch_size), static_cast<long>(epochs[e].steps),
                      epochs[e].noise_scale, epochs[e].test.mean_loss(), epochs[e].test.accuracy());
        text += row;
      }
    }
  }
  return text;
}

std::string svg_of(const std::vector<Result>& results) {
  depth::Axis error{0.11, 0.35, {}};
  for (const int percent : {12, 14, 17, 20, 25, 30}) {
    error.ticks.push_back({percent / 100.0, et::message(percent, "%")});
  }
  depth::Axis samples{10, 100'000, {}};
  for (const int power : {10, 100, 1000, 10'000, 100'000}) {
    samples.ticks.push_back({power, et::message(power)});
  }
  depth::Chart chart{.x_label = "epoch", .panels = {}};
  chart.panels.push_back(seeds::panel(results, "test error", error,
                                      [](const Epoch& e) { return 1 - e.test.accuracy(); }));
  chart.panels.push_back(seeds::panel(results, "noise scale, in samples", samples,
                                      [](const Epoch& e) { return e.noise_scale; }));
  return chart.svg();
}

void write_file(const std::string& name, const std::string& text) {
  std::FILE* out = std::fopen(name.c_str(), "w");
  if (out == nullptr) throw std::runtime_error(name + ": " + std::strerror(errno));
  const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  const bool closed = std::fclose(out) == 0;
  if (!written || !closed) throw std::runtime_error(name + ": " + std::strerror(errno));
}

// Before minutes of work, rather than after it.
void require_writable(const std::string& name) {
  std::FILE* out = std::fopen(name.c_str(), "a");
  if (out == nullptr) throw std::runtime_error(name + ": " + std::strerror(errno));
  std::fclose(out);
}

}  // namespace

int main(int argc, char** argv) {
  Settings s;
  CLI::App app("Small, large and growing batches side by side, for equally many epochs.");
  app.add_option("--data", s.data, "a folder with the four files of MNIST or a relative")
      ->capture_default_str();
  app.add_option("--limit", s.limit, "train on the first so many samples only")
      ->check(CLI::PositiveNumber);
  app.add_option("--epochs", s.network.epochs)->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--seeds", s.seeds, "how often to repeat all of it")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--hidden", s.network.hidden, "sizes of the hidden layers")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--small", s.small, "samples in the small batches")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--large", s.network.largest, "samples in the large batches")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--factor", s.factor, "by which growing batches grow, and falling rates fall")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  app.add_option("--learning-rate", s.rate, "of the small batches")->capture_default_str();
  app.add_option("--momentum", s.network.momentum)->capture_default_str();
  app.add_option("--csv", s.csv, "a file for all epochs as a table");
  app.add_option("--svg", s.svg, "a file for the picture");
  CLI11_PARSE(app, argc, argv);
  try {
    for (const std::string& name : {s.csv, s.svg}) {
      if (!name.empty()) require_writable(name);
    }
    const std::vector<Result> results = measure_all(s);
    print_tables(results, s.network.epochs);
    if (!s.csv.empty()) write_file(s.csv, csv_of(results));
    if (!s.svg.empty()) write_file(s.svg, svg_of(results));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "batch_size: %s\n", error.what());
    return 1;
  }
  return 0;
}
