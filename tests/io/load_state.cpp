// SPDX-License-Identifier: MIT
#include "eigentrain/io/load_state.hpp"

#include "support/catch.hpp"
#include "support/safetensors.hpp"

namespace et = eigentrain;

namespace {

et::detail::StateFile file() {
  const std::string text =
      et::test::file_of(R"({"f":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
                        R"("m":{"dtype":"I32","shape":[1,2],"data_offsets":[4,12]},)"
                        R"("v":{"dtype":"U8","shape":[3],"data_offsets":[12,15]},)"
                        R"("yes":{"dtype":"BOOL","shape":[],"data_offsets":[15,16]}})",
                        16);
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  return et::detail::StateFile({bytes.begin(), bytes.end()});
}

}  // namespace

TEST_CASE("values are taken by name, type and shape") {
  et::detail::StateFile stored = file();
  et::detail::LoadingVisitor visit(stored);
  std::int32_t m[] = {5, 6};
  CHECK(visit.loading());
  visit.only_checks = true;
  visit.values("m", {et::StateValues::Kind::integer, 4, 2, m, 1, 2, 2, 1});
  CHECK(m[0] == 5);
  visit.only_checks = false;
  visit.values("m", {et::StateValues::Kind::integer, 4, 2, m, 1, 2, 2, 1});
  CHECK(m[0] == 0x01010101);
  CHECK(m[1] == 0x01010101);
  CHECK(visit.count("v", 0) == 3);
  std::uint8_t v[3] = {};
  visit("v", v, 3);
  CHECK(v[2] == 1);
  bool yes = false;
  visit("yes", yes);
  CHECK(yes);
  CHECK_THROWS_WITH(stored.expect_no_more(), "f: the file has it, and nothing here takes it");
  float f = 0.0f;
  visit("f", f);
  CHECK(f > 0.0f);
  CHECK_NOTHROW(stored.expect_no_more());
}

TEST_CASE("what differs is named, and nothing is changed") {
  et::detail::StateFile stored = file();
  et::detail::LoadingVisitor visit(stored);
  double d = 3.0;
  std::int32_t m[] = {5, 6};
  std::int8_t v[] = {1, 2, 3};
  std::uint8_t u[] = {1, 2, 3, 4};
  CHECK_THROWS_WITH(visit("f", d), "f: the file has F32 [], but F64 [] is needed");
  CHECK_THROWS_WITH(visit("d", d), "d: the file has no such tensor");
  CHECK_THROWS_WITH(visit("m", m, 2), "m: the file has I32 [1, 2], but I32 [2] is needed");
  CHECK_THROWS_WITH(visit("v", v, 3), "v: the file has U8 [3], but I8 [3] is needed");
  CHECK_THROWS_WITH(visit("v", u, 4), "v: the file has U8 [3], but U8 [4] is needed");
  CHECK_THROWS_WITH(visit.count("m", 0), "m: the file has I32 [1, 2], but a vector is needed");
  CHECK(d == 3.0);
  CHECK(m[0] == 5);
}

TEST_CASE("a bool is 0 or 1") {
  std::string text =
      et::test::file_of(R"({"yes":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}})", 1);
  text.back() = '\2';
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  et::detail::StateFile stored({bytes.begin(), bytes.end()});
  et::detail::LoadingVisitor visit(stored);
  bool yes = false;
  CHECK_THROWS_WITH(visit("yes", yes), "yes: a BOOL must be 0 or 1");
}
