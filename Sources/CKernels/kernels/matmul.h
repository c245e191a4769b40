// C (+)= A B over panels and blocks; see include/ood_matmul.h for what the entries compute.
//
// Loops, outermost first: blocks of rows (A's block stays in the second-level cache), groups of panels (so
// does C's block), blocks of k, panels (the panel's block stays in the first-level cache), tiles of rows.
// A is read in place, but where its rows lie pages apart, which would fall on the same places of the caches: then
// each of its blocks is copied for a group of panels.
#pragma once

#include <stddef.h>

#include "../include/ood_matmul.h"
#include "../include/ood_memory.h"

#include "matmul_pack.h"
#include "matmul_tile.h"
#include "simd.h"

enum {
  matmul_block_rows = 32 * MATMUL_ROWS,
  matmul_group_columns = 512,
  matmul_rows_in_place = 2 * MATMUL_ROWS,
  matmul_swapped_columns = 64 * MATMUL_ROWS,
  /// Floats of a right operand that comes from far away.
  matmul_far_count = 2 << 20,
  /// Floats in a page.
  matmul_page = 1024,
  /// Rows of a copied block of A lie a line farther apart than it is deep.
  matmul_copy_stride = MATMUL_DEPTH + matmul_line_floats,
};

/// Rows of k that are summed in one go: k in equal parts of at most MATMUL_DEPTH. It fixes the order of
/// summation, so it depends on k alone.
OOD_INLINE size_t matmul_depth(size_t k) {
  const size_t blocks = (k + MATMUL_DEPTH - 1) / MATMUL_DEPTH;
  return blocks == 0 ? 1 : (k + blocks - 1) / blocks;
}

/// Columns of panel p, without those past n.
OOD_INLINE size_t matmul_panel_columns(size_t n, size_t p) {
  const size_t end = matmul_panel_start(n, p + 1);
  return (end < n ? end : n) - matmul_panel_start(n, p);
}

/// How a block of k ends: later blocks add to earlier ones, the last has the bias. What is not read again can be
/// streamed.
OOD_INLINE struct matmul_finish matmul_block_finish(struct ood_matmul_output c, size_t column, int first,
                                                    int last) {
  return (struct matmul_finish){
      .accumulate = !first || c.accumulate,
      .bias = last && c.bias ? c.bias + column : NULL,
      .relu = last && c.relu,
      .streams = first && last && c.streams && !c.accumulate && streams_rows(c.base, c.row_stride),
  };
}

static void matmul_pack(size_t p0, size_t p1, size_t k, size_t n, struct ood_matmul_operand b,
                        float *packed) {
  for (size_t p = p0; p < p1; p++) {
    const size_t start = matmul_panel_start(n, p);
    matmul_pack_panel(k, matmul_panel_columns(n, p), b.base + start * b.column_stride, b.row_stride,
                      b.column_stride, packed + k * start);
  }
}

/// What is multiplied: A and C in place; B packed, or in place and then copied a panel's block at a time.
struct matmul_product {
  size_t k, n;
  struct ood_matmul_operand a;
  const float *packed;  // NULL: B is `b`
  struct ood_matmul_operand b;
  struct ood_matmul_output c;
};

/// Looks ahead to rows [q, q + depth) of panel p of a packed B, where B comes from far away and there are tiles enough to
/// spread the prefetches over.
OOD_INLINE struct matmul_ahead matmul_look_ahead_right(const struct matmul_product *product, size_t p,
                                                       size_t q, size_t depth, size_t tiles) {
  if (!product->packed || product->k * product->n < matmul_far_count ||
      tiles * MATMUL_ROWS < matmul_block_rows) {
    return (struct matmul_ahead){0};
  }
  const size_t start = matmul_panel_start(product->n, p);
  const size_t width = matmul_panel_start(product->n, p + 1) - start;
  if (product->k - q < depth) depth = product->k - q;
  return matmul_look_ahead(product->packed + product->k * start + q * width, 0, 1, depth * width, tiles);
}

/// Whether blocks of A are copied for groups of panels: rows a multiple of a page apart share a few places of each cache, and a
/// block of them doesn't stay there.
OOD_INLINE int matmul_copies_left(struct ood_matmul_operand a, size_t rows, size_t panels) {
  return a.column_stride == 1 && a.row_stride % matmul_page == 0 && rows >= 16 * MATMUL_ROWS &&
         panels * MATMUL_COLUMNS >= 128;
}

/// Copies `rows` rows of `depth` floats next to each other.
OOD_INLINE void matmul_copy_left(const float *a, size_t row_stride, size_t rows, size_t depth, float *copy) {
  for (size_t r = 0; r < rows; r++) {
    __builtin_memcpy(copy + r * matmul_copy_stride, a + r * row_stride, depth * sizeof(float));
  }
}

/// Rows [i0, i1) and panels [p0, p1) of the product. `scratch` holds one block of a panel, unless B is
/// packed.
OOD_INLINE void matmul_blocks(const struct matmul_product *product, size_t i0, size_t i1, size_t p0,
                              size_t p1, float *scratch) {
  const struct ood_matmul_operand a = product->a, b = product->b;
  const struct ood_matmul_output c = product->c;
  const size_t k = product->k, n = product->n;
  const size_t depth = matmul_depth(k);
  const size_t group = matmul_group_columns / MATMUL_COLUMNS;
  // Whole vectors of B are read in place when too few rows of A pass to pay for a copy.
  const int read_in_place =
      b.column_stride == 1 && (b.row_stride % 128 != 0 || i1 - i0 <= matmul_rows_in_place);
  const size_t copy_bytes = matmul_block_rows * matmul_copy_stride * sizeof(float);
  // Without memory for a copy A is read in place.
  float *const copy = matmul_copies_left(a, i1 - i0, p1 - p0) ? ood_buffer_try_allocate(copy_bytes) : NULL;
  for (size_t i = i0; i < i1; i += matmul_block_rows) {
    const size_t rows = i1 - i < matmul_block_rows ? i1 - i : matmul_block_rows;
    const size_t tiles = (rows + MATMUL_ROWS - 1) / MATMUL_ROWS;
    for (size_t g = p0; g < p1; g += group) {
      const size_t group_end = p1 - g < group ? p1 : g + group;
      size_t q = 0;
      do {
        const size_t block = k - q < depth ? k - q : depth;
        const int last = q + block == k;
        const float *left = a.base + i * a.row_stride + q * a.column_stride;
        if (copy) matmul_copy_left(left, a.row_stride, rows, block, copy);
        for (size_t p = g; p < group_end; p++) {
          struct matmul_ahead ahead = {0};
          if (p + 1 < group_end) {
            ahead = matmul_look_ahead_right(product, p + 1, q, depth, tiles);
          } else if (!last) {
            ahead = matmul_look_ahead_right(product, g, q + block, depth, tiles);
          } else if (group_end < p1) {
            ahead = matmul_look_ahead_right(product, group_end, 0, depth, tiles);
          }
          const size_t start = matmul_panel_start(n, p);
          const size_t width = matmul_panel_start(n, p + 1) - start;
          const size_t columns = matmul_panel_columns(n, p);
          const float *panel = scratch;
          size_t panel_stride = width;
          if (product->packed) {
            panel = product->packed + k * start + q * width;
          } else {
            const float *from = b.base + q * b.row_stride + start * b.column_stride;
            if (read_in_place && columns == width) {
              panel = from;
              panel_stride = b.row_stride;
            } else {
              matmul_pack_panel(block, columns, from, b.row_stride, b.column_stride, scratch);
            }
          }
          matmul_panel_ahead(rows, block, copy ? copy : left, copy ? matmul_copy_stride : a.row_stride,
                             a.column_stride, panel, panel_stride, columns, c.base + i * c.row_stride + start,
                             c.row_stride, matmul_block_finish(c, start, q == 0, last), &ahead);
        }
        q += block;
      } while (q < k);
    }
  }
  if (copy) ood_buffer_release(copy, copy_bytes);
}

static void matmul_multiply(size_t i0, size_t i1, size_t p0, size_t p1, size_t k, size_t n,
                            struct ood_matmul_operand a, const float *packed, struct ood_matmul_output c) {
  const struct matmul_product product = {.k = k, .n = n, .a = a, .packed = packed, .c = c};
  matmul_blocks(&product, i0, i1, p0, p1, NULL);
  if (c.streams) finish_streaming();
}

/// C[rows, columns] = transposed sums with bias and ReLU, where element (i, j) is sums[j * sums_stride + i]. Reads whole
/// vectors of columns, and rows in fours.
OOD_INLINE void matmul_finish_transposed(size_t rows, size_t columns, const float *sums, size_t sums_stride,
                                         float *c, size_t c_row_stride, struct matmul_finish finish) {
  for (size_t j = 0; j < columns; j += OOD_WIDTH) {
    const size_t count = columns - j < OOD_WIDTH ? columns - j : OOD_WIDTH;
    for (size_t i = 0; i < rows; i += 4) {
      vf block[4];
      matmul_transposed_fours(sums + j * sums_stride + i, sums_stride, block);
#pragma clang loop unroll(full)
      for (size_t r = 0; r < 4; r++) {
        if (i + r < rows) matmul_finish_sums(block[r], c + (i + r) * c_row_stride + j, j, count, finish);
      }
    }
  }
}

/// Rows [i0, i1) and columns [j0, j1) of a product whose B lies transposed and whose A has few rows, or whose B
/// has few columns: the transposed product, with B's rows on the left, where they are read in place, and A packed on the right. An
/// element's products and their order are the same, so its bits are.
static void matmul_multiply_swapped(const struct matmul_product *product, size_t i0, size_t i1, size_t j0,
                                    size_t j1) {
  _Alignas(64) float panel[MATMUL_DEPTH * MATMUL_COLUMNS];
  _Alignas(64) float sums[matmul_swapped_columns * MATMUL_COLUMNS];
  const struct ood_matmul_operand a = product->a, b = product->b;
  const struct ood_matmul_output c = product->c;
  const size_t k = product->k;
  const size_t depth = matmul_depth(k);
  for (size_t i = i0; i < i1; i += MATMUL_COLUMNS) {
    const size_t rows = i1 - i < MATMUL_COLUMNS ? i1 - i : MATMUL_COLUMNS;
    const size_t width = matmul_vector_count(rows) * OOD_WIDTH;
    for (size_t j = j0; j < j1; j += matmul_swapped_columns) {
      const size_t columns = j1 - j < matmul_swapped_columns ? j1 - j : matmul_swapped_columns;
      // What is added to comes first, as elsewhere.
      if (c.accumulate)
        matmul_pack_panel(columns, rows, c.base + i * c.row_stride + j, 1, c.row_stride, sums);
      size_t q = 0;
      do {
        const size_t block = k - q < depth ? k - q : depth;
        matmul_pack_panel(block, rows, a.base + i * a.row_stride + q * a.column_stride, a.column_stride,
                          a.row_stride, panel);
        matmul_panel(columns, block, b.base + j * b.column_stride + q * b.row_stride, b.column_stride,
                     b.row_stride, panel, width, width, sums, width,
                     (struct matmul_finish){.accumulate = q > 0 || c.accumulate});
        q += block;
      } while (q < k);
      matmul_finish_transposed(rows, columns, sums, width, c.base + i * c.row_stride + j, c.row_stride,
                               (struct matmul_finish){.bias = c.bias ? c.bias + j : NULL, .relu = c.relu});
    }
  }
}

/// Whether `rows` rows of a product are faster as rows of the transposed product.
OOD_INLINE int matmul_swaps(size_t rows, size_t n, size_t k, struct ood_matmul_operand b) {
  // Fewer columns than fill a panel's vector; rows of A fill it.
  if (n <= OOD_WIDTH * 3 / 4) return rows >= OOD_WIDTH && k >= 2 * OOD_WIDTH;
  // A transposed B that too few rows of A pass to pay for a copy.
  const int is_transposed = b.row_stride == 1 && b.column_stride != 1;
  return is_transposed && rows >= OOD_WIDTH && rows <= matmul_block_rows && k >= 4 * rows;
}

static void matmul_multiply_unpacked(size_t i0, size_t i1, size_t p0, size_t p1, size_t k, size_t n,
                                     struct ood_matmul_operand a, struct ood_matmul_operand b,
                                     struct ood_matmul_output c) {
  const struct matmul_product product = {.k = k, .n = n, .a = a, .b = b, .c = c};
  if (matmul_swaps(i1 - i0, n, k, b)) {
    const size_t end = matmul_panel_start(n, p1);
    matmul_multiply_swapped(&product, i0, i1, matmul_panel_start(n, p0), end < n ? end : n);
  } else {
    _Alignas(64) float scratch[MATMUL_DEPTH * MATMUL_COLUMNS];
    matmul_blocks(&product, i0, i1, p0, p1, scratch);
  }
  if (c.streams) finish_streaming();
}

/// Lanes whose sum is the product of two rows of k floats.
OOD_INLINE vf matmul_dot_lanes(const float *a, const float *b, size_t k) {
  enum { parts = 8 };
  vf sum = 0;
  size_t j = 0;
  if (k >= parts * OOD_WIDTH) {
    vf sums[parts];
    for (size_t s = 0; s < parts; s++) sums[s] = 0;
    for (; j + parts * OOD_WIDTH <= k; j += parts * OOD_WIDTH) {
#pragma clang loop unroll(full)
      for (size_t s = 0; s < parts; s++) {
        sums[s] = multiply_add(load(a + j + s * OOD_WIDTH), load(b + j + s * OOD_WIDTH), sums[s]);
      }
    }
    for (size_t half = parts / 2; half > 0; half /= 2) {
      for (size_t s = 0; s < half; s++) sums[s] += sums[s + half];
    }
    sum = sums[0];
  }
  for (; j + OOD_WIDTH <= k; j += OOD_WIDTH) sum = multiply_add(load(a + j), load(b + j), sum);
  if (j < k) sum = multiply_add(load_partial(a + j, k - j), load_partial(b + j, k - j), sum);
  return sum;
}

/// Four lanes with the same sum, by halves.
OOD_INLINE matmul_four matmul_fold_lanes(vf v) {
#if OOD_WIDTH == 16
  const vf8_ half = v.lo + v.hi;
  return half.lo + half.hi;
#elif OOD_WIDTH == 8
  return v.lo + v.hi;
#else
  return v;
#endif
}

/// The sum of the lanes, by halves.
OOD_INLINE float matmul_lane_sum(vf v) {
  const matmul_four four = matmul_fold_lanes(v);
  return (four.x + four.z) + (four.y + four.w);
}

static void matmul_rows_times_vector(size_t i0, size_t i1, size_t k, const float *a, size_t row_stride,
                                     const float *x, float *y, int accumulate) {
  size_t i = i0;
  for (; i + 4 <= i1; i += 4) {
    matmul_four rows[4];
    for (size_t r = 0; r < 4; r++) {
      rows[r] = matmul_fold_lanes(matmul_dot_lanes(a + (i + r) * row_stride, x, k));
    }
    const matmul_four low = __builtin_shufflevector(rows[0], rows[1], 0, 1, 4, 5) +
                            __builtin_shufflevector(rows[0], rows[1], 2, 3, 6, 7);
    const matmul_four high = __builtin_shufflevector(rows[2], rows[3], 0, 1, 4, 5) +
                             __builtin_shufflevector(rows[2], rows[3], 2, 3, 6, 7);
    const matmul_four sums =
        __builtin_shufflevector(low, high, 0, 2, 4, 6) + __builtin_shufflevector(low, high, 1, 3, 5, 7);
    *(matmul_four_unaligned *)(y + i) = accumulate ? matmul_load_four(y + i) + sums : sums;
  }
  for (; i < i1; i++) {
    const float sum = matmul_lane_sum(matmul_dot_lanes(a + i * row_stride, x, k));
    y[i] = accumulate ? y[i] + sum : sum;
  }
}

/// y[j0, j1) += sum of x_i A_i over `rows` rows, a constant, for whole vectors.
OOD_INLINE void matmul_add_rows(const int rows, size_t j0, size_t j1, const float *a, size_t row_stride,
                                const float *x, float *y) {
  for (size_t j = j0; j < j1; j += OOD_WIDTH) {
    vf sum = load(y + j);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) sum = multiply_add(splat(x[r]), load(a + (size_t)r * row_stride + j), sum);
    store(y + j, sum);
  }
}

static void matmul_vector_times_columns(size_t j0, size_t j1, size_t k, const float *a, size_t row_stride,
                                        const float *x, float *y, int accumulate) {
  enum { strip = 2048, together = 8 };
  const size_t whole = j0 + (j1 - j0) / OOD_WIDTH * OOD_WIDTH;
  for (size_t s = j0; s < whole; s += strip) {
    const size_t end = whole - s < strip ? whole : s + strip;
    if (!accumulate) {
      for (size_t j = s; j < end; j++) y[j] = 0;
    }
    size_t i = 0;
    for (; i + together <= k; i += together) {
      matmul_add_rows(together, s, end, a + i * row_stride, row_stride, x + i, y);
    }
    for (; i < k; i++) matmul_add_rows(1, s, end, a + i * row_stride, row_stride, x + i, y);
  }
  if (whole < j1) {
    const size_t rest = j1 - whole;
    vf sum = accumulate ? load_partial(y + whole, rest) : splat(0);
    for (size_t i = 0; i < k; i++) {
      sum = multiply_add(splat(x[i]), load_partial(a + i * row_stride + whole, rest), sum);
    }
    store_partial(y + whole, sum, rest);
  }
}

static const struct ood_matmul matmul_table = {
    .tile_rows = MATMUL_ROWS,
    .tile_columns = MATMUL_COLUMNS,
    .panel_count = matmul_panel_count,
    .panel_start = matmul_panel_start,
    .packed_count = matmul_packed_count,
    .pack = matmul_pack,
    .multiply = matmul_multiply,
    .multiply_unpacked = matmul_multiply_unpacked,
    .rows_times_vector = matmul_rows_times_vector,
    .vector_times_columns = matmul_vector_times_columns,
};
