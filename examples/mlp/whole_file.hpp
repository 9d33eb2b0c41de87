// SPDX-License-Identifier: MIT
// A file that is whole at every moment.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace mlp {

/// replace() writes a new file beside the old one, then renames it over that. So whoever reads it,
/// and whenever the program ends, finds a whole one; and until the first is there, an older file
/// stays as it was.
///
///     WholeFile page("run.html");
///     page.replace("<!DOCTYPE html>...");
///
/// Throws std::runtime_error, naming the file, if it can't be written: already when made, not only
/// after the first hour of work. Nothing is left behind then.
class WholeFile {
 public:
  explicit WholeFile(std::filesystem::path file) : file_(std::move(file)), partial_(file_) {
    partial_ += ".partial";
    // Renaming would put a plain file in the place of a device.
    if (std::filesystem::exists(file_) && !std::filesystem::is_regular_file(file_)) {
      throw std::runtime_error(file_.string() + ": is not a regular file");
    }
    write("\n");  // a byte, so that a full disk shows
    std::filesystem::remove(partial_);
  }

  const std::filesystem::path& path() const { return file_; }

  void replace(std::string_view text) {
    write(text);
    std::error_code error;
    std::filesystem::rename(partial_, file_, error);
    if (error) fail(error.message());
  }

 private:
  void write(std::string_view text) const {
    std::FILE* out = std::fopen(partial_.c_str(), "w");
    if (out == nullptr) throw std::runtime_error(file_.string() + ": " + std::strerror(errno));
    const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
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
};

}  // namespace mlp
