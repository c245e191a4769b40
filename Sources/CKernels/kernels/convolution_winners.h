// A convolution and the largest value of each of its maps, in one pass that stores no image: for kernels whose
// taps and channels are few, a first layer's.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "convolution_correlate.h"
#include "convolution_images.h"
#include "convolution_tile.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "matmul_tile.h"
#include "simd.h"

static int convolution_winners_fit(convolution_shape s) {
  return s->kernel_height * s->kernel_width * s->source_channels <= MATMUL_DEPTH;
}

static size_t convolution_winners_scratch(convolution_shape s) { return convolution_correlate_scratch(s, 1); }

/// Whether all values are so small that no sum of MATMUL_DEPTH products of two of them overflows, and none is a NaN.
static int convolution_is_tame(const float *values, size_t n) {
  vi wild = 0;
  for (size_t i = 0; i < n; i += OOD_WIDTH) {
    const vf v = load_some(values + i, convolution_smaller(OOD_WIDTH, n - i));
    wild |= ~(v < 1e18f) | ~(v > -1e18f);
  }
  return !any(wild);
}

/// One tile of pixels of one panel: their sums, none of which is a NaN where all is tame, take part in the contest.
/// `best` and `at` have a vector each.
OOD_INLINE void convolution_winners_tile(const int vectors, const int is_tame, const float *a,
                                         const uint32_t *a_at, struct convolution_depth depth, const float *w,
                                         int32_t first, vf *best, vi *at) {
  const int rows = CONVOLUTION_ROWS(vectors);
  vf sums[convolution_most_rows][MATMUL_VECTORS];
  const float *row[convolution_most_rows];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    row[r] = a + a_at[r];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sums[r][v] = 0;
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
  for (int v = 0; v < vectors; v++) {
    vf top = best[v];
    vi place = at[v];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      // True where the value is larger, or is the first NaN.
      const vi better = is_tame ? sums[r][v] > top : ~(sums[r][v] <= top) & (top == top);
      top = blend(better, sums[r][v], top);
      place = blend_int(better, (vi)(first + r), place);
    }
    best[v] = top;
    at[v] = place;
  }
}

#define CONVOLUTION_WINNERS(name, vectors, is_tame)                                                     \
  static void name(const float *a, struct convolution_pixels pixels, struct convolution_depth depth,    \
                   const float *w, vf *best, vi *at) {                                                  \
    for (size_t v = 0; v < vectors; v++) {                                                              \
      best[v] = splat(-__builtin_inff());                                                               \
      at[v] = 0;                                                                                        \
    }                                                                                                   \
    for (size_t i = 0; i < pixels.count; i += CONVOLUTION_ROWS(vectors)) {                              \
      convolution_winners_tile(vectors, is_tame, a, pixels.source + i, depth, w, (int32_t)i, best, at); \
    }                                                                                                   \
  }
CONVOLUTION_WINNERS(convolution_winners_1, 1, 0)
CONVOLUTION_WINNERS(convolution_tame_winners_1, 1, 1)
CONVOLUTION_WINNERS(convolution_winners_2, 2, 0)
CONVOLUTION_WINNERS(convolution_tame_winners_2, 2, 1)
#if MATMUL_VECTORS == 4
CONVOLUTION_WINNERS(convolution_winners_3, 3, 0)
CONVOLUTION_WINNERS(convolution_tame_winners_3, 3, 1)
CONVOLUTION_WINNERS(convolution_winners_4, 4, 0)
CONVOLUTION_WINNERS(convolution_tame_winners_4, 4, 1)
#endif

typedef void convolution_winners_function(const float *a, struct convolution_pixels pixels,
                                          struct convolution_depth depth, const float *w, vf *best, vi *at);

/// The winners of one image in one panel of maps: by whether all is tame, and vectors.
static convolution_winners_function *const convolution_winners_panel[2][MATMUL_VECTORS] = {
#if MATMUL_VECTORS == 4
    {convolution_winners_1, convolution_winners_2, convolution_winners_3, convolution_winners_4},
    {convolution_tame_winners_1, convolution_tame_winners_2, convolution_tame_winners_3,
     convolution_tame_winners_4},
#else
    {convolution_winners_1, convolution_winners_2},
    {convolution_tame_winners_1, convolution_tame_winners_2},
#endif
};

/// Adds the bias to the winners, and puts them behind the ReLU: where no value is positive all are 0 there, and
/// the first wins.
static void convolution_finish_winners(size_t images, size_t maps, const float *bias, int relu, float *values,
                                       int32_t *where) {
  for (size_t i = 0; i < images; i++, values += maps, where += maps) {
    for (size_t c = 0; c < maps; c += OOD_WIDTH) {
      const size_t lanes = convolution_smaller(OOD_WIDTH, maps - c);
      vf value = load_some(values + c, lanes);
      vi at = bits_of(load_some((const float *)where + c, lanes));
      if (bias) value += load_some(bias + c, lanes);
      if (relu) {
        at = blend_int(value <= 0, (vi)(int32_t)0, at);
        value = value < 0 ? (vf)0 : value;
      }
      store_some(values + c, value, lanes);
      store_some((float *)where + c, float_of(at), lanes);
    }
  }
}

static void convolution_winners(convolution_shape s, size_t images, const float *source, const float *packed,
                                const float *bias, int relu, float *values, int32_t *where, float *memory) {
  struct convolution_scratch scratch = {memory};
  const size_t channels = s->source_channels, maps = s->target_channels;
  const size_t height =
      convolution_padded(s->source_height, s->top, s->target_height, s->kernel_height, s->stride);
  const size_t width =
      convolution_padded(s->source_width, s->left, s->target_width, s->kernel_width, s->stride);
  const size_t pixels = s->target_height * s->target_width;
  uint32_t *from = (uint32_t *)convolution_take(&scratch, convolution_list_count(pixels));
  float *padded = convolution_take(&scratch, height * width * channels);
  convolution_list(1, s->target_height, s->target_width, height * width * channels,
                   s->stride * width * channels, s->stride * channels, from);
  const struct convolution_pixels list = {pixels, from, NULL};
  const struct convolution_depth depth = {
      .segments = s->kernel_height, .run = s->kernel_width * channels, .stride = width * channels};
  const int is_padded = height != s->source_height || width != s->source_width;
  const size_t size = s->source_height * s->source_width * channels;
  const int tame_weights = convolution_is_tame(packed, matmul_packed_count(depth.segments * depth.run, maps));
  for (size_t i = 0; i < images; i++) {
    const float *image = source + i * size;
    const int is_tame = tame_weights && convolution_is_tame(image, size);
    if (is_padded) {
      convolution_pad(1, s->source_height, s->source_width, channels, s->top, s->left, height, width, image,
                      NULL, padded);
      image = padded;
    }
    for (size_t p = 0; p < matmul_panel_count(maps); p++) {
      const size_t start = matmul_panel_start(maps, p);
      const size_t vectors = (matmul_panel_start(maps, p + 1) - start) / OOD_WIDTH;
      vf best[MATMUL_VECTORS];
      vi at[MATMUL_VECTORS];
      convolution_winners_panel[is_tame][vectors - 1](image, list, depth,
                                                      packed + depth.segments * depth.run * start, best, at);
      for (size_t v = 0; v < vectors; v++) {
        const size_t c = start + v * OOD_WIDTH;
        const size_t lanes = convolution_smaller(OOD_WIDTH, maps - c);
        store_some(values + i * maps + c, best[v], lanes);
        store_some((float *)where + i * maps + c, float_of(at[v]), lanes);
      }
    }
  }
  convolution_finish_winners(images, maps, bias, relu, values, where);
}
