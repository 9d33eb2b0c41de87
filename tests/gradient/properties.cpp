// SPDX-License-Identifier: MIT
// What all clippings have in common.
#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/clippings.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::at_every_simd_level;
using et::test::clippings;
using et::test::noise;
using et::test::same_bits;

namespace {

template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
template <class S>
using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr et::Index columns_size = 37 * 21, rows_size = 19 * 45, fixed_size = 12, rest_size = 120;
constexpr et::Index total = columns_size + rows_size + fixed_size + rest_size;

/// The same tensors in memory of their own, or as parts of something else.
enum class Where { owning, map, block };

/// Four tensors, of 37 × 21, 19 × 45 row-major, 3 × 4, and 5 × 24, which may be a Tensor of rank 4.
template <class S>
struct Model {
  Where where;
  Vector<S> parameters_memory = Vector<S>::Zero(total), gradients_memory = parameters_memory;
  Matrix<S> p1{37, 21}, g1{37, 21};
  RowMajor<S> p2{19, 45}, g2{19, 45};
  Eigen::Matrix<S, 3, 4> p3, g3;
  Eigen::Tensor<S, 4> p4{5, 2, 3, 4}, g4{5, 2, 3, 4};
  Matrix<S> large_p = Matrix<S>::Constant(90, 50, S(7)), large_g = large_p;
  RowMajor<S> wide_p = large_p, wide_g = large_p;
  et::Parameters<S> list;

  explicit Model(Where place) : where(place) {
    if (where == Where::owning) {
      list.add("one", p1, g1).add("two", p2, g2).add("three", p3, g3).add("four", p4, g4);
    } else if (where == Where::map) {
      S *p = parameters_memory.data(), *g = gradients_memory.data();
      list.add("one", Eigen::Map<Matrix<S>>(p, 37, 21), Eigen::Map<Matrix<S>>(g, 37, 21));
      p += columns_size, g += columns_size;
      list.add("two", Eigen::Map<RowMajor<S>>(p, 19, 45), Eigen::Map<RowMajor<S>>(g, 19, 45));
      p += rows_size, g += rows_size;
      list.add("three", Eigen::Map<Matrix<S>>(p, 3, 4), Eigen::Map<Matrix<S>>(g, 3, 4));
      p += fixed_size, g += fixed_size;
      using Kernel = Eigen::TensorMap<Eigen::Tensor<S, 4>>;
      list.add("four", Kernel(p, 5, 2, 3, 4), Kernel(g, 5, 2, 3, 4));
    } else {
      list.add("one", large_p.block(3, 2, 37, 21), large_g.block(3, 2, 37, 21));
      list.add("two", wide_p.block(3, 2, 19, 45), wide_g.block(3, 2, 19, 45));
      list.add("three", large_p.template block<3, 4>(50, 2), large_g.template block<3, 4>(50, 2));
      list.add("four", large_p.block(60, 2, 5, 24), large_g.block(60, 2, 5, 24));
    }
    fill();
  }
  Model(const Model&) = delete;

  void fill() {
    et::Index i = 0;
    each([&i](S& p, S& g) {
      p = noise<S>(1, i) / S(4);
      g = noise<S>(2, i++);
    });
  }

  /// Calls f(p, g) for all values, as they lie in memory.
  template <class F>
  void each(const F& f) {
    for (et::Index k = 0; k < list.size(); ++k) {
      const et::Tensor<S> tensor = list[k];
      const auto& p = tensor.parameter;
      const auto& g = tensor.gradient;
      for (et::Index o = 0; o < p.outer; ++o) {
        for (et::Index i = 0; i < p.inner; ++i) {
          f(p.data[o * p.stride + i], const_cast<S&>(g.data[o * g.stride + i]));
        }
      }
    }
  }

  Vector<S> parameters() {
    Vector<S> all(total);
    et::Index i = 0;
    each([&](const S& p, const S&) { all[i++] = p; });
    return all;
  }
  Vector<S> gradients() {
    Vector<S> all(total);
    et::Index i = 0;
    each([&](const S&, const S& g) { all[i++] = g; });
    return all;
  }
};

/// The parameters after one step of plain descent with the clipped gradients.
template <class S>
Vector<S> descended(Model<S>& clipped) {
  return clipped.parameters() - clipped.gradients();
}

}  // namespace

TEMPLATE_TEST_CASE("every clipping gives the same bits at every SIMD level, wherever tensors lie",
                   "", float, double) {
  using S = TestType;
  const Vector<S> gradients = Model<S>(Where::owning).gradients();
  for (const auto& clipping : clippings<S>()) {
    CAPTURE(clipping.owner);
    for (const Where where : {Where::owning, Where::map, Where::block}) {
      at_every_simd_level([&] {
        Model<S> clipped(where);
        clipping.in_place(clipped.list);
        const Vector<S> found = clipped.gradients();
        CAPTURE(int(where));
        CHECK(et::test::hash_bits(found.data(), total) == clipping.hash);
        CHECK(found != gradients);

        Model<S> stepped(where);
        auto chain = clipping.chain({}, 0.0);
        CHECK(chain.step(stepped.list));
        CHECK(same_bits(stepped.parameters(), descended(clipped)));
        CHECK(same_bits(stepped.gradients(), gradients));

        for (Model<S>* model : {&clipped, &stepped}) {
          for (Matrix<S>* matrix : {&model->large_p, &model->large_g}) {
            matrix->block(3, 2, 37, 21).setConstant(S(7));
            matrix->block(50, 2, 3, 4).setConstant(S(7));
            matrix->block(60, 2, 5, 24).setConstant(S(7));
            CHECK(*matrix == Matrix<S>::Constant(90, 50, S(7)));
          }
          for (RowMajor<S>* matrix : {&model->wide_p, &model->wide_g}) {
            matrix->block(3, 2, 19, 45).setConstant(S(7));
            CHECK(*matrix == Matrix<S>::Constant(90, 50, S(7)));
          }
        }
      });
    }
  }
}

TEMPLATE_TEST_CASE(
    "a tensor and its gradient may lie differently, and steps after clipping in place find both",
    "", float, double) {
  using S = TestType;
  const auto values = [](std::int64_t number) {
    Matrix<S> all(37, 21);
    for (et::Index i = 0; i < all.size(); ++i) all.data()[i] = noise<S>(number, i);
    return all;
  };
  const Matrix<S> around = Matrix<S>::Constant(41, 22, S(7));
  for (const auto& clipping : clippings<S>()) {
    CAPTURE(clipping.owner);
    Matrix<S> one = values(1), other = values(2), one_gradient, other_gradient;
    Matrix<S> p1 = one, p2 = around, g1 = around, g2(37, 21);
    p2.block(2, 1, 37, 21) = other;
    et::Parameters<S> alike, mixed;
    one_gradient = other_gradient = values(3);
    alike.add("one", one, one_gradient).add("other", other, other_gradient);
    mixed.add("one", p1, g1.block(2, 1, 37, 21)).add("other", p2.block(2, 1, 37, 21), g2);
    auto descent = et::chain<S>(et::descend(1.0)), same_descent = descent;
    for (int step = 0; step < 3; ++step) {
      one_gradient = values(3 + step), other_gradient = values(10 + step);
      g1.block(2, 1, 37, 21) = one_gradient, g2 = other_gradient;
      clipping.in_place(alike);
      clipping.in_place(mixed);
      descent.step(alike);
      same_descent.step(mixed);
    }
    CHECK(same_bits(p1, one));
    CHECK(same_bits(p2.block(2, 1, 37, 21).eval(), other));
    CHECK(same_bits(g1.block(2, 1, 37, 21).eval(), one_gradient));
    CHECK(same_bits(g2, other_gradient));
    for (Matrix<S>* const matrix : {&p2, &g1}) {
      matrix->block(2, 1, 37, 21).setConstant(S(7));
      CHECK(same_bits(*matrix, around));
    }
  }
}

TEMPLATE_TEST_CASE("what is clipped by all gradients together doesn't see where they are cut", "",
                   float, double) {
  using S = TestType;
  Model<S> model(Where::owning);
  const Vector<S> parameters = model.parameters(), gradients = model.gradients();
  for (const auto& clipping : clippings<S>()) {
    CAPTURE(clipping.owner);
    for (const et::Index piece : {et::Index(1), et::Index(7), et::Index(256), total}) {
      Vector<S> p = parameters, g = gradients;
      et::Parameters<S> list;
      for (et::Index at = 0; at < total; at += piece) {
        const et::Index n = std::min(piece, total - at);
        list.add(et::message("at ", at), p.segment(at, n), g.segment(at, n));
      }
      clipping.chain({}, 0.0).step(list);
      clipping.in_place(list);
      const bool same = et::test::hash_bits(g.data(), total) == clipping.hash;
      CAPTURE(piece);
      CHECK(same == clipping.global);
      if (same) CHECK(same_bits(p, (parameters - g).eval()));
    }
  }
}

TEMPLATE_TEST_CASE("no clipping allocates anything after the first step", "", float, double) {
  for (const auto& clipping : clippings<TestType>()) {
    for (const Where where : {Where::owning, Where::block}) {
      Model<TestType> model(where);
      auto chain = clipping.chain({}, 0.5);
      chain.step(model.list);
      CAPTURE(clipping.owner);
      CHECK(et::test::allocations_in([&] {
              chain.step(model.list);
              clipping.in_place(model.list);
              chain.step(model.list);
            }) == 0);
    }
  }
}

TEMPLATE_TEST_CASE("no clipping turns what isn't finite into something else", "", float, double) {
  using S = TestType;
  using Limits = std::numeric_limits<S>;
  for (const auto& clipping : clippings<S>()) {
    if (!clipping.judges) continue;
    CAPTURE(clipping.owner);
    for (const S bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
      Model<S> model(Where::owning);
      const Vector<S> parameters = model.parameters();
      const std::string rest =
          ": the gradient of two has values that are not finite; nothing was changed";
      model.g4(1, 1, 1, 1) = model.g2(18, 44) = bad;
      const Vector<S> gradients = model.gradients();

      auto refusing = clipping.chain({}, 0.5);
      CHECK_THROWS_WITH(refusing.step(model.list), clipping.owner + rest);
      CHECK_THROWS_WITH(clipping.in_place(model.list), clipping.owner_in_place + rest);
      CHECK(refusing.count() == 0);

      auto skipping = clipping.chain({.policy = et::NonFinite::skip, .most_skips = 2}, 0.5);
      CHECK_FALSE(skipping.step(model.list));
      CHECK_FALSE(skipping.step(model.list));
      CHECK_THROWS_WITH(skipping.step(model.list),
                        clipping.owner +
                            ": 3 steps in a row had gradients that are not finite, "
                            "now that of two; nothing was changed");
      CHECK(skipping.skips().skipped == 2);
      CHECK(skipping.skips().skipped_in_row == 2);
      CHECK(skipping.count() == 0);
      CHECK(same_bits(model.parameters(), parameters));
      CHECK(same_bits(model.gradients(), gradients));

      auto passing = clipping.chain({.policy = et::NonFinite::propagate}, 0.0);
      CHECK(passing.step(model.list));
      CHECK(passing.skips().skipped == 0);
      const Vector<S> expected = parameters - gradients;
      CHECK(et::test::hash_bits(model.parameters().eval().data(), total) ==
            et::test::hash_bits(expected.data(), total));
      CHECK(same_bits(model.gradients(), gradients));
    }
  }
}

TEMPLATE_TEST_CASE("a step that was left out changes nothing of those that follow", "", float,
                   double) {
  using S = TestType;
  for (const auto& clipping : clippings<S>()) {
    if (!clipping.judges) continue;
    CAPTURE(clipping.owner);
    for (const bool throws : {false, true}) {
      Model<S> model(Where::owning), other(Where::owning);
      const auto policy = throws ? et::NonFinite::refuse : et::NonFinite::skip;
      auto chain = clipping.chain({.policy = policy}, 0.9);
      auto undisturbed = clipping.chain({}, 0.9);
      for (int step = 0; step < 6; ++step) {
        if (step != 3) {
          const S value = model.g1(36, 20);
          model.g1(36, 20) = std::numeric_limits<S>::quiet_NaN();
          if (throws) {
            CHECK_THROWS_AS(chain.step(model.list), std::invalid_argument);
          } else {
            CHECK_FALSE(chain.step(model.list));
            CHECK(chain.skips().skipped_in_row == 1);
          }
          model.g1(36, 20) = value;
        }
        CHECK(chain.step(model.list));
        CHECK(undisturbed.step(other.list));
        CHECK(same_bits(model.parameters(), other.parameters()));
        CHECK(chain.count() == step + 1);
        CHECK(chain.skips().skipped_in_row == 0);
      }
      CHECK(chain.skips().skipped == (throws ? 0 : 5));
    }
  }
}

TEMPLATE_TEST_CASE("options out of range throw with the name of the function", "", float, double) {
  using S = TestType;
  Model<S> model(Where::owning);
  const Vector<S> gradients = model.gradients();
  for (const auto& clipping : clippings<S>()) {
    CHECK(clipping.wrong.size() >= 2);
    for (const auto& call : clipping.wrong) {
      CHECK_THROWS_AS(call(model.list), std::invalid_argument);
      CHECK_THROWS_WITH(call(model.list), StartsWith(clipping.owner + ": ") ||
                                              StartsWith(clipping.owner_in_place + ": "));
    }
  }
  CHECK(same_bits(model.gradients(), gradients));
}
