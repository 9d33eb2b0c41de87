// SPDX-License-Identifier: MIT
// A table in a file that is whole at every moment.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "mlp/whole_file.hpp"

namespace mlp {

/// Every row() replaces the file by a new one with one row more, so that it always has whole rows,
/// and an older file stays until the first row is there.
///
///     CsvLog log("run.csv", "epoch,loss");
///     log.row("1,0.5");
///
/// A table that is continued has rows behind its header already: "epoch,loss\n1,0.5".
///
/// Throws as WholeFile.
class CsvLog {
 public:
  CsvLog(std::filesystem::path file, const std::string& header)
      : file_(std::move(file)), text_(header + "\n") {}

  void row(const std::string& values) {
    text_ += values + "\n";
    file_.replace(text_);
  }

 private:
  WholeFile file_;
  std::string text_;
};

}  // namespace mlp
