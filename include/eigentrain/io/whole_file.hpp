// SPDX-License-Identifier: MIT
// Files that are written as a whole or not at all, and read as a whole.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#if __has_include(<unistd.h>)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#define EIGENTRAIN_POSIX 1
#else
#define EIGENTRAIN_POSIX 0
#endif

#include "eigentrain/io/file_error.hpp"

namespace eigentrain {

/// Writes a new file beside the old one and puts it in the old one's place when it is whole:
/// whenever the program is killed or the machine stops, there is the old file or the new one. A
/// symbolic link stays one.
///
///     et::WholeFile file("run.safetensors");
///     file.write(bytes);
///     file.commit();
///
/// The new file is called run.safetensors.PROCESS-NUMBER.partial until commit(), which waits
/// for the disk (fsync of the file, and of the folder after the renaming). Without commit() it is
/// removed; only a kill leaves it behind. Throws FileError with the system's reason, the old file
/// as it was. Where there is no POSIX (Windows), the standard library writes and renames, and
/// nothing waits for the disk.
class WholeFile {
 public:
  /// Opens the new file.
  explicit WholeFile(const std::filesystem::path& file) : name_(file.string()), target_(file) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (fs::is_symlink(file, ignored)) target_ = fs::weakly_canonical(file, ignored);
    // Renaming would put a plain file in the place of a device.
    if (fs::exists(target_, ignored) && !fs::is_regular_file(target_, ignored)) {
      fail("is not a regular file");
    }
    for (int number = 0; !create(number); ++number) {
      if (errno != EEXIST || number == 1'000'000) fail_by_errno();
    }
  }
  WholeFile(const WholeFile&) = delete;
  ~WholeFile() { discard(); }

  /// Appends bytes.
  void write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    if (std::fwrite(bytes.data(), 1, bytes.size(), out_) != bytes.size()) fail_by_errno();
  }

  /// Puts the file in its place.
  void commit() {
    if (std::fflush(out_) != 0) fail_by_errno();
#if EIGENTRAIN_POSIX
    if (::fsync(::fileno(out_)) != 0) fail_by_errno();
#endif
    if (std::fclose(std::exchange(out_, nullptr)) != 0) fail_by_errno();
    std::error_code error;
    std::filesystem::rename(partial_, target_, error);
    if (error) fail(error.message());
    partial_.clear();
    sync_folder();
  }

 private:
  bool create(int number) {
    partial_ = target_;
#if EIGENTRAIN_POSIX
    partial_ += "." + std::to_string(::getpid()) + "-" + std::to_string(number) + ".partial";
    const int opened = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (opened >= 0) out_ = ::fdopen(opened, "wb");
    if (opened >= 0 && out_ == nullptr) {
      ::close(opened);
      ::unlink(partial_.c_str());
    }
#else
    partial_ += "." + std::to_string(number) + ".partial";
    out_ = std::fopen(partial_.string().c_str(), "wbx");
#endif
    if (out_ != nullptr) return true;
    partial_.clear();
    return false;
  }

  // The renaming itself, which is a change of the folder.
  void sync_folder() const {
#if EIGENTRAIN_POSIX
    const auto folder = target_.has_parent_path() ? target_.parent_path() : ".";
    const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return;  // a folder may be written, but not read
    const bool synced = ::fsync(opened) == 0 || errno == EINVAL;  // some file systems can't
    const int error = errno;
    ::close(opened);
    if (!synced) throw FileError(name_, std::strerror(error));
#endif
  }

  void discard() noexcept {
    if (out_ != nullptr) std::fclose(std::exchange(out_, nullptr));
    std::error_code ignored;
    if (!partial_.empty()) std::filesystem::remove(partial_, ignored);
    partial_.clear();
  }

  [[noreturn]] void fail_by_errno() { fail(std::strerror(errno)); }
  [[noreturn]] void fail(const std::string& why) {
    discard();
    throw FileError(name_, why);
  }

  std::string name_;
  std::filesystem::path target_, partial_;
  std::FILE* out_ = nullptr;
};

/// All bytes of a regular file. Throws FileError with the system's reason.
inline std::vector<std::byte> read_whole_file(const std::filesystem::path& file) {
  const auto fail = [&](const std::string& why) { throw FileError(file.string(), why); };
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);  // only of regular files
  if (error) fail(error.message());
  std::FILE* const in = std::fopen(file.string().c_str(), "rb");
  if (in == nullptr) fail(std::strerror(errno));
  std::vector<std::byte> bytes;
  try {
    bytes.resize(static_cast<std::size_t>(size));
  } catch (...) {
    std::fclose(in);
    throw;
  }
  const std::size_t read = std::fread(bytes.data(), 1, bytes.size(), in);
  const bool broken = std::ferror(in) != 0;
  const int reason = errno;
  std::fclose(in);
  if (broken) fail(std::strerror(reason));
  if (read != bytes.size()) fail("became shorter while it was read");
  return bytes;
}

}  // namespace eigentrain
