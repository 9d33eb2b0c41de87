// SPDX-License-Identifier: MIT
// Memory that a program dies of touching where it shouldn't.
#pragma once

#include <cstddef>

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#include <unistd.h>
#else
#include <cstdlib>
#endif

namespace eigentrain::test {

/// n values that end where memory ends: reading or writing the next one is a segmentation fault.
/// Without pages (other systems than POSIX) plain memory.
template <class S>
class Pages {
 public:
  explicit Pages(std::size_t n) {
    const std::size_t bytes = n * sizeof(S);
#if __has_include(<sys/mman.h>)
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    size_ = (bytes + page - 1) / page * page + page;
    memory_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(static_cast<char*>(memory_) + size_ - page, page, PROT_NONE);
    data_ = reinterpret_cast<S*>(static_cast<char*>(memory_) + size_ - page - bytes);
    writable_ = size_ - page;
#else
    data_ = static_cast<S*>(memory_ = std::calloc(bytes + 1, 1));
#endif
  }
  Pages(const Pages&) = delete;
#if __has_include(<sys/mman.h>)
  ~Pages() { munmap(memory_, size_); }
  /// From now on writing is a segmentation fault too, even of the same bits.
  void forbid_writing() { mprotect(memory_, writable_, PROT_READ); }
#else
  ~Pages() { std::free(memory_); }
  void forbid_writing() {}
#endif

  S* data() const { return data_; }

 private:
  std::size_t size_ = 0, writable_ = 0;
  void* memory_ = nullptr;
  S* data_ = nullptr;
};

}  // namespace eigentrain::test
