// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/descend.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

struct One {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(1), g = Eigen::VectorXd::Ones(1);
  et::Parameters<double> parameters;
  explicit One(et::ParameterOptions options = {}) { parameters.add("p", p, g, options); }
};

}  // namespace

TEST_CASE("the update is multiplied by the rate and subtracted") {
  One one;
  one.g[0] = -3.0;
  auto optimizer = et::chain<double>(et::descend(0.5));
  optimizer.step(one.parameters);
  CHECK(one.p[0] == 1.5);
  CHECK(et::descend(0.5).rate()(7) == 0.5);
}

TEST_CASE("the schedule is asked once a step, from step 0 on, whatever the number of tensors") {
  One one;
  Eigen::VectorXd q = Eigen::VectorXd::Zero(3), h = Eigen::VectorXd::Ones(3);
  one.parameters.add("q", q, h);
  std::vector<std::int64_t> asked;
  auto optimizer = et::chain<double>(et::descend([&asked](std::int64_t step) {
    asked.push_back(step);
    return static_cast<double>(step + 1);
  }));
  for (int step = 0; step < 3; ++step) optimizer.step(one.parameters);
  CHECK(asked == std::vector<std::int64_t>{0, 1, 2});
  CHECK(one.p[0] == -6.0);
  CHECK(q[2] == -6.0);
}

TEST_CASE("a tensor's scale multiplies its rate, zero stops it") {
  One half({.learning_rate_scale = 0.5});
  One none({.learning_rate_scale = 0.0});
  One twice({.learning_rate_scale = 2.0});
  for (One* one : {&half, &none, &twice}) {
    auto optimizer = et::chain<double>(et::descend(0.25));
    optimizer.step(one->parameters);
  }
  CHECK(half.p[0] == -0.125);
  CHECK(none.p[0] == 0.0);
  CHECK(twice.p[0] == -0.5);
}

TEST_CASE("a rate of zero is a rate") {
  One one;
  auto optimizer = et::chain<double>(et::descend(0.0));
  CHECK_NOTHROW(optimizer.step(one.parameters));
  CHECK(one.p[0] == 0.0);
  CHECK(optimizer.count() == 1);
}

TEST_CASE("a rate that is negative or not finite throws in its step, with nothing changed") {
  const auto rate_at_2 = [](double bad) {
    One one;
    double rate = 1.0;
    auto optimizer =
        et::chain<double>(et::descend([&](std::int64_t step) { return step == 2 ? rate : 1.0; }));
    optimizer.step(one.parameters);
    optimizer.step(one.parameters);
    rate = bad;
    try {
      optimizer.step(one.parameters);
    } catch (const std::invalid_argument& error) {
      CHECK(one.p[0] == -2.0);
      CHECK(optimizer.count() == 2);
      rate = 1.0;  // mended: the same step can be made after all
      optimizer.step(one.parameters);
      CHECK(one.p[0] == -3.0);
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  CHECK(rate_at_2(-0.5) ==
        "descend: the learning rate must be in [0, inf), but the schedule gives -0.5 at step 2");
  CHECK(rate_at_2(std::nan("")) ==
        "descend: the learning rate must be in [0, inf), but the schedule gives nan at step 2");
  CHECK(rate_at_2(HUGE_VAL) ==
        "descend: the learning rate must be in [0, inf), but the schedule gives inf at step 2");
}

TEST_CASE("what a schedule throws comes through, with nothing changed") {
  One one;
  auto optimizer = et::chain<double>(et::descend([](std::int64_t step) -> double {
    if (step == 1) throw std::runtime_error("no rate today");
    return 1.0;
  }));
  optimizer.step(one.parameters);
  CHECK_THROWS_WITH(optimizer.step(one.parameters), "no rate today");
  CHECK(one.p[0] == -1.0);
  CHECK(optimizer.count() == 1);
}

TEST_CASE("a number that is no rate throws where it is given") {
  CHECK_THROWS_WITH(et::descend(-1.0), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::descend(std::nan("")), "constant: rate must be in [0, inf), got nan");
  CHECK_THROWS_WITH(et::descend(HUGE_VAL), "constant: rate must be in [0, inf), got inf");
}
