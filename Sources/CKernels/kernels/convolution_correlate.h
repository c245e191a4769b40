// target[q] = sum_t source[q stride + t - (top, left)] W[t]: a product of patches, read in place, and packed
// weights.
//
// For a given row of the kernel the patch is one run of kernel_width * source_channels floats. Long runs are
// cut into equal parts of at most MATMUL_DEPTH, short ones are taken several rows at a time.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_activation.h"
#include "../include/ood_convolution.h"

#include "convolution_images.h"
#include "convolution_tile.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "matmul_tile.h"
#include "simd.h"

static size_t convolution_correlate_scratch(convolution_shape s, size_t images) {
  const size_t height =
      convolution_padded(s->source_height, s->top, s->target_height, s->kernel_height, s->stride);
  const size_t width =
      convolution_padded(s->source_width, s->left, s->target_width, s->kernel_width, s->stride);
  const size_t list = convolution_list_count(images * s->target_height * s->target_width);
  return 2 * convolution_lines(list) + convolution_lines(images * height * width * s->source_channels);
}

static void convolution_correlate(convolution_shape s, size_t images, const float *source, const float *gate,
                                  const float *packed, const float *bias, enum ood_activation activation,
                                  int streams, float *target, float *memory) {
  if (images == 0) return;
  struct convolution_scratch scratch = {memory};
  const size_t channels = s->source_channels, columns = s->target_channels;
  const size_t height =
      convolution_padded(s->source_height, s->top, s->target_height, s->kernel_height, s->stride);
  const size_t width =
      convolution_padded(s->source_width, s->left, s->target_width, s->kernel_width, s->stride);
  const size_t pixels = images * s->target_height * s->target_width;
  uint32_t *from = (uint32_t *)convolution_take(&scratch, convolution_list_count(pixels));
  uint32_t *to = (uint32_t *)convolution_take(&scratch, convolution_list_count(pixels));
  if (gate || height != s->source_height || width != s->source_width) {
    float *padded = convolution_take(&scratch, images * height * width * channels);
    convolution_pad(images, s->source_height, s->source_width, channels, s->top, s->left, height, width,
                    source, gate, padded);
    source = padded;
  }
  convolution_list(images, s->target_height, s->target_width, height * width * channels,
                   s->stride * width * channels, s->stride * channels, from);
  convolution_list(images, s->target_height, s->target_width, s->target_height * s->target_width * columns,
                   s->target_width * columns, columns, to);
  const struct convolution_pixels list = {pixels, from, to};
  streams = streams && convolution_is_stored(activation) && streams_rows(target, columns);

  const size_t run = s->kernel_width * channels;
  const size_t parts = (run + MATMUL_DEPTH - 1) / MATMUL_DEPTH;
  const size_t part = (run + parts - 1) / parts;
  const size_t together = parts > 1 ? 1 : convolution_larger(1, MATMUL_DEPTH / run);
  const size_t depth = s->kernel_height * run;
  for (size_t p = 0; p < matmul_panel_count(columns); p++) {
    const size_t start = matmul_panel_start(columns, p);
    const size_t panel_width = matmul_panel_start(columns, p + 1) - start;
    for (size_t row = 0; row < s->kernel_height; row += together) {
      for (size_t k = 0; k < run; k += part) {
        const struct convolution_depth block = {
            .segments = convolution_smaller(together, s->kernel_height - row),
            .run = convolution_smaller(part, run - k),
            .stride = width * channels,
        };
        const int first = row == 0 && k == 0;
        const int last = row + block.segments == s->kernel_height && k + block.run == run;
        const struct convolution_finish finish = {
            .accumulate = !first,
            .bias = bias ? bias + start : NULL,
            .relu = last && activation == ood_activation_relu,
            .streams = streams && first && last,
        };
        convolution_panel(source + row * width * channels + k, list, block,
                          packed + depth * start + (row * run + k) * panel_width,
                          matmul_panel_columns(columns, p), target + start, finish);
      }
    }
  }
  if (streams) finish_streaming();
  if (activation != ood_activation_relu) convolution_activate(activation, target, pixels * columns);
}
