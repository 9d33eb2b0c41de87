// SPDX-License-Identifier: MIT
// The trainer's network: what the command line says of it.
#pragma once

#include "mlp/mlp.hpp"

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "training/number_in.hpp"

namespace training {

namespace et = eigentrain;
using Eigen::Index;

struct NetworkChoice {
  std::vector<Index> hidden = {256, 128};
  std::string activation = "relu";
  std::string norm = "none";
  bool batch_norm = false;  // as norm = "batch"
  std::optional<double> norm_epsilon;
  std::optional<double> norm_momentum;
  double dropout = 0.0;
  std::string dropout_kind = "plain";
  std::optional<Index> groups;  // 8 if not given
  bool residual = false;
};

template <class Kind>
using Named = std::map<std::string, Kind>;

inline const Named<mlp::Activation>& activations() {
  static const Named<mlp::Activation> by_name = {{"relu", mlp::Activation::relu},
                                                 {"selu", mlp::Activation::selu}};
  return by_name;
}

inline const Named<mlp::NormKind>& norms() {
  using mlp::NormKind;
  static const Named<NormKind> by_name = {
      {"none", NormKind::none},   {"batch", NormKind::batch},       {"layer", NormKind::layer},
      {"group", NormKind::group}, {"instance", NormKind::instance}, {"rms", NormKind::rms}};
  return by_name;
}

inline const Named<mlp::DropoutKind>& dropouts() {
  using mlp::DropoutKind;
  static const Named<DropoutKind> by_name = {{"plain", DropoutKind::plain},
                                             {"alpha", DropoutKind::alpha},
                                             {"gaussian", DropoutKind::gaussian},
                                             {"channel", DropoutKind::channel},
                                             {"drop-path", DropoutKind::drop_path}};
  return by_name;
}

inline void add_network_options(CLI::App& app, NetworkChoice& s) {
  const char* const group = "Network";
  app.add_option("--hidden", s.hidden, "Sizes of the hidden layers, separated by commas")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group(group);
  app.add_option(
         "--activation", s.activation,
         "What follows the products of the hidden layers. selu keeps the signals of a deep\n"
         "network at mean 0 and variance 1 by itself, from --init lecun-normal on")
      ->check(CLI::IsMember(activations()))
      ->capture_default_str()
      ->group(group);
  auto* const norm =
      app.add_option("--norm", s.norm,
                     "What the hidden layers are normalized over, before the activation:\n"
                     "batch: each output over the samples of the batch\n"
                     "layer: each sample over all outputs of the layer; rms: without the mean\n"
                     "group: each sample over some neighbouring outputs, see --groups\n"
                     "instance: as group, but with one factor and one shift for the whole group,\n"
                     "as if it were a channel of a picture, and the outputs its pixels")
          ->check(CLI::IsMember(norms()))
          ->capture_default_str()
          ->group(group);
  app.add_flag("--batch-norm", s.batch_norm, "The same as --norm batch")
      ->excludes(norm)
      ->group(group);
  app.add_option("--norm-epsilon", s.norm_epsilon,
                 "Added to the variance. Default: 1e-6 for rms, 1e-5 for the others")
      ->check(number_in(et::ranges::positive, "(0, inf)"))
      ->group(group);
  app.add_option("--norm-momentum", s.norm_momentum,
                 "Weight of the newest batch in what batch normalizes the test set by.\n"
                 "Default: 0.1")
      ->check(number_in(et::ranges::fraction, "[0, 1]"))
      ->group(group);
  auto* const rate =
      app.add_option("--dropout", s.dropout, "Share of hidden outputs to drop in training, 0 to 1")
          ->check(number_in(et::ranges::fraction, "[0, 1]"))
          ->capture_default_str()
          ->group(group);
  app.add_option("--dropout-kind", s.dropout_kind,
                 "What --dropout drops, sample by sample:\n"
                 "plain: single outputs\n"
                 "channel: groups of neighbouring outputs, see --groups\n"
                 "gaussian: nothing, but multiplies each output by noise of mean 1 that varies as\n"
                 "much as a factor that plain dropout gives\n"
                 "alpha: single outputs, which become the lowest that SELU gives, while mean and\n"
                 "variance of all stay; needs --activation selu\n"
                 "drop-path: all that a layer adds to its shortcut; needs --residual. The last\n"
                 "such layer has the rate --dropout, those before it in proportion to their depth")
      ->check(CLI::IsMember(dropouts()))
      ->needs(rate)
      ->capture_default_str()
      ->group(group);
  app.add_option("--groups", s.groups,
                 "Into how many groups of neighbouring outputs --norm group, --norm instance and\n"
                 "--dropout-kind channel divide a hidden layer. Default: 8")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_flag("--residual", s.residual,
               "Add its input to the output of every hidden layer of the same size as the one\n"
               "before it: a shortcut")
      ->group(group);
}

/// Throws std::invalid_argument, in the trainer's words, for what doesn't fit together.
inline mlp::MlpOptions network_options(const NetworkChoice& s, Index inputs, Index classes,
                                       Index batch_size) {
  using et::require;
  mlp::MlpOptions made{.inputs = inputs,
                       .hidden = s.hidden,
                       .classes = classes,
                       .batch_size = batch_size,
                       .activation = activations().at(s.activation),
                       .norm = s.batch_norm ? mlp::NormKind::batch : norms().at(s.norm),
                       .norm_epsilon = s.norm_epsilon,
                       .norm_momentum = s.norm_momentum.value_or(0.1),
                       .dropout_kind = dropouts().at(s.dropout_kind),
                       .dropout = s.dropout,
                       .groups = s.groups.value_or(8),
                       .residual = s.residual};
  using mlp::NormKind, mlp::DropoutKind;
  require(made.norm != NormKind::none || !s.norm_epsilon,
          "--norm-epsilon: there is no --norm that would add it");
  require(made.norm == NormKind::batch || !s.norm_momentum,
          "--norm-momentum: only --norm batch remembers batches");
  const bool norm_groups = made.norm == NormKind::group || made.norm == NormKind::instance;
  const bool groups = norm_groups || made.dropout_kind == DropoutKind::channel;
  require(groups || !s.groups, "--groups: only --norm group, --norm instance and --dropout-kind ",
          "channel have groups");
  Index before = inputs, shortcuts = 0;
  for (const Index size : s.hidden) {
    const Index least = norm_groups ? 2 : 1;
    require(!groups || (size % made.groups == 0 && size / made.groups >= least),
            "--groups: a hidden layer of ", size, " can't be divided into ", made.groups,
            " groups of equal size", norm_groups ? ", with 2 outputs at least" : "");
    shortcuts += size == before ? 1 : 0;
    before = size;
  }
  require(!s.residual || shortcuts > 0,
          "--residual: no hidden layer is of the size of what is before it; try --hidden "
          "128,128,128");
  require(made.dropout_kind != DropoutKind::drop_path || s.residual,
          "--dropout-kind drop-path: needs --residual; without a shortcut nothing of a sample "
          "would be left");
  require(made.dropout_kind != DropoutKind::alpha || made.activation == mlp::Activation::selu,
          "--dropout-kind alpha: needs --activation selu, whose mean and variance it keeps");
  require(made.dropout_kind != DropoutKind::gaussian || made.dropout < 1.0,
          "--dropout: must be below 1 with --dropout-kind gaussian, whose noise would be infinite");
  return made;
}

/// What a page of figures says of the network beside its sizes.
inline std::vector<std::pair<std::string, std::string>> in_words(const NetworkChoice& s) {
  const std::string norm = s.batch_norm ? "batch" : s.norm;
  const std::string dropout = et::message(s.dropout, s.dropout > 0.0 ? ", " + s.dropout_kind : "");
  return {{"activation", s.activation + (s.residual ? ", shortcuts" : "")},
          {"normalization", norm},
          {"dropout", dropout}};
}

}  // namespace training
