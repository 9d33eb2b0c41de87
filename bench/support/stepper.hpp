// SPDX-License-Identifier: MIT
// One interface for everything that can make an optimizer step, so that each maker can be compiled
// on its own: with other flags, or another standard of the language.
#pragma once

#include <memory>
#include <vector>

#include "adam_loops.hpp"
#include "memory.hpp"

namespace bench {

/// Makes Adam or AdamW steps on the tensors it was made with.
class Stepper {
 public:
  Stepper() = default;
  Stepper(const Stepper&) = delete;
  Stepper& operator=(const Stepper&) = delete;
  virtual ~Stepper() = default;
  virtual void step() = 0;
  /// Brings the parameters back into the memory, where they live elsewhere.
  virtual void finish() {}
};

using MakeStepper = std::unique_ptr<Stepper> (*)(Algorithm, const AdamSettings&,
                                                 const std::vector<Tensor>&);

/// eigentrain, compiled with the flags of the whole build.
std::unique_ptr<Stepper> make_eigentrain(Algorithm, const AdamSettings&,
                                         const std::vector<Tensor>&);
/// eigentrain, compiled with -march=native.
std::unique_ptr<Stepper> make_eigentrain_native(Algorithm, const AdamSettings&,
                                                const std::vector<Tensor>&);
/// LibTorch on one thread. Its tensors are its own.
std::unique_ptr<Stepper> make_torch(Algorithm, const AdamSettings&, const std::vector<Tensor>&);

}  // namespace bench
