// SPDX-License-Identifier: MIT
// A training run as one HTML page that needs nothing else: no network, no other file.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "monitor/recorder.hpp"
#include "monitor/style.hpp"
#include "monitor/verdict.hpp"
#include "plot/chart.hpp"

namespace monitor {

/// What the page says beside the curves. All texts may have any characters.
struct Content {
  std::string title;
  std::string command;
  std::vector<std::pair<std::string, std::string>> figures;   ///< the large ones: name, value
  std::vector<std::pair<std::string, std::string>> settings;  ///< name, value
  std::string failure;                                        ///< why the run ended early
  double clip_norm = 0.0;  ///< the threshold that was in force; not drawn unless finite
};

namespace detail {

using plot::escaped;

inline std::string figure(const plot::Chart& chart, const std::string& more = "") {
  return "<figure>\n<figcaption>" + escaped(chart.title) +
         (more.empty() ? "" : " <span>" + escaped(more) + "</span>") + "</figcaption>\n" +
         chart.svg() + chart.legend() + "</figure>\n";
}

inline plot::Curve curve(std::string name, const plot::Trace& trace, std::size_t colour = 0) {
  return {std::move(name), {plot::colours[colour], "none"}, trace.points()};
}

inline bool is_threshold(double value) {
  return std::isfinite(value) && value > 0.0;
}

inline std::string charts(const Recorder& run, const Content& content,
                          const et::SuggestedThreshold& suggested) {
  using plot::Chart, plot::Scale;
  const auto chart = [&](std::string title, Scale scale = Scale::linear, bool from_zero = false) {
    return Chart{.title = std::move(title),
                 .x_label = "epoch",
                 .x_high = run.end(),
                 .scale = scale,
                 .from_zero = from_zero,
                 .curves = {},
                 .levels = {}};
  };
  std::string out = "<div class=\"charts\">\n";

  Chart loss = chart("Loss");
  loss.curves = {curve("training", run.train_loss()), curve("test", run.test_loss(), 1)};
  out += figure(loss, "mean cross-entropy of an epoch");
  Chart accuracy = chart("Accuracy");
  accuracy.curves = {curve("training", run.train_accuracy()),
                     curve("test", run.test_accuracy(), 1)};
  out += figure(accuracy, "share of samples that are classified correctly");
  Chart rate = chart("Learning rate", Scale::linear, true);
  rate.curves = {curve("learning rate", run.learning_rate())};
  out += figure(rate);

  Chart norm = chart("Global gradient norm", Scale::logarithmic);
  norm.curves = {curve("all parameters together", run.gradient_norm())};
  const bool is_clipped = is_threshold(content.clip_norm);
  if (is_clipped) {
    norm.levels.push_back(
        {"clipped at " + plot::readable(content.clip_norm), content.clip_norm, "none"});
  }
  if (is_threshold(suggested.threshold)) {
    norm.levels.push_back({"suggested threshold: " + plot::readable(suggested.threshold),
                           suggested.threshold, "2 4"});
  }
  out += figure(norm, is_clipped ? "before clipping" : "no clipping");

  std::vector<std::string> names;
  for (const Tensor& tensor : run.tensors()) names.push_back(tensor.name);
  const std::vector<plot::Ink> inks = plot::inks_of(names);
  Chart norms = chart("Gradient norm of each layer", Scale::logarithmic);
  Chart ratios = chart("Update-to-weight ratio", Scale::logarithmic);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Tensor& tensor = run.tensors()[i];
    norms.curves.push_back({names[i], inks[i], tensor.gradient_norms.points()});
    ratios.curves.push_back({names[i], inks[i], tensor.update_ratios.points()});
  }
  ratios.decades = 5;  // a schedule that ends at zero would take the others' room
  ratios.levels.push_back({"healthy: about 10⁻³", 1e-3, "7 4"});
  out += figure(norms, "before clipping");
  out += figure(ratios, "by what share of its size a step moves a tensor");
  return out + "</div>\n";
}

inline std::string verdict(const Verdict& verdict) {
  return std::string("<span class=\"") + (verdict.warns ? "warns" : "healthy") + "\">" +
         (verdict.warns ? "⚠ " : "✓ ") + escaped(verdict.text) + "</span>";
}

inline std::string layers(const Recorder& run, const et::Diagnosis& found) {
  std::string out =
      "<div class=\"scroll\"><table class=\"layers\">\n<thead><tr><th>tensor</th>"
      "<th class=\"number\">values</th><th class=\"number\">gradient norm</th>"
      "<th class=\"number\">update ratio</th><th class=\"number\">zeros</th>"
      "<th>diagnosis</th></tr></thead>\n<tbody>\n";
  const auto cell = [](const std::string& text) {
    return "<td class=\"number\">" + text + "</td>";
  };
  for (std::size_t i = 0; i < run.tensors().size(); ++i) {
    const Tensor& tensor = run.tensors()[i];
    char zeros[32];
    std::snprintf(zeros, sizeof(zeros), "%.1f%%", 100 * tensor.typical.zero_share);
    out += "<tr><td>" + escaped(tensor.name) + "</td>" + cell(std::to_string(tensor.typical.size)) +
           cell(plot::readable(tensor.typical.gradient_norm)) +
           cell(plot::readable(tensor.typical.update_ratio())) + cell(zeros) +
           "<td class=\"verdict\">" + verdict(in_words(found[static_cast<et::Index>(i)])) +
           "</td></tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace detail

/// The page: well-formed XML, too.
inline std::string page(const Recorder& run, const Content& content) {
  using namespace detail;
  const std::string title = escaped(content.title);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
      "<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
      title + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>" + title +
      "</h1>\n<code class=\"command\">" + escaped(content.command) + "</code>\n";
  if (!content.failure.empty()) {
    out += "<p class=\"failed\">⚠ " + escaped(content.failure) + "</p>\n";
  }
  out += "<ul class=\"figures\">\n";
  for (const auto& [name, value] : content.figures) {
    out += "<li><b>" + escaped(value) + "</b><span>" + escaped(name) + "</span></li>\n";
  }
  const et::Diagnosis found = diagnose(run);
  const et::SuggestedThreshold suggested = et::suggest_threshold(run.last_norms());
  out += "</ul>\n" + charts(run, content, suggested) +
         "<h2>Diagnosis</h2>\n<p>Layers: " + verdict(overall(found)) +
         "</p>\n<p>Suggested clipping threshold: " + escaped(clipping(suggested)) + "</p>\n";
  out +=
      "<p>Norms and zeros are means over the measured steps of the last epoch, update ratios over "
      "those of the run.</p>\n" +
      layers(run, found) + "<h2>Settings</h2>\n<table class=\"settings\">\n";
  for (const auto& [name, value] : content.settings) {
    out += "<tr><th>" + escaped(name) + "</th><td>" + escaped(value) + "</td></tr>\n";
  }
  return out + "</table>\n<script>" + script + "</script>\n</body>\n</html>\n";
}

}  // namespace monitor
