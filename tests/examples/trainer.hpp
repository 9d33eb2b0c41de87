// SPDX-License-Identifier: MIT
// Starts the trainer, for tests that see it as its users do. EIGENTRAIN_TRAINER is the program.
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "scratch.hpp"
#include "support/catch.hpp"

namespace trainer {

using scratch::Folder;

/// What a run left behind.
struct Run {
  int status = 0;
  std::string out;
  std::string error;
};

/// Runs it to the end.
inline Run train(const std::string& arguments) {
  const Folder folder;
  const std::string command = std::string(EIGENTRAIN_TRAINER) + " " + arguments + " > " +
                              (folder / "out").string() + " 2> " + (folder / "error").string();
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, scratch::read(folder / "out"),
          scratch::read(folder / "error")};
}

inline std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> result;
  for (std::string line; std::getline(in, line);) result.push_back(line);
  return result;
}

/// The rows of a log without the last column, which is a speed.
inline std::vector<std::string> figures(const std::filesystem::path& log) {
  std::vector<std::string> rows = lines(scratch::read(log));
  for (std::string& row : rows) row.erase(row.rfind(','));
  return rows;
}

/// An error in one line.
inline void check_refused(const std::string& arguments, const std::string& why) {
  const Run run = train(arguments);
  INFO(arguments << "\n" << run.out << run.error);
  CHECK(run.status == 1);
  CHECK_THAT(run.error, StartsWith("train: "));
  CHECK_THAT(run.error, ContainsSubstring(why));
  CHECK(std::count(run.error.begin(), run.error.end(), '\n') == 1);
}

}  // namespace trainer
