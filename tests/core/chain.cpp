// SPDX-License-Identifier: MIT
#include "eigentrain/core/chain.hpp"

#include <cmath>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

// u ← a·u + b
struct Affine {
  double a = 1.0, b = 0.0;
  template <class S>
  auto at(const et::Step&) const {
    return [a = S(a), b = S(b)](const auto& u, const auto&) { return a * u + b; };
  }
};

// A user's own rule with state: counts steps, and adds the count to the update.
struct Counter {
  static constexpr int slots = 1;
  template <class S>
  auto at(const et::Step&) const {
    return [](const auto& u, const auto&, auto& count) {
      count = count + S(1);
      return u + count;
    };
  }
};

// Uses state in even steps only.
struct EverySecond {
  bool wanted = true;
  int slots() const { return wanted ? 1 : 0; }
  template <class S>
  auto at(const et::Step& step) const {
    const auto skip = [](const auto& u, const auto&) { return u; };
    const auto keep = [](const auto& u, const auto&, auto& last) {
      const auto before = last;
      last = u;
      return before;
    };
    return et::either(wanted && step.count % 2 == 0, keep, skip);
  }
};

// Subtracts the mean of all updates.
struct Centre {
  struct Measurement {
    double mean = 0.0;
  };
  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    const double n = stream.sum([](const auto& u, const auto&) { return u - u + 1.0; });
    const double mean = stream.sum([](const auto& u, const auto&) { return u; }) / n;
    et::require(std::isfinite(mean), "Centre: the mean is not finite");
    measured.mean = mean;
  }
  template <class S>
  auto at(const et::Step&, const Measurement& measured) const {
    return [mean = S(measured.mean)](const auto& u, const auto&) { return u - mean; };
  }
};

struct Two {
  Eigen::VectorXd a = Eigen::VectorXd::Zero(3), da = Eigen::VectorXd::Ones(3);
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(2, 2), db = Eigen::MatrixXd::Constant(2, 2, 2.0);
  et::Parameters<double> parameters;
  Two() { parameters.add("a", a, da).add("b", b, db); }
};

}  // namespace

TEST_CASE("transforms meet the gradient in order, and the last result is subtracted") {
  Two two;
  auto plain = et::chain<double>();
  plain.step(two.parameters);
  CHECK(two.a == Eigen::Vector3d::Constant(-1.0));
  auto chain = et::chain<double>(Affine{2.0, 1.0}, Affine{10.0, 0.0});
  chain.step(two.parameters);
  CHECK(two.a == Eigen::Vector3d::Constant(-31.0));
  CHECK(two.b == Eigen::Matrix2d::Constant(-52.0));
  CHECK(two.da == Eigen::Vector3d::Ones());  // gradients stay as they are
}

TEST_CASE("state belongs to the element, and sequences are taken apart") {
  Two two;
  auto chain =
      et::chain<double>(et::sequence(Counter{}, et::sequence(Affine{2.0, 0.0}), Counter{}));
  for (int step = 1; step <= 5; ++step) {
    const double before = two.a[0];
    chain.step(two.parameters);
    CHECK(before - two.a[0] == (1.0 + step) * 2.0 + step);
    CHECK(chain.count() == step);
  }
}

TEST_CASE("a rule may differ from step to step in the state it uses") {
  Two two;
  auto chain = et::chain<double>(Counter{}, EverySecond{}, Counter{});
  // Step 2 stores u = 1 + 2 and gives the zero from before, step 4 stores 5 and gives 3.
  double expected = 0.0;
  for (const double u : {1.0 + 1 + 1, 0.0 + 2, 1.0 + 3 + 3, 3.0 + 4}) {
    chain.step(two.parameters);
    expected -= u;
    CHECK(two.a[0] == expected);
  }
  auto without = et::chain<double>(Counter{}, EverySecond{.wanted = false}, Counter{});
  without.step(two.parameters);
  CHECK(two.a[0] == expected - 3.0);
}

TEST_CASE("a statistic sees what the transforms before it made, and leaves no trace") {
  Two two;  // gradients 1, 1, 1, 2, 2, 2, 2
  auto chain = et::chain<double>(Counter{}, Affine{2.0, 0.0}, Centre{}, Affine{7.0, 0.0});
  chain.step(two.parameters);
  CHECK(chain.measured<Centre>().mean == Approx(2.0 * (11.0 / 7.0 + 1.0)));
  CHECK(two.a[0] == Approx(-7.0 * (4.0 - 2.0 * 18.0 / 7.0)));
  chain.step(two.parameters);
  CHECK(chain.measured<Centre>().mean == Approx(2.0 * (11.0 / 7.0 + 2.0)));
}

TEST_CASE("a step that throws changes nothing") {
  Two two;
  auto chain = et::chain<double>(Counter{}, Centre{});
  chain.step(two.parameters);
  auto twin = chain;
  const Eigen::VectorXd a = two.a;
  const Eigen::MatrixXd b = two.b;
  const double mean = chain.measured<Centre>().mean;

  two.db(1, 1) = std::nan("");
  CHECK_THROWS_WITH(chain.step(two.parameters), "Centre: the mean is not finite");
  CHECK(two.a == a);
  CHECK(two.b == b);
  CHECK(chain.count() == 1);
  CHECK(chain.measured<Centre>().mean == mean);

  two.db(1, 1) = 2.0;
  chain.step(two.parameters);
  const Eigen::VectorXd after = two.a;
  two.a = a;
  two.b = b;
  twin.step(two.parameters);
  CHECK(two.a == after);
}

TEST_CASE("the list of the first step is the list") {
  Two two, other;
  auto chain = et::chain<double>(Counter{});
  chain.step(two.parameters);
  chain.step(other.parameters);  // the same sizes: a rebuilt list goes on
  Eigen::VectorXd c(2), dc(2);
  other.parameters.add("c", c, dc);
  CHECK_THROWS_WITH(chain.step(other.parameters),
                    "step: the list had 2 tensors in the first step and has 3 now");
  et::Parameters<double> different;
  different.add("a", two.a, two.da).add("c", c, dc);
  CHECK_THROWS_WITH(chain.step(different), "c: it had 4 values in the first step and has 2 now");
  et::Parameters<double> empty;
  CHECK_THROWS_AS(chain.step(empty), std::invalid_argument);
  CHECK_THROWS_WITH(et::chain<double>(Counter{}).step(empty),
                    "Parameters: the list is empty; add() tensors first");
  CHECK(chain.count() == 2);
}

TEST_CASE("a first step that failed binds to no list") {
  Two two;
  auto chain = et::chain<double>(Counter{}, Centre{});
  two.da[0] = std::nan("");
  CHECK_THROWS_AS(chain.step(two.parameters), std::invalid_argument);
  Eigen::VectorXd c = Eigen::VectorXd::Zero(9), dc = Eigen::VectorXd::LinSpaced(9, 0.0, 1.0);
  et::Parameters<double> another;
  another.add("c", c, dc);
  chain.step(another);
  CHECK(chain.count() == 1);
  CHECK(c[0] == Approx(0.5));
}

TEST_CASE("a matrix may move between steps, but not change its size") {
  Two two;
  auto chain = et::chain<double>(Counter{});
  chain.step(two.parameters);
  Eigen::VectorXd elsewhere = two.a;
  two.a.swap(elsewhere);
  chain.step(two.parameters);
  CHECK(two.a[0] == -1.0 - 1.0 - 1.0 - 2.0);
  two.b.resize(2, 3);
  two.db.resize(2, 3);
  CHECK_THROWS_WITH(chain.step(two.parameters),
                    "b: the parameter was 2x2 when it was added and is 2x3 now");
  CHECK(two.a[0] == -5.0);
}

TEST_CASE("a thawed parameter finds its state where it left it") {
  Two two;
  auto chain = et::chain<double>(Counter{});
  chain.step(two.parameters);
  two.parameters.set_options("a", {.frozen = true});
  const double frozen = two.a[0];
  chain.step(two.parameters);
  CHECK(two.a[0] == frozen);
  CHECK(two.b(0) == -3.0 - 4.0);
  two.parameters.set_options("a", {});
  chain.step(two.parameters);
  CHECK(two.a[0] == frozen - 3.0);  // its second step
}

TEST_CASE("only the first step allocates, and only the arena") {
  Two two;
  auto chain = et::chain<double>(Counter{}, EverySecond{}, Centre{}, Counter{});
  CHECK(et::test::allocations_in([&] { chain.step(two.parameters); }) <= 4);
  for (int i = 0; i < 5; ++i) {
    CHECK(et::test::allocations_in([&] { chain.step(two.parameters); }) == 0);
  }
}

// Takes a state value that it has not declared.
struct Undeclared {
  template <class S>
  auto at(const et::Step&) const {
    return [](const auto& u, const auto&, auto& state) { return u + state; };
  }
};

TEST_CASE("a rule can't take more state than its transform declares") {
  Two two;
  auto chain = et::chain<double>(Counter{}, Undeclared{});
  CHECK_THROWS_WITH(chain.step(two.parameters),
                    "chain: a rule takes 1 state values, but its transform declares 0 slots");
  CHECK(two.a.isZero());
  CHECK(chain.count() == 0);
}

TEST_CASE("a chain knows its transforms") {
  auto chain = et::chain<float>(Affine{2.0, 0.5}, Counter{});
  CHECK(chain.get<Affine>().a == 2.0);
}

TEST_CASE("a transform can be replaced between steps, and keeps its state") {
  Two two;
  auto chain = et::chain<double>(Affine{0.0, 0.0}, Counter{});
  chain.step(two.parameters);
  chain.replace(Affine{0.0, 10.0});
  CHECK(chain.get<Affine>().b == 10.0);
  chain.step(two.parameters);
  CHECK(two.a(0, 0) == -13.0);  // 1, then 10 + 2

  auto other = et::chain<double>(EverySecond{true});
  CHECK_THROWS_WITH(other.replace(EverySecond{false}),
                    "replace: the transform in place keeps 1 state values and the new one 0");
  CHECK(other.get<EverySecond>().wanted);
}

TEST_CASE("a transform's state can be read and written, tensor by tensor") {
  Two two;
  auto chain = et::chain<double>(EverySecond{true}, Affine{0.0, 0.0}, Counter{});
  CHECK(chain.state<Counter>(0).size() == 0);
  chain.step(two.parameters);
  REQUIRE(chain.state<Counter>(0).size() == two.a.size());
  REQUIRE(chain.state<Counter>(1).size() == two.b.size());
  CHECK(chain.state<Counter>(1)[0] == 1.0);
  CHECK(chain.state<EverySecond>(1)[0] == 0.0);
  chain.state<Counter>(1)[0] = 41.0;
  const double before = two.b(0);
  chain.step(two.parameters);
  CHECK(two.b(0) == before - 42.0);
  CHECK(two.b(1) == before - 2.0);
  CHECK(chain.state<Counter>(7).size() == 0);
  CHECK_THROWS_WITH(chain.state<Counter>(0, 1), "state: slot must be in [0, 1), got 1");
  CHECK_THROWS_WITH(chain.state<Affine>(0), "state: slot must be in [0, 0), got 0");
}

namespace {

// What the next transforms answer. Not a pointer to a test's own variable: with that, gcc 12 at -O1
// leaves out a store to it.
et::Verdict next_verdict = et::Verdict::proceed;
bool stops = true;

// Does as it is told, counts how often it measured, and adds 1 to its state in each step that it
// gathers or takes part in.
struct Judge {
  static constexpr int slots = 1;
  struct Measurement {
    int measured = 0;
  };
  template <class Stream>
  void measure(const Stream&, Measurement& measured) const {
    ++measured.measured;
  }
  et::Verdict verdict(const Measurement&) const { return next_verdict; }
  template <class S>
  auto gather(const Measurement&) const {
    return [](const auto& u, const auto&, auto& sum) {
      sum = sum + u;
      return u;
    };
  }
  template <class S>
  auto at(const et::Step&, const Measurement&) const {
    return [](const auto& u, const auto&, auto& sum) {
      sum = sum + u;
      return sum;
    };
  }
};

// Two that only count what they measured, before and behind.
struct Before {
  struct Measurement {
    int measured = 0;
  };
  template <class Stream>
  void measure(const Stream&, Measurement& measured) const {
    ++measured.measured;
  }
  template <class S>
  auto at(const et::Step&, const Measurement&) const {
    return [](const auto& u, const auto&) { return u; };
  }
};
struct Behind : Before {};

// Ends the step without taking anything in.
struct Stop {
  using Measurement = Before::Measurement;
  template <class Stream>
  void measure(const Stream&, Measurement& measured) const {
    ++measured.measured;
  }
  et::Verdict verdict(const Measurement&) const {
    return stops ? et::Verdict::gather : et::Verdict::proceed;
  }
  template <class S>
  auto at(const et::Step&, const Measurement&) const {
    return [](const auto& u, const auto&) { return u; };
  }
};

// Adds a tensor's number and units to its updates.
struct ByTensor {
  template <class S>
  auto at(const et::Step&) const {
    return et::per_tensor([](const et::Tensor<S>& tensor) {
      return [added = S(10 * tensor.number + tensor.units)](const auto& u, const auto&) {
        return u + added;
      };
    });
  }
};

// Watches as a Monitor does, and makes the pass run by run.
struct Observer {
  int begun = 0, watched = 0, runs = 0;
  std::int64_t step = -1;
  void begin(const et::Parameters<double>&, std::int64_t number) {
    ++begun;
    step = number;
  }
  template <class Pass>
  void watch(const et::Elements<double>& elements, const et::Step& now, const Pass& pass) {
    ++watched;
    CHECK(now.index() == step);
    et::detail::for_each_run(elements.tensors, 0, elements.total,
                             [&](const et::Tensor<double>& tensor, et::detail::Run<double> run) {
                               ++runs;
                               pass(tensor, run);
                             });
  }
};

}  // namespace

TEST_CASE("a step tells whether it was made") {
  Two two;
  next_verdict = et::Verdict::proceed;
  auto chain = et::chain<double>(Judge{});
  CHECK(chain.step(two.parameters));
  next_verdict = et::Verdict::skip;
  CHECK_FALSE(chain.step(two.parameters));
  next_verdict = et::Verdict::gather;
  CHECK_FALSE(chain.step(two.parameters));
  next_verdict = et::Verdict::proceed;
  CHECK(chain.step(two.parameters));
  CHECK(chain.count() == 2);
  auto plain = et::chain<double>();
  CHECK(plain.step(two.parameters));
  auto measuring = et::chain<double>(Centre{});
  CHECK(measuring.step(two.parameters));
}

TEST_CASE("a skipped step changes the measurement of the one that skipped, and nothing else") {
  Two two;
  next_verdict = et::Verdict::proceed;
  auto chain = et::chain<double>(Counter{}, Before{}, Judge{}, Counter{}, Behind{}, Affine{});
  chain.step(two.parameters);
  auto twin = chain;
  const Eigen::VectorXd a = two.a, da = two.da;
  const Eigen::MatrixXd b = two.b;
  next_verdict = et::Verdict::skip;
  two.da.setConstant(std::nan(""));
  for (int times = 1; times <= 3; ++times) {
    CHECK_FALSE(chain.step(two.parameters));
    CHECK(et::test::same_bits(two.a, a));
    CHECK(et::test::same_bits(two.b, b));
    CHECK(chain.count() == 1);
    CHECK(chain.measured<Before>().measured == 1);
    CHECK(chain.measured<Judge>().measured == 1 + times);
    CHECK(chain.measured<Behind>().measured == 1);
  }
  // All state is as it was: the next step is that of a chain that never skipped one.
  next_verdict = et::Verdict::proceed;
  two.da = da;
  chain.step(two.parameters);
  const Eigen::VectorXd after_a = two.a;
  const Eigen::MatrixXd after_b = two.b;
  two.a = a;
  two.b = b;
  twin.step(two.parameters);
  CHECK(et::test::same_bits(two.a, after_a));
  CHECK(et::test::same_bits(two.b, after_b));
  CHECK_FALSE(after_a == a);
  CHECK(chain.count() == 2);
  CHECK(chain.measured<Before>().measured == 2);
  CHECK(chain.measured<Behind>().measured == 2);
}

TEST_CASE("a first step that was skipped binds to no list") {
  Two two;
  next_verdict = et::Verdict::skip;
  auto chain = et::chain<double>(Judge{}, Counter{});
  CHECK_FALSE(chain.step(two.parameters));
  Eigen::VectorXd c = Eigen::VectorXd::Zero(9), dc = Eigen::VectorXd::Ones(9);
  two.parameters.add("c", c, dc);
  next_verdict = et::Verdict::proceed;
  CHECK(chain.step(two.parameters));
  CHECK(c == Eigen::VectorXd::Constant(9, -2.0));
}

TEST_CASE("a step that gathers runs what stands before, and leaves out what stands behind") {
  Two two;
  next_verdict = et::Verdict::gather;
  auto chain = et::chain<double>(Counter{}, Before{}, Judge{}, Counter{}, Behind{}, Affine{});
  CHECK_FALSE(chain.step(two.parameters));  // takes in 1 + 1
  CHECK_FALSE(chain.step(two.parameters));  // and 1 + 2
  CHECK(two.a.isZero(0.0));
  CHECK(two.b.isZero(0.0));
  CHECK(chain.count() == 0);
  CHECK(chain.measured<Before>().measured == 2);
  CHECK(chain.measured<Judge>().measured == 2);
  CHECK(chain.measured<Behind>().measured == 0);
  next_verdict = et::Verdict::proceed;
  CHECK(chain.step(two.parameters));  // and 1 + 3; the second counter's first step
  CHECK(two.a == Eigen::Vector3d::Constant(-(2.0 + 3.0 + 4.0 + 1.0)));
  CHECK(two.b == Eigen::Matrix2d::Constant(-(3.0 + 4.0 + 5.0 + 1.0)));
  CHECK(chain.count() == 1);
  CHECK(chain.measured<Before>().measured == 3);
  CHECK(chain.measured<Behind>().measured == 1);
}

TEST_CASE("a transform that gathers nothing may end the step all the same") {
  Two two;
  stops = true;
  auto chain = et::chain<double>(Counter{}, Stop{}, Counter{});
  CHECK_FALSE(chain.step(two.parameters));
  CHECK(two.a.isZero(0.0));
  CHECK(chain.measured<Stop>().measured == 1);
  stops = false;
  CHECK(chain.step(two.parameters));
  CHECK(two.a == Eigen::Vector3d::Constant(-3.0));  // the counters' first step
}

TEST_CASE("the list may not change once something was gathered") {
  Two two;
  next_verdict = et::Verdict::gather;
  auto chain = et::chain<double>(Judge{});
  CHECK_FALSE(chain.step(two.parameters));
  CHECK(chain.count() == 0);
  Eigen::VectorXd c = Eigen::VectorXd::Zero(2), dc = Eigen::VectorXd::Ones(2);
  et::Parameters<double> different;
  different.add("a", two.a, two.da).add("c", c, dc);
  CHECK_THROWS_WITH(chain.step(different), "c: it had 4 values in the first step and has 2 now");
  two.parameters.add("c", c, dc);
  CHECK_THROWS_WITH(chain.step(two.parameters),
                    "step: the list had 2 tensors in the first step and has 3 now");
  CHECK(chain.measured<Judge>().measured == 1);
  Two again;  // the same sizes: what was gathered is still there
  next_verdict = et::Verdict::proceed;
  CHECK(chain.step(again.parameters));
  CHECK(again.a == Eigen::Vector3d::Constant(-2.0));
}

TEST_CASE("a step that throws behind a measurement leaves all measurements and states alone") {
  Two two;
  next_verdict = et::Verdict::gather;
  auto chain = et::chain<double>(Before{}, Judge{}, Centre{});
  CHECK_FALSE(chain.step(two.parameters));
  two.da[0] = std::nan("");
  next_verdict = et::Verdict::proceed;
  CHECK_THROWS_WITH(chain.step(two.parameters), "Centre: the mean is not finite");
  CHECK(chain.measured<Before>().measured == 1);
  CHECK(chain.measured<Judge>().measured == 1);
  CHECK(chain.count() == 0);
  CHECK(two.a.isZero(0.0));
  two.da[0] = 1.0;
  CHECK(chain.step(two.parameters));
  const double mean = 22.0 / 7.0;  // of 2, 2, 2, 4, 4, 4, 4
  CHECK(two.a[0] == Approx(-(2.0 - mean)));
  CHECK(chain.measured<Judge>().measured == 2);
}

TEST_CASE("the same verdicts come out at every register width") {
  std::vector<Eigen::VectorXd> results;
  et::test::at_every_level([&] {
    Eigen::VectorXd p = Eigen::VectorXd::LinSpaced(100, -1.0, 1.0), g = p / 3.0;
    et::Parameters<double> parameters;
    parameters.add("p", p, g);
    next_verdict = et::Verdict::gather;
    auto chain = et::chain<double>(Affine{0.3, 0.1}, Judge{}, Centre{});
    for (int i = 0; i < 3; ++i) chain.step(parameters);
    next_verdict = et::Verdict::proceed;
    chain.step(parameters);
    results.push_back(p);
  });
  for (const Eigen::VectorXd& result : results) CHECK(et::test::same_bits(result, results[0]));
  ;
}

TEST_CASE("a rule may depend on the tensor as the step sees it") {
  Two two;
  Eigen::VectorXd none(0), dnone(0), c = Eigen::VectorXd::Zero(1), dc = c;
  et::Parameters<double> parameters;
  parameters.add("none", none, dnone).add("b", two.b, two.db).add("c", c, dc);
  auto chain = et::chain<double>(Counter{}, ByTensor{}, Affine{2.0, 0.0});
  CHECK(chain.step(parameters));
  CHECK(two.b == Eigen::Matrix2d::Constant(-2.0 * (2.0 + 1.0 + 10.0 + 2.0)));
  CHECK(c[0] == -2.0 * (0.0 + 1.0 + 20.0 + 1.0));
}

TEST_CASE("a step that is watched has the bits of one that is not") {
  Two watched, alone;
  Eigen::MatrixXd W = Eigen::MatrixXd::Random(9, 5), dW = Eigen::MatrixXd::Random(7, 5), V = W;
  watched.parameters.add("W", W.topRows(6), dW.topRows(6));
  alone.parameters.add("W", V.topRows(6), dW.topRows(6));
  auto first = et::chain<double>(Counter{}, Affine{0.1, 0.3}, Centre{}, EverySecond{}, ByTensor{});
  auto second = first;
  Observer observer;
  for (int i = 0; i < 4; ++i) {
    CHECK(first.step(watched.parameters, observer));
    CHECK(second.step(alone.parameters));
    CHECK(et::test::same_bits(watched.a, alone.a));
    CHECK(et::test::same_bits(watched.b, alone.b));
    CHECK(et::test::same_bits(W, V));
    CHECK(observer.step == i);
  }
  CHECK(observer.begun == 4);
  CHECK(observer.watched == 4);
  CHECK(observer.runs == 4 * 7);
  dW.setConstant(std::nan(""));
  CHECK_THROWS_AS(first.step(watched.parameters, observer), std::invalid_argument);
  CHECK(observer.watched == 4);
}

TEST_CASE("nobody watches a step that isn't made") {
  Two two;
  next_verdict = et::Verdict::skip;
  auto chain = et::chain<double>(Judge{});
  Observer observer;
  CHECK_FALSE(chain.step(two.parameters, observer));
  next_verdict = et::Verdict::gather;
  CHECK_FALSE(chain.step(two.parameters, observer));
  CHECK(observer.watched == 0);
  next_verdict = et::Verdict::proceed;
  CHECK(chain.step(two.parameters, observer));
  CHECK(observer.watched == 1);
  CHECK(observer.step == 0);
}

// Gathers with more state than it has declared.
struct Greedy {
  static constexpr int slots = 1;
  struct Measurement {};
  template <class Stream>
  void measure(const Stream&, Measurement&) const {}
  et::Verdict verdict(const Measurement&) const { return et::Verdict::gather; }
  template <class S>
  auto gather(const Measurement&) const {
    return [](const auto& u, const auto&, auto& a, auto& b) {
      a = b = u;
      return u;
    };
  }
  template <class S>
  auto at(const et::Step&, const Measurement&) const {
    return [](const auto& u, const auto&) { return u; };
  }
};

TEST_CASE("gathering can't take more state than its transform declares") {
  Two two;
  auto chain = et::chain<double>(Counter{}, Greedy{});
  CHECK_THROWS_WITH(chain.step(two.parameters),
                    "chain: a rule takes 2 state values, but its transform declares 1 slots");
}
