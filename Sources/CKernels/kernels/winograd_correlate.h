// Correlations: windows of sources to sums, or to the largest of each map.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_activation.h"
#include "../include/ood_convolution.h"

#include "convolution_images.h"
#include "convolution_winners.h"
#include "simd.h"
#include "winograd_product.h"
#include "winograd_tile.h"
#include "winograd_transform.h"

/// Adds the bias, activates and stores one vector.
OOD_INLINE void winograd_finish(vf y, const float *bias, enum ood_activation activation, size_t c,
                                size_t lanes, float *to) {
  if (bias) y += load_some(bias + c, lanes);
  store_some(to + c, winograd_activate(y, activation), lanes);
}

/// A^T of `lanes` channels of a tile's products, into m x m pixels.
OOD_INLINE void winograd_store_sums(const int m, const float *from, size_t step, const float *bias,
                                    enum ood_activation activation, size_t c, size_t lanes,
                                    float *const *pixels) {
  vf half[winograd_most_side][winograd_most_side];
  winograd_apply_to_columns(m, winograd_by_sum, from, step, half);
#pragma clang loop unroll(disable)
  for (int r = 0; r < m; r++) {
    vf y[winograd_most_outputs];
    winograd_sum(m, half[r], y);
    WINOGRAD_EACH(int, i, 0, m) winograd_finish(y[i], bias, activation, c, lanes, pixels[r * m + i]);
  }
}

/// Where the largest value of each map so far is kept, [images][maps].
struct winograd_contest {
  float *values;
  int32_t *where;
};

/// What takes part in a contest: the largest values of a vector of maps so far, and where they are.
struct winograd_leaders {
  vf values;
  vi where;
};

/// Tiles don't come in the order of pixels, so of equals the one with the lower position wins, and of NaNs.
OOD_INLINE struct winograd_leaders winograd_challenge(struct winograd_leaders leaders, vf y, vi where) {
  const vf best = leaders.values;
  const vi is_number = y == y, was_number = best == best;
  const vi better = (y > best) | (((y == best) | ~(is_number | was_number)) & (where < leaders.where)) |
                    (~is_number & was_number);
  return (struct winograd_leaders){blend(better, y, best), blend_int(better, where, leaders.where)};
}

/// A^T of `lanes` channels of a tile's products; its m x m sums, those inside the image, take part in the contest.
OOD_INLINE void winograd_contest_sums(const int m, const float *from, size_t step, size_t lanes,
                                      const int32_t *positions, float *values, int32_t *where) {
  vf half[winograd_most_side][winograd_most_side];
  winograd_apply_to_columns(m, winograd_by_sum, from, step, half);
  const struct winograd_leaders before = {load_some(values, lanes),
                                          bits_of(load_some((const float *)where, lanes))};
  // A tile's own sums come in the order of pixels, and are finite with few exceptions: times 0 they are 0.
  struct winograd_leaders own = {splat(-__builtin_inff()), (vi)positions[0]};
  vf zeros = 0;
#pragma clang loop unroll(disable)
  for (int r = 0; r < m; r++) {
    vf y[winograd_most_outputs];
    winograd_sum(m, half[r], y);
    WINOGRAD_EACH(int, i, 0, m) {
      const int32_t position = positions[r * m + i];
      if (position < 0) continue;
      const vi better = y[i] > own.values;
      own.values = blend(better, y[i], own.values);
      own.where = blend_int(better, (vi)position, own.where);
      zeros = multiply_add(y[i], splat(0), zeros);
    }
  }
  struct winograd_leaders after = winograd_challenge(before, own.values, own.where);
  if (any(zeros != zeros)) {
    after = before;
    for (int r = 0; r < m; r++) {
      vf y[winograd_most_outputs];
      winograd_sum(m, half[r], y);
      for (int i = 0; i < m; i++) {
        const int32_t position = positions[r * m + i];
        if (position >= 0) after = winograd_challenge(after, y[i], (vi)position);
      }
    }
  }
  store_some(values, after.values, lanes);
  store_some((float *)where, float_of(after.where), lanes);
}

/// One tile's share in the contest of its image.
OOD_INLINE void winograd_contest_tile(const int m, convolution_shape s, struct winograd_place place,
                                      const float *products, size_t step, struct winograd_contest contest) {
  const size_t columns = s->target_channels;
  float *values = contest.values + place.image * columns;
  int32_t *where = contest.where + place.image * columns;
  int32_t positions[winograd_most_outputs * winograd_most_outputs];
  for (int i = 0; i < m * m; i++) {
    const size_t y = place.row * (size_t)m + (size_t)(i / m);
    const size_t x = place.column * (size_t)m + (size_t)(i % m);
    positions[i] = y < s->target_height && x < s->target_width ? (int32_t)(y * s->target_width + x) : -1;
  }
  if (place.row == 0 && place.column == 0) {
    for (size_t c = 0; c < columns; c++) {
      values[c] = -__builtin_inff();
      where[c] = 0;
    }
  }
  for (size_t c = 0; c < columns; c += OOD_WIDTH) {
    winograd_contest_sums(m, products + c, step, convolution_smaller(OOD_WIDTH, columns - c), positions,
                          values + c, where + c);
  }
}

/// One tile's targets.
OOD_INLINE void winograd_store_tile(const int m, convolution_shape s, struct winograd_place place,
                                    const struct winograd_buffers *b, const float *products,
                                    const float *bias, enum ood_activation activation, float *target) {
  const struct winograd_images to = {s->target_height, s->target_width, s->target_channels};
  const size_t columns = s->target_channels;
  size_t at[winograd_most_outputs * winograd_most_outputs];
  float *pixels[winograd_most_outputs * winograd_most_outputs];
  winograd_locate(to, m, place, 0, 0, m, at);
  for (int i = 0; i < m * m; i++) pixels[i] = at[i] == winograd_outside ? b->dropped : target + at[i];
  size_t c = 0;
  for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) {
    winograd_store_sums(m, products + c, b->step, bias, activation, c, OOD_WIDTH, pixels);
  }
  if (c < columns) {
    winograd_store_sums(m, products + c, b->step, bias, activation, c, columns - c, pixels);
  }
}

/// What becomes of the products of tiles [n0, n1): sums in `target` or, where that is NULL, in the contest.
OOD_INLINE void winograd_finish_block(const int m, convolution_shape s, struct winograd_grid grid, size_t n0,
                                      size_t n1, const struct winograd_buffers *b, const float *bias,
                                      enum ood_activation activation, float *target,
                                      struct winograd_contest contest) {
  for (size_t n = n0; n < n1; n++) {
    const struct winograd_place place = winograd_place_of(grid, n);
    const float *products = b->products + (n - n0) * b->product_row;
    if (target) {
      winograd_store_tile(m, s, place, b, products, bias, activation, target);
    } else {
      winograd_contest_tile(m, s, place, products, b->step, contest);
    }
  }
}

/// Correlates; the sums go to `target` or, where that is NULL, to the contest.
OOD_INLINE void winograd_correlate_blocks(convolution_shape s, size_t images, const float *source,
                                          const float *gate, const float *weights, const float *bias,
                                          enum ood_activation activation, float *target,
                                          struct winograd_contest contest, float *memory) {
  const struct winograd_grid grid = winograd_tiles(s, images, s->target_height, s->target_width);
  const struct winograd_buffers b = winograd_cut(s, grid.block, memory);
  const struct winograd_side_of from = {{s->source_height, s->source_width, s->source_channels},
                                        source,
                                        gate,
                                        b.zeros,
                                        winograd_by_window,
                                        s->top,
                                        s->left};
  for (size_t n0 = 0; n0 < grid.tiles; n0 += grid.block) {
    const size_t n1 = convolution_smaller(grid.tiles, n0 + grid.block);
    winograd_transform_block(from, grid, n0, n1, 0, s->source_channels, 0, b.sources, b.step);
    winograd_multiply(s, n1 - n0, &b, weights);
    WINOGRAD_WITH_OUTPUTS(grid.outputs, winograd_finish_block, s, grid, n0, n1, &b, bias, activation, target,
                          contest)
  }
}

static void winograd_correlate(convolution_shape s, size_t images, const float *source, const float *gate,
                               const float *weights, const float *bias, enum ood_activation activation,
                               float *target, float *memory) {
  winograd_correlate_blocks(s, images, source, gate, weights, bias, activation, target,
                            (struct winograd_contest){0}, memory);
}

static void winograd_winners(convolution_shape s, size_t images, const float *source, const float *weights,
                             const float *bias, int relu, float *values, int32_t *where, float *memory) {
  winograd_correlate_blocks(s, images, source, NULL, weights, NULL, ood_activation_identity, NULL,
                            (struct winograd_contest){values, where}, memory);
  convolution_finish_winners(images, s->target_channels, bias, relu, values, where);
}
