// SPDX-License-Identifier: MIT
// The header of a safetensors file: which tensors there are, and where their bytes lie.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eigentrain/io/file_error.hpp"

namespace eigentrain {

/// A type of numbers in a safetensors file.
struct Dtype {
  std::string_view name;  ///< as files have it
  int bytes;              ///< of a number
};

/// All types that a file may hold. The library itself writes BOOL, F32, F64 and integers.
inline constexpr Dtype dtypes[] = {{"F64", 8},     {"I64", 8},     {"U64", 8}, {"F32", 4},
                                   {"I32", 4},     {"U32", 4},     {"F16", 2}, {"BF16", 2},
                                   {"I16", 2},     {"U16", 2},     {"I8", 1},  {"U8", 1},
                                   {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"BOOL", 1}};

/// One tensor's place in a file: row-major numbers, little-endian, without gaps.
struct StoredTensor {
  std::string name;                  ///< with dots between its parts
  Dtype dtype;                       ///< of its numbers
  std::vector<std::uint64_t> shape;  ///< empty for a single number
  std::uint64_t begin = 0;           ///< in the bytes behind the header
  std::uint64_t end = 0;             ///< behind its last byte

  /// For messages: F32 [3, 4].
  std::string text() const {
    std::string all(dtype.name);
    for (std::size_t i = 0; i < shape.size(); ++i) {
      all += (i == 0 ? " [" : ", ") + std::to_string(shape[i]);
    }
    return all + (shape.empty() ? " []" : "]");
  }
};

/// What stands before the data.
struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;            ///< in the order of their bytes
  std::map<std::string, std::string> metadata;  ///< free text, by name
  std::size_t size = 0;                         ///< in bytes: where the data begin in the file
};

namespace detail {

inline constexpr std::uint64_t most_header_bytes = 100'000'000;  // as in Hugging Face's reader

/// JSON that has every key once, and no more levels than a header takes.
inline nlohmann::json parse_header(std::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::set<std::string>> keys;
  const auto look = [&keys](int depth, Event event, nlohmann::json& parsed) {
    if (event == Event::object_start || event == Event::array_start) {
      if (depth > 2) throw FileError("the header is nested too deeply");
      if (event == Event::object_start) keys.emplace_back();
    } else if (event == Event::object_end) {
      keys.pop_back();
    } else if (event == Event::key) {
      const auto key = parsed.get<std::string>();
      if (!keys.back().insert(key).second) throw FileError(key + ": the header has it twice");
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text, look);
  } catch (const nlohmann::json::exception& error) {
    throw FileError(std::string("the header is not JSON: ") + error.what());
  }
}

inline StoredTensor read_tensor(const std::string& name, const nlohmann::json& entry) {
  const auto fail = [&name](const std::string& fault) { throw FileError(name + ": " + fault); };
  const auto is_list = [](const nlohmann::json& value) {
    return value.is_array() && std::all_of(value.begin(), value.end(), [](const auto& number) {
             return number.is_number_unsigned();
           });
  };
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
      !entry.contains("shape") || !entry.contains("data_offsets")) {
    fail("needs dtype, shape and data_offsets, and nothing else");
  }
  const auto &type = entry["dtype"], &shape = entry["shape"], &offsets = entry["data_offsets"];
  if (!type.is_string()) fail("its dtype is no text");
  if (!is_list(shape)) fail("its shape is no list of numbers from 0 on");
  if (!is_list(offsets) || offsets.size() != 2) fail("its data_offsets are no two numbers");
  StoredTensor tensor{name,
                      {},
                      shape.get<std::vector<std::uint64_t>>(),
                      offsets[0].get<std::uint64_t>(),
                      offsets[1].get<std::uint64_t>()};
  const auto known = std::find_if(std::begin(dtypes), std::end(dtypes), [&](const Dtype& dtype) {
    return type.get_ref<const std::string&>() == dtype.name;
  });
  if (known == std::end(dtypes)) fail("there is no dtype " + type.dump());
  tensor.dtype = *known;
  auto bytes = static_cast<std::uint64_t>(known->bytes);
  for (const std::uint64_t length : tensor.shape) {
    if (length != 0 && bytes > UINT64_MAX / length) fail("it is larger than any file");
    bytes *= length;
  }
  if (tensor.begin > tensor.end || tensor.end - tensor.begin != bytes) {
    fail(tensor.text() + " takes " + std::to_string(bytes) + " bytes, but its data_offsets are " +
         offsets.dump());
  }
  return tensor;
}

// Every byte of the data belongs to one tensor.
inline void check_places(const std::vector<StoredTensor>& tensors, std::uint64_t data) {
  std::uint64_t end = 0;
  for (const StoredTensor& tensor : tensors) {
    if (tensor.begin != end) {
      throw FileError(tensor.name + ": its data begin at " + std::to_string(tensor.begin) +
                      (tensor.begin < end ? ", within another's that end at "
                                          : ", and nothing is behind those that end at ") +
                      std::to_string(end));
    }
    end = tensor.end;
    if (end > data) {
      throw FileError(tensor.name + ": its data end at " + std::to_string(end) +
                      ", but the file has " + std::to_string(data));
    }
  }
  if (end != data) {
    throw FileError("the tensors take " + std::to_string(end) + " bytes, but the file has " +
                    std::to_string(data));
  }
}

}  // namespace detail

/// Reads the header of a file that lies in memory as a whole. Believes nothing: throws FileError
/// unless the lengths fit, the header is a JSON object with every name once and a dtype, a shape
/// and places that belong together for each tensor, and every byte behind it belongs to exactly one
/// of them.
///
///     8 bytes: n, little-endian;  n bytes: {"name": {"dtype": "F32", "shape": [3, 4],
///     "data_offsets": [0, 48]}, …, "__metadata__": {"key": "text", …}};  the data
inline SafetensorsHeader read_header(std::span<const std::byte> file) {
  if (file.size() < 8) throw FileError("is too short for a safetensors file");
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i)
    length = length << 8 | std::to_integer<unsigned>(file[std::size_t(i)]);
  if (length > detail::most_header_bytes || length > file.size() - 8) {
    throw FileError("its header can't have " + std::to_string(length) + " bytes");
  }
  SafetensorsHeader header;
  header.size = 8 + static_cast<std::size_t>(length);
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + 8,
                              static_cast<std::size_t>(length));
  if (!text.starts_with('{')) throw FileError("its header is no JSON object");
  const nlohmann::json json = detail::parse_header(text);
  for (const auto& [name, entry] : json.items()) {
    if (name != "__metadata__") {
      header.tensors.push_back(detail::read_tensor(name, entry));
      continue;
    }
    if (!entry.is_object()) throw FileError("__metadata__ is no object");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) throw FileError("__metadata__: " + key + " is no text");
      header.metadata[key] = value.get<std::string>();
    }
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  detail::check_places(header.tensors, file.size() - header.size);
  return header;
}

}  // namespace eigentrain
