// SPDX-License-Identifier: MIT
// The counter that other tests trust has to count.
#include "support/allocations.hpp"

#include <Eigen/Core>
#include <memory>
#include <vector>

#include "support/catch.hpp"

using eigentrain::test::allocations_in;

namespace {

// The optimizer has to assume that the value is read, so it can't leave the allocation out.
template <class T>
void keep(T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

}  // namespace

TEST_CASE("nothing allocated counts as nothing") {
  float sum = 0;
  CHECK(allocations_in([&] { sum += 1.0f; }) == 0);
  Eigen::MatrixXf a = Eigen::MatrixXf::Ones(20, 20), b = a;
  CHECK(allocations_in([&] { a += 2.0f * b; }) == 0);
}

TEST_CASE("operator new is counted, arrays and containers too") {
  CHECK(allocations_in([] {
          auto value = std::make_unique<int>(1);
          keep(*value);
        }) == 1);
  std::vector<double> values;
  CHECK(allocations_in([&] { values.resize(1000); }) == 1);
  struct alignas(64) Wide {
    float lanes[16];
  };
  CHECK(allocations_in([] {
          auto wide = std::make_unique<Wide>();
          keep(*wide);
        }) == 1);
}

TEST_CASE("Eigen's own allocations are counted") {
  if (!eigentrain::test::counts_malloc()) return;
  Eigen::MatrixXf a(3, 3);
  CHECK(allocations_in([&] { a.resize(50, 50); }) == 1);
  Eigen::MatrixXf big = Eigen::MatrixXf::Ones(300, 300), product(300, 300);
  CHECK(allocations_in([&] { product.noalias() = big * big; }) > 0);  // its packing buffers
}
