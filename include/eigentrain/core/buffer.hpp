// SPDX-License-Identifier: MIT
// Memory for plain values: what the library needs of std::vector, at a fraction of its compile
// time.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

#include "eigentrain/core/simd.hpp"

namespace eigentrain::detail {

/// Bytes that are copied as a whole. No template, so that a program compiles it once, however many
/// types of values it keeps.
class Bytes {
 public:
  Bytes() = default;
  /// `size` zeros, at an address that is a multiple of `alignment`.
  Bytes(std::size_t size, std::size_t alignment) : alignment_(alignment) { resize(size); }
  EIGENTRAIN_NOINLINE Bytes(const Bytes& other) : Bytes(other.size_, other.alignment_) {
    if (size_ > 0) std::memcpy(data_, other.data_, size_);
  }
  Bytes(Bytes&& other) noexcept { swap(other); }
  Bytes& operator=(Bytes&& other) noexcept {
    swap(other);
    return *this;
  }
  /// Allocates only where there is less room than the other one takes.
  EIGENTRAIN_NOINLINE Bytes& operator=(const Bytes& other) {
    if (other.size_ > capacity_ || other.alignment_ != alignment_) return *this = Bytes(other);
    if (other.size_ > 0 && this != &other) std::memcpy(data_, other.data_, other.size_);
    size_ = other.size_;
    return *this;
  }
  EIGENTRAIN_NOINLINE ~Bytes() { free(); }

  void* data() const { return data_; }
  std::size_t size() const { return size_; }

  EIGENTRAIN_NOINLINE bool same_as(const Bytes& other) const {
    return size_ == other.size_ && (size_ == 0 || std::memcmp(data_, other.data_, size_) == 0);
  }

  /// Keeps what is there. Allocates only beyond the largest size so far; new memory is zero.
  EIGENTRAIN_NOINLINE void resize(std::size_t size) {
    if (size > capacity_) reserve(size < 2 * capacity_ ? 2 * capacity_ : size);
    size_ = size;
  }

 private:
  template <class>
  friend class Buffer;

  void* end() const { return static_cast<char*>(data_) + size_; }

  void reserve(std::size_t capacity) {
    if (capacity == 0) return;
    void* data = ::operator new(capacity, std::align_val_t(alignment_));
    std::memset(data, 0, capacity);
    if (size_ > 0) std::memcpy(data, data_, size_);
    free();
    data_ = data;
    capacity_ = capacity;
  }

  void free() {
    if (data_ != nullptr) ::operator delete(data_, std::align_val_t(alignment_));
  }

  static void exchange(std::size_t& a, std::size_t& b) {
    const std::size_t before = a;
    a = b;
    b = before;
  }
  EIGENTRAIN_NOINLINE void swap(Bytes& other) noexcept {
    void* const data = data_;
    data_ = other.data_;
    other.data_ = data;
    exchange(size_, other.size_);
    exchange(capacity_, other.capacity_);
    exchange(alignment_, other.alignment_);
  }

  void* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t alignment_ = 64;
};

/// A row of values that can be copied as bytes, and are valid when all their bytes are zero.
template <class T>
class Buffer {
 public:
  static_assert(__is_trivially_copyable(T));  // as std::is_trivially_copyable, made of no classes

  Buffer() = default;
  explicit Buffer(std::size_t size) : bytes_(size * sizeof(T), alignof(T) > 64 ? alignof(T) : 64) {}

  // Written out, not one by the other: every one of them is a function for each T.
  std::size_t size() const { return bytes_.size_ / sizeof(T); }
  void resize(std::size_t size) { bytes_.resize(size * sizeof(T)); }
  /// Room for so many values, which are at least as many as there are: to resize() to them, then,
  /// can't fail.
  void reserve(std::size_t size) {
    const std::size_t before = bytes_.size_;
    resize(size);
    bytes_.size_ = before;
  }
  /// Padding counts: true for copies, but maybe not for values that are equal.
  bool same_bytes(const Buffer& other) const { return bytes_.same_as(other.bytes_); }

  T* begin() { return static_cast<T*>(bytes_.data_); }
  T* end() { return static_cast<T*>(bytes_.end()); }
  const T* begin() const { return static_cast<const T*>(bytes_.data_); }
  const T* end() const { return static_cast<const T*>(bytes_.end()); }
  T* data() { return static_cast<T*>(bytes_.data_); }
  const T* data() const { return static_cast<const T*>(bytes_.data_); }
  T& operator[](std::size_t i) { return static_cast<T*>(bytes_.data_)[i]; }
  const T& operator[](std::size_t i) const { return static_cast<const T*>(bytes_.data_)[i]; }

 private:
  Bytes bytes_;
};

}  // namespace eigentrain::detail
