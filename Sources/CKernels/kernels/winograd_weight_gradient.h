// The gradient to the weights: products of the tiles of both sides, summed over tiles.
#pragma once

#include <stddef.h>

#include "../include/ood_convolution.h"

#include "convolution_images.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "matmul_tile.h"
#include "simd.h"
#include "winograd_tile.h"
#include "winograd_transform.h"
#include "winograd_weights.h"

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
  const size_t block = winograd_tiles(s, images, s->target_height, s->target_width).block;
  return convolution_lines(convolution_larger(s->source_channels, s->target_channels) + OOD_WIDTH) +
         (size_t)winograd_frequencies(winograd_outputs(s)) *
             (winograd_step(block * row.left) + winograd_step(block * row.right) +
              winograd_step(rows * row.right));
}

static void winograd_weight_gradient(convolution_shape s, size_t images, size_t r0, size_t r1,
                                     const float *source, const float *source_gate, const float *target,
                                     const float *target_gate, int order, float *gradient, float *memory) {
  const int transposed = (order & ood_weights_transposed) != 0;
  const size_t rows = transposed ? s->target_channels : s->source_channels;
  const size_t columns = transposed ? s->source_channels : s->target_channels;
  const struct winograd_grid grid = winograd_tiles(s, images, s->target_height, s->target_width);
  const size_t frequencies = (size_t)winograd_frequencies(grid.outputs);
  const struct winograd_gradient_rows row = winograd_rows_of(s, r1 - r0, order);
  const size_t left_step = winograd_step(grid.block * row.left);
  const size_t right_step = winograd_step(grid.block * row.right);
  const size_t sums_step = winograd_step((r1 - r0) * row.right);
  struct convolution_scratch scratch = {memory};
  const size_t longest = convolution_larger(rows, columns) + OOD_WIDTH;
  float *zeros = convolution_take(&scratch, longest);
  float *left = convolution_take(&scratch, frequencies * left_step);
  float *right = convolution_take(&scratch, frequencies * right_step);
  float *sums = convolution_take(&scratch, frequencies * sums_step);
  __builtin_memset(zeros, 0, longest * sizeof(float));
  if (grid.tiles == 0) __builtin_memset(sums, 0, frequencies * sums_step * sizeof(float));

  const struct winograd_side_of from_source = {{s->source_height, s->source_width, s->source_channels},
                                               source,
                                               source_gate,
                                               zeros,
                                               winograd_by_window,
                                               s->top,
                                               s->left};
  const struct winograd_side_of from_target = {{s->target_height, s->target_width, s->target_channels},
                                               target,
                                               target_gate,
                                               zeros,
                                               winograd_by_evaluation,
                                               0,
                                               0};
  const size_t passes = (r1 - r0 + MATMUL_ROWS - 1) / MATMUL_ROWS;
  for (size_t n0 = 0; n0 < grid.tiles; n0 += grid.block) {
    const size_t n1 = convolution_smaller(grid.tiles, n0 + grid.block);
    winograd_transform_block(transposed ? from_target : from_source, grid, n0, n1, r0, r1, 0, left,
                             left_step);
    winograd_transform_block(transposed ? from_source : from_target, grid, n0, n1, 0, columns, 1, right,
                             right_step);
    for (size_t f = 0; f < frequencies; f++) {
      for (size_t p = 0; p < matmul_panel_count(columns); p++) {
        const size_t start = matmul_panel_start(columns, p);
        const size_t width = matmul_panel_start(columns, p + 1) - start;
        // The next panel's sums, of this frequency or the next, come from the third-level cache.
        float *const panel_sums = sums + f * sums_step + start;
        const int last = p + 1 == matmul_panel_count(columns);
        struct matmul_ahead ahead = {0};
        if (n0 > 0 && !(last && f + 1 == frequencies)) {
          ahead = matmul_look_ahead(last ? sums + (f + 1) * sums_step : panel_sums + width, row.right,
                                    r1 - r0, width, passes);
        }
        matmul_panel_ahead(r1 - r0, n1 - n0, left + f * left_step, 1, row.left,
                           right + f * right_step + start * (n1 - n0), width, width, panel_sums, row.right,
                           (struct matmul_finish){.accumulate = n0 > 0}, &ahead);
      }
    }
  }
  const int reversed = (order & ood_weights_reversed) != 0;
  for (size_t r = r0; r < r1; r++) {
    WINOGRAD_WITH_OUTPUTS(grid.outputs, winograd_write_row, r, rows, columns, reversed,
                          sums + (r - r0) * row.right, sums_step, gradient)
  }
}
