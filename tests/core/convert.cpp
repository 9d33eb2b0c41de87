// SPDX-License-Identifier: MIT
#include "eigentrain/core/convert.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/packets.hpp"
#include "support/pages.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::noise;

namespace {

// As many doubles as a register holds, to float and back, from wherever the values lie.
template <class From, class To>
std::vector<To> converted(const From* from, bool while_loading) {
  std::vector<To> to(8);
  et::simd_dispatch([=, at = to.data()]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int lanes = Bytes / 8;
    for (int i = 0; i < 8; i += lanes) {
      if (while_loading) {
        et::load_converted<To, lanes>(from + i).store(at + i);
      } else {
        et::convert<To>(et::Packet<From, lanes>::load(from + i)).store(at + i);
      }
    }
  });
  return to;
}

template <class From, class To>
void check() {
  constexpr int n = 8;
  // The last place ends where memory ends: nothing may be read beyond.
  for (int at = 0; at <= n; ++at) {
    const et::test::Pages<From> from(static_cast<std::size_t>(at + n));
    std::vector<To> wanted;
    for (int i = 0; i < at + n; ++i) from.data()[i] = noise<From>(5, i) * From(1.1);
    for (int i = 0; i < n; ++i) wanted.push_back(static_cast<To>(from.data()[at + i]));
    et::test::at_every_level([&] {
      CHECK((converted<From, To>(from.data() + at, false) == wanted));
      CHECK((converted<From, To>(from.data() + at, true) == wanted));
    });
  }
}

}  // namespace

TEST_CASE("converting changes a value only where the new type can't hold it") {
  check<float, double>();
  check<double, float>();
  check<double, double>();
  CHECK(et::convert<float>(et::Exact(1e-300))[0] == 0.0f);
  CHECK(et::load_converted<double, 1>(std::vector<float>{0.1f}.data())[0] == double(0.1f));
}

TEST_CASE("floats widen exactly") {
  const std::vector<float> values = et::test::special_values<float>();
  REQUIRE(values.size() % 8 == 0);
  et::test::at_every_level([&] {
    for (std::size_t i = 0; i < values.size(); i += 8) {
      for (const bool while_loading : {false, true}) {
        const auto wide = converted<float, double>(values.data() + i, while_loading);
        for (std::size_t k = 0; k < 8; ++k) {
          CHECK(et::test::same(wide[k], static_cast<double>(values[i + k])));
        }
      }
    }
  });
}
