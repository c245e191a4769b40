// C (+)= A B over panels and blocks; see include/ood_matmul.h for what the entries compute.
//
// Loops, outermost first: blocks of rows (A's block stays in the second-level cache), groups of panels (so does
// C's block), blocks of k, panels (the panel's block stays in the first-level cache), tiles of rows.

#include "matmul_tile.h"
#include "matmul_pack.h"

enum {
  matmul_block_rows = 32 * MATMUL_ROWS,
  matmul_group_columns = 512,
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

/// How the block of k that starts at p0 ends: later blocks add to earlier ones, the last has the bias.
OOD_INLINE struct matmul_finish matmul_block_finish(struct ood_matmul_output c, size_t column, int first, int last) {
  return (struct matmul_finish){
      .accumulate = !first || c.accumulate,
      .bias = last && c.bias ? c.bias + column : NULL,
      .relu = last && c.relu,
  };
}

static void matmul_pack(size_t p0, size_t p1, size_t k, size_t n, struct ood_matmul_operand b, float *packed) {
  for (size_t p = p0; p < p1; p++) {
    const size_t start = matmul_panel_start(n, p);
    matmul_pack_panel(k, matmul_panel_columns(n, p), b.base + start * b.column_stride, b.row_stride, b.column_stride,
                      packed + k * start);
  }
}

static void matmul_multiply(size_t i0, size_t i1, size_t p0, size_t p1, size_t k, size_t n,
                            struct ood_matmul_operand a, const float *packed, struct ood_matmul_output c) {
  const size_t depth = matmul_depth(k);
  const size_t group = matmul_group_columns / MATMUL_COLUMNS;
  for (size_t i = i0; i < i1; i += matmul_block_rows) {
    const size_t rows = i1 - i < matmul_block_rows ? i1 - i : matmul_block_rows;
    for (size_t g = p0; g < p1; g += group) {
      const size_t group_end = p1 - g < group ? p1 : g + group;
      size_t q = 0;
      do {
        const size_t block = k - q < depth ? k - q : depth;
        for (size_t p = g; p < group_end; p++) {
          const size_t start = matmul_panel_start(n, p);
          const size_t width = matmul_panel_start(n, p + 1) - start;
          matmul_panel(rows, block, a.base + i * a.row_stride + q * a.column_stride, a.row_stride, a.column_stride,
                       packed + k * start + q * width, width, matmul_panel_columns(n, p),
                       c.base + i * c.row_stride + start, c.row_stride,
                       matmul_block_finish(c, start, q == 0, q + block == k));
        }
        q += block;
      } while (q < k);
    }
  }
}

static void matmul_multiply_unpacked(size_t i0, size_t i1, size_t p0, size_t p1, size_t k, size_t n,
                                     struct ood_matmul_operand a, struct ood_matmul_operand b,
                                     struct ood_matmul_output c) {
  _Alignas(64) float panel[MATMUL_DEPTH * MATMUL_COLUMNS];
  const size_t depth = matmul_depth(k);
  for (size_t p = p0; p < p1; p++) {
    const size_t start = matmul_panel_start(n, p);
    const size_t columns = matmul_panel_columns(n, p);
    const size_t width = matmul_panel_start(n, p + 1) - start;
    // Rows of whole vectors are read in place when too few rows of A pass to pay for a copy.
    const int in_place = b.column_stride == 1 && columns == width && i1 - i0 <= 6 * MATMUL_ROWS;
    size_t q = 0;
    do {
      const size_t block = k - q < depth ? k - q : depth;
      const float *from = b.base + q * b.row_stride + start * b.column_stride;
      if (!in_place) matmul_pack_panel(block, columns, from, b.row_stride, b.column_stride, panel);
      matmul_panel(i1 - i0, block, a.base + i0 * a.row_stride + q * a.column_stride, a.row_stride, a.column_stride,
                   in_place ? from : panel, in_place ? b.row_stride : width, columns,
                   c.base + i0 * c.row_stride + start, c.row_stride,
                   matmul_block_finish(c, start, q == 0, q + block == k));
      q += block;
    } while (q < k);
  }
}

/// The sum of the lanes, pairwise.
OOD_INLINE float matmul_lane_sum(vf v) {
  float lanes[OOD_WIDTH];
  store(lanes, v);
  for (size_t half = OOD_WIDTH / 2; half > 0; half /= 2) {
    for (size_t i = 0; i < half; i++) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

static void matmul_rows_times_vector(size_t i0, size_t i1, size_t k, const float *a, size_t row_stride,
                                     const float *x, float *y, int accumulate) {
  enum { parts = 8 };
  for (size_t i = i0; i < i1; i++) {
    const float *row = a + i * row_stride;
    vf sums[parts];
    for (int s = 0; s < parts; s++) sums[s] = 0;
    size_t j = 0;
    for (; j + parts * OOD_WIDTH <= k; j += parts * OOD_WIDTH) {
#pragma clang loop unroll(full)
      for (int s = 0; s < parts; s++) {
        sums[s] = multiply_add(load(row + j + (size_t)s * OOD_WIDTH), load(x + j + (size_t)s * OOD_WIDTH), sums[s]);
      }
    }
    for (; j + OOD_WIDTH <= k; j += OOD_WIDTH) sums[0] = multiply_add(load(row + j), load(x + j), sums[0]);
    for (int half = parts / 2; half > 0; half /= 2) {
      for (int s = 0; s < half; s++) sums[s] += sums[s + half];
    }
    float sum = matmul_lane_sum(sums[0]);
    for (; j < k; j++) sum += row[j] * x[j];
    y[i] = accumulate ? y[i] + sum : sum;
  }
}

/// y[j0, j1) += sum of x_i A_i over `rows` rows, a constant.
OOD_INLINE void matmul_add_rows(const int rows, size_t j0, size_t j1, const float *a, size_t row_stride,
                                const float *x, float *y) {
  size_t j = j0;
  for (; j + OOD_WIDTH <= j1; j += OOD_WIDTH) {
    vf sum = load(y + j);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) sum = multiply_add(splat(x[r]), load(a + (size_t)r * row_stride + j), sum);
    store(y + j, sum);
  }
  for (; j < j1; j++) {
    vf sum = splat(y[j]);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) sum = multiply_add(splat(x[r]), splat(a[(size_t)r * row_stride + j]), sum);
    y[j] = sum[0];
  }
}

static void matmul_vector_times_columns(size_t j0, size_t j1, size_t k, const float *a, size_t row_stride,
                                        const float *x, float *y, int accumulate) {
  enum { strip = 2048, together = 8 };
  for (size_t s = j0; s < j1; s += strip) {
    const size_t end = j1 - s < strip ? j1 : s + strip;
    if (!accumulate) {
      for (size_t j = s; j < end; j++) y[j] = 0;
    }
    size_t i = 0;
    for (; i + together <= k; i += together) {
      matmul_add_rows(together, s, end, a + i * row_stride, row_stride, x + i, y);
    }
    for (; i < k; i++) matmul_add_rows(1, s, end, a + i * row_stride, row_stride, x + i, y);
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
