// SPDX-License-Identifier: MIT
#include "mlp/batches.hpp"

#include <algorithm>
#include <vector>

#include "eigentrain/core/random.hpp"
#include "eigentrain/schedule/growing_batch_size.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using Eigen::Index;

namespace {

// Sample i has the features i and −i and the label i modulo 1000.
mlp::Dataset numbered(Index size) {
  mlp::Dataset data{Eigen::MatrixXf(2, size), Eigen::VectorXi(size), 1000};
  for (Index i = 0; i < size; ++i) {
    data.features.col(i) << static_cast<float>(i), -static_cast<float>(i);
    data.labels[i] = static_cast<int>(i % 1000);
  }
  return data;
}

std::vector<int> order_of(mlp::Batches& batches) {
  std::vector<int> order;
  for (Index i = 0; i < batches.count(); ++i) {
    const mlp::Batch batch = batches[i];
    REQUIRE(batch.features.cols() == batch.size());
    for (Index k = 0; k < batch.size(); ++k) {
      const int sample = static_cast<int>(batch.features(0, k));
      REQUIRE(batch.features(1, k) == static_cast<float>(-sample));
      REQUIRE(batch.labels[k] == sample % 1000);
      order.push_back(sample);
    }
  }
  return order;
}

}  // namespace

TEST_CASE("an epoch brings every sample exactly once") {
  for (const Index size : {1, 2, 127, 128, 129, 1000}) {
    for (const Index batch_size : {1, 3, 128, 5000}) {
      INFO(size << " samples in batches of " << batch_size);
      const mlp::Dataset data = numbered(size);
      mlp::Batches batches(data, batch_size);
      CHECK(batches.count() == (size + batch_size - 1) / batch_size);
      et::Generator random(1);
      for (int epoch = 0; epoch < 3; ++epoch) {
        std::vector<int> seen = order_of(batches);
        std::sort(seen.begin(), seen.end());
        REQUIRE(static_cast<Index>(seen.size()) == size);
        for (Index i = 0; i < size; ++i) REQUIRE(seen[static_cast<std::size_t>(i)] == i);
        batches.shuffle(random);
      }
    }
  }
}

TEST_CASE("the order is that of the data, until it is shuffled, and then another every time") {
  const mlp::Dataset data = numbered(1000);
  mlp::Batches batches(data, 128);
  const std::vector<int> unshuffled = order_of(batches);
  CHECK(std::is_sorted(unshuffled.begin(), unshuffled.end()));

  et::Generator random(7);
  batches.shuffle(random);
  const std::vector<int> first = order_of(batches);
  batches.shuffle(random);
  const std::vector<int> second = order_of(batches);
  CHECK(first != unshuffled);
  CHECK(second != first);

  et::Generator again(7);
  mlp::Batches same(data, 100);  // the size of the batches changes nothing of the order
  same.shuffle(again);
  CHECK(order_of(same) == first);
  et::Generator other(8);
  mlp::Batches different(data, 128);
  different.shuffle(other);
  CHECK(order_of(different) != first);
}

TEST_CASE("a sample comes to every place") {
  const mlp::Dataset data = numbered(5);
  mlp::Batches batches(data, 5);
  et::Generator random(3);
  Eigen::MatrixXi seen = Eigen::MatrixXi::Zero(5, 5);
  constexpr int rounds = 5000;
  for (int round = 0; round < rounds; ++round) {
    batches.shuffle(random);
    const std::vector<int> order = order_of(batches);
    for (Index k = 0; k < 5; ++k) ++seen(k, order[static_cast<std::size_t>(k)]);
  }
  // 1000 expected, with a standard deviation of 28.
  CHECK(seen.minCoeff() > 850);
  CHECK(seen.maxCoeff() < 1150);
}

TEST_CASE("batches that change their size bring every sample exactly once, too") {
  const auto sizes = GENERATE(std::vector<Index>{1}, std::vector<Index>{7, 1, 128, 3},
                              std::vector<Index>{1, 2, 4, 8, 16, 32, 64, 128, 256},
                              std::vector<Index>{5000}, std::vector<Index>{5000, 1});
  for (const Index count : {1, 2, 100, 1000}) {
    const mlp::Dataset data = numbered(count);
    mlp::Batches batches(data, 5000), fixed(data, 64);
    et::Generator random(1), same(1);
    std::size_t step = 0;  // goes on through the epochs
    for (int epoch = 0; epoch < 4; ++epoch) {
      batches.shuffle(random);
      fixed.shuffle(same);
      std::vector<int> seen;
      while (batches.left() > 0) {
        const Index left = batches.left(), size = sizes[step++ % sizes.size()];
        const mlp::Batch batch = batches.next(size);
        REQUIRE(batch.size() == std::min(size, left));
        REQUIRE(batch.features.cols() == batch.size());
        REQUIRE(batches.left() == left - batch.size());
        for (Index k = 0; k < batch.size(); ++k) {
          const int sample = static_cast<int>(batch.features(0, k));
          REQUIRE(batch.labels[k] == sample % 1000);
          seen.push_back(sample);
        }
      }
      REQUIRE(batches.next(3).size() == 0);
      REQUIRE(seen == order_of(fixed));  // and what it brings is tested above
      batches.restart();
      REQUIRE(batches.left() == count);
      REQUIRE(batches.next(1).features(0, 0) == static_cast<float>(seen[0]));
    }
  }
}

TEST_CASE("batches follow a schedule, by epochs or by steps") {
  const mlp::Dataset data = numbered(100);
  const et::BatchSize size =
      et::growing_batch_size({.initial = 4, .factor = 4, .every = 2, .largest = 60});
  mlp::Batches batches(data, size(1000));
  et::Generator random(1);
  const auto sizes_of_epoch = [&](auto&& ask) {
    std::vector<Index> sizes;
    batches.shuffle(random);
    while (batches.left() > 0) sizes.push_back(batches.next(ask()).size());
    return sizes;
  };
  std::int64_t step = 0, steps = 0;
  for (std::int64_t epoch = 0; epoch < 7; ++epoch) {
    const std::vector<Index> sizes = sizes_of_epoch([&] { return size(epoch); });
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) CHECK(sizes[i] == size(epoch));
    CHECK(sizes.back() == (epoch < 2 ? 4 : epoch < 4 ? 4 : 40));
    steps += static_cast<std::int64_t>(sizes.size());
    CHECK(mlp::count_steps(100, size, epoch + 1) == steps);
  }
  CHECK(steps == 2 * 25 + 2 * 7 + 3 * 2);
  CHECK(sizes_of_epoch([&] { return size(step++); }) == std::vector<Index>{4, 4, 16, 16, 60});
  CHECK(sizes_of_epoch([&] { return size(step++); }) == std::vector<Index>{60, 40});
  CHECK(mlp::count_steps(1, 5000, 3) == 3);
  CHECK(mlp::count_steps(5000, 5000, 0) == 0);
}

TEST_CASE("batches take no memory after they were made") {
  const mlp::Dataset data = numbered(1000);
  mlp::Batches batches(data, 128);
  et::Generator random(1);
  CHECK(et::test::allocations_in([&] {
          batches.shuffle(random);
          for (Index i = 0; i < batches.count(); ++i) batches[i];
          for (Index size = 1; batches.left() > 0; size = std::min<Index>(2 * size, 128)) {
            batches.next(size);
          }
        }) == 0);
}

TEST_CASE("batches refuse what gives none") {
  CHECK_THROWS_WITH(mlp::Batches(numbered(0), 1),
                    "Batches: the number of samples must be at least 1, got 0");
  const mlp::Dataset data = numbered(3);
  CHECK_THROWS_WITH(mlp::Batches(data, 0), "Batches: batch_size must be at least 1, got 0");
  mlp::Batches batches(data, 2);
  CHECK_THROWS_WITH(batches.next(0), "Batches: a batch must have 1 to 2 samples, got 0");
  CHECK_THROWS_WITH(batches.next(3), "Batches: a batch must have 1 to 2 samples, got 3");
  CHECK(batches.left() == 3);
}
