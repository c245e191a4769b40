// target[q stride + t - (top, left)] += source[q] W[t]: for each tap a product of all source pixels with one
// matrix, added to the target shifted by the tap.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_activation.h"
#include "../include/ood_convolution.h"

#include "convolution_images.h"
#include "convolution_tile.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "simd.h"

/// Whether everything that is spread falls inside the target.
OOD_INLINE int convolution_spread_fits(convolution_shape s) {
  return s->top == 0 && s->left == 0 &&
         (s->source_height - 1) * s->stride + s->kernel_height <= s->target_height &&
         (s->source_width - 1) * s->stride + s->kernel_width <= s->target_width;
}

static size_t convolution_spread_scratch(convolution_shape s, size_t images) {
  const size_t height =
      convolution_padded(s->target_height, s->top, s->source_height, s->kernel_height, s->stride);
  const size_t width =
      convolution_padded(s->target_width, s->left, s->source_width, s->kernel_width, s->stride);
  const size_t pixels = images * s->source_height * s->source_width;
  return 2 * convolution_lines(convolution_list_count(pixels)) +
         convolution_lines(pixels * s->source_channels) +
         convolution_lines(images * height * width * s->target_channels);
}

static void convolution_spread(convolution_shape s, size_t images, const float *source, const float *gate,
                               const float *packed, const float *bias, enum ood_activation activation,
                               float *target, float *memory) {
  if (images == 0) return;
  struct convolution_scratch scratch = {memory};
  const size_t channels = s->source_channels, columns = s->target_channels;
  const size_t height =
      convolution_padded(s->target_height, s->top, s->source_height, s->kernel_height, s->stride);
  const size_t width =
      convolution_padded(s->target_width, s->left, s->source_width, s->kernel_width, s->stride);
  const size_t pixels = images * s->source_height * s->source_width;
  const size_t target_pixels = images * s->target_height * s->target_width;
  const int fits = convolution_spread_fits(s);
  uint32_t *from = (uint32_t *)convolution_take(&scratch, convolution_list_count(pixels));
  uint32_t *to = (uint32_t *)convolution_take(&scratch, convolution_list_count(pixels));
  if (gate) {
    float *open = convolution_take(&scratch, pixels * channels);
    convolution_copy(pixels * channels, source, gate, open);
    source = open;
  }
  float *sums = fits ? target : convolution_take(&scratch, images * height * width * columns);
  convolution_fill(images * height * width, columns, bias, sums);
  convolution_list(images, s->source_height, s->source_width, s->source_height * s->source_width * channels,
                   s->source_width * channels, channels, from);
  convolution_list(images, s->source_height, s->source_width, height * width * columns,
                   s->stride * width * columns, s->stride * columns, to);
  const struct convolution_pixels list = {pixels, from, to};

  const size_t part = matmul_depth(channels);
  const size_t depth = s->kernel_height * s->kernel_width * channels;
  for (size_t p = 0; p < matmul_panel_count(columns); p++) {
    const size_t start = matmul_panel_start(columns, p);
    const size_t panel_width = matmul_panel_start(columns, p + 1) - start;
    for (size_t row = 0; row < s->kernel_height; row++) {
      for (size_t column = 0; column < s->kernel_width; column++) {
        for (size_t k = 0; k < channels; k += part) {
          const struct convolution_depth block = {
              .segments = 1, .run = convolution_smaller(part, channels - k), .stride = 0};
          const size_t tap = row * s->kernel_width + column;
          convolution_panel(source + k, list, block,
                            packed + depth * start + (tap * channels + k) * panel_width,
                            matmul_panel_columns(columns, p), sums + (row * width + column) * columns + start,
                            (struct convolution_finish){.accumulate = 1});
        }
      }
    }
  }
  if (!fits) {
    for (size_t i = 0; i < images; i++) {
      for (size_t y = 0; y < s->target_height; y++) {
        __builtin_memcpy(target + (i * s->target_height + y) * s->target_width * columns,
                         sums + ((i * height + s->top + y) * width + s->left) * columns,
                         s->target_width * columns * sizeof(float));
      }
    }
  }
  convolution_activate(activation, target, target_pixels * columns);
}

// Few target channels: one product with the taps as columns, then every tap's column added where it belongs.

static size_t convolution_spread_few_scratch(convolution_shape s, size_t images) {
  const size_t pixels = images * s->source_height * s->source_width;
  const size_t products = s->kernel_height * s->kernel_width * s->target_channels;
  const size_t height =
      convolution_padded(s->target_height, s->top, s->source_height, s->kernel_height, s->stride);
  const size_t width =
      convolution_padded(s->target_width, s->left, s->source_width, s->kernel_width, s->stride);
  return 2 * convolution_lines(convolution_list_count(pixels)) +
         convolution_lines(pixels * s->source_channels) +
         convolution_lines((pixels + OOD_WIDTH) * products + 4) +
         convolution_lines(height * width * s->target_channels) +
         convolution_lines((products + 3) * matmul_vector_count(s->source_width) * OOD_WIDTH);
}

/// row[x step + j] += values[x stride + j] for x < count, j < run.
OOD_INLINE void convolution_add_run(size_t count, const size_t run, size_t step, const float *values,
                                    size_t stride, float *row) {
  for (size_t x = 0; x < count; x++, values += stride, row += step) {
    for (size_t j = 0; j < run; j++) row[j] += values[j];
  }
}

/// The same for one target channel at stride 1, by transposing the values of a row of pixels, so that a tap's
/// values lie side by side: row[t row_step + x + u] += values[x][t kernel_width + u]. Reads up to a vector of
/// pixels and three values past the end. `transposed` holds products + 3 rows of whole vectors of pixels.
static void convolution_add_transposed(convolution_shape s, const float *values, size_t products,
                                       size_t row_step, float *row, float *transposed) {
  const size_t count = s->source_width;
  const size_t width = matmul_vector_count(count) * OOD_WIDTH;
  for (size_t x = 0; x < count; x += OOD_WIDTH) {
    for (size_t j = 0; j < products; j += 4) {
      matmul_transpose_fours(values + x * products + j, products, transposed + j * width + x, width);
    }
  }
  for (size_t t = 0; t < s->kernel_height; t++) {
    for (size_t u = 0; u < s->kernel_width; u++, transposed += width) {
      float *to = row + t * row_step + u;
      for (size_t x = 0; x < count; x += OOD_WIDTH) {
        const size_t lanes = convolution_smaller(OOD_WIDTH, count - x);
        store_some(to + x, load_some(to + x, lanes) + load(transposed + x), lanes);
      }
    }
  }
}

static void convolution_spread_few(convolution_shape s, size_t images, const float *source, const float *gate,
                                   const float *packed, const float *bias, enum ood_activation activation,
                                   float *target, float *memory) {
  if (images == 0) return;
  struct convolution_scratch scratch = {memory};
  const size_t channels = s->source_channels, columns = s->target_channels;
  const size_t pixels = images * s->source_height * s->source_width;
  const size_t products = s->kernel_height * s->kernel_width * columns;
  uint32_t *from = (uint32_t *)convolution_take(&scratch, convolution_list_count(pixels));
  uint32_t *to = (uint32_t *)convolution_take(&scratch, convolution_list_count(pixels));
  if (gate) {
    float *open = convolution_take(&scratch, pixels * channels);
    convolution_copy(pixels * channels, source, gate, open);
    source = open;
  }
  const size_t height =
      convolution_padded(s->target_height, s->top, s->source_height, s->kernel_height, s->stride);
  const size_t width =
      convolution_padded(s->target_width, s->left, s->source_width, s->kernel_width, s->stride);
  // A vector of pixels and a few values longer, all of them initialized, so that whole vectors can be read.
  float *product = convolution_take(&scratch, (pixels + OOD_WIDTH) * products + 4);
  __builtin_memset(product + pixels * products, 0, (OOD_WIDTH * products + 4) * sizeof(float));
  float *sums = convolution_take(&scratch, height * width * columns);
  float *transposed =
      convolution_take(&scratch, (products + 3) * matmul_vector_count(s->source_width) * OOD_WIDTH);
  convolution_list(1, 1, pixels, 0, 0, channels, from);
  convolution_list(1, 1, pixels, 0, 0, products, to);
  const struct convolution_pixels list = {pixels, from, to};
  const size_t part = matmul_depth(channels);
  for (size_t p = 0; p < matmul_panel_count(products); p++) {
    const size_t start = matmul_panel_start(products, p);
    const size_t panel_width = matmul_panel_start(products, p + 1) - start;
    for (size_t k = 0; k < channels; k += part) {
      const struct convolution_depth block = {
          .segments = 1, .run = convolution_smaller(part, channels - k), .stride = 0};
      convolution_panel(source + k, list, block, packed + channels * start + k * panel_width,
                        matmul_panel_columns(products, p), product + start,
                        (struct convolution_finish){.accumulate = k > 0});
    }
  }
  const size_t target_row = s->target_width * columns;
  const size_t taps_row = s->kernel_width * columns;
  for (size_t i = 0; i < images; i++) {
    convolution_fill(height * width, columns, bias, sums);
    for (size_t y = 0; y < s->source_height; y++) {
      const float *line = product + (i * s->source_height + y) * s->source_width * products;
      float *row = sums + y * s->stride * width * columns;
      if (columns == 1 && s->stride == 1) {
        convolution_add_transposed(s, line, products, width, row, transposed);
        continue;
      }
      for (size_t t = 0; t < s->kernel_height; t++) {
        convolution_add_run(s->source_width, taps_row, s->stride * columns, line + t * taps_row, products,
                            row + t * width * columns);
      }
    }
    for (size_t y = 0; y < s->target_height; y++) {
      __builtin_memcpy(target + (i * s->target_height + y) * target_row,
                       sums + ((s->top + y) * width + s->left) * columns, target_row * sizeof(float));
    }
  }
  convolution_activate(activation, target, images * s->target_height * target_row);
}
