// SPDX-License-Identifier: MIT
// Watched partitions are tested in tests/core/partition.cpp.
#include "eigentrain/core/joint_pass.hpp"

#include <Eigen/Core>
#include <array>
#include <vector>

#include "eigentrain/core/parameters.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using et::Index;

namespace {

using Vector = Eigen::VectorXf;

struct Seen {
  int part;
  Index number, first, size, state;
  bool operator==(const Seen&) const = default;
};

}  // namespace

TEST_CASE("the tensors of all parts stand in the list's order, and each gets its own part's pass") {
  // By turns in the first and in the second part; the second part's first tensor is frozen, and the
  // first part's second one has no values.
  std::array<Vector, 6> p{Vector(3), Vector(9), Vector(0), Vector(4), Vector(5), Vector(6)}, g = p;
  et::Parameters<float> parts[2];
  et::detail::Buffer<Index> part_of(6);
  for (std::size_t i = 0; i < 6; ++i) {
    part_of[i] = static_cast<Index>(i % 2);
    parts[i % 2].add(et::message("p", i), p[i], g[i], {.frozen = i == 1});
  }
  std::vector<Seen> seen;
  const auto pass = [&seen](int part) {
    return [&seen, part](const et::Tensor<float>& tensor, const et::detail::Run<float>& run) {
      seen.push_back({part, tensor.number, run.first, run.size, run.state});
    };
  };
  const auto first = pass(1), second = pass(2);
  for (auto& tensor : parts[1].elements().tensors) tensor.state = 100 + tensor.first;
  et::detail::JointPass<float, 2> joint;
  const auto run = [&] {
    seen.clear();
    et::detail::update_runs(joint.elements(), joint);
  };

  joint.begin(6);
  CHECK_FALSE(joint.join(part_of));
  CHECK(joint.elements().total == 0);
  joint.add(0, parts[0].elements(), first);
  et::Elements<float>& others = parts[1].elements();
  for (auto& tensor : others.tensors) tensor.state = 100 + tensor.first;
  joint.add(1, others, second);
  CHECK(joint.join(part_of));
  CHECK(joint.elements().total == 18);
  REQUIRE(joint.elements().tensors.size() == 4);
  CHECK(joint.elements().tensors[1].number == 3);
  CHECK(joint.elements().tensors[1].first == 3);
  CHECK(joint.elements().tensors[2].name == "p4");
  run();
  CHECK(seen ==
        std::vector<Seen>{{1, 0, 0, 3, 0}, {2, 1, 0, 4, 100}, {1, 2, 3, 5, 0}, {2, 2, 4, 6, 104}});

  // In the next step one part has nothing to do.
  joint.begin(6);
  joint.add(1, others, second);
  CHECK(joint.join(part_of));
  run();
  CHECK(seen == std::vector<Seen>{{2, 1, 0, 4, 100}, {2, 2, 4, 6, 104}});
}
