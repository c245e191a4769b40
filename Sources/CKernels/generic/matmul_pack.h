// Panels: how the columns of a right operand are cut, and copying them into rows that lie side by side.

/// n in vectors, rounded up.
OOD_INLINE size_t matmul_vector_count(size_t n) { return (n + OOD_WIDTH - 1) / OOD_WIDTH; }

static size_t matmul_panel_count(size_t n) {
  return (matmul_vector_count(n) + MATMUL_VECTORS - 1) / MATMUL_VECTORS;
}

/// First column of panel p. Panels differ by at most one vector in width: a panel of one vector would have too
/// few accumulators to keep the multipliers busy.
static size_t matmul_panel_start(size_t n, size_t p) {
  const size_t count = matmul_panel_count(n);
  return count == 0 ? 0 : matmul_vector_count(n) * p / count * OOD_WIDTH;
}

static size_t matmul_packed_count(size_t k, size_t n) { return k * matmul_vector_count(n) * OOD_WIDTH; }

typedef float matmul_four __attribute__((ext_vector_type(4)));
typedef float matmul_four_unaligned __attribute__((ext_vector_type(4), aligned(4)));

/// Transposes 4 x 4 floats: to[j * to_stride + i] = from[i * from_stride + j].
OOD_INLINE void matmul_transpose_four(const float *from, size_t from_stride, float *to, size_t to_stride) {
  const matmul_four a = *(const matmul_four_unaligned *)from;
  const matmul_four b = *(const matmul_four_unaligned *)(from + from_stride);
  const matmul_four c = *(const matmul_four_unaligned *)(from + 2 * from_stride);
  const matmul_four d = *(const matmul_four_unaligned *)(from + 3 * from_stride);
  const matmul_four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const matmul_four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const matmul_four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const matmul_four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(matmul_four_unaligned *)to = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  *(matmul_four_unaligned *)(to + to_stride) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  *(matmul_four_unaligned *)(to + 2 * to_stride) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *(matmul_four_unaligned *)(to + 3 * to_stride) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/// Packs k rows of `columns` columns, element (p, j) at b[p * row_stride + j * column_stride], to
/// panel[p * width + j], where `width` is `columns` rounded up to OOD_WIDTH; the columns between are zeros.
static void matmul_pack_panel(size_t k, size_t columns, const float *b, size_t row_stride, size_t column_stride,
                              float *panel) {
  const size_t width = matmul_vector_count(columns) * OOD_WIDTH;
  if (column_stride == 1) {
    const size_t whole = columns / OOD_WIDTH * OOD_WIDTH;
    for (size_t p = 0; p < k; p++) {
      const float *row = b + p * row_stride;
      float *to = panel + p * width;
      for (size_t j = 0; j < whole; j += OOD_WIDTH) store(to + j, load(row + j));
      if (whole < width) {
        for (size_t j = whole; j < columns; j++) to[j] = row[j];
        for (size_t j = columns; j < width; j++) to[j] = 0;
      }
    }
    return;
  }
  if (columns < width) {
    for (size_t p = 0; p < k; p++) {
      for (size_t j = columns; j < width; j++) panel[p * width + j] = 0;
    }
  }
  size_t blocked_rows = 0, blocked_columns = 0;
  if (row_stride == 1) {
    blocked_rows = k & ~(size_t)3;
    blocked_columns = columns & ~(size_t)3;
    for (size_t p = 0; p < blocked_rows; p += 4) {
      for (size_t j = 0; j < blocked_columns; j += 4) {
        matmul_transpose_four(b + j * column_stride + p, column_stride, panel + p * width + j, width);
      }
    }
  }
  for (size_t p = 0; p < k; p++) {
    for (size_t j = p < blocked_rows ? blocked_columns : 0; j < columns; j++) {
      panel[p * width + j] = b[p * row_stride + j * column_stride];
    }
  }
}
