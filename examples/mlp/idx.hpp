// SPDX-License-Identifier: MIT
// Reads IDX files, the format of MNIST and its relatives, plain or gzip'd.
//
//   bytes 0, 1   zero
//   byte 2       the type of the values; 8 is unsigned byte, the only one that MNIST uses
//   byte 3       the number of dimensions
//   then         the dimensions, 32 bits each, big-endian; then the values, last dimension fastest
//
// A header is a claim, not a fact: memory grows with the bytes that arrive, never with what the
// header promises.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "eigentrain/core/check.hpp"

namespace mlp {

/// An array of bytes and its dimensions, as {60000, 28, 28}.
struct Idx {
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> values;
};

/// The most values that a file may claim to hold, 2 GiB of them.
inline constexpr std::int64_t idx_limit = std::int64_t{1} << 31;

namespace detail {

/// A file, unpacked by zlib on the way if it begins as gzip does.
class ByteReader {
 public:
  explicit ByteReader(const std::filesystem::path& path)
      : name_(path.string()), file_(gzopen(path.c_str(), "rb"), gzclose_r) {
    if (file_ == nullptr) throw std::runtime_error(name_ + ": " + std::strerror(errno));
    gzbuffer(file_.get(), 1U << 17U);
  }

  /// Reads up to `size` bytes and returns how many there were.
  std::size_t read(std::uint8_t* target, std::size_t size) {
    const int count = gzread(file_.get(), target, static_cast<unsigned>(size));
    int error = Z_OK;
    const char* text = gzerror(file_.get(), &error);
    if (count < 0 || error != Z_OK) {
      throw std::runtime_error(name_ + ": cannot be read to its end, " +
                               (error == Z_ERRNO ? std::strerror(errno) : text));
    }
    return static_cast<std::size_t>(count);
  }

 private:
  std::string name_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
};

}  // namespace detail

/// Reads a file of unsigned bytes with the given number of dimensions: 3 for images, 1 for labels.
/// Throws std::runtime_error, naming the file, if it can't be read or its gzip is cut or damaged,
/// and std::invalid_argument if the header is not that of such a file, claims more than idx_limit
/// values, or claims another number of values than there are.
inline Idx read_idx(const std::filesystem::path& path, int dimensions) {
  using eigentrain::require;
  const std::string file = path.string();
  detail::ByteReader reader(path);

  std::uint8_t magic[4] = {};
  require(reader.read(magic, 4) == 4, file,
          ": too short for an IDX file, which begins with 4 bytes");
  require(magic[0] == 0 && magic[1] == 0, file, ": an IDX file begins with two zeros, got ",
          int{magic[0]}, " and ", int{magic[1]});
  require(magic[2] == 8, file, ": the values must be unsigned bytes (type 8), got type ",
          int{magic[2]});
  require(magic[3] == dimensions, file, ": must have ", dimensions, " dimensions, got ",
          int{magic[3]});

  Idx result;
  std::int64_t size = 1;
  for (int i = 0; i < dimensions; ++i) {
    std::uint8_t b[4] = {};
    require(reader.read(b, 4) == 4, file, ": ends within its ", dimensions, " dimensions");
    const std::int64_t extent =
        std::int64_t{b[0]} << 24 | std::int64_t{b[1]} << 16 | std::int64_t{b[2]} << 8 | b[3];
    require(extent > 0, file, ": dimension ", i, " must be at least 1, got 0");
    require(extent <= idx_limit / size, file, ": claims more than ", idx_limit,
            " values, dimension ", i, " is ", extent);
    size *= extent;
    result.shape.push_back(extent);
  }

  std::int64_t held = 0;
  while (held < size) {
    const std::int64_t chunk = std::min<std::int64_t>(size - held, 1 << 20);
    result.values.resize(static_cast<std::size_t>(held + chunk));
    const std::size_t count =
        reader.read(result.values.data() + held, static_cast<std::size_t>(chunk));
    require(count > 0, file, ": its dimensions ask for ", size, " values, but it holds ", held);
    held += static_cast<std::int64_t>(count);
  }
  std::uint8_t excess = 0;
  require(reader.read(&excess, 1) == 0, file, ": its dimensions ask for ", size,
          " values, but it holds more");
  return result;
}

}  // namespace mlp
