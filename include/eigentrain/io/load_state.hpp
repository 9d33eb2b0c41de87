// SPDX-License-Identifier: MIT
// The visitor that gives objects the state that a safetensors file has.
#pragma once

#include "eigentrain/io/save_state.hpp"

namespace eigentrain::detail {

/// A safetensors file in memory.
class StateFile {
 public:
  explicit StateFile(std::vector<std::byte> bytes)
      : bytes_(std::move(bytes)), header_(read_header(bytes_)) {
    for (const StoredTensor& tensor : header_.tensors) by_name_[tensor.name] = {&tensor, false};
  }

  const SafetensorsHeader& header() const { return header_; }
  const std::byte* data(const StoredTensor& tensor) const {
    return bytes_.data() + header_.size + tensor.begin;
  }

  /// Throws FileError if there is none of this name.
  const StoredTensor& take(const std::string& name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) throw FileError(name + ": the file has no such tensor");
    found->second.taken = true;
    return *found->second.tensor;
  }

  /// Throws FileError if there is a tensor that nobody took.
  void expect_no_more() const {
    for (const auto& [name, entry] : by_name_) {
      if (!entry.taken) throw FileError(name + ": the file has it, and nothing here takes it");
    }
  }

 private:
  struct Entry {
    const StoredTensor* tensor = nullptr;
    bool taken = false;
  };
  std::vector<std::byte> bytes_;
  SafetensorsHeader header_;
  std::map<std::string, Entry> by_name_;
};

/// Checks what is shown, and overwrites it with what the file has unless it only tries.
class LoadingVisitor final : public NamingVisitor {
 public:
  explicit LoadingVisitor(StateFile& file) : file_(file) {}

  /// Whether values are only checked.
  bool only_checks = false;

  bool loading() const override { return true; }

  Index count(std::string_view name, Index) override {
    const StoredTensor& tensor = file_.take(full(name));
    if (tensor.shape.size() != 1) {
      throw FileError(tensor.name + ": the file has " + tensor.text() + ", but a vector is needed");
    }
    return static_cast<Index>(tensor.shape[0]);
  }

  void values(std::string_view name, const StateValues& values) override {
    const StoredTensor& tensor = file_.take(full(name));
    const StoredTensor wanted{tensor.name, dtype_of(values), shape_of(values)};
    if (tensor.dtype.name != wanted.dtype.name || tensor.shape != wanted.shape) {
      throw FileError(tensor.name + ": the file has " + tensor.text() + ", but " + wanted.text() +
                      " is needed");
    }
    const std::byte* const data = file_.data(tensor);
    if (values.kind == StateValues::Kind::flag) {
      const auto wrong = [](std::byte byte) { return std::to_integer<int>(byte) > 1; };
      if (std::any_of(data, data + bytes_of(values), wrong)) {
        throw FileError(tensor.name + ": a BOOL must be 0 or 1");
      }
    }
    if (!only_checks) read_values(values, data);
  }

 private:
  StateFile& file_;
};

}  // namespace eigentrain::detail
