// Panels: how the columns of a right operand are cut, and copying them into rows that lie side by side.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "matmul_tile.h"
#include "simd.h"

/// n in vectors, rounded up.
OOD_INLINE size_t matmul_vector_count(size_t n) { return (n + OOD_WIDTH - 1) / OOD_WIDTH; }

static size_t matmul_panel_count(size_t n) {
  return (matmul_vector_count(n) + MATMUL_VECTORS - 1) / MATMUL_VECTORS;
}

/// First column of panel p. Panels differ by at most one vector in width: a panel of one vector would have
/// too few accumulators to keep the multipliers busy.
static size_t matmul_panel_start(size_t n, size_t p) {
  const size_t count = matmul_panel_count(n);
  return count == 0 ? 0 : matmul_vector_count(n) * p / count * OOD_WIDTH;
}

static size_t matmul_packed_count(size_t k, size_t n) { return k * matmul_vector_count(n) * OOD_WIDTH; }

typedef float matmul_four __attribute__((ext_vector_type(4)));
typedef float matmul_four_unaligned __attribute__((ext_vector_type(4), aligned(4)));

OOD_INLINE matmul_four matmul_load_four(const float *p) { return *(const matmul_four_unaligned *)p; }

// A vector is one, two or four groups of four lanes. MATMUL_EACH_FOUR(a, b, w, x, y, z) shuffles every group
// of a (lanes 0...3) and b (lanes 4...7) alike.
#define MATMUL_LANE(i, group) ((i) < 4 ? (i) + 4 * (group) : (i) - 4 + 4 * (group) + OOD_WIDTH)
#define MATMUL_FOUR(w, x, y, z, group) \
  MATMUL_LANE(w, group), MATMUL_LANE(x, group), MATMUL_LANE(y, group), MATMUL_LANE(z, group)
#if OOD_WIDTH == 16
#define MATMUL_EACH_FOUR(a, b, w, x, y, z)                                              \
  __builtin_shufflevector(a, b, MATMUL_FOUR(w, x, y, z, 0), MATMUL_FOUR(w, x, y, z, 1), \
                          MATMUL_FOUR(w, x, y, z, 2), MATMUL_FOUR(w, x, y, z, 3))
#elif OOD_WIDTH == 8
#define MATMUL_EACH_FOUR(a, b, w, x, y, z) \
  __builtin_shufflevector(a, b, MATMUL_FOUR(w, x, y, z, 0), MATMUL_FOUR(w, x, y, z, 1))
#else
#define MATMUL_EACH_FOUR(a, b, w, x, y, z) __builtin_shufflevector(a, b, MATMUL_FOUR(w, x, y, z, 0))
#endif

/// Four floats from each of OOD_WIDTH / 4 places; what would be too many is not read.
OOD_INLINE vf matmul_load_fours(const float *p0, const float *p1, const float *p2, const float *p3) {
#if OOD_WIDTH == 4
  (void)p1, (void)p2, (void)p3;
  return matmul_load_four(p0);
#else
  typedef float eight __attribute__((ext_vector_type(8)));
  const eight low =
      __builtin_shufflevector(matmul_load_four(p0), matmul_load_four(p1), 0, 1, 2, 3, 4, 5, 6, 7);
#if OOD_WIDTH == 8
  (void)p2, (void)p3;
  return low;
#else
  const eight high =
      __builtin_shufflevector(matmul_load_four(p2), matmul_load_four(p3), 0, 1, 2, 3, 4, 5, 6, 7);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
#endif
}

/// Four vectors, the rows of a matrix whose columns are spread over v: v[i] has fours of rows i, i + 4, ...
OOD_INLINE void matmul_transpose(vf v[4]) {
  const vf ab_low = MATMUL_EACH_FOUR(v[0], v[1], 0, 4, 1, 5),
           ab_high = MATMUL_EACH_FOUR(v[0], v[1], 2, 6, 3, 7);
  const vf cd_low = MATMUL_EACH_FOUR(v[2], v[3], 0, 4, 1, 5),
           cd_high = MATMUL_EACH_FOUR(v[2], v[3], 2, 6, 3, 7);
  v[0] = MATMUL_EACH_FOUR(ab_low, cd_low, 0, 1, 4, 5);
  v[1] = MATMUL_EACH_FOUR(ab_low, cd_low, 2, 3, 6, 7);
  v[2] = MATMUL_EACH_FOUR(ab_high, cd_high, 0, 1, 4, 5);
  v[3] = MATMUL_EACH_FOUR(ab_high, cd_high, 2, 3, 6, 7);
}

/// Transposes OOD_WIDTH rows of four floats: to[j][i] = from[i * from_stride + j] for j in 0...3.
OOD_INLINE void matmul_transposed_fours(const float *from, size_t from_stride, vf to[4]) {
  const size_t four_rows = 4 * from_stride;
#pragma clang loop unroll(full)
  for (size_t i = 0; i < 4; i++, from += from_stride) {
    to[i] = matmul_load_fours(from, from + four_rows, from + 2 * four_rows, from + 3 * four_rows);
  }
  matmul_transpose(to);
}

/// The same into memory: to[j * to_stride + i].
OOD_INLINE void matmul_transpose_fours(const float *from, size_t from_stride, float *to, size_t to_stride) {
  vf columns[4];
  matmul_transposed_fours(from, from_stride, columns);
#pragma clang loop unroll(full)
  for (size_t j = 0; j < 4; j++) store(to + j * to_stride, columns[j]);
}

/// Transposes the columns of a matrix in memory (column j from b + j * column_stride on) into a panel of k rows, `width`
/// floats apart: the first `count` columns, at most OOD_WIDTH, and zeros. k is at least 4.
OOD_INLINE void matmul_transpose_columns(size_t k, size_t count, const float *b, size_t column_stride,
                                         float *panel, size_t width) {
  const float *column[OOD_WIDTH];  // A column that doesn't exist is read as the last that does.
  for (size_t j = 0; j < OOD_WIDTH; j++) column[j] = b + (j < count ? j : count - 1) * column_stride;
  const vi exists = lane_numbers() < (vi)(int32_t)count;
  for (size_t p = 0; p < k; p += 4) {
    const size_t row = p + 4 <= k ? p : k - 4;  // The last four overlap the four before.
    vf rows[4];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 4; i++) {
      rows[i] = matmul_load_fours(column[i] + row, column[(i + 4) % OOD_WIDTH] + row,
                                  column[(i + 8) % OOD_WIDTH] + row, column[(i + 12) % OOD_WIDTH] + row);
    }
    matmul_transpose(rows);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 4; i++) store(panel + (row + i) * width, blend(exists, rows[i], splat(0)));
  }
}

/// Packs k rows of `columns` columns, element (p, j) at b[p * row_stride + j * column_stride], to
/// panel[p * width + j], where `width` is `columns` rounded up to OOD_WIDTH; the columns between are zeros.
static void matmul_pack_panel(size_t k, size_t columns, const float *b, size_t row_stride,
                              size_t column_stride, float *panel) {
  const size_t width = matmul_vector_count(columns) * OOD_WIDTH;
  const size_t whole = columns / OOD_WIDTH * OOD_WIDTH;
  if (column_stride == 1) {
    for (size_t p = 0; p < k; p++) {
      const float *row = b + p * row_stride;
      float *to = panel + p * width;
      for (size_t j = 0; j < whole; j += OOD_WIDTH) store(to + j, load(row + j));
      if (whole < width) store(to + whole, load_partial(row + whole, columns - whole));
    }
  } else if (row_stride == 1 && k >= 4) {
    for (size_t j = 0; j < columns; j += OOD_WIDTH) {
      const float *from = b + j * column_stride;
      if (j == whole) {
        matmul_transpose_columns(k, columns - whole, from, column_stride, panel + j, width);
      } else {
        for (size_t p = 0; p < k; p += 4) {
          const size_t row = p + 4 <= k ? p : k - 4;
          matmul_transpose_fours(from + row, column_stride, panel + row * width + j, width);
        }
      }
    }
  } else {
    for (size_t p = 0; p < k; p++) {
      for (size_t j = 0; j < columns; j++) panel[p * width + j] = b[p * row_stride + j * column_stride];
      for (size_t j = columns; j < width; j++) panel[p * width + j] = 0;
    }
  }
}
