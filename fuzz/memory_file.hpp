// SPDX-License-Identifier: MIT
// Bytes for those who read files (Linux).
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "holds.hpp"

namespace fuzz {

/// A file in memory that can be opened by a path.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : descriptor_(memfd_create(name, 0)) {
    holds(descriptor_ >= 0, "there is room for a file");
  }
  MemoryFile(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  void write(const std::uint8_t* bytes, std::size_t size) const {
    const bool written = ftruncate(descriptor_, 0) == 0 &&
                         pwrite(descriptor_, bytes, size, 0) == static_cast<ssize_t>(size);
    holds(written, "a file can be written");
  }

 private:
  int descriptor_;
};

}  // namespace fuzz
