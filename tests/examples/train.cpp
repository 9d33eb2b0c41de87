// SPDX-License-Identifier: MIT
// The trainer as its users see it: what it prints, what it writes, how it ends.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "scratch.hpp"
#include "support/catch.hpp"
#include "xml.hpp"

#ifdef EIGENTRAIN_TRAINER

#include "trainer.hpp"

using scratch::Folder;
using trainer::check_refused;
using trainer::figures;
using trainer::lines;
using trainer::Run;
using trainer::train;

namespace {

double accuracy(const Run& run) {
  INFO(run.out << run.error);
  REQUIRE(run.status == 0);
  const std::string last = lines(run.out).back();
  const std::string words = "test accuracy: ";
  REQUIRE(last.size() == words.size() + 6);
  REQUIRE(last.starts_with(words));
  return std::stod(last.substr(words.size()));
}

const std::string spirals = "--data spirals --hidden 32,32 ";

}  // namespace

TEST_CASE("the trainer learns spirals, and says so in its last line") {
  const Run run = train(spirals + "--learning-rate 0.01 --epochs 10");
  CHECK(accuracy(run) > 0.97);
  CHECK(run.error.empty());
  CHECK_THAT(run.out, ContainsSubstring("spirals: 20000 samples to train on, 4000 to test on\n"));
  CHECK_THAT(run.out, ContainsSubstring("2-32-32-3, 1251 parameters, adamw"));
}

TEST_CASE("every optimizer, schedule, layer and initializer learns") {
  for (const std::string arguments :
       {"--optimizer sgd --momentum 0.9",
        "--optimizer rmsprop",
        "--optimizer adam",
        "--optimizer adamw --schedule constant",
        "--schedule step",
        "--schedule exponential",
        "--schedule one-cycle",
        "--schedule cosine-restarts --warmup 20",
        "--schedule plateau --plateau-metric accuracy",
        "--warmup 50",
        "--clip-norm 1",
        "--clip-value 0.1",
        "--schedule one-cycle --cycle-momentum",
        "--schedule one-cycle --cycle-momentum --optimizer adam",
        "--schedule one-cycle --cycle-momentum --optimizer sgd",
        "--batch-norm",
        "--norm batch --norm-momentum 0.3 --norm-epsilon 1e-3",
        "--norm layer",
        "--norm group --groups 4",
        "--norm instance",
        "--norm rms --residual",
        "--activation selu --init lecun-normal --batch-size 32",
        "--dropout 0.05",
        "--dropout 0.05 --dropout-kind channel --groups 32",
        "--dropout 0.05 --dropout-kind gaussian",
        "--dropout 0.02 --dropout-kind alpha --activation selu --batch-size 16",
        "--dropout 0.1 --dropout-kind drop-path --residual",
        "--init he-uniform",
        "--init he-truncated-normal",
        "--init xavier-normal",
        "--init xavier-uniform",
        "--init xavier-truncated-normal",
        "--init lecun-normal",
        "--init lecun-uniform",
        "--init lecun-truncated-normal",
        "--weight-decay 1e-4 --optimizer adam"}) {
    INFO(arguments);
    const std::string rate = arguments.find("sgd") == std::string::npos ? "0.01" : "0.1";
    CHECK(accuracy(train(spirals + "--epochs 4 --learning-rate " + rate + " " + arguments)) > 0.6);
  }
}

TEST_CASE("every optimizer of the library can be had by its name") {
  for (const std::string name :
       {"signum",
        "rms_prop",
        "adagrad",
        "adadelta",
        "rprop --batch-size 20000",
        "amsgrad",
        "amsgradw",
        "adamax",
        "nadam",
        "radam",
        "adabelief",
        "yogi",
        "adan",
        "lion",
        "lamb",
        "lars",
        "adafactor",
        "muon_with_adamw",
        "schedule_free_sgd",
        "schedule_free_adamw",
        "prodigy",
        "adamw --optimizer-option beta2=0.98 --optimizer-option epsilon=1e-6"}) {
    INFO(name);
    CHECK(accuracy(train(spirals + "--epochs 4 --optimizer " + name)) > 0.4);
  }
}

TEST_CASE("batches grow as they are told to, and learn") {
  const Run run =
      train(spirals + "--schedule constant --learning-rate 0.01 --epochs 8 " +
            "--batch-size 32 --batch-growth 4 --batch-growth-every 2 " + "--batch-largest 1000");
  CHECK(accuracy(run) > 0.97);
  CHECK_THAT(run.out, ContainsSubstring("constant schedule, batches of 32 to 1000\n"));
  // The rate is a function of the steps: 4 epochs of 10, 5, 3 and 2 are 20.
  const Run falling = train(
      "--data spirals --hidden 8 --limit 1000 --epochs 4 --batch-size 100 "
      "--batch-growth 2 --schedule exponential --learning-rate 1e-3");
  CHECK_THAT(falling.out, ContainsSubstring("batches of 100 to 800\n"));
  std::vector<double> rates;
  for (const std::string& line : lines(falling.out)) {
    std::istringstream columns(line);
    std::vector<double> values;
    for (double value; columns >> value;) values.push_back(value);
    if (values.size() == 8) rates.push_back(values[6]);
  }
  REQUIRE(rates.size() == 4);
  const double steps[] = {0, 10, 15, 18};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(rates[i] == Approx(1e-3 * std::pow(0.01, steps[i] / 20)).epsilon(0.006));
  }
}

TEST_CASE("a plateau of the test loss cuts the rate to 0.3 of it") {
  const Run run = train(
      "--data spirals --hidden 4 --limit 500 --epochs 12 --schedule plateau "
      "--plateau-patience 0 --optimizer sgd --learning-rate 1e-9");
  std::vector<double> rates;
  for (const std::string& line : lines(run.out)) {
    std::istringstream columns(line);
    std::vector<double> values;
    for (double value; columns >> value;) values.push_back(value);
    if (values.size() == 8) rates.push_back(values[6]);
  }
  REQUIRE(rates.size() == 12);
  CHECK(rates[0] == Approx(1e-9));  // such a rate makes nothing better
  for (std::size_t i = 2; i < 12; ++i) CHECK(rates[i] == Approx(0.3 * rates[i - 1]).epsilon(0.01));
  check_refused("--schedule best", "best");
  check_refused("--schedule plateau --plateau-metric luck", "luck");
  check_refused("--schedule plateau --plateau-patience -1", "--plateau-patience");
}

TEST_CASE("the same seed gives the same figures, and another seed others") {
  const Folder folder;
  const auto figures_of = [&](const std::string& seed) {
    const std::string log = (folder / "log.csv").string();
    CHECK(train(spirals + "--epochs 2 --dropout 0.1 --batch-norm --csv " + log + " --seed " + seed)
              .status == 0);
    return figures(log);
  };
  const std::vector<std::string> seven = figures_of("7");
  CHECK(figures_of("7") == seven);
  CHECK(figures_of("8") != seven);
}

TEST_CASE("every layer and the cycled momentum change the figures, and their aliases do not") {
  const Folder folder;
  const auto figures_with = [&](const std::string& more) {
    const std::string log = (folder / "log.csv").string();
    INFO(more);
    CHECK(train(spirals + "--epochs 1 --limit 2000 --schedule one-cycle --csv " + log + more)
              .status == 0);
    return figures(log);
  };
  CHECK(figures_with(" --batch-norm") == figures_with(" --norm batch"));
  CHECK(figures_with(" --norm group") == figures_with(" --norm group --groups 8"));
  std::set<std::vector<std::string>> seen;
  const std::vector<std::string> ways = {"",
                                         " --norm batch",
                                         " --norm layer",
                                         " --norm group",
                                         " --norm group --groups 4",
                                         " --norm instance",
                                         " --norm rms",
                                         " --norm rms --norm-epsilon 0.1",
                                         " --norm batch --norm-momentum 0.3",
                                         " --dropout 0.1",
                                         " --dropout 0.1 --dropout-kind channel",
                                         " --dropout 0.1 --dropout-kind gaussian",
                                         " --activation selu --dropout 0.1",
                                         " --activation selu --dropout 0.1 --dropout-kind alpha",
                                         " --residual",
                                         " --residual --dropout 0.1",
                                         " --residual --dropout 0.1 --dropout-kind drop-path",
                                         " --cycle-momentum",
                                         " --cycle-momentum --warmup 5",
                                         " --cycle-momentum --optimizer adam"};
  for (const std::string& way : ways) seen.insert(figures_with(way));
  CHECK(seen.size() == ways.size());
}

TEST_CASE("the log has a row for every epoch, with the figures that are printed") {
  const Folder folder;
  const Run run = train(spirals + "--epochs 3 --csv " + (folder / "log.csv").string());
  const std::vector<std::string> rows = figures(folder / "log.csv");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0] ==
        "epoch,train_loss,train_accuracy,test_loss,test_accuracy,gradient_norm,learning_rate");
  for (std::size_t i = 1; i <= 3; ++i) {
    CHECK_THAT(rows[i], StartsWith(std::to_string(i) + ","));
    CHECK(std::count(rows[i].begin(), rows[i].end(), ',') == 6);
  }
  std::istringstream last(rows[3]);
  std::vector<double> values;
  for (std::string value; std::getline(last, value, ',');) values.push_back(std::stod(value));
  CHECK(values[4] == Approx(accuracy(run)).margin(5e-5));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("the trainer reads a folder in the format of MNIST") {
  // Two kinds of pictures, of 2×2: bright above, bright below.
  const Folder folder;
  for (const auto& [part, size] : {std::pair{"train", 100U}, std::pair{"t10k", 20U}}) {
    scratch::Bytes images, labels;
    for (std::uint32_t i = 0; i < size; ++i) {
      const std::uint8_t top = i % 2 == 0 ? 200 : 10;
      const std::uint8_t bottom = i % 2 == 0 ? 20 : 210;
      images.insert(images.end(), {top, top, bottom, bottom});
      labels.push_back(static_cast<std::uint8_t>(i % 2));
    }
    const std::string name = part;
    scratch::write(folder / (name + "-images-idx3-ubyte.gz"),
                   scratch::gzip(scratch::idx({size, 2, 2}, images)));
    scratch::write(folder / (name + "-labels-idx1-ubyte"), scratch::idx({size}, labels));
  }
  const std::string data = "--data " + folder.path().string() + " --hidden 8 ";
  CHECK(accuracy(train(data + "--batch-size 10 --learning-rate 0.02")) == 1.0);
  CHECK_THAT(train(data + "--limit 60").out, ContainsSubstring("60 samples to train on, 20 to"));
  CHECK(accuracy(train(data + "--batch-size 1000000000000 --learning-rate 0.1")) >= 0.5);
  check_refused(data + "--classes 1", "label 1 must be below 1, got 1");
  check_refused(data + "--batch-norm --batch-size 99", "a single sample");
}

TEST_CASE("what the trainer can't do it says in one line, and leaves nothing behind") {
  const Folder folder;
  const std::string log = " --csv " + (folder / "log.csv").string();
  check_refused("--learning-rat 1", "--learning-rat (see train --help)");
  check_refused("something", "something (see train --help)");
  check_refused("--epochs 0" + log, "--epochs");
  check_refused("--epochs many" + log, "--epochs");
  check_refused("--batch-size 0" + log, "--batch-size");
  check_refused("--batch-growth 0" + log, "--batch-growth");
  check_refused("--batch-growth 1.5" + log, "--batch-growth");
  check_refused("--batch-growth 2 --batch-growth-every 0" + log, "--batch-growth-every");
  check_refused(spirals + "--batch-growth 2 --batch-largest 127" + log,
                "--batch-largest: must be at least --batch-size, 128, got 127");
  check_refused(spirals + "--batch-largest 200" + log, "--batch-largest: needs a --batch-growth");
  check_refused(
      spirals + "--batch-norm --batch-size 100 --batch-growth 10 --epochs 2 --limit 2001" + log,
      "a single sample");
  check_refused("--hidden 3,0" + log, "--hidden");
  check_refused("--optimizer best" + log, "best");
  check_refused("--init zeros" + log, "zeros");
  check_refused(spirals + "--learning-rate -1" + log,
                "--learning-rate: must be in [0, inf), got -1");
  check_refused(spirals + "--learning-rate nan" + log, "got nan");
  check_refused(spirals + "--dropout 1.5" + log, "--dropout: must be in [0, 1], got 1.5");
  check_refused(spirals + "--batch-norm --norm layer" + log, "excludes");
  check_refused(spirals + "--norm everything" + log, "everything");
  check_refused(spirals + "--norm-epsilon 1e-3" + log, "there is no --norm that would add it");
  check_refused(spirals + "--norm layer --norm-epsilon 0" + log, "must be in (0, inf), got 0");
  check_refused(spirals + "--norm layer --norm-momentum 0.5" + log, "only --norm batch remembers");
  check_refused(spirals + "--norm batch --norm-momentum 2" + log, "must be in [0, 1], got 2");
  check_refused(spirals + "--groups 4" + log, "only --norm group, --norm instance and");
  check_refused(spirals + "--norm group --groups 5" + log,
                "--groups: a hidden layer of 32 can't be divided into 5 groups of equal size, with "
                "2 outputs at least");
  check_refused(spirals + "--norm instance --groups 32" + log, "2 outputs at least");
  check_refused(spirals + "--dropout 0.1 --dropout-kind channel --groups 7" + log, "into 7 groups");
  check_refused(spirals + "--dropout-kind channel" + log, "--dropout-kind requires --dropout");
  check_refused(spirals + "--dropout 0.1 --dropout-kind some" + log, "some");
  check_refused(spirals + "--dropout 0.1 --dropout-kind alpha" + log, "needs --activation selu");
  check_refused(spirals + "--dropout 0.1 --dropout-kind drop-path" + log, "needs --residual");
  check_refused(spirals + "--dropout 1 --dropout-kind gaussian" + log, "must be below 1");
  check_refused("--data spirals --hidden 32,16 --residual" + log, "--residual: no hidden layer");
  check_refused(spirals + "--activation tanh" + log, "tanh");
  check_refused(spirals + "--cycle-momentum" + log, "goes with --schedule one-cycle, not cosine");
  const std::string cycle = spirals + "--schedule one-cycle --cycle-momentum ";
  check_refused(cycle + "--optimizer lion" + log, "sgd, adam or adamw");
  check_refused(cycle + "--optimizer-option beta2=0.9" + log, "without --optimizer-option");
  check_refused(cycle + "--optimizer sgd --momentum 0.9" + log, "--cycle-momentum sets it already");
  check_refused(spirals + "--momentum 1 --optimizer sgd" + log,
                "momentum must be in [0, 1), got 1");
  check_refused(spirals + "--momentum 0.5" + log, "adamw has no option \"momentum\"");
  check_refused(spirals + "--optimizer-option beta2" + log, "must be <name>=<number>");
  check_refused(spirals + "--optimizer-option gamma=1" + log, "adamw has no option \"gamma\"");
  check_refused(spirals + "--optimizer lion --monitor x.html --clip-norm 1" + log,
                "the monitor would, too");
  check_refused(spirals + "--clip-norm 0" + log, "got 0");
  check_refused(spirals + "--clip-value nan" + log, "got nan");
  check_refused(spirals + "--weight-decay -1" + log, "got -1");
  check_refused("--data " + folder.path().string() + log, "there is no train-images-idx3-ubyte");
  check_refused(spirals + "--csv " + (folder / "none/log.csv").string(), "No such file");
  check_refused(spirals + "--csv /dev/full", "/dev/full: is not a regular file");
  check_refused(spirals + "--monitor /dev/full", "/dev/full: is not a regular file");
  check_refused(spirals + "--monitor " + (folder / "none/page.html").string() + log,
                "none/page.html: No such file");
  check_refused(spirals + "--monitor-every 0" + log, "--monitor-every");
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a run that diverges is an error, not a table of NaN") {
  const Folder folder;
  check_refused(spirals + "--optimizer sgd --learning-rate 1e30 --schedule constant --csv " +
                    (folder / "log.csv").string(),
                "diverged; try a smaller --learning-rate");
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("--monitor adds the tensors' norms to the table and the log, and writes a page") {
  const Folder folder;
  const std::string page = (folder / "page.html").string();
  const std::string log = (folder / "log.csv").string();
  const Run run = train(spirals + "--epochs 2 --learning-rate 0.01 --clip-norm 2 --monitor " +
                        page + " --csv " + log);
  CHECK(accuracy(run) > 0.4);
  const std::vector<std::string> rows = lines(scratch::read(log));
  REQUIRE(rows.size() == 3);
  CHECK_THAT(rows[0], EndsWith("samples_per_second,gradient_norm_fc1.weight,gradient_norm_fc1.bias,"
                               "gradient_norm_fc2.weight,gradient_norm_fc2.bias,"
                               "gradient_norm_fc3.weight,gradient_norm_fc3.bias"));
  for (std::size_t i = 1; i <= 2; ++i) {
    std::istringstream row(rows[i]);
    std::vector<double> values;
    for (std::string value; std::getline(row, value, ',');) values.push_back(std::stod(value));
    REQUIRE(values.size() == 14);
    double squares = 0.0;
    for (std::size_t k = 8; k < 14; ++k) squares += values[k] * values[k];
    CHECK(std::sqrt(squares) == Approx(values[5]).epsilon(0.5));  // of some steps, and of all
    char text[32];
    std::snprintf(text, sizeof(text), "fc3.bias   %.3g", values[13]);
    CHECK_THAT(run.out, ContainsSubstring(text));
  }
  CHECK_THAT(run.out, ContainsSubstring("\nlayers: "));
  CHECK_THAT(run.out, ContainsSubstring("\nsuggested --clip-norm: "));
  CHECK_THAT(run.out, ContainsSubstring("\nall curves: " + page + "\n"));

  const std::string html = scratch::read(page);
  CHECK(xml::is_well_formed(html));
  CHECK(html.size() < 1'000'000);
  CHECK(xml::count(html, "<svg class=\"chart\"") == 6);
  CHECK_THAT(html, ContainsSubstring("<title>Training on spirals</title>"));
  CHECK_THAT(html, ContainsSubstring("--clip-norm 2 --monitor " + page));
  CHECK_THAT(html, ContainsSubstring("clipped at 2<"));
  CHECK_THAT(html, ContainsSubstring("<td>fc3.bias</td>"));
  const std::string last = lines(run.out).back();
  CHECK_THAT(html, ContainsSubstring("<b>" + last.substr(last.size() - 6) + "</b><span>test acc"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("--monitor alone writes monitor.html, and changes no figure") {
  const Folder folder;
  const std::string here = "cd " + folder.path().string() + " && ";
  const auto figures_with = [&](const std::string& more) {
    const std::string command = here + EIGENTRAIN_TRAINER + " " + spirals +
                                "--epochs 2 --csv log.csv " + more + " > out 2> error";
    CHECK(std::system(command.c_str()) == 0);
    std::vector<std::string> rows = lines(scratch::read(folder / "log.csv"));
    rows.erase(rows.begin());
    for (std::string& row : rows) {  // what stands before the speed
      std::size_t end = 0;
      for (int comma = 0; comma < 7; ++comma) end = row.find(',', end) + 1;
      row.erase(end);
    }
    return rows;
  };
  const auto plain = figures_with("");
  CHECK_FALSE(std::filesystem::exists(folder / "monitor.html"));
  CHECK(figures_with("--monitor --monitor-every 3") == plain);
  const std::string parts = "--optimizer muon_with_adamw ";
  CHECK(figures_with(parts + "--monitor --monitor-every 3") == figures_with(parts));
  CHECK(xml::is_well_formed(scratch::read(folder / "monitor.html")));
}

TEST_CASE("every layer is looked at once an epoch at least") {
  const Folder folder;
  const std::string log = (folder / "log.csv").string();
  const Run run = train(spirals + "--epochs 3 --batch-size 2000 --batch-growth 5 --monitor " +
                        (folder / "page.html").string() + " --monitor-every 1000 --csv " + log);
  CHECK(run.status == 0);
  std::vector<std::string> rows = lines(scratch::read(log));
  REQUIRE(rows.size() == 4);
  for (std::string& row : rows) {
    std::size_t end = 0;
    for (int comma = 0; comma < 8; ++comma) end = row.find(',', end) + 1;
    row.erase(0, end);
  }
  CHECK(rows[1] != rows[2]);
  CHECK(rows[2] != rows[3]);
}

TEST_CASE("a run that diverges leaves a page that says so") {
  const Folder folder;
  const std::string page = (folder / "page.html").string();
  check_refused(
      spirals + "--optimizer sgd --learning-rate 1e30 --schedule constant --monitor " + page,
      "diverged; try a smaller --learning-rate");
  const std::string html = scratch::read(page);
  CHECK(xml::is_well_formed(html));
  CHECK_THAT(html, ContainsSubstring("the training has diverged"));
}

TEST_CASE("what stands on the command line is text on the page, as it would be typed again") {
  const Folder folder;
  const std::filesystem::path page = folder / "<b>&'";
  const std::string typed = "'" + folder.path().string() + "/<b>&'\\'''";
  CHECK(train(spirals + "--epochs 1 --monitor " + typed).status == 0);
  const std::string html = scratch::read(page);
  CHECK(xml::is_well_formed(html));
  CHECK_THAT(html, ContainsSubstring("/&lt;b&gt;&amp;&#39;\\&#39;&#39;&#39;</code>"));
}

TEST_CASE("results that can't be written are an error") {
  const std::string command =
      std::string(EIGENTRAIN_TRAINER) + " " + spirals + "--epochs 1 > /dev/full 2> /dev/null";
  CHECK(WEXITSTATUS(std::system(command.c_str())) == 1);
}

TEST_CASE("help is no error") {
  const Run run = train("--help");
  CHECK(run.status == 0);
  CHECK(run.error.empty());
  for (const std::string option :
       {"--data", "--hidden", "--norm", "--dropout-kind", "drop-path", "--learning-rate",
        "--clip-norm", "--csv", "--monitor", "--save", "--resume"}) {
    CHECK_THAT(run.out, ContainsSubstring(option));
  }
}

#endif
