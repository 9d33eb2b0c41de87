// SPDX-License-Identifier: MIT
// A visitor that keeps state in memory, for tests that need no file.
#pragma once

#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/core/state_visitor.hpp"

namespace eigentrain::test {

class MemoryVisitor final : public StateVisitor {
 public:
  struct Kept {
    StateValues values;
    std::vector<double> numbers;  // row by row
  };
  std::map<std::string, Kept> kept;
  bool restores = false;

  bool loading() const override { return restores; }
  Index count(std::string_view name, Index now) override {
    return restores ? kept.at(prefix_ + std::string(name)).values.size() : now;
  }
  void values(std::string_view name, const StateValues& seen) override {
    Kept& memory = kept[prefix_ + std::string(name)];
    if (!restores) memory = {seen, {}};
    for (Index i = 0; i < seen.rows; ++i) {
      for (Index j = 0; j < seen.columns; ++j) {
        void* const at =
            static_cast<char*>(seen.data) + (i * seen.row_step + j * seen.column_step) * seen.bytes;
        const auto k = static_cast<std::size_t>(i * seen.columns + j);
        if (restores) {
          put(seen, at, memory.numbers.at(k));
        } else {
          memory.numbers.push_back(get(seen, at));
        }
      }
    }
  }

 protected:
  std::size_t enter(std::string_view name, int number) override {
    const std::size_t before = prefix_.size();
    prefix_ += std::string(name) + (number > 1 ? std::to_string(number) : "") + ".";
    return before;
  }
  void leave(std::size_t before) override { prefix_.resize(before); }

 private:
  template <class T, class F>
  static bool as(const void* at, const F& f) {
    T value{};
    std::memcpy(&value, at, sizeof(T));
    f(value);
    return true;
  }
  template <class F>
  static void with(const StateValues& seen, const void* at, const F& f) {
    using Kind = StateValues::Kind;
    const bool word = seen.kind == Kind::word;
    if (seen.kind == Kind::flag) {
      as<bool>(at, f);
    } else if (seen.kind == Kind::real) {
      seen.bytes == 4 ? as<float>(at, f) : as<double>(at, f);
    } else if (seen.bytes == 1) {
      word ? as<std::uint8_t>(at, f) : as<std::int8_t>(at, f);
    } else if (seen.bytes == 4) {
      word ? as<std::uint32_t>(at, f) : as<std::int32_t>(at, f);
    } else {
      word ? as<std::uint64_t>(at, f) : as<std::int64_t>(at, f);
    }
  }
  static double get(const StateValues& seen, const void* at) {
    double result = 0.0;
    with(seen, at, [&](auto value) { result = static_cast<double>(value); });
    return result;
  }
  static void put(const StateValues& seen, void* at, double number) {
    with(seen, at, [&](auto value) {
      value = static_cast<decltype(value)>(number);
      std::memcpy(at, &value, sizeof(value));
    });
  }

  std::string prefix_;
};

/// All state that an object shows; the list is that of its steps, if it needs one.
template <class Object, class... List>
MemoryVisitor state_of(Object& object, const List&... list) {
  MemoryVisitor visit;
  object.visit_state(visit, list...);
  return visit;
}

/// How many numbers and vectors an object's state is, if a fresh one takes all of them; otherwise
/// −1.
template <class Object, class... List>
int come_back(Object& object, Object& fresh, const List&... list) {
  MemoryVisitor visit = state_of(object, list...);
  visit.restores = true;
  fresh.visit_state(visit, list...);
  for (const auto& [name, now] : state_of(fresh, list...).kept) {
    if (now.numbers != visit.kept.at(name).numbers) return -1;
  }
  return static_cast<int>(visit.kept.size());
}

/// What an object says of its own state with one number changed; "none" if it takes it.
template <class Object, class... List>
std::string fault_with(Object object, const std::string& name, double number, const List&... list) {
  MemoryVisitor visit = state_of(object, list...);
  visit.kept.at(name).numbers.at(0) = number;
  visit.restores = true;
  try {
    object.visit_state(visit, list...);
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
  return "none";
}

}  // namespace eigentrain::test
