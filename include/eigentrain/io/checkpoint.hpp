// SPDX-License-Identifier: MIT
// A training in a file: saved as a whole, and taken up again as if it had never stopped.
#pragma once

#include <optional>

#include "eigentrain/core/parameters.hpp"
#include "eigentrain/io/load_state.hpp"

namespace eigentrain {

/// The options of Checkpoint::load().
struct LoadOptions {
  bool others = false;  ///< the file may have more than is on the list, which is then left alone
};

/// The list of what makes a training, to be saved in a safetensors file and loaded from it:
///
///     et::Checkpoint checkpoint;
///     checkpoint.add("model", parameters)
///         .add("optimizer", optimizer, parameters)
///         .add("random", random)
///         .add("norm1", norm1)               // running statistics; γ and β are parameters
///         .add("plateau", plateau)
///         .add("epoch", epoch)               // numbers, text, std::vector, matrices
///         .add("order", order);
///     checkpoint.save("run.safetensors");
///     ...
///     checkpoint.load("run.safetensors");    // of the same list, in another process
///
/// N steps, save(), load() and M steps give the bits of N + M steps. Options and schedules are the
/// program's, which makes its objects again as it did the first time; a learning rate that is a
/// number belongs to the state, also where it was set by hand. What is added must outlive the list.
///
/// PyTorch and everything else that reads safetensors finds tensors by name: "model.fc1.weight" (as
/// "fc1.weight", where a list was added with the name ""), row by row and with its shape, whatever
/// its storage order here, and "optimizer.adam.fc1.weight.exp_avg". Vectors have one axis. A tensor
/// of more axes than two is a vector of its values as they lie in memory. Texts are the file's
/// metadata.
class Checkpoint {
 public:
  /// Adds an object with visit_state() (see StateVisitor): a list of parameters, a Generator, a
  /// layer of batch normalization, ReduceOnPlateau, History, …; a number, a bool, a std::string, a
  /// std::vector of numbers, or an Eigen matrix or array.
  template <class T>
  Checkpoint& add(std::string_view name, T& object) {
    static_assert(!std::is_const_v<T>, "eigentrain: what is added will be loaded, too");
    if constexpr (std::is_same_v<T, std::string>) {
      texts_.push_back({std::string(name), &object, {}});
    } else if constexpr (requires { object.is_copy_of(object); } || detail::Dense<T> ||
                         std::is_arithmetic_v<T> || !std::is_copy_constructible_v<T>) {
      // Numbers only, of which any will do; a copied list would still write to the same memory.
      append(name, [&object](StateVisitor& visit) { show(visit, object); }, {});
    } else {
      append(
          name, [&object](StateVisitor& visit) { show(visit, object); },
          [&object](StateVisitor& visit) {
            T copy(object);
            show(visit, copy);
          });
    }
    return *this;
  }

  /// Adds what belongs to a list of parameters: an optimizer or a Monitor.
  template <class T, class S>
  Checkpoint& add(std::string_view name, T& object, Parameters<S>& parameters) {
    append(
        name,
        [&object, &parameters](StateVisitor& visit) { object.visit_state(visit, parameters); },
        [&object, &parameters](StateVisitor& visit) {
          T copy(object);
          copy.visit_state(visit, parameters);
        });
    return *this;
  }

  /// Writes the file, or leaves the old one as it was; see WholeFile. Throws FileError, which names
  /// the file and the reason.
  void save(const std::filesystem::path& file) const {
    std::map<std::string, std::string> metadata = {{"format", "pt"}, {"eigentrain", "1"}};
    for (const Text& text : texts_) {
      if (!metadata.emplace(text.name, *text.target).second) {
        throw FileError(file.string(), text.name + ": the name is taken");
      }
    }
    detail::save_state(file, std::move(metadata), [this](StateVisitor& visit) {
      for (const Part& part : parts_) part.show(visit);
    });
  }

  /// Loads the file. First all of it is checked: that it has everything on the list and nothing
  /// else, of the same types and shapes, with numbers that can be. Throws FileError, which names
  /// the file, the tensor and what differs, with nothing changed. (Only where memory runs out
  /// behind that check, std::bad_alloc may leave a part loaded.)
  void load(const std::filesystem::path& file, const LoadOptions& options = {}) {
    try {
      detail::StateFile stored(read_whole_file(file));
      check_version(stored.header().metadata);
      detail::LoadingVisitor visit(stored);
      for (const Part& part : parts_) try_part(part, visit);
      for (Text& text : texts_) {
        const auto& metadata = stored.header().metadata;
        const auto found = metadata.find(text.name);
        if (found == metadata.end()) throw FileError(text.name + ": the file has no such text");
        text.loaded = found->second;
      }
      if (!options.others) stored.expect_no_more();
      visit.only_checks = false;
      for (const Part& part : parts_) part.show(visit);
      for (Text& text : texts_) text.target->swap(text.loaded);
    } catch (const FileError& error) {
      if (!error.file().empty()) throw;
      throw FileError(file.string(), error.fault());
    }
  }

 private:
  using Show = std::function<void(StateVisitor&)>;
  struct Part {
    std::string name;
    Show show;
    Show show_copy;  // for things that may refuse what they are given
  };
  struct Text {
    std::string name;
    std::string* target;
    std::string loaded;
  };

  void append(std::string_view name, Show show, Show show_copy) {
    const auto grouped = [name = std::string(name)](Show inner) -> Show {
      if (!inner) return {};
      return [name, inner = std::move(inner)](StateVisitor& visit) {
        const StateVisitor::Group group(visit, name);
        inner(visit);
      };
    };
    parts_.push_back({std::string(name), grouped(std::move(show)), grouped(std::move(show_copy))});
  }

  template <class T>
  static void show(StateVisitor& visit, T& object) {
    if constexpr (std::is_arithmetic_v<T>) {
      visit({}, object);
    } else if constexpr (detail::Dense<T>) {
      using S = typename T::Scalar;
      const Memory<S> memory = detail::memory_of<S>(object);
      visit.values({}, StateVisitor::matrix(memory.data, detail::shape_of(object),
                                            detail::is_vector<T>(), detail::is_row_major<T>(),
                                            memory.outer > 1 ? memory.stride : 0));
    } else if constexpr (requires { object.visit_state(visit); }) {
      object.visit_state(visit);
    } else {  // a std::vector
      object.resize(static_cast<std::size_t>(visit.count({}, std::ssize(object))));
      visit({}, object.data(), std::ssize(object));
    }
  }

  static void try_part(const Part& part, detail::LoadingVisitor& visit) {
    try {
      visit.only_checks = !part.show_copy;
      (part.show_copy ? part.show_copy : part.show)(visit);
    } catch (const std::invalid_argument& refusal) {
      throw FileError(part.name + ": " + refusal.what());
    }
  }

  static void check_version(const std::map<std::string, std::string>& metadata) {
    const auto version = metadata.find("eigentrain");
    if (version != metadata.end() && version->second != "1") {
      throw FileError("was written by a newer version of eigentrain");
    }
  }

  std::vector<Part> parts_;
  std::vector<Text> texts_;
};

}  // namespace eigentrain
