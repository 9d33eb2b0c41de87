// SPDX-License-Identifier: MIT
// Masks: single weights that a training leaves alone.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/joined.hpp"

namespace eigentrain {

/// A mask for some tensors of a list: 1 where a weight is trained, 0 where it stays as it is.
///
///     et::Masks<float> masks;
///     masks.add(parameters, "fc1.weight", (W.array().abs() > 0.01f).cast<float>());
///     auto optimizer = et::chain<float>(et::adamw({}), et::mask_updates(masks));
///
/// Copies the masks.
template <class S>
class Masks {
 public:
  /// Adds the mask of the tensor with this name: a matrix or an expression of its shape. Throws
  /// std::invalid_argument, with nothing added, if there is no such tensor, the shapes differ, the
  /// tensor has a mask already, or a value is neither 0 nor 1.
  template <class M>
  Masks& add(const Parameters<S>& parameters, std::string_view name,
             const Eigen::DenseBase<M>& mask) {
    Index number = parameters.size() - 1;
    while (number >= 0 && parameters.name(number) != name) --number;
    require(number >= 0, "Masks: there is no tensor named \"", name, "\"");
    const Tensor<S> tensor = parameters[number];
    const Shape shape{mask.rows(), mask.cols()}, wanted = shape_of(tensor);
    const bool vectors = wanted.cols == 1 && shape.rows == 1;
    require(shape == wanted || (vectors && shape.cols == wanted.rows), "Masks: ", name, " is ",
            wanted.text(), ", but its mask is ", shape.text());
    require(find(number) == nullptr, "Masks: ", name, " has a mask already");
    const Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> plain = mask;
    bool valid = true;
    for (Index i = 0; i < plain.size(); ++i) {
      valid = valid && (plain.data()[i] == S(0) || plain.data()[i] == S(1));
    }
    require(valid, "Masks: the mask of ", name, " has values that are neither 0 nor 1");
    const std::size_t begin = values_.size(), entries = entries_.size();
    values_.resize(begin + static_cast<std::size_t>(plain.size()));
    entries_.resize(entries + 1);
    for (Index i = 0; i < plain.size(); ++i) {
      const Index row = tensor.row_major ? i / plain.cols() : i % plain.rows();
      const Index col = tensor.row_major ? i % plain.cols() : i / plain.rows();
      values_[begin + static_cast<std::size_t>(i)] = plain(row, col);
    }
    entries_[entries] = {number, begin, plain.size()};
    return *this;
  }

  /// The mask of tensor i in its storage order, or null.
  const S* operator[](Index i) const {
    const Entry* entry = find(i);
    return entry == nullptr ? nullptr : values_.data() + entry->begin;
  }

  /// The same for a tensor of a step. Throws std::invalid_argument if the mask was made for another
  /// number of values, that is, for another list.
  const S* of(const Tensor<S>& tensor) const {
    const Entry* entry = find(tensor.number);
    const Index size = tensor.parameter.size();
    require(entry == nullptr || entry->size == size, "mask_updates: ", tensor.name, " has ", size,
            " values, but its mask ", entry == nullptr ? 0 : entry->size);
    return (*this)[tensor.number];
  }

 private:
  struct Entry {
    Index number;
    std::size_t begin;  // in values_
    Index size;
  };

  const Entry* find(Index number) const {
    for (const Entry& entry : entries_) {
      if (entry.number == number) return &entry;
    }
    return nullptr;
  }

  // As a matrix, where units tell the rows; a Tensor is units × the rest.
  static Shape shape_of(const Tensor<S>& tensor) {
    const Index size = tensor.parameter.size();
    return tensor.units <= 1 ? Shape{size, 1} : Shape{tensor.units, size / tensor.units};
  }

  detail::Buffer<Entry> entries_;
  detail::Buffer<S> values_;
};

/// The transform made by mask_updates().
template <class S>
class MaskUpdates {
 public:
  static constexpr std::string_view state_name = "mask_updates";
  static constexpr std::string_view slot_names[] = {"mask"};
  static constexpr int slots = 1;
  /// Which tensors have their masks already.
  using Measurement = detail::Joined;

  explicit MaskUpdates(Masks<S> masks) : masks_(std::move(masks)) {}

  template <class Stream>
  void measure(const Stream& stream, Measurement& joined) const {
    joined.take(stream);
    if (!joined.any_now()) return;
    stream.for_each_tensor([&](const Tensor<S>& tensor, const auto& alone) {
      if (!joined.now(tensor.number)) return;
      S* const values = alone.state(0) + tensor.state;
      const S* const mask = masks_.of(tensor);
      for (Index i = 0; i < alone.size(); ++i) values[i] = mask == nullptr ? S(1) : mask[i];
    });
  }

  template <std::same_as<S>>
  auto at(const Step&, const Measurement&) const {
    return [](const auto& u, const auto&, auto& mask) {
      using P = std::remove_cvref_t<decltype(u)>;
      return select(mask == P(S(0)), S(0), u);
    };
  }

 private:
  Masks<S> masks_;
};

/// Leaves weights alone whose mask is 0, to the bit and whatever arrives there (weight decay, NaN
/// too), as the last transform of a chain, behind descend(); averages of the parameters may follow.
/// What stands before it goes on with its state for all weights.
///
///     auto optimizer = et::chain<float>(et::sgd({}), et::mask_updates(masks));
///
/// The masks of a list are its own; where a mask has another size than its tensor, the first step
/// throws std::invalid_argument. A tensor's mask becomes state in its first step, one value a
/// parameter, and may be changed there:
///
///     optimizer.state<et::MaskUpdates<float>>(i) = (w.abs() > 0.02f).cast<float>();
///
/// with w the weights of tensor i as an array, in storage order. To leave out a whole tensor costs
/// nothing: {.frozen = true}, or parameters.change_options(). As multiplying a mask to .grad in
/// PyTorch, where decay and momentum move the weights all the same; optax.masked and
/// optax.set_to_zero work on whole tensors.
template <class S>
MaskUpdates<S> mask_updates(Masks<S> masks) {
  return MaskUpdates<S>(std::move(masks));
}

}  // namespace eigentrain
