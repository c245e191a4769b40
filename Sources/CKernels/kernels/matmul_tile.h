// The innermost kernels of the matrix product, for every room that multiplies (convolutions pack their own
// panels and call matmul_panel).
//
// A tile is MATMUL_ROWS rows by up to MATMUL_VECTORS vectors of C, held in registers while k runs. The left
// operand is read in place, one broadcast a row and step, at any strides. The right operand is a panel of k
// rows, each of up to MATMUL_VECTORS vectors; at MATMUL_DEPTH rows a panel fills two thirds of a 48 KiB
// first-level cache and stays there while the rows of A pass by. Where panel rows lie `b_stride` floats
// apart: the panel's own width when it was packed, the matrix's row stride when it is read in place.
#pragma once

#include <stddef.h>

#include "simd.h"

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

/// What becomes of a tile's sums: C (+)= sums, then + bias, then max(0, .). `bias` starts at the tile's first
/// column. Whole vectors of C are streamed to memory if `streams` is set.
struct matmul_finish {
  int accumulate;
  const float *bias;
  int relu;
  int streams;
};

/// Copies fewer than OOD_WIDTH floats, in at most four moves.
OOD_INLINE void matmul_copy_tail(float *to, const float *from, size_t count) {
#pragma clang loop unroll(full)
  for (size_t part = OOD_WIDTH / 2; part > 0; part /= 2) {
    if (count & part) {
      __builtin_memcpy(to, from, part * sizeof(float));
      to += part;
      from += part;
    }
  }
}

/// The first `count` floats from memory, fewer than OOD_WIDTH; what the other lanes hold does not matter.
OOD_INLINE vf matmul_load_tail(const float *from, size_t count) {
#if defined(__x86_64__) && OOD_WIDTH == 16
  return load_partial(from, count);
#else
  float tail[OOD_WIDTH];
  matmul_copy_tail(tail, from, count);
  return load(tail);
#endif
}

/// Stores the first `count` lanes, fewer than OOD_WIDTH. (Masked stores are slow on some processors with AVX2.)
OOD_INLINE void matmul_store_tail(float *to, vf v, size_t count) {
#if defined(__x86_64__) && OOD_WIDTH == 16
  store_partial(to, v, count);
#else
  float tail[OOD_WIDTH];
  store(tail, v);
  matmul_copy_tail(to, tail, count);
#endif
}

/// Brings the first `count` lanes of sums to C: to `to`, in column `column`.
OOD_INLINE void matmul_finish_sums(vf sums, float *to, size_t column, size_t count,
                                   struct matmul_finish finish) {
  const int whole = count == OOD_WIDTH;
  if (finish.accumulate) sums = (whole ? load(to) : matmul_load_tail(to, count)) + sums;
  if (finish.bias) {
    const float *bias = finish.bias + column;
    sums = sums + (whole ? load(bias) : matmul_load_tail(bias, count));
  }
  if (finish.relu) sums = sums < 0 ? (vf)0 : sums;
  if (whole) {
    store_or_stream(finish.streams, to, sums, OOD_WIDTH);
  } else {
    matmul_store_tail(to, sums, count);
  }
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
  // One pointer a row: stepping from row to row would be a chain of additions longer than a narrow tile's
  // work. (The empty assembly keeps the compiler from making that chain of them.)
  const float *left_rows[MATMUL_ROWS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    left_rows[r] = a + (size_t)r * a_row_stride;
    __asm__("" : "+r"(left_rows[r]));
  }
  size_t step = 0;
#pragma clang loop unroll(disable)
  for (size_t p = 0; p < k; p++) {
    vf right[MATMUL_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) right[v] = load(b + v * OOD_WIDTH);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const vf left = splat(left_rows[r][step]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[r][v] = multiply_add(left, right[v], sums[r][v]);
    }
    step += a_k_stride;
    b += b_stride;
  }
  const size_t last = (size_t)(vectors - 1) * OOD_WIDTH;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    float *row = c + (size_t)r * c_row_stride;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors - 1; v++) {
      const size_t column = (size_t)v * OOD_WIDTH;
      matmul_finish_sums(sums[r][v], row + column, column, OOD_WIDTH, finish);
    }
    if (columns - last == OOD_WIDTH) {
      matmul_finish_sums(sums[r][vectors - 1], row + last, last, OOD_WIDTH, finish);
    } else {
      matmul_finish_sums(sums[r][vectors - 1], row + last, last, columns - last, finish);
    }
  }
}

typedef void matmul_tile_function(size_t k, const float *a, size_t a_row_stride, size_t a_k_stride,
                                  const float *b, size_t b_stride, size_t columns, float *c,
                                  size_t c_row_stride, struct matmul_finish finish);

#define MATMUL_TILE(rows, vectors)                                                                       \
  static void matmul_tile_##rows##_##vectors(                                                            \
      size_t k, const float *a, size_t a_row_stride, size_t a_k_stride, const float *b, size_t b_stride, \
      size_t columns, float *c, size_t c_row_stride, struct matmul_finish finish) {                      \
    matmul_tile(rows, vectors, k, a, a_row_stride, a_k_stride, b, b_stride, columns, c, c_row_stride,    \
                finish);                                                                                 \
  }

#define MATMUL_TILES(vectors) \
  MATMUL_TILE(1, vectors)     \
  MATMUL_TILE(2, vectors)     \
  MATMUL_TILE(3, vectors)     \
  MATMUL_TILE(4, vectors)
#if MATMUL_ROWS == 6
#define MATMUL_TALL_TILES(vectors) \
  MATMUL_TILE(5, vectors)          \
  MATMUL_TILE(6, vectors)
#define MATMUL_TILE_ROW(vectors)                                              \
  {matmul_tile_1_##vectors, matmul_tile_2_##vectors, matmul_tile_3_##vectors, \
   matmul_tile_4_##vectors, matmul_tile_5_##vectors, matmul_tile_6_##vectors}
#else
#define MATMUL_TALL_TILES(vectors)
#define MATMUL_TILE_ROW(vectors) \
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

/// A rectangle of memory to bring into the second-level cache while tiles are computed: `rows` rows of
/// `row_lines` cache lines, `stride` floats apart, `tile_lines` of them a tile. All zeros: nothing to bring.
/// (Prefetches between tiles cost little; inside a tile's loop they cost up to half of the speed.)
struct matmul_ahead {
  const float *row;
  size_t stride, rows, row_lines, tile_lines, line;
};

enum { matmul_line_floats = 16 };

/// Brings `rows` x `columns` floats in the time of `tiles` tiles.
OOD_INLINE struct matmul_ahead matmul_look_ahead(const float *base, size_t stride, size_t rows,
                                                 size_t columns, size_t tiles) {
  const size_t row_lines = (columns + matmul_line_floats - 1) / matmul_line_floats;
  return (struct matmul_ahead){
      .row = base,
      .stride = stride,
      .rows = rows,
      .row_lines = row_lines,
      .tile_lines = (rows * row_lines + tiles - 1) / tiles,
  };
}

OOD_INLINE void matmul_fetch(struct matmul_ahead *ahead) {
  size_t left = ahead->tile_lines;
  while (left > 0 && ahead->rows > 0) {
    const size_t rest = ahead->row_lines - ahead->line;
    const size_t lines = left < rest ? left : rest;
    const float *line = ahead->row + ahead->line * matmul_line_floats;
#pragma clang loop unroll_count(8)
    for (size_t i = 0; i < lines; i++) __builtin_prefetch(line + i * matmul_line_floats, 0, 2);
    left -= lines;
    ahead->line += lines;
    if (ahead->line == ahead->row_lines) {
      ahead->line = 0;
      ahead->row += ahead->stride;
      ahead->rows--;
    }
  }
}

/// C[m, columns] (+)= A[m, k] B[k, columns] for one panel of at most MATMUL_COLUMNS columns, all of k in one
/// go (best at k <= MATMUL_DEPTH). A's element (i, p) is a[i * a_row_stride + p * a_k_stride]: a convolution
/// without padding reads its image in place, the pixels `a_row_stride` apart. B's row p starts at b + p *
/// b_stride and is readable for `columns` rounded up to OOD_WIDTH. k may be 0. No pointer needs alignment.
/// `ahead` is what later calls will read.
OOD_INLINE void matmul_panel_ahead(size_t m, size_t k, const float *a, size_t a_row_stride, size_t a_k_stride,
                                   const float *b, size_t b_stride, size_t columns, float *c,
                                   size_t c_row_stride, struct matmul_finish finish,
                                   struct matmul_ahead *ahead) {
  matmul_tile_function *const *tiles = matmul_tiles[(columns - 1) / OOD_WIDTH];
  size_t rows;
  for (size_t i = 0; i < m; i += rows) {
    rows = m - i < MATMUL_ROWS ? m - i : MATMUL_ROWS;
    // A tile of one row waits for its own sums: two middling ones are faster than a whole one and that.
    if (m - i == MATMUL_ROWS + 1) rows = MATMUL_ROWS / 2 + 1;
    matmul_fetch(ahead);
    tiles[rows - 1](k, a + i * a_row_stride, a_row_stride, a_k_stride, b, b_stride, columns,
                    c + i * c_row_stride, c_row_stride, finish);
  }
}

/// The same without looking ahead.
OOD_INLINE void matmul_panel(size_t m, size_t k, const float *a, size_t a_row_stride, size_t a_k_stride,
                             const float *b, size_t b_stride, size_t columns, float *c, size_t c_row_stride,
                             struct matmul_finish finish) {
  struct matmul_ahead nothing = {0};
  matmul_panel_ahead(m, k, a, a_row_stride, a_k_stride, b, b_stride, columns, c, c_row_stride, finish,
                     &nothing);
}
