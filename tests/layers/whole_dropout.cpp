// SPDX-License-Identifier: MIT
#include "eigentrain/layers/whole_dropout.hpp"

#include <limits>

#include "support/catch.hpp"

namespace et = eigentrain;

// Its layers have tests of their own: tests/layers/channel_dropout.cpp, tests/layers/drop_path.cpp.
TEST_CASE("messages name the layer, and a rate that is refused changes nothing") {
  et::detail::WholeDropout<float> dropout("Some", 0.25);
  CHECK_THROWS_WITH(dropout.set_rate(1.5), "Some: rate must be in [0, 1], got 1.5");
  CHECK_THROWS_WITH(dropout.set_rate(std::numeric_limits<double>::quiet_NaN()),
                    "Some: rate must be in [0, 1], got nan");
  CHECK(dropout.rate() == 0.25);
  CHECK_THROWS_WITH(et::detail::WholeDropout<float>("Some", -1.0),
                    "Some: rate must be in [0, 1], got -1");
}

TEST_CASE("values of one place on both axes are kept or dropped together") {
  et::detail::WholeDropout<float> dropout("Some", 0.5);
  et::Generator random(3);
  const Eigen::MatrixXf x = Eigen::MatrixXf::Ones(40, 6);
  Eigen::MatrixXf y(40, 6), dx(40, 6);
  dropout.forward(dropout.shape_of(x, y), 0, et::NoAxis::none, x, y, random);
  Eigen::Index kept = 0;
  for (Eigen::Index i = 0; i < 40; ++i) {
    CHECK((y.row(i).array() == y(i, 0)).all());
    CHECK((y(i, 0) == 0.0f || y(i, 0) == 2.0f));
    kept += y(i, 0) != 0.0f;
  }
  CHECK(kept > 8);
  CHECK(kept < 32);
  dropout.backward(x, dx);
  CHECK(dx == y);
}
