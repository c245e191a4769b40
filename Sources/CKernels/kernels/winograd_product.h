// The matrix products of all frequencies, and the memory they work in.
#pragma once

#include <stddef.h>

#include "convolution_images.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "matmul_tile.h"
#include "simd.h"
#include "winograd_tile.h"
#include "winograd_transform.h"
#include "winograd_weights.h"

/// The scratch memory of `correlate` and `spread`. Frequencies of a block's sources and of its products share
/// one row of slots, one more than there are frequencies: the products of frequency f go to the slot before its sources, which by then is free.
struct winograd_buffers {
  /// A pixel of zeros to read outside of images, and one to write what falls outside.
  float *zeros, *dropped;
  float *sources, *products;
  /// Floats of a tile's channels, and of a slot.
  size_t source_row, product_row, step;
  size_t frequencies;
};

OOD_INLINE struct winograd_buffers winograd_rows(convolution_shape s, size_t block) {
  struct winograd_buffers b = {0};
  b.frequencies = (size_t)winograd_frequencies(winograd_outputs(s));
  b.source_row = matmul_vector_count(s->source_channels) * OOD_WIDTH;
  b.product_row = matmul_vector_count(s->target_channels) * OOD_WIDTH;
  b.step = winograd_step(block * convolution_larger(b.source_row, b.product_row));
  return b;
}

static size_t winograd_scratch(convolution_shape s, size_t images) {
  const size_t by_target = winograd_tiles(s, images, s->target_height, s->target_width).block;
  const size_t by_source = winograd_tiles(s, images, s->source_height, s->source_width).block;
  const struct winograd_buffers b = winograd_rows(s, convolution_larger(by_target, by_source));
  return convolution_lines(b.source_row) + convolution_lines(b.product_row) + (b.frequencies + 1) * b.step;
}

OOD_INLINE struct winograd_buffers winograd_cut(convolution_shape s, size_t block, float *memory) {
  struct convolution_scratch scratch = {memory};
  struct winograd_buffers b = winograd_rows(s, block);
  b.zeros = convolution_take(&scratch, b.source_row);
  b.dropped = convolution_take(&scratch, b.product_row);
  b.products = convolution_take(&scratch, (b.frequencies + 1) * b.step);
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
  for (size_t f = 0; f < b->frequencies; f++) {
    for (size_t p = 0; p < matmul_panel_count(columns); p++) {
      const size_t start = matmul_panel_start(columns, p);
      const size_t width = matmul_panel_start(columns, p + 1) - start;
      for (size_t k = 0; k < channels; k += depth) {
        const size_t part = convolution_smaller(depth, channels - k);
        const float *panel = weights + f * step + channels * start + k * width;
        matmul_panel(tiles, part, b->sources + f * b->step + k, b->source_row, 1, panel, width, width,
                     b->products + f * b->step + start, b->product_row,
                     (struct matmul_finish){.accumulate = k > 0});
      }
    }
  }
}
