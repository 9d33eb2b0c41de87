// SPDX-License-Identifier: MIT
// Visitors that turn the state of objects into a safetensors file.
#pragma once

#include <functional>

#include "eigentrain/io/state_bytes.hpp"
#include "eigentrain/io/whole_file.hpp"

namespace eigentrain::detail {

/// The name of a value in the groups that it stands in: "optimizer.adam.fc1.weight.exp_avg".
class NamingVisitor : public StateVisitor {
 protected:
  ~NamingVisitor() = default;

  std::string full(std::string_view name) const {
    if (name.empty() && !prefix_.empty()) return prefix_.substr(0, prefix_.size() - 1);
    return prefix_ + std::string(name);
  }

  // An empty name is no group.
  std::size_t enter(std::string_view name, int number) final {
    const std::size_t before = prefix_.size();
    if (name.empty()) return before;
    prefix_ += name;
    if (number > 1) prefix_ += std::to_string(number);
    prefix_ += '.';
    return before;
  }
  void leave(std::size_t before) final { prefix_.resize(before); }

 private:
  std::string prefix_;
};

/// Writes down what there is.
class ListingVisitor final : public NamingVisitor {
 public:
  bool loading() const override { return false; }
  Index count(std::string_view, Index now) override { return now; }

  void values(std::string_view name, const StateValues& values) override {
    StoredTensor tensor{full(name), dtype_of(values), shape_of(values)};
    if (tensor.name == "__metadata__" || !names_.insert(tensor.name).second) {
      throw FileError(tensor.name + ": the name is taken");
    }
    tensors.push_back(std::move(tensor));
    sizes_.push_back(bytes_of(values));
  }

  /// Larger numbers first, so that all lie at multiples of their size.
  void place() {
    std::uint64_t end = 0;
    for (int bytes = 8; bytes > 0; bytes /= 2) {
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        if (tensors[i].dtype.bytes != bytes) continue;
        tensors[i].begin = end;
        tensors[i].end = end += sizes_[i];
      }
    }
  }

  std::vector<StoredTensor> tensors;

 private:
  std::set<std::string> names_;
  std::vector<std::size_t> sizes_;
};

/// Writes the values of one width.
class WritingVisitor final : public NamingVisitor {
 public:
  WritingVisitor(WholeFile& file, int bytes) : file_(file), bytes_(bytes) {}
  bool loading() const override { return false; }
  Index count(std::string_view, Index now) override { return now; }
  void values(std::string_view, const StateValues& values) override {
    if (values.bytes != bytes_) return;
    write_values(values, [this](std::span<const std::byte> bytes) { file_.write(bytes); });
    written += bytes_of(values);
  }

  std::size_t written = 0;

 private:
  WholeFile& file_;
  int bytes_;
};

/// The bytes that stand before the data, a multiple of 8. Throws FileError for names and texts that
/// are not UTF-8.
inline std::string header_text(const SafetensorsHeader& header) {
  nlohmann::json json = nlohmann::json::object();
  if (!header.metadata.empty()) json["__metadata__"] = header.metadata;
  for (const StoredTensor& tensor : header.tensors) {
    json[tensor.name] = {{"dtype", tensor.dtype.name},
                         {"shape", tensor.shape},
                         {"data_offsets", {tensor.begin, tensor.end}}};
  }
  std::string text;
  try {
    text = json.dump();
  } catch (const nlohmann::json::exception& error) {
    throw FileError(std::string("a name or a text is not UTF-8: ") + error.what());
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > most_header_bytes) throw FileError("has too many tensors for its header");
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
  return length + text;
}

/// Saves what show(visitor) shows. It is called several times.
inline void save_state(const std::filesystem::path& path,
                       std::map<std::string, std::string> metadata,
                       const std::function<void(StateVisitor&)>& show) {
  try {
    ListingVisitor listing;
    show(listing);
    listing.place();
    SafetensorsHeader header{std::move(listing.tensors), std::move(metadata), 0};
    const std::string text = header_text(header);
    WholeFile file(path);
    file.write(std::as_bytes(std::span(text.data(), text.size())));
    std::size_t written = 0, wanted = 0;
    for (int bytes = 8; bytes > 0; bytes /= 2) {
      WritingVisitor writing(file, bytes);
      show(writing);
      written += writing.written;
    }
    for (const StoredTensor& tensor : header.tensors) wanted += tensor.end - tensor.begin;
    if (written != wanted) throw FileError("what is saved has changed meanwhile");
    file.commit();
  } catch (const FileError& error) {
    if (!error.file().empty()) throw;
    throw FileError(path.string(), error.fault());
  }
}

}  // namespace eigentrain::detail
