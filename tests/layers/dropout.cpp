// SPDX-License-Identifier: MIT
#include "eigentrain/layers/dropout.hpp"

#include <limits>
#include <stdexcept>
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/schedule.hpp"
#include "layers/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

using eigentrain::Dropout;
using eigentrain::Generator;
using namespace eigentrain::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The definition, value by value: bit 31 − k of word j of counter 16g + i is the bit of plane
/// 4g + j, of which the first is the highest, for value 512b + 16k + i.
template <class S>
Batch<S> reference(const Batch<S>& input, double rate, const Generator& random) {
  Batch<S> output(input.rows(), input.cols());
  for (Eigen::Index n = 0; n < input.size(); ++n) {
    const Eigen::Index block = n / 512, k = n % 512 / 16, i = n % 16;
    double u = 0.0, unit = 0.5;
    for (Eigen::Index group = 0; group < 8; ++group) {
      const auto words = eigentrain::philox_words<1>(
          random.seed(), random.stream(),
          random.position() / 4 + static_cast<std::uint64_t>(128 * block + 16 * group + i));
      for (const auto& word : words.word) {
        u += (word.lanes >> (31 - k) & 1) != 0 ? unit : 0.0;
        unit *= 0.5;
      }
    }
    output.data()[n] = u >= rate ? input.data()[n] * static_cast<S>(1.0 / (1.0 - rate)) : S(0);
  }
  return output;
}

}  // namespace

TEMPLATE_TEST_CASE("dropout is its definition at every size and place", "[dropout]", float,
                   double) {
  using S = TestType;
  at_every_level([] {
    Dropout<S> dropout({.rate = 0.3});
    Generator random(7, 3);
    bool right = true, intact = true;
    for (Eigen::Index rows = 0; rows <= 33; ++rows) {
      for (const Eigen::Index cols : {0, 1, 2, 3, 17, 40}) {
        const Batch<S> x = noise_batch<S>(rows, cols, 1);
        const Batch<S> expected = reference<S>(x, 0.3, random);
        const auto before = random.position();
        Placed<S> in(x, rows % 5, cols % 3), out(Batch<S>::Zero(rows, cols), cols % 7, rows % 2);
        dropout.forward(in.view, out.view, random);
        right = right && same_bits(out.view, expected) && same_bits(in.view, x);
        right = right && random.position() - before ==
                             static_cast<std::uint64_t>((x.size() + 511) / 512 * 512);
        intact = intact && in.intact() && out.intact();

        Batch<S> ones = Batch<S>::Ones(rows, cols), slope(rows, cols);
        dropout.backward(ones, slope);
        // Zeros by comparison, since 0·x may be −0.
        right = right && (slope.array() * x.array() == expected.array()).all();
        dropout.backward(in.view, in.view);  // in place
        right = right && same_bits(in.view, expected);
        intact = intact && in.intact();
      }
    }
    CHECK(right);
    CHECK(intact);
  });
}

TEMPLATE_TEST_CASE("dropout over many blocks is the same on every register", "[dropout]", float,
                   double) {
  using S = TestType;
  const Batch<S> x = noise_batch<S>(257, 129, 5);
  const Generator start(42);
  const Batch<S> expected = reference<S>(x, 0.2, start);
  at_every_level([&] {
    Dropout<S> dropout({.rate = 0.2});
    Generator random = start;
    Batch<S> y(257, 129), dx(257, 129);
    dropout.forward(x, y, random);
    CHECK(same_bits(y, expected));
    CHECK(hash(y) == (sizeof(S) == 4 ? 0x306a9a60c20ddad7u : 0xf0495e91d08371dfu));
    dropout.backward(x, dx);
    CHECK(same_bits(dx, expected));
    Batch<S> in_place = x;
    random = start;
    dropout.forward(in_place, in_place, random);
    CHECK(same_bits(in_place, expected));
  });
}

TEMPLATE_TEST_CASE("dropout drops with its rate and keeps the mean", "[dropout][long]", float,
                   double) {
  // A peer keeps with probability p and scales by 1/(1 − p): at 0.2 its mean would be 0.25.
  using S = TestType;
  const Eigen::Index rows = 500, cols = 800;
  const double count = static_cast<double>(rows * cols);
  const Batch<S> ones = Batch<S>::Ones(rows, cols);
  Batch<S> y(rows, cols), again(rows, cols);
  Generator random(1);
  for (const double rate : {0.05, 0.2, 0.5, 0.9}) {
    Dropout<S> dropout({.rate = rate});
    dropout.forward(ones, y, random);
    const double kept = static_cast<double>((y.array() != S(0)).count()) / count;
    const double deviation = std::sqrt(rate * (1 - rate) / count);
    CAPTURE(rate, kept);
    CHECK(std::abs(kept - (1 - rate)) < 5 * deviation);
    CHECK(((y.array() == S(0)) || (y.array() == static_cast<S>(1 / (1 - rate)))).all());
    // Independent of the next mask: both keep a value with probability (1 − p)².
    dropout.forward(ones, again, random);
    const double both =
        static_cast<double>(((y.array() != S(0)) && (again.array() != S(0))).count()) / count;
    CHECK(std::abs(both - (1 - rate) * (1 - rate)) < 5 * deviation);
    // … and of the neighbour's.
    const auto left = y.topRows(rows - 1).array() != S(0);
    const auto right = y.bottomRows(rows - 1).array() != S(0);
    const double pairs = static_cast<double>((left && right).count()) / count;
    CHECK(std::abs(pairs - (1 - rate) * (1 - rate)) < 5 * deviation + 1.0 / double(rows));
  }
}

TEMPLATE_TEST_CASE("dropout's backward is its derivative", "[dropout]", float, double) {
  using S = TestType;
  // A peer's backward ignores the mask. The layer is linear in x, so L = Σ c·y has the slope that
  // a change of x by 1 shows.
  Dropout<S> dropout({.rate = 0.5});
  const Generator start(3);
  const Batch<S> c = noise_batch<S>(6, 5, 9);
  Batch<S> y(6, 5), moved(6, 5), dx(6, 5);
  Generator random = start;
  const Batch<S> zero = Batch<S>::Zero(6, 5);
  dropout.forward(zero, y, random);
  dropout.backward(c, dx);
  for (Eigen::Index i = 0; i < 30; ++i) {
    Batch<S> x = zero;
    x.data()[i] = 1;
    random = start;
    dropout.forward(x, moved, random);
    CHECK(dx.data()[i] == c.data()[i] * (moved.data()[i]));
  }
  CHECK((dx.array() == S(0)).any());
  CHECK((dx.array() != S(0)).any());
}

TEMPLATE_TEST_CASE("dropout of nothing and of everything, with infinities", "[dropout]", float,
                   double) {
  using S = TestType;
  at_every_level([] {
    Batch<S> x = noise_batch<S>(37, 29, 2);
    x(0, 0) = static_cast<S>(infinity);
    x(1, 0) = static_cast<S>(-infinity);
    x(2, 0) = static_cast<S>(not_a_number);
    x(3, 0) = S(-0.0);
    x(4, 0) = std::numeric_limits<S>::denorm_min();
    x(5, 0) = std::numeric_limits<S>::max();
    Batch<S> y(37, 29);
    Generator random(11);
    Dropout<S> dropout({.rate = 0.0});
    dropout.forward(x, y, random);
    CHECK(same_bits(y, x));
    dropout.backward(x, y);
    CHECK(same_bits(y, x));
    dropout.set_rate(1.0);
    dropout.forward(x, y, random);
    CHECK(same_bits(y, Batch<S>(Batch<S>::Zero(37, 29))));
    dropout.backward(x, y);
    CHECK(same_bits(y, Batch<S>(Batch<S>::Zero(37, 29))));
  });
}

TEST_CASE("a new rate holds from the next forward on", "[dropout]") {
  Dropout<float> dropout({.rate = 0.5});
  Generator random(1);
  const Batch<float> ones = Batch<float>::Ones(8, 8);
  Batch<float> y(8, 8), dx(8, 8);
  dropout.forward(ones, y, random);
  dropout.set_rate(0.75);
  CHECK(dropout.rate() == 0.75);
  dropout.backward(ones, dx);
  CHECK(same_bits(dx, y));
  dropout.forward(ones, y, random);
  CHECK(y.maxCoeff() == 4.0f);
}

TEST_CASE("evaluation is the identity", "[dropout]") {
  const Dropout<float> dropout({.rate = 0.5});
  const Batch<float> x = noise_batch<float>(9, 4, 1);
  Batch<float> y = Batch<float>::Zero(9, 4);
  dropout.evaluate(x, y);
  CHECK(same_bits(y, x));
  dropout.evaluate(y, y);
  CHECK(same_bits(y, x));
}

TEST_CASE("dropout takes blocks, fixed sizes and vectors", "[dropout]") {
  Dropout<float> dropout({.rate = 0.5});
  const Generator start(8);
  const Batch<float> x = noise_batch<float>(6, 8, 1);
  const Batch<float> expected = reference<float>(Batch<float>(x.block(1, 2, 4, 5)), 0.5, start);
  Generator random = start;
  Batch<float> large = Batch<float>::Constant(6, 8, 9.0f);
  dropout.forward(x.block(1, 2, 4, 5), large.block(1, 2, 4, 5), random);
  CHECK(same_bits(large.block(1, 2, 4, 5), expected));
  CHECK((large.array() == 9.0f).count() == 48 - 20);
  Eigen::Matrix<float, 4, 5> fixed = x.block(1, 2, 4, 5);
  random = start;
  dropout.forward(fixed, fixed, random);
  CHECK(same_bits(fixed, expected));
  Eigen::VectorXf vector = Eigen::VectorXf::Ones(20);
  random = start;
  dropout.forward(vector, vector, random);
  CHECK((vector.array() == 0.0f).count() == (expected.array() == 0.0f).count());
}

TEST_CASE("dropout's mask resumes with the generator", "[dropout]") {
  Dropout<float> dropout({.rate = 0.5});
  const Batch<float> ones = Batch<float>::Ones(11, 13);
  Batch<float> first(11, 13), second(11, 13), resumed(11, 13);
  Generator random(5, 6);
  dropout.forward(ones, first, random);
  const auto position = random.position();
  dropout.forward(ones, second, random);
  CHECK_FALSE(same_bits(first, second));
  Generator later(5, 6);
  later.set_position(position);
  dropout.forward(ones, resumed, later);
  CHECK(same_bits(resumed, second));
}

TEST_CASE("dropout allocates at the first and at larger batches only", "[dropout]") {
  Dropout<float> dropout({.rate = 0.5});
  Generator random(1);
  const Batch<float> x = Batch<float>::Ones(100, 64);
  Batch<float> y(100, 64);
  CHECK(allocations_in([&] { dropout.forward(x, y, random); }) == 1);
  CHECK(allocations_in([&] {
          dropout.forward(x, y, random);
          dropout.backward(y, y);
          dropout.forward(x.leftCols(33), y.leftCols(33), random);
          dropout.backward(y.topRows(100).leftCols(33), y.leftCols(33));
          dropout.forward(x.topRows(63), y.topRows(63), random);
          dropout.backward(y.topRows(63), y.topRows(63));
          dropout.evaluate(x, y);
        }) == 0);
}

TEST_CASE("dropout refuses bad rates and shapes, and changes nothing", "[dropout]") {
  for (const double rate : {-0.1, -1e-300, 1.0000001, 2.0, infinity, -infinity, not_a_number}) {
    CAPTURE(rate);
    CHECK_THROWS_AS(Dropout<float>({.rate = rate}), std::invalid_argument);
    Dropout<float> dropout({.rate = 0.25});
    CHECK_THROWS_AS(dropout.set_rate(rate), std::invalid_argument);
    CHECK(dropout.rate() == 0.25);
  }
  CHECK_THROWS_WITH(Dropout<float>({.rate = -0.5}), "Dropout: rate must be in [0, 1], got -0.5");

  Dropout<float> dropout({.rate = 0.5});
  Generator random(1);
  Batch<float> x = Batch<float>::Ones(4, 8), y(4, 8), wrong = Batch<float>::Constant(4, 7, 3.0f);
  CHECK_THROWS_WITH(dropout.backward(x, y), "Dropout: backward() needs a forward() before it");
  dropout.forward(x, y, random);
  const auto position = random.position();
  CHECK_THROWS_WITH(dropout.forward(x, wrong, random),
                    "Dropout: the output is 4x7, but must be 4x8");
  CHECK_THROWS_WITH(dropout.evaluate(x, wrong), "Dropout: the output is 4x7, but must be 4x8");
  CHECK_THROWS_WITH(dropout.backward(wrong, x),
                    "Dropout: the output's gradient is 4x7, but must be 4x8");
  CHECK_THROWS_WITH(dropout.backward(x, wrong),
                    "Dropout: the input's gradient is 4x7, but must be 4x8");
  CHECK(random.position() == position);
  CHECK((wrong.array() == 3.0f).all());
  Batch<float> dx(4, 8);
  dropout.backward(x, dx);
  CHECK(same_bits(dx, y));
}

TEST_CASE("dropout takes tensors and row-major matrices, in storage order") {
  const Generator start(8);
  const Batch<float> x = noise_batch<float>(60, 10, 1);
  const Batch<float> expected = reference<float>(x, 0.5, start);
  Dropout<float> dropout({.rate = 0.5});
  Generator random = start;
  Eigen::Tensor<float, 4> tensor(3, 4, 5, 10), dropped(3, 4, 5, 10);
  std::copy_n(x.data(), 600, tensor.data());
  dropout.forward(tensor, dropped, random);
  CHECK(std::equal(dropped.data(), dropped.data() + 600, expected.data()));
  dropout.backward(tensor, Eigen::TensorMap<Eigen::Tensor<float, 4>>(tensor));
  CHECK(std::equal(tensor.data(), tensor.data() + 600, expected.data()));

  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMajor> rows(x.data(), 10, 60);  // the same memory
  RowMajor y(10, 60);
  random = start;
  dropout.forward(rows, y, random);
  CHECK(std::equal(y.data(), y.data() + 600, expected.data()));
  Batch<float> columns(10, 60), zero = Batch<float>::Zero(10, 60);
  columns.setZero();
  CHECK_THROWS_WITH(dropout.backward(y, columns),
                    "Dropout: the input's gradient is column-major, but the output was not");
  CHECK(columns == zero);
  random = start;
  dropout.forward(rows, columns, random);  // numbered as they are written
  CHECK(same_bits(columns, reference<float>(Batch<float>(rows), 0.5, start)));
  Eigen::ArrayXXf array = x.array();
  random = start;
  dropout.forward(array, array, random);
  CHECK(same_bits(array.matrix().eval(), expected));
}

TEST_CASE("dropout's rate follows a schedule") {
  const eigentrain::Schedule rate = eigentrain::cosine_decay({.initial = 0.5, .steps = 4});
  Dropout<float> dropout;
  Generator random(1);
  const Batch<float> ones = Batch<float>::Ones(40, 40);
  Batch<float> y(40, 40);
  for (std::int64_t step = 0; step <= 4; ++step) {
    dropout.set_rate(rate(step));
    dropout.forward(ones, y, random);
    CHECK(y.maxCoeff() == static_cast<float>(1 / (1 - rate(step))));
  }
  CHECK(y == ones);
}

TEST_CASE("a gradient that no cache holds has the same mask, wherever it begins", "[dropout]") {
  // From 16 MiB on it is stored past the caches, unless it is no multiple of 16 bytes behind 0.
  const Eigen::Index size = (1 << 22) + 700;
  const Batch<float> ones = Batch<float>::Ones(size, 1);
  Batch<float> y(size, 1), memory(size + 8, 1);
  Dropout<float> dropout({.rate = 0.5});
  Generator random(3);
  dropout.forward(ones, y, random);
  at_every_level([&] {
    for (const Eigen::Index offset : {0, 1, 4}) {
      memory.setConstant(7.0f);
      dropout.backward(ones, memory.middleRows(offset, size));
      CHECK((memory.middleRows(offset, size).array() == y.array()).all());
      CHECK(memory(offset + size, 0) == 7.0f);
    }
  });
}
