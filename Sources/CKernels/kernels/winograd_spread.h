// Spreads: sources to overlapping targets, which add up.
#pragma once

#include <stddef.h>

#include "../include/ood_activation.h"
#include "../include/ood_convolution.h"

#include "convolution_images.h"
#include "simd.h"
#include "winograd_correlate.h"
#include "winograd_product.h"
#include "winograd_tile.h"
#include "winograd_transform.h"

/// Parts of the rows and columns of a tile's m + 4 overlapping targets: 4 that the tile before reaches too, those that it has
/// for itself, and 4 that the tile after reaches.
enum { winograd_head, winograd_body, winograd_tail, winograd_parts_count };

/// Where a tile's parts meet those of others. Tiles run row by row, so what falls on one place comes in the order of rows
/// and columns of tiles, those off the grid left out.
struct winograd_meeting {
  /// Whether it is the first to come there, or the last.
  int first[winograd_parts_count][winograd_parts_count], last[winograd_parts_count][winograd_parts_count];
};

OOD_INLINE struct winograd_meeting winograd_meeting_of(struct winograd_grid grid,
                                                       struct winograd_place place) {
  struct winograd_meeting meeting;
  const int top = place.row == 0, left = place.column == 0;
  const int bottom = place.row + 1 == grid.rows, right = place.column + 1 == grid.columns;
  for (int r = 0; r < winograd_parts_count; r++) {
    for (int c = 0; c < winograd_parts_count; c++) {
      meeting.first[r][c] = (r != winograd_head || top) && (c != winograd_head || left);
      meeting.last[r][c] = (r != winograd_tail || bottom) && (c != winograd_tail || right);
    }
  }
  return meeting;
}

/// `count` vectors of a row of overlapping targets.
OOD_INLINE void winograd_add_part(const int count, int first, int last, vf *y, const float *bias,
                                  enum ood_activation activation, size_t c, size_t lanes, float *const *to) {
  if (!first) {
    WINOGRAD_EACH(int, i, 0, count) y[i] += load_some(to[i] + c, lanes);
  }
  if (last) {
    WINOGRAD_EACH(int, i, 0, count) winograd_finish(y[i], bias, activation, c, lanes, to[i]);
  } else {
    WINOGRAD_EACH(int, i, 0, count) store_some(to[i] + c, y[i], lanes);
  }
}

/// B of `lanes` channels of a tile's products, added to m + 4 by m + 4 pixels.
OOD_INLINE void winograd_add_overlap(const int m, const float *from, size_t step,
                                     const struct winograd_meeting *meeting, const float *bias,
                                     enum ood_activation activation, size_t c, size_t lanes,
                                     float *const *pixels) {
  vf half[winograd_most_side][winograd_most_side];
  winograd_apply_to_columns(m, winograd_by_overlap, from, step, half);
  const int overlap = winograd_taps - 1;
#pragma clang loop unroll(disable)
  for (int r = 0; r < winograd_side(m); r++) {
    vf y[winograd_most_side];
    winograd_overlap(m, half[r], y);
    const int part = r < overlap ? winograd_head : r < m ? winograd_body : winograd_tail;
    const int *first = meeting->first[part], *last = meeting->last[part];
    float *const *to = pixels + r * winograd_side(m);
    winograd_add_part(overlap, first[winograd_head], last[winograd_head], y, bias, activation, c, lanes, to);
    winograd_add_part(m - overlap, first[winograd_body], last[winograd_body], y + overlap, bias, activation,
                      c, lanes, to + overlap);
    winograd_add_part(overlap, first[winograd_tail], last[winograd_tail], y + m, bias, activation, c, lanes,
                      to + m);
  }
}

/// What becomes of the products of tiles [n0, n1).
OOD_INLINE void winograd_add_block(const int m, convolution_shape s, struct winograd_grid grid, size_t n0,
                                   size_t n1, const struct winograd_buffers *b, const float *bias,
                                   enum ood_activation activation, float *target) {
  const struct winograd_images to = {s->target_height, s->target_width, s->target_channels};
  const size_t columns = s->target_channels;
  for (size_t n = n0; n < n1; n++) {
    const struct winograd_place place = winograd_place_of(grid, n);
    size_t at[winograd_most_frequencies];
    float *pixels[winograd_most_frequencies];
    winograd_locate(to, m, place, s->top, s->left, winograd_side(m), at);
    for (int i = 0; i < winograd_frequencies(m); i++) {
      pixels[i] = at[i] == winograd_outside ? b->dropped : target + at[i];
    }
    const struct winograd_meeting meeting = winograd_meeting_of(grid, place);
    const float *products = b->products + (n - n0) * b->product_row;
    size_t c = 0;
    for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) {
      winograd_add_overlap(m, products + c, b->step, &meeting, bias, activation, c, OOD_WIDTH, pixels);
    }
    if (c < columns) {
      winograd_add_overlap(m, products + c, b->step, &meeting, bias, activation, c, columns - c, pixels);
    }
  }
}

static void winograd_spread(convolution_shape s, size_t images, const float *source, const float *gate,
                            const float *weights, const float *bias, enum ood_activation activation,
                            float *target, float *memory) {
  const struct winograd_grid grid = winograd_tiles(s, images, s->source_height, s->source_width);
  const struct winograd_buffers b = winograd_cut(s, grid.block, memory);
  const struct winograd_side_of from = {{s->source_height, s->source_width, s->source_channels},
                                        source,
                                        gate,
                                        b.zeros,
                                        winograd_by_evaluation,
                                        0,
                                        0};
  for (size_t n0 = 0; n0 < grid.tiles; n0 += grid.block) {
    const size_t n1 = convolution_smaller(grid.tiles, n0 + grid.block);
    winograd_transform_block(from, grid, n0, n1, 0, s->source_channels, 0, b.sources, b.step);
    winograd_multiply(s, n1 - n0, &b, weights);
    WINOGRAD_WITH_OUTPUTS(grid.outputs, winograd_add_block, s, grid, n0, n1, &b, bias, activation, target)
  }
}
