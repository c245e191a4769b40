/// Distances in double precision from one point to many, and the search of single-precision products for candidates.
///
/// How the sum of one pair is ordered depends on `d`, the entry and the kernel variant only: rows may be split and
/// batched in any way, and equal rows have the distance 0.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// How the differences a_k = x_k - y_k of two points make their distance.
enum ood_metric {
  /// sum of a_k^2.
  ood_metric_squared_euclidean,
  /// sum of |a_k|.
  ood_metric_manhattan,
  /// largest |a_k|.
  ood_metric_chebyshev,
};

struct ood_neighbours {
  /// out[i] = distance of x and row i of y, for i < n; x is [d], y is [n, d].
  void (*distances)(enum ood_metric metric, const double *x, const double *y, size_t n, size_t d, double *out);

  /// out[i] = distance of x and row rows[i] of y, for i < count; the same bits as `distances`.
  void (*distances_at)(enum ood_metric metric, const double *x, const double *y, const int32_t *rows, size_t count,
                       size_t d, double *out);

  /// out[j] = distance of x and point j of a turned panel, for j < width: coordinate k of point j is
  /// panel[k width + j]. `width` is a multiple of 8. Coordinates are added one after the other.
  void (*panel_distances)(enum ood_metric metric, const double *x, const double *panel, size_t width, size_t d,
                          double *out);

  /// The sum over j < width of weights[j] sqrt(squares[j]); `width` is a multiple of 8.
  double (*weighted_roots)(const double *squares, const double *weights, size_t width);

  /// out[k] = (x[k] - centre[k]) / scale[k] for k < d.
  void (*standardize)(const double *x, const double *centre, const double *scale, size_t d, double *out);

  /// out[b] = distance of x and the nearest point of box b, for the two boxes: a box is its `width` lowest coordinates and then its
  /// highest ones. `width` is a multiple of 8; what lies behind the last coordinate is 0 in x, -inf and +inf in boxes.
  void (*box_distances)(enum ood_metric metric, const double *x, const double *first, const double *second, size_t width,
                        double *out);

  /// The positions j < n with values[j] + offsets[j] <= limit, in order; returns how many. `out` has room for n. NaN is
  /// never found.
  size_t (*sums_below)(const float *values, const float *offsets, size_t n, float limit, int32_t *out);
};

#pragma clang assume_nonnull end
