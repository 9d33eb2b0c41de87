// SPDX-License-Identifier: MIT
// How well a network does on many samples, in batches.
#pragma once

#include "mlp/mlp.hpp"

#include "mlp/batches.hpp"

namespace mlp {

/// In evaluation mode, over all batches.
inline Score evaluate(Mlp<float>& model, Batches& batches) {
  Score score;
  for (Index i = 0; i < batches.count(); ++i) {
    const Batch batch = batches[i];
    score += model.evaluate(batch.features, batch.labels);
  }
  return score;
}

/// The same of samples that have not been divided into batches yet.
inline Score evaluate(Mlp<float>& model, const Dataset& data, Index batch_size) {
  Batches batches(data, batch_size);
  return evaluate(model, batches);
}

}  // namespace mlp
