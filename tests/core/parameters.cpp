// SPDX-License-Identifier: MIT
#include "eigentrain/core/parameters.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>

#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("parameters are listed in the order of their coming, with their options") {
  Eigen::MatrixXf W(3, 2), dW(3, 2);
  Eigen::VectorXf b(5), db(5);
  et::Parameters<float> parameters;
  parameters.add("W", W, dW).add("b", b, db, {.weight_decay = false, .learning_rate_scale = 0.5});
  REQUIRE(parameters.size() == 2);
  CHECK(parameters.total() == 11);
  CHECK(parameters.name(1) == "b");
  CHECK(parameters.count(0) == 6);
  CHECK(parameters.options(0).weight_decay);
  CHECK_FALSE(parameters.options(1).weight_decay);
  CHECK(parameters[1].parameter.data == b.data());
  CHECK(parameters[1].gradient.data == db.data());
  CHECK(parameters[1].number == 1);
}

TEST_CASE("all memory forms are taken") {
  std::vector<float> memory(200);
  Eigen::MatrixXf matrix(4, 6), gradient(4, 6);
  const Eigen::MatrixXf constant(4, 6);
  Eigen::Tensor<float, 3> tensor(2, 3, 4), tensor_gradient(2, 3, 4);
  Eigen::Ref<Eigen::MatrixXf> ref(matrix);
  et::Parameters<float> parameters;
  parameters.add("map", Eigen::Map<Eigen::VectorXf>(memory.data() + 1, 7),
                 Eigen::Map<const Eigen::VectorXf>(memory.data() + 50, 7));
  parameters.add("block", matrix.block(0, 0, 2, 3), gradient.block(1, 1, 2, 3));
  parameters.add("columns", matrix.leftCols(2), gradient.leftCols(2));
  parameters.add("ref", ref, gradient);
  parameters.add("const gradient", matrix, constant);
  parameters.add("tensor", tensor, tensor_gradient);
  parameters.add("tensor map", Eigen::TensorMap<Eigen::Tensor<float, 2>>(memory.data(), 3, 4),
                 Eigen::TensorMap<Eigen::Tensor<const float, 2>>(memory.data() + 100, 3, 4));
  Eigen::Matrix<float, 3, 3> fixed, fixed_gradient;
  parameters.add("fixed", fixed, fixed_gradient);
  Eigen::ArrayXXf array(4, 6);
  parameters.add("array with a matrix gradient", array, gradient);
  CHECK(parameters[0].parameter.data == memory.data() + 1);
  CHECK(parameters[1].gradient.data == &gradient(1, 1));
  CHECK(parameters[3].parameter.data == matrix.data());
  CHECK(parameters[4].gradient_is_const);
  CHECK_FALSE(parameters[3].gradient_is_const);
  CHECK(parameters[6].parameter.size() == 12);
}

TEST_CASE("wrong additions are named and leave the list as it was") {
  Eigen::MatrixXf W(3, 2), dW(3, 2), other(2, 3);
  Eigen::VectorXf b(6), db(6);
  Eigen::RowVectorXf row(6);
  et::Parameters<float> parameters;
  parameters.add("W", W, dW);

  CHECK_THROWS_WITH(parameters.add("V", W, other),
                    "V: the parameter is 3x2 but its gradient is 2x3");
  CHECK_THROWS_WITH(parameters.add("b", b, row), "b: the parameter is 6x1 but its gradient is 1x6");
  CHECK_THROWS_WITH(parameters.add("W", b, db),
                    "Parameters: there is already a tensor named \"W\"");
  CHECK_THROWS_WITH(parameters.add("", b, db), "Parameters: a tensor needs a name");
  CHECK_THROWS_WITH(parameters.add("b", b, b), "b: the parameter and its gradient share memory");
  CHECK_THROWS_WITH(parameters.add("b", b.head(4), b.tail(4)),
                    "b: the parameter and its gradient share memory");
  CHECK_THROWS_WITH(parameters.add("b", Eigen::Map<Eigen::VectorXf>(nullptr, 6), db),
                    "b: the parameter or its gradient has no memory (a null pointer)");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double scale : {-1.0, nan, std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_WITH(parameters.add("b", b, db, {.learning_rate_scale = scale}),
                      ContainsSubstring("b: learning_rate_scale must be in [0, inf), got"));
  }
  Eigen::Tensor<float, 2> tensor(2, 4);
  CHECK_THROWS_WITH(parameters.add("t", b, tensor),
                    "t: the parameter is 6x1 but its gradient is 8 values");
  CHECK(parameters.size() == 1);
  CHECK(parameters.total() == 6);
  CHECK_NOTHROW(parameters.add("halves", b.head(3), b.tail(3)));
}

TEST_CASE("blocks of one matrix are parameter and gradient if they have no value in common") {
  // Every pair of blocks, against the addresses of their values.
  constexpr et::Index rows = 5, cols = 4;
  Eigen::MatrixXf matrix = Eigen::MatrixXf::Zero(rows, cols);
  int refused = 0, taken = 0;
  for (et::Index height = 1; height <= rows; ++height) {
    for (et::Index width = 1; width <= cols; ++width) {
      const et::Index pairs = (rows - height + 1) * (cols - width + 1);
      for (et::Index pair = 0; pair < pairs * pairs; ++pair) {
        const auto block = [&](et::Index at) {
          return matrix.block(at % (rows - height + 1), at / (rows - height + 1), height, width);
        };
        auto p = block(pair / pairs), g = block(pair % pairs);
        matrix.setZero();
        p.array() += 1.0f;
        g.array() += 1.0f;
        et::Parameters<float> parameters;
        bool was_refused = false;
        try {
          parameters.add("p", p, g);
        } catch (const std::invalid_argument&) {
          was_refused = true;
        }
        ++(was_refused ? refused : taken);
        if (was_refused != (matrix.maxCoeff() == 2.0f)) {
          FAIL_CHECK(height << "x" << width << ", pair " << pair);
        }
      }
    }
  }
  CHECK(refused > 100);
  CHECK(taken > 100);
  // Values 0, 1, 8 and 9, and four in a row: before, in and behind the gap, or partly so.
  Eigen::Map<Eigen::MatrixXf, 0, Eigen::OuterStride<>> spread(matrix.data(), 2, 2,
                                                              Eigen::OuterStride<>(8));
  for (et::Index from = 0; from <= 16; ++from) {
    Eigen::Map<Eigen::MatrixXf> run(matrix.data() + from, 2, 2);
    et::Parameters<float> one, other;
    if (from == 2 || from == 3 || from == 4 || from >= 10) {
      CHECK_NOTHROW(one.add("W", spread, run));
      CHECK_NOTHROW(other.add("W", run, spread));
    } else {
      CHECK_THROWS_AS(one.add("W", spread, run), std::invalid_argument);
      CHECK_THROWS_AS(other.add("W", run, spread), std::invalid_argument);
    }
  }
}

TEST_CASE("options can change between steps") {
  Eigen::VectorXf b(6), db(6);
  et::Parameters<float> parameters;
  parameters.add("b", b, db);
  parameters.set_options("b", {.frozen = true});
  CHECK(parameters.options(0).frozen);
  CHECK_THROWS_WITH(parameters.set_options("c", {}), "Parameters: there is no tensor named \"c\"");
  CHECK_THROWS_AS(parameters.set_options("b", {.learning_rate_scale = -1.0}),
                  std::invalid_argument);
  CHECK(parameters.options(0).learning_rate_scale == 1.0);
}

TEST_CASE("elements are numbered through, without frozen and empty tensors") {
  Eigen::VectorXd a(3), da(3), b(4), db(4), c(0), dc(0), d(5), dd(5);
  et::Parameters<double> parameters;
  CHECK_THROWS_WITH(parameters.elements(), "Parameters: the list is empty; add() tensors first");
  parameters.add("a", a, da).add("b", b, db, {.frozen = true}).add("c", c, dc).add("d", d, dd);
  const et::Elements<double>& elements = parameters.elements();
  REQUIRE(elements.tensors.size() == 2);
  CHECK(elements.total == 8);
  CHECK(elements.tensors[1].name == "d");
  CHECK(elements.tensors[1].first == 3);
  CHECK(elements.tensors[1].number == 3);  // whatever is frozen
  CHECK(et::test::allocations_in([&] { parameters.elements(); }) == 0);
  d.resize(6);
  CHECK_THROWS_WITH(parameters.elements(),
                    "d: the parameter was 5x1 when it was added and is 6x1 now");
}

TEST_CASE("an empty tensor that gets values is not overlooked") {
  Eigen::VectorXd a(3), da(3), b(0), db(0);
  et::Parameters<double> parameters;
  parameters.add("a", a, da).add("b", b, db);
  CHECK(parameters.elements().total == 3);
  b.resize(2);
  CHECK_THROWS_WITH(parameters.elements(),
                    "b: the parameter was 0x1 when it was added and is 2x1 now");
}

TEST_CASE("tensors added later, frozen or thawed are seen in the next step") {
  Eigen::VectorXd a(3), da(3), b(4), db(4);
  et::Parameters<double> parameters;
  parameters.add("a", a, da);
  CHECK(parameters.elements().total == 3);
  parameters.add("b", b, db);
  CHECK(parameters.elements().total == 7);
  parameters.set_options("a", {.frozen = true});
  CHECK(parameters.elements().total == 4);
  CHECK(parameters.elements().tensors[0].name == "b");
  CHECK(parameters.elements().tensors[0].first == 0);
  parameters.set_options("a", {.learning_rate_scale = 0.5});
  CHECK(parameters.elements().total == 7);
  CHECK(parameters.elements().tensors[0].options->learning_rate_scale == 0.5);
  CHECK(parameters.elements().tensors[1].first == 3);
}

TEST_CASE("a copy of the list, or the list moved, still names its tensors") {
  Eigen::VectorXd a(3), da(3);
  et::Parameters<double> original;
  original.add("a", a, da);
  et::Parameters<double> copy = original;
  original.elements();
  et::Parameters<double> second = original;
  original = {};
  CHECK_THROWS_AS(original.elements(), std::invalid_argument);
  CHECK(copy.elements().tensors[0].name == "a");
  CHECK(second.elements().tensors[0].options == &second.options(0));
  et::Parameters<double> moved = std::move(copy);
  CHECK(moved.elements().tensors[0].options == &moved.options(0));
}

TEST_CASE("a list that becomes again what it was names its tensors as they are called now") {
  Eigen::VectorXd p[4], g[4];
  for (int i = 0; i < 4; ++i) p[i] = g[i] = Eigen::VectorXd::Ones(i + 1);
  et::Parameters<double> parameters;
  for (int i = 0; i < 3; ++i) parameters.add(std::string(1, char('a' + i)), p[i], g[i]);
  parameters.elements();
  const et::Parameters<double> before = parameters;
  // There is room for a fourth tensor, but not for its name.
  parameters.add("a name that needs more memory than all the others", p[3], g[3]);
  parameters = before;
  for (const et::Tensor<double>& tensor : parameters.elements().tensors) {
    CHECK(tensor.name.data() == parameters.name(tensor.number).data());
    CHECK(tensor.options == &parameters.options(tensor.number));
  }
}

TEST_CASE("the options of all tensors change by their names, or none does") {
  Eigen::VectorXf w = Eigen::VectorXf::Ones(3), b = w, dw = w, db = w;
  et::Parameters<float> parameters;
  parameters.add("fc.weight", w, dw).add("fc.bias", b, db);
  parameters.change_options([](std::string_view name, et::ParameterOptions& options) {
    if (name.ends_with(".bias")) options.weight_decay = false;
  });
  CHECK(parameters.options(0).weight_decay);
  CHECK_FALSE(parameters.options(1).weight_decay);

  CHECK_THROWS_WITH(
      parameters.change_options([](std::string_view name, et::ParameterOptions& options) {
        options.frozen = true;
        if (name == "fc.bias") options.learning_rate_scale = -1.0;
      }),
      "fc.bias: learning_rate_scale must be in [0, inf), got -1");
  CHECK_FALSE(parameters.options(0).frozen);
  CHECK(parameters.elements().tensors.size() == 2);

  parameters.change_options([](std::string_view name, et::ParameterOptions& options) {
    options.frozen = name[3] == 'w';
  });
  CHECK(parameters.elements().tensors.size() == 1);
  CHECK(parameters.elements().tensors[0].name == "fc.bias");
}

TEST_CASE("a copy of a list can be a part of it") {
  Eigen::VectorXd p[3] = {Eigen::VectorXd::Ones(3), Eigen::VectorXd::Ones(4),
                          Eigen::VectorXd::Ones(5)};
  Eigen::VectorXd g[3] = {p[0], p[1], p[2]};
  et::Parameters<double> all;
  all.add("a", p[0], g[0]).add("b", p[1], g[1]).add("c", p[2], g[2], {.weight_decay = false});
  all.elements();
  et::Parameters<double> part = all;
  CHECK(part.is_copy_of(all));
  part.keep_only([](et::Index i) { return i != 1; });
  CHECK_FALSE(part.is_copy_of(all));
  CHECK(part.size() == 2);
  CHECK(part.total() == 8);
  CHECK(part.name(1) == "c");
  CHECK_FALSE(part.options(1).weight_decay);
  CHECK(part.elements().tensors.size() == 2);
  CHECK(part.elements().tensors[1].parameter.data == p[2].data());
  CHECK(part.elements().tensors[1].first == 3);
  CHECK(all.size() == 3);
  const et::Parameters<double> before = part;
  const auto refuses = [](et::Index i) { return i == 0 ? false : throw std::runtime_error("no"); };
  CHECK_THROWS_AS(part.keep_only(refuses), std::runtime_error);
  CHECK(part.is_copy_of(before));
  CHECK(part.total() == 8);
  part.add("b", p[1], g[1]);  // its name is free again
  CHECK(part.elements().total == 12);

  et::Parameters<double> copy = all;
  all.set_options("b", {.frozen = true});
  CHECK_FALSE(copy.is_copy_of(all));
  copy = all;
  CHECK(copy.is_copy_of(all));
}
