/// Products of 32-bit float matrices: C (+)= A B, A of m x k, B of k x n.
///
/// Every element of C is summed in one order that depends on k alone: blocks of consecutive k, each block's
/// products added one after the other from zero, the blocks' sums added in turn. However rows and columns are
/// split into calls and threads, the bits are the same.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A matrix to read: element (i, j) is `base[i * row_stride + j * column_stride]`. Swapping the strides
/// transposes. One of the strides should be 1 for speed.
struct ood_matmul_operand {
  const float *base;
  size_t row_stride;
  size_t column_stride;
};

/// Where a product goes: element (i, j) is `base[i * row_stride + j]`.
struct ood_matmul_output {
  float *base;
  size_t row_stride;
  /// 0: C is written and never read, so it may hold anything; else the product is added to it.
  int accumulate;
  /// n values, added to every row at the end, or NULL.
  const float *_Nullable bias;
  /// Not 0: negative results become 0 at the end (NaN stays).
  int relu;
  /// Not 0: C goes to memory around the caches where it is written only once (k is one block, nothing is added to)
  /// and its rows are whole aligned vectors. Right for results that don't fit the caches.
  int streams;
};

struct ood_matmul {
  /// Rows and columns of C that the innermost kernel holds in registers. Rows are best split at multiples of
  /// `tile_rows`, and no panel has more than `tile_columns` columns.
  size_t tile_rows, tile_columns;

  /// B's columns are cut into panels: this many for n columns. Panel p starts at column `panel_start(n, p)`,
  /// a multiple of the vector width; `panel_start(n, panel_count(n))` is n rounded up to the vector width.
  size_t (*panel_count)(size_t n);
  size_t (*panel_start)(size_t n, size_t p);

  /// Floats that a packed B takes: k times n rounded up to the vector width. Panel p begins at
  /// k * panel_start(n, p) and holds its columns row by row, the columns past n as zeros.
  size_t (*packed_count)(size_t k, size_t n);

  /// Packs panels [p0, p1) of B (k x n). `packed` is the start of the whole packed B; it does not alias B.
  void (*pack)(size_t p0, size_t p1, size_t k, size_t n, struct ood_matmul_operand b, float *packed);

  /// Rows [i0, i1) and panels [p0, p1) of C (+)= A B, B packed. k = 0 gives zeros (and the bias).
  void (*multiply)(size_t i0, size_t i1, size_t p0, size_t p1, size_t k, size_t n,
                   struct ood_matmul_operand a, const float *packed, struct ood_matmul_output c);

  /// The same with B as it lies, packed on the way a block at a time: right where A has few rows, or for
  /// small products. Up to 132 KiB of stack.
  void (*multiply_unpacked)(size_t i0, size_t i1, size_t p0, size_t p1, size_t k, size_t n,
                            struct ood_matmul_operand a, struct ood_matmul_operand b,
                            struct ood_matmul_output c);

  /// y_i (+)= sum_j A_ij x_j for rows [i0, i1) of a row-major A with k columns (column stride 1).
  void (*rows_times_vector)(size_t i0, size_t i1, size_t k, const float *a, size_t row_stride, const float *x,
                            float *y, int accumulate);

  /// y_j (+)= sum_i x_i A_ij for columns [j0, j1) of a row-major A with k rows (column stride 1).
  void (*vector_times_columns)(size_t j0, size_t j1, size_t k, const float *a, size_t row_stride,
                               const float *x, float *y, int accumulate);
};

#pragma clang assume_nonnull end
