// SPDX-License-Identifier: MIT
#include "eigentrain/io/export.hpp"

#include <algorithm>
#include <bit>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/core/generator.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t columns = std::size(et::statistics_columns);

/// A number as C reads it in the "C" locale, of the whole text.
double number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  REQUIRE(end == text.c_str() + text.size());
  return value;
}

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// Reads CSV as RFC 4180 describes it.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row{""};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      row.back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      row.emplace_back();
    } else if (c == '\n' && !quoted) {
      rows.push_back(std::exchange(row, {""}));
    } else {
      row.back() += c;
    }
  }
  REQUIRE_FALSE(quoted);
  REQUIRE(row == std::vector<std::string>{""});
  return rows;
}

/// Reads an object of strings, numbers and nulls as RFC 8259 describes it; strings are unescaped,
/// and kept with a quote in front.
std::vector<std::pair<std::string, std::string>> read_json(const std::string& text) {
  std::size_t at = 0;
  const auto expect = [&](char c) { REQUIRE(text.at(at++) == c); };
  const auto string = [&] {
    expect('"');
    std::string result = "\"";
    while (text.at(at) != '"') {
      char c = text[at++];
      REQUIRE(static_cast<unsigned char>(c) >= 0x20);
      if (c == '\\') {
        c = text.at(at++);
        if (c == 'u') {
          const auto code = std::stoi(text.substr(at, 4), nullptr, 16);
          REQUIRE(code < 0x80);
          c = static_cast<char>(code);
          at += 4;
        } else {
          REQUIRE((c == '"' || c == '\\'));
        }
      }
      result += c;
    }
    ++at;
    return result;
  };
  std::vector<std::pair<std::string, std::string>> members;
  expect('{');
  do {
    if (!members.empty()) expect(',');
    const std::string key = string();
    expect(':');
    if (text.at(at) == '"') {
      members.emplace_back(key, string());
    } else {
      const std::size_t end = text.find_first_of(",}", at);
      members.emplace_back(key, text.substr(at, end - at));
      at = end;
    }
  } while (text.at(at) == ',');
  expect('}');
  REQUIRE(at == text.size());
  return members;
}

std::string number_text(double value) {
  std::string text;
  et::detail::append_number(text, value);
  return text;
}

std::string name_in_json(std::string_view name) {
  std::string text;
  et::json_row(text, 0, {.name = name});
  return read_json(text)[1].second.substr(1);
}

std::string name_in_csv(std::string_view name) {
  std::string text;
  et::csv_row(text, 0, {.name = name});
  const auto rows = read_csv(text);
  REQUIRE(rows.size() == 1);
  REQUIRE(rows[0].size() == columns + 2);
  return rows[0][1];
}

/// Any double, of all magnitudes and kinds.
double any(et::Generator& generator) {
  const std::uint64_t high = generator(), low = generator();
  return std::bit_cast<double>(high << 32 | low);
}

et::TensorStatistics any_statistics(et::Generator& generator) {
  et::TensorStatistics t{.name = "w", .size = static_cast<et::Index>(generator() % 100'000)};
  t.gradient_norm = any(generator);
  t.gradient_max = any(generator);
  t.gradient_mean = any(generator);
  t.zero_share = 1.0 / (1.0 + generator() % 1000);
  t.non_finite_share = 0.0;
  t.weight_norm = any(generator);
  t.update_norm = any(generator);
  return t;
}

}  // namespace

TEST_CASE("the columns are the numbers of the statistics, each once and by its name") {
  et::TensorStatistics t{.name = "w",
                         .size = 1,
                         .gradient_norm = 2,
                         .gradient_max = 3,
                         .gradient_mean = 4,
                         .zero_share = 5,
                         .non_finite_share = 6,
                         .weight_norm = 7,
                         .update_norm = 56};
  const std::vector<std::string> names{"size",          "gradient_norm", "gradient_max",
                                       "gradient_mean", "zero_share",    "non_finite_share",
                                       "weight_norm",   "update_norm",   "update_ratio"};
  REQUIRE(columns == names.size());
  const double values[] = {1, 2, 3, 4, 5, 6, 7, 56, 8};
  for (std::size_t i = 0; i < columns; ++i) {
    CHECK(et::statistics_columns[i].name == names[i]);
    CHECK(et::statistics_columns[i].value(t) == values[i]);
  }
}

TEST_CASE("a table and an object look as the documentation says") {
  const et::TensorStatistics t{.name = "fc1.weight",
                               .size = 1'000'000,
                               .gradient_norm = 0.1,
                               .gradient_max = 1e-30,
                               .gradient_mean = 2.5e22,
                               .zero_share = 0.5,
                               .weight_norm = 0.0,
                               .update_norm = 3.0};
  std::string csv;
  et::csv_header(csv);
  et::csv_row(csv, 16, t);
  CHECK(csv ==
        "step,name,size,gradient_norm,gradient_max,gradient_mean,zero_share,non_finite_share,"
        "weight_norm,update_norm,update_ratio\n"
        "16,fc1.weight,1000000,0.1,1e-30,2.5e+22,0.5,0,0,3,inf\n");
  std::string json;
  et::json_row(json, std::numeric_limits<std::int64_t>::max(), t);
  CHECK(json ==
        "{\"step\":9223372036854775807,\"name\":\"fc1.weight\",\"size\":1000000,"
        "\"gradient_norm\":0.1,\"gradient_max\":1e-30,\"gradient_mean\":2.5e+22,\"zero_share\":0.5,"
        "\"non_finite_share\":0,\"weight_norm\":0,\"update_norm\":3,\"update_ratio\":null}");
}

TEST_CASE("numbers are read back with the same bits") {
  et::Generator generator(5);
  std::string csv, json;
  et::csv_header(csv);
  std::vector<et::TensorStatistics> all;
  for (int i = 0; i < 2000; ++i) {
    all.push_back(any_statistics(generator));
    et::csv_row(csv, i, all.back());
  }
  const auto rows = read_csv(csv);
  REQUIRE(rows.size() == 2001);
  int finite = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto& t = all[static_cast<std::size_t>(i)];
    const auto& row = rows[static_cast<std::size_t>(i) + 1];
    json.clear();
    et::json_row(json, i, t);
    const auto members = read_json(json);
    bool right = row.size() == columns + 2 && members.size() == columns + 2 &&
                 row[0] == std::to_string(i) && members[0].second == row[0] && row[1] == "w";
    for (std::size_t c = 0; right && c < columns; ++c) {
      const double value = et::statistics_columns[c].value(t);
      const double from_csv = number(row[c + 2]);
      right = rows[0][c + 2] == et::statistics_columns[c].name &&
              members[c + 2].first == '"' + rows[0][c + 2] &&
              (std::isnan(value) ? std::isnan(from_csv) : same(from_csv, value)) &&
              (std::isfinite(value) ? same(number(members[c + 2].second), value)
                                    : members[c + 2].second == "null");
      finite += std::isfinite(value);
    }
    CAPTURE(i);
    REQUIRE(right);
  }
  CHECK(finite > 17'000);
}

TEST_CASE("numbers are short where they can be, and special ones have one form") {
  CHECK(number_text(0.0) == "0");
  CHECK(number_text(-0.0) == "-0");
  CHECK(number_text(-3.0) == "-3");
  CHECK(number_text(1e6) == "1000000");
  CHECK(number_text(123456789012345.0) == "123456789012345");
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(1.0 / 3.0) == "0.3333333333333333");
  CHECK(number_text(infinity) == "inf");
  CHECK(number_text(-infinity) == "-inf");
  CHECK(number_text(std::nan("")) == "nan");
  CHECK(number_text(-std::nan("")) == "nan");
  for (const double value :
       {std::numeric_limits<double>::max(), -std::numeric_limits<double>::max(),
        std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::min(), 1e15, -1e15,
        9007199254740993.0, 0x1.fffffffffffffp52, 1e15 - 0.5, 999999999999999.9}) {
    CAPTURE(value, number_text(value));
    CHECK(same(number(number_text(value)), value));
    CHECK(number_text(value).size() <= 24);
  }
}

TEST_CASE("the point is a point in every locale") {
  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  bool comma = false;
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "fr_FR"}) {
    comma = comma || std::setlocale(LC_NUMERIC, name) != nullptr;
  }
  const std::string text = number_text(0.25);
  std::setlocale(LC_NUMERIC, before.c_str());
  CHECK(text == "0.25");
  if (!comma) WARN("no locale with a comma is installed");
}

TEST_CASE("any name is read back from CSV") {
  for (const std::string_view name : {"plain", "", "a,b", "say \"w\"", "\"", "two\nlines",
                                      "cr\rlf\r\n", ",", " spaced ", "größe", "a;b\tc"}) {
    CAPTURE(name);
    CHECK(name_in_csv(name) == name);
  }
  std::string text;
  et::csv_row(text, 1, {.name = "a\"b,c"});
  CHECK(text == "1,\"a\"\"b,c\",0,0,0,0,0,0,0,0,0\n");
  text.clear();
  et::csv_row(text, 1, {.name = "a\rb"});
  CHECK_THAT(text, StartsWith("1,\"a\rb\",0,"));
}

TEST_CASE("any name is read back from JSON") {
  using namespace std::string_view_literals;
  for (const std::string_view name :
       {"plain"sv, ""sv, "a,b"sv, "say \"w\""sv, "back\\slash"sv, "two\nlines\ttab"sv,
        "zero\0and\x1f one"sv, "</script>"sv, "größe €"sv, "\xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf"sv,
        "\x7f"sv, "\xed\x9f\xbf\xee\x80\x80"sv}) {
    CAPTURE(name);
    CHECK(name_in_json(name) == name);
  }
  std::string text;
  et::json_row(text, 1, {.name = "<\n\x1f\"\\"});
  CHECK_THAT(text,
             StartsWith("{\"step\":1,\"name\":\"\\u003c\\u000a\\u001f\\\"\\\\\",\"size\":0,"));
}

TEST_CASE("bytes that are not UTF-8 are replaced in JSON") {
  const std::string mark = "\xef\xbf\xbd";
  CHECK(name_in_json("a\xff z") == "a" + mark + " z");
  CHECK(name_in_json("\x80") == mark);
  CHECK(name_in_json("cut \xe2\x82") == "cut " + mark + mark);  // the end is missing
  CHECK(name_in_json("\xc0\xaf") == mark + mark);               // longer than needed
  CHECK(name_in_json("\xe0\x9f\xbf") == mark + mark + mark);    // the same
  CHECK(name_in_json("\xf0\x8f\xbf\xbf") == mark + mark + mark + mark);
  CHECK(name_in_json("\xed\xa0\x80") == mark + mark + mark);             // half of a pair
  CHECK(name_in_json("\xf4\x90\x80\x80") == mark + mark + mark + mark);  // beyond the last
  CHECK(name_in_json("\xf5\x80\x80\x80") == mark + mark + mark + mark);
  CHECK(name_in_json("\xc3(") == mark + "(");
  CHECK(name_in_json("\xe2\x82\xac\xe2") == "€" + mark);
}
