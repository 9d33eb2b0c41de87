// SPDX-License-Identifier: MIT
// Whether a text is well-formed XML, by a reader as small as can be.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace xml {

namespace detail {

// &amp; or the like.
inline bool has_only_entities(std::string_view text) {
  for (std::size_t at = text.find('&'); at != text.npos; at = text.find('&', at + 1)) {
    const std::size_t end = text.find(';', at);
    if (end == text.npos || end == at + 1) return false;
    const std::string_view name = text.substr(at + 1, end - at - 1);
    if (name != "amp" && name != "lt" && name != "gt" && name != "quot" && name != "#39")
      return false;
  }
  return true;
}

inline std::size_t end_of_name(std::string_view tag) {
  return std::min(tag.find_first_of(" \n/"), tag.size());
}

// name="value" name="value", no name twice.
inline bool has_only_attributes(std::string_view text) {
  std::vector<std::string_view> names;
  for (;;) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text[0])) != 0) {
      text.remove_prefix(1);
    }
    if (text.empty()) return true;
    const std::size_t equals = text.find("=\"");
    if (equals == text.npos || equals == 0) return false;
    const std::size_t end = text.find('"', equals + 2);
    if (end == text.npos) return false;
    const std::string_view name = text.substr(0, equals);
    if (name.find_first_of(" \n<>'\"") != name.npos) return false;
    if (std::find(names.begin(), names.end(), name) != names.end()) return false;
    names.push_back(name);
    const std::string_view value = text.substr(equals + 2, end - equals - 2);
    if (value.find('<') != value.npos || !has_only_entities(value)) return false;
    text.remove_prefix(end + 1);
  }
}

}  // namespace detail

/// Every element that begins ends, in the right order; attributes are quoted; what has a meaning is
/// escaped. Values of attributes must have no '>'.
inline bool is_well_formed(std::string_view text) {
  std::vector<std::string_view> open;
  std::size_t at = 0;
  for (;;) {
    const std::size_t next = std::min(text.find('<', at), text.size());
    if (!detail::has_only_entities(text.substr(at, next - at))) return false;
    if (next == text.size()) return open.empty();
    const std::size_t end = text.find('>', next);
    if (end == text.npos || end == next + 1) return false;
    std::string_view tag = text.substr(next + 1, end - next - 1);
    at = end + 1;
    if (tag[0] == '!') continue;
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
      continue;
    }
    const bool is_empty = tag.back() == '/';
    if (is_empty) tag.remove_suffix(1);
    const std::size_t name = detail::end_of_name(tag);
    if (!detail::has_only_attributes(tag.substr(name))) return false;
    if (!is_empty) open.push_back(tag.substr(0, name));
  }
}

/// How often a part occurs.
inline std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace xml
