// SPDX-License-Identifier: MIT
#include "eigentrain/core/update_stream.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

constexpr auto value = [](const auto& u, const auto&) { return u; };
constexpr auto square = [](const auto& u, const auto&) { return u * u; };

// The sum as it is promised: element i in lane i % 32 of its chunk, lanes halved, chunks in order.
template <class S>
double promised_sum_of_squares(const std::vector<S>& values) {
  double total = 0.0;
  for (std::size_t at = 0; at < values.size(); at += et::reduction_chunk) {
    std::vector<double> lanes(32, 0.0);
    const auto end = std::min(values.size(), at + static_cast<std::size_t>(et::reduction_chunk));
    for (std::size_t i = at; i < end; ++i) {
      const double wide = values[i];
      volatile double product = wide * wide;
      lanes[i % 32] += product;
    }
    for (std::size_t half = 16; half > 0; half /= 2) {
      for (std::size_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
    }
    total += lanes[0];
  }
  return total;
}

template <class S>
std::vector<S> numbers(std::size_t n) {
  std::vector<S> values(n);
  std::uint32_t state = 12345;
  for (S& v : values) {
    state = state * 1664525u + 1013904223u;
    v = static_cast<S>(static_cast<double>(state) / 4294967296.0 - 0.4);
  }
  return values;
}

// The gradients as one list of tensors with the given sizes.
template <class S>
struct Split {
  std::vector<S> parameters;
  et::Parameters<S> list;

  Split(std::vector<S>& gradients, const std::vector<std::size_t>& sizes)
      : parameters(gradients.size()) {
    std::size_t at = 0;
    for (std::size_t i = 0; at < gradients.size(); ++i) {
      const std::size_t n = std::min(sizes[i % sizes.size()], gradients.size() - at);
      const auto length = static_cast<et::Index>(n);
      list.add("t" + std::to_string(i),
               Eigen::Map<Eigen::VectorX<S>>(parameters.data() + at, length),
               Eigen::Map<Eigen::VectorX<S>>(gradients.data() + at, length));
      at += n;
    }
  }
  et::UpdateStream<S> stream() { return {list.elements(), nullptr}; }
};

}  // namespace

TEMPLATE_TEST_CASE("a sum has the promised bits for any split and register", "", float, double) {
  for (const std::size_t n : {1u, 31u, 32u, 33u, 100u, 65'535u, 65'536u, 200'001u}) {
    auto gradients = numbers<TestType>(n);
    const double promised = promised_sum_of_squares(gradients);
    for (const std::vector<std::size_t>& sizes : std::vector<std::vector<std::size_t>>{
             {n}, {1000}, {1, 2, 3, 40}, {65'536}, {7, 70'000}, {32}, {33, 31}}) {
      if (n > 65'535 && sizes.back() < 100) continue;  // very many tensors
      Split<TestType> split(gradients, sizes);
      et::test::at_every_level([&] {
        const double sum = split.stream().sum(square);
        if (sum != promised) FAIL_CHECK(n << " values: " << sum << " is not " << promised);
        int seen = 0;
        split.stream().sums_by_tensor(
            [](const auto& tensor) { return tensor.number % 5 != 4; }, square, value,
            [&](const et::Tensor<TestType>& tensor, const auto& alone, const auto& two) {
              ++seen;
              if (two[0] != alone.sum(square) || two[1] != alone.sum(value)) {
                FAIL_CHECK(n << " values, two sums of " << tensor.name << " differ");
              }
            });
        CHECK(seen == split.list.size() - split.list.size() / 5);
      });
    }
  }
}

TEST_CASE("a maximum finds every place and lets NaN through") {
  for (std::size_t n = 1; n <= 67; ++n) {
    for (std::size_t place = 0; place < n; ++place) {
      std::vector<float> gradients(n, -5.0f);
      gradients[place] = -2.0f;
      Split<float> split(gradients, {13});
      et::test::at_every_level([&] {
        if (split.stream().max(value) != -2.0) FAIL_CHECK(n << " values, place " << place);
      });
      gradients[place] = std::numeric_limits<float>::quiet_NaN();
      if (!std::isnan(split.stream().max(value))) FAIL_CHECK("lost NaN at " << place);
    }
  }
}

TEST_CASE("terms see the parameter, and the update as the rules before left it") {
  std::vector<double> gradients = {1.0, 2.0, 3.0};
  Split<double> split(gradients, {2});
  split.parameters = {10.0, 20.0, 30.0};
  const auto dot = [](const auto& u, const auto& p) { return u * p; };
  CHECK(split.stream().sum(dot) == 140.0);

  std::vector<double> state(32, 4.0);
  double* const streams[] = {state.data()};
  const auto advance = [](const auto& u, const auto&, auto& s) {
    s = s + 1.0;
    return s * u;
  };
  const et::UpdateStream<double, decltype(advance)> stream(split.list.elements(), streams, advance);
  CHECK(stream.sum(dot) == 5.0 * 140.0);
  CHECK(stream.sum(dot) == 5.0 * 140.0);  // looking changes no state
  CHECK(state == std::vector<double>(32, 4.0));
}

TEST_CASE("the tensor at fault is found") {
  std::vector<float> gradients(50, 1.0f);
  Split<float> split(gradients, {20});
  CHECK(split.stream().first_without_finite_sum(value).empty());
  gradients[45] = std::numeric_limits<float>::infinity();
  CHECK(split.stream().first_without_finite_sum(value) == "t2");
  gradients[20] = std::numeric_limits<float>::quiet_NaN();
  CHECK(split.stream().first_without_finite_sum(value) == "t1");
}

TEST_CASE("a reduction allocates nothing, and an empty one is its start") {
  std::vector<float> gradients = numbers<float>(100'000);
  Split<float> split(gradients, {333});
  split.stream().sum(square);  // OpenMP may make its threads
  CHECK(et::test::allocations_in([&] { split.stream().sum(square); }) == 0);
  Eigen::VectorXf none(0), also_none(0);
  et::Parameters<float> empty;
  empty.add("none", none, also_none);
  CHECK(et::UpdateStream<float>(empty.elements(), nullptr).sum(square) == 0.0);
  CHECK(et::UpdateStream<float>(empty.elements(), nullptr).max(value) ==
        -std::numeric_limits<double>::infinity());
}

// A tensor of more than one chunk, before, behind and between others of which some are frozen and
// some empty.
TEMPLATE_TEST_CASE("a tensor's own sums have the same bits wherever it stands", "", float, double) {
  using S = TestType;
  auto gradients = numbers<S>(70'003);
  const double promised = promised_sum_of_squares(gradients);
  const double largest = static_cast<double>(*std::max_element(gradients.begin(), gradients.end()));
  std::vector<S> parameters(gradients.size());
  const auto n = static_cast<et::Index>(gradients.size());
  Eigen::Map<Eigen::VectorX<S>> p(parameters.data(), n), g(gradients.data(), n);
  Eigen::VectorX<S> other = Eigen::VectorX<S>::Random(77), dother = other * S(3);
  Eigen::VectorX<S> frozen = other, dfrozen = dother, none(0), dnone(0);
  Eigen::VectorX<S> far = Eigen::VectorX<S>::Zero(65'537), dfar = Eigen::VectorX<S>::Ones(65'537);
  using List = et::Parameters<S>;
  const auto wanted = [&](List& l) { l.add("wanted", p, g); };
  const auto others = [&](List& l) {
    l.add("none", none, dnone).add("other", other, dother);
    l.add("frozen", frozen, dfrozen, {.frozen = true});
  };
  const auto large = [&](List& l) { l.add("far", far, dfar); };
  std::vector<List> lists(4);
  wanted(lists[0]);
  others(lists[1]), wanted(lists[1]);
  wanted(lists[2]), large(lists[2]), others(lists[2]);
  large(lists[3]), others(lists[3]), wanted(lists[3]);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    et::test::at_every_level([&] {
      int seen = 0;
      et::UpdateStream<S>(lists[i].elements(), nullptr)
          .for_each_tensor([&](const et::Tensor<S>& tensor, const auto& alone) {
            CHECK(alone.size() == tensor.parameter.size());
            if (tensor.name != "wanted") return;
            ++seen;
            if (alone.sum(square) != promised) FAIL_CHECK("another sum in list " << i);
            if (alone.max(value) != largest) FAIL_CHECK("another maximum in list " << i);
          });
      CHECK(seen == 1);
    });
  }
}

TEMPLATE_TEST_CASE("gaps within a tensor change no bit of its sums", "", float, double) {
  using S = TestType;
  using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  auto gradients = numbers<S>(101 * 83);
  const double promised = promised_sum_of_squares(gradients);
  Eigen::MatrixX<S> W = Eigen::MatrixX<S>::Zero(105, 83), dW = Eigen::MatrixX<S>::Ones(110, 83);
  RowMajor V = RowMajor::Zero(83, 104), dV = RowMajor::Ones(83, 101);
  dW.middleRows(5, 101) = Eigen::Map<Eigen::MatrixX<S>>(gradients.data(), 101, 83);
  dV = Eigen::Map<RowMajor>(gradients.data(), 83, 101);
  Eigen::VectorX<S> b = Eigen::VectorX<S>::Ones(13), db = b;
  et::Parameters<S> list;
  list.add("b", b, db).add("W", W.topRows(101), dW.middleRows(5, 101));
  list.add("V", V.rightCols(101), dV);
  et::test::at_every_level([&] {
    std::vector<double> sums;
    et::UpdateStream<S>(list.elements(), nullptr)
        .for_each_tensor(
            [&](const auto&, const auto& alone) { sums.push_back(alone.sum(square)); });
    CHECK(sums == std::vector<double>{13.0, promised, promised});
  });
}

TEST_CASE("tensors are those that take part, in order, with their numbers in the list") {
  Eigen::VectorXd a = Eigen::VectorXd::Ones(3), b = a, c = a, d = a, none(0), dnone(0);
  Eigen::VectorXd da = a, db = 2.0 * a, dc = 3.0 * a, dd = 4.0 * a;
  et::Parameters<double> list;
  list.add("none", none, dnone).add("a", a, da).add("b", b, db, {.frozen = true}).add("c", c, dc);
  list.add("d", d, dd, {.frozen = true});
  const et::UpdateStream<double> stream(list.elements(), nullptr);
  std::vector<std::pair<std::string, double>> seen;
  std::vector<et::Index> numbers_seen;
  stream.for_each_tensor([&](const et::Tensor<double>& tensor, const auto& alone) {
    seen.emplace_back(tensor.name, alone.sum(value));
    numbers_seen.push_back(tensor.number);
  });
  CHECK(seen == std::vector<std::pair<std::string, double>>{{"a", 3.0}, {"c", 9.0}});
  CHECK(numbers_seen == std::vector<et::Index>{1, 3});
  CHECK(stream.tensors() == 4);  // room for the numbers 0 to 3
  CHECK(stream.size() == 6);
  CHECK(stream.sum(value) == 12.0);  // all of them again

  et::Parameters<double> nobody;
  nobody.add("d", d, dd, {.frozen = true});
  const et::UpdateStream<double> nothing(nobody.elements(), nullptr);
  CHECK(nothing.tensors() == 0);
  nothing.for_each_tensor([](const auto&, const auto&) { FAIL_CHECK("a tensor of nobody's"); });
  CHECK(nothing.sum(value) == 0.0);
}

TEST_CASE("sums tensor by tensor allocate nothing, and rules are those of each tensor") {
  Eigen::VectorXf a = Eigen::VectorXf::Ones(40), da = a, b = a, db = a;
  et::Parameters<float> list;
  list.add("a", a, da, {.learning_rate_scale = 2.0}).add("b", b, db);
  const auto scaled = et::per_tensor([](const et::ParameterOptions& options) {
    return [r = float(options.learning_rate_scale)](const auto& u, const auto&) { return r * u; };
  });
  const et::UpdateStream<float, std::remove_const_t<decltype(scaled)>> stream(list.elements(),
                                                                              nullptr, scaled);
  double sums[2];
  CHECK(et::test::allocations_in([&] {
          stream.for_each_tensor([&](const et::Tensor<float>& tensor, const auto& alone) {
            sums[tensor.number] = alone.sum(value);
          });
        }) == 0);
  CHECK(sums[0] == 80.0);
  CHECK(sums[1] == 40.0);
}

TEST_CASE("a transform writes what arrives at it into its own state") {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::MatrixXd W = Eigen::MatrixXd::Random(6, 4), dW = Eigen::MatrixXd::Random(9, 4);
  RowMajor V = RowMajor::Random(3, 5), dV = RowMajor::Random(3, 8);
  Eigen::VectorXd b = Eigen::VectorXd::Random(40), db = Eigen::VectorXd::Random(40);
  const Eigen::MatrixXd W_before = W;
  const Eigen::MatrixXd dW_before = dW;
  const RowMajor V_before = V;
  const Eigen::VectorXd b_before = b;
  et::Parameters<double> list;
  list.add("W", W.topRows(5), dW.middleRows(2, 5)).add("V", V, dV.rightCols(5)).add("b", b, db);
  et::Elements<double>& elements = list.elements();
  const et::Index places[] = {3, 30, 50};
  for (std::size_t i = 0; i < 3; ++i) elements.tensors[i].state = places[i];
  const auto twice = [](const auto& u, const auto& p) { return u + u + p; };
  et::test::at_every_level([&] {
    std::vector<double> first(100, -7.0), second = first;
    double* const streams[] = {first.data(), second.data()};
    const et::UpdateStream<double, decltype(twice)> stream(elements, streams, twice);
    CHECK(stream.state(0) == first.data());
    CHECK(stream.state(1) == second.data());
    stream.store(1);
    CHECK(first == std::vector<double>(100, -7.0));
    std::vector<double> wanted(100, -7.0);
    for (et::Index f = 0; f < 20; ++f) {
      wanted[std::size_t(3 + f)] = 2.0 * dW(2 + f % 5, f / 5) + W(f % 5, f / 5);
    }
    for (et::Index f = 0; f < 15; ++f) {
      wanted[std::size_t(30 + f)] = 2.0 * dV(f / 5, 3 + f % 5) + V(f / 5, f % 5);
    }
    for (et::Index f = 0; f < 40; ++f) wanted[std::size_t(50 + f)] = 2.0 * db[f] + b[f];
    CHECK(second == wanted);
  });
  CHECK(et::test::same_bits(W, W_before));
  CHECK(et::test::same_bits(V, V_before));
  CHECK(et::test::same_bits(b, b_before));
  CHECK(et::test::same_bits(dW, dW_before));
}

TEST_CASE("a transform's own state lies behind that of the rules before it") {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(4), g = p;
  et::Parameters<double> list;
  list.add("p", p, g);
  double a = 0, b = 0, c = 0;
  double* const streams[] = {&a, &b, &c};
  const auto takes_two = [](const auto& u, const auto&, auto&, auto&) { return u; };
  const auto takes_none = [](const auto& u, const auto&) { return u; };
  const et::UpdateStream<double, decltype(takes_none), decltype(takes_two)> stream(
      list.elements(), streams, takes_none, takes_two);
  CHECK(stream.state(0) == &c);
}

TEST_CASE("a stream behind one more rule sees what the rule would make of the state") {
  Eigen::VectorXf p = Eigen::VectorXf::LinSpaced(21, 0.0f, 20.0f), g = Eigen::VectorXf::Ones(21);
  et::Parameters<float> list;
  list.add("one", p.head(4), g.head(4)).add("two", p.tail(17), g.tail(17));
  et::Elements<float>& elements = list.elements();
  elements.tensors[1].state = 4;
  std::vector<float> other(21, 5.0f), own(21, 3.0f);
  float* const streams[] = {other.data(), own.data()};
  const auto before = [](const auto& u, const auto&, auto& s) {
    s = s + u;
    return u + s;
  };
  const auto further = [](const auto& u, const auto& weight, auto& s) {
    s = s * weight;
    return u + s;
  };
  const auto same = [](const auto& u, const auto&) { return u; };
  et::test::at_every_level([&] {
    const et::UpdateStream<float, decltype(before)> stream(elements, streams, before);
    CHECK(stream.sum(same) == 7.0 * 21);
    CHECK(stream.after(further).sum(same) == 7.0 * 21 + 3.0 * 210);
    stream.for_each_tensor([&](const et::Tensor<float>& tensor, const auto& alone) {
      const double rest = tensor.number == 0 ? 6.0 : 204.0;
      CHECK(alone.after(further).sum(same) == 7.0 * double(alone.size()) + 3.0 * rest);
    });
  });
  CHECK(other == std::vector<float>(21, 5.0f));
  CHECK(own == std::vector<float>(21, 3.0f));
}
