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
  Index size() const { return static_cast<Index>(ends_.size()); }

  std::string_view operator[](Index i) const {
    const Index begin = this->begin(i);
    return {text_.data() + begin, static_cast<std::size_t>(end(i) - begin)};
  }

  /// The number of a name, −1 if there is none.
  Index find(std::string_view name) const {
    return places_.size() == 0 ? -1 : places_[place(name)] - 1;
  }

  /// Adds a name, which is none of these. If memory fails, nothing has changed.
  EIGENTRAIN_COLD void add(std::string_view name) {
    const std::size_t number = ends_.size(), begin = text_.size();
    if (2 * (number + 1) > places_.size()) spread();
    ends_.reserve(number + 1);
    text_.resize(begin + name.size());
    std::memcpy(text_.data() + begin, name.data(), name.size());
    ends_.resize(number + 1);
    ends_[number] = static_cast<Index>(text_.size());
    places_[place(name)] = size();
  }

  /// Takes all names off but the n with these numbers, which ascend.
  EIGENTRAIN_COLD void keep(const Index* numbers, Index n) {
    Index begin = 0;
    for (Index k = 0; k < n; ++k) {
      const std::string_view name = (*this)[numbers[k]];
      std::memmove(text_.data() + begin, name.data(), name.size());
      begin += static_cast<Index>(name.size());
      ends_[static_cast<std::size_t>(k)] = begin;
    }
    ends_.resize(static_cast<std::size_t>(n));
    text_.resize(static_cast<std::size_t>(begin));
    enter_all();
  }

  /// Whether these are copies of the others as those are now.
  bool same_bytes(const Names& other) const {
    return ends_.same_bytes(other.ends_) && text_.same_bytes(other.text_);
  }

 private:
  Index begin(Index i) const { return i == 0 ? 0 : end(i - 1); }
  Index end(Index i) const { return ends_[static_cast<std::size_t>(i)]; }

  /// Where in the table the number of a name stands, plus one; if there is none, the zero in its
  /// place.
  EIGENTRAIN_COLD std::size_t place(std::string_view name) const {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    const std::size_t last = places_.size() - 1;
    std::size_t at = static_cast<std::size_t>(hash) & last;
    while (places_[at] != 0 && !same_text((*this)[places_[at] - 1], name)) at = (at + 1) & last;
    return at;
  }

  /// Makes the table larger. Its size is a power of two, and at least half of it is empty.
  void spread() {
    places_.resize(places_.size() == 0 ? 16 : 4 * places_.size());
    enter_all();
  }

  EIGENTRAIN_COLD void enter_all() {
    for (Index& number : places_) number = 0;
    for (Index i = 0; i < size(); ++i) places_[place((*this)[i])] = i + 1;
  }

  Buffer<Index> ends_;  // of each name in the text
  Buffer<char> text_;   // one after the other
  Buffer<Index> places_;
};

}  // namespace eigentrain::detail
