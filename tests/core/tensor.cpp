// SPDX-License-Identifier: MIT
#include "eigentrain/core/tensor.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "eigentrain/core/parameters.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Seen {
  et::Index units;
  bool row_major;
  friend bool operator==(const Seen&, const Seen&) = default;
};

// What the list makes of a parameter with this gradient.
template <class P, class G>
Seen seen(P&& parameter, G&& gradient) {
  et::Parameters<float> list;
  list.add("t", parameter, gradient);
  const et::Tensor<float> alone = list[0];
  const et::Tensor<float>& in_step = list.elements().tensors[0];
  CHECK(in_step.units == alone.units);
  CHECK(in_step.row_major == alone.row_major);
  return {alone.units, alone.row_major};
}
template <class T, class... Sizes>
Seen seen_as(Sizes... sizes) {
  T tensor(sizes...), gradient(sizes...);
  return seen(tensor, gradient);
}

constexpr bool column_major = false, row_major = true;

}  // namespace

TEST_CASE("a matrix has a unit for each row, in both orders") {
  CHECK(seen_as<Eigen::MatrixXf>(3, 5) == Seen{3, column_major});
  CHECK(seen_as<RowMajor>(3, 5) == Seen{3, row_major});
  CHECK(seen_as<Eigen::Matrix<float, 4, 2>>() == Seen{4, column_major});
  CHECK(seen_as<Eigen::Matrix<float, 4, 2, Eigen::RowMajor>>() == Seen{4, row_major});
  CHECK(seen_as<Eigen::ArrayXXf>(6, 2) == Seen{6, column_major});
  CHECK(seen_as<Eigen::MatrixXf>(1, 5) == Seen{1, column_major});
}

TEST_CASE("a vector is one unit, standing or lying") {
  CHECK(seen_as<Eigen::VectorXf>(7).units == 1);
  CHECK(seen_as<Eigen::RowVectorXf>(7).units == 1);
  CHECK(seen_as<Eigen::Vector4f>().units == 1);
  CHECK(seen_as<Eigen::ArrayXf>(7).units == 1);
  CHECK(seen_as<Eigen::MatrixXf>(7, 1).units == 1);
  CHECK(seen_as<RowMajor>(7, 1).units == 1);
}

TEST_CASE("a view has the units and the order of what it shows") {
  Eigen::MatrixXf W = Eigen::MatrixXf::Zero(8, 9), dW = W;
  CHECK(seen(W.block(1, 2, 5, 3), dW.block(0, 0, 5, 3)) == Seen{5, column_major});
  CHECK(seen(W.leftCols(4), dW.leftCols(4)) == Seen{8, column_major});
  CHECK(seen(W.col(2), dW.col(2)).units == 1);
  RowMajor V = RowMajor::Zero(8, 9), dV = V;
  CHECK(seen(V.block(1, 2, 5, 3), dV.block(0, 0, 5, 3)) == Seen{5, row_major});
  CHECK(seen(V.topRows(3), dV.topRows(3)) == Seen{3, row_major});

  std::array<float, 12> p{}, g{};
  CHECK(seen(Eigen::Map<Eigen::MatrixXf>(p.data(), 3, 4),
             Eigen::Map<Eigen::MatrixXf>(g.data(), 3, 4)) == Seen{3, column_major});
  CHECK(seen(Eigen::Map<RowMajor>(p.data(), 2, 6), Eigen::Map<RowMajor>(g.data(), 2, 6)) ==
        Seen{2, row_major});
  CHECK(seen(Eigen::Map<Eigen::VectorXf>(p.data(), 12),
             Eigen::Map<Eigen::VectorXf>(g.data(), 12)) == Seen{1, column_major});
  Eigen::Ref<Eigen::MatrixXf> ref = W, dref = dW;
  CHECK(seen(ref, dref) == Seen{8, column_major});
}

TEMPLATE_TEST_CASE_SIG("a Tensor has a unit for each index of its first axis, in both layouts", "",
                       ((int Layout), Layout), Eigen::ColMajor, Eigen::RowMajor) {
  constexpr bool rows = Layout == Eigen::RowMajor;
  CHECK(seen_as<Eigen::Tensor<float, 1, Layout>>(6) == Seen{1, rows});
  CHECK(seen_as<Eigen::Tensor<float, 2, Layout>>(6, 2) == Seen{6, rows});
  CHECK(seen_as<Eigen::Tensor<float, 3, Layout>>(5, 2, 3) == Seen{5, rows});
  CHECK(seen_as<Eigen::Tensor<float, 4, Layout>>(4, 2, 3, 5) == Seen{4, rows});
  std::array<float, 24> p{}, g{};
  using Tensor = Eigen::Tensor<float, 3, Layout>;
  CHECK(seen(Eigen::TensorMap<Tensor>(p.data(), 4, 3, 2),
             Eigen::TensorMap<Tensor>(g.data(), 4, 3, 2)) == Seen{4, rows});
  CHECK(seen_as<Eigen::TensorFixedSize<float, Eigen::Sizes<3, 2>, Layout>>() == Seen{3, rows});
}

TEST_CASE("elements are numbered through, without what is frozen or empty") {
  Eigen::VectorXf a(3), b(5), none(0), c(2);
  Eigen::VectorXf da(3), db(5), dnone(0), dc(2);
  et::Parameters<float> list;
  list.add("a", a, da).add("b", b, db, {.frozen = true}).add("none", none, dnone);
  list.add("c", c, std::as_const(dc), {.weight_decay = false});
  const et::Elements<float>& elements = list.elements();
  REQUIRE(elements.tensors.size() == 2);
  CHECK(elements.total == 5);
  const et::Tensor<float>&first = elements.tensors[0], &second = elements.tensors[1];
  CHECK(first.name == "a");
  CHECK(first.first == 0);
  CHECK(first.number == 0);
  CHECK_FALSE(first.gradient_is_const);
  CHECK(first.options->weight_decay);
  CHECK(second.name == "c");
  CHECK(second.first == 3);
  CHECK(second.number == 3);
  CHECK(second.gradient_is_const);
  CHECK_FALSE(second.options->weight_decay);
  CHECK(second.parameter.data == c.data());
  CHECK(second.gradient.data == dc.data());
}

TEST_CASE("a tensor takes part with all of its options unless they say otherwise") {
  const et::ParameterOptions options;
  CHECK(options.weight_decay);
  CHECK(options.learning_rate_scale == 1.0);
  CHECK_FALSE(options.frozen);
  const et::Tensor<double> tensor;
  CHECK(tensor.units == 1);
  CHECK_FALSE(tensor.row_major);
}

TEST_CASE("threads share elements evenly, or whole chunks of tensors as evenly as those allow") {
  constexpr et::Index chunk = et::reduction_chunk, sizes[] = {3, chunk + 5, 90, 2 * chunk, 1};
  constexpr et::Index starts[] = {
      0, 3, 3 + chunk, 8 + chunk, 98 + chunk, 98 + 2 * chunk, 98 + 3 * chunk, 99 + 3 * chunk};
  et::Parameters<float> list;
  std::vector<Eigen::VectorXf> p, g;
  for (const et::Index size : sizes) p.emplace_back(size), g.emplace_back(size);
  for (std::size_t i = 0; i < p.size(); ++i) list.add(std::string(1, char('a' + i)), p[i], g[i]);
  const auto check = [](const et::Elements<float>& elements, et::Index tolerance) {
    for (et::Index n = 1; n < 9; ++n) {
      CHECK(elements.cut(0, n) == 0);
      CHECK(elements.cut(n, n) == elements.total);
      for (et::Index i = 1; i < n; ++i) {
        CHECK(elements.cut(i, n) >= elements.cut(i - 1, n));
        CHECK(std::abs(elements.cut(i, n) - i * elements.total / n) <= tolerance);
      }
    }
  };
  et::Elements<float>& elements = list.elements();
  check(elements, 64);
  CHECK(elements.parts() == 13);
  elements.share_chunks();
  check(elements, chunk / 2);
  CHECK(elements.parts() == 7);
  for (et::Index i = 0; i <= 100; ++i) {
    CHECK(std::find(std::begin(starts), std::end(starts), elements.cut(i, 100)) !=
          std::end(starts));
  }
  // Each chunk has room for its sums, the last one too.
  double* end = elements.partial_sums.data();
  for (const et::Tensor<float>& tensor : elements.tensors) {
    CHECK(elements.sums_of(tensor) >= end);
    const et::Index chunks = (tensor.parameter.size() + chunk - 1) / chunk;
    end = elements.sums_of(tensor) + chunks * et::reduction_values;
  }
  CHECK(end <= elements.partial_sums.end());
  CHECK(list.elements().parts() == 13);  // the next step begins anew
}
