// SPDX-License-Identifier: MIT
// What clipping is for: a recurrent network whose training ends in NaN without it, and learns with
// it. Prints what became of several networks, and the norms of their gradients, layer by layer and
// time by time.
//
//   clipping                                       the adding problem over 50 steps, 10 networks
//   clipping --svg docs/images/clipping.svg        the same, and a picture
//   clipping --ways none --rate 0.0003             whether a smaller learning rate would do

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "clipping/experiment.hpp"
#include "clipping/picture.hpp"
#include "eigentrain/eigentrain.hpp"

namespace {

using clipping::Moment;
using clipping::Run;
using clipping::Settings;
using clipping::Way;

/// The loss of a network that always answers 0: the variance of the targets.
constexpr double constant_loss = 2.0 / 3.0;
/// A network counts as one that has learned if its loss at the end is below this.
constexpr double learned_loss = constant_loss / 10.0;

/// One way with all seeds.
struct Result {
  const Way* way;
  std::vector<Run> runs;
};

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5)];
}

std::string range_of(const std::vector<double>& values) {
  char text[80];
  std::snprintf(text, sizeof(text), "%.3g (%.3g to %.3g)", quantile(values, 0.5),
                quantile(values, 0.0), quantile(values, 1.0));
  return text;
}

void print_summary(const std::vector<Result>& results, const Settings& settings) {
  std::printf("%-16s %8s %9s %5s  %-26s %-24s %9s %8s\n", "clipping", "learned", "exploded", "NaN",
              "loss at the end", "median norm before", "largest", "clipped");
  for (const Result& result : results) {
    int learned = 0, exploded = 0, broken = 0;
    double largest = 0.0, clipped = 0.0, steps = 0.0;
    std::vector<double> losses, norms;
    for (const Run& run : result.runs) {
      learned += run.loss < learned_loss ? 1 : 0;
      exploded += run.rise() > clipping::explosion ? 1 : 0;
      broken += run.is_broken ? 1 : 0;
      largest = std::max(largest, run.largest.norm);
      clipped += run.clipped;
      steps += static_cast<double>(run.norms.size());
      losses.push_back(run.loss);
      if (!run.norms.empty()) norms.push_back(quantile(run.norms, 0.5));
    }
    std::printf("%-16s %8d %9d %5d  %-26s %-24s %9.2g %7.0f%%\n", result.way->name, learned,
                exploded, broken, range_of(losses).c_str(),
                norms.empty() ? "" : range_of(norms).c_str(), largest,
                steps > 0 ? 100.0 * clipped / steps : 0.0);
  }
  std::printf(
      "of %d networks each. learned: loss below %.3g, a tenth of what always answering 0 has;\n"
      "exploded: at some step the loss was %.0f times what it was at first\n",
      settings.seeds, learned_loss, clipping::explosion);
  for (const Result& result : results) {
    std::string steps;
    for (const Run& run : result.runs) {
      if (run.is_broken) steps += " " + std::to_string(run.losses.size() + 1);
    }
    if (!steps.empty()) {
      std::printf("%s: not a number any more at step%s\n", result.way->name, steps.c_str());
    }
  }
}

/// What all ways make of one gradient: the norm of each tensor and of all, and the cosine of the
/// angle to the gradient before.
struct Comparison {
  std::vector<std::string> tensors;        // and "all"
  std::vector<std::vector<double>> norms;  // by way
  std::vector<double> cosines;
};

Comparison compare(const Settings& settings, const Moment& moment) {
  clipping::Recurrent<float> network(2, settings.units, settings.activation);
  auto& parameters = network.parameters();
  Comparison result;
  for (const Way& way : clipping::ways()) {
    Eigen::Index at = 0;
    for (Eigen::Index i = 0; i < parameters.size(); ++i) {
      clipping::Map g = clipping::gradient(parameters, i);
      g = moment.gradient.segment(at, g.size()).cast<float>();
      at += g.size();
    }
    way.clip(parameters, settings);
    std::vector<double> norms;
    for (Eigen::Index i = 0; i < parameters.size(); ++i) {
      norms.push_back(clipping::gradient(parameters, i).cast<double>().norm());
    }
    const Eigen::VectorXd all = clipping::gathered(parameters);
    norms.push_back(all.norm());
    result.norms.push_back(norms);
    result.cosines.push_back(all.dot(moment.gradient) / (all.norm() * moment.norm));
  }
  for (Eigen::Index i = 0; i < parameters.size(); ++i) {
    result.tensors.emplace_back(parameters.name(i));
  }
  result.tensors.push_back("all");
  return result;
}

void print_comparison(const Comparison& comparison, const Moment& moment, int network) {
  std::printf(
      "\nThe largest gradient of network %d, at step %d: norms before and after clipping by\n",
      network, moment.step);
  std::printf("%-14s %12s", "", "before");
  for (std::size_t w = 1; w < clipping::ways().size(); ++w) {
    std::printf(" %16s", clipping::ways()[w].name);
  }
  for (std::size_t i = 0; i < comparison.tensors.size(); ++i) {
    std::printf("\n%-14s %12.3g", comparison.tensors[i].c_str(), comparison.norms[0][i]);
    for (std::size_t w = 1; w < comparison.norms.size(); ++w) {
      std::printf(" %16.3g", comparison.norms[w][i]);
    }
  }
  std::printf("\n%-14s %12.3f", "cosine", comparison.cosines[0]);
  for (std::size_t w = 1; w < comparison.cosines.size(); ++w) {
    std::printf(" %16.3f", comparison.cosines[w]);
  }
  std::printf("\n");
}

/// Moments of one network whose gradients by time are worth a look.
std::vector<std::pair<std::string, const Moment*>> moments_of(const std::vector<Result>& results,
                                                              std::size_t network) {
  std::vector<std::pair<std::string, const Moment*>> moments;
  const auto add = [&](const std::string& name, const Moment& moment) {
    moments.emplace_back("step " + std::to_string(moment.step) + name, &moment);
  };
  for (const Result& result : results) {
    const Run& run = result.runs[network];
    if (run.norms.empty()) continue;
    if (moments.empty()) add("", run.first);
    if (std::string(result.way->name) == "none") add(" without", run.largest);
    if (std::string(result.way->name) == "global norm") {
      add(" with", run.largest);
      add(" with", run.last);
    }
  }
  return moments;
}

void print_times(const std::vector<std::pair<std::string, const Moment*>>& moments,
                 const Settings& settings) {
  if (moments.empty()) return;
  std::printf(
      "\nNorms of the loss's gradient by the state h_t, at steps with and without clipping\n%5s",
      "t");
  for (const auto& [name, moment] : moments) std::printf(" %20s", name.c_str());
  for (int t = settings.length; t >= 1; --t) {
    if (t != 1 && t != settings.length && t % 10 != 0) continue;
    std::printf("\n%5d", t);
    for (const auto& [name, moment] : moments) {
      std::printf(" %20.3g", moment->by_time[static_cast<std::size_t>(t - 1)]);
    }
  }
  std::printf("\n");
}

/// A curve over the steps, at distances that grow with them: median, lowest and highest of what the
/// runs had between one point and the next. A run that has ended counts as infinite.
clipping::Curve curve_of(const std::string& name, std::size_t colour,
                         const std::vector<const Run*>& runs, std::vector<double> Run::* values,
                         int steps) {
  clipping::Curve curve{name, colour, {}, {}};
  for (int first = 1; first <= steps;) {
    const int next = std::min(std::max(first + 1, static_cast<int>(first * 1.08)), steps + 1);
    std::vector<double> found;
    for (const Run* run : runs) {
      for (auto i = static_cast<std::size_t>(first - 1); i + 1 < static_cast<std::size_t>(next);
           ++i) {
        const std::vector<double>& all = run->*values;
        found.push_back(i < all.size() ? all[i] : std::numeric_limits<double>::infinity());
      }
    }
    curve.x.push_back(0.5 * (first + next - 1));
    curve.middle.push_back(quantile(found, 0.5));
    curve.low.push_back(quantile(found, 0.0));
    curve.high.push_back(quantile(found, 1.0));
    first = next;
  }
  return curve;
}

/// What all networks had in each step: those that were not clipped one by one, since a median of so
/// different fates says little.
void add_curves(clipping::Panel& panel, const Result& result, std::size_t colour,
                std::vector<double> Run::* values, int steps) {
  std::vector<const Run*> all;
  for (const Run& run : result.runs) all.push_back(&run);
  const std::string name = result.way->name;
  if (name != "none") {
    panel.curves.push_back(curve_of(name, colour, all, values, steps));
    if (name != "global norm") panel.curves.back().low.clear();
    return;
  }
  for (const Run* run : all) {
    clipping::Curve curve = curve_of(run == all[0] ? name : "", colour, {run}, values, steps);
    curve.low.clear();
    curve.is_thin = true;
    panel.curves.push_back(curve);
  }
}

/// The powers of ten that all values of the curves lie between.
void fit(clipping::Panel& panel) {
  panel.lowest = 0;
  panel.highest = 1;
  for (const clipping::Curve& curve : panel.curves) {
    for (const double value : curve.middle) {
      if (!(value > 0) || !std::isfinite(value)) continue;
      panel.lowest = std::min(panel.lowest, static_cast<int>(std::floor(std::log10(value))));
      panel.highest = std::max(panel.highest, static_cast<int>(std::ceil(std::log10(value))));
    }
  }
}

std::string svg_of(const std::vector<Result>& results, const Settings& settings,
                   const Comparison& comparison, int largest_step,
                   const std::vector<std::pair<std::string, const Moment*>>& moments) {
  const std::map<std::string, std::size_t> colours = {
      {"none", 1}, {"global norm", 0}, {"value", 3}, {"norm per tensor", 4}};
  const double steps = settings.steps;
  clipping::Panel losses{"loss of each step's batch", "step", steps, true, -3, 6, {}};
  clipping::Panel norms{
      "global norm of the gradient, before clipping", "step", steps, true, -2, 7, {}};
  for (const Result& result : results) {
    const std::string name = result.way->name;
    const std::size_t colour = colours.at(name);
    add_curves(losses, result, colour, &Run::losses, settings.steps);
    if (name == "none" || name == "global norm") {
      add_curves(norms, result, colour, &Run::norms, settings.steps);
    }
  }
  losses.line = constant_loss;
  losses.line_name = "always 0";
  norms.line = settings.max_norm;
  norms.line_name = "max_norm";

  clipping::Panel times{"gradient by the state h_t, with and without clipping",
                        "t (the loss comes after the last)",
                        static_cast<double>(settings.length),
                        false,
                        -3,
                        6,
                        {}};
  const std::size_t order[] = {5, 1, 0, 4};
  for (std::size_t m = 0; m < moments.size(); ++m) {
    clipping::Curve curve{moments[m].first, order[m], {}, moments[m].second->by_time};
    for (std::size_t t = 1; t <= curve.middle.size(); ++t) {
      curve.x.push_back(static_cast<double>(t));
    }
    times.curves.push_back(curve);
  }
  fit(times);

  clipping::Panel layers{"norms of the gradient of step " + std::to_string(largest_step) +
                             " before and after clipping",
                         "",
                         static_cast<double>(comparison.tensors.size()),
                         false,
                         -3,
                         6,
                         {}};
  layers.names = comparison.tensors;
  for (std::size_t w = 0; w < comparison.norms.size(); ++w) {
    const std::string name = clipping::ways()[w].name;
    clipping::Curve curve{w == 0 ? "before" : name, colours.at(name), {}, comparison.norms[w]};
    for (std::size_t i = 1; i <= curve.middle.size(); ++i) {
      curve.x.push_back(static_cast<double>(i));
    }
    layers.curves.push_back(curve);
  }
  fit(layers);
  return clipping::svg({losses, norms, times, layers});
}

void write_file(const std::string& name, const std::string& text) {
  std::FILE* out = std::fopen(name.c_str(), "w");
  if (out == nullptr) throw std::runtime_error(name + ": " + std::strerror(errno));
  const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  const bool closed = std::fclose(out) == 0;
  if (!written || !closed) throw std::runtime_error(name + ": " + std::strerror(errno));
}

void report(const Settings& settings, const std::vector<std::string>& chosen,
            const std::string& svg) {
  std::vector<Result> results;
  for (const Way& way : clipping::ways()) {
    if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), way.name) == chosen.end()) {
      continue;
    }
    results.push_back({&way, {}});
    for (int seed = 1; seed <= settings.seeds; ++seed) {
      results.back().runs.push_back(
          clipping::train(settings, way, static_cast<std::uint64_t>(seed)));
    }
  }
  print_summary(results, settings);

  const auto network = static_cast<std::size_t>(settings.shown - 1);
  const Result* shown = &results[0];  // by the global norm, if that is among them
  for (const Result& result : results) {
    if (std::string(result.way->name) == "global norm") shown = &result;
  }
  const Moment& largest = shown->runs[network].largest;
  if (largest.step == 0) return;
  const Comparison comparison = compare(settings, largest);
  const auto moments = moments_of(results, network);
  print_comparison(comparison, largest, settings.shown);
  print_times(moments, settings);
  if (!svg.empty()) write_file(svg, svg_of(results, settings, comparison, largest.step, moments));
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  std::vector<std::string> chosen;
  std::string svg;
  CLI::App app("A recurrent network on the adding problem, with and without gradient clipping.");
  std::vector<std::string> names;
  for (const Way& way : clipping::ways()) names.emplace_back(way.name);
  app.add_option("--ways", chosen, "ways to clip; all of them unless some are named")
      ->check(CLI::IsMember(names));
  const std::map<std::string, clipping::Activation> activations = {
      {"relu", clipping::Activation::relu}, {"tanh", clipping::Activation::tanh}};
  app.add_option("--activation", settings.activation, "relu or tanh")
      ->transform(CLI::CheckedTransformer(activations));
  const auto add = [&](const std::string& name, auto& value, auto range, const char* what) {
    app.add_option(name, value, what)->check(range)->capture_default_str();
  };
  const CLI::Range positive(1e-30, 1e30);
  add("--length", settings.length, CLI::Range(2, 1000), "steps of a sequence, an even number");
  add("--units", settings.units, CLI::Range(1, 1024), "hidden units");
  add("--batch", settings.batch, CLI::Range(1, 1024), "sequences in a batch");
  add("--steps", settings.steps, CLI::Range(2, 1000000), "steps of the optimizer");
  add("--seeds", settings.seeds, CLI::Range(1, 100), "networks: seeds 1, 2, …");
  add("--gain", settings.gain, positive, "a factor on the recurrent weights");
  add("--std", settings.std, positive, "of the other weights");
  add("--rate", settings.rate, positive, "learning rate; it falls to 0 by a cosine");
  add("--momentum", settings.momentum, CLI::Range(0.0, 0.9999), "of SGD");
  add("--max-norm", settings.max_norm, positive, "threshold of the global norm");
  add("--limit", settings.limit, positive, "threshold of each value");
  add("--max-tensor-norm", settings.max_tensor_norm, positive, "threshold of a tensor's norm");
  add("--show", settings.shown, CLI::Range(1, 100), "the network whose gradients are looked into");
  app.add_option("--svg", svg, "a file for the picture");
  CLI11_PARSE(app, argc, argv);
  try {
    if (settings.shown > settings.seeds)
      throw std::invalid_argument("--show: there is no such seed");
    report(settings, chosen, svg);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "clipping: %s\n", error.what());
    return 1;
  }
  return 0;
}
