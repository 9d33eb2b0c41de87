// SPDX-License-Identifier: MIT
// A table in a file that is whole at every moment.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

namespace mlp {

/// Every row() replaces the file by a new one with one row more: written beside it, then renamed
/// over it. So whoever reads it, and whenever the program ends, finds whole rows; and until the
/// first row is there, an older file stays as it was.
///
///     CsvLog log("run.csv", "epoch,loss");
///     log.row("1,0.5");
///
/// Throws std::runtime_error, naming the file, if it can't be written: already when made, not only
/// after the first hour of work. Nothing is left behind then.
class CsvLog {
 public:
  CsvLog(std::filesystem::path file, const std::string& header)
      : file_(std::move(file)), partial_(file_), text_(header + "\n") {
    partial_ += ".partial";
    // Renaming would put a plain file in the place of a device.
    if (std::filesystem::exists(file_) && !std::filesystem::is_regular_file(file_)) {
      throw std::runtime_error(file_.string() + ": is not a regular file");
    }
    write();
    std::filesystem::remove(partial_);
  }

  void row(const std::string& values) {
    text_ += values + "\n";
    write();
    std::error_code error;
    std::filesystem::rename(partial_, file_, error);
    if (error) fail(error.message());
  }

 private:
  void write() const {
    std::FILE* out = std::fopen(partial_.c_str(), "w");
    if (out == nullptr) throw std::runtime_error(file_.string() + ": " + std::strerror(errno));
    const bool written = std::fwrite(text_.data(), 1, text_.size(), out) == text_.size();
    const bool closed = std::fclose(out) == 0;
    if (!written || !closed) fail(std::strerror(errno));
  }

  [[noreturn]] void fail(const std::string& why) const {
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
    throw std::runtime_error(file_.string() + ": " + why);
  }

  std::filesystem::path file_;
  std::filesystem::path partial_;
  std::string text_;
};

}  // namespace mlp
