// SPDX-License-Identifier: MIT
// What watches a training run: takes its figures, writes the page, and says the same in plain
// lines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/parameters.hpp"
#include "eigentrain/gradient/monitor.hpp"
#include "mlp/whole_file.hpp"
#include "monitor/page.hpp"

namespace monitor {

struct WatchOptions {
  std::filesystem::path page;
  std::int64_t every = 32;  ///< steps from one look at the layers to the next
  std::int64_t epochs = 0;  ///< that are planned
};

/// Throws as mlp::WholeFile if the page can't be written, already when made.
///
///     Watch watch({.page = "monitor.html", .epochs = 10}, content);
///     for each epoch {
///       for each step {
///         optimizer.step(parameters, watch.statistics());
///         watch.step(share of the epoch behind this step, gradient_norm, learning_rate);
///       }
///       watch.epoch({.train_loss = ...});  // a new page
///     }
class Watch {
 public:
  Watch(const WatchOptions& options, Content content)
      : statistics_({.every = options.every}),
        file_(options.page),
        content_(std::move(content)),
        epochs_(options.epochs) {}

  et::Monitor<float>& statistics() { return statistics_; }
  Recorder& recorder() { return recorder_; }
  const Recorder& recorder() const { return recorder_; }

  void step(double share_of_epoch, double gradient_norm, double learning_rate) {
    recorder_.step(static_cast<double>(recorder_.epochs()) + share_of_epoch, gradient_norm,
                   learning_rate);
    if (statistics_.gathered()) recorder_.gathered(statistics_);
  }

  void epoch(const EpochFigures& figures) {
    recorder_.epoch(figures);
    content_.figures = {{"test accuracy", formatted("%.4f", figures.test_accuracy)},
                        {"test loss", formatted("%.4f", figures.test_loss)},
                        {"training accuracy", formatted("%.4f", figures.train_accuracy)},
                        {"training loss", formatted("%.4f", figures.train_loss)},
                        {"epochs", et::message(recorder_.epochs(), " of ", epochs_)},
                        {"steps", et::message(recorder_.steps())}};
    write();
  }

  /// The run ends here: a page that says why, and how it came.
  void failed(const std::string& why) {
    content_.failure = et::message("After ", recorder_.steps(), " steps: ", why);
    write();
  }

  /// The norms of the tensors' gradients, means of the last epoch, in lines of 87 columns.
  std::string norms() const {
    std::size_t longest = 0;
    for (const Tensor& tensor : recorder_.tensors()) {
      longest = std::max(longest, tensor.name.size());
    }
    const std::size_t in_line = std::max<std::size_t>(1, 80 / (longest + 13));
    std::string text, line;
    for (std::size_t i = 0; i < recorder_.tensors().size(); ++i) {
      if (i > 0 && i % in_line == 0) text += std::exchange(line, "") + "\n";
      const Tensor& tensor = recorder_.tensors()[i];
      line.resize(7 + (i % in_line) * (longest + 13), ' ');
      line += tensor.name + " " + std::string(longest - tensor.name.size(), ' ') +
              formatted("%.3g", tensor.typical.gradient_norm);
    }
    return text + line;
  }

  /// Columns for a CSV, each with a comma in front.
  static std::string csv_header(const et::Parameters<float>& parameters) {
    std::string text;
    for (et::Index i = 0; i < parameters.size(); ++i) {
      text += ",gradient_norm_" + std::string(parameters.name(i));
    }
    return text;
  }
  std::string csv_norms() const {
    std::string text;
    for (const Tensor& tensor : recorder_.tensors()) {
      text += formatted(",%.6g", tensor.typical.gradient_norm);
    }
    return text;
  }

  /// What the page says below the curves, in three lines.
  std::string diagnosis() const {
    return "layers: " + overall(diagnose(recorder_)).text +
           "\nsuggested --clip-norm: " + clipping(et::suggest_threshold(recorder_.last_norms())) +
           "\nall curves: " + file_.path().string() + "\n";
  }

 private:
  static std::string formatted(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof(text), format, value);
    return text;
  }

  void write() { file_.replace(page(recorder_, content_)); }

  et::Monitor<float> statistics_;
  Recorder recorder_;
  mlp::WholeFile file_;
  Content content_;
  std::int64_t epochs_;
};

}  // namespace monitor
