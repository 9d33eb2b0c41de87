// SPDX-License-Identifier: MIT
// Values in memory as a file has them: row-major, little-endian, without gaps.
#pragma once

#include <bit>
#include <cstring>

#include "eigentrain/core/state_visitor.hpp"
#include "eigentrain/io/safetensors_header.hpp"

namespace eigentrain::detail {

inline Dtype dtype_of(const StateValues& values) {
  using Kind = StateValues::Kind;
  const auto wanted = [&](const Dtype& dtype) {
    const char letter = values.kind == Kind::real      ? 'F'
                        : values.kind == Kind::integer ? 'I'
                        : values.kind == Kind::word    ? 'U'
                                                       : 'B';
    return dtype.name.front() == letter && dtype.bytes == values.bytes;
  };
  const auto found = std::find_if(std::begin(dtypes), std::end(dtypes), wanted);
  // A long double is the only kind of number that no file can hold.
  return found == std::end(dtypes) ? throw FileError("there is no dtype for a number") : *found;
}

inline std::vector<std::uint64_t> shape_of(const StateValues& values) {
  std::vector<std::uint64_t> shape;
  if (values.rank > 0) shape.push_back(static_cast<std::uint64_t>(values.rows));
  if (values.rank > 1) shape.push_back(static_cast<std::uint64_t>(values.columns));
  return shape;
}

template <int Bytes>
void copy_number(const std::byte* from, std::byte* to) {
  std::memcpy(to, from, Bytes);
  if constexpr (std::endian::native == std::endian::big) std::reverse(to, to + Bytes);
}

/// Calls visit(place in memory, number in the file) for all values in the file's order.
template <int Bytes, class Visit>
void for_each_value(const StateValues& values, const Visit& visit) {
  auto* const data = static_cast<std::byte*>(values.data);
  std::size_t number = 0;
  for (Index i = 0; i < values.rows; ++i) {
    std::byte* at = data + i * values.row_step * Bytes;
    for (Index j = 0; j < values.columns; ++j, at += values.column_step * Bytes) {
      visit(at, number++);
    }
  }
}

/// Calls f(std::integral_constant<int, bytes of a value>).
template <class F>
void with_width(const StateValues& values, const F& f) {
  switch (values.bytes) {
    case 1:
      return f(std::integral_constant<int, 1>());
    case 2:
      return f(std::integral_constant<int, 2>());
    case 4:
      return f(std::integral_constant<int, 4>());
    default:
      return f(std::integral_constant<int, 8>());
  }
}

/// Whether the memory is what the file has.
inline bool is_as_in_file(const StateValues& values) {
  const bool ordered =
      values.columns == 1
          ? values.rows <= 1 || values.row_step == 1
          : values.column_step == 1 && (values.rows <= 1 || values.row_step == values.columns);
  return ordered && (values.bytes == 1 || std::endian::native == std::endian::little);
}

inline std::size_t bytes_of(const StateValues& values) {
  return static_cast<std::size_t>(values.size()) * static_cast<std::size_t>(values.bytes);
}

/// Calls write(span of bytes) one or more times.
template <class Write>
void write_values(const StateValues& values, const Write& write) {
  const auto* const data = static_cast<const std::byte*>(values.data);
  if (is_as_in_file(values)) return write(std::span(data, bytes_of(values)));
  with_width(values, [&]<int Bytes>(std::integral_constant<int, Bytes>) {
    std::byte block[4096];
    constexpr std::size_t room = sizeof(block) / Bytes;
    std::size_t filled = 0;
    for_each_value<Bytes>(values, [&](const std::byte* at, std::size_t) {
      copy_number<Bytes>(at, block + filled++ * Bytes);
      if (filled == room)
        write(std::span<const std::byte>(block, std::exchange(filled, 0) * Bytes));
    });
    write(std::span<const std::byte>(block, filled * Bytes));
  });
}

/// `bytes` are as many as bytes_of(values).
inline void read_values(const StateValues& values, const std::byte* bytes) {
  if (is_as_in_file(values)) {
    if (values.size() > 0) std::memcpy(values.data, bytes, bytes_of(values));
    return;
  }
  with_width(values, [&]<int Bytes>(std::integral_constant<int, Bytes>) {
    for_each_value<Bytes>(values, [&](std::byte* at, std::size_t number) {
      copy_number<Bytes>(bytes + number * Bytes, at);
    });
  });
}

}  // namespace eigentrain::detail
