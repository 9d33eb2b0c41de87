// SPDX-License-Identifier: MIT
// What does clipping by the global norm cost: the norm, the clipping, a step with it in front?
//
//     clip --table            interleaved medians and ratios, as in docs/benchmarks.md
//     clip [--benchmark_...]  the same rivals one by one, by Google Benchmark
//     clip --step --step ...  so many steps of the clipped AdamW and nothing else, for tools that
//                             count memory accesses
//
// Sixty float tensors, one thread: as many values as the caches hold, and 25 times as many. Beside
// eigentrain run loops written by hand with intrinsics, of which the fastest counts, and LibTorch,
// if it was found. Every rival's results are verified before it is timed, those of clipping in
// place after it as well; a wrong one ends the program.
//
// Links: Google Benchmark; the library of the native build (EIGENTRAIN_BENCH_NATIVE); LibTorch
// (optional, EIGENTRAIN_BENCH_TORCH).
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/core/simd.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "support/adam_contest.hpp"
#ifdef EIGENTRAIN_BENCH_TORCH
#include "support/torch_clip.hpp"
#endif

namespace {

using namespace bench;
namespace et = eigentrain;

constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<Problem> problems() {
  return {{"1 million", transformer(128)}, {"25 million", transformer(640)}};
}

std::shared_ptr<et::Parameters<float>> list_of(const Memory& memory) {
  auto list = std::make_shared<et::Parameters<float>>();
  for (const Tensor& t : memory.tensors()) {
    const auto size = static_cast<Eigen::Index>(t.size);
    list->add("tensor" + std::to_string(list->size()), Eigen::Map<Eigen::VectorXf>(t.p, size),
              Eigen::Map<Eigen::VectorXf>(t.g, size));
  }
  return list;
}

std::vector<float> gradients_of(const Memory& memory) {
  std::vector<float> all;
  for (const Tensor& t : memory.tensors()) all.insert(all.end(), t.g, t.g + t.size);
  return all;
}

/// The fastest of some loops on this problem: `run` calls one for all its gradients.
template <class Loop, class Run>
Unrolled<Loop> fastest_of(const std::vector<Unrolled<Loop>>& loops, const Run& run) {
  std::vector<Rival> rivals;
  for (const Unrolled<Loop>& loop : loops) {
    rivals.push_back({loop.name, [loop, run] { run(loop.loop); }});
  }
  return loops[fastest(rivals)];
}

Unrolled<SumLoop> fastest_sum(const Problem& problem, const std::vector<Unrolled<SumLoop>>& loops) {
  const Memory memory(problem.sizes, Layout::plain);
  return fastest_of(
      loops, [&memory](SumLoop loop) { benchmark::DoNotOptimize(sum_of_gradients(memory, loop)); });
}

// How far a norm may be off; LibTorch forms it in float.
constexpr double exact = 1e-6;
[[maybe_unused]] constexpr double in_float = 1e-4;

/// A question makes its contenders anew for every place in memory. The first is the one that the
/// others are compared with.
struct Question {
  const char* name;
  MakeContenders (*prepare)(const Problem&, std::string& notes);
};

/// The norm of all gradients, which stay as they are. All read the same memory.
MakeContenders norm_alone(const Problem& problem, std::string& notes) {
  const Unrolled<SumLoop> read = fastest_sum(problem, sum_loops());
  const Unrolled<SumLoop> squares = fastest_sum(problem, square_loops());
  notes += problem.name + ": reads " + read.name + "; by hand " + squares.name + ". ";
  return [=] {
    const auto memory = std::make_shared<Memory>(problem.sizes, Layout::plain);
    const std::vector<float> before = gradients_of(*memory);
    const double norm = norm_of_gradients(*memory);
    long double sum = 0.0L;
    for (float g : before) sum += static_cast<long double>(g);
    std::vector<Contender> all;
    const auto add = [&](const char* name, double expected, double tolerance, const auto& measure) {
      require_close(name, "the result", measure(), expected, tolerance * std::abs(expected));
      all.push_back({name, memory, [measure] { benchmark::DoNotOptimize(measure()); }});
    };
    add("eigentrain", norm, exact, [list = list_of(*memory)] {
      return static_cast<double>(et::clip_gradient_norm(*list, infinity));
    });
    add("read only", static_cast<double>(sum), exact,
        [memory, read] { return sum_of_gradients(*memory, read.loop); });
    add("by hand", norm, exact,
        [memory, squares] { return std::sqrt(sum_of_gradients(*memory, squares.loop)); });
#ifdef EIGENTRAIN_BENCH_TORCH
    const std::shared_ptr<TorchClipper> torch = make_torch_clipper(memory->tensors());
    add("LibTorch", norm, in_float, [torch] { return torch->clip(1e30); });
    add("LibTorch, no product", norm, in_float, [torch] { return torch->norm(); });
    torch->finish();
#endif
    if (gradients_of(*memory) != before) {
      std::fprintf(stderr, "norm: the gradients have changed\n");
      std::exit(1);
    }
    return all;
  };
}

/// Clipping in place. So that there is something to clip in every call, each asks for a norm that
/// is a little less than the last one; in the thousands of calls that there may be, no value comes
/// near the end of float's range.
Contender clipping(
    const std::string& name, const std::shared_ptr<Memory>& memory, double tolerance,
    const std::function<double(double)>& clip, const std::function<void()>& finish = [] {}) {
  struct Progress {
    double norm;
    long calls = 0, clipped = 0;
  };
  const auto progress = std::make_shared<Progress>(Progress{norm_of_gradients(*memory)});
  const auto step = [clip, progress] {
    progress->norm *= 0.999;
    ++progress->calls;
    progress->clipped += clip(progress->norm) > progress->norm;
  };
  const auto check = [=] {
    finish();
    require_close(name, "the norm at last", norm_of_gradients(*memory), progress->norm,
                  tolerance * progress->norm);
    require_close(name, "the count of calls that clipped", static_cast<double>(progress->clipped),
                  static_cast<double>(progress->calls), 0.0);
  };
  const std::vector<float> before = gradients_of(*memory);
  const double factor = clip_factor(0.999 * progress->norm, progress->norm);
  step();
  check();
  const std::vector<float> after = gradients_of(*memory);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double expected = factor * static_cast<double>(before[i]);
    require_close(name, "a gradient", static_cast<double>(after[i]), expected,
                  tolerance * std::abs(expected));
  }
  return {name, memory, step, finish, check};
}

MakeContenders clip_in_place(const Problem& problem, std::string& notes) {
  const Unrolled<SumLoop> squares = fastest_sum(problem, square_loops());
  const Memory place(problem.sizes, Layout::plain);
  const Unrolled<ScaleLoop> scale = fastest_of(scale_loops(), [&place](ScaleLoop loop) {
    for (const Tensor& t : place.tensors()) loop(t.g, t.size, 1.0f);
  });
  notes += problem.name + ": by hand " + squares.name + " and " + scale.name + ". ";
  return [=] {
    const auto memory = [&] { return std::make_shared<Memory>(problem.sizes, Layout::plain); };
    std::vector<Contender> all;
    auto own = memory();
    all.push_back(clipping("eigentrain", own, exact, [list = list_of(*own)](double max_norm) {
      return static_cast<double>(et::clip_gradient_norm(*list, static_cast<float>(max_norm)));
    }));
    own = memory();
    all.push_back(clipping("by hand", own, exact, [own, squares, scale](double max_norm) {
      const double norm = std::sqrt(sum_of_gradients(*own, squares.loop));
      const auto factor = static_cast<float>(clip_factor(max_norm, norm));
      for (const Tensor& t : own->tensors()) scale.loop(t.g, t.size, factor);
      return norm;
    }));
#ifdef EIGENTRAIN_BENCH_TORCH
    own = memory();
    const std::shared_ptr<TorchClipper> torch = make_torch_clipper(own->tensors());
    all.push_back(clipping(
        "LibTorch", own, in_float, [torch](double max_norm) { return torch->clip(max_norm); },
        [torch] { torch->finish(); }));
#endif
    return all;
  };
}

/// With this epsilon a wrong factor shows in the parameters; Adam would divide it away otherwise.
AdamSettings clipped_settings() {
  AdamSettings settings;
  settings.epsilon = 1e-3;
  settings.max_norm = 1.0;
  return settings;
}

/// All bytes that a clipped step has to move: the gradients once, then what a step does.
Contender streams_only(const Problem& problem, const Unrolled<SumLoop>& read) {
  auto memory = std::make_shared<Memory>(problem.sizes, Layout::staggered);
  // A gradient of zero keeps the sums finite however often they are formed.
  for (const Tensor& t : memory->tensors()) std::fill_n(t.g, t.size, 0.0f);
  return {"streams only", memory, [memory, read] {
            benchmark::DoNotOptimize(sum_of_gradients(*memory, read.loop));
            for (const Tensor& t : memory->tensors()) touch_streams(t);
          }};
}

/// AdamW with clipping in front of it.
MakeContenders clipped_step(const Problem& problem, std::string& notes) {
  const Algorithm algorithm = Algorithm::adamw;
  const AdamSettings settings = clipped_settings();
  const Unrolled<SumLoop> read = fastest_sum(problem, sum_loops());
  const Unrolled<SumLoop> squares = fastest_sum(problem, square_loops());
  const Choice by_hand = fastest_loop(problem, algorithm, false, settings, squares.loop);
  const char* where = by_hand.layout == Layout::plain ? "" : ", moments staggered";
  notes += problem.name + ": by hand " + squares.name + " and " + by_hand.loop.name + where + ". ";
  return [=] {
    std::vector<Contender> all = {
        made_by("eigentrain", make_eigentrain, problem, algorithm, Layout::plain, settings)};
#ifdef EIGENTRAIN_BENCH_NATIVE
    all.push_back(made_by("-march=native", make_eigentrain_native, problem, algorithm,
                          Layout::plain, settings));
#endif
    all.push_back(hand_written(std::make_shared<Memory>(problem.sizes, by_hand.layout),
                               by_hand.loop, by_hand.layout, settings, squares.loop));
    all.back().name = "by hand";
#ifdef EIGENTRAIN_BENCH_TORCH
    all.push_back(made_by("LibTorch", make_torch, problem, algorithm, Layout::plain, settings));
#endif
    for (const Contender& contender : all) verify(contender, algorithm, settings);
    AdamSettings unclipped = settings;
    unclipped.max_norm = AdamSettings().max_norm;
    all.push_back(
        made_by("AdamW alone", make_eigentrain, problem, algorithm, Layout::plain, unclipped));
    verify(all.back(), algorithm, unclipped);
    all.push_back(streams_only(problem, read));
    return all;
  };
}

constexpr Question questions[] = {{"the norm alone", norm_alone},
                                  {"clipping in place", clip_in_place},
                                  {"AdamW, clipped", clipped_step}};

/// A Markdown table: nanoseconds a parameter, and in brackets the time as a multiple of the first
/// one's.
void print_table(const Question& question) {
  bool head = true;
  std::string notes;
  for (const Problem& problem : problems()) {
    std::vector<std::string> names;
    const std::vector<Result> results = compare_placements(question.prepare(problem, notes), names);
    const double total = problem.total();
    if (std::exchange(head, false)) {
      std::printf("\n| %s |", question.name);
      for (const std::string& name : names) std::printf(" %s |", name.c_str());
      std::printf(" noise |\n|---|");
      for (std::size_t i = 0; i < names.size(); ++i) std::printf("---|");
      std::printf("---|\n");
    }
    std::printf("| %s | %.3f |", problem.name.c_str(), results[0].seconds * 1e9 / total);
    for (std::size_t i = 1; i < results.size(); ++i) {
      std::printf(" %.3f (%.2f) |", results[i].seconds * 1e9 / total, results[i].ratio);
    }
    std::printf(" %.1f%% |\n", 100.0 * results[0].noise);
    std::fflush(stdout);
  }
  std::printf("\nFastest loops: %s\n", notes.c_str());
}

void run(benchmark::State& state, const Contender& contender) {
  for (auto _ : state) contender.step();
  contender.check();
  state.counters["a parameter"] = benchmark::Counter(
      static_cast<double>(contender.memory->total()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// Makes steps and nothing else, on few parameters: tools that follow each access are slow.
void make_steps(int count) {
  const Memory memory(transformer(32), Layout::plain);
  const auto stepper = make_eigentrain(Algorithm::adamw, clipped_settings(), memory.tensors());
  for (int i = 0; i < count; ++i) stepper->step();
  std::printf("%d steps, %zu parameters\n", count, memory.total());
}

}  // namespace

int main(int argc, char** argv) {
  int steps = 0;
  while (take_flag(argc, argv, "--step")) ++steps;
  if (steps > 0) {
    make_steps(steps);
    return 0;
  }
  if (!has_loops()) {
    std::fprintf(stderr, "clip: the loops by hand need AVX2 and FMA\n");
    return 1;
  }
  const bool table = take_flag(argc, argv, "--table");
  std::printf("%s, %s, registers of %d bytes, one thread\n", processor().c_str(), compiler(),
              static_cast<int>(et::simd_level()));
  if (table) {
    std::printf("\nns a parameter (time as a multiple of the first one's)\n");
    for (const Question& question : questions) print_table(question);
    return 0;
  }
  std::string notes;
  for (const Question& question : questions) {
    for (const Problem& problem : problems()) {
      for (const Contender& contender : question.prepare(problem, notes)()) {
        const std::string name =
            std::string(question.name) + "/" + problem.name + "/" + contender.name;
        benchmark::RegisterBenchmark(name.c_str(), run, contender);
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
