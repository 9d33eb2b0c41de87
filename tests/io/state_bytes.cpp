// SPDX-License-Identifier: MIT
#include "eigentrain/io/state_bytes.hpp"

#include <Eigen/Core>

#include "support/catch.hpp"

namespace et = eigentrain;
using et::StateValues;
using Kind = StateValues::Kind;

namespace {

std::string written(const StateValues& values) {
  std::string all;
  et::detail::write_values(values, [&](std::span<const std::byte> bytes) {
    all.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
  return all;
}

// A matrix whose element (i, j) is 256·i + j, any storage order, with gaps.
template <class T, int Order>
bool goes_and_comes(Eigen::Index rows, Eigen::Index columns) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Order>;
  Matrix memory(rows + 2, columns + 3);
  memory.setConstant(T(77));
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) memory(i + 1, j + 2) = T(256 * i + j);
  }
  const StateValues values =
      et::StateVisitor::matrix(memory.data() + (&memory(1, 2) - memory.data()), {rows, columns},
                               false, Order == Eigen::RowMajor, memory.outerStride());
  const std::string bytes = written(values);
  if (bytes.size() != static_cast<std::size_t>(rows * columns) * sizeof(T)) return false;
  // An unsigned integer is read here by its definition.
  if constexpr (std::is_same_v<T, std::uint32_t>) {
    for (Eigen::Index i = 0; i < rows; ++i) {
      for (Eigen::Index j = 0; j < columns; ++j) {
        const auto at = static_cast<std::size_t>(i * columns + j) * 4;
        const auto byte = [&](std::size_t k) {
          return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + k]));
        };
        const std::uint32_t number = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
        if (number != static_cast<std::uint32_t>(256 * i + j)) return false;
      }
    }
  }
  const Matrix before = memory;
  memory.block(1, 2, rows, columns).setZero();
  et::detail::read_values(values, reinterpret_cast<const std::byte*>(bytes.data()));
  return memory == before;
}

}  // namespace

TEST_CASE("matrices are written row by row, and read back") {
  for (const Eigen::Index rows : {0, 1, 2, 3, 40}) {
    for (const Eigen::Index columns : {0, 1, 2, 5, 50}) {
      INFO(rows << "x" << columns);
      CHECK(goes_and_comes<std::uint32_t, Eigen::ColMajor>(rows, columns));
      CHECK(goes_and_comes<std::uint32_t, Eigen::RowMajor>(rows, columns));
      CHECK(goes_and_comes<double, Eigen::ColMajor>(rows, columns));
      CHECK(goes_and_comes<float, Eigen::RowMajor>(rows, columns));
    }
  }
}

TEST_CASE("bytes are little-endian") {
  double one = 1.0;
  StateValues values;
  values.data = &one;
  CHECK(written(values) == std::string("\0\0\0\0\0\0\xf0\x3f", 8));
  std::int16_t small[] = {0x0102, -2};
  values = {Kind::integer, 2, 1, small, 2, 1, 1, 1};
  CHECK(written(values) == "\x02\x01\xfe\xff");
}

TEST_CASE("every kind of number has a dtype") {
  const auto name = [](Kind kind, int bytes) {
    StateValues values;
    values.kind = kind;
    values.bytes = bytes;
    return std::string(et::detail::dtype_of(values).name);
  };
  CHECK(name(Kind::real, 8) == "F64");
  CHECK(name(Kind::real, 4) == "F32");
  CHECK(name(Kind::integer, 8) == "I64");
  CHECK(name(Kind::integer, 1) == "I8");
  CHECK(name(Kind::word, 2) == "U16");
  CHECK(name(Kind::flag, 1) == "BOOL");
  CHECK_THROWS_AS(name(Kind::real, 16), et::FileError);
}

TEST_CASE("one value is read, and none needs memory") {
  double one = 7.0;
  const StateValues number{.data = &one};
  const std::string bytes = written(number);
  one = 0.0;
  et::detail::read_values(number, reinterpret_cast<const std::byte*>(bytes.data()));
  CHECK(one == 7.0);
  const StateValues none{.rank = 1, .data = nullptr, .rows = 0};
  CHECK(written(none).empty());
  CHECK_NOTHROW(et::detail::read_values(none, nullptr));
}
