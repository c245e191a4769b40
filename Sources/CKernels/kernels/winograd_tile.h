// Tiles of images: where they lie, and into and out of frequencies, a vector of channels at a time.
#pragma once

#include <stddef.h>

#include "../include/ood_activation.h"
#include "../include/ood_convolution.h"

#include "convolution_images.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "matmul_tile.h"
#include "simd.h"
#include "vector_math.h"
#include "winograd_transform.h"

/// Tiles in a block: what passes between the transforms and the products stays in the second-level cache.
enum { winograd_block_tiles = 36 };

/// Tiles of outputs x outputs pixels of `images` images.
struct winograd_grid {
  int outputs;
  size_t rows, columns, tiles;
  /// Tiles in a block; the last may be smaller.
  size_t block;
};

OOD_INLINE size_t winograd_count(int outputs, size_t pixels) {
  return (pixels + (size_t)outputs - 1) / (size_t)outputs;
}

/// The tile with the fewest frequencies on the smaller one of source and target, which is where tiles lie.
static int winograd_outputs(convolution_shape s) {
  const size_t height = convolution_smaller(s->source_height, s->target_height);
  const size_t width = convolution_smaller(s->source_width, s->target_width);
  int best = winograd_least_outputs;
  size_t fewest = SIZE_MAX;
  for (int m = winograd_least_outputs; m <= winograd_most_outputs; m++) {
    const size_t frequencies =
        winograd_count(m, height) * winograd_count(m, width) * (size_t)winograd_frequencies(m);
    if (frequencies >= fewest) continue;
    fewest = frequencies;
    best = m;
  }
  return best;
}

OOD_INLINE struct winograd_grid winograd_tiles(convolution_shape s, size_t images, size_t height,
                                               size_t width) {
  struct winograd_grid grid;
  grid.outputs = winograd_outputs(s);
  grid.rows = winograd_count(grid.outputs, height);
  grid.columns = winograd_count(grid.outputs, width);
  grid.tiles = images * grid.rows * grid.columns;
  // Equal blocks, of whole tiles of the matrix product.
  const size_t blocks = (grid.tiles + winograd_block_tiles - 1) / winograd_block_tiles;
  const size_t even = blocks == 0 ? 1 : (grid.tiles + blocks - 1) / blocks;
  const size_t whole = (even + MATMUL_ROWS - 1) / MATMUL_ROWS * MATMUL_ROWS;
  grid.block = convolution_smaller(whole, convolution_larger(grid.tiles, 1));
  return grid;
}

/// Tile number n: its image, and its row and column in the grid.
struct winograd_place {
  size_t image, row, column;
};

OOD_INLINE struct winograd_place winograd_place_of(struct winograd_grid grid, size_t n) {
  const size_t in_image = n % (grid.rows * grid.columns);
  return (struct winograd_place){n / (grid.rows * grid.columns), in_image / grid.columns,
                                 in_image % grid.columns};
}

/// Images in memory.
struct winograd_images {
  size_t height, width, channels;
};

/// Where the pixels of a window of side x side pixels lie, whose corner is that of the tile's outputs moved by
/// (-top, -left): floats from the start of the images, or `winograd_outside`.
static const size_t winograd_outside = SIZE_MAX;

OOD_INLINE void winograd_locate(struct winograd_images images, int outputs, struct winograd_place place,
                                size_t top, size_t left, int side, size_t *at) {
  // What lies above or to the left of the image wraps around to numbers larger than any side.
  const size_t y0 = (size_t)outputs * place.row - top, x0 = (size_t)outputs * place.column - left;
  for (int r = 0; r < side; r++) {
    const size_t y = y0 + (size_t)r;
    for (int c = 0; c < side; c++) {
      const size_t x = x0 + (size_t)c;
      *at++ = y < images.height && x < images.width
                  ? ((place.image * images.height + y) * images.width + x) * images.channels
                  : winograd_outside;
    }
  }
}

/// Pointers to those pixels; to `outside` where there is none.
OOD_INLINE void winograd_point(const size_t *at, int count, const float *images, const float *outside,
                               const float **pixels) {
  for (int i = 0; i < count; i++) pixels[i] = at[i] == winograd_outside ? outside : images + at[i];
}

/// How many of its m + 4 sources, or of its m targets, a window has on a side.
OOD_INLINE int winograd_window_side(int outputs, enum winograd_map map) {
  return map == winograd_by_window ? winograd_side(outputs) : outputs;
}

/// Transforms `lanes` channels from channel c on of a window to vectors of all frequencies, `step` floats
/// apart.
OOD_INLINE void winograd_transform_vector(const int m, const enum winograd_map map, const int is_gated,
                                          const float *const *pixels, const float *const *gates, size_t c,
                                          size_t lanes, float *to, size_t step) {
  const int side = winograd_window_side(m, map);
  vf half[winograd_most_side][winograd_most_side];
#pragma clang loop unroll(disable)
  for (int x = 0; x < side; x++) {
    vf column[winograd_most_side], f[winograd_most_side];
    WINOGRAD_EACH(int, y, 0, side) {
      column[y] = load_some(pixels[y * side + x] + c, lanes);
      if (is_gated) column[y] = through_gate(column[y], load_some(gates[y * side + x] + c, lanes));
    }
    winograd_apply(m, map, column, f);
    WINOGRAD_EACH(int, y, 0, winograd_side(m)) half[y][x] = f[y];
  }
#pragma clang loop unroll(disable)
  for (int y = 0; y < winograd_side(m); y++) {
    vf f[winograd_most_side];
    winograd_apply(m, map, half[y], f);
    WINOGRAD_EACH(int, x, 0, winograd_side(m)) {
      store(to, f[x]);
      to += step;
    }
  }
}

/// Channels [c0, c1) of a window, c0 at the start of a vector; the last vector is filled up with zeros.
OOD_INLINE void winograd_transform_channels(const int m, const enum winograd_map map, const int is_gated,
                                            const float *const *pixels, const float *const *gates, size_t c0,
                                            size_t c1, float *to, size_t step) {
  size_t c = c0;
  for (; c + OOD_WIDTH <= c1; c += OOD_WIDTH) {
    winograd_transform_vector(m, map, is_gated, pixels, gates, c, OOD_WIDTH, to + (c - c0), step);
  }
  if (c < c1) {
    winograd_transform_vector(m, map, is_gated, pixels, gates, c, c1 - c, to + (c - c0), step);
  }
}

typedef void winograd_transform_function(const float *const *pixels, const float *const *gates, size_t c0,
                                         size_t c1, float *to, size_t step);
#define WINOGRAD_TRANSFORM(name, m, map, is_gated)                                                         \
  static void name(const float *const *pixels, const float *const *gates, size_t c0, size_t c1, float *to, \
                   size_t step) {                                                                          \
    winograd_transform_channels(m, map, is_gated, pixels, gates, c0, c1, to, step);                        \
  }
#define WINOGRAD_TRANSFORMS(m)                                              \
  WINOGRAD_TRANSFORM(winograd_window_##m, m, winograd_by_window, 0)         \
  WINOGRAD_TRANSFORM(winograd_gated_window_##m, m, winograd_by_window, 1)   \
  WINOGRAD_TRANSFORM(winograd_evaluation_##m, m, winograd_by_evaluation, 0) \
  WINOGRAD_TRANSFORM(winograd_gated_evaluation_##m, m, winograd_by_evaluation, 1)
WINOGRAD_TRANSFORMS(4)
WINOGRAD_TRANSFORMS(5)
WINOGRAD_TRANSFORMS(6)

/// By outputs, map, and whether there is a gate.
static winograd_transform_function
    *const winograd_transforms[winograd_most_outputs - winograd_least_outputs + 1][2][2] = {
        {{winograd_window_4, winograd_gated_window_4}, {winograd_evaluation_4, winograd_gated_evaluation_4}},
        {{winograd_window_5, winograd_gated_window_5}, {winograd_evaluation_5, winograd_gated_evaluation_5}},
        {{winograd_window_6, winograd_gated_window_6}, {winograd_evaluation_6, winograd_gated_evaluation_6}},
};

/// What a block of tiles is transformed from: images, their gate or NULL, and the windows' map and offset. `zeros` is a pixel of zeros for what lies outside.
struct winograd_side_of {
  struct winograd_images images;
  const float *values, *gate, *zeros;
  enum winograd_map map;
  size_t top, left;
};

/// Transforms channels [c0, c1) of tiles [n0, n1). The vectors of tile n, channel c and frequency f go to
/// to[f * step + (n - n0) * row + c - c0]; or, where `panels` is set, to panels of a right operand with
/// n1 - n0 rows.
static void winograd_transform_block(struct winograd_side_of from, struct winograd_grid grid, size_t n0,
                                     size_t n1, size_t c0, size_t c1, int panels, float *to, size_t step) {
  winograd_transform_function *const transform =
      winograd_transforms[grid.outputs - winograd_least_outputs][from.map][from.gate != NULL];
  const int side = winograd_window_side(grid.outputs, from.map), count = side * side;
  const size_t row = matmul_vector_count(c1 - c0) * OOD_WIDTH;
  for (size_t n = n0; n < n1; n++) {
    size_t at[winograd_most_frequencies];
    const float *pixels[winograd_most_frequencies], *gates[winograd_most_frequencies];
    winograd_locate(from.images, grid.outputs, winograd_place_of(grid, n), from.top, from.left, side, at);
    winograd_point(at, count, from.values, from.zeros, pixels);
    if (from.gate) winograd_point(at, count, from.gate, from.zeros, gates);
    if (!panels) {
      transform(pixels, gates, c0, c1, to + (n - n0) * row, step);
      continue;
    }
    for (size_t p = 0; p < matmul_panel_count(c1 - c0); p++) {
      const size_t start = matmul_panel_start(c1 - c0, p);
      const size_t width = matmul_panel_start(c1 - c0, p + 1) - start;
      transform(pixels, gates, c0 + start, c0 + convolution_smaller(start + width, c1 - c0),
                to + start * (n1 - n0) + (n - n0) * width, step);
    }
  }
}

/// Floats between frequencies of `count` floats each: a cache line more than needed, so that the values
/// that a transform reads or writes together don't all fall on the same lines of the first-level cache.
OOD_INLINE size_t winograd_step(size_t count) { return convolution_lines(count) + convolution_line; }

/// What becomes of a sum before it is stored.
OOD_INLINE vf winograd_activate(vf y, enum ood_activation activation) {
  switch (activation) {
    case ood_activation_identity: return y;
    case ood_activation_relu: return y < 0 ? (vf)0 : y;
    case ood_activation_sigmoid: return sigmoid_vector(y);
  }
}
