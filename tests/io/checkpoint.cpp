// SPDX-License-Identifier: MIT
#include "eigentrain/io/checkpoint.hpp"

#include "eigentrain/core/generator.hpp"
#include "eigentrain/gradient/history.hpp"
#include "eigentrain/gradient/monitor.hpp"
#include "eigentrain/gradient/noise_scale.hpp"
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/optim/schedule_free_sgd.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "eigentrain/schedule/batch_size_by_noise.hpp"
#include "eigentrain/schedule/plateau.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/killed.hpp"
#include "support/safetensors.hpp"

namespace et = eigentrain;
namespace fs = std::filesystem;
using et::test::Folder;

namespace {

struct Model {
  Eigen::MatrixXf w{2, 3}, dw{2, 3};
  Eigen::VectorXf b{2}, db{2};
  et::Parameters<float> list;
  Model() {
    w << 1, 2, 3, 4, 5, 6;
    b << 7, 8;
    dw.setConstant(0.5f), db.setOnes();
    list.add("w", w, dw).add("b", b, db);
  }
  Model(const Model&) = delete;
};

std::string fault_of(et::Checkpoint& checkpoint, const fs::path& file,
                     const et::LoadOptions& options = {}) {
  try {
    checkpoint.load(file, options);
  } catch (const et::FileError& error) {
    CHECK(error.file() == file.string());
    return error.fault();
  }
  return "none";
}

}  // namespace

TEST_CASE("numbers, text, vectors and matrices come back as they were") {
  const Folder folder;
  double pi = 3.141592653589793, tiny = 5e-324, nan = std::numeric_limits<double>::quiet_NaN();
  float third = 1.0f / 3.0f;
  std::int64_t large = INT64_MIN;
  std::uint64_t word = UINT64_MAX;
  bool yes = true;
  char letter = 'x';
  std::string text = "line\n\"ü\"\t\\";
  std::vector<double> losses = {1.5, -0.0}, none;
  Eigen::ArrayXXd matrix(2, 2);
  matrix << 1, 2, 3, 4;
  Eigen::Map<Eigen::Vector2d> view(losses.data());
  et::Checkpoint list;
  list.add("pi", pi).add("tiny", tiny).add("nan", nan).add("third", third).add("large", large);
  list.add("word", word).add("yes", yes).add("letter", letter).add("text", text);
  list.add("losses", losses).add("none", none).add("matrix", matrix).add("view", view);
  list.save(folder / "a");
  pi = tiny = nan = 0.0;
  third = 0.0f;
  large = 0, word = 0, yes = false, letter = 'y';
  text = "other";
  losses = {1.0, 2.0};
  none = {1.0, 2.0};
  matrix.setZero();
  list.load(folder / "a");
  CHECK(pi == 3.141592653589793);
  CHECK(tiny == 5e-324);
  CHECK(nan != nan);
  CHECK(third == 1.0f / 3.0f);
  CHECK(large == INT64_MIN);
  CHECK(word == UINT64_MAX);
  CHECK(yes);
  CHECK(letter == 'x');
  CHECK(text == "line\n\"ü\"\t\\");
  CHECK((losses == std::vector<double>{1.5, 0.0} && std::signbit(losses[1])));
  CHECK(none.empty());
  CHECK((matrix == Eigen::Array22d{{1, 2}, {3, 4}}).all());
}

TEST_CASE("objects with state come back as they were") {
  const Folder folder;
  et::ReduceOnPlateau plateau({.initial = 0.5, .factor = 0.5, .patience = 0});
  et::History history(3), wide(8);
  et::GradientNoiseScale noise({.small_batch = 2, .big_batch = 8});
  et::BatchSizeByNoise size({.smallest = 2, .largest = 64});
  et::BatchNorm<float> norm(3);
  Model model;
  et::Monitor<float> monitor({.every = 2});
  et::Sgd<float> sgd({.learning_rate = 0.1});
  for (int i = 0; i < 3; ++i) sgd.step(model.list, monitor);
  for (const double metric : {3.0, 2.0, 2.5}) plateau.update(metric);
  for (const double value : {5.0, 4.0, std::numeric_limits<double>::infinity(), 2.0, 1.0}) {
    history.push(value), wide.push(value);
  }
  noise.add(3.0, 2.0);
  size.update(40.0);
  Eigen::MatrixXf x(3, 4);
  x << 1, 2, 3, 4, 5, 7, 8, 1, 2, 4, 6, 9;
  norm.forward(x, x);

  const auto list_of = [](auto& a, auto& b, auto& c, auto& d, auto& e, auto& f, auto& g, auto& m) {
    et::Checkpoint list;
    list.add("plateau", a).add("history", b).add("wide", c).add("noise", d).add("size", e);
    list.add("norm", f).add("monitor", g, m.list);
    return list;
  };
  list_of(plateau, history, wide, noise, size, norm, monitor, model).save(folder / "a");

  et::ReduceOnPlateau plateau2({.initial = 0.5, .factor = 0.5, .patience = 0});
  et::History history2(3), wide2(8);
  history2.push(77.0);
  et::GradientNoiseScale noise2({.small_batch = 1, .big_batch = 2});
  et::BatchSizeByNoise size2({.smallest = 2, .largest = 64});
  et::BatchNorm<float> norm2(3);
  Model model2;
  et::Monitor<float> monitor2({.every = 2});
  norm2.gamma().setConstant(3.0f);
  auto list = list_of(plateau2, history2, wide2, noise2, size2, norm2, monitor2, model2);
  list.load(folder / "a");

  CHECK(plateau2.state() == plateau.state());
  CHECK(plateau2.rate() == 0.25);
  for (auto* const pair : {&history2, &wide2}) {
    const et::History& as = pair == &history2 ? history : wide;
    CHECK(pair->count() == 5);
    CHECK(pair->size() == as.size());
    CHECK(pair->finite() == as.finite());
    for (et::Index i = 0; i < as.size(); ++i) CHECK((*pair)[i] == as[i]);
    CHECK(pair->median() == as.median());
  }
  history.push(9.0), history2.push(9.0);
  CHECK(history2.median() == history.median());
  CHECK(noise2.count() == 1);
  CHECK(noise2.big_batch() == 8);
  CHECK(noise2.scale() == noise.scale());
  CHECK(size2.size() == size.size());
  CHECK(size2.size() > 2);
  CHECK(norm2.running_mean() == norm.running_mean());
  CHECK(norm2.running_variance() == norm.running_variance());
  CHECK(norm2.batches() == 1);
  CHECK(norm2.gamma()[0] == 3.0f);  // a parameter, which belongs to another part of a file
  CHECK(monitor2.step() == 2);
  CHECK(monitor2.gathered());
  REQUIRE(monitor2.size() == 2);
  CHECK(std::string(monitor2[1].name) == "b");
  CHECK(monitor2[0].weight_norm == monitor[0].weight_norm);
  CHECK(monitor2.total().update_norm == monitor.total().update_norm);
  CHECK(monitor2.total().size == 8);
}

TEST_CASE("a schedule-free optimizer that is saved as an average stays one") {
  const Folder folder;
  Model model, other;
  et::ScheduleFreeSgd<float> sgd({.learning_rate = 0.1}), fresh({.learning_rate = 0.1});
  for (int i = 0; i < 3; ++i) sgd.step(model.list);
  et::to_average(sgd, model.list);
  et::Checkpoint first, second;
  first.add("model", model.list).add("optimizer", sgd, model.list).save(folder / "a");
  second.add("model", other.list).add("optimizer", fresh, other.list).load(folder / "a");
  CHECK(other.w == model.w);
  CHECK_THROWS_AS(fresh.step(other.list), std::invalid_argument);
  for (int i = 0; i < 2; ++i) {
    i == 0 ? et::to_training(sgd, model.list) : void(sgd.step(model.list));
    i == 0 ? et::to_training(fresh, other.list) : void(fresh.step(other.list));
    CHECK(other.w == model.w);
  }
}

TEST_CASE("a file that differs is refused by name, and nothing changes") {
  const Folder folder;
  const fs::path file = folder / "a";
  Model model;
  et::Sgd<float> sgd({.learning_rate = 0.1, .momentum = 0.9});
  et::ReduceOnPlateau plateau({});
  et::Generator random(1);
  std::int64_t epoch = 3;
  std::string text = "mine";
  std::vector<int> order = {1, 2};
  et::Checkpoint saved;
  saved.add("model", model.list).add("optimizer", sgd, model.list).add("random", random);
  saved.add("epoch", epoch).add("text", text).add("order", order).add("plateau", plateau);
  sgd.step(model.list);
  saved.save(file);
  const std::string whole = et::test::contents(file);

  // What is loaded into; all of it must be as it is here, whatever is refused.
  Model here;
  et::Sgd<float> fresh({.learning_rate = 0.1, .momentum = 0.9});
  const auto list = [&](auto& parameters, auto& optimizer) {
    et::Checkpoint checkpoint;
    checkpoint.add("model", parameters).add("optimizer", optimizer, parameters);
    checkpoint.add("random", random).add("epoch", epoch).add("text", text).add("order", order);
    checkpoint.add("plateau", plateau);
    return checkpoint;
  };
  et::Checkpoint same = list(here.list, fresh);
  epoch = 5, text = "yours", order = {9}, random();
  const auto unchanged = [&] {
    return here.w(0, 0) == 1.0f && here.b[1] == 8.0f && fresh.count() == 0 && epoch == 5 &&
           text == "yours" && order == std::vector<int>{9} && random.position() == 1 &&
           plateau.state().metrics == 0;
  };

  SECTION("another shape, scalar, optimizer or list") {
    Eigen::MatrixXf wide(2, 4), dwide(2, 4);
    Eigen::MatrixXd precise(2, 3), dprecise(2, 3);
    et::Parameters<float> wider, renamed, thin;
    wider.add("w", wide, dwide).add("b", here.b, here.db);
    renamed.add("weight", here.w, here.dw).add("b", here.b, here.db);
    thin.add("w", here.w, here.dw);
    et::Parameters<double> doubles;
    doubles.add("w", precise, dprecise);
    et::Sgd<float> plain({.learning_rate = 0.1}), other({.learning_rate = 0.1, .momentum = 0.9});
    et::ScheduleFreeSgd<float> free({.learning_rate = 0.1});
    et::Sgd<double> sgd_double;
    CHECK(fault_of(same, folder / "none") == "No such file or directory");
    auto a = list(wider, other);
    CHECK(fault_of(a, file) == "model.w: the file has F32 [2, 3], but F32 [2, 4] is needed");
    auto b = list(doubles, sgd_double);
    CHECK(fault_of(b, file) == "model.w: the file has F32 [2, 3], but F64 [2, 3] is needed");
    auto c = list(renamed, other);
    CHECK(fault_of(c, file) == "model.weight: the file has no such tensor");
    auto d = list(thin, other);
    CHECK(fault_of(d, file) == "model.b: the file has it, and nothing here takes it");
    CHECK(fault_of(d, file, {.others = true}) == "none");
    epoch = 5, text = "yours", order = {9}, random.set_position(1), here.w(0, 0) = 1.0f;
    auto e = list(here.list, plain);
    CHECK(fault_of(e, file) ==
          "optimizer.momentum.b.momentum_buffer: the file has it, and nothing here takes it");
    auto f = list(here.list, free);
    CHECK(fault_of(f, file) == "optimizer.schedule_free.w.z_minus_y: the file has no such tensor");
    double wrong = 0.0;
    et::Checkpoint g = list(here.list, fresh);
    g.add("epoch2", wrong);
    CHECK(fault_of(g, file) == "epoch2: the file has no such tensor");
    std::string more;
    et::Checkpoint h = list(here.list, fresh);
    h.add("note", more);
    CHECK(fault_of(h, file) == "note: the file has no such text");
    et::Sgd<float> begun({.learning_rate = 0.1, .momentum = 0.9});
    begun.step(thin);
    auto i = list(here.list, begun);
    CHECK(fault_of(i, file) ==
          "optimizer: step: the list had 1 tensors in the first step and has 2 now");
    here.w(0, 0) = 1.0f;
    CHECK(unchanged());
  }
  SECTION("a number that can't be") {
    const auto with = [&](const std::string& name, auto number) {
      const auto header = et::test::header_of(whole);
      std::string changed = whole;
      for (const auto& tensor : header.tensors) {
        if (tensor.name != name) continue;
        auto bits = std::bit_cast<std::uint64_t>(number);
        for (std::size_t i = 0; i < 8; ++i, bits >>= 8) {
          changed[header.size + tensor.begin + i] = static_cast<char>(bits & 0xff);
        }
      }
      et::test::write(file, changed);
      return fault_of(same, file);
    };
    CHECK(with("optimizer.steps", std::int64_t{-1}) ==
          "optimizer: Chain: steps must be at least 0, got -1");
    CHECK(with("plateau.metrics", std::int64_t{-1}) ==
          "plateau: reduce_on_plateau: the state's metrics must be at least 0, got -1");
    CHECK(with("plateau.rate", -1.0) ==
          "plateau: reduce_on_plateau: the state's rate must be in [0, inf), got -1");
    CHECK(with("optimizer.descend.learning_rate", -1.0) ==
          "optimizer: constant: rate must be in [0, inf), got -1");
    CHECK(unchanged());
  }
  SECTION("cut off anywhere") {
    for (std::size_t size = 0; size < whole.size(); size += 7) {
      et::test::write(file, whole.substr(0, size));
      CHECK(fault_of(same, file) != "none");
    }
    et::test::write(file, whole + "x");
    CHECK(fault_of(same, file) != "none");
    CHECK(unchanged());
  }
  SECTION("of a newer version") {
    std::string changed = whole;
    const std::string version = R"("eigentrain":"1")";
    changed.replace(changed.find(version), version.size(), R"("eigentrain":"2")");
    et::test::write(file, changed);
    CHECK(fault_of(same, file) == "was written by a newer version of eigentrain");
    CHECK(unchanged());
  }
  SECTION("and the same one is taken") {
    CHECK(fault_of(same, file) == "none");
    CHECK(epoch == 3);
    CHECK(here.w == model.w);
  }
}

TEST_CASE("a file of another program has no prefix and no marks") {
  const Folder folder;
  // As torch.save_file() of a Linear and a BatchNorm1d.
  std::string header =
      R"({"__metadata__":{"format":"pt"},"n.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
      R"("b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},)"
      R"("n.running_mean":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},)"
      R"("n.running_var":{"dtype":"F32","shape":[1],"data_offsets":[20,24]},)"
      R"("w":{"dtype":"F32","shape":[2,3],"data_offsets":[24,48]}})";
  std::string data = std::string("\5\0\0\0\0\0\0\0", 8);
  for (const float value : {9.f, 8.f, 0.5f, 2.f, 1.f, -2.f, 3.f, -4.f, 5.f, -6.f}) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int i = 0; i < 32; i += 8) data += static_cast<char>(bits >> i & 0xff);
  }
  et::test::write(folder / "a", et::test::length_prefix(header.size()) + header + data);
  Model model;
  et::BatchNorm<float> norm(1);
  et::Checkpoint list;
  list.add("", model.list).add("n", norm).load(folder / "a");
  CHECK(model.w == Eigen::MatrixXf{{1, -2, 3}, {-4, 5, -6}});
  CHECK(model.b == Eigen::Vector2f(9, 8));
  CHECK(norm.running_mean()[0] == 0.5f);
  CHECK(norm.running_variance()[0] == 2.0f);
  CHECK(norm.batches() == 5);
}

TEST_CASE("a program that is killed while it saves leaves a file that loads") {
  const Folder folder;
  const fs::path file = folder / "run";
  std::vector<std::int64_t> numbers(20'000, 0);
  et::Checkpoint list;
  list.add("numbers", numbers).save(file);
  std::int64_t newest = 0;
  for (int round = 0; round < 30; ++round) {
    const auto save = [&] {
      for (std::int64_t& number : numbers) ++number;
      list.save(file);
    };
    REQUIRE(et::test::kill_while(save, round * 337 % 9000));
    list.load(file);
    REQUIRE(std::count(numbers.begin(), numbers.end(), numbers[0]) == 20'000);
    REQUIRE(numbers[0] >= newest);
    newest = numbers[0];
  }
  CHECK(newest > 0);
}
