// SPDX-License-Identifier: MIT
// A curve of any length in a fixed number of points, its extremes among them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <vector>

namespace plot {

enum class Scale { linear, logarithmic };

/// Whether a curve can go through a value. On a logarithmic scale that of 0 is far below.
inline bool is_drawable(Scale scale, double value) {
  return std::isfinite(value) && (scale == Scale::linear || value >= 0.0);
}

struct Point {
  double x = 0.0;
  double y = 0.0;  ///< NaN: the curve has a gap here
};

/// Points come one by one, from left to right, and as many as they like: of each run of neighbours
/// the lowest and the highest stay. The runs are single points at first; whenever there are too
/// many, two become one. So the envelope is exact, however long the curve, and the memory fixed.
///
///     plot::Trace norms(plot::Scale::logarithmic, 256);
///     for (...) norms.push(step, norm);
///     norms.points();  // at most 513
class Trace {
 public:
  /// `most` runs, an even number of them.
  explicit Trace(Scale scale = Scale::linear, std::size_t most = 256)
      : scale_(scale), most_(std::max<std::size_t>(most + most % 2, 2)) {}

  Scale scale() const { return scale_; }

  void push(double x, double y) {
    if (in_last_ == length_ || runs_.empty()) {
      if (runs_.size() == most_) merge();
      runs_.push_back({{x, gap}, {x, gap}});
      in_last_ = 0;
    }
    ++in_last_;
    last_ = {x, is_drawable(scale_, y) ? y : gap};
    join(runs_.back(), {last_, last_});
  }

  /// Two points a run or fewer, and the last one that came.
  std::vector<Point> points() const {
    std::vector<Point> result;
    for (const Run& run : runs_) {
      const bool falls = run.high.x < run.low.x;
      result.push_back(falls ? run.high : run.low);
      if (run.low.x != run.high.x) result.push_back(falls ? run.low : run.high);
    }
    if (!result.empty() && last_.x > result.back().x) result.push_back(last_);
    return result;
  }

  /// For checkpoints of the library. Throws std::invalid_argument for numbers that can't be.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    visit("length", length_);
    visit("in_last", in_last_);
    visit("last_x", last_.x);
    visit("last_y", last_.y);
    runs_.resize(static_cast<std::size_t>(visit.count("low_x", std::ssize(runs_))));
    std::vector<double> numbers(runs_.size());
    const auto show = [&](const char* name, Point Run::* point, double Point::* coordinate) {
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = runs_[i].*point.*coordinate;
      visit(name, numbers.data(), numbers.size());
      for (std::size_t i = 0; i < numbers.size(); ++i) runs_[i].*point.*coordinate = numbers[i];
    };
    show("low_x", &Run::low, &Point::x);
    show("low_y", &Run::low, &Point::y);
    show("high_x", &Run::high, &Point::x);
    show("high_y", &Run::high, &Point::y);
    if (length_ < 1 || in_last_ > length_ || runs_.size() > most_) {
      throw std::invalid_argument("Trace: there can't be such runs of points");
    }
  }

 private:
  static constexpr double gap = std::numeric_limits<double>::quiet_NaN();

  struct Run {
    Point low, high;
  };

  // Every value is better than a gap.
  static void join(Run& run, const Run& next) {
    if (std::isnan(next.low.y)) return;
    if (!(run.low.y <= next.low.y)) run.low = next.low;
    if (!(run.high.y >= next.high.y)) run.high = next.high;
  }

  void merge() {
    for (std::size_t i = 0; i < most_ / 2; ++i) {
      runs_[i] = runs_[2 * i];
      join(runs_[i], runs_[2 * i + 1]);
    }
    runs_.resize(most_ / 2);
    length_ *= 2;
  }

  Scale scale_;
  std::size_t most_;
  std::size_t length_ = 1;   // of a run
  std::size_t in_last_ = 0;  // points in the last one
  std::vector<Run> runs_;
  Point last_;
};

}  // namespace plot
