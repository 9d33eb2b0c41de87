// SPDX-License-Identifier: MIT
#include "eigentrain/io/safetensors_header.hpp"

#include "support/catch.hpp"
#include "support/safetensors.hpp"

namespace et = eigentrain;
using et::test::file_of;
using et::test::header_of;

namespace {

// With two numbers of 4 bytes behind it.
std::string fault_of(const std::string& header, std::size_t data = 8) {
  try {
    header_of(file_of(header, data));
  } catch (const et::FileError& error) {
    return error.what();
  }
  return {};
}

std::string one(const std::string& entry) {
  return R"({"w":{)" + entry + "}}";
}

}  // namespace

TEST_CASE("a header is read") {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},)"
      R"("a":{"shape":[],"data_offsets":[0,8],"dtype":"I64"},)"
      R"("none":{"dtype":"BF16","shape":[3,0],"data_offsets":[8,8]}}   )";
  const auto read = header_of(file_of(header, 16));
  REQUIRE(read.tensors.size() == 3);
  CHECK(read.size == 8 + header.size());
  CHECK(read.metadata.at("format") == "pt");
  CHECK(read.tensors[0].name == "a");
  CHECK(read.tensors[0].text() == "I64 []");
  CHECK(read.tensors[1].text() == "BF16 [3, 0]");
  CHECK(read.tensors[2].text() == "F32 [2, 1]");
  CHECK(read.tensors[2].begin == 8);
  CHECK(read.tensors[2].end == 16);
  CHECK(header_of(file_of("{}", 0)).tensors.empty());
}

TEST_CASE("a length that can't be is refused") {
  for (const std::size_t size : {0u, 1u, 7u}) {
    CHECK_THROWS_WITH(header_of(std::string(size, '\0')), "is too short for a safetensors file");
  }
  const auto refused = [](std::uint64_t length, const std::string& rest) {
    try {
      header_of(et::test::length_prefix(length) + rest);
    } catch (const et::FileError& error) {
      return error.fault() == "its header can't have " + std::to_string(length) + " bytes";
    }
    return false;
  };
  CHECK(refused(UINT64_MAX, "{}"));
  CHECK(refused(std::uint64_t{1} << 63, "{}"));
  CHECK(refused(UINT64_MAX - 7, "{}"));
  CHECK(refused(3, "{}"));
  CHECK(refused(100'000'001, "{}" + std::string(100'000'001, ' ')));
  CHECK_NOTHROW(header_of(et::test::length_prefix(2) + "{}"));
}

TEST_CASE("what is no header is refused") {
  const auto with = [](const std::string& fault, const std::string& words) {
    INFO(fault);
    return fault.find(words) != std::string::npos;
  };
  CHECK(with(fault_of(""), "its header is no JSON object"));
  CHECK(with(fault_of("[]"), "its header is no JSON object"));
  CHECK(with(fault_of(" {}"), "its header is no JSON object"));
  CHECK(with(fault_of("{"), "the header is not JSON"));
  CHECK(with(fault_of("{}x"), "the header is not JSON"));
  CHECK(with(fault_of("{\"\xff\":1}"), "the header is not JSON"));
  CHECK(with(fault_of(R"({"w":1e999})"), "the header is not JSON"));
  CHECK(with(fault_of(std::string(100'000, '{')), "the header is not JSON"));
  CHECK(with(fault_of(R"({"w":)" + std::string(100'000, '[')), "nested too deeply"));
  CHECK(with(fault_of(R"({"w":{"shape":[[1]]}})"), "nested too deeply"));
  CHECK(with(fault_of(R"({"w":{"shape":{"a":{}}}})"), "nested too deeply"));
  CHECK(with(fault_of(R"({"w":1,"w":2})"), "w: the header has it twice"));
  CHECK(with(fault_of(R"({"w":{"dtype":"F32","dtype":"F64"}})"), "dtype: the header has it twice"));
  CHECK(with(fault_of(R"({"__metadata__":{"a":"1","a":"1"}})"), "a: the header has it twice"));
  CHECK(with(fault_of(R"({"__metadata__":[]})"), "__metadata__ is no object"));
  CHECK(with(fault_of(R"({"__metadata__":{"a":1}})"), "__metadata__: a is no text"));
}

TEST_CASE("a tensor that can't be is refused by name") {
  const std::string needs = "w: needs dtype, shape and data_offsets, and nothing else";
  CHECK(fault_of(R"({"w":1})") == needs);
  CHECK(fault_of(R"({"w":null})") == needs);
  CHECK(fault_of(one("")) == needs);
  CHECK(fault_of(one(R"("dtype":"F32","shape":[2])")) == needs);
  CHECK(fault_of(one(R"("dtype":"F32","shape":[2],"offsets":[0,8])")) == needs);
  CHECK(fault_of(one(R"("dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1)")) == needs);

  const auto entry = [](const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return fault_of(
        one(R"("dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets));
  };
  CHECK(entry("\"F32\"", "[2]", "[0,8]").empty());
  CHECK(entry("4", "[2]", "[0,8]") == "w: its dtype is no text");
  CHECK(entry("\"F31\"", "[2]", "[0,8]") == "w: there is no dtype \"F31\"");
  CHECK(entry("\"f32\"", "[2]", "[0,8]") == "w: there is no dtype \"f32\"");
  for (const char* shape : {"2", "{}", "\"2\"", "[-2]", "[2.0]", "[true]", "[\"2\"]", "[null]",
                            "[18446744073709551616]"}) {
    INFO(shape);
    CHECK(entry("\"F32\"", shape, "[0,8]") == "w: its shape is no list of numbers from 0 on");
  }
  for (const char* offsets : {"8", "[]", "[8]", "[0,4,8]", "[-8,0]", "[0,8.0]", "[0,\"8\"]"}) {
    INFO(offsets);
    CHECK(entry("\"F32\"", "[2]", offsets) == "w: its data_offsets are no two numbers");
  }
  CHECK(entry("\"F32\"", "[9223372036854775808,4]", "[0,0]") == "w: it is larger than any file");
  CHECK(entry("\"F32\"", "[4294967296,1073741824]", "[0,0]") == "w: it is larger than any file");
  CHECK(entry("\"F32\"", "[3]", "[0,8]") ==
        "w: F32 [3] takes 12 bytes, but its data_offsets are [0,8]");
  CHECK(entry("\"F64\"", "[2]", "[0,8]") ==
        "w: F64 [2] takes 16 bytes, but its data_offsets are [0,8]");
  CHECK(entry("\"F32\"", "[2]", "[8,0]") ==
        "w: F32 [2] takes 8 bytes, but its data_offsets are [8,0]");
  CHECK(entry("\"F32\"", "[0]", "[0,8]") ==
        "w: F32 [0] takes 0 bytes, but its data_offsets are [0,8]");
}

TEST_CASE("every byte belongs to one tensor") {
  const auto two = [](const std::string& a, const std::string& b, std::size_t data) {
    const auto entry = [](const std::string& offsets) {
      return R"({"dtype":"F32","shape":[2],"data_offsets":)" + offsets + "}";
    };
    return fault_of(R"({"a":)" + entry(a) + R"(,"b":)" + entry(b) + "}", data);
  };
  CHECK(two("[0,8]", "[8,16]", 16).empty());
  CHECK(two("[8,16]", "[0,8]", 16).empty());
  CHECK(two("[0,8]", "[4,12]", 12) == "b: its data begin at 4, within another's that end at 8");
  CHECK(two("[0,8]", "[0,8]", 8) == "b: its data begin at 0, within another's that end at 8");
  CHECK(two("[0,8]", "[12,20]", 20) ==
        "b: its data begin at 12, and nothing is behind those that end at 8");
  CHECK(two("[4,12]", "[12,20]", 20) ==
        "a: its data begin at 4, and nothing is behind those that end at 0");
  CHECK(two("[0,8]", "[8,16]", 15) == "b: its data end at 16, but the file has 15");
  CHECK(two("[0,8]", "[8,16]", 17) == "the tensors take 16 bytes, but the file has 17");
  CHECK(two("[0,8]", "[18446744073709551600,18446744073709551608]", 16) ==
        "b: its data begin at 18446744073709551600, and nothing is behind those that end at 8");
}

TEST_CASE("a header that is cut off or changed anywhere is refused or makes sense") {
  const std::string header =
      R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const std::string file = file_of(header, 8);
  for (std::size_t size = 0; size < file.size(); ++size) {
    CHECK_THROWS_AS(header_of(file.substr(0, size)), et::FileError);
  }
  int accepted = 0;
  for (std::size_t at = 0; at < 8 + header.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = file;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      try {
        const auto read = header_of(changed);
        ++accepted;
        for (const auto& tensor : read.tensors) CHECK(tensor.end <= 8);
      } catch (const et::FileError&) {
      }
    }
  }
  CHECK(accepted > 0);  // another letter in a name
}
