/// Moving numbers: gathering, scattering, transposing and copying with strides.
///
/// BOUNDS ARE THE CALLER'S DUTY: no kernel here checks an index, a stride or a label against the size of an
/// array. All strides count floats.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The most axes that `strided_copy` takes.
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

  /// y[i, labels[i]] = 1 and all else 0; y is [n, classes]. A label outside 0 ..< classes gives a row of
  /// zeros.
  void (*one_hot)(const int32_t *labels, size_t n, size_t classes, float *y);

  /// y[c, r] = x[r, c] for r < rows, c < columns; rows of x lie x_stride apart, rows of y y_stride apart.
  void (*transpose)(const float *x, size_t x_stride, size_t rows, size_t columns, float *y, size_t y_stride);

  /// y[r, c] = x[r, c] for r < rows, c < columns; rows of x lie x_stride apart, rows of y y_stride apart.
  /// Slices, pads and concatenations are done with it. An x_stride of 0 repeats one row.
  void (*copy_2d)(const float *x, size_t x_stride, size_t rows, size_t columns, float *y, size_t y_stride);

  /// y[i0 y_strides[0] + i1 y_strides[1] + ...] = x[i0 x_strides[0] + i1 x_strides[1] + ...] for all i_a <
  /// shape[a], a < rank <= 8. An x stride of 0 repeats (broadcasting), a negative one runs backwards (flips;
  /// x points to the element of index zero). Different indices must not give the same element of y. To split
  /// the work, cut one axis and move both pointers. Axes that lie together in both arrays are joined; rows
  /// are copied whole where both are contiguous, and transposed in blocks where x and y are contiguous along
  /// different axes.
  void (*strided_copy)(const float *x, const ptrdiff_t *x_strides, float *y, const ptrdiff_t *y_strides,
                       const size_t *shape, int rank);

  /// y = x with axis order[j] of x as axis j of y, both dense and row-major: y[i0, i1, ...] = x[...] where
  /// index i_j of y stands on axis order[j] of x. `shape` is that of x; `order` holds each of 0 ..< rank
  /// once; rank <= 8.
  void (*permute)(const float *x, const size_t *shape, const size_t *order, int rank, float *y);
};

#pragma clang assume_nonnull end
