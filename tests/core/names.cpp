// SPDX-License-Identifier: MIT
#include "eigentrain/core/names.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using eigentrain::Index;
using eigentrain::detail::Names;

namespace {

std::string numbered(Index i) {
  return "layer" + std::to_string(i) + ".weight";
}

/// "layer0.weight" to "layer<n - 1>.weight".
Names many(Index n) {
  Names names;
  for (Index i = 0; i < n; ++i) names.add(numbered(i));
  return names;
}

}  // namespace

TEST_CASE("names are found by their numbers, and numbers by their names") {
  for (const Index n : {0, 1, 7, 8, 9, 16, 17, 33, 5000}) {
    const Names names = many(n);
    REQUIRE(names.size() == n);
    for (Index i = 0; i < n; ++i) {
      if (names[i] != numbered(i) || names.find(numbered(i)) != i) FAIL_CHECK(i << " of " << n);
      if (names.find(numbered(i) + "s") != -1) FAIL_CHECK(i << " of " << n << ", and an s");
    }
    CHECK(names.find(numbered(n)) == -1);
    CHECK(names.find("") == -1);
  }
}

TEST_CASE("names may have any bytes, and be a part of another") {
  const std::vector<std::string> all{"a",
                                     "aa",
                                     "aaa",
                                     std::string("a\0b", 3),
                                     std::string("a\0", 2),
                                     "\xc3\xa9\xff",
                                     std::string(1000, 'x')};
  Names names;
  for (const std::string& name : all) names.add(name);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(names.find(all[i]) == static_cast<Index>(i));
    CHECK(names[static_cast<Index>(i)] == all[i]);
  }
  CHECK(names.find(std::string(999, 'x')) == -1);
}

TEST_CASE("a name that is there isn't added again") {
  Names names = many(3);
  const Names before = names;
  CHECK_FALSE(names.add(numbered(1)));
  CHECK(names.same_bytes(before));
  CHECK(names.add(numbered(3)));
}

TEST_CASE("names with equal hashes are told apart") {
  Names names;  // two of the known collisions of 64-bit FNV-1a, of equal length
  for (const char* name :
       {"8yn0iYCKYHlIj4-BwPqk", "GReLUrM4wMqfg9yzV3KQ", "7mohtcOFVz", "c1E51sSEyx"}) {
    CHECK(names.find(name) == -1);
    CHECK(names.add(name));
  }
  CHECK(names.find("GReLUrM4wMqfg9yzV3KQ") == 1);
  CHECK(names.find("c1E51sSEyx") == 3);
}

TEST_CASE("names that are kept have other numbers, and the others are free again") {
  Names names = many(100);
  std::vector<Index> kept;
  for (Index i = 0; i < 100; i += 3) kept.push_back(i);
  names.keep(kept.data(), static_cast<Index>(kept.size()));
  REQUIRE(names.size() == 34);
  for (Index i = 0; i < 100; ++i) CHECK(names.find(numbered(i)) == (i % 3 == 0 ? i / 3 : -1));
  names.add(numbered(1));
  CHECK(names.find(numbered(1)) == 34);
  CHECK(names[34] == numbered(1));
  for (Index i = 100; i < 200; ++i) names.add(numbered(i));
  CHECK(names.find(numbered(99)) == 33);
  CHECK(names.find(numbered(199)) == 134);
  names.keep(nullptr, 0);
  CHECK(names.size() == 0);
  CHECK(names.find(numbered(0)) == -1);
}

TEST_CASE("a copy is the same until either gets another name") {
  Names names = many(20), copy = names;
  CHECK(copy.same_bytes(names));
  names.add("one more");
  CHECK_FALSE(copy.same_bytes(names));
  CHECK(copy.find("one more") == -1);
  copy.add("one less");
  CHECK_FALSE(copy.same_bytes(names));
  CHECK(copy.find("one less") == 20);
  CHECK(names.find("one less") == -1);
  copy = names;
  CHECK(copy.same_bytes(names));
  CHECK(copy.find("one more") == 20);
  Names one, other;
  one.add("a"), one.add("bc");
  other.add("ab"), other.add("c");
  CHECK_FALSE(one.same_bytes(other));
}
