// SPDX-License-Identifier: MIT
// IDX files, plain and gzip'd: any bytes are read right or refused with one of the two documented
// errors. The first byte divides the rest into a file of pictures and one of labels.
#include "mlp/idx.hpp"

#include "holds.hpp"
#include "memory_file.hpp"
#include "mlp/dataset.hpp"

using fuzz::holds;

namespace {

void check(const fuzz::MemoryFile& file, int dimensions) {
  try {
    const mlp::Idx read = mlp::read_idx(file.path(), dimensions);
    std::int64_t size = 1;
    for (const std::int64_t extent : read.shape) size *= extent;
    holds(read.shape.size() == static_cast<std::size_t>(dimensions), "the number of dimensions");
    holds(read.values.size() == static_cast<std::size_t>(size), "all values, and no more");
  } catch (const std::invalid_argument&) {
  } catch (const std::runtime_error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile images("images"), labels("labels");
  if (size == 0) return 0;
  const std::size_t rest = size - 1, first = rest * data[0] / 255;
  images.write(data + 1, first);
  labels.write(data + 1 + first, rest - first);
  check(images, 3);
  check(labels, 1);
  try {
    const mlp::Dataset read = mlp::load_images(images.path(), labels.path(), 10);
    holds(read.labels.size() == read.size(), "a label for each picture");
    holds(read.labels.minCoeff() >= 0 && read.labels.maxCoeff() < 10, "labels are classes");
    holds((read.features.array() >= 0.0f && read.features.array() <= 1.0f).all(), "brightness");
  } catch (const std::invalid_argument&) {
  } catch (const std::runtime_error&) {
  }
  return 0;
}
