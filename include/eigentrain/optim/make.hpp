// SPDX-License-Identifier: MIT
// Optimizers by their names, with options by theirs.
#pragma once

#include <initializer_list>
#include <string>

#include "eigentrain/optim/any.hpp"
#include "eigentrain/optim/table.hpp"

namespace eigentrain {

/// An option of make_optimizer(): its name with a number (true and false are 1 and 0), or with a
/// schedule where one is taken. The name must live as long as this.
class OptimizerSetting {
 public:
  /// A number, or true and false.
  template <class T>
    requires std::is_arithmetic_v<T>
  OptimizerSetting(std::string_view option, T value)
      : name_(option), number_(static_cast<double>(value)) {}
  /// A schedule.
  OptimizerSetting(std::string_view option, Schedule schedule)
      : name_(option), schedule_(std::move(schedule)), is_schedule_(true) {}

  /// The option's name.
  std::string_view name() const { return name_; }

  /// Writes the value into an option. Throws std::invalid_argument if it doesn't fit.
  template <class T>
  void write(T& option) const {
    if constexpr (std::is_same_v<T, Schedule>) {
      option = is_schedule_ ? schedule_ : Schedule(number_);
    } else {
      require(!is_schedule_, "make_optimizer: ", name_, " is a number, not a schedule");
      if constexpr (!std::is_floating_point_v<T>) {
        constexpr bool flag = std::is_same_v<T, bool>;
        // One that is too large, or none at all, must not be converted to find that out.
        const bool fits = number_ >= (flag ? 0.0 : -0x1p63) && number_ < (flag ? 2.0 : 0x1p63);
        require(fits && static_cast<double>(static_cast<T>(number_)) == number_,
                "make_optimizer: ", name_, flag ? " is 0 or 1" : " is an integer", ", got ",
                number_);
      }
      option = static_cast<T>(number_);
    }
  }

 private:
  std::string_view name_;
  double number_ = 0.0;
  Schedule schedule_ = 0.0;
  bool is_schedule_ = false;
};

namespace detail {

// A template, so that only programs that ask for names compile it.
template <class = void>
void append_name(std::string& list, std::string_view name) {
  if (!list.empty()) list += ", ";
  list += name;
}

/// Makes the optimizer of a name while it is shown all of them.
template <class S>
struct OptimizerMaker {
  std::string_view wanted;
  const OptimizerSetting* settings;
  std::size_t count;
  AnyOptimizer<S> made{};
  std::string names{};

  template <class Optimizer, class Options, class... T>
  void add(std::string_view name, const NamedOption<Options, T>&... options) {
    append_name(names, name);
    if (name != wanted) return;
    Options chosen;
    for (std::size_t i = 0; i < count; ++i) {
      const auto write = [&](const auto& option) {
        if (option.name != settings[i].name()) return false;
        settings[i].write(chosen.*option.member);
        return true;
      };
      if (!(write(options) || ...)) {
        std::string known;
        (append_name(known, options.name), ...);
        fail({"make_optimizer: ", name, " has no option \"", settings[i].name(), "\"; it has ",
              known});
      }
    }
    made = Optimizer(chosen);
  }
};

struct OptimizerNames {
  std::string names{};
  template <class, class, class... Options>
  void add(std::string_view name, const Options&...) {
    append_name(names, name);
  }
};

}  // namespace detail

/// The optimizer of this name, for programs that read it from a command line or a file:
///
///     et::AnyOptimizer<float> optimizer =
///         et::make_optimizer<float>("adamw", {{"learning_rate", et::cosine_decay({...})},
///                                             {"beta2", 0.98}});
///
/// Names are those of the sequences (sgd, rms_prop, adamw, …; optimizer_names() has all), and
/// options those of the optimizer's own (SgdOptions, …), which say what is left at its default. Of
/// an option that is given twice the last counts. A program that calls this compiles all
/// optimizers.
///
/// Throws std::invalid_argument for a name or an option that there isn't, with a list of those that
/// there are; for a value that doesn't fit; and what the optimizer throws for one out of range.
template <class S>
AnyOptimizer<S> make_optimizer(std::string_view name, const OptimizerSetting* settings,
                               std::size_t count) {
  detail::OptimizerMaker<S> maker{name, settings, count};
  detail::for_each_optimizer<S>(maker);
  require(!maker.made.empty(), "make_optimizer: there is no optimizer \"", name, "\"; there are ",
          maker.names);
  return std::move(maker.made);
}
/// The same for settings in braces.
template <class S>
AnyOptimizer<S> make_optimizer(std::string_view name,
                               std::initializer_list<OptimizerSetting> settings = {}) {
  return make_optimizer<S>(name, settings.begin(), settings.size());
}

/// The names that make_optimizer() knows, with ", " between: for a program's help.
template <class S = float>
std::string optimizer_names() {
  detail::OptimizerNames table;
  detail::for_each_optimizer<S>(table);
  return table.names;
}

}  // namespace eigentrain
