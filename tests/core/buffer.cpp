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

TEST_CASE("a copy into a buffer with room takes no memory") {
  Buffer<int> five(5), three(3);
  for (std::size_t i = 0; i < 5; ++i) five[i] = static_cast<int>(i) + 1;
  for (std::size_t i = 0; i < 3; ++i) three[i] = -static_cast<int>(i) - 1;
  const int* const place = five.data();
  Buffer<int> target = five;
  const int* const target_place = target.data();
  REQUIRE(target_place != place);

  CHECK(et::test::allocations_in([&] { target = three; }) == 0);
  CHECK(target.size() == 3);
  CHECK(target.data() == target_place);
  CHECK(target[2] == -3);
  CHECK(et::test::allocations_in([&] { target = five; }) == 0);  // the room is still there
  CHECK(target.size() == 5);
  CHECK(target.data() == target_place);
  for (std::size_t i = 0; i < 5; ++i) CHECK(target[i] == static_cast<int>(i) + 1);
  target[0] = 100;
  CHECK(five[0] == 1);

  const Buffer<int> none;
  CHECK(et::test::allocations_in([&] { target = none; }) == 0);
  CHECK(target.size() == 0);
  CHECK(et::test::allocations_in([&] { target = five; }) == 0);
  CHECK(target[4] == 5);
}

TEST_CASE("a copy that is too large takes memory once, and the old is given back") {
  Buffer<int> small(2), large(200);
  large[199] = 9;
  CHECK(et::test::allocations_in([&] { small = large; }) == 1);
  CHECK(small.size() == 200);
  CHECK(small[199] == 9);
  CHECK(small.data() != large.data());
  CHECK(et::test::allocations_in([&] { small = large; }) == 0);
}

TEST_CASE("a buffer may be copied into itself") {
  Buffer<int> buffer(4);
  for (std::size_t i = 0; i < 4; ++i) buffer[i] = static_cast<int>(i) * 3;
  const int* const place = buffer.data();
  const Buffer<int>& itself = buffer;
  CHECK(et::test::allocations_in([&] { buffer = itself; }) == 0);
  CHECK(buffer.data() == place);
  REQUIRE(buffer.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(buffer[i] == static_cast<int>(i) * 3);
  Buffer<int> none;
  const Buffer<int>& nothing = none;
  none = nothing;
  CHECK(none.size() == 0);
}

TEST_CASE("a copy takes the other one's alignment along, even where there is room") {
  Bytes line(8192, 64), page(100, 4096);
  static_cast<char*>(page.data())[99] = 'x';
  line = page;
  CHECK(reinterpret_cast<std::uintptr_t>(line.data()) % 4096 == 0);
  CHECK(line.size() == 100);
  CHECK(static_cast<char*>(line.data())[99] == 'x');
  line.resize(50'000);  // what it grows into, too
  CHECK(reinterpret_cast<std::uintptr_t>(line.data()) % 4096 == 0);
  CHECK(static_cast<char*>(line.data())[99] == 'x');
}

TEST_CASE("room that was reserved needs no memory later, and shows nothing before") {
  Buffer<int> values(2);
  values[1] = 7;
  values.reserve(100);
  CHECK(values.size() == 2);
  CHECK(values[1] == 7);
  CHECK(et::test::allocations_in([&] { values.resize(100); }) == 0);
  CHECK(values[1] == 7);
  CHECK(values[99] == 0);
}
