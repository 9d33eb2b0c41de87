// SPDX-License-Identifier: MIT
// Colours and dashes for the tensors of a network.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "plot/svg.hpp"

namespace plot {

struct Ink {
  std::string colour = colours[0];
  std::string dash = "none";
};

/// The colour at a share of the way from blue over violet and red to ochre, which the eye puts in
/// this order.
inline std::string colour_between(double share) {
  static constexpr std::array<std::array<double, 3>, 5> stops = {{{0x3b, 0x8f, 0xd6},
                                                                  {0x8b, 0x6f, 0xe0},
                                                                  {0xd1, 0x58, 0x9f},
                                                                  {0xe0, 0x66, 0x2e},
                                                                  {0xb5, 0x8a, 0x00}}};
  const double at = share * (stops.size() - 1);
  const std::size_t before = at < 1 ? 0 : at < 2 ? 1 : at < 3 ? 2 : 3;
  const double part = at - static_cast<double>(before);
  std::array<int, 3> mixed{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double a = stops[before][i], b = stops[before + 1][i];
    mixed[i] = static_cast<int>(a + part * (b - a) + 0.5);
  }
  char text[40];
  std::snprintf(text, sizeof(text), "#%02x%02x%02x", mixed[0], mixed[1], mixed[2]);
  return text;
}

/// One colour for each layer, which is what stands before the last dot of a name, and for what is
/// in a layer one dash each. Where there are more layers than colours that can be told apart, they
/// show the order, from the input to the output.
inline std::vector<Ink> inks_of(const std::vector<std::string>& names) {
  static constexpr const char* dashes[] = {"none", "6 4", "1 4", "9 3 2 3"};
  struct Layer {
    std::size_t place;
    std::size_t members;
  };
  std::map<std::string, Layer> layers;
  std::vector<std::size_t> place, member;
  for (const std::string& name : names) {
    const auto found = layers.try_emplace(name.substr(0, name.rfind('.')), Layer{layers.size(), 0});
    place.push_back(found.first->second.place);
    member.push_back(found.first->second.members++);
  }
  std::vector<Ink> inks;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string colour = layers.size() <= std::size(colours)
                                   ? colours[place[i]]
                                   : colour_between(static_cast<double>(place[i]) /
                                                    static_cast<double>(layers.size() - 1));
    inks.push_back({colour, dashes[member[i] % std::size(dashes)]});
  }
  return inks;
}

}  // namespace plot
