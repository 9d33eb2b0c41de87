// SPDX-License-Identifier: MIT
#include "eigentrain/core/buffer.hpp"

#include <cstdint>
#include <utility>

#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using et::detail::Buffer;
using et::detail::Bytes;

TEST_CASE("a buffer begins with zeros, and keeps its values when it grows") {
  Buffer<double> buffer(3);
  CHECK(buffer.size() == 3);
  for (double value : buffer) CHECK(value == 0.0);
  for (std::size_t size = 1; size < 100; ++size) {
    buffer.resize(size);
    buffer[size - 1] = static_cast<double>(size);
    for (std::size_t i = 0; i < size; ++i) REQUIRE(buffer[i] == static_cast<double>(i + 1));
  }
  CHECK(std::as_const(buffer).data() == std::as_const(buffer).begin());
  CHECK(buffer.end() - buffer.begin() == 99);
}

TEST_CASE("a buffer that was as large before grows without allocating") {
  Buffer<int> buffer(100);
  buffer.resize(0);
  CHECK(et::test::allocations_in([&] { buffer.resize(100); }) == 0);
  CHECK(et::test::allocations_in([&] { buffer.resize(101); }) == 1);
  CHECK(et::test::allocations_in([&] { buffer.resize(200); }) == 0);  // it doubles
}

TEST_CASE("copies have memory of their own, and moves take it along") {
  Buffer<int> buffer(2);
  buffer[1] = 7;
  Buffer<int> copy = buffer;
  copy[1] = 8;
  CHECK(buffer[1] == 7);
  const int* before = copy.data();
  Buffer<int> moved = std::move(copy);
  CHECK(moved.data() == before);
  buffer = moved;
  CHECK(buffer[1] == 8);
  CHECK(buffer.data() != moved.data());
  buffer = Buffer<int>();
  CHECK(buffer.size() == 0);
  const Buffer<int> none = buffer;
  CHECK(none.size() == 0);
}

TEST_CASE("bytes keep the alignment they were asked for") {
  const auto misalignment = [](const Bytes& bytes, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment;
  };
  Bytes page(100, 4096);
  CHECK(misalignment(page, 4096) == 0);
  page.resize(10'000);
  CHECK(misalignment(page, 4096) == 0);
  const Bytes copy = page;
  CHECK(misalignment(copy, 4096) == 0);
  CHECK(copy.size() == 10'000);
}
