// SPDX-License-Identifier: MIT
#include "eigentrain/core/state_visitor.hpp"

#include <Eigen/Core>

#include "eigentrain/core/generator.hpp"
#include "eigentrain/core/parameters.hpp"
#include "support/catch.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;
using Kind = et::StateValues::Kind;

TEST_CASE("numbers are shown with their kind, width and full name") {
  et::test::MemoryVisitor visit;
  bool flag = true;
  int small = -3;
  std::uint64_t word = 7;
  float real = 0.5f;
  double many[] = {1.0, 2.0, 3.0};
  {
    const et::test::MemoryVisitor::Group outer(visit, "outer");
    visit("flag", flag);
    const et::test::MemoryVisitor::Group inner(visit, "inner", 2);
    visit("small", small);
  }
  visit("word", word);
  visit("real", real);
  visit("many", many, 3);
  const auto is = [&](const char* name, Kind kind, int bytes, int rank, double last) {
    const auto& kept = visit.kept.at(name);
    return kept.values.kind == kind && kept.values.bytes == bytes && kept.values.rank == rank &&
           kept.numbers.back() == last;
  };
  CHECK(is("outer.flag", Kind::flag, 1, 0, 1.0));
  CHECK(is("outer.inner2.small", Kind::integer, 4, 0, -3.0));
  CHECK(is("word", Kind::word, 8, 0, 7.0));
  CHECK(is("real", Kind::real, 4, 0, 0.5));
  CHECK(is("many", Kind::real, 8, 1, 3.0));
  CHECK(visit.kept.size() == 5);
}

TEST_CASE("parameters are shown row by row, whatever their storage order") {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::MatrixXd columns(2, 3), g = Eigen::MatrixXd::Zero(2, 3);
  columns << 1, 2, 3, 4, 5, 6;
  RowMajor rows = columns, rows_g = g;
  Eigen::MatrixXd big(5, 5);
  big.setZero();
  big.block(1, 1, 2, 3) = columns;
  RowMajor big_rows = big;
  Eigen::RowVectorXd row(3), row_g(3);
  row << 1, 2, 3;
  Eigen::MatrixXd thin(3, 1), thin_g(3, 1);
  thin << 1, 2, 3;
  et::Parameters<double> list;
  list.add("columns", columns, g)
      .add("rows", rows, rows_g)
      .add("block", big.block(1, 1, 2, 3), g.leftCols(3))
      .add("rows block", big_rows.block(1, 1, 2, 3), rows_g)
      .add("row", row, row_g)
      .add("thin", thin, thin_g);
  et::test::MemoryVisitor visit;
  list.visit_state(visit);
  const std::vector<double> matrix = {1, 2, 3, 4, 5, 6}, vector = {1, 2, 3};
  for (const char* name : {"columns", "rows", "block", "rows block"}) {
    INFO(name);
    CHECK(visit.kept.at(name).numbers == matrix);
    CHECK(visit.kept.at(name).values.rank == 2);
    CHECK(visit.kept.at(name).values.rows == 2);
  }
  CHECK(visit.kept.at("row").numbers == vector);
  CHECK(visit.kept.at("row").values.rank == 1);
  CHECK(visit.kept.at("row").values.rows == 3);
  CHECK(visit.kept.at("thin").values.rank == 2);
  CHECK(visit.kept.at("thin").values.columns == 1);

  // State without gaps that belongs to a tensor with gaps.
  std::vector<double> state = {1, 4, 2, 5, 3, 6};
  visit.like(list, 2, "state", state.data());
  CHECK(visit.kept.at("state").numbers == matrix);

  visit.restores = true;
  big.setZero(), big_rows.setZero(), row.setZero();
  list.visit_state(visit);
  CHECK(big.block(1, 1, 2, 3) == columns);
  CHECK(big_rows.block(1, 1, 2, 3) == columns);
  CHECK(big.sum() == 21.0);
  CHECK(row == Eigen::RowVector3d(1, 2, 3));
}

TEST_CASE("a generator goes on in the middle of a counter") {
  et::Generator random(5, 6), fresh(1);
  random(), random(), random();
  et::test::MemoryVisitor visit;
  random.visit_state(visit);
  fresh();
  visit.restores = true;
  fresh.visit_state(visit);
  CHECK(fresh == random);
  for (int i = 0; i < 5; ++i) CHECK(fresh() == random());
}
