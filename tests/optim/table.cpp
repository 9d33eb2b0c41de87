// SPDX-License-Identifier: MIT
#include "eigentrain/optim/table.hpp"

#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

// Checks what it is shown: each name once, each option once, and all of an aggregate's members.
struct Look {
  std::set<std::string> names;

  template <class Optimizer, class Options, class... T>
  void add(std::string_view name, const et::detail::NamedOption<Options, T>&... options) {
    CAPTURE(name);
    STATIC_REQUIRE(std::is_same_v<typename Optimizer::Scalar, double>);
    STATIC_REQUIRE(std::is_constructible_v<Optimizer, const Options&>);
    CHECK(names.insert(std::string(name)).second);
    std::set<std::string> own;
    (own.insert(std::string(options.name)), ...);
    CHECK(own.size() == sizeof...(options));
    CHECK(own.count("learning_rate") == 1);
    // As many as there are: one behind the other, with the gaps of alignment, they fill it.
    std::size_t end = 0;
    const auto place = [&](std::size_t size, std::size_t alignment) {
      end = (end + alignment - 1) / alignment * alignment + size;
    };
    (place(sizeof(T), alignof(T)), ...);
    place(0, alignof(Options));
    CHECK(end == sizeof(Options));
  }
};

// Gives one wrong value to one option after the other, and writes down those that took it.
struct Try {
  double value;
  std::set<std::string> taken = {};
  int refused = 0;

  template <class Optimizer, class Options, class... T>
  void add(std::string_view name, const et::detail::NamedOption<Options, T>&... options) {
    (give<Optimizer>(name, options), ...);
  }

  template <class Optimizer, class Options, class T>
  void give(std::string_view name, const et::detail::NamedOption<Options, T>& option) {
    if constexpr (!std::is_same_v<T, bool>) {
      if (std::is_integral_v<T> && value != -1.0) return;  // has no such value
      try {
        Options chosen;
        chosen.*option.member = static_cast<T>(value);
        Optimizer made(chosen);
        taken.insert(et::message(name, " ", option.name));
      } catch (const std::invalid_argument&) {
        ++refused;
      }
    }
  }
};

}  // namespace

TEST_CASE("every option of every optimizer refuses what it can't be") {
  using Names = std::set<std::string>;
  Try nan{std::numeric_limits<double>::quiet_NaN()};
  et::detail::for_each_optimizer<double>(nan);
  CHECK(nan.taken == Names{});
  CHECK(nan.refused > 100);
  Try infinity{std::numeric_limits<double>::infinity()};
  et::detail::for_each_optimizer<double>(infinity);
  // Bounds and a rate of growth that are off so, and a momentum that is at its last from the start.
  CHECK(infinity.taken == Names{"adafactor clip", "lamb most_ratio", "lamb most_weight",
                                "lars most_ratio", "nadam momentum_decay", "prodigy growth_rate"});
  Try negative{-1.0};
  et::detail::for_each_optimizer<double>(negative);
  CHECK(negative.taken == Names{"adafactor beta2_decay", "prodigy beta3"});  // as documented
}

TEST_CASE("the table of optimizers names each once, with all of its options") {
  Look look;
  et::detail::for_each_optimizer<double>(look);
  CHECK(look.names.size() == 24);
  CHECK(look.names.count("adamw") == 1);
}
