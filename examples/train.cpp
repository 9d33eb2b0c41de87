// SPDX-License-Identifier: MIT
// Trains a multi-layer perceptron to tell pictures apart, and says how well it does.
//
//   train                                  Fashion-MNIST from Debian's dataset-fashion-mnist
//   train --data ~/mnist --epochs 20       any folder with the four files that MNIST comes in
//   train --data spirals --norm batch      points made on the spot
//   train --hidden 128,128,128 --residual --dropout 0.1 --dropout-kind drop-path --norm layer
//   train --monitor                        watches all layers; see monitor.html then
//   train --save run.safetensors           can be stopped by Ctrl-C, and says how to go on

#include "mlp/mlp.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/eigentrain.hpp"
#include "mlp/batches.hpp"
#include "mlp/csv.hpp"
#include "mlp/dataset.hpp"
#include "mlp/evaluate.hpp"
#include "mlp/progress.hpp"
#include "monitor/watch.hpp"
#include "schedules/named.hpp"
#include "training/checkpoint.hpp"
#include "training/network.hpp"
#include "training/optimizer.hpp"
#include "training/stop.hpp"

namespace et = eigentrain;
using Eigen::Index;

namespace {

constexpr const char* fashion_mnist_folder = "/usr/share/datasets/fashion-mnist";
constexpr double never = std::numeric_limits<double>::infinity();

struct Settings {
  std::string data;  // empty: Fashion-MNIST if it is installed, else spirals
  Index classes = 10;
  Index limit = std::numeric_limits<Index>::max();

  training::NetworkChoice network;
  std::string init = "he-normal";

  Index epochs = 10;
  Index batch_size = 128;
  Index batch_growth = 1;
  Index batch_growth_every = 1;
  std::optional<Index> batch_largest;  // all samples if not given
  std::string optimizer = "adamw";
  std::optional<double> learning_rate;  // the optimizer's own if not given
  std::optional<double> weight_decay;
  std::optional<double> momentum;
  bool cycle_momentum = false;
  std::vector<std::string> optimizer_options;
  std::string schedule = "cosine";
  std::string plateau_metric = "loss";
  std::int64_t plateau_patience = 1;
  std::int64_t warmup = 0;
  double clip_norm = never;
  double clip_value = never;

  std::uint64_t seed = 42;
  int threads = 1;
  std::string csv;
  std::string monitor;  // the page; empty: none
  std::int64_t monitor_every = et::MonitorOptions{}.every;
  std::string save;    // the checkpoint; empty: none
  std::string resume;  // the checkpoint to go on from; empty: none
  std::int64_t save_every = 1;
  std::string command;    // as one would type it again
  std::string to_resume;  // the same, to go on from `save`
};

using Weight = Eigen::MatrixXf;
using Initializer = void (*)(Weight&, et::Generator&);

const std::map<std::string, Initializer>& initializers() {
  using G = et::Generator;
  static const std::map<std::string, Initializer> by_name = {
      {"he-normal", [](Weight& w, G& random) { et::he_normal(w, random); }},
      {"he-truncated-normal", [](Weight& w, G& random) { et::he_truncated_normal(w, random); }},
      {"he-uniform", [](Weight& w, G& random) { et::he_uniform(w, random); }},
      {"lecun-normal", [](Weight& w, G& random) { et::lecun_normal(w, random); }},
      {"lecun-truncated-normal",
       [](Weight& w, G& random) { et::lecun_truncated_normal(w, random); }},
      {"lecun-uniform", [](Weight& w, G& random) { et::lecun_uniform(w, random); }},
      {"xavier-normal", [](Weight& w, G& random) { et::xavier_normal(w, random); }},
      {"xavier-truncated-normal",
       [](Weight& w, G& random) { et::xavier_truncated_normal(w, random); }},
      {"xavier-uniform", [](Weight& w, G& random) { et::xavier_uniform(w, random); }},
  };
  return by_name;
}

void add_options(CLI::App& app, Settings& s) {
  const CLI::Validator not_negative = training::number_in(et::ranges::not_negative, "[0, inf)");
  app.add_option(
         "--data", s.data,
         "fashion-mnist, spirals (points made on the spot), or a folder with the four\n"
         "files of MNIST or a relative, gzip'd or not. Without this option: fashion-mnist,\n"
         "or spirals where it isn't installed")
      ->group("Data");
  app.add_option("--classes", s.classes, "How many classes the labels of a folder name, from 0 on")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Data");
  app.add_option("--limit", s.limit, "Train on the first so many samples only")
      ->check(CLI::PositiveNumber)
      ->group("Data");

  training::add_network_options(app, s.network);
  app.add_option("--init", s.init, "How the weights begin")
      ->check(CLI::IsMember(initializers()))
      ->capture_default_str()
      ->group("Network");

  app.add_option("--epochs", s.epochs, "Passes over the data")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->group("Training");
  app.add_option("--batch-size", s.batch_size, "Samples in a step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Training");
  app.add_option("--batch-growth", s.batch_growth,
                 "Multiply the batch size by this whole number every so many epochs, in the place\n"
                 "of a falling learning rate (--schedule constant) or beside it; 1: never")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Training");
  app.add_option("--batch-growth-every", s.batch_growth_every,
                 "Epochs from one growth of the batch size to the next")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Training");
  app.add_option("--batch-largest", s.batch_largest,
                 "Where the batch size stops growing. Default: all samples")
      ->check(CLI::PositiveNumber)
      ->group("Training");
  app.add_option("--optimizer", s.optimizer,
                 "Who makes a step of the gradient:\n" + training::optimizer_names(75))
      ->transform([](const std::string& name) { return name == "rmsprop" ? "rms_prop" : name; })
      ->capture_default_str()
      ->group("Training");
  app.add_option("--learning-rate", s.learning_rate,
                 "Default: 0.1 for sgd, 0.001 for rms_prop, the library's own for the others")
      ->check(not_negative)
      ->group("Training");
  app.add_option("--momentum", s.momentum, "For those optimizers that have it")->group("Training");
  app.add_option("--weight-decay", s.weight_decay,
                 "Decoupled or added to the gradient, as the optimizer has it")
      ->check(not_negative)
      ->group("Training");
  app.add_option("--optimizer-option", s.optimizer_options,
                 "Another option of the optimizer, as beta2=0.98; may be repeated")
      ->group("Training");
  std::vector<std::string> names = {"plateau"};
  for (const auto& [name, maker] : schedules::named()) names.push_back(name);
  app.add_option("--schedule", s.schedule,
                 "What becomes of the learning rate in the course of the run, which it never\n"
                 "exceeds; docs/schedules.md draws them. plateau takes 0.3 of it when the test\n"
                 "set gets no better")
      ->check(CLI::IsMember(names))
      ->capture_default_str()
      ->group("Training");
  app.add_option("--plateau-metric", s.plateau_metric, "What shall get better, on the test set")
      ->check(CLI::IsMember({"loss", "accuracy"}))
      ->capture_default_str()
      ->group("Training");
  app.add_option("--plateau-patience", s.plateau_patience,
                 "Epochs without improvement that --schedule plateau bears")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str()
      ->group("Training");
  app.add_flag("--cycle-momentum", s.cycle_momentum,
               "With --schedule one-cycle: the momentum of sgd, or beta1 of adam and adamw, goes\n"
               "against the rate, from 0.95 to 0.85 and back")
      ->group("Training");
  app.add_option("--warmup", s.warmup, "Steps in which the learning rate rises from 0 first")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group("Training");
  app.add_option("--clip-norm", s.clip_norm, "Rescale gradients whose norm, over all, is larger")
      ->group("Training");
  app.add_option("--clip-value", s.clip_value, "Limit each value of a gradient to plus-minus this")
      ->group("Training");

  app.add_option("--seed", s.seed, "The same seed gives the same run")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--threads", s.threads, "Threads of Eigen's products and of the optimizer")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->group("Run");
  app.add_option("--csv", s.csv, "Write the table to this file, too")->group("Run");
  app.add_option(
         "--monitor", s.monitor,
         "Watch every layer: adds the norms of their gradients to the table, and writes a\n"
         "page with all curves and a diagnosis, anew after every epoch, to this file; without a\n"
         "name to monitor.html")
      ->expected(0, 1)
      ->default_str("monitor.html")
      ->group("Run");
  app.add_option("--monitor-every", s.monitor_every,
                 "Steps from one look at the layers to the next; at least one an epoch")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Run");
}

void add_checkpoint_options(CLI::App& app, Settings& s) {
  app.add_option(
         "--save", s.save,
         "Write all that the run has become to this file (safetensors) after every epoch, and\n"
         "when Ctrl-C or SIGTERM stops it: at once, with the place in the data. A second Ctrl-C\n"
         "ends it as usual")
      ->group("Run");
  auto* const resume = app.add_option(
      "--resume", s.resume,
      "Go on from such a file as if the run had never stopped, and save to it unless --save\n"
      "names another. All options must be those of the beginning but for --epochs, --threads\n"
      "and the names of files; --csv is continued. With more --epochs than at first, the\n"
      "schedule goes over all of them, from the present step on: only with as many as at first,\n"
      "or with --schedule constant or plateau, is the run what it would have been without a stop");
  resume->group("Run");
  app.add_option("--save-every", s.save_every, "Epochs from one save to the next")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Run");
}

mlp::TrainAndTest make_spirals(std::uint64_t seed) {
  constexpr Index classes = 3;
  et::Generator random(seed, 1);
  return {mlp::make_spirals(20'000, classes, random), mlp::make_spirals(4'000, classes, random)};
}

mlp::TrainAndTest load_data(Settings& s) {
  const bool installed = mlp::is_mnist_folder(fashion_mnist_folder);
  if (s.data.empty()) {
    s.data = installed ? "fashion-mnist" : "spirals";
    if (!installed) {
      std::printf("No Fashion-MNIST in %s (package dataset-fashion-mnist), so: spirals.\n",
                  fashion_mnist_folder);
    }
  }
  et::require(installed || s.data != "fashion-mnist", "--data fashion-mnist: there is none in ",
              fashion_mnist_folder, "; install dataset-fashion-mnist, or name a folder");
  mlp::TrainAndTest data = s.data == "spirals" ? make_spirals(s.seed)
                           : s.data == "fashion-mnist"
                               ? mlp::load_mnist(fashion_mnist_folder, s.classes)
                               : mlp::load_mnist(s.data, s.classes);
  data.train.keep(s.limit);
  return data;
}

double initial_rate(const Settings& s) {
  return s.learning_rate ? *s.learning_rate : training::default_rate(s.optimizer);
}

// Gives a factor of the rate after each epoch.
et::ReduceOnPlateau make_plateau(const Settings& s) {
  const bool is_loss = s.plateau_metric == "loss";
  return et::ReduceOnPlateau(
      {.initial = 1.0,
       .factor = 0.3,
       .patience = s.plateau_patience,
       .threshold = is_loss ? 1e-3 : 5e-4,
       .kind = is_loss ? et::PlateauThreshold::relative : et::PlateauThreshold::absolute,
       .mode = is_loss ? et::PlateauMode::min : et::PlateauMode::max});
}

et::Schedule make_schedule(const Settings& s, std::int64_t steps,
                           const std::shared_ptr<const et::ReduceOnPlateau>& plateau) {
  const double rate = initial_rate(s);
  const std::int64_t rest = std::max<std::int64_t>(steps - s.warmup, 1);
  et::Schedule schedule = rate;
  if (plateau == nullptr) schedule = schedules::named().at(s.schedule)(rate, rest);
  if (s.warmup > 0) schedule = et::warmup({.steps = s.warmup, .then = schedule});
  if (plateau == nullptr) return schedule;
  return [plateau, schedule](std::int64_t step) { return plateau->rate() * schedule(step); };
}

// Goes against the rate of --schedule one-cycle.
std::optional<et::Schedule> make_cycled_momentum(const Settings& s, std::int64_t steps) {
  if (!s.cycle_momentum) return {};
  et::require(s.schedule == "one-cycle", "--cycle-momentum: goes with --schedule one-cycle, not ",
              s.schedule);
  et::require(!s.momentum, "--momentum: --cycle-momentum sets it already");
  const et::Schedule cycle =
      et::one_cycle_momentum({.steps = std::max<std::int64_t>(steps - s.warmup, 1)});
  return [cycle, warmup = s.warmup](std::int64_t step) {
    return cycle(std::max<std::int64_t>(step - warmup, 0));
  };
}

training::Optimizer make_optimizer(const Settings& s, const et::Schedule& rate,
                                   std::int64_t steps) {
  return training::Optimizer({.name = s.optimizer,
                              .weight_decay = s.weight_decay,
                              .momentum = s.momentum,
                              .cycled_momentum = make_cycled_momentum(s, steps),
                              .options = s.optimizer_options,
                              .clip_norm = s.clip_norm,
                              .clip_value = s.clip_value,
                              .watched = !s.monitor.empty()},
                             rate);
}

struct Row {
  Index epoch = 0;
  mlp::Score train;  // as the batches were seen, before the step that each of them made
  mlp::Score test;
  double gradient_norm = 0.0;  // the mean over the steps
  double learning_rate = 0.0;  // of the first step
  double samples_per_second = 0.0;
};

constexpr const char* table_header =
    "epoch  train loss  accuracy   test loss  accuracy   grad norm   learn rate   samples/s";
constexpr const char* csv_header =
    "epoch,train_loss,train_accuracy,test_loss,test_accuracy,gradient_norm,learning_rate,"
    "samples_per_second";

std::string format_row(const char* format, const Row& row) {
  char text[256];
  std::snprintf(text, sizeof(text), format, static_cast<long>(row.epoch), row.train.mean_loss(),
                row.train.accuracy(), row.test.mean_loss(), row.test.accuracy(), row.gradient_norm,
                row.learning_rate, row.samples_per_second);
  return text;
}

[[noreturn]] void diverged(const std::string& what) {
  throw std::runtime_error(what +
                           ": the training has diverged; try a smaller --learning-rate, --warmup "
                           "or --clip-norm 1");
}

// From where the run is to the end of the epoch, or to the step in which a signal came. Returns the
// samples per second.
double train_epoch(const training::RunState& run, Index batch_size, const std::string& label,
                   const et::Schedule& rate, const std::optional<training::StopSignals>& stop) {
  training::Position& at = run.position;
  mlp::Batches& batches = run.batches;
  const mlp::Stopwatch stopwatch;
  if (!at.in_epoch()) batches.shuffle(run.random);
  const Index begin = batches.done(), samples = begin + batches.left();
  const Index steps = (samples - 1) / batch_size + 1;
  mlp::Progress progress(label, samples);
  while (batches.left() > 0) {
    const mlp::Batch batch = batches.next(batch_size);
    const mlp::Score score = run.model.learn(batch.features, batch.labels, run.random);
    if (!std::isfinite(score.loss)) diverged("the loss is " + std::to_string(score.loss));
    try {
      const double norm = run.optimizer.step(
          run.model.parameters(), run.watch != nullptr ? &run.watch->statistics() : nullptr);
      at.gradient_norm += norm / static_cast<double>(steps);
      if (run.watch != nullptr) {
        run.watch->step(static_cast<double>(at.train.samples) / static_cast<double>(samples), norm,
                        rate(run.watch->recorder().steps()));
      }
    } catch (const std::invalid_argument& error) {  // a gradient is not finite
      diverged(error.what());
    }
    at.train += score;
    progress.update(at.train.samples);
    // Not before the first step: an epoch without one is an epoch that hasn't been shuffled.
    if (stop && stop->signal() != 0) break;
  }
  return static_cast<double>(batches.done() - begin) / stopwatch.seconds();
}

et::BatchSize make_batch_size(const Settings& s, Index samples) {
  const Index initial = std::min(s.batch_size, samples);
  const Index largest = std::min(s.batch_largest.value_or(samples), samples);
  et::require(s.batch_growth > 1 || !s.batch_largest, "--batch-largest: needs a --batch-growth");
  et::require(largest >= initial, "--batch-largest: must be at least --batch-size, ", initial,
              ", got ", largest);
  return et::growing_batch_size({.initial = initial,
                                 .factor = s.batch_growth,
                                 .every = s.batch_growth_every,
                                 .largest = largest});
}

// What the parts can't know of each other.
void check(const Settings& s, const et::BatchSize& batch_size, Index samples) {
#ifndef _OPENMP
  et::require(s.threads == 1, "--threads: this program was built without OpenMP, so it must be 1");
#endif
  const bool batch_norm = s.network.batch_norm || s.network.norm == "batch";
  for (Index epoch = 0; batch_norm && epoch < s.epochs; ++epoch) {
    const Index size = batch_size(epoch), rest = samples % size;
    et::require((rest == 0 ? size : rest) > 1,
                "--norm batch: the last batch is a single sample, which has no variance; try "
                "another --batch-size");
  }
}

std::vector<std::pair<std::string, std::string>> in_words(const Settings& s,
                                                          const mlp::TrainAndTest& data,
                                                          const std::string& network,
                                                          const std::string& batches) {
  const auto number = [](double value) { return plot::readable(value, 6); };
  const auto own = [&](const std::optional<double>& value) {
    return value ? number(*value) : std::string("the optimizer's own");
  };
  const auto limit = [&](double value) { return value == never ? "none" : number(value); };
  std::vector<std::pair<std::string, std::string>> words = {
      {"data", et::message(s.data, ", ", data.train.size(), " samples to train on, ",
                           data.test.size(), " to test on")},
      {"network", network},
      {"initialization", s.init},
      {"optimizer", s.optimizer},
      {"learning rate", number(initial_rate(s)) + ", " + s.schedule + ", " + et::message(s.warmup) +
                            " steps of warm-up"},
      {"weight decay", own(s.weight_decay)},
      {"momentum", s.cycle_momentum ? "0.95 to 0.85 and back" : own(s.momentum)},
      {"batch size", batches},
      {"clipping by norm", limit(s.clip_norm)},
      {"clipping by value", limit(s.clip_value)},
      {"seed", et::message(s.seed)},
      {"threads", et::message(s.threads)}};
  const auto layers = training::in_words(s.network);
  words.insert(words.begin() + 2, layers.begin(), layers.end());
  return words;
}

// What decides the bits of a run: all but how many epochs it has.
training::FixedOptions fixed_options(const Settings& s, const mlp::TrainAndTest& data) {
  const auto number = [](double value) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof(text), value).ptr);
  };
  const auto given = [&](const std::optional<double>& value) {
    return value ? number(*value) : std::string();
  };
  const auto flag = [](bool value) { return std::string(value ? "given" : ""); };
  const auto joined = [](const auto& list) {
    std::string text;
    for (const auto& word : list) text += (text.empty() ? "" : ",") + et::message(word);
    return text;
  };
  const training::NetworkChoice& n = s.network;
  return {
      {"--seed", et::message(s.seed)},  // before the data, which may be made from it
      {"--data", et::message(data.train.size(), " samples of ", data.train.features.rows(),
                             " numbers in ", data.train.classes, " classes and ", data.test.size(),
                             " to test on, checksum ", training::checksum(data))},
      {"--hidden", joined(n.hidden)},
      {"--activation", n.activation},
      {"--norm", n.batch_norm ? "batch" : n.norm},
      {"--norm-epsilon", given(n.norm_epsilon)},
      {"--norm-momentum", given(n.norm_momentum)},
      {"--dropout", number(n.dropout)},
      {"--dropout-kind", n.dropout_kind},
      {"--groups", n.groups ? et::message(*n.groups) : std::string()},
      {"--residual", flag(n.residual)},
      {"--init", s.init},
      {"--batch-size", et::message(s.batch_size)},
      {"--batch-growth", et::message(s.batch_growth)},
      {"--batch-growth-every", et::message(s.batch_growth_every)},
      {"--batch-largest", s.batch_largest ? et::message(*s.batch_largest) : std::string()},
      {"--optimizer", s.optimizer},
      {"--learning-rate", given(s.learning_rate)},
      {"--momentum", given(s.momentum)},
      {"--weight-decay", given(s.weight_decay)},
      {"--optimizer-option", joined(s.optimizer_options)},
      {"--schedule", s.schedule},
      {"--plateau-metric", s.plateau_metric},
      {"--plateau-patience", et::message(s.plateau_patience)},
      {"--cycle-momentum", flag(s.cycle_momentum)},
      {"--warmup", et::message(s.warmup)},
      {"--clip-norm", number(s.clip_norm)},
      {"--clip-value", number(s.clip_value)},
      {"--monitor", flag(!s.monitor.empty())}};
}

// Returns false if there is nothing left to do.
bool resume(const Settings& s, const training::RunState& run,
            const training::FixedOptions& options) {
  training::load(s.resume, run, options);
  training::Position& at = run.position;
  et::require(at.epochs + (at.in_epoch() ? 1 : 0) <= s.epochs, "--epochs: ", s.resume, " has ",
              at.epochs, " epochs behind it", at.in_epoch() ? ", and a part of the next" : "",
              ", got ", s.epochs);
  if (at.epochs == s.epochs) {
    std::printf("%s: all of the %ld epochs are done; more --epochs would go on\n", s.resume.c_str(),
                static_cast<long>(s.epochs));
    return false;
  }
  if (at.planned != s.epochs && s.schedule != "constant" && s.schedule != "plateau") {
    std::printf("The %s schedule goes over %ld epochs from here on, not over %ld.\n",
                s.schedule.c_str(), static_cast<long>(s.epochs), static_cast<long>(at.planned));
  }
  at.planned = s.epochs;
  std::printf("Going on from %s behind epoch %ld", s.resume.c_str(), static_cast<long>(at.epochs));
  if (at.in_epoch()) std::printf(" and %ld samples", static_cast<long>(at.train.samples));
  std::printf(".\n");
  return true;
}

// The exit status.
int train(Settings s) {
  if (s.save.empty()) s.save = s.resume;
  const mlp::TrainAndTest data = load_data(s);
  const et::BatchSize batch_size = make_batch_size(s, data.train.size());
  const Index first = batch_size(0), largest = batch_size(s.epochs - 1);
  check(s, batch_size, data.train.size());
  Eigen::setNbThreads(s.threads);

  mlp::Batches train_batches(data.train, largest);
  mlp::Batches test_batches(data.test, largest);
  const std::int64_t steps = mlp::count_steps(data.train.size(), batch_size, s.epochs);

  et::Generator random(s.seed);
  mlp::Mlp<float> model(training::network_options(s.network, data.train.features.rows(),
                                                  data.train.classes, largest));
  model.initialize([&](Weight& weight) { initializers().at(s.init)(weight, random); });
  const auto plateau =
      s.schedule == "plateau" ? std::make_shared<et::ReduceOnPlateau>(make_plateau(s)) : nullptr;
  const et::Schedule rate = make_schedule(s, steps, plateau);
  training::Optimizer optimizer = make_optimizer(s, rate, steps);
  const et::Parameters<float>& parameters = model.parameters();
  std::string network = std::to_string(data.train.features.rows());
  for (const Index size : s.network.hidden) network += "-" + std::to_string(size);
  network += "-" + std::to_string(data.train.classes);

  const std::string batches =
      first == largest ? et::message(first) : et::message(first, " to ", largest);

  std::optional<monitor::Watch> watch;
  if (!s.monitor.empty()) {
    const std::int64_t shortest = mlp::count_steps(data.train.size(), largest, 1);
    watch.emplace(
        monitor::WatchOptions{
            .page = s.monitor, .every = std::min(s.monitor_every, shortest), .epochs = s.epochs},
        monitor::Content{.title = "Training on " + s.data,
                         .command = s.command,
                         .figures = {},
                         .settings = in_words(s, data, network, batches),
                         .failure = {},
                         .clip_norm = s.clip_norm});
  }
  training::Position at{.planned = s.epochs, .train = {}};
  const training::RunState run{
      at, model, optimizer, train_batches, random, plateau.get(), watch ? &*watch : nullptr};
  training::FixedOptions options;
  if (!s.save.empty()) options = fixed_options(s, data);
  if (!s.resume.empty() && !resume(s, run, options)) return 0;
  if (!s.save.empty()) training::check_writable(s.save);
  std::optional<mlp::CsvLog> log;
  if (!s.csv.empty()) {
    const std::string header = csv_header + (watch ? watch->csv_header(parameters) : "");
    log.emplace(s.csv, training::table_up_to(s.csv, header, at.epochs));
  }
  std::optional<training::StopSignals> stop;
  if (!s.save.empty()) stop.emplace();

  std::printf("%s: %ld samples to train on, %ld to test on\n", s.data.c_str(),
              static_cast<long>(data.train.size()), static_cast<long>(data.test.size()));
  std::printf("%s, %ld parameters, %s, %s schedule, batches of %s\n\n%s\n", network.c_str(),
              static_cast<long>(parameters.total()), s.optimizer.c_str(), s.schedule.c_str(),
              batches.c_str(), table_header);
  if (watch) std::puts("       gradient norm of each tensor, before clipping");
  std::fflush(stdout);

  Row row;
  // Returns false if a signal came before the end.
  const auto run_epoch = [&](Index epoch) {
    const std::string label = et::message("epoch ", epoch, " of ", s.epochs);
    row.samples_per_second = train_epoch(run, batch_size(epoch - 1), label, rate, stop);
    if (train_batches.left() > 0) return false;
    row.epoch = epoch;
    row.train = at.train;
    row.gradient_norm = at.gradient_norm;
    row.learning_rate = rate(mlp::count_steps(data.train.size(), batch_size, epoch - 1));
    optimizer.begin_evaluation(model.parameters());
    row.test = mlp::evaluate(model, test_batches);
    optimizer.end_evaluation(model.parameters());
    if (plateau != nullptr) {
      plateau->update(s.plateau_metric == "loss" ? row.test.mean_loss() : row.test.accuracy());
    }
    std::puts(format_row("%5ld %11.4f %9.4f %11.4f %9.4f %11.4f %12.3g %11.0f", row).c_str());
    if (watch) {
      watch->epoch({.train_loss = row.train.mean_loss(),
                    .train_accuracy = row.train.accuracy(),
                    .test_loss = row.test.mean_loss(),
                    .test_accuracy = row.test.accuracy()});
      std::puts(watch->norms().c_str());
    }
    std::fflush(stdout);
    if (log) {
      log->row(format_row("%ld,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.0f", row) +
               (watch ? watch->csv_norms() : ""));
    }
    at = {.planned = s.epochs, .epochs = epoch, .train = {}};
    return true;
  };
  try {
    while (at.epochs < s.epochs) {
      run_epoch(at.epochs + 1);
      const bool stopped = stop && stop->signal() != 0;
      const bool is_due = at.epochs % s.save_every == 0 || at.epochs == s.epochs;
      if (!s.save.empty() && (stopped || is_due)) training::save(s.save, run, options);
      if (!stopped || at.epochs == s.epochs) continue;
      std::fprintf(stderr, "Saved behind epoch %ld and %ld samples; to go on: %s\n",
                   static_cast<long>(at.epochs), static_cast<long>(at.train.samples),
                   s.to_resume.c_str());
      return 128 + stop->signal();
    }
  } catch (const std::exception& error) {
    try {
      if (watch) watch->failed(error.what());
    } catch (const std::exception&) {  // the first error is the one to tell
    }
    throw;
  }
  if (watch) std::fputs(watch->diagnosis().c_str(), stdout);
  std::printf("test accuracy: %.4f\n", row.test.accuracy());
  if (std::fflush(stdout) != 0) throw std::runtime_error("cannot write the results");
  return 0;
}

// As one would type it in a shell.
std::string command_line(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    const bool is_plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
             std::string("_./,=:+-").find(c) != std::string::npos;
    });
    std::string quoted;
    for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    text += (text.empty() ? "" : " ") + (is_plain ? word : "'" + quoted + "'");
  }
  return text;
}

// The same command, but from the checkpoint on.
std::vector<std::string> resuming(const std::vector<std::string>& words, const Settings& s) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--resume") {
      ++i;
    } else if (!words[i].starts_with("--resume=")) {
      result.push_back(words[i]);
    }
  }
  result.insert(result.end(), {"--resume", s.save.empty() ? s.resume : s.save});
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains a multi-layer perceptron to tell pictures apart.", "train");
  Settings settings;
  try {
    add_options(app, settings);
    add_checkpoint_options(app, settings);
    app.parse(argc, argv);
    std::vector<std::string> words(argv, argv + argc);
    settings.to_resume = command_line(resuming(words, settings));
    words[0] = "train";
    settings.command = command_line(words);
    return train(std::move(settings));
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "train: %s (see train --help)\n", error.what());
    return 1;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "train: there is not enough memory for this\n");
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train: %s\n", error.what());
    return 1;
  }
}
