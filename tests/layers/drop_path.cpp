// SPDX-License-Identifier: MIT
#include "eigentrain/layers/drop_path.hpp"

#include <limits>
#include <stdexcept>
#include <unsupported/Eigen/CXX11/Tensor>

#include "layers/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

using eigentrain::DropPath;
using eigentrain::Generator;
using namespace eigentrain::test;

TEMPLATE_TEST_CASE("drop-path drops whole samples", "", float, double) {
  using S = TestType;
  const Batch<S> x = noise_batch<S>(33, 700, 1), c = noise_batch<S>(33, 700, 2);
  at_every_level([&] {
    Generator random(5), other(5);
    DropPath<S> drop({.rate = 0.25});
    Placed<S> in(x, 1, 2), out(Batch<S>::Zero(33, 700), 3, 1);
    Batch<S> dx(33, 700);
    drop.forward(in.view, out.view, random);
    drop.backward(c, dx);
    eigentrain::detail::DropoutMask mask;
    mask.draw(700, 0.25, other);
    bool right = random == other && in.intact() && out.intact();
    int dropped = 0;
    for (Eigen::Index n = 0; n < 700; ++n) {
      const S factor = mask.is_dropped(n) ? S(0) : static_cast<S>(1 / 0.75);
      dropped += mask.is_dropped(n) ? 1 : 0;
      right = right && (out.view.col(n).array() == x.col(n).array() * factor).all();
      right = right && (dx.col(n).array() == c.col(n).array() * factor).all();
    }
    CHECK(right);
    CHECK(std::abs(dropped - 175) < 5 * std::sqrt(700 * 0.25 * 0.75));
    Batch<S> z = x;
    random = Generator(5);
    drop.forward(z, z, random);  // in place
    CHECK(same_bits(z, out.view));
    CHECK(hash(z) == (sizeof(S) == 4 ? 0xde5b79057016f31cu : 0xbd569219db0b4d6u));
  });
}

TEST_CASE("drop-path takes tensors with their axis, in both layouts") {
  Generator random(5), other(5);
  Eigen::Tensor<float, 3> x(4, 3, 50), y(4, 3, 50);
  Eigen::Tensor<float, 3, Eigen::RowMajor> tx(50, 3, 4), ty(50, 3, 4);
  x.setConstant(1.0f);
  tx.setConstant(1.0f);
  DropPath<float> drop({.sample_axis = 2}), torch({.sample_axis = 0});
  drop.forward(x, y, random);
  torch.forward(tx, ty, other);
  CHECK(std::equal(y.data(), y.data() + y.size(), ty.data()));  // the same memory
  CHECK(*std::min_element(y.data(), y.data() + y.size()) == 0.0f);
  CHECK(*std::max_element(y.data(), y.data() + y.size()) == 2.0f);
  DropPath<float> unnamed;
  CHECK_THROWS_WITH(unnamed.forward(x, y, random),
                    "DropPath: this tensor does not say which axis counts the samples; give it, as "
                    "in {.sample_axis = 3}");
}

TEST_CASE("drop-path of nothing and of everything, with infinities") {
  Batch<float> x = Batch<float>::Constant(5, 7, std::numeric_limits<float>::infinity()), y(5, 7);
  x(0, 0) = -0.0f;
  Generator random(1);
  DropPath<float> drop({.rate = 0.0});
  drop.forward(x, y, random);
  CHECK(same_bits(y, x));
  drop.evaluate(x, y);
  CHECK(same_bits(y, x));
  drop.set_rate(1.0);
  drop.forward(x, y, random);
  CHECK(same_bits(y, Batch<float>(Batch<float>::Zero(5, 7))));
  drop.backward(x, y);
  CHECK(same_bits(y, Batch<float>(Batch<float>::Zero(5, 7))));
}

TEST_CASE("drop-path refuses what is wrong, and allocates once") {
  Generator random(1);
  Batch<float> x = Batch<float>::Ones(5, 7), y(5, 7), wrong(7, 5);
  DropPath<float> drop({.rate = 0.5}), bad({.sample_axis = 2});
  CHECK_THROWS_WITH(drop.backward(x, y), "DropPath: backward() needs a forward() before it");
  CHECK_THROWS_WITH(drop.forward(x, wrong, random), "DropPath: the output is 7x5, but must be 5x7");
  CHECK_THROWS_WITH(bad.forward(x, y, random),
                    "DropPath: sample_axis must be in [0, 1] for 5x7, got 2");
  CHECK(random.position() == 0);
  drop.forward(x, y, random);
  CHECK_THROWS_WITH(drop.backward(wrong, y),
                    "DropPath: the output's gradient is 7x5, but must be 5x7");
  CHECK(allocations_in([&] {
          drop.forward(x, y, random);
          drop.backward(y, y);
          drop.evaluate(x, y);
        }) == 0);
  for (const double rate : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(DropPath<float>({.rate = rate}), std::invalid_argument);
    CHECK_THROWS_AS(drop.set_rate(rate), std::invalid_argument);
  }
  CHECK(drop.rate() == 0.5);
}
