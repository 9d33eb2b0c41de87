// SPDX-License-Identifier: MIT
#include "mlp/dataset.hpp"

#include <cmath>
#include <numbers>

#include "scratch.hpp"
#include "support/catch.hpp"

using Eigen::Index;
using scratch::Bytes;
using scratch::Folder;
using scratch::idx;

namespace {

// Three pictures of 2×2 to train on, two to test on.
void write_mnist(const Folder& folder, const std::string& separator, bool packed) {
  const auto put = [&](const std::string& part, const std::string& kind, const Bytes& bytes) {
    const std::string name = part + separator + kind + "-ubyte" + (packed ? ".gz" : "");
    scratch::write(folder / name, packed ? scratch::gzip(bytes) : bytes);
  };
  put("train-images", "idx3", idx({3, 2, 2}, {0, 255, 51, 102, 1, 2, 3, 4, 5, 6, 7, 8}));
  put("train-labels", "idx1", idx({3}, {9, 0, 4}));
  put("t10k-images", "idx3", idx({2, 2, 2}, {255, 255, 255, 255, 0, 0, 0, 0}));
  put("t10k-labels", "idx1", idx({2}, {1, 2}));
}

}  // namespace

TEST_CASE("a folder of MNIST's files is read in either spelling, packed or not") {
  for (const std::string separator : {"-", "."}) {
    for (const bool packed : {false, true}) {
      const Folder folder;
      CHECK_FALSE(mlp::is_mnist_folder(folder.path()));
      write_mnist(folder, separator, packed);
      CHECK(mlp::is_mnist_folder(folder.path()));
      const mlp::TrainAndTest data = mlp::load_mnist(folder.path());
      CHECK(data.train.size() == 3);
      CHECK(data.train.classes == 10);
      CHECK(data.train.labels == Eigen::VectorXi{{9, 0, 4}});
      CHECK(data.train.features.col(0).isApprox(Eigen::Vector4f(0.0f, 1.0f, 0.2f, 0.4f)));
      CHECK(data.train.features(3, 2) == Approx(8.0 / 255.0));
      CHECK(data.test.size() == 2);
      CHECK(data.test.features.col(0).isOnes());
      CHECK(data.test.labels == Eigen::VectorXi{{1, 2}});
    }
  }
}

TEST_CASE("a folder whose files don't belong together is refused") {
  const Folder folder;
  write_mnist(folder, "-", false);
  const auto refused = [&](const std::string& why) {
    CHECK_THROWS_WITH(mlp::load_mnist(folder.path()), ContainsSubstring(why));
  };
  SECTION("a file is missing") {
    std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
    refused("there is no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz");
  }
  SECTION("more labels than pictures") {
    scratch::write(folder / "train-labels-idx1-ubyte", idx({4}, {9, 0, 4, 1}));
    refused("train-labels-idx1-ubyte: holds 4 labels, but");
  }
  SECTION("a label without a class") {
    scratch::write(folder / "t10k-labels-idx1-ubyte", idx({2}, {1, 10}));
    refused("t10k-labels-idx1-ubyte: label 1 must be below 10, got 10");
    CHECK(mlp::load_mnist(folder.path(), 11).test.labels[1] == 10);
  }
  SECTION("pictures of two sizes") {
    scratch::write(folder / "t10k-images-idx3-ubyte", idx({2, 1, 3}, {1, 2, 3, 4, 5, 6}));
    refused("have 4 pixels, but pictures to test on have 3");
  }
  SECTION("labels where pictures should be") {
    scratch::write(folder / "train-images-idx3-ubyte", idx({3}, {9, 0, 4}));
    refused("must have 3 dimensions, got 1");
  }
  SECTION("a file that lies about its size") {
    scratch::write(folder / "train-images-idx3-ubyte", idx({60000, 28, 28}, {1, 2, 3}));
    refused("ask for 47040000 values, but it holds 3");
  }
}

TEST_CASE("a data set keeps its first samples, and never more than it has") {
  const Folder folder;
  write_mnist(folder, "-", false);
  mlp::Dataset data = mlp::load_mnist(folder.path()).train;
  const mlp::Dataset whole = data;
  data.keep(100);
  CHECK(data.features == whole.features);
  data.keep(2);
  CHECK(data.features == whole.features.leftCols(2));
  CHECK(data.labels == whole.labels.head(2));
}

TEST_CASE("spirals have arms of equal size, turned by equal angles") {
  eigentrain::Generator random(4);
  const mlp::Dataset data = mlp::make_spirals(3000, 3, random);
  CHECK(data.classes == 3);
  REQUIRE(data.size() == 3000);
  Eigen::Vector3i count = Eigen::Vector3i::Zero();
  int astray = 0;
  for (Index i = 0; i < data.size(); ++i) {
    ++count[data.labels[i]];
    // Unwound by the turn that belongs to its radius, a point lies at the angle of its arm.
    const double x = static_cast<double>(data.features(0, i));
    const double y = static_cast<double>(data.features(1, i));
    const double pi = std::numbers::pi;
    const double unwound = std::atan2(y, x) - 3.0 * pi * std::hypot(x, y);
    const double off = unwound - 2.0 * pi / 3.0 * data.labels[i];
    astray += std::abs(std::remainder(off, 2.0 * pi)) > 0.5 ? 1 : 0;  // five deviations
  }
  CHECK(count == Eigen::Vector3i(1000, 1000, 1000));
  CHECK(astray == 0);

  eigentrain::Generator same(4);
  CHECK(mlp::make_spirals(3000, 3, same).features == data.features);
}
