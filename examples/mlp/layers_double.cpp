// SPDX-License-Identifier: MIT
// For tests, which take derivatives by differences.
#include "mlp/make_layers.hpp"

namespace mlp {

template std::unique_ptr<Layer<double>> make_norm<double>(const NormOptions&);
template std::unique_ptr<Layer<double>> make_dropout<double>(const DropoutOptions&);

}  // namespace mlp
