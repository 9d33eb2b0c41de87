// SPDX-License-Identifier: MIT
// The names of a list's tensors, and which of them has a name.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/check.hpp"
#include "eigentrain/core/memory.hpp"

namespace eigentrain::detail {

/// Names by their numbers, and numbers by their names: a hash table, so that a list of many
/// thousand tensors takes no longer for each of them than a short one.
class Names {
 public:
  Index size() const { return static_cast<Index>(names_.size()); }

  std::string_view operator[](Index i) const {
    const Name& name = names_[static_cast<std::size_t>(i)];
    return {text_.data() + name.begin, name.size};
  }

  /// The number of a name, −1 if there is none.
  Index find(std::string_view wanted) const {
    return places_.size() == 0 ? -1 : places_[place(wanted)] - 1;
  }

  /// Adds a name, which is none of these. If memory fails, nothing has changed.
  EIGENTRAIN_NOINLINE void add(std::string_view name) {
    const std::size_t number = names_.size(), begin = text_.size();
    if (2 * (number + 1) > places_.size()) spread(4 * (number + 1));
    names_.resize(number + 1);
    names_.resize(number);  // the room stays
    text_.resize(begin + name.size());
    std::memcpy(text_.data() + begin, name.data(), name.size());
    names_.resize(number + 1);
    names_[number] = {begin, name.size()};
    places_[place(name)] = size();
  }

  /// Takes all names off but the n with these numbers, which ascend.
  void keep(const Index* numbers, Index n) {
    for (Index k = 0; k < n; ++k) {
      const Name kept = names_[static_cast<std::size_t>(numbers[k])];
      names_[static_cast<std::size_t>(k)] = kept;
    }
    names_.resize(static_cast<std::size_t>(n));
    fill(places_);
  }

  /// Whether these are copies of the others as those are now.
  bool same_bytes(const Names& other) const {
    return names_.same_bytes(other.names_) && text_.same_bytes(other.text_);
  }

 private:
  struct Name {
    std::size_t begin, size;
  };

  /// Where in the table a name's number stands, plus one; if there is none, the zero in its place.
  std::size_t place(std::string_view name) const { return place(places_, name); }
  std::size_t place(const Buffer<Index>& places, std::string_view name) const {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    const std::size_t last = places.size() - 1;
    std::size_t at = static_cast<std::size_t>(hash) & last;
    while (places[at] != 0 && !same_text((*this)[places[at] - 1], name)) at = (at + 1) & last;
    return at;
  }

  /// A table with at least so many places, a power of two.
  void spread(std::size_t least) {
    std::size_t count = 16;
    while (count < least) count *= 2;
    Buffer<Index> places(count);
    fill(places);
    places_ = static_cast<Buffer<Index>&&>(places);
  }

  void fill(Buffer<Index>& places) const {
    for (Index& number : places) number = 0;
    for (Index i = 0; i < size(); ++i) places[place(places, (*this)[i])] = i + 1;
  }

  Buffer<Name> names_;
  Buffer<char> text_;  // one after the other
  Buffer<Index> places_;
};

}  // namespace eigentrain::detail
