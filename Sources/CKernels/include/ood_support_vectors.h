/// The work of a support vector machine's solver, in double precision: rows of a kernel matrix, and the passes over all
/// variables that an iteration of sequential minimal optimisation makes.
///
/// A variable that may not grow has room_above = -infinity, one that may not fall has room_below = -infinity; all others
/// have 0 there. Of equal candidates the first is taken. n >= 1; no array aliases another.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A variable, and the value that it was chosen for; -1 where there is none.
struct ood_candidate {
  int64_t position;
  double value;
};

struct ood_support_vectors {
  /// out[i stride + j] = e^(-gamma |x_i - y_j|^2), or x_i . y_j where `linear` is not 0, for i < m and the points j of
  /// panels [p0, p1) of n points in the order of `kernel_density.pack`; x is [m, d]. Each value depends on its two rows
  /// alone, summed over d in order.
  void (*rows)(int linear, double gamma, const double *x, size_t m, const double *panels, size_t p0, size_t p1, size_t n,
               size_t d, double *out, size_t stride);

  /// sums[j] += sum_i weights[i] rows[i stride + j], for i < m, j < n; added in the order of i.
  void (*add_rows)(const double *weights, const double *rows, size_t m, size_t n, size_t stride, double *sums);

  /// The variable that may grow with the largest -gradient.
  struct ood_candidate (*first)(const double *gradient, const double *room_above, size_t n);

  /// gradient[j] += a row_a[j] + b row_b[j]; then `first` of the new gradient.
  struct ood_candidate (*step)(double a, const double *row_a, double b, const double *row_b, double *gradient,
                               const double *room_above, size_t n);

  /// The partner of the first variable i, `best` = -gradient[i]: of the variables j that may fall with best +
  /// gradient[j] > 0 the one with the largest (best + gradient[j])^2 / max(diagonal_i + diagonal[j] - 2 row[j], least).
  /// `worst` becomes the largest gradient of those that may fall.
  struct ood_candidate (*second)(double best, double diagonal_i, double least, const double *row, const double *diagonal,
                                 const double *gradient, const double *room_below, size_t n, double *worst);
};

#pragma clang assume_nonnull end
