// SPDX-License-Identifier: MIT
#include "eigentrain/core/reduce.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/pages.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::detail::Max;
using et::detail::Sum;
using et::test::noise;

namespace {

constexpr int lanes_count = et::detail::reduction_lanes;
using Lanes = std::vector<double>;

constexpr auto cube = [](const auto& u, const auto& p) { return u * u * u + p; };
constexpr auto value = [](const auto& u, const auto&) { return u; };

// No lane is like another, so that an element in a wrong one shows.
Lanes start() {
  Lanes lanes(lanes_count);
  for (int i = 0; i < lanes_count; ++i) lanes[std::size_t(i)] = 1.0 / (i + 3);
  return lanes;
}

// u³ + p for element `first + i` into its lane, without the engine.
template <class S>
Lanes by_hand(const S* parameter, const S* gradient, et::Index first, et::Index n) {
  Lanes lanes = start();
  for (et::Index i = 0; i < n; ++i) {
    const et::Exact u = static_cast<double>(gradient[i]), p = static_cast<double>(parameter[i]);
    double& lane = lanes[static_cast<std::size_t>((first + i) % lanes_count)];
    lane = (et::Exact(lane) + (u * u * u + p))[0];
  }
  return lanes;
}

template <class S>
using Streams = std::array<S*, 0>;

}  // namespace

// Both ends of the memory are watched: one copy of the values ends where memory ends.
TEMPLATE_TEST_CASE("element number i goes to lane i mod 32, wherever a run begins and ends", "",
                   float, double) {
  using S = TestType;
  std::vector<et::Index> sizes;
  for (et::Index n = 1; n <= 2 * lanes_count + 1; ++n) sizes.push_back(n);
  sizes.insert(sizes.end(), {97, 128, 1000, 1023});
  for (const et::Index n : sizes) {
    const et::test::Pages<S> p(static_cast<std::size_t>(n)), g(static_cast<std::size_t>(n));
    for (et::Index i = 0; i < n; ++i) {
      p.data()[i] = noise<S>(1, i);
      g.data()[i] = noise<S>(2, i) / S(3);
    }
    for (const et::Index first : {0, 1, 5, 15, 16, 31, 32, 33, 64 + 7, 65'535}) {
      const Lanes wanted = by_hand(p.data(), g.data(), first, n);
      et::test::at_every_level([&] {
        Lanes lanes = start();
        et::detail::reduce_run<Sum>(lanes.data(), first, p.data(), g.data(), Streams<S>{}, n, cube);
        if (lanes != wanted) FAIL_CHECK(n << " values from number " << first);
      });
    }
  }
}

TEST_CASE("runs side by side add up to the same bits as one") {
  constexpr et::Index n = 300;
  std::vector<float> p(n), g(n);
  for (et::Index i = 0; i < n; ++i) {
    p[std::size_t(i)] = noise<float>(3, i);
    g[std::size_t(i)] = noise<float>(4, i) / 7.0f;
  }
  const Lanes wanted = by_hand(p.data(), g.data(), 11, n);
  et::test::at_every_level([&] {
    for (et::Index part = 1; part < n; part += part < 70 ? 1 : 29) {
      Lanes lanes = start();
      for (et::Index at = 0; at < n; at += part) {
        et::detail::reduce_run<Sum>(lanes.data(), 11 + at, p.data() + at, g.data() + at,
                                    Streams<float>{}, std::min(part, n - at), cube);
      }
      if (lanes != wanted) FAIL_CHECK("in parts of " << part);
    }
  });
}

TEST_CASE("rules work on copies of the state") {
  const auto advance = [](const auto& u, const auto& p, auto& a, auto& b) {
    a = a + u;
    b = b * a;
    return a + b + p;
  };
  for (const et::Index n : {1, 31, 40, 100}) {
    const auto size = static_cast<std::size_t>(n);
    std::vector<double> p(size), g(size), a(size), b(size);
    Lanes wanted(lanes_count, 0.0);
    for (std::size_t i = 0; i < size; ++i) {  // integers: every order gives the same sum
      p[i] = double(i % 5);
      g[i] = double(i % 7);
      a[i] = double(i % 3);
      b[i] = double(i % 11);
      wanted[(i + 9) % lanes_count] += (a[i] + g[i]) + b[i] * (a[i] + g[i]) + p[i];
    }
    const auto a_before = a, b_before = b;
    et::test::at_every_level([&] {
      Lanes lanes(lanes_count, 0.0);
      const std::array<double*, 2> streams = {a.data(), b.data()};
      et::detail::reduce_run<Sum>(lanes.data(), 9, p.data(), g.data(), streams, n, value, advance);
      CHECK(lanes == wanted);
      CHECK(a == a_before);
      CHECK(b == b_before);
    });
  }
}

TEST_CASE("a largest value stays in its lane, and lanes without elements as they were") {
  const std::vector<float> p(40, 0.0f), g = [] {
    std::vector<float> values(40);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = -1.0f - float(i);
    return values;
  }();
  et::test::at_every_level([&] {
    Lanes lanes(lanes_count, Max::start);
    et::detail::reduce_run<Max>(lanes.data(), 3, p.data(), g.data(), Streams<float>{}, 20, value);
    for (int lane = 0; lane < lanes_count; ++lane) {
      const bool has = 3 <= lane && lane < 23;
      CHECK(lanes[std::size_t(lane)] == (has ? -1.0 - (lane - 3) : Max::start));
    }
    // The later, smaller values change nothing.
    const Lanes before = lanes;
    et::detail::reduce_run<Max>(lanes.data(), 3 + lanes_count, p.data(), g.data() + 20,
                                Streams<float>{}, 20, value);
    CHECK(lanes == before);
  });
}

TEST_CASE("a lane that is masked out takes no NaN from its neighbours") {
  const std::vector<float> p(1, 0.0f), g(1, std::nanf(""));
  et::test::at_every_level([&] {
    Lanes lanes(lanes_count, 1.0);
    et::detail::reduce_run<Sum>(lanes.data(), 6, p.data(), g.data(), Streams<float>{}, 1, value);
    for (int lane = 0; lane < lanes_count; ++lane) {
      CHECK(std::isnan(lanes[std::size_t(lane)]) == (lane == 6));
    }
  });
}

TEST_CASE("lanes are folded by halves, a fixed tree") {
  // The pair sums of a tree whose leaves are `stride` apart.
  const auto tree = [](const auto& self, const Lanes& lanes, int at, int stride) -> double {
    if (stride == lanes_count) return lanes[std::size_t(at)];
    return self(self, lanes, at, 2 * stride) + self(self, lanes, at + stride, 2 * stride);
  };
  Lanes lanes(lanes_count);
  for (int i = 0; i < lanes_count; ++i) {
    lanes[std::size_t(i)] = std::ldexp(noise<double>(5, i) + 0.01, i % 9) / 3.0;
  }
  const double wanted = tree(tree, lanes, 0, 1);
  double in_order = 0.0;
  for (const double lane : lanes) in_order += lane;
  REQUIRE(wanted != in_order);  // else the numbers would be too easy
  CHECK(et::detail::fold_lanes<Sum>(Lanes(lanes).data()) == wanted);

  for (int place = 0; place < lanes_count; ++place) {
    Lanes low(lanes_count, -3.0);
    low[std::size_t(place)] = -2.0;
    CHECK(et::detail::fold_lanes<Max>(Lanes(low).data()) == -2.0);
    low[std::size_t(place)] = std::nan("");
    CHECK(std::isnan(et::detail::fold_lanes<Max>(low.data())));
  }
}

TEST_CASE("where nothing was added, a fold is its start") {
  CHECK(et::detail::fold_lanes<Sum>(Lanes(lanes_count, Sum::start).data()) == 0.0);
  CHECK(et::detail::fold_lanes<Max>(Lanes(lanes_count, Max::start).data()) ==
        -std::numeric_limits<double>::infinity());
}
