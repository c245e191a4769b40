// Panels: how the columns of a right operand are cut, and copying them into rows that lie side by side.

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

/// Four floats from each of OOD_WIDTH / 4 rows, four rows apart.
OOD_INLINE vf matmul_load_fours(const float *p, size_t stride) {
#if OOD_WIDTH == 4
  (void)stride;
  return matmul_load_four(p);
#else
  typedef float eight __attribute__((ext_vector_type(8)));
  const eight low =
      __builtin_shufflevector(matmul_load_four(p), matmul_load_four(p + 4 * stride), 0, 1, 2, 3, 4, 5, 6, 7);
#if OOD_WIDTH == 8
  return low;
#else
  const eight high = __builtin_shufflevector(matmul_load_four(p + 8 * stride),
                                             matmul_load_four(p + 12 * stride), 0, 1, 2, 3, 4, 5, 6, 7);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
#endif
}

/// Transposes OOD_WIDTH rows of four floats: to[j * to_stride + i] = from[i * from_stride + j] for j in
/// 0...3.
OOD_INLINE void matmul_transpose_fours(const float *from, size_t from_stride, float *to, size_t to_stride) {
  const vf a = matmul_load_fours(from, from_stride);
  const vf b = matmul_load_fours(from + from_stride, from_stride);
  const vf c = matmul_load_fours(from + 2 * from_stride, from_stride);
  const vf d = matmul_load_fours(from + 3 * from_stride, from_stride);
  const vf ab_low = MATMUL_EACH_FOUR(a, b, 0, 4, 1, 5), ab_high = MATMUL_EACH_FOUR(a, b, 2, 6, 3, 7);
  const vf cd_low = MATMUL_EACH_FOUR(c, d, 0, 4, 1, 5), cd_high = MATMUL_EACH_FOUR(c, d, 2, 6, 3, 7);
  store(to, MATMUL_EACH_FOUR(ab_low, cd_low, 0, 1, 4, 5));
  store(to + to_stride, MATMUL_EACH_FOUR(ab_low, cd_low, 2, 3, 6, 7));
  store(to + 2 * to_stride, MATMUL_EACH_FOUR(ab_high, cd_high, 0, 1, 4, 5));
  store(to + 3 * to_stride, MATMUL_EACH_FOUR(ab_high, cd_high, 2, 3, 6, 7));
}

/// Packs k rows of `columns` columns, element (p, j) at b[p * row_stride + j * column_stride], to
/// panel[p * width + j], where `width` is `columns` rounded up to OOD_WIDTH; the columns between are zeros.
static void matmul_pack_panel(size_t k, size_t columns, const float *b, size_t row_stride,
                              size_t column_stride, float *panel) {
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
    blocked_columns = columns / OOD_WIDTH * OOD_WIDTH;
    for (size_t j = 0; j < blocked_columns; j += OOD_WIDTH) {
      for (size_t p = 0; p < blocked_rows; p += 4) {
        matmul_transpose_fours(b + j * column_stride + p, column_stride, panel + p * width + j, width);
      }
    }
  }
  for (size_t p = 0; p < k; p++) {
    for (size_t j = p < blocked_rows ? blocked_columns : 0; j < columns; j++) {
      panel[p * width + j] = b[p * row_stride + j * column_stride];
    }
  }
}
