// SPDX-License-Identifier: MIT
// What every optimizer must do, whatever its rule is: one test a property, over the table in
// support/optimizers.hpp.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <unsupported/Eigen/CXX11/Tensor>
#include <utility>
#include <vector>

#include "eigentrain/direction/adam.hpp"
#include "eigentrain/gradient/accumulate.hpp"
#include "eigentrain/gradient/add_noise.hpp"
#include "eigentrain/optim/average_parameters.hpp"
#include "eigentrain/optim/lookahead.hpp"
#include "eigentrain/schedule/layerwise_decay.hpp"
#include "eigentrain/schedule/scheduled.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/optimizers.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Index;
using et::test::at_every_simd_level;
using et::test::bits;
using et::test::noise;
using et::test::optimizers;
using et::test::Reach;
using et::test::same_bits;

namespace {

template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;

/// Gradients that are new in each step, small in some elements and zero in others.
template <class S>
S gradient(std::int64_t step, Index element) {
  const S value = noise<S>(step, element);
  return element % 5 == 3 ? value / S(1 << 20) : element % 11 == 7 ? S(0) : value;
}
template <class S>
S start(Index element) {
  return S(2) * noise<S>(-1, element);
}
template <class S>
Vector<S> starts(Index n) {
  Vector<S> values(n);
  for (Index i = 0; i < n; ++i) values[i] = start<S>(i);
  return values;
}
template <class S>
Vector<S> gradients(std::int64_t step, Index n) {
  Vector<S> values(n);
  for (Index i = 0; i < n; ++i) values[i] = gradient<S>(step, i);
  return values;
}

/// Where n parameters are after some steps, in one vector.
template <class S>
Vector<S> after(et::test::AnyOptimizer<S> optimizer, Index n, int steps) {
  Vector<S> p = starts<S>(n), g(n);
  et::Parameters<S> parameters;
  parameters.add("p", p, g);
  for (int step = 0; step < steps; ++step) {
    g = gradients<S>(step, n);
    optimizer.step(parameters);
  }
  optimizer.exchange(parameters);
  return p;
}

double falling(double rate, std::int64_t step, std::int64_t steps) {
  return rate * (1.0 - static_cast<double>(step) / static_cast<double>(steps));
}

constexpr double rate = 0.0625;

}  // namespace

#define FOR_EVERY_OPTIMIZER(c) \
  for (const auto& c : optimizers<TestType>()) DYNAMIC_SECTION(c.name)

TEMPLATE_TEST_CASE("optimizers find the bottom of a parabola", "[long]", float, double) {
  using S = TestType;
  FOR_EVERY_OPTIMIZER(c) {
    constexpr std::int64_t calls = 5000;
    const std::int64_t steps = calls / c.traits.batches;
    const Vector<S> curvature{{S(300), S(30), S(5)}}, target{{S(1), S(-0.5), S(0.25)}};
    Vector<S> p = Vector<S>::Zero(3), g(3);
    et::Parameters<S> parameters;
    parameters.add("p", p, g);
    auto optimizer = c.make([&](std::int64_t step) { return falling(c.rate, step, steps); });
    for (int call = 1; call <= calls; ++call) {
      g = curvature.cwiseProduct(p - target);
      REQUIRE(optimizer.step(parameters) == (call % c.traits.batches == 0));
    }
    CHECK((p - target).cwiseAbs().maxCoeff() < S(2e-3));
    optimizer.exchange(parameters);
    CHECK((p - target).cwiseAbs().maxCoeff() < (c.traits.lags ? S(2e-2) : S(2e-3)));
    CHECK(optimizer.count() == steps);
  }
}

TEMPLATE_TEST_CASE("optimizers follow Rosenbrock's valley", "[long]", float, double) {
  using S = TestType;
  FOR_EVERY_OPTIMIZER(c) {
    constexpr std::int64_t calls = 30'000;
    const std::int64_t steps = calls / c.traits.batches;
    Eigen::Matrix<S, 2, 1> p(S(-1.2), S(1)), g;
    et::Parameters<S> parameters;
    parameters.add("p", p, g);
    auto optimizer = c.make([&](std::int64_t step) { return falling(c.rate, step, steps); });
    for (int call = 0; call < calls; ++call) {
      const S rise = p[1] - p[0] * p[0];
      g << S(-2) * (S(1) - p[0]) - S(400) * p[0] * rise, S(200) * rise;
      optimizer.step(parameters);
    }
    if (!c.traits.lags) optimizer.exchange(parameters);
    const S rise = p[1] - p[0] * p[0];
    CHECK((S(1) - p[0]) * (S(1) - p[0]) + S(100) * rise * rise < S(1e-4));  // 24.2 at the start
    CHECK(std::abs(p[0] - S(1)) < S(1e-2));
  }
}

TEMPLATE_TEST_CASE("no step after the first allocates", "", float, double) {
  using S = TestType;
  FOR_EVERY_OPTIMIZER(c) {
    Vector<S> p1 = starts<S>(333), g1 = gradients<S>(0, 333), p2 = starts<S>(70'000),
              g2 = gradients<S>(0, 70'000), p3(0), g3(0);
    et::Parameters<S> parameters;
    parameters.add("one", p1, g1).add("two", p2, g2).add("nothing", p3, g3);
    auto optimizer = c.make(rate);
    optimizer.step(parameters);
    CHECK(et::test::allocations_in([&] {
            for (int call = 0; call < 2 * c.traits.batches; ++call) optimizer.step(parameters);
          }) == 0);
  }
}

TEMPLATE_TEST_CASE(
    "every size gives the same bits at every SIMD level, and nothing is written behind the ends",
    "", float, double) {
  using S = TestType;
  constexpr S sentinel = S(-77.25);
  FOR_EVERY_OPTIMIZER(c) {
    // The oracle for a size is the machine with one lane a register: tensors of one element each.
    // Clipping numbers its elements through, so it sees the same list. Where that is another
    // problem, it is the baseline's registers.
    const bool cut = c.traits.reach <= Reach::list;
    for (Index n = 0; n <= 33; ++n) {
      Vector<S> expected = starts<S>(n), g(n);
      if (!cut && n > 0) {
        const et::test::AtLevel baseline(et::SimdLevel::baseline);
        expected = after<S>(c.make(rate), n, 3);
      }
      std::vector<Eigen::Matrix<S, 1, 1>> ps(static_cast<std::size_t>(n)), gs(ps.size());
      if (cut) {
        et::Parameters<S> parameters;
        for (std::size_t i = 0; i < ps.size(); ++i) {
          ps[i][0] = expected[static_cast<Index>(i)];
          parameters.add(et::message("p", i), ps[i], gs[i]);
        }
        auto optimizer = c.make(rate);
        for (int step = 0; step < 3 && n > 0; ++step) {
          g = gradients<S>(step, n);
          for (std::size_t i = 0; i < gs.size(); ++i) gs[i][0] = g[static_cast<Index>(i)];
          optimizer.step(parameters);
        }
        optimizer.exchange(parameters);
        for (std::size_t i = 0; i < ps.size(); ++i) expected[static_cast<Index>(i)] = ps[i][0];
      }
      at_every_simd_level([&] {
        for (const Index offset : {0, 1, 3}) {
          Vector<S> p_memory = Vector<S>::Constant(n + 40, sentinel), g_memory = p_memory;
          Eigen::Map<Vector<S>> p(p_memory.data() + offset, n), q(g_memory.data() + offset + 1, n);
          p = starts<S>(n);
          et::Parameters<S> parameters;
          parameters.add("p", p, q);
          auto optimizer = c.make(rate);
          for (int step = 0; step < 3; ++step) {
            q = gradients<S>(step, n);
            optimizer.step(parameters);
          }
          optimizer.exchange(parameters);
          CAPTURE(n, offset, static_cast<int>(et::simd_level()));
          REQUIRE(same_bits(p, expected));
          REQUIRE(same_bits(q, gradients<S>(2, n)));
          REQUIRE((p_memory.head(offset).array() == sentinel).all());
          REQUIRE((p_memory.tail(40 - offset).array() == sentinel).all());
          REQUIRE((g_memory.tail(39 - offset).array() == sentinel).all());
        }
      });
    }
  }
}

TEMPLATE_TEST_CASE("a tensor may be cut into any pieces", "", float, double) {
  using S = TestType;
  constexpr Index n = 261;
  FOR_EVERY_OPTIMIZER(c) {
    if (c.traits.reach > Reach::list) continue;
    const Vector<S> expected = after<S>(c.make(rate), n, 10);
    for (const Index piece : {1, 7, 16, 100, 260}) {
      Vector<S> p = starts<S>(n), g(n);
      et::Parameters<S> parameters;
      for (Index at = 0; at < n; at += piece) {
        const Index size = std::min(piece, n - at);
        parameters.add(et::message("at ", at), p.segment(at, size), g.segment(at, size));
      }
      auto optimizer = c.make(rate);
      for (int step = 0; step < 10; ++step) {
        for (Index i = 0; i < n; ++i) g[i] = gradient<S>(step, i);  // in place: segments look here
        optimizer.step(parameters);
      }
      optimizer.exchange(parameters);
      CAPTURE(piece);
      CHECK(same_bits(p, expected));
    }
  }
}

namespace {

/// Steps with a parameter and a gradient of any form, and returns the parameter as a vector in
/// storage order. `at(tensor, i)` is element i in storage order.
template <class S, class P, class G, class At>
Vector<S> stepped(et::test::AnyOptimizer<S> optimizer, P&& p, G&& g, const At& at) {
  const auto n = static_cast<Index>(p.size());
  for (Index i = 0; i < n; ++i) at(p, i) = start<S>(i);
  et::Parameters<S> parameters;
  parameters.add("p", p, g);
  for (int step = 0; step < 10; ++step) {
    for (Index i = 0; i < n; ++i) at(g, i) = gradient<S>(step, i);
    optimizer.step(parameters);
  }
  optimizer.exchange(parameters);
  Vector<S> result(n);
  for (Index i = 0; i < n; ++i) result[i] = at(p, i);
  return result;
}

}  // namespace

TEMPLATE_TEST_CASE("every form of memory gives the same bits", "", float, double) {
  using S = TestType;
  constexpr Index rows = 19, cols = 7, n = rows * cols;
  using Fixed = Eigen::Matrix<S, rows, cols>;
  using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto by_column = [](auto& m, Index i) -> S& { return m.coeffRef(i % rows, i / rows); };
  const auto by_row = [](auto& m, Index i) -> S& { return m.coeffRef(i / cols, i % cols); };
  const auto by_index = [](auto& m, Index i) -> S& { return m.data()[i]; };
  static_assert(!et::detail::has_unit_inner_stride<decltype(Matrix<S>().row(0).head(2))>());

  FOR_EVERY_OPTIMIZER(c) {
    Matrix<S> p(rows, cols), g(rows, cols);
    const bool shapeless = c.traits.reach != Reach::matrix;
    const Vector<S> expected =
        shapeless ? after<S>(c.make(rate), n, 10) : stepped<S>(c.make(rate), p, g, by_column);
    const auto same = [&](auto&& values, auto&& slopes, const auto& at) {
      return same_bits(stepped<S>(c.make(rate), values, slopes, at), expected);
    };
    CHECK(same(p, g, by_column));
    Fixed fixed_p, fixed_g;
    CHECK(same(fixed_p, fixed_g, by_column));
    CHECK(same(fixed_p, g, by_column));
    Eigen::Array<S, Eigen::Dynamic, Eigen::Dynamic> array_p(rows, cols), array_g(rows, cols);
    CHECK(same(array_p, array_g, by_column));
    Eigen::Array<S, rows, cols> fixed_array;
    CHECK(same(fixed_array, p, by_column));
    Eigen::Ref<Matrix<S>> ref_p(p), ref_g(g);
    CHECK(same(ref_p, ref_g, by_column));

    // One element off every alignment, the gradient another one.
    Vector<S> p_memory(n + 1), g_memory(n + 3);
    Eigen::Map<Matrix<S>> map_p(p_memory.data() + 1, rows, cols),
        map_g(g_memory.data() + 3, rows, cols);
    CHECK(same(map_p, map_g, by_column));
    // Blocks with a stride from column to column; parameter or gradient, or both.
    Matrix<S> p_outer(rows + 5, cols + 2), g_outer(rows + 9, cols);
    const Matrix<S> untouched = Matrix<S>::Constant(rows + 5, cols + 2, S(3.5));
    p_outer = untouched;
    auto block_p = p_outer.block(2, 1, rows, cols), block_g = g_outer.block(1, 0, rows, cols);
    CHECK(same(block_p, block_g, by_column));
    CHECK(same(block_p, g, by_column));
    CHECK(same(p, block_g, by_column));
    p_outer.block(2, 1, rows, cols).setConstant(S(3.5));
    CHECK(p_outer == untouched);
    Eigen::Map<Matrix<S>, 0, Eigen::OuterStride<>> strided(p_outer.data(), rows, cols,
                                                           Eigen::OuterStride<>(rows + 5));
    CHECK(same(strided, g, by_column));
    if (!shapeless) continue;

    RowMajor row_p(rows, cols), row_g(rows, cols);
    CHECK(same(row_p, row_g, by_row));
    RowMajor row_outer(rows, cols + 3);
    auto row_block = row_outer.rightCols(cols);
    CHECK(same(row_block, row_g, by_row));
    auto columns = g_outer.leftCols(cols - 2);
    Matrix<S> fewer(rows + 9, cols - 2);
    CHECK(same_bits(stepped<S>(c.make(rate), columns, fewer, by_index),
                    after<S>(c.make(rate), columns.size(), 10)));

    Eigen::Matrix<S, 1, Eigen::Dynamic> row_vector(n), row_vector_g(n);
    CHECK(same(row_vector, row_vector_g, by_index));
    Vector<S> longer(n + 20), vector_g(n);
    auto segment = longer.segment(7, n);
    CHECK(same(segment, vector_g, by_index));

    Eigen::Tensor<S, 3> tensor_p(rows, 1, cols), tensor_g(rows, 1, cols);
    CHECK(same(tensor_p, tensor_g, by_index));
    CHECK(same(tensor_p, g, by_index));
    CHECK(same(p, tensor_g, by_index));
    Eigen::Tensor<S, 2, Eigen::RowMajor> row_tensor_p(rows, cols), row_tensor_g(rows, cols);
    CHECK(same(row_tensor_p, row_tensor_g, by_index));
    Eigen::TensorMap<Eigen::Tensor<S, 2>> tensor_map(p_memory.data() + 1, rows, cols);
    CHECK(same(tensor_map, tensor_g, by_index));
    Eigen::TensorFixedSize<S, Eigen::Sizes<rows, cols>> tensor_fixed;
    CHECK(same(tensor_fixed, tensor_g, by_index));
  }
}

TEMPLATE_TEST_CASE("a matrix that has moved is found again", "", float, double) {
  using S = TestType;
  constexpr Index n = 50;
  FOR_EVERY_OPTIMIZER(c) {
    Vector<S> p = starts<S>(n), g(n);
    et::Parameters<S> parameters;
    parameters.add("p", p, g);
    auto optimizer = c.make(rate);
    for (int step = 0; step < 10; ++step) {
      Vector<S> elsewhere = p, other = gradients<S>(step, n);
      p.swap(elsewhere);
      g.swap(other);
      optimizer.step(parameters);
    }
    optimizer.exchange(parameters);
    CHECK(same_bits(p, after<S>(c.make(rate), n, 10)));
  }
}

TEMPLATE_TEST_CASE("a copy goes on from the same point", "", float, double) {
  using S = TestType;
  constexpr Index n = 77;
  FOR_EVERY_OPTIMIZER(c) {
    const et::Schedule schedule([&](std::int64_t step) { return falling(rate, step, 40); });
    Vector<S> p = starts<S>(n), g(n);
    et::Parameters<S> parameters;
    parameters.add("p", p, g);
    auto optimizer = c.make(schedule);
    for (int step = 0; step < 15; ++step) {
      g = gradients<S>(step, n);
      optimizer.step(parameters);
    }
    auto copy = optimizer;
    CHECK(copy.count() == 15 / c.traits.batches);
    Vector<S> q = p, h(n);
    et::Parameters<S> others;
    others.add("p", q, h);
    for (int step = 15; step < 40; ++step) {
      g = h = gradients<S>(step, n);
      optimizer.step(parameters);
      copy.step(others);
    }
    optimizer.exchange(parameters);
    copy.exchange(others);
    CHECK(same_bits(p, q));
    CHECK(same_bits(p, after<S>(c.make(schedule), n, 40)));
    CHECK(copy.count() == 40 / c.traits.batches);
  }
}

namespace {

/// A run of 30 steps over three tensors; before step 11, `spoil` is called and the step must throw;
/// `mend` takes the spoiling back. Returns the parameters in the end, and checks that the failed
/// step changed none. With `skips` it must be left out instead.
template <class S, class Spoil, class Mend>
Vector<S> run_with_failure(et::test::AnyOptimizer<S> optimizer, const Spoil& spoil,
                           const Mend& mend, bool skips = false) {
  Vector<S> p1 = starts<S>(40), p2 = starts<S>(3), p3 = starts<S>(21), g1, g2, g3;
  g1.resize(40), g2.resize(3), g3.resize(21);
  et::Parameters<S> parameters;
  parameters.add("one", p1, g1).add("two", p2, g2).add("three", p3, g3);
  for (int step = 0; step < 30; ++step) {
    g1 = gradients<S>(step, 40), g2 = gradients<S>(step + 100, 3);
    g3 = gradients<S>(step + 200, 21);
    if (step == 11) {
      Vector<S> before1 = p1, before3 = p3;
      const std::int64_t count = optimizer.count();
      CHECK(count > 0);
      spoil(parameters, p2, g2, [&](auto& spoiled) {
        for (int attempt = 0; attempt < 2; ++attempt) {
          if (skips) {
            CHECK_FALSE(optimizer.step(spoiled));
          } else {
            CHECK_THROWS_AS(optimizer.step(spoiled), std::invalid_argument);
          }
        }
      });
      mend(p2, g2, step);
      CHECK(same_bits(p1, before1));
      CHECK(same_bits(p3, before3));
      CHECK(optimizer.count() == count);
    }
    optimizer.step(parameters);
  }
  optimizer.exchange(parameters);
  Vector<S> all(64);
  all << p1, p2, p3;
  return all;
}

template <class S>
Vector<S> run_without_failure(et::test::AnyOptimizer<S> optimizer) {
  return run_with_failure<S>(std::move(optimizer), [](auto&&...) {}, [](auto&&...) {});
}

}  // namespace

TEMPLATE_TEST_CASE("a step that fails changes nothing", "", float, double) {
  using S = TestType;
  using V = Vector<S>;
  const auto nothing = [](auto&&...) {};
  FOR_EVERY_OPTIMIZER(c) {
    const V expected = run_without_failure<S>(c.make(rate));
    // A matrix of another size.
    V kept;
    const auto resize = [&](auto& list, V& p, V&, const auto& fails) {
      kept = p;
      p.resize(4);
      fails(list);
    };
    const auto resize_back = [&](V& p, V&, int) { p = kept; };
    CHECK(same_bits(run_with_failure<S>(c.make(rate), resize, resize_back), expected));
    // A gradient of another size.
    const auto shrink = [](auto& list, V&, V& g, const auto& fails) {
      g.resize(2);
      fails(list);
    };
    const auto grow = [](V&, V& g, int step) { g = gradients<S>(step + 100, 3); };
    CHECK(same_bits(run_with_failure<S>(c.make(rate), shrink, grow), expected));
    // Other lists than the first step's: longer, shorter, of other sizes, empty.
    const auto other_lists = [](auto& list, V& p, V& g, const auto& fails) {
      auto longer = list;
      V q = V::Ones(1), h = q;
      longer.add("four", q, h);
      fails(longer);
      CHECK(q[0] == S(1));
      et::Parameters<S> shorter, other, none;
      shorter.add("one", p, g);
      fails(shorter);
      V p1(40), g1(40), p2(4), g2(4), p3(21), g3(21);
      other.add("one", p1, g1).add("two", p2, g2).add("three", p3, g3);
      fails(other);
      fails(none);
    };
    CHECK(same_bits(run_with_failure<S>(c.make(rate), other_lists, nothing), expected));
    // A schedule that gives no rate.
    for (const double bad : {-0.5, std::nan(""), HUGE_VAL}) {
      bool spoiled = false;
      const et::Schedule schedule([&](std::int64_t) { return spoiled ? bad : rate; });
      const auto spoil = [&](auto& list, V&, V&, const auto& fails) {
        spoiled = true;
        fails(list);
        spoiled = false;
      };
      CHECK(same_bits(run_with_failure<S>(c.make(schedule), spoil, nothing), expected));
    }
  }
}

TEMPLATE_TEST_CASE("a gradient that clipping refuses or skips changes nothing", "", float, double) {
  using S = TestType;
  using V = Vector<S>;
  using Limits = std::numeric_limits<S>;
  FOR_EVERY_OPTIMIZER(c) {
    if (!c.traits.refuses_nan && !c.traits.skips_nan) continue;
    const V expected = run_without_failure<S>(c.make(rate));
    for (const S bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
      const auto spoil = [&](auto& list, V&, V& g, const auto& fails) {
        g[2] = bad;
        fails(list);
      };
      const auto mend = [](V&, V& g, int step) { g = gradients<S>(step + 100, 3); };
      CAPTURE(bad);
      const bool skips = c.traits.skips_nan;
      CHECK(same_bits(run_with_failure<S>(c.make(rate), spoil, mend, skips), expected));
    }
  }
}

TEMPLATE_TEST_CASE("a failed first step leaves the choice of the list open", "", float, double) {
  using S = TestType;
  FOR_EVERY_OPTIMIZER(c) {
    if (c.traits.batches > 1) continue;  // the first call only gathers, and asks for no rate
    bool spoiled = true;
    auto optimizer = c.make([&](std::int64_t) { return spoiled ? -1.0 : rate; });
    Vector<S> p = starts<S>(9), g = gradients<S>(0, 9), q = p;
    et::Parameters<S> first, second;
    first.add("p", p, g);
    CHECK_THROWS_AS(optimizer.step(first), std::invalid_argument);
    CHECK(same_bits(p, q));
    CHECK(optimizer.count() == 0);
    spoiled = false;
    Vector<S> r = starts<S>(33), h(33);
    second.add("r", r, h);
    for (int step = 0; step < 5; ++step) {
      h = gradients<S>(step, 33);
      optimizer.step(second);
    }
    optimizer.exchange(second);
    CHECK(same_bits(r, after<S>(c.make(rate), 33, 5)));
  }
}

TEMPLATE_TEST_CASE("frozen tensors stay, and count for nothing", "", float, double) {
  using S = TestType;
  constexpr Index n = 45;
  FOR_EVERY_OPTIMIZER(c) {
    Vector<S> p = starts<S>(n), g(n), ice = starts<S>(20), heat = Vector<S>::Constant(20, S(1e6));
    const Vector<S> before = ice;
    heat[3] = std::numeric_limits<S>::quiet_NaN();
    et::Parameters<S> parameters;
    parameters.add("ice", ice, heat, {.frozen = true}).add("p", p, g);
    auto optimizer = c.make(rate);
    for (int step = 0; step < 20; ++step) {
      g = gradients<S>(step, n);
      optimizer.step(parameters);
    }
    optimizer.exchange(parameters);
    CHECK(same_bits(ice, before));
    CHECK(same_bits(p, after<S>(c.make(rate), n, 20)));
    optimizer.exchange(parameters);
    parameters.set_options("ice", {});
    heat.setOnes();
    for (int call = 0; call < c.traits.batches; ++call) optimizer.step(parameters);
    CHECK(!same_bits(ice, before));
    CHECK(ice.allFinite());
    // An average that begins late begins with what the tensor is then.
    const S way = (ice - before).cwiseAbs().maxCoeff();
    optimizer.exchange(parameters);
    CHECK((ice - before).cwiseAbs().maxCoeff() <= way);
  }
}

TEMPLATE_TEST_CASE("a scale is a rate of its own", "", float, double) {
  using S = TestType;
  constexpr Index n = 45;
  FOR_EVERY_OPTIMIZER(c) {
    Vector<S> p = starts<S>(n), g(n), none(0);
    et::Parameters<S> parameters;
    parameters.add("p", p, g).add("one layer up", none, none);
    et::layerwise_decay(parameters, 0.25,
                        [](std::string_view name) { return name == "p" ? 0 : 1; });
    auto optimizer = c.make(rate);
    for (int step = 0; step < 20; ++step) {
      g = gradients<S>(step, n);
      optimizer.step(parameters);
    }
    optimizer.exchange(parameters);
    if (c.traits.scale_is_rate) CHECK(same_bits(p, after<S>(c.make(0.25 * rate), n, 20)));
    CHECK(!same_bits(p, after<S>(c.make(rate), n, 20)));
  }
}

TEMPLATE_TEST_CASE("without a gradient only decay moves a weight, and not where it is off", "",
                   float, double) {
  using S = TestType;
  FOR_EVERY_OPTIMIZER(c) {
    if (c.traits.noisy) continue;
    Vector<S> weight = Vector<S>::Constant(20, S(1e6)), bias = weight, g = Vector<S>::Zero(20),
              h = g;
    et::Parameters<S> parameters;
    parameters.add("weight", weight, g).add("bias", bias, h, {.weight_decay = false});
    auto optimizer = c.make(rate);
    for (int step = 0; step < 20; ++step) optimizer.step(parameters);
    optimizer.exchange(parameters);
    CHECK((bias.array() == S(1e6)).all());
    if (c.decays) {
      CHECK((weight.array() < S(1e6)).all());
    } else {
      CHECK((weight.array() == S(1e6)).all());
    }
  }
}

TEST_CASE("float stays near double") {
  constexpr Index n = 45;
  const auto singles = optimizers<float>();
  const auto doubles = optimizers<double>();
  for (std::size_t i = 0; i < singles.size(); ++i) {
    const Eigen::VectorXf p = after<float>(singles[i].make(rate), n, 100);
    const Eigen::VectorXd q = after<double>(doubles[i].make(rate), n, 100);
    CAPTURE(singles[i].name);
    CHECK((p.cast<double>() - q).cwiseAbs().maxCoeff() < 1e-4 * q.cwiseAbs().maxCoeff());
    CHECK((q - starts<double>(n)).cwiseAbs().maxCoeff() > 0.1);  // it went somewhere
  }
}

TEMPLATE_TEST_CASE("after the gradients have vanished, updates become exact zeros", "[long]", float,
                   double) {
  using S = TestType;
  constexpr Index n = 37;
  FOR_EVERY_OPTIMIZER(c) {
    const int steps = (std::is_same_v<S, float> ? 1'500 : 8'500) * c.traits.batches;
    Vector<S> p = starts<S>(n), g(n);
    et::Parameters<S> parameters;
    parameters.add("p", p, g, {.weight_decay = false});
    auto optimizer = c.make(rate);
    for (int step = 0; step < 3; ++step) {
      g = gradients<S>(step, n) * S(1e-3);
      optimizer.step(parameters);
    }
    g.setZero();
    // State in the subnormals would make every step many times slower, for thousands of them. What
    // decays by a half a step, or slower, is seen there if one looks every eighth step.
    int values = 0, subnormals = 0;
    for (int step = 0; step < steps; ++step) {
      optimizer.step(parameters);
      if (step % 8 == 0) {
        optimizer.each_state(0, [&](S value) {
          ++values;
          subnormals += std::fpclassify(value) == FP_SUBNORMAL;
        });
      }
    }
    CHECK(subnormals == 0);
    if (c.name == "AdamW") CHECK(values == 2 * n * ((steps + 7) / 8));
    if (c.traits.settles) CHECK(p.allFinite());
    // A parameter at zero shows what is left of the update, down to the last bit.
    p.setZero();
    optimizer.step(parameters);
    if (c.traits.settles) CHECK((p.array() == S(0)).all());
    // And then learning goes on as ever.
    g = gradients<S>(0, n);
    for (int call = 0; call < c.traits.batches; ++call) optimizer.step(parameters);
    CHECK(p.allFinite());
    CHECK(p.cwiseAbs().maxCoeff() > S(0));
  }
}

TEMPLATE_TEST_CASE("gradients at the ends of the range make no parameter go wrong", "", float,
                   double) {
  using S = TestType;
  using Limits = std::numeric_limits<S>;
  FOR_EVERY_OPTIMIZER(c) {
    for (const S g0 : {Limits::denorm_min(), Limits::min(), S(0), std::sqrt(Limits::min())}) {
      Vector<S> p = Vector<S>::Ones(19), g = Vector<S>::Constant(19, g0);
      et::Parameters<S> parameters;
      parameters.add("p", p, g);
      auto optimizer = c.make(1e-3);
      int subnormals = 0;
      for (int step = 0; step < 50; ++step) {
        optimizer.step(parameters);
        optimizer.each_state(0, [&](S value) {  // a copy of the gradient may be what that is
          subnormals += std::fpclassify(value) == FP_SUBNORMAL && value != g0;
        });
      }
      CAPTURE(g0);
      CHECK(subnormals == 0);
      CHECK(p.allFinite());
      CHECK((p.array() - S(1)).abs().maxCoeff() <= S(1));
    }
  }
}

// Those of the optimizers are in tests/optim/table.cpp.
TEST_CASE("every option of a wrapper refuses what it can't be") {
  for (const double bad : {-1.0, HUGE_VAL, std::nan("")}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(et::lookahead({.alpha = bad}), std::invalid_argument);
    CHECK_THROWS_AS(et::ema_parameters({.decay = bad}), std::invalid_argument);
    CHECK_THROWS_AS(et::ema_parameters({.inverse_gamma = bad}), std::invalid_argument);
    CHECK_THROWS_AS(et::ema_parameters({.power = bad}), std::invalid_argument);
    const et::Generator random(1);
    CHECK_THROWS_AS(et::add_noise(random, {.eta = bad}), std::invalid_argument);
    CHECK_THROWS_AS(et::add_noise(random, {.gamma = bad}), std::invalid_argument);
    Eigen::Vector2d p, g;
    et::Parameters<double> list;
    CHECK_THROWS_AS(list.add("p", p, g, {.learning_rate_scale = bad}), std::invalid_argument);
    const auto depth = [](std::string_view) { return 0; };
    CHECK_THROWS_AS(et::layerwise_decay(list, bad, depth), std::invalid_argument);
  }
  CHECK_THROWS_AS(et::lookahead({.alpha = 0.0}), std::invalid_argument);
  CHECK_THROWS_AS(et::lookahead({.period = 0}), std::invalid_argument);
  CHECK_THROWS_AS(et::ema_parameters({.decay = 1.0}), std::invalid_argument);
  CHECK_THROWS_AS(
      et::ema_parameters({.start = et::EmaStart::debiased, .warmup = et::EmaWarmup::ramp}),
      std::invalid_argument);
  CHECK_THROWS_AS(et::average_parameters({.start = -1}), std::invalid_argument);
  CHECK_THROWS_AS(et::average_parameters({.every = 0}), std::invalid_argument);
  CHECK_THROWS_AS(et::accumulate(0), std::invalid_argument);
  CHECK_THROWS_AS(et::scheduled([](std::int64_t) { return et::adam_direction({.beta1 = 1.5}); }),
                  std::invalid_argument);
}
