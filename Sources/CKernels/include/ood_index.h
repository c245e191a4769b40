/// Moving numbers: gathering, scattering, copying rows and permuting axes.
///
/// BOUNDS ARE THE CALLER'S DUTY: no kernel here checks an index or a stride against the size of an
/// array. All strides count floats.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The most axes that `permute` takes.
enum { ood_most_axes = 8 };

struct ood_index {
  /// y[i, :] = x[rows[i], :] for i < n; x is [any, columns], y is [n, columns].
  void (*gather_rows)(const float *x, const int32_t *rows, size_t n, size_t columns, float *y);

  /// y[rows[i], c] += x[i, c] for i = 0, 1, ..., n - 1 in this order and c < columns; rows of x lie x_stride
  /// apart, rows of y y_stride apart. Repeated rows add up. Work is split by columns.
  void (*scatter_add_rows)(const float *x, size_t x_stride, const int32_t *rows, size_t n, size_t columns,
                           float *y, size_t y_stride);

  /// y[i] = x[positions[i]] for i < n.
  void (*gather)(const float *x, const int32_t *positions, size_t n, float *y);

  /// y[positions[i]] += x[i] for i = 0, 1, ..., n - 1 in this order. Repeated positions add up.
  void (*scatter_add)(const float *x, const int32_t *positions, size_t n, float *y);

  /// y[r, c] = x[r, c] for r < rows, c < columns; rows of x lie x_stride apart, rows of y y_stride apart.
  /// Slices, pads and concatenations are done with it. An x_stride of 0 repeats one row.
  void (*copy_2d)(const float *x, size_t x_stride, size_t rows, size_t columns, float *y, size_t y_stride);

  /// y = x with axis order[j] of x as axis j of y, both dense and row-major: y[i0, i1, ...] = x[...] where
  /// index i_j of y stands on axis order[j] of x. `shape` is that of x; `order` holds each of 0 ..< rank
  /// once; rank <= 8. Writes the part of y with i0 in [first, last), or all for a rank of 0.
  void (*permute)(const float *x, const size_t *shape, const size_t *order, int rank, size_t first,
                  size_t last, float *y);
};

#pragma clang assume_nonnull end
