// SPDX-License-Identifier: MIT
// Whom an object met in the step before.
#pragma once

namespace eigentrain::detail {

/// The address of another object, which was met last. It belongs to this one alone: a copy has met
/// nobody, nor has what was moved or assigned to, or moved from. So two objects that have each met
/// the other last are those two, even if another one lay at the same address in between: who is
/// new there has met nobody yet.
class Met {
 public:
  Met() = default;
  Met(const Met&) {}
  Met(Met&& other) noexcept { other.last_ = nullptr; }
  Met& operator=(const Met&) {
    last_ = nullptr;
    return *this;
  }
  Met& operator=(Met&& other) noexcept {
    last_ = other.last_ = nullptr;
    return *this;
  }

  void meet(const void* other) { last_ = other; }
  void forget() { last_ = nullptr; }
  bool has_met(const void* other) const { return last_ == other; }

 private:
  const void* last_ = nullptr;
};

}  // namespace eigentrain::detail
