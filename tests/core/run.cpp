// SPDX-License-Identifier: MIT
#include "eigentrain/core/run.hpp"

#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

// Whether a run lies where its elements do.
bool in_place(const et::Tensor<double>& tensor, const et::detail::Run<double>& run) {
  for (et::Index i = 0; i < run.size; ++i) {
    const et::Index f = run.first + i - tensor.first;
    const auto& p = tensor.parameter;
    const auto& g = tensor.gradient;
    if (f < 0 || f >= p.size() ||
        run.parameter + i != p.data + f / p.inner * p.stride + f % p.inner ||
        run.gradient + i != g.data + f / g.inner * g.stride + f % g.inner ||
        run.state + i != tensor.state + f) {
      return false;
    }
  }
  return true;
}

void check_all_ranges(et::Parameters<double>& parameters) {
  et::Elements<double>& elements = parameters.elements();
  for (et::Tensor<double>& tensor : elements.tensors) tensor.state = 3 * tensor.first + 17;
  for (et::Index begin = 0; begin <= elements.total; ++begin) {
    for (et::Index end = begin; end <= elements.total; ++end) {
      et::Index next = begin;
      et::detail::for_each_run(
          elements.tensors, begin, end,
          [&](const et::Tensor<double>& tensor, const et::detail::Run<double>& run) {
            if (run.first != next || run.size <= 0) FAIL_CHECK("a gap");
            if (!in_place(tensor, run)) FAIL_CHECK("a wrong place");
            next = run.first + run.size;
          });
      if (next != end) FAIL_CHECK("stopped at " << next << " instead of " << end);
    }
  }
}

// The sizes of the runs that cover all elements.
std::vector<et::Index> sizes(et::Parameters<double>& parameters) {
  std::vector<et::Index> result;
  const auto& elements = parameters.elements();
  et::detail::for_each_run(elements.tensors, 0, elements.total,
                           [&](const et::Tensor<double>&, const et::detail::Run<double>& run) {
                             result.push_back(run.size);
                           });
  return result;
}

using Sizes = std::vector<et::Index>;

}  // namespace

TEST_CASE("runs cover every element once, in order") {
  Eigen::MatrixXd big = Eigen::MatrixXd::Random(7, 9), gradients = Eigen::MatrixXd::Random(11, 9);
  Eigen::VectorXd b(5), db(5), none(0), dnone(0), frozen(3), dfrozen(3);
  RowMajor rows(6, 5), drows(4, 7);
  Eigen::VectorXd one(1), done(1);
  et::Parameters<double> parameters;
  parameters.add("block", big.block(1, 2, 3, 4), gradients.block(2, 1, 3, 4));
  parameters.add("b", b, db).add("none", none, dnone).add("f", frozen, dfrozen, {.frozen = true});
  parameters.add("columns", big.leftCols(2), gradients.block(0, 5, 7, 2));
  parameters.add("one", one, done);
  parameters.add("rows", rows.block(1, 1, 3, 2), drows.block(0, 4, 3, 2));
  check_all_ranges(parameters);
  et::Parameters<double> single;
  single.add("block", big.block(1, 2, 3, 4), gradients.block(2, 1, 3, 4));
  check_all_ranges(single);
}

TEST_CASE("a run ends at a gap in the parameter or in the gradient, and nowhere else") {
  Eigen::MatrixXd whole(4, 3), other(4, 3), wide(6, 3);
  et::Parameters<double> none, in_parameter, in_gradient, in_both, across;
  none.add("p", whole, other);
  CHECK(sizes(none) == Sizes{12});
  in_parameter.add("p", wide.topRows(4), other);
  CHECK(sizes(in_parameter) == Sizes{4, 4, 4});
  in_gradient.add("p", whole, wide.bottomRows(4));
  CHECK(sizes(in_gradient) == Sizes{4, 4, 4});
  in_both.add("p", wide.topRows(2), wide.bottomRows(2));
  CHECK(sizes(in_both) == Sizes{2, 2, 2});
  in_both.add("q", whole, other);
  CHECK(sizes(in_both) == Sizes{2, 2, 2, 12});
  // A vector that lies in one piece, with a gradient that lies in several: of different inner
  // sizes, since only the number of values has to agree.
  RowMajor rows(3, 5);
  RowMajor gradient(3, 7);
  across.add("p", rows, gradient.leftCols(5));
  CHECK(sizes(across) == Sizes{5, 5, 5});
}

TEST_CASE("a run between gaps begins where it is asked to") {
  Eigen::MatrixXd p(6, 3), g(5, 3);
  et::Parameters<double> parameters;
  parameters.add("p", p.topRows(4), g.topRows(4));
  et::Tensor<double> tensor = parameters.elements().tensors[0];
  tensor.first = 100;
  tensor.state = 40;
  const et::detail::Run<double> run = et::detail::run_between_gaps(tensor, 105, 112);
  CHECK(run.parameter == &p(1, 1));
  CHECK(run.gradient == &g(1, 1));
  CHECK(run.state == 45);
  CHECK(run.first == 105);
  CHECK(run.size == 3);
  CHECK(et::detail::run_between_gaps(tensor, 105, 106).size == 1);
}

TEST_CASE("nothing is nothing") {
  const et::detail::Buffer<et::Tensor<double>> no_tensors;
  const auto never = [](const auto&, const auto&) { FAIL_CHECK("a run of nothing"); };
  et::detail::for_each_run(no_tensors, 0, 0, never);
  Eigen::VectorXd b(5), db(5);
  et::Parameters<double> parameters;
  parameters.add("b", b, db);
  et::detail::for_each_run(parameters.elements().tensors, 3, 3, never);
}

TEST_CASE("each rule finds its streams behind those of the rules before it") {
  const auto none = [](const auto& u, const auto&) { return u; };
  const auto one = [](const auto& u, const auto&, auto&) { return u; };
  const auto two = [](const auto& u, const auto&, auto&, auto&) { return u; };
  std::vector<double> a(10), b(10), c(10);
  double* const streams[] = {a.data(), b.data(), c.data()};
  const auto pointers =
      et::detail::state_pointers<double, decltype(one), decltype(none), decltype(two)>(streams, 4);
  STATIC_REQUIRE(std::tuple_size_v<std::remove_const_t<decltype(pointers)>> == 3);
  CHECK(pointers[0] == &a[4]);
  CHECK(pointers[1] == &b[4]);
  CHECK(pointers[2] == &c[4]);
  CHECK(et::detail::state_pointers<double, decltype(none)>(nullptr, 4).empty());
}
