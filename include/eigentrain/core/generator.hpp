// SPDX-License-Identifier: MIT
// The source of randomness that everything random takes as an argument.
#pragma once

#include <limits>

#include "eigentrain/core/philox.hpp"

namespace eigentrain {

/// A counter-based generator, Philox4x32-10: word p of the sequence is a pure function of
/// (seed, stream, p), so the whole state is three numbers, and saving them resumes exactly.
///
///     Generator random(42);
///     he_normal(W, random);
///     Generator for_dropout = random.split(1);
///
/// It is a UniformRandomBitGenerator of 32-bit words. The distributions of the standard library may
/// be used with it, but their values differ between standard libraries; fill_uniform, fill_normal
/// and shuffle give the same values everywhere.
///
/// The sequence has 2⁶⁴ words (then it starts over), and there are 2⁶⁴ streams for each seed.
class Generator {
 public:
  /// The type of a word.
  using result_type = std::uint32_t;

  /// Streams of one seed are independent of each other. Any two numbers will do.
  explicit Generator(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// The least word.
  static constexpr result_type min() { return 0; }
  /// The largest word.
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  // A template, as split(): a program that takes no words needn't compile the ten rounds.
  /// The next word.
  template <class = void>
  result_type operator()() {
    const std::uint64_t counter = position_ / 4;
    const auto word = static_cast<int>(position_ % 4);
    if (word == 0 || !filled_) {
      const PhiloxWords<1> words = philox_words<1>(seed_, stream_, counter);
      for (int j = 0; j < 4; ++j) words_[j] = words.word[j].lanes;
      filled_ = true;
    }
    ++position_;
    return words_[word];
  }

  /// The seed that it was made with.
  std::uint64_t seed() const { return seed_; }
  /// The number of its stream.
  std::uint64_t stream() const { return stream_; }

  /// The number of words taken so far. With seed and stream, all that must be saved.
  std::uint64_t position() const { return position_; }
  /// Continues at any word.
  void set_position(std::uint64_t position) {
    position_ = position;
    filled_ = false;
  }

  /// Takes `count` whole counters (4 words each; what is left of a begun one is skipped) and
  /// returns the first, for philox_words(seed(), stream(), counter).
  std::uint64_t take_counters(std::uint64_t count) {
    const std::uint64_t first = position_ / 4 + (position_ % 4 != 0 ? 1 : 0);
    set_position((first + count) * 4);
    return first;
  }

  /// A generator of the same seed whose stream is a random function of this stream and n: for the
  /// parts of a program, each with randomness of its own. It depends on no position, so the parts
  /// may be made in any order; split(a).split(b) differs from split(b).split(a). Two of k splits
  /// share a stream with probability k²/2⁶⁵.
  template <class = void>
  Generator split(std::uint64_t n) const {
    // Another key, so that the new streams are no words of the old one.
    const PhiloxWords<1> words = philox_words<1>(~seed_, stream_, n);
    return Generator(seed_, words.word[0].lanes | std::uint64_t{words.word[1].lanes} << 32);
  }

  /// For checkpoints; see StateVisitor.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    visit("seed", seed_);
    visit("stream", stream_);
    visit("position", position_);
    filled_ = false;
  }

  /// The same sequence at the same place.
  friend bool operator==(const Generator& a, const Generator& b) {
    return a.seed_ == b.seed_ && a.stream_ == b.stream_ && a.position_ == b.position_;
  }

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t position_ = 0;
  std::uint32_t words_[4] = {};  // of the counter under way, if filled_
  bool filled_ = false;
};

}  // namespace eigentrain
