// SPDX-License-Identifier: MIT
// Safetensors files made by hand.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "eigentrain/io/safetensors_header.hpp"

namespace eigentrain::test {

inline std::string length_prefix(std::uint64_t length) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> (8 * i) & 0xff);
  return bytes;
}

inline std::string file_of(const std::string& header, std::size_t data) {
  return length_prefix(header.size()) + header + std::string(data, '\1');
}

inline SafetensorsHeader header_of(std::string_view file) {
  return read_header(std::as_bytes(std::span(file.data(), file.size())));
}

}  // namespace eigentrain::test
