// SPDX-License-Identifier: MIT
// A chain that keeps no averages has nothing to evaluate by; nor has a partition of such chains.
// expect: this optimizer keeps no averages
#include "eigentrain/optim/average_parameters.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "eigentrain/optim/with_averages.hpp"

void evaluate(eigentrain::Parameters<float>& parameters) {
  namespace et = eigentrain;
  const auto choose = [](std::string_view) { return true; };
#if defined(CONTROL)
  auto optimizer = et::partition<float>(choose, et::sgd({}),
                                        et::chain<float>(et::sgd({}), et::average_parameters()));
#else
  auto optimizer = et::partition<float>(choose, et::sgd({}), et::sgd({}));
#endif
  et::swap_averages(optimizer, parameters);
}
