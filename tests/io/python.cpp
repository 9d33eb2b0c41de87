// SPDX-License-Identifier: MIT
// Python reads what is saved here, and what Python saves is read.
#include <cstdlib>

#include "eigentrain/core/generator.hpp"
#include "eigentrain/io/checkpoint.hpp"
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

namespace et = eigentrain;
using et::test::Folder;

#ifdef EIGENTRAIN_PYTHON

namespace {

bool python(const std::string& what, const std::filesystem::path& file) {
  const auto script = std::filesystem::path(__FILE__).replace_extension(".py");
  const std::string command = std::string(EIGENTRAIN_PYTHON) + " '" + script.string() + "' " +
                              what + " '" + file.string() + "'";
  return std::system(command.c_str()) == 0;
}

}  // namespace

TEST_CASE("Python sees the right matrices") {
  const Folder folder;
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::MatrixXf columns(3, 4), big(6, 9);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 4; ++j) columns(i, j) = static_cast<float>(10 * i + j);
  }
  RowMajor rows = columns, drows = 2.0f * columns;
  Eigen::MatrixXf dcolumns = 2.0f * columns;
  big.block(2, 3, 3, 4) = columns;
  Eigen::RowVectorXf bias(3), dbias(3);
  bias << 0.5f, -0.5f, 0x1p127f;
  dbias.setZero();
  et::Parameters<float> parameters;
  parameters.add("columns", columns, dcolumns).add("rows", rows, drows);
  parameters.add("block", big.block(2, 3, 3, 4), dcolumns).add("bias", bias, dbias);
  et::Sgd<float> sgd({.learning_rate = 0.0, .momentum = 0.5});
  sgd.step(parameters);
  et::Generator random(UINT64_MAX);
  double pi = 3.141592653589793;
  bool yes = true;
  std::vector<int> order = {3, -1, 2};
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Ones(2, 1);
  std::string note = "für Python";
  et::Checkpoint list;
  list.add("model", parameters).add("optimizer", sgd, parameters).add("random", random);
  list.add("pi", pi).add("yes", yes).add("order", order).add("matrix", matrix).add("note", note);
  list.save(folder / "a");
  CHECK(python("read", folder / "a"));
}

TEST_CASE("what Python wrote as PyTorch does is read") {
  const Folder folder;
  REQUIRE(python("write", folder / "a"));
  Eigen::MatrixXf w(3, 5), dw(3, 5);
  Eigen::VectorXf b(3), db(3);
  et::Parameters<float> parameters;
  parameters.add("fc1.weight", w, dw).add("fc1.bias", b, db);
  et::BatchNorm<float> norm(2);
  bool yes = false;
  et::Checkpoint list;
  list.add("", parameters).add("bn", norm).add("yes", yes).load(folder / "a");
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 5; ++j) CHECK(w(i, j) == static_cast<float>(100 * i + j));
  }
  CHECK(b == Eigen::Vector3f(1.0f, -2.0f, 1e-45f));
  CHECK(norm.running_mean() == Eigen::Vector2f(0.25f, 4.0f));
  CHECK(norm.running_variance() == Eigen::Vector2f(1.0f, 9.0f));
  CHECK(norm.batches() == std::int64_t{1} << 40);
  CHECK(yes);
}

#else

TEST_CASE("Python") {
  WARN("There is no python3 with numpy here.");
}

#endif
