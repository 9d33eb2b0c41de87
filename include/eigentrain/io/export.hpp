// SPDX-License-Identifier: MIT
// Statistics as rows of text: CSV and JSON.
#pragma once

#include <charconv>
#include <cmath>
#include <string>

#include "eigentrain/gradient/tensor_statistics.hpp"

namespace eigentrain {

/// A number of TensorStatistics and its name.
struct StatisticsColumn {
  std::string_view name;                     ///< the column's heading
  double (*value)(const TensorStatistics&);  ///< reads it
};

/// All numbers of TensorStatistics in order, for those who write tables, plots or logs with a
/// library of their own:
///
///     for (const auto& column : et::statistics_columns) {
///       row[std::string(column.name)] = column.value(monitor[i]);
///     }
inline constexpr StatisticsColumn statistics_columns[] = {
    {"size", [](const TensorStatistics& t) { return static_cast<double>(t.size); }},
    {"gradient_norm", [](const TensorStatistics& t) { return t.gradient_norm; }},
    {"gradient_max", [](const TensorStatistics& t) { return t.gradient_max; }},
    {"gradient_mean", [](const TensorStatistics& t) { return t.gradient_mean; }},
    {"zero_share", [](const TensorStatistics& t) { return t.zero_share; }},
    {"non_finite_share", [](const TensorStatistics& t) { return t.non_finite_share; }},
    {"weight_norm", [](const TensorStatistics& t) { return t.weight_norm; }},
    {"update_norm", [](const TensorStatistics& t) { return t.update_norm; }},
    {"update_ratio", [](const TensorStatistics& t) { return t.update_ratio(); }},
};

namespace detail {

EIGENTRAIN_COLD inline void append_number(std::string& out, std::int64_t value) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof(text), value).ptr);
}

/// The shortest digits from which the same double is read again; integers without an exponent. The
/// point is a point in every locale.
EIGENTRAIN_COLD inline void append_number(std::string& out, double value) {
  const bool whole = value > -1e15 && value < 1e15 && value == std::trunc(value);
  if (whole && !(value == 0.0 && std::signbit(value))) {
    return append_number(out, static_cast<std::int64_t>(value));
  }
  char text[32];
  if (std::isnan(value)) value = std::abs(value);  // no sign
  out.append(text, std::to_chars(text, text + sizeof(text), value).ptr);
}

/// How many bytes the UTF-8 character at the front has, 0 if it is none.
EIGENTRAIN_COLD inline std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  }
  // Longer than needed, half of a UTF-16 pair, or beyond the last character.
  const unsigned second = byte(1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) {
    return 0;
  }
  return length;
}

EIGENTRAIN_COLD inline void append_csv_text(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

EIGENTRAIN_COLD inline void append_json_text(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xef\xbf\xbd";  // U+FFFD for a byte that is no text
    } else if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '<') {
      ((out += "\\u00") += digits[c / 16]) += digits[c % 16];
    } else {
      out.append(text, 0, length);
    }
    text.remove_prefix(length > 0 ? length : 1);
  }
  out += '"';
}

}  // namespace detail

/// Appends the names of the columns of csv_row(), as a line: step,name,size,gradient_norm, …
EIGENTRAIN_COLD inline void csv_header(std::string& out) {
  out += "step,name";
  for (const StatisticsColumn& column : statistics_columns) (out += ',') += column.name;
  out += '\n';
}

/// Appends a line with the number of a step, a tensor's name and its statistics.
///
///     std::string table;
///     et::csv_header(table);
///     for (et::Index i = 0; i < monitor.size(); ++i) {
///       et::csv_row(table, monitor.step(), monitor[i]);
///     }
///
/// As RFC 4180, with \n behind each line: a name with a comma, a quote or a line's end stands in
/// quotes, its own ones doubled. Numbers have as many digits as it takes to read the same double
/// again, with a point in every locale; inf and nan are written as such.
EIGENTRAIN_COLD inline void csv_row(std::string& out, std::int64_t step,
                                    const TensorStatistics& statistics) {
  detail::append_number(out, step);
  out += ',';
  detail::append_csv_text(out, statistics.name);
  for (const StatisticsColumn& column : statistics_columns) {
    out += ',';
    detail::append_number(out, column.value(statistics));
  }
  out += '\n';
}

/// Appends the same as a JSON object, without a line's end: {"step":16,"name":"w","size":6, …}.
/// One a line is the format JSON Lines; with commas between and brackets around it is an array.
///
/// As RFC 8259. It knows no infinity and no NaN: those are null. Bytes of a name that are not UTF-8
/// become U+FFFD, and < is escaped, so that the text may stand in a page's script element.
EIGENTRAIN_COLD inline void json_row(std::string& out, std::int64_t step,
                                     const TensorStatistics& statistics) {
  out += "{\"step\":";
  detail::append_number(out, step);
  out += ",\"name\":";
  detail::append_json_text(out, statistics.name);
  for (const StatisticsColumn& column : statistics_columns) {
    ((out += ",\"") += column.name) += "\":";
    const double value = column.value(statistics);
    if (std::isfinite(value)) {
      detail::append_number(out, value);
    } else {
      out += "null";
    }
  }
  out += '}';
}

}  // namespace eigentrain
