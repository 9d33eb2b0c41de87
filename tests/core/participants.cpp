// SPDX-License-Identifier: MIT
#include "eigentrain/core/participants.hpp"

#include <Eigen/Core>
#include <stdexcept>

#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

/// Vectors of 3, 4, no and 5 values, as Parameters would add them.
struct Four {
  Eigen::VectorXd p[4] = {Eigen::VectorXd::Ones(3), Eigen::VectorXd::Ones(4), Eigen::VectorXd(),
                          Eigen::VectorXd::Ones(5)};
  Eigen::VectorXd g[4] = {p[0], p[1], p[2], p[3]};
  et::detail::Entries<double> entries;
  et::detail::Participants<double> participants;
  Four() {
    const std::string_view names[] = {"a", "b", "none", "d"};
    for (int i = 0; i < 4; ++i) {
      participants.reserve(i + 1, entries.total() + p[i].size());
      entries.add(names[i],
                  {et::View<double>(p[i]), et::View<const double>(g[i]), {.frozen = i == 1}});
    }
  }
  et::Elements<double>& now() { return participants.now(entries); }
};

}  // namespace

TEST_CASE("those that are not frozen and have values take part") {
  Four four;
  const et::Elements<double>& elements = four.now();
  REQUIRE(elements.tensors.size() == 2);
  CHECK(elements.total == 8);
  CHECK(elements.tensors[0].name == "a");
  CHECK(elements.tensors[0].first == 0);
  CHECK(elements.tensors[1].name == "d");
  CHECK(elements.tensors[1].first == 3);
  CHECK(elements.tensors[1].number == 3);
  CHECK(elements.tensors[1].options == &four.entries[3].options);
  CHECK(four.now().sums_of(elements.tensors[1]) + et::reduction_values <=
        elements.partial_sums.end());
  et::detail::Participants<double> nobody;
  CHECK_THROWS_WITH(nobody.now({}), "Parameters: the list is empty; add() tensors first");
}

TEST_CASE("participants are followed to where they lie now, without memory") {
  Four four;
  CHECK(et::test::allocations_in([&] { four.now(); }) == 0);
  Eigen::VectorXd p = Eigen::VectorXd::Ones(5), g = p;
  four.p[3].swap(p);
  four.g[3].swap(g);
  four.participants.now(four.entries).share_chunks();
  const et::Elements<double>& elements = four.now();
  CHECK(elements.tensors[1].parameter.data == four.p[3].data());
  CHECK(elements.tensors[1].parameter.data != p.data());
  CHECK(elements.tensors[1].gradient.data == four.g[3].data());
  CHECK(elements.chunks == 0);  // threads share chunks for one step only
  four.p[1].resize(6);          // frozen, so nobody asks
  CHECK_NOTHROW(four.now());
  four.p[2].resize(2);
  CHECK_THROWS_WITH(four.now(), "none: the parameter was 0x1 when it was added and is 2x1 now");
}

TEST_CASE("other participants are known when the old ones are forgotten") {
  Four four;
  CHECK(four.now().total == 8);
  four.entries.options(1).frozen = false;
  CHECK(four.now().total == 8);
  four.participants.forget();
  CHECK(et::test::allocations_in([&] { CHECK(four.now().total == 12); }) == 0);
  CHECK(four.now().tensors[1].name == "b");

  // What is lent may be written over, and there is as much of it as was asked for.
  et::Index* const room = four.participants.lend(4);
  for (et::Index i = 0; i < 4; ++i) room[i] = 3 - i;
  CHECK(four.now().total == 12);
  CHECK(et::test::allocations_in([&] { four.participants.lend(4); }) == 0);
  four.p[2].resize(2);
  CHECK_THROWS_AS(four.now(), std::invalid_argument);
}

TEST_CASE("those without values are watched wherever they stand in the list") {
  for (unsigned with_values = 0; with_values < 32; ++with_values) {
    for (unsigned frozen = 0; frozen < 32; ++frozen) {
      const auto is = [](unsigned which, int i) { return (which >> i & 1u) != 0; };
      Eigen::VectorXf p[5], g[5];
      et::detail::Entries<float> entries;
      for (int i = 0; i < 5; ++i) {
        p[i] = g[i] = Eigen::VectorXf::Ones(is(with_values, i) ? i + 1 : 0);
        const std::string_view names[] = {"0", "1", "2", "3", "4"};
        entries.add(
            names[i],
            {et::View<float>(p[i]), et::View<const float>(g[i]), {.frozen = is(frozen, i)}});
      }
      et::detail::Participants<float> participants;
      et::Index total = 0;
      std::size_t k = 0;
      const et::Elements<float>& elements = participants.now(entries);
      for (int i = 0; i < 5; ++i) {
        if (!is(with_values, i) || is(frozen, i)) continue;
        REQUIRE(k < elements.tensors.size());
        CHECK(elements.tensors[k].number == i);
        CHECK(elements.tensors[k++].first == total);
        total += i + 1;
      }
      CHECK(k == elements.tensors.size());
      CHECK(elements.total == total);
      for (int i = 0; i < 5; ++i) {
        if (is(with_values, i)) continue;
        p[i].resize(1);
        if (is(frozen, i)) {
          CHECK_NOTHROW(participants.now(entries));
        } else {
          CHECK_THROWS_AS(participants.now(entries), std::invalid_argument);
        }
        p[i].resize(0);
      }
    }
  }
}

TEST_CASE(
    "a copy knows its own entries, not those that it was copied from, and has room for them") {
  Four four;
  const et::detail::Entries<double> entries = four.entries;
  et::detail::Participants<double> participants = four.participants, assigned;
  assigned = four.participants;
  four.now();
  CHECK(et::test::allocations_in([&] { participants.now(entries); }) == 0);
  CHECK(et::test::allocations_in([&] { assigned.now(entries); }) == 0);
  for (const auto& known : {four.participants, participants}) {
    et::detail::Participants<double> copy = known;
    assigned = known;
    CHECK(copy.now(entries).tensors[0].options == &entries[0].options);
    CHECK(assigned.now(entries).tensors[0].options == &entries[0].options);
    CHECK(assigned.now(four.entries).tensors[0].options == &four.entries[0].options);
  }
}
