// SPDX-License-Identifier: MIT
// Who saves or restores the state of an object, as the object sees it.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "eigentrain/core/memory.hpp"

namespace eigentrain {

/// Numbers in memory: one, a vector or a matrix. Element (i, j) lies at
/// data[i · row_step + j · column_step], counted in values.
struct StateValues {
  /// bool; signed; unsigned; floating-point.
  enum class Kind : char { flag, integer, word, real };

  Kind kind = Kind::real;  ///< what its numbers are
  int bytes = 8;           ///< of one value: 1, 2, 4 or 8
  int rank = 0;            ///< 0: a number; 1: a vector of `rows` values; 2: a matrix
  void* data = nullptr;    ///< of element (0, 0)
  Index rows = 1;          ///< of a matrix, or the size of a vector
  Index columns = 1;       ///< of a matrix
  Index row_step = 1;      ///< from one row to the next
  Index column_step = 1;   ///< from one column to the next

  /// How many values there are.
  Index size() const { return rows * columns; }
};

/// Shows all of an object's state to whoever saves it (the object is as it was afterwards) or
/// restores it (its numbers are then those of the file). A class that is to stand in a checkpoint
/// has a member for both, with every number that its future depends on and that its constructor
/// doesn't make again from the same arguments:
///
///     template <class Visitor>
///     void visit_state(Visitor& visit) {
///       visit("count", count_);
///       visit("sums", sums_.data(), sums_.size());
///       et::require_at_least(0, count_, "MyClass", "count");   // a file may say anything
///     }
///
/// A template, so that programs without checkpoints compile none of it. An optimizer's
/// visit_state(visit, parameters) takes the list of its steps. What it throws for numbers that
/// can't be, a checkpoint reports with the name of the file, and nothing has changed: what is read
/// goes into a copy of the object first. So the copy must not share what it writes to with the
/// original.
class StateVisitor {
 public:
  /// Whether numbers are restored.
  virtual bool loading() const = 0;

  /// One number or bool.
  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(std::string_view name, T& number) {
    values(name, describe(&number));
  }
  /// `count` numbers, one after the other.
  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(std::string_view name, T* numbers, std::integral auto count) {
    StateValues vector = describe(numbers);
    vector.rank = 1;
    vector.rows = static_cast<Index>(count);
    values(name, vector);
  }

  /// How many values the vector of this name has in the file; `now` when saving.
  virtual Index count(std::string_view name, Index now) = 0;

  /// Values that lie like those of tensor i of a list, without gaps.
  template <class S>
  void like(const auto& list, Index i, std::string_view name, S* data) {
    const bool row_major = list[i].row_major;
    values(name, matrix(data, list.shape(i), list.is_vector(i), row_major, 0));
  }

  /// A matrix of this shape, or a vector. Neighbouring columns (rows, if row-major) are `stride`
  /// values apart, with 0 for no gaps.
  template <class S>
  static StateValues matrix(S* data, const Shape& shape, bool is_vector, bool row_major,
                            Index stride) {
    StateValues all = describe(data);
    const bool flat = shape.cols < 0;
    all.rows = shape.rows;
    all.columns = flat ? 1 : shape.cols;
    all.rank = flat || is_vector ? 1 : 2;
    if (is_vector && all.rows == 1) std::swap(all.rows, all.columns);
    if (all.columns == 1 && all.rank == 1) return all;
    if (stride == 0) stride = row_major ? all.columns : all.rows;
    all.row_step = row_major ? stride : 1;
    all.column_step = row_major ? 1 : stride;
    return all;
  }

  /// What all of the above come to.
  virtual void values(std::string_view name, const StateValues& values) = 0;

  /// A part of the state: what is shown while it lives is called "name.…"; "name2.…" for the second
  /// part of the same name.
  class Group {
   public:
    /// Begins the part.
    Group(StateVisitor& visitor, std::string_view name, int number = 1)
        : visitor_(visitor), before_(visitor.enter(name, number)) {}
    Group(const Group&) = delete;
    ~Group() { visitor_.leave(before_); }

   private:
    StateVisitor& visitor_;
    std::size_t before_;
  };

 protected:
  ~StateVisitor() = default;
  /// Begins a part, and says what leave() must be told.
  virtual std::size_t enter(std::string_view name, int number) = 0;
  /// Ends a part.
  virtual void leave(std::size_t before) = 0;

 private:
  template <class T>
  static StateValues describe(T* data) {
    using Kind = StateValues::Kind;
    static_assert(sizeof(T) <= 8, "eigentrain: a number of at most 8 bytes");
    StateValues one;
    one.kind = std::is_same_v<T, bool>       ? Kind::flag
               : std::is_floating_point_v<T> ? Kind::real
               : std::is_signed_v<T>         ? Kind::integer
                                             : Kind::word;
    one.bytes = static_cast<int>(sizeof(T));
    one.data = const_cast<std::remove_const_t<T>*>(data);
    return one;
  }
};

}  // namespace eigentrain
