/// Distances between all rows of two sets. Each is the direct sum over the coordinates, not the expansion
/// |x|^2 + |y|^2 - 2 x.y: equal rows have the distance 0, and close rows lose no digits.
///
/// How the sum of one pair is ordered depends on `d` and the kernel variant only. So distances are symmetric
/// to the bit, and the rows may be split and batched in any way.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_distance {
  /// out[i out_stride + j] = sum over k < d of (x[i, k] - y[j, k])^2, for i < m, j < n; x is [m, d], y is [n,
  /// d]. About 3 m n d operations. NaN in a row gives NaN in its distances.
  void (*squared_euclidean)(const float *x, size_t m, const float *y, size_t n, size_t d, float *out,
                            size_t out_stride);

  /// out[i out_stride + j] = sum over k < d of |x[i, k] - y[j, k]|; shapes as above.
  void (*manhattan)(const float *x, size_t m, const float *y, size_t n, size_t d, float *out,
                    size_t out_stride);

  /// out[i] = sum over k < d of x[i, k]^2, for i < m.
  void (*squared_norms)(const float *x, size_t m, size_t d, float *out);
};

#pragma clang assume_nonnull end
