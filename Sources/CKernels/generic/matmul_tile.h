// The innermost kernels of the matrix product, for every room that multiplies (convolutions pack their own
// panels and call matmul_panel).
//
// A tile is MATMUL_ROWS rows by up to MATMUL_VECTORS vectors of C, held in registers while k runs. The left
// operand is read in place, one broadcast a row and step, at any strides. The right operand is a panel of k
// rows, each of up to MATMUL_VECTORS vectors; at MATMUL_DEPTH rows a panel fills two thirds of a 48 KiB
// first-level cache and stays there while the rows of A pass by. Where panel rows lie `b_stride` floats apart:
// the panel's own width when it was packed, the matrix's row stride when it is read in place.

#if OOD_WIDTH == 16
#define MATMUL_ROWS 6  // 24 accumulators, 4 vectors of B and a broadcast in 32 registers
#define MATMUL_VECTORS 4
#define MATMUL_DEPTH 128
#elif OOD_WIDTH == 8
#define MATMUL_ROWS 6  // 12 accumulators, 2 vectors of B and a broadcast in 16 registers
#define MATMUL_VECTORS 2
#define MATMUL_DEPTH 256
#elif defined(__aarch64__)
#define MATMUL_ROWS 6  // 24 accumulators, 4 vectors of B and a broadcast in 32 registers
#define MATMUL_VECTORS 4
#define MATMUL_DEPTH 256
#else
#define MATMUL_ROWS 4  // 8 accumulators, 2 vectors of B, a broadcast and a product in 16 registers
#define MATMUL_VECTORS 2
#define MATMUL_DEPTH 256
#endif
#define MATMUL_COLUMNS (MATMUL_VECTORS * OOD_WIDTH)

/// What becomes of a tile's sums: C (+)= sums, then + bias, then max(0, .). `bias` starts at the tile's first column.
struct matmul_finish {
  int accumulate;
  const float *bias;
  int relu;
};

OOD_INLINE vf matmul_relu(vf v) { return v < 0 ? (vf)0 : v; }

OOD_INLINE vf matmul_finished(vf sum, const float *c, size_t column, struct matmul_finish finish) {
  if (finish.accumulate) sum = load(c) + sum;
  if (finish.bias) sum = sum + load(finish.bias + column);
  return finish.relu ? matmul_relu(sum) : sum;
}

/// C[rows, columns] (+)= A[rows, k] B[k, columns], where `rows` and `vectors` = ceil(columns / OOD_WIDTH) are
/// constants. Reads `vectors` whole vectors of each row of B.
OOD_INLINE void matmul_tile(const int rows, const int vectors, size_t k, const float *a, size_t a_row_stride,
                            size_t a_k_stride, const float *b, size_t b_stride, size_t columns, float *c,
                            size_t c_row_stride, struct matmul_finish finish) {
  vf sums[MATMUL_ROWS][MATMUL_VECTORS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sums[r][v] = 0;
  }
#pragma clang loop unroll(disable)
  for (size_t p = 0; p < k; p++) {
    vf right[MATMUL_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) right[v] = load(b + v * OOD_WIDTH);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const vf left = splat(a[(size_t)r * a_row_stride]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[r][v] = multiply_add(left, right[v], sums[r][v]);
    }
    a += a_k_stride;
    b += b_stride;
  }
  const size_t tail = columns - (size_t)(vectors - 1) * OOD_WIDTH;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    float *row = c + (size_t)r * c_row_stride;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors - 1; v++) {
      const size_t column = (size_t)v * OOD_WIDTH;
      store(row + column, matmul_finished(sums[r][v], row + column, column, finish));
    }
    const size_t column = (size_t)(vectors - 1) * OOD_WIDTH;
    if (tail == OOD_WIDTH) {
      store(row + column, matmul_finished(sums[r][vectors - 1], row + column, column, finish));
    } else {
      const vf sum = sums[r][vectors - 1];
      for (size_t j = 0; j < tail; j++) {
        float value = sum[j];
        if (finish.accumulate) value = row[column + j] + value;
        if (finish.bias) value = value + finish.bias[column + j];
        row[column + j] = finish.relu && value < 0 ? 0 : value;
      }
    }
  }
}

typedef void matmul_tile_function(size_t k, const float *a, size_t a_row_stride, size_t a_k_stride, const float *b,
                                  size_t b_stride, size_t columns, float *c, size_t c_row_stride,
                                  struct matmul_finish finish);

#define MATMUL_TILE(rows, vectors)                                                                               \
  static void matmul_tile_##rows##_##vectors(size_t k, const float *a, size_t a_row_stride, size_t a_k_stride,   \
                                             const float *b, size_t b_stride, size_t columns, float *c,          \
                                             size_t c_row_stride, struct matmul_finish finish) {                 \
    matmul_tile(rows, vectors, k, a, a_row_stride, a_k_stride, b, b_stride, columns, c, c_row_stride, finish);   \
  }

#define MATMUL_TILES(vectors)                                                                                    \
  MATMUL_TILE(1, vectors)                                                                                        \
  MATMUL_TILE(2, vectors)                                                                                        \
  MATMUL_TILE(3, vectors)                                                                                        \
  MATMUL_TILE(4, vectors)
#if MATMUL_ROWS == 6
#define MATMUL_TALL_TILES(vectors)                                                                               \
  MATMUL_TILE(5, vectors)                                                                                        \
  MATMUL_TILE(6, vectors)
#define MATMUL_TILE_ROW(vectors)                                                                                 \
  {matmul_tile_1_##vectors, matmul_tile_2_##vectors, matmul_tile_3_##vectors,                                    \
   matmul_tile_4_##vectors, matmul_tile_5_##vectors, matmul_tile_6_##vectors}
#else
#define MATMUL_TALL_TILES(vectors)
#define MATMUL_TILE_ROW(vectors)                                                                                 \
  {matmul_tile_1_##vectors, matmul_tile_2_##vectors, matmul_tile_3_##vectors, matmul_tile_4_##vectors}
#endif

MATMUL_TILES(1)
MATMUL_TALL_TILES(1)
MATMUL_TILES(2)
MATMUL_TALL_TILES(2)
#if MATMUL_VECTORS == 4
MATMUL_TILES(3)
MATMUL_TALL_TILES(3)
MATMUL_TILES(4)
MATMUL_TALL_TILES(4)
#endif

/// The tile of `vectors` vectors and `rows` rows is matmul_tiles[vectors - 1][rows - 1].
static matmul_tile_function *const matmul_tiles[MATMUL_VECTORS][MATMUL_ROWS] = {
    MATMUL_TILE_ROW(1),
    MATMUL_TILE_ROW(2),
#if MATMUL_VECTORS == 4
    MATMUL_TILE_ROW(3),
    MATMUL_TILE_ROW(4),
#endif
};

/// C[m, columns] (+)= A[m, k] B[k, columns] for one panel of at most MATMUL_COLUMNS columns, all of k in one go
/// (best at k <= MATMUL_DEPTH). A's element (i, p) is a[i * a_row_stride + p * a_k_stride]: a convolution without
/// padding reads its image in place, the pixels `a_row_stride` apart. B's row p starts at b + p * b_stride and is
/// readable for `columns` rounded up to OOD_WIDTH. k may be 0. No pointer needs alignment.
OOD_INLINE void matmul_panel(size_t m, size_t k, const float *a, size_t a_row_stride, size_t a_k_stride,
                         const float *b, size_t b_stride, size_t columns, float *c, size_t c_row_stride,
                         struct matmul_finish finish) {
  matmul_tile_function *const *tiles = matmul_tiles[(columns - 1) / OOD_WIDTH];
  size_t i = 0;
  for (; i + MATMUL_ROWS <= m; i += MATMUL_ROWS) {
    tiles[MATMUL_ROWS - 1](k, a + i * a_row_stride, a_row_stride, a_k_stride, b, b_stride, columns,
                           c + i * c_row_stride, c_row_stride, finish);
  }
  if (i < m) {
    tiles[m - i - 1](k, a + i * a_row_stride, a_row_stride, a_k_stride, b, b_stride, columns, c + i * c_row_stride,
                     c_row_stride, finish);
  }
}
