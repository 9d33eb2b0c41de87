// SPDX-License-Identifier: MIT
// What becomes of a signal in a deep network, and of the gradient on its way back, for six ways to
// start the weights: prints standard deviations layer by layer.
//
//   init_depth                                   30 layers of 256 units, tanh and ReLU
//   init_depth --csv depth.csv --svg depth.svg   all layers as a table, and as a picture

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "depth/chart.hpp"
#include "depth/measure.hpp"
#include "eigentrain/eigentrain.hpp"

namespace et = eigentrain;

namespace {

struct Settings {
  int layers = 30;
  int width = 256;
  int batch = 256;
  std::uint64_t seed = 42;
  std::string csv, svg;
};

/// One way with one nonlinearity.
struct Run {
  depth::Activation activation;
  std::string way;
  std::vector<depth::LayerStd> layers;
};

const char* name_of(depth::Activation activation) {
  return activation == depth::Activation::tanh ? "tanh" : "ReLU";
}

std::vector<Run> measure_all(const Settings& settings) {
  // Generators of their own: all networks get the same input and the same gradient.
  const et::Generator random(settings.seed);
  et::Generator for_input = random.split(0), for_gradient = random.split(1);
  Eigen::MatrixXf input(settings.width, settings.batch), gradient(settings.width, settings.batch);
  et::normal(input, for_input, 0.0, 1.0);
  et::normal(gradient, for_gradient, 0.0, 1.0);

  std::vector<Run> runs;
  for (const auto activation : {depth::Activation::tanh, depth::Activation::relu}) {
    for (const depth::Way& way : depth::ways()) {
      et::Generator for_weights = random.split(2);
      depth::Weights weights(static_cast<std::size_t>(settings.layers),
                             Eigen::MatrixXf(settings.width, settings.width));
      way.start(weights, activation, input, for_weights);
      runs.push_back({activation, way.name, depth::measure(weights, activation, input, gradient)});
    }
  }
  return runs;
}

std::vector<const Run*> runs_of(const std::vector<Run>& runs, depth::Activation activation) {
  std::vector<const Run*> result;
  for (const Run& run : runs) {
    if (run.activation == activation) result.push_back(&run);
  }
  return result;
}

void print_table(const std::vector<const Run*>& runs, const std::string& title,
                 double depth::LayerStd::* value) {
  std::printf("%s\n%5s", title.c_str(), "layer");
  for (const Run* run : runs) std::printf("  %12s", run->way.c_str());
  std::printf("\n");
  const std::size_t layers = runs[0]->layers.size();
  for (std::size_t l = 1; l <= layers; ++l) {
    if (l != 1 && l != layers && l % 5 != 0) continue;
    std::printf("%5zu", l);
    for (const Run* run : runs) std::printf("  %12.3g", run->layers[l - 1].*value);
    std::printf("\n");
  }
  std::printf("\n");
}

std::string csv_of(const std::vector<Run>& runs) {
  std::string text = "activation,init,layer,activation_std,gradient_std,weight_gradient_std\n";
  for (const Run& run : runs) {
    for (std::size_t l = 0; l < run.layers.size(); ++l) {
      char row[160];
      std::snprintf(row, sizeof(row), "%s,\"%s\",%zu,%.6g,%.6g,%.6g\n", name_of(run.activation),
                    run.way.c_str(), l + 1, run.layers[l].activation, run.layers[l].gradient,
                    run.layers[l].weight_gradient);
      text += row;
    }
  }
  return text;
}

// For the picture; a table's columns count bytes.
std::string with_superscripts(std::string text) {
  const std::size_t at = text.find("^2");
  if (at != std::string::npos) text.replace(at, 2, "²");
  return text;
}

std::string svg_of(const std::vector<Run>& runs) {
  depth::Chart chart{.x_label = "layer", .panels = {}};
  for (const auto activation : {depth::Activation::tanh, depth::Activation::relu}) {
    for (const auto value : {&depth::LayerStd::activation, &depth::LayerStd::gradient}) {
      const bool is_forward = value == &depth::LayerStd::activation;
      depth::Panel panel{std::string(name_of(activation)) +
                             (is_forward ? ": std of the activations" : ": std of the gradients"),
                         {}};
      for (const Run* run : runs_of(runs, activation)) {
        depth::Series series{with_superscripts(run->way), {}};
        for (const depth::LayerStd& layer : run->layers) series.values.push_back(layer.*value);
        panel.series.push_back(series);
      }
      chart.panels.push_back(panel);
    }
  }
  return chart.svg();
}

void write_file(const std::string& name, const std::string& text) {
  std::FILE* out = std::fopen(name.c_str(), "w");
  if (out == nullptr) throw std::runtime_error(name + ": " + std::strerror(errno));
  const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  const bool closed = std::fclose(out) == 0;
  if (!written || !closed) throw std::runtime_error(name + ": " + std::strerror(errno));
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Standard deviations of activations and gradients, layer by layer.");
  app.add_option("--layers", settings.layers)->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--width", settings.width, "units in each layer")
      ->check(CLI::Range(1, 8192))
      ->capture_default_str();
  app.add_option("--batch", settings.batch, "samples")
      ->check(CLI::Range(1, 8192))
      ->capture_default_str();
  app.add_option("--seed", settings.seed)->capture_default_str();
  app.add_option("--csv", settings.csv, "a file for all layers as a table");
  app.add_option("--svg", settings.svg, "a file for the picture");
  CLI11_PARSE(app, argc, argv);
  try {
    const std::vector<Run> runs = measure_all(settings);
    for (const auto activation : {depth::Activation::tanh, depth::Activation::relu}) {
      const std::string name = name_of(activation);
      print_table(runs_of(runs, activation), name + ": std of the activations",
                  &depth::LayerStd::activation);
      print_table(runs_of(runs, activation), name + ": std of the gradients by the activations",
                  &depth::LayerStd::gradient);
    }
    if (!settings.csv.empty()) write_file(settings.csv, csv_of(runs));
    if (!settings.svg.empty()) write_file(settings.svg, svg_of(runs));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "init_depth: %s\n", error.what());
    return 1;
  }
  return 0;
}
