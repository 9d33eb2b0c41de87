// SPDX-License-Identifier: MIT
#include "support/allocations.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

// A sanitizer has a malloc of its own, which must stay the one that is called, and calls whoever
// asks for it. Elsewhere with glibc the program has its own; elsewhere only operator new can be
// counted.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define EIGENTRAIN_TEST_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EIGENTRAIN_TEST_SANITIZED 1
#endif

namespace {

std::atomic<std::int64_t> count{0};

void note() {
  count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

namespace eigentrain::test {

bool counts_malloc() {
#if defined(__GLIBC__) || defined(EIGENTRAIN_TEST_SANITIZED)
  return true;
#else
  return false;
#endif
}

std::int64_t allocations() {
  return count.load(std::memory_order_relaxed);
}

}  // namespace eigentrain::test

#if defined(EIGENTRAIN_TEST_SANITIZED)

// As in clang's <sanitizer/allocator_interface.h>, which gcc hasn't got.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void*,
                                                                       std::size_t),
                                                         void (*given_back)(const volatile void*));

namespace {

const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { note(); }, [](const volatile void*) {});

}  // namespace

#elif defined(__GLIBC__)

// A program's own malloc takes the place of glibc's, for the standard library too; glibc keeps its
// functions under these names. What they give is freed by glibc's free as ever.
extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t items, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept {
  note();
  return __libc_malloc(size);
}

void* calloc(std::size_t items, std::size_t size) noexcept {
  note();
  return __libc_calloc(items, size);
}

void* realloc(void* old, std::size_t size) noexcept {
  note();
  return __libc_realloc(old, size);
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  note();
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** result, std::size_t alignment, std::size_t size) noexcept {
  note();
  *result = __libc_memalign(alignment, size);
  return *result == nullptr ? ENOMEM : 0;
}

}  // extern "C"

#else

void* operator new(std::size_t size) {
  note();
  if (void* result = std::malloc(size == 0 ? 1 : size)) return result;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

#endif
