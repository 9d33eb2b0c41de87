// SPDX-License-Identifier: MIT
// Watching observers are tested in tests/gradient/monitor.cpp, gates in tests/core/partition.cpp
// too.
#include "eigentrain/core/observer.hpp"

#include <Eigen/Core>

#include "eigentrain/core/chain.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

struct Door {
  bool open;
  int asked = 0;
  bool admit() {
    ++asked;
    return open;
  }
};

/// Stands for a watcher: makes the pass itself.
struct WatchedDoor {
  static constexpr bool watches = true;
  bool open;
  et::Index seen = 0;
  bool admit() { return open; }
  template <class Pass>
  bool admit(const et::Elements<float>& elements, const Pass& pass) {
    if (!open) return false;
    seen = elements.total;
    et::detail::update_runs(elements, et::detail::any_pass<float>(pass));
    return true;
  }
};

struct Halve {
  template <class S>
  auto at(const et::Step&) const {
    return [half = S(0.5)](const auto& u, const auto&) { return half * u; };
  }
};

}  // namespace

TEST_CASE("a gate that is shut skips the step") {
  Eigen::VectorXf p = Eigen::VectorXf::Zero(3), g = Eigen::VectorXf::Ones(3);
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  auto optimizer = et::chain<float>(Halve());
  Door shut{false}, open{true};
  CHECK_FALSE(optimizer.step(parameters, shut));
  CHECK(shut.asked == 1);
  CHECK(optimizer.count() == 0);
  CHECK(p[1] == 0.0f);
  CHECK(optimizer.step(parameters, open));
  CHECK(open.asked == 1);
  CHECK(p[1] == -0.5f);
}

TEST_CASE("a gate that watches makes the pass") {
  Eigen::VectorXf p = Eigen::VectorXf::Zero(3), g = Eigen::VectorXf::Ones(3);
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  auto optimizer = et::chain<float>(Halve());
  WatchedDoor shut{false}, open{true};
  CHECK_FALSE(optimizer.step(parameters, shut));
  CHECK(shut.seen == 0);
  CHECK(optimizer.count() == 0);
  CHECK(p[1] == 0.0f);
  CHECK(optimizer.step(parameters, open));
  CHECK(open.seen == 3);
  CHECK(p[1] == -0.5f);
  STATIC_REQUIRE(et::detail::watches<WatchedDoor>());
  STATIC_REQUIRE_FALSE(et::detail::watches<Door>());
  STATIC_REQUIRE_FALSE(et::detail::watches<et::detail::NoObserver>());
}
