// SPDX-License-Identifier: MIT
#include "mlp/idx.hpp"

#include <sys/resource.h>

#include "scratch.hpp"
#include "support/catch.hpp"

using scratch::Bytes;
using scratch::Folder;

namespace {

const Bytes six{1, 2, 3, 253, 254, 255};

void check_refused(const Bytes& bytes, int dimensions, const std::string& why) {
  const Folder folder;
  for (const bool packed : {false, true}) {
    const auto file = folder / (packed ? "bad-ubyte.gz" : "bad-ubyte");
    scratch::write(file, packed ? scratch::gzip(bytes) : bytes);
    INFO(file);
    CHECK_THROWS_WITH(mlp::read_idx(file, dimensions),
                      ContainsSubstring(file.string()) && ContainsSubstring(why));
  }
}

long peak_memory_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("read_idx reads what was written, plain and gzip'd") {
  const Folder folder;
  const Bytes images = scratch::idx({2, 1, 3}, six);
  for (const bool packed : {false, true}) {
    const auto file = folder / "images";
    scratch::write(file, packed ? scratch::gzip(images) : images);
    const mlp::Idx read = mlp::read_idx(file, 3);
    CHECK(read.shape == std::vector<std::int64_t>{2, 1, 3});
    CHECK(read.values == six);
  }
  scratch::write(folder / "labels", scratch::idx({6}, six));
  CHECK(mlp::read_idx(folder / "labels", 1).values == six);
}

TEST_CASE("read_idx reads more than its chunk") {
  const Folder folder;
  Bytes values(3'000'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(i * 7 >> 3);
  scratch::write(folder / "big", scratch::gzip(scratch::idx({3, 1000, 1000}, values)));
  CHECK(mlp::read_idx(folder / "big", 3).values == values);
}

TEST_CASE("read_idx refuses headers that are not those of such a file") {
  check_refused({}, 1, "too short for an IDX file");
  check_refused({0, 0, 8}, 1, "too short for an IDX file");
  check_refused({1, 0, 8, 1, 0, 0, 0, 1, 5}, 1, "begins with two zeros, got 1 and 0");
  check_refused({'P', 'K', 3, 4, 0, 0, 0, 1, 5}, 1, "begins with two zeros, got 80 and 75");
  check_refused({0, 0, 13, 1, 0, 0, 0, 1, 5}, 1, "unsigned bytes (type 8), got type 13");
  check_refused(scratch::idx({2, 1, 3}, six), 1, "must have 1 dimensions, got 3");
  check_refused(scratch::idx({6}, six), 3, "must have 3 dimensions, got 1");
  check_refused({0, 0, 8, 255}, 3, "must have 3 dimensions, got 255");
  check_refused({0, 0, 8, 3, 0, 0, 0, 1, 0, 0}, 3, "ends within its 3 dimensions");
  check_refused(scratch::idx({2, 0, 3}, {}), 3, "dimension 1 must be at least 1, got 0");
}

TEST_CASE("read_idx refuses sizes that don't match the data") {
  check_refused(scratch::idx({7}, six), 1, "ask for 7 values, but it holds 6");
  check_refused(scratch::idx({5}, six), 1, "ask for 5 values, but it holds more");
  check_refused(scratch::idx({1}, {}), 1, "ask for 1 values, but it holds 0");
  check_refused(scratch::idx({60000, 28, 28}, six), 3, "ask for 47040000 values, but it holds 6");
}

TEST_CASE("read_idx takes no memory on the word of a header") {
  const long before = peak_memory_kib();
  check_refused(scratch::idx({0xFFFFFFFF}, six), 1, "claims more than 2147483648 values");
  check_refused(scratch::idx({0x80000000}, six), 1, "ask for 2147483648 values, but it holds 6");
  check_refused(scratch::idx({0x10000, 0x10000, 1}, six), 3, "dimension 1 is 65536");
  // 2⁹⁶ values, and 2⁶⁴ + 2³²: products that wrap around in 64 bits.
  check_refused(scratch::idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, six), 3, "claims more than");
  check_refused(scratch::idx({0x10000, 0x10000, 0xFFFFFFFF}, six), 3, "claims more than");
  CHECK(peak_memory_kib() - before < 64 * 1024);
}

TEST_CASE("read_idx refuses gzip that is cut or damaged") {
  const Folder folder;
  const auto file = folder / "cut.gz";
  Bytes noise(5000);
  std::uint32_t state = 1;
  for (auto& value : noise)
    value = static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24);
  const Bytes whole = scratch::gzip(scratch::idx({5000}, noise));

  for (const std::size_t length :
       {whole.size() - 1, whole.size() - 8, whole.size() / 2, std::size_t{12}}) {
    INFO(length << " of " << whole.size() << " bytes");
    scratch::write(file, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    CHECK_THROWS_WITH(mlp::read_idx(file, 1), ContainsSubstring(file.string()));
  }
  Bytes damaged = whole;
  damaged[whole.size() - 6] ^= 1;  // in the checksum
  scratch::write(file, damaged);
  CHECK_THROWS_WITH(mlp::read_idx(file, 1),
                    ContainsSubstring(file.string()) && ContainsSubstring("cannot be read"));
}

TEST_CASE("read_idx says why a file can't be read") {
  const Folder folder;
  CHECK_THROWS_WITH(mlp::read_idx(folder / "none", 1), ContainsSubstring("No such file"));
  CHECK_THROWS_AS(mlp::read_idx(folder.path(), 1), std::runtime_error);
}
