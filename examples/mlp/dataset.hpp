// SPDX-License-Identifier: MIT
// Labelled samples to learn from: a folder in the format of MNIST, or spirals made on the spot.
#pragma once

#include "mlp/matrix.hpp"

#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/random.hpp"
#include "eigentrain/init/normal.hpp"
#include "eigentrain/init/uniform.hpp"
#include "mlp/idx.hpp"

namespace mlp {

/// Samples are columns; labels are 0 … classes − 1.
struct Dataset {
  Eigen::MatrixXf features;
  Eigen::VectorXi labels;
  Index classes = 0;

  Index size() const { return features.cols(); }

  /// Keeps the first `count` samples; no more than there are.
  void keep(Index count) {
    if (count >= size()) return;
    features = Eigen::MatrixXf(features.leftCols(count));
    labels = Eigen::VectorXi(labels.head(count));
  }
};

struct TrainAndTest {
  Dataset train;
  Dataset test;
};

namespace detail {

inline bool find_idx(const std::filesystem::path& folder, const std::string& part,
                     const std::string& kind, std::filesystem::path& found) {
  for (const char* separator : {"-", "."}) {
    for (const char* ending : {"", ".gz"}) {
      found = folder / (part + separator + kind + "-ubyte" + ending);
      if (std::filesystem::is_regular_file(found)) return true;
    }
  }
  return false;
}

inline std::filesystem::path idx_file(const std::filesystem::path& folder, const std::string& part,
                                      const std::string& kind) {
  std::filesystem::path found;
  eigentrain::require(find_idx(folder, part, kind, found), folder.string(), ": there is no ", part,
                      "-", kind, "-ubyte or ", part, "-", kind, "-ubyte.gz");
  return found;
}

}  // namespace detail

/// True if the folder holds pictures to train on, so that it is worth loading.
inline bool is_mnist_folder(const std::filesystem::path& folder) {
  std::filesystem::path found;
  return detail::find_idx(folder, "train-images", "idx3", found);
}

/// Reads pictures and their labels. Brightness 0 … 255 becomes 0 … 1. Throws as read_idx does, and
/// std::invalid_argument if the two files disagree on the number of samples or a label is not below
/// `classes`.
inline Dataset load_images(const std::filesystem::path& images_file,
                           const std::filesystem::path& labels_file, Index classes) {
  const Idx images = read_idx(images_file, 3);
  const Idx labels = read_idx(labels_file, 1);
  const Index size = images.shape[0];
  eigentrain::require(labels.shape[0] == size, labels_file.string(), ": holds ", labels.shape[0],
                      " labels, but ", images_file.string(), " holds ", size, " pictures");

  using Bytes = Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic>;
  const Eigen::Map<const Bytes> pixels(images.values.data(), images.shape[1] * images.shape[2],
                                       size);
  Dataset data;
  data.classes = classes;
  data.features = pixels.cast<float>() / 255.0f;
  data.labels = Eigen::Map<const Bytes>(labels.values.data(), size, 1).cast<int>();
  for (Index i = 0; i < size; ++i) {
    eigentrain::require(data.labels[i] < classes, labels_file.string(), ": label ", i,
                        " must be below ", classes, ", got ", data.labels[i]);
  }
  return data;
}

/// Loads the four files that MNIST and its relatives come in, gzip'd or not, spelled
/// train-images-idx3-ubyte or train-images.idx3-ubyte. Throws as load_images, and
/// std::invalid_argument if a file is missing or the pictures of the two parts differ in size.
inline TrainAndTest load_mnist(const std::filesystem::path& folder, Index classes = 10) {
  const auto part = [&](const std::string& name) {
    const auto images = detail::idx_file(folder, name + "-images", "idx3");
    const auto labels = detail::idx_file(folder, name + "-labels", "idx1");
    return load_images(images, labels, classes);
  };
  TrainAndTest data{part("train"), part("t10k")};
  eigentrain::require(data.train.features.rows() == data.test.features.rows(), folder.string(),
                      ": pictures to train on have ", data.train.features.rows(),
                      " pixels, but pictures to test on have ", data.test.features.rows());
  return data;
}

/// Points on `classes` arms of a spiral around the origin, each arm one and a half turns long: two
/// features that no straight line separates.
inline Dataset make_spirals(Index size, Index classes, eigentrain::Generator& random) {
  Eigen::VectorXf radius(size);
  Eigen::VectorXf noise(size);
  eigentrain::uniform(radius, random, 0.05, 1.0);
  eigentrain::normal(noise, random, 0.0, 0.1);

  Dataset data{Eigen::MatrixXf(2, size), Eigen::VectorXi(size), classes};
  constexpr float turn = 2 * std::numbers::pi_v<float>;
  for (Index i = 0; i < size; ++i) {
    const auto arm = static_cast<int>(i % classes);
    const float start = turn * static_cast<float>(arm) / static_cast<float>(classes);
    const float angle = start + 1.5f * turn * radius[i] + noise[i];
    data.features.col(i) << radius[i] * std::cos(angle), radius[i] * std::sin(angle);
    data.labels[i] = arm;
  }
  return data;
}

}  // namespace mlp
