// SPDX-License-Identifier: MIT
#include "eigentrain/init/undo.hpp"

#include <Eigen/Core>
#include <random>

#include "eigentrain/core/generator.hpp"
#include "eigentrain/init/target.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

struct NotCopied {
  NotCopied() = default;
  NotCopied(const NotCopied&) = delete;
  NotCopied& operator=(const NotCopied&) = delete;
  int drawn = 0;
};

template <class T>
void remember(auto& undo, T&& tensor) {
  undo.remember(et::detail::target_memory<T>(tensor));
}

}  // namespace

TEST_CASE("what is remembered comes back, and nothing around it", "[undo]") {
  Eigen::MatrixXf W = Eigen::MatrixXf::Random(5, 4), large = Eigen::MatrixXf::Random(6, 6);
  Eigen::VectorXd empty(0);
  const Eigen::MatrixXf W_before = W, large_before = large;
  std::mt19937 random(42);
  random.discard(5);
  const std::mt19937 random_before = random;
  {
    et::detail::Undo undo(random);
    remember(undo, W);
    remember(undo, large.block(1, 2, 3, 4));
    remember(undo, empty);
    W.setZero();
    large.setZero();
    random();
  }
  CHECK(W == W_before);
  CHECK(large.block(1, 2, 3, 4) == large_before.block(1, 2, 3, 4));
  CHECK(large.row(0).isZero(0));
  CHECK(random == random_before);
}

TEST_CASE("what is kept stays", "[undo]") {
  Eigen::MatrixXf W = Eigen::MatrixXf::Ones(5, 4);
  et::Generator random(42);
  {
    et::detail::Undo undo(random);
    remember(undo, W);
    W.setZero();
    random();
    undo.keep();
  }
  CHECK(W.isZero(0));
  CHECK(random.position() == 1);
}

TEST_CASE("a generator that can't be copied goes on", "[undo]") {
  NotCopied random;
  {
    et::detail::Undo undo(random);
    random.drawn = 3;
  }
  CHECK(random.drawn == 3);
}
