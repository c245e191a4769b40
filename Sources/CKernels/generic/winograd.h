// Convolutions by minimal filtering; see include/ood_winograd.h for what the entries compute.
//
// A block of tiles goes through three steps: its windows into frequencies, a product of matrices for each
// frequency, and back. For `correlate` and `spread` the products' left operand is [tiles][source channels]
// and the right one is the transformed weights, packed in panels; for the weight gradient the left operand is
// one side's tiles, transposed, and the right one the other side's, written in panels by the transform.

#include "winograd_transform.h"
#include "winograd_tile.h"
#include "winograd_weights.h"

/// The scratch memory of `correlate` and `spread`. Frequencies of a block's sources and of its products share
/// one row of 65 slots: the products of frequency f go to the slot before its sources, which by then is free.
struct winograd_buffers {
  /// A pixel of zeros to read outside of images, and one to write what falls outside.
  float *zeros, *dropped;
  float *sources, *products;
  /// Floats of a tile's channels, and of a slot.
  size_t source_row, product_row, step;
};

OOD_INLINE struct winograd_buffers winograd_rows(convolution_shape s, size_t block) {
  struct winograd_buffers b = {0};
  b.source_row = matmul_vector_count(s->source_channels) * OOD_WIDTH;
  b.product_row = matmul_vector_count(s->target_channels) * OOD_WIDTH;
  b.step = winograd_step(block * convolution_larger(b.source_row, b.product_row));
  return b;
}

static size_t winograd_scratch(convolution_shape s, size_t images) {
  const size_t by_target = winograd_tiles(images, s->target_height, s->target_width).block;
  const size_t by_source = winograd_tiles(images, s->source_height, s->source_width).block;
  const struct winograd_buffers b = winograd_rows(s, convolution_larger(by_target, by_source));
  return convolution_lines(b.source_row) + convolution_lines(b.product_row) +
         (winograd_frequencies + 1) * b.step;
}

OOD_INLINE struct winograd_buffers winograd_cut(convolution_shape s, size_t block, float *memory) {
  struct convolution_scratch scratch = {memory};
  struct winograd_buffers b = winograd_rows(s, block);
  b.zeros = convolution_take(&scratch, b.source_row);
  b.dropped = convolution_take(&scratch, b.product_row);
  b.products = convolution_take(&scratch, (winograd_frequencies + 1) * b.step);
  b.sources = b.products + b.step;
  __builtin_memset(b.zeros, 0, b.source_row * sizeof(float));
  __builtin_memset(b.dropped, 0, b.product_row * sizeof(float));
  return b;
}

/// Products of all frequencies of `tiles` tiles: products[f] = sources[f] weights[f].
static void winograd_multiply(convolution_shape s, size_t tiles, const struct winograd_buffers *b,
                              const float *weights) {
  const size_t channels = s->source_channels, columns = s->target_channels;
  const size_t depth = matmul_depth(channels);
  const size_t step = winograd_weights_step(s);
  const size_t passes = (tiles + MATMUL_ROWS - 1) / MATMUL_ROWS;
  struct matmul_ahead nothing = {0};
  for (size_t f = 0; f < winograd_frequencies; f++) {
    for (size_t p = 0; p < matmul_panel_count(columns); p++) {
      const size_t start = matmul_panel_start(columns, p);
      const size_t width = matmul_panel_start(columns, p + 1) - start;
      for (size_t k = 0; k < channels; k += depth) {
        const size_t part = convolution_smaller(depth, channels - k);
        const float *panel = weights + f * step + channels * start + k * width;
        // Panels follow one another in memory.
        struct matmul_ahead ahead = matmul_look_ahead(panel + part * width, 0, 1, part * width, passes);
        if (f + 1 == winograd_frequencies) ahead = nothing;
        matmul_panel_ahead(tiles, part, b->sources + f * b->step + k, b->source_row, 1, panel, width,
                           width, b->products + f * b->step + start, b->product_row,
                           (struct matmul_finish){.accumulate = k > 0}, &nothing, &ahead);
      }
    }
  }
}

/// Adds the bias, activates and stores one vector.
OOD_INLINE void winograd_finish(vf y, const float *bias, enum ood_activation activation, size_t c,
                                size_t lanes, float *to) {
  if (bias) y += load_some(bias + c, lanes);
  store_some(to + c, winograd_activate(y, activation), lanes);
}

/// A^T of `lanes` channels of a tile's products, into 4 x 4 pixels.
OOD_INLINE void winograd_store_sums(const float *from, size_t step, const float *bias,
                                    enum ood_activation activation, size_t c, size_t lanes,
                                    float *const *pixels) {
  vf half[winograd_outputs][winograd_side];
#pragma clang loop unroll(disable)
  for (int x = 0; x < winograd_side; x++) {
    vf column[winograd_side], y[winograd_outputs];
#pragma clang loop unroll(full)
    for (int i = 0; i < winograd_side; i++) {
      column[i] = load(from + (size_t)(i * winograd_side + x) * step);
    }
    winograd_sum(column, y);
#pragma clang loop unroll(full)
    for (int i = 0; i < winograd_outputs; i++) half[i][x] = y[i];
  }
#pragma clang loop unroll(disable)
  for (int r = 0; r < winograd_outputs; r++) {
    vf y[winograd_outputs];
    winograd_sum(half[r], y);
#pragma clang loop unroll(full)
    for (int i = 0; i < winograd_outputs; i++) {
      winograd_finish(y[i], bias, activation, c, lanes, pixels[r * winograd_outputs + i]);
    }
  }
}

/// Where the largest value of each map so far is kept, [images][maps].
struct winograd_contest {
  float *values;
  int32_t *where;
};

/// A^T of `lanes` channels of a tile's products; its 4 x 4 sums, those inside the image, take part in the contest.
/// Tiles don't come in the order of pixels, so of equals the one with the lower position wins.
OOD_INLINE void winograd_contest_sums(const float *from, size_t step, size_t lanes, const int32_t *positions,
                                      float *values, int32_t *where) {
  vf half[winograd_outputs][winograd_side];
#pragma clang loop unroll(disable)
  for (int x = 0; x < winograd_side; x++) {
    vf column[winograd_side], y[winograd_outputs];
#pragma clang loop unroll(full)
    for (int i = 0; i < winograd_side; i++) {
      column[i] = load(from + (size_t)(i * winograd_side + x) * step);
    }
    winograd_sum(column, y);
#pragma clang loop unroll(full)
    for (int i = 0; i < winograd_outputs; i++) half[i][x] = y[i];
  }
  vf best = load_some(values, lanes);
  vi at = bits_of(load_some((const float *)where, lanes));
#pragma clang loop unroll(disable)
  for (int r = 0; r < winograd_outputs; r++) {
    vf y[winograd_outputs];
    winograd_sum(half[r], y);
#pragma clang loop unroll(full)
    for (int i = 0; i < winograd_outputs; i++) {
      const int32_t position = positions[r * winograd_outputs + i];
      if (position < 0) continue;
      const vi earlier = (vi)position < at;
      const vi is_number = y[i] == y[i], was_number = best == best;
      const vi better = (y[i] > best) | (((y[i] == best) | ~(is_number | was_number)) & earlier) |
                        (~is_number & was_number);
      best = blend(better, y[i], best);
      at = blend_int(better, (vi)position, at);
    }
  }
  store_some(values, best, lanes);
  store_some((float *)where, float_of(at), lanes);
}

/// One tile's share in the contest of its image.
static void winograd_contest_tile(convolution_shape s, struct winograd_place place, const float *products,
                                  size_t step, struct winograd_contest contest) {
  const size_t columns = s->target_channels;
  float *values = contest.values + place.image * columns;
  int32_t *where = contest.where + place.image * columns;
  int32_t positions[winograd_outputs * winograd_outputs];
  for (size_t i = 0; i < winograd_outputs * winograd_outputs; i++) {
    const size_t y = place.row * winograd_outputs + i / winograd_outputs;
    const size_t x = place.column * winograd_outputs + i % winograd_outputs;
    positions[i] = y < s->target_height && x < s->target_width ? (int32_t)(y * s->target_width + x) : -1;
  }
  if (place.row == 0 && place.column == 0) {
    for (size_t c = 0; c < columns; c++) {
      values[c] = -__builtin_inff();
      where[c] = 0;
    }
  }
  for (size_t c = 0; c < columns; c += OOD_WIDTH) {
    winograd_contest_sums(products + c, step, convolution_smaller(OOD_WIDTH, columns - c), positions,
                          values + c, where + c);
  }
}

/// One tile's targets.
static void winograd_store_tile(convolution_shape s, struct winograd_place place,
                                const struct winograd_buffers *b, const float *products, const float *bias,
                                enum ood_activation activation, float *target) {
  const struct winograd_images to = {s->target_height, s->target_width, s->target_channels};
  const size_t columns = s->target_channels;
  size_t at[winograd_outputs * winograd_outputs];
  float *pixels[winograd_outputs * winograd_outputs];
  winograd_locate(to, place, 0, 0, winograd_outputs, at);
  for (int i = 0; i < winograd_outputs * winograd_outputs; i++) {
    pixels[i] = at[i] == winograd_outside ? b->dropped : target + at[i];
  }
  size_t c = 0;
  for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) {
    winograd_store_sums(products + c, b->step, bias, activation, c, OOD_WIDTH, pixels);
  }
  if (c < columns) winograd_store_sums(products + c, b->step, bias, activation, c, columns - c, pixels);
}

/// Correlates; the sums go to `target` or, where that is NULL, to the contest.
OOD_INLINE void winograd_correlate_blocks(convolution_shape s, size_t images, const float *source,
                                          const float *gate, const float *weights, const float *bias,
                                          enum ood_activation activation, float *target,
                                          struct winograd_contest contest, float *memory) {
  const struct winograd_grid grid = winograd_tiles(images, s->target_height, s->target_width);
  const struct winograd_buffers b = winograd_cut(s, grid.block, memory);
  const struct winograd_side_of from = {
      {s->source_height, s->source_width, s->source_channels}, source, gate, b.zeros, winograd_side, s->top,
      s->left};
  for (size_t n0 = 0; n0 < grid.tiles; n0 += grid.block) {
    const size_t n1 = convolution_smaller(grid.tiles, n0 + grid.block);
    winograd_transform_block(from, grid, n0, n1, 0, s->source_channels, 0, b.sources, b.step);
    winograd_multiply(s, n1 - n0, &b, weights);
    for (size_t n = n0; n < n1; n++) {
      const float *products = b.products + (n - n0) * b.product_row;
      if (target) {
        winograd_store_tile(s, winograd_place_of(grid, n), &b, products, bias, activation, target);
      } else {
        winograd_contest_tile(s, winograd_place_of(grid, n), products, b.step, contest);
      }
    }
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
  winograd_correlate_blocks(s, images, source, NULL, weights, NULL, ood_activation_none, NULL,
                            (struct winograd_contest){values, where}, memory);
  convolution_finish_winners(images, s->target_channels, bias, relu, values, where);
}

/// How a tile's quarters meet their 4 x 4 targets. Tiles run row by row, so the quarters that fall on one
/// place come in the order lower right, lower left, upper right, upper left, those off the grid left out.
struct winograd_quarters {
  /// Whether it is the first to come there, or the last.
  int first[2][2], last[2][2];
};

OOD_INLINE struct winograd_quarters winograd_quarters_of(struct winograd_grid grid,
                                                         struct winograd_place place) {
  struct winograd_quarters q;
  const int top = place.row == 0, left = place.column == 0;
  const int bottom = place.row + 1 == grid.rows, right = place.column + 1 == grid.columns;
  q.first[0][0] = top && left;
  q.first[0][1] = top;
  q.first[1][0] = left;
  q.first[1][1] = 1;
  q.last[0][0] = 1;
  q.last[0][1] = right;
  q.last[1][0] = bottom;
  q.last[1][1] = bottom && right;
  return q;
}

/// B of `lanes` channels of a tile's products, added to 8 x 8 pixels.
OOD_INLINE void winograd_add_overlap(const float *from, size_t step, struct winograd_quarters quarters,
                                     const float *bias, enum ood_activation activation, size_t c,
                                     size_t lanes, float *const *pixels) {
  vf half[winograd_side][winograd_side];
#pragma clang loop unroll(disable)
  for (int x = 0; x < winograd_side; x++) {
    vf column[winograd_side], y[winograd_side];
#pragma clang loop unroll(full)
    for (int i = 0; i < winograd_side; i++) {
      column[i] = load(from + (size_t)(i * winograd_side + x) * step);
    }
    winograd_overlap(column, y);
#pragma clang loop unroll(full)
    for (int i = 0; i < winograd_side; i++) half[i][x] = y[i];
  }
#pragma clang loop unroll(disable)
  for (int r = 0; r < winograd_side; r++) {
    vf y[winograd_side];
    winograd_overlap(half[r], y);
#pragma clang loop unroll(full)
    for (int h = 0; h < 2; h++) {
      vf *part = y + h * winograd_outputs;
      float *const *to = pixels + r * winograd_side + h * winograd_outputs;
      if (!quarters.first[r / winograd_outputs][h]) {
#pragma clang loop unroll(full)
        for (int i = 0; i < winograd_outputs; i++) part[i] += load_some(to[i] + c, lanes);
      }
      if (quarters.last[r / winograd_outputs][h]) {
#pragma clang loop unroll(full)
        for (int i = 0; i < winograd_outputs; i++) {
          winograd_finish(part[i], bias, activation, c, lanes, to[i]);
        }
      } else {
#pragma clang loop unroll(full)
        for (int i = 0; i < winograd_outputs; i++) store_some(to[i] + c, part[i], lanes);
      }
    }
  }
}

static void winograd_spread(convolution_shape s, size_t images, const float *source, const float *gate,
                            const float *weights, const float *bias, enum ood_activation activation,
                            float *target, float *memory) {
  const struct winograd_grid grid = winograd_tiles(images, s->source_height, s->source_width);
  const struct winograd_buffers b = winograd_cut(s, grid.block, memory);
  const struct winograd_side_of from = {
      {s->source_height, s->source_width, s->source_channels}, source, gate, b.zeros, winograd_outputs, 0, 0};
  const struct winograd_images to = {s->target_height, s->target_width, s->target_channels};
  const size_t columns = s->target_channels;
  for (size_t n0 = 0; n0 < grid.tiles; n0 += grid.block) {
    const size_t n1 = convolution_smaller(grid.tiles, n0 + grid.block);
    winograd_transform_block(from, grid, n0, n1, 0, s->source_channels, 0, b.sources, b.step);
    winograd_multiply(s, n1 - n0, &b, weights);
    for (size_t n = n0; n < n1; n++) {
      const struct winograd_place place = winograd_place_of(grid, n);
      size_t at[winograd_frequencies];
      float *pixels[winograd_frequencies];
      winograd_locate(to, place, s->top, s->left, winograd_side, at);
      for (int i = 0; i < winograd_frequencies; i++) {
        pixels[i] = at[i] == winograd_outside ? b.dropped : target + at[i];
      }
      const struct winograd_quarters quarters = winograd_quarters_of(grid, place);
      const float *products = b.products + (n - n0) * b.product_row;
      size_t c = 0;
      for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) {
        winograd_add_overlap(products + c, b.step, quarters, bias, activation, c, OOD_WIDTH, pixels);
      }
      if (c < columns) {
        winograd_add_overlap(products + c, b.step, quarters, bias, activation, c, columns - c, pixels);
      }
    }
  }
}

/// Floats of a row of the weight gradient's left and right operands, for `rows` rows of a tap's matrix.
struct winograd_gradient_rows {
  size_t left, right;
};

OOD_INLINE struct winograd_gradient_rows winograd_rows_of(convolution_shape s, size_t rows, int order) {
  const size_t columns = order & ood_weights_transposed ? s->source_channels : s->target_channels;
  return (struct winograd_gradient_rows){matmul_vector_count(rows) * OOD_WIDTH,
                                         matmul_vector_count(columns) * OOD_WIDTH};
}

static size_t winograd_weight_gradient_scratch(convolution_shape s, size_t images, size_t rows, int order) {
  const struct winograd_gradient_rows row = winograd_rows_of(s, rows, order);
  const size_t block = winograd_tiles(images, s->target_height, s->target_width).block;
  return convolution_lines(convolution_larger(s->source_channels, s->target_channels) + OOD_WIDTH) +
         winograd_frequencies *
             (winograd_step(block * row.left) + winograd_step(block * row.right) +
              winograd_step(rows * row.right));
}

static void winograd_weight_gradient(convolution_shape s, size_t images, size_t r0, size_t r1,
                                     const float *source, const float *source_gate, const float *target,
                                     const float *target_gate, int order, float *gradient, float *memory) {
  const int transposed = (order & ood_weights_transposed) != 0;
  const size_t rows = transposed ? s->target_channels : s->source_channels;
  const size_t columns = transposed ? s->source_channels : s->target_channels;
  const struct winograd_grid grid = winograd_tiles(images, s->target_height, s->target_width);
  const struct winograd_gradient_rows row = winograd_rows_of(s, r1 - r0, order);
  const size_t left_step = winograd_step(grid.block * row.left);
  const size_t right_step = winograd_step(grid.block * row.right);
  const size_t sums_step = winograd_step((r1 - r0) * row.right);
  struct convolution_scratch scratch = {memory};
  const size_t longest = convolution_larger(rows, columns) + OOD_WIDTH;
  float *zeros = convolution_take(&scratch, longest);
  float *left = convolution_take(&scratch, winograd_frequencies * left_step);
  float *right = convolution_take(&scratch, winograd_frequencies * right_step);
  float *sums = convolution_take(&scratch, winograd_frequencies * sums_step);
  __builtin_memset(zeros, 0, longest * sizeof(float));
  if (grid.tiles == 0) __builtin_memset(sums, 0, winograd_frequencies * sums_step * sizeof(float));

  const struct winograd_side_of from_source = {{s->source_height, s->source_width, s->source_channels},
                                               source,
                                               source_gate,
                                               zeros,
                                               winograd_side,
                                               s->top,
                                               s->left};
  const struct winograd_side_of from_target = {{s->target_height, s->target_width, s->target_channels},
                                               target,
                                               target_gate,
                                               zeros,
                                               winograd_outputs,
                                               0,
                                               0};
  const size_t passes = (r1 - r0 + MATMUL_ROWS - 1) / MATMUL_ROWS;
  for (size_t n0 = 0; n0 < grid.tiles; n0 += grid.block) {
    const size_t n1 = convolution_smaller(grid.tiles, n0 + grid.block);
    winograd_transform_block(transposed ? from_target : from_source, grid, n0, n1, r0, r1, 0, left,
                             left_step);
    winograd_transform_block(transposed ? from_source : from_target, grid, n0, n1, 0, columns, 1, right,
                             right_step);
    for (size_t f = 0; f < winograd_frequencies; f++) {
      for (size_t p = 0; p < matmul_panel_count(columns); p++) {
        const size_t start = matmul_panel_start(columns, p);
        const size_t width = matmul_panel_start(columns, p + 1) - start;
        // The next panel's sums, of this frequency or the next, come from the third-level cache.
        float *const panel_sums = sums + f * sums_step + start;
        const int last = p + 1 == matmul_panel_count(columns);
        struct matmul_ahead nothing = {0}, ahead = {0};
        if (n0 > 0 && !(last && f + 1 == winograd_frequencies)) {
          ahead = matmul_look_ahead(last ? sums + (f + 1) * sums_step : panel_sums + width, row.right,
                                    r1 - r0, width, passes);
        }
        matmul_panel_ahead(r1 - r0, n1 - n0, left + f * left_step, 1, row.left,
                           right + f * right_step + start * (n1 - n0), width, width, panel_sums, row.right,
                           (struct matmul_finish){.accumulate = n0 > 0}, &nothing, &ahead);
      }
    }
  }
  winograd_write_gradient(r0, r1, rows, columns, (order & ood_weights_reversed) != 0, sums, sums_step,
                          gradient);
}

static const struct ood_winograd winograd_table = {
    .weights_count = winograd_weights_count,
    .transform_weights = winograd_transform_weights,
    .correlate = winograd_correlate,
    .winners = winograd_winners,
    .spread = winograd_spread,
    .scratch = winograd_scratch,
    .weight_gradient = winograd_weight_gradient,
    .weight_gradient_scratch = winograd_weight_gradient_scratch,
};
