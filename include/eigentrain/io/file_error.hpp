// SPDX-License-Identifier: MIT
// What is wrong with a file.
#pragma once

#include <stdexcept>
#include <string>

namespace eigentrain {

/// A file can't be read or written, or isn't what it should be. what() is a sentence that begins
/// with the file's name:
///
///     run.safetensors: model.fc1.weight: the file has F32 [3, 4], but F32 [3, 5] is needed
class FileError : public std::runtime_error {
 public:
  /// Of bytes in memory, where there is no file.
  explicit FileError(const std::string& fault) : FileError({}, fault) {}
  /// The message is "file: fault".
  FileError(const std::string& file, const std::string& fault)
      : std::runtime_error(file.empty() ? fault : file + ": " + fault),
        file_(file),
        fault_(fault) {}

  /// Its name as it was given; empty for bytes in memory.
  const std::string& file() const { return file_; }
  /// The sentence without the name.
  const std::string& fault() const { return fault_; }

 private:
  std::string file_, fault_;
};

}  // namespace eigentrain
