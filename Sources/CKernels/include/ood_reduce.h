/// Reductions.
///
/// Accuracy: sums are carried in `double`; only groups of 8 terms are added in `float` first, as a tree. So
/// |result - exact| <= 4 · 2^-24 · Σ|term| for any number of terms, where a term that is itself a product or
/// a difference brings its own rounding (at most 2 · 2^-24 more). A sum of positive numbers is thus right
/// to 2.4e-7, however long. The order of additions depends on the shape alone.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The first four see an array as x[outer][middle][inner] and reduce over the middle: y[outer][inner].
/// Reduction along one axis of a row-major tensor is this with outer and inner the products of the sizes
/// before and after it; a full sum is outer = inner = 1. A caller may split `outer` freely.
struct ood_reduce {
  /// y[o][i] = Σ_m x[o][m][i]; 0 when middle = 0.
  void (*sum)(const float *x, float *y, size_t outer, size_t middle, size_t inner);

  /// y[o][i] = max_m x[o][m][i], NaN when any is NaN; -inf when middle = 0.
  void (*maximum)(const float *x, float *y, size_t outer, size_t middle, size_t inner);

  /// y[o][i] = min_m x[o][m][i], NaN when any is NaN; +inf when middle = 0.
  void (*minimum)(const float *x, float *y, size_t outer, size_t middle, size_t inner);

  /// positions[o][i] = the first m at which x[o][m][i] is largest, and values[o][i] = that largest value
  /// (unless `values` is NULL). NaN counts as larger than all numbers. 1 <= middle < 2^31.
  void (*argmax)(const float *x, int32_t *positions, float *_Nullable values, size_t outer, size_t middle,
                 size_t inner);

  /// Σ x[i]. A caller that splits a long array adds the results of its ranges in order.
  double (*total)(const float *x, size_t n);

  /// Σ x[i] y[i]. `y` may be `x`.
  double (*dot)(const float *x, const float *y, size_t n);

  /// Σ |a[i] - b[i]|.
  double (*sum_absolute_difference)(const float *a, const float *b, size_t n);

  /// Σ (a[i] - b[i])².
  double (*sum_squared_difference)(const float *a, const float *b, size_t n);
};

#pragma clang assume_nonnull end
