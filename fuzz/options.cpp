// SPDX-License-Identifier: MIT
// The trainer's options in text: a line with the name of an optimizer, then a line for each of its
// options, as beta2=0.98. Whatever they say, an optimizer is made and makes steps, or
// std::invalid_argument says why not, and a refused step has changed nothing.
#include "training/optimizer.hpp"

#include <Eigen/Core>
#include <cstdint>
#include <stdexcept>

#include "holds.hpp"

namespace et = eigentrain;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  training::OptimizerChoice choice;
  choice.name.clear();
  std::string* line = &choice.name;
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == '\n') {
      choice.options.emplace_back();
      line = &choice.options.back();
    } else {
      *line += static_cast<char>(data[i]);
    }
  }
  Eigen::MatrixXf w = Eigen::MatrixXf::Constant(3, 7, 0.25f), dw(3, 7), before;
  Eigen::VectorXf b = Eigen::VectorXf::Constant(3, -0.5f), db(3);
  et::Parameters<float> parameters;
  parameters.add("w", w, dw).add("b", b, db);
  try {
    training::Optimizer optimizer(choice, 1e-3);
    for (int step = 0; step < 3; ++step) {
      dw.setConstant(0.125f * static_cast<float>(step));
      db.setConstant(-1.0f);
      before = w;
      optimizer.step(parameters, nullptr);
    }
    optimizer.begin_evaluation(parameters);
    optimizer.end_evaluation(parameters);
  } catch (const std::invalid_argument& error) {
    fuzz::holds(error.what()[0] != '\0', "an error has words");
    fuzz::holds(before.size() == 0 || (w.array() == before.array()).all() || !before.allFinite(),
                "a step that throws changes nothing");
  }
  return 0;
}
