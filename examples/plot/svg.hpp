// SPDX-License-Identifier: MIT
// The words that pictures and pages are written in: escaped text, lines, colours.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace plot {

// They can be read on white and on black, and told apart by the colour-blind.
inline constexpr const char* colours[] = {"#3b8fd6", "#e0662e", "#b58a00",
                                          "#d1589f", "#1f9d72", "#8b6fe0"};

/// A coordinate, to a tenth of a pixel.
inline std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", value);
  return text;
}

namespace detail {

// How many bytes the UTF-8 character at the beginning has; 0 if none begins there.
inline std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80   ? 1
                             : byte(0) < 0xC2 ? 0
                             : byte(0) < 0xE0 ? 2
                             : byte(0) < 0xF0 ? 3
                             : byte(0) < 0xF5 ? 4
                                              : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  if (length < 3) return length;
  const bool is_overlong =
      (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
  const bool is_surrogate = byte(0) == 0xED && byte(1) > 0x9F;
  const bool is_too_large = byte(0) == 0xF4 && byte(1) > 0x8F;
  const bool is_no_character = byte(0) == 0xEF && byte(1) == 0xBF && length == 3 && byte(2) >= 0xBE;
  return is_overlong || is_surrogate || is_too_large || is_no_character ? 0 : length;
}

}  // namespace detail

/// Any bytes as text of XML or HTML, in an element or in an attribute. What has no place in XML,
/// such as control characters and broken UTF-8, becomes �.
inline std::string escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = detail::character_length(text);
    const char c = text[0];
    if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '&') {
      result += "&amp;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (c == '\'') {
      result += "&#39;";
    } else if (length == 0 ||
               (length == 1 && static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')) {
      result += "\xEF\xBF\xBD";
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

inline std::string text_at(double x, double y, const char* anchor, const std::string& text,
                           const char* more = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\"" +
         more + ">" + text + "</text>\n";
}

inline std::string line(double x1, double y1, double x2, double y2, const char* style) {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) +
         "\" y2=\"" + number(y2) + "\" class=\"" + style + "\"/>\n";
}

}  // namespace plot
