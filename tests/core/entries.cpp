// SPDX-License-Identifier: MIT
#include "eigentrain/core/entries.hpp"

#include <Eigen/Core>
#include <stdexcept>

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

using Entries = et::detail::Entries<float>;

/// Vectors of 3, 4 and 5 values, added as "a", "bias" and "c".
struct Three {
  Eigen::VectorXf p[3] = {Eigen::VectorXf::Ones(3), Eigen::VectorXf::Ones(4),
                          Eigen::VectorXf::Ones(5)};
  Eigen::VectorXf g[3] = {p[0], p[1], p[2]};
  Entries entries;
  Three() {
    const std::string_view names[] = {"a", "bias", "c"};
    for (int i = 0; i < 3; ++i) {
      entries.add(names[i], {et::View<float>(p[i]),
                             et::View<const float>(g[i]),
                             {.learning_rate_scale = i + 1.0},
                             i == 1});
    }
  }
};

}  // namespace

TEST_CASE("entries keep their names, options and sizes") {
  const Three three;
  const Entries& entries = three.entries;
  REQUIRE(entries.size() == 3);
  CHECK(entries.total() == 12);
  CHECK(entries.begin() == &entries[0]);
  CHECK(entries.name(0) == "a");
  CHECK(entries.name(1) == "bias");
  CHECK(entries.name(2) == "c");
  CHECK(entries[2].options.learning_rate_scale == 3.0);
  CHECK(entries.find("a") == 0);
  CHECK(entries.find("bias") == 1);
  CHECK(entries.find("c") == 2);
  CHECK(entries.find("bia") == -1);
  CHECK(entries.find("") == -1);
  CHECK(Entries().find("a") == -1);
}

TEST_CASE("an entry is found where its tensor lies now, unless that has another shape") {
  Three three;
  const float* const before = three.p[1].data();
  CHECK(three.entries.tensor(1).parameter.data == before);
  Eigen::VectorXf moved = Eigen::VectorXf::Ones(4);
  three.p[1].swap(moved);
  const et::Tensor<float> tensor = three.entries.tensor(1);
  CHECK(tensor.parameter.data == three.p[1].data());
  CHECK(tensor.parameter.data != before);
  CHECK(tensor.gradient.data == three.g[1].data());
  CHECK(tensor.name == "bias");
  CHECK(tensor.number == 1);
  CHECK(tensor.options == &three.entries[1].options);
  CHECK(tensor.gradient_is_const);
  CHECK_FALSE(three.entries.tensor(0).gradient_is_const);
  three.g[1].resize(6);
  CHECK_THROWS_WITH(three.entries.tensor(1),
                    "bias: the gradient was 4x1 when it was added and is 6x1 now");
}

TEST_CASE("those that are kept keep their order, names and options") {
  Three three;
  Entries& entries = three.entries;
  const et::Index none = 0, all[] = {0, 1, 2}, two[] = {1, 2};
  const Entries before = entries;
  entries.keep(all, 3);
  CHECK(entries.same_bytes(before));
  CHECK(entries.total() == 12);
  entries.keep(two, 2);
  REQUIRE(entries.size() == 2);
  CHECK(entries.total() == 9);
  CHECK(entries.name(0) == "bias");
  CHECK(entries.name(1) == "c");
  CHECK(entries[0].options.learning_rate_scale == 2.0);
  CHECK(entries.tensor(1).parameter.data == three.p[2].data());
  CHECK(entries.find("a") == -1);
  entries.keep(&none, 0);
  CHECK(entries.size() == 0);
  CHECK(entries.total() == 0);
}

TEST_CASE("entries are the same as those that they are a copy of, until one changes") {
  Three three;
  Entries copy = three.entries;
  CHECK(copy.same_bytes(three.entries));
  copy.options(1).frozen = true;
  CHECK_FALSE(copy.same_bytes(three.entries));
  CHECK_FALSE(three.entries[1].options.frozen);
  copy = three.entries;
  CHECK(copy.same_bytes(three.entries));
  CHECK_THROWS_AS(copy.change_options([](std::string_view name, et::ParameterOptions& options) {
    options.frozen = true;
    if (name == "c") options.learning_rate_scale = -1.0;
  }),
                  std::invalid_argument);
  CHECK(copy.same_bytes(three.entries));
  copy.change_options([](std::string_view name, et::ParameterOptions& options) {
    options.frozen = name == "bias";
  });
  CHECK(copy[1].options.frozen);
  CHECK_FALSE(copy[2].options.frozen);
}
