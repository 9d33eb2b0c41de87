// SPDX-License-Identifier: MIT
// Runs of the trainer that end early and go on in another process, to the same bits.

#include "support/catch.hpp"

#ifdef EIGENTRAIN_TRAINER

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "scratch.hpp"
#include "trainer.hpp"

using scratch::Folder;
using trainer::check_refused;
using trainer::lines;
using trainer::Run;
using trainer::train;

namespace {

const std::string spirals = "--data spirals --hidden 16,16 --limit 1500 --batch-size 100 ";

// The rows that are printed, without the speed; with --monitor the lines of norms, too.
std::vector<std::string> table(const std::string& out) {
  std::vector<std::string> rows;
  for (std::string line : lines(out)) {
    if (!line.starts_with("  ") || line.ends_with("before clipping")) continue;
    if (line[4] != ' ') line.resize(74);
    rows.push_back(line);
  }
  return rows;
}

// A log without the speeds, which the eighth column is.
std::vector<std::string> log_of(const std::filesystem::path& file) {
  std::vector<std::string> rows = lines(scratch::read(file));
  for (std::string& row : rows) {
    std::size_t begin = 0;
    for (int comma = 0; comma < 7; ++comma) begin = row.find(',', begin) + 1;
    row.erase(begin, std::min(row.find(',', begin), row.size()) - begin);
  }
  return rows;
}

// A page without its command.
std::string page_of(const std::filesystem::path& file) {
  std::string html = scratch::read(file);
  const std::size_t begin = html.find("<code"), end = html.find("</code>");
  REQUIRE(end != std::string::npos);
  return html.erase(begin, end - begin);
}

enum class When {
  at_once,     // before the first step
  in_an_epoch  // when it has printed the head of its table, or later
};

// What Linux knows of a process: whether it has become the trainer, and has a handler for a signal.
bool catches(pid_t process, int signal) {
  const std::string name = std::filesystem::path(EIGENTRAIN_TRAINER).filename().string();
  const std::string status = scratch::read("/proc/" + std::to_string(process) + "/status");
  const std::string word = "SigCgt:";
  const std::size_t at = status.find(word);
  if (at == std::string::npos || !status.starts_with("Name:\t" + name.substr(0, 15) + "\n")) {
    return false;
  }
  return (std::stoull(status.substr(at + word.size()), nullptr, 16) >> (signal - 1) & 1U) != 0;
}

std::string read_some(int pipe) {
  char text[4096];
  const ssize_t size = read(pipe, text, sizeof(text));
  return {text, text + std::max<ssize_t>(size, 0)};
}

// Starts the trainer in a folder and sends it a signal, with 0 for none. The status is that of a
// shell, or −signal if it ended by one.
Run interrupt(const Folder& folder, const std::string& command, int signal, When when) {
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  std::size_t filled = 0;
  if (signal != 0 && when == When::at_once) {  // it will wait when it wants to print
    const int flags = fcntl(pipe_ends[1], F_GETFL);
    fcntl(pipe_ends[1], F_SETFL, flags | O_NONBLOCK);
    while (write(pipe_ends[1], ".", 1) == 1) ++filled;
    fcntl(pipe_ends[1], F_SETFL, flags);
  }
  const std::string line = "cd " + folder.path().string() + " && exec " + command + " 2> error";
  const pid_t child = fork();
  if (child == 0) {
    ::signal(SIGINT, SIG_DFL);  // a shell's background job has it ignored
    dup2(pipe_ends[1], 1);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(127);
  }
  close(pipe_ends[1]);
  int status = 0;
  bool ended = false;
  std::string out, more;
  if (filled > 0) {
    while (!ended && !catches(child, signal)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ended = waitpid(child, &status, WNOHANG) == child;
    }
  } else if (signal != 0) {
    do {
      out += more = read_some(pipe_ends[0]);
    } while (!more.empty() && out.find("samples/s") == std::string::npos);
  }
  if (!ended && signal != 0) kill(child, signal);
  do {
    out += more = read_some(pipe_ends[0]);
  } while (!more.empty());
  close(pipe_ends[0]);
  if (!ended) waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), out.substr(filled),
          scratch::read(folder / "error")};
}

}  // namespace

TEST_CASE("a run that goes on in another process ends with the bits of one that never stopped") {
  const std::string options = GENERATE(
      as<std::string>{},
      "--schedule constant --dropout 0.2 --norm batch --monitor-every 3 --monitor ",
      "--schedule plateau --plateau-patience 0 --learning-rate 1e-6 --optimizer sgd --momentum 0.9 "
      "--clip-norm 0.5 --clip-value 0.1",
      "--schedule constant --optimizer muon_with_adamw --clip-norm 1 --batch-growth 2",
      "--schedule constant --optimizer schedule_free_adamw --warmup 5",
      "--schedule constant --optimizer lamb --activation selu --dropout 0.1 --dropout-kind alpha");
  INFO(options);
  const Folder straight, stopped;
  const auto run = [&](const Folder& folder, const std::string& more) {
    const std::string monitor =
        options.ends_with("--monitor ") ? (folder / "page.html").string() : "";
    const Run result =
        train(spirals + options + monitor + " --csv " + (folder / "log.csv").string() + more);
    INFO(result.error);
    REQUIRE(result.status == 0);
    return result.out;
  };
  const std::string file = (stopped / "run.st").string();
  const auto whole = table(run(straight, " --epochs 4 --save " + (straight / "run.st").string()));
  auto parts = table(run(stopped, " --epochs 2 --save " + file));
  const auto rest = table(run(stopped, " --epochs 4 --resume=" + file));
  REQUIRE(rest.size() == parts.size());
  parts.insert(parts.end(), rest.begin(), rest.end());
  CHECK(parts == whole);
  CHECK(parts.size() >= 4);
  CHECK(scratch::read(stopped / "run.st") == scratch::read(straight / "run.st"));
  CHECK(log_of(stopped / "log.csv") == log_of(straight / "log.csv"));
  CHECK(log_of(stopped / "log.csv").size() == 5);
  if (std::filesystem::exists(straight / "page.html")) {
    CHECK(page_of(stopped / "page.html") == page_of(straight / "page.html"));
  }
  const Run complete = train(spirals + options + (options.ends_with(' ') ? "x.html" : "") +
                             " --epochs 4 --resume " + file);
  CHECK(complete.status == 0);
  CHECK_THAT(complete.out, ContainsSubstring("all of the 4 epochs are done"));
}

TEST_CASE("Ctrl-C saves after the step, and the line that is printed then goes on exactly") {
  const Folder folder, straight;
  const std::string first = EIGENTRAIN_TRAINER
      " --data spirals --hidden 16 --limit 300 --batch-size 128 --epochs 3 --dropout 0.1 --norm "
      "batch --optimizer sgd --momentum 0.9 --csv log.csv --monitor 'a page.html' --monitor-every "
      "2 "
      "--save run.st";
  const Run whole = interrupt(straight, first, 0, When::at_once);
  REQUIRE(whole.status == 0);

  std::string command = first;
  std::vector<std::string> rows, places;
  const std::string words = "; to go on: ";
  Run run;
  for (int signal = SIGINT; places.size() < 20; signal = signal == SIGINT ? SIGTERM : SIGINT) {
    run = interrupt(folder, command, signal, When::at_once);
    INFO(run.out << run.error);
    for (const std::string& row : table(run.out)) rows.push_back(row);
    if (run.status == 0) break;
    REQUIRE(run.status == 128 + signal);
    REQUIRE(lines(run.error).size() == 1);
    const std::size_t at = run.error.find(words);
    REQUIRE(at != std::string::npos);
    places.push_back(run.error.substr(0, at));
    command = lines(run.error.substr(at + words.size())).front();
    CHECK(command == first + " --resume run.st");
  }
  // A step each. With the last one everything was done.
  CHECK(places ==
        std::vector<std::string>{
            "Saved behind epoch 0 and 128 samples", "Saved behind epoch 0 and 256 samples",
            "Saved behind epoch 1 and 0 samples", "Saved behind epoch 1 and 128 samples",
            "Saved behind epoch 1 and 256 samples", "Saved behind epoch 2 and 0 samples",
            "Saved behind epoch 2 and 128 samples", "Saved behind epoch 2 and 256 samples"});
  CHECK(rows == table(whole.out));
  CHECK(rows.size() > 3);
  CHECK(lines(run.out).back() == lines(whole.out).back());
  CHECK(scratch::read(folder / "run.st") == scratch::read(straight / "run.st"));
  CHECK(log_of(folder / "log.csv") == log_of(straight / "log.csv"));
  CHECK(page_of(folder / "a page.html") == page_of(straight / "a page.html"));
}

TEST_CASE("Ctrl-C at any time saves with --save, and ends the trainer as usual without it") {
  const Folder folder;
  const std::string endless =
      EIGENTRAIN_TRAINER " --data spirals --epochs 100000 --schedule constant";
  CHECK(interrupt(folder, endless, SIGINT, When::in_an_epoch).status == -SIGINT);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  for (const std::string more : {" --save run.st", " --resume run.st"}) {
    const Run run = interrupt(folder, endless + more, SIGINT, When::in_an_epoch);
    INFO(run.error);
    CHECK(run.status == 128 + SIGINT);
    CHECK_THAT(run.error, EndsWith(" --resume run.st\n"));
  }
  CHECK(std::filesystem::exists(folder / "run.st"));
}

TEST_CASE("a run goes on with the options that it began with, or says in a line which differs") {
  const Folder folder;
  const std::string file = (folder / "run.st").string();
  const std::string log = (folder / "log.csv").string();
  const std::string began = "--data spirals --limit 300 --hidden 8 ";
  REQUIRE(train(began + "--epochs 2 --csv " + log + " --save " + file).status == 0);
  const std::string bytes = scratch::read(file);
  const auto refused = [&](const std::string& options, const std::string& why) {
    check_refused(options + " --resume " + file, why);
    CHECK(scratch::read(file) == bytes);
  };
  const std::string more = began + "--epochs 3 ";
  refused("--data spirals --limit 300 --epochs 3 --hidden 8,9", "--hidden was 8, and is now 8,9;");
  refused("--data spirals --limit 299 --epochs 3 --hidden 8", "--data was 300 samples");
  refused(more + "--optimizer sgd", file + ": --optimizer was adamw, and is now sgd;");
  refused(more + "--seed 1", "--seed was 42, and is now 1;");
  refused(more + "--batch-size 64", "--batch-size was 128, and is now 64;");
  refused(more + "--norm batch", "--norm was none, and is now batch;");
  refused(more + "--learning-rate 0.1", "--learning-rate was not given, and is now 0.1;");
  refused(more + "--monitor " + (folder / "x.html").string(), "--monitor was not given, and is");
  refused(began + "--epochs 1", "--epochs: " + file + " has 2 epochs behind it, got 1");
  refused(more + "--csv " + (folder / "none.csv").string(), "none.csv: No such file");
  refused(more + "--save " + (folder / "none/run.st").string(), "none/run.st: No such file");
  refused(more + "--save-every 0", "--save-every");
  check_refused(more + "--resume " + (folder / "none").string(), "none: No such file");
  check_refused(more + "--save /dev/full", "/dev/full: is not a regular file");

  const auto with_log = [&](const std::string& text) {
    scratch::write(folder / "log.csv", {text.begin(), text.end()});
  };
  const std::string whole = scratch::read(log);
  with_log("epoch\n1\n2\n");
  refused(more + "--csv " + log, log + ": has another header");
  with_log(whole.substr(0, whole.rfind("2,")));
  refused(more + "--csv " + log, log + ": has no row of epoch 2");
  with_log(whole + "3,a row that was written before the machine stopped\n");
  CHECK(train(more + "--csv " + log + " --resume " + file + " --save " + file + "2").status == 0);
  CHECK(lines(scratch::read(log)).size() == 4);
  CHECK_THAT(scratch::read(log), StartsWith(whole + "3,1."));
  CHECK(scratch::read(file) == bytes);
}

TEST_CASE("a file that is no whole checkpoint is refused in a line") {
  const Folder folder;
  const std::string file = (folder / "run.st").string();
  const std::string run = "--data spirals --limit 300 --hidden 8 ";
  REQUIRE(train(run + "--epochs 1 --save " + file).status == 0);
  const std::string bytes = scratch::read(file);
  const auto refused = [&](const std::string& text, const std::string& why) {
    scratch::write(folder / "run.st", {text.begin(), text.end()});
    check_refused(run + "--epochs 2 --resume " + file, file + ": " + why);
  };
  refused("", "");
  refused(bytes.substr(0, 1000), "its header can't have");
  refused(bytes.substr(0, bytes.size() - 1), "");
  // Sound, but for numbers that can't be.
  const auto changed = [&](const std::string& tensor, std::int64_t value) {
    std::uint64_t header = 0;
    for (int i = 7; i >= 0; --i) {
      header = header << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    }
    const std::string key = "\"" + tensor + "\":{\"data_offsets\":[";
    const std::size_t at = bytes.find(key);
    REQUIRE(at != std::string::npos);
    std::string copy = bytes;
    const std::size_t place = 8 + header + std::stoull(bytes.substr(at + key.size(), 20));
    for (std::size_t i = 0; i < 8; ++i) copy[place + i] = static_cast<char>(value >> (8 * i));
    return copy;
  };
  refused(changed("batches.order", -1), "batches: Batches: an order has each of 300 samples once");
  refused(changed("batches.done", 301), "batches: Batches: done must be in [0, 300], got 301");
  refused(changed("position.samples", 128), "position.samples: is 128, but batches.done is 300");
  refused(changed("position.epochs", -1), "position: has a number that can't be");
  refused(changed("position.correct", 1), "position: has a number that can't be");
}

#endif
