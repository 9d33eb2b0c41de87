// SPDX-License-Identifier: MIT
// In a file of its own, because whoever makes layers by their kind compiles all of them.
#include "mlp/make_layers.hpp"

namespace mlp {

template std::unique_ptr<Layer<float>> make_norm<float>(const NormOptions&);
template std::unique_ptr<Layer<float>> make_dropout<float>(const DropoutOptions&);

}  // namespace mlp
