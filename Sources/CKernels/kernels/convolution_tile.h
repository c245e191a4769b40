// The innermost kernels of the convolutions: a tile of C in registers while the depth runs, as in
// matmul_tile.h.
//
// The pixel tile takes its rows from anywhere: each row of A is a pixel's channels in place in the image, and
// each row of C a pixel of the result. So images are never copied into patches, and tiles run on over the
// ends of image rows. Widths are those of matmul's panels.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "matmul_tile.h"
#include "simd.h"

/// Rows of a pixel tile of `vectors` vectors. Narrow tiles are taller, to keep the multipliers busy.
#if MATMUL_VECTORS == 4
#define CONVOLUTION_ROWS(vectors) ((vectors) >= 3 ? 6 : 8)
#else
#define CONVOLUTION_ROWS(vectors) MATMUL_ROWS
#endif
enum {
  convolution_most_rows = 8,
  /// Lists of pixels are a multiple of this long, so that they divide into tiles of any height.
  convolution_list_multiple = MATMUL_VECTORS == 4 ? 24 : MATMUL_ROWS,
};

/// Where the rows of A and C of a pixel tile lie, in floats from a common start. `count` pixels; the lists
/// are filled up to a multiple of `convolution_list_multiple` with the last pixel, which is then
/// computed again, to the same bits.
struct convolution_pixels {
  size_t count;
  const uint32_t *source, *target;
};

/// The depth of one pass over A: `segments` runs of `run` consecutive floats, `stride` floats apart.
struct convolution_depth {
  size_t segments, run, stride;
};

/// How a tile starts and ends: from C itself, else from the bias or zero; and max(0, .) at the end, stored around the caches
/// or not.
struct convolution_finish {
  int accumulate;
  const float *bias;
  int relu, streams;
};

OOD_INLINE void convolution_tile(const int vectors, const float *a, const uint32_t *a_at,
                                 struct convolution_depth depth, const float *w, size_t columns, float *c,
                                 const uint32_t *c_at, struct convolution_finish finish) {
  const int rows = CONVOLUTION_ROWS(vectors);
  const size_t last = (size_t)(vectors - 1) * OOD_WIDTH;
  const size_t tail = columns - last;
  vf sums[convolution_most_rows][MATMUL_VECTORS];
  const float *row[convolution_most_rows];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    row[r] = a + a_at[r];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const size_t column = (size_t)v * OOD_WIDTH;
      const size_t count = v == vectors - 1 ? tail : OOD_WIDTH;
      if (finish.accumulate) {
        sums[r][v] = load_some(c + c_at[r] + column, count);
      } else if (finish.bias) {
        sums[r][v] = load_some(finish.bias + column, count);
      } else {
        sums[r][v] = 0;
      }
    }
  }
  for (size_t s = 0; s < depth.segments; s++) {
#pragma clang loop unroll(disable)
    for (size_t k = 0; k < depth.run; k++) {
      vf right[MATMUL_VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) right[v] = load(w + v * OOD_WIDTH);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) {
        const vf left = splat(row[r][k]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[r][v] = multiply_add(left, right[v], sums[r][v]);
      }
      w += vectors * OOD_WIDTH;
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) row[r] += depth.stride;
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const vf sum = finish.relu ? (sums[r][v] < 0 ? (vf)0 : sums[r][v]) : sums[r][v];
      store_or_stream(finish.streams, c + c_at[r] + (size_t)v * OOD_WIDTH, sum,
                      v == vectors - 1 ? tail : OOD_WIDTH);
    }
  }
}

#define CONVOLUTION_TILES(vectors)                                                                        \
  static void convolution_tiles_##vectors(const float *a, struct convolution_pixels pixels,               \
                                          struct convolution_depth depth, const float *w, size_t columns, \
                                          float *c, struct convolution_finish finish) {                   \
    for (size_t i = 0; i < pixels.count; i += CONVOLUTION_ROWS(vectors)) {                                \
      convolution_tile(vectors, a, pixels.source + i, depth, w, columns, c, pixels.target + i, finish);   \
    }                                                                                                     \
  }
CONVOLUTION_TILES(1)
CONVOLUTION_TILES(2)
#if MATMUL_VECTORS == 4
CONVOLUTION_TILES(3)
CONVOLUTION_TILES(4)
#endif

/// C[pixel][columns] (+)= A[pixel][depth] W[depth][columns] for one panel of W, packed.
static void convolution_panel(const float *a, struct convolution_pixels pixels,
                              struct convolution_depth depth, const float *w, size_t columns, float *c,
                              struct convolution_finish finish) {
  switch ((columns + OOD_WIDTH - 1) / OOD_WIDTH) {
    case 1:
      convolution_tiles_1(a, pixels, depth, w, columns, c, finish);
      break;
    case 2:
      convolution_tiles_2(a, pixels, depth, w, columns, c, finish);
      break;
#if MATMUL_VECTORS == 4
    case 3:
      convolution_tiles_3(a, pixels, depth, w, columns, c, finish);
      break;
    default:
      convolution_tiles_4(a, pixels, depth, w, columns, c, finish);
      break;
#endif
  }
}

/// Pixels that the sums of a gradient tile run over: `segments` runs of `run` pixels, `step` floats apart in
/// A; run s starts at `at[s]`. In B the pixels are packed, one after the other.
struct convolution_runs {
  size_t segments, run, step;
  const uint32_t *at;
};

/// C[rows][columns] (+)= sum over pixels of A[pixel][rows]^T B[pixel][columns]; C's rows are whole vectors.
OOD_INLINE void convolution_gradient_tile(const int rows, const int vectors, const float *a,
                                          struct convolution_runs runs, const float *b, int accumulate,
                                          float *c) {
  vf sums[MATMUL_ROWS][MATMUL_VECTORS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sums[r][v] = 0;
  }
  for (size_t s = 0; s < runs.segments; s++) {
    const float *left = a + runs.at[s];
#pragma clang loop unroll(disable)
    for (size_t k = 0; k < runs.run; k++) {
      vf right[MATMUL_VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) right[v] = load(b + v * OOD_WIDTH);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) {
        const vf x = splat(left[r]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[r][v] = multiply_add(x, right[v], sums[r][v]);
      }
      left += runs.step;
      b += vectors * OOD_WIDTH;
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      float *to = c + ((size_t)r * (size_t)vectors + (size_t)v) * OOD_WIDTH;
      store(to, accumulate ? load(to) + sums[r][v] : sums[r][v]);
    }
  }
}

typedef void convolution_gradient_function(const float *a, struct convolution_runs runs, const float *b,
                                           int accumulate, float *c);

#define CONVOLUTION_GRADIENT_TILE(rows, vectors)                                                    \
  static void convolution_gradient_##rows##_##vectors(const float *a, struct convolution_runs runs, \
                                                      const float *b, int accumulate, float *c) {   \
    convolution_gradient_tile(rows, vectors, a, runs, b, accumulate, c);                            \
  }
#if MATMUL_ROWS == 6
#define CONVOLUTION_GRADIENT_TILES(vectors) \
  CONVOLUTION_GRADIENT_TILE(1, vectors)     \
  CONVOLUTION_GRADIENT_TILE(2, vectors)     \
  CONVOLUTION_GRADIENT_TILE(3, vectors)     \
  CONVOLUTION_GRADIENT_TILE(4, vectors)     \
  CONVOLUTION_GRADIENT_TILE(5, vectors)     \
  CONVOLUTION_GRADIENT_TILE(6, vectors)
#define CONVOLUTION_GRADIENT_ROW(vectors)                                                                \
  {convolution_gradient_1_##vectors, convolution_gradient_2_##vectors, convolution_gradient_3_##vectors, \
   convolution_gradient_4_##vectors, convolution_gradient_5_##vectors, convolution_gradient_6_##vectors}
#else
#define CONVOLUTION_GRADIENT_TILES(vectors) \
  CONVOLUTION_GRADIENT_TILE(1, vectors)     \
  CONVOLUTION_GRADIENT_TILE(2, vectors)     \
  CONVOLUTION_GRADIENT_TILE(3, vectors)     \
  CONVOLUTION_GRADIENT_TILE(4, vectors)
#define CONVOLUTION_GRADIENT_ROW(vectors)                                                                \
  {convolution_gradient_1_##vectors, convolution_gradient_2_##vectors, convolution_gradient_3_##vectors, \
   convolution_gradient_4_##vectors}
#endif
CONVOLUTION_GRADIENT_TILES(1)
CONVOLUTION_GRADIENT_TILES(2)
#if MATMUL_VECTORS == 4
CONVOLUTION_GRADIENT_TILES(3)
CONVOLUTION_GRADIENT_TILES(4)
#endif

/// The tile of `vectors` vectors and `rows` rows is convolution_gradient_tiles[vectors - 1][rows - 1].
static convolution_gradient_function *const convolution_gradient_tiles[MATMUL_VECTORS][MATMUL_ROWS] = {
    CONVOLUTION_GRADIENT_ROW(1),
    CONVOLUTION_GRADIENT_ROW(2),
#if MATMUL_VECTORS == 4
    CONVOLUTION_GRADIENT_ROW(3),
    CONVOLUTION_GRADIENT_ROW(4),
#endif
};
