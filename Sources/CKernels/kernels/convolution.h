// See include/ood_convolution.h for what the entries compute.
#pragma once

#include <stddef.h>

#include "../include/ood_convolution.h"

#include "convolution_correlate.h"
#include "convolution_gradient.h"
#include "convolution_images.h"
#include "convolution_patches.h"
#include "convolution_spread.h"
#include "convolution_tile.h"
#include "convolution_winners.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "matmul_tile.h"
#include "pooling.h"
#include "simd.h"

static size_t convolution_packed_count(convolution_shape s, int few) {
  const size_t taps = s->kernel_height * s->kernel_width;
  return few ? matmul_packed_count(s->source_channels, taps * s->target_channels)
             : matmul_packed_count(taps * s->source_channels, s->target_channels);
}

/// Tap t of the weights as `order` reads them.
OOD_INLINE const float *convolution_tap(convolution_shape s, int order, const float *weights, size_t t) {
  const size_t taps = s->kernel_height * s->kernel_width;
  return weights +
         (order & ood_weights_reversed ? taps - 1 - t : t) * s->source_channels * s->target_channels;
}

static void convolution_pack(convolution_shape s, int order, size_t t0, size_t t1, const float *weights,
                             float *packed) {
  const size_t channels = s->source_channels, columns = s->target_channels;
  const size_t depth = s->kernel_height * s->kernel_width * channels;
  const size_t row_stride = order & ood_weights_transposed ? 1 : columns;
  const size_t column_stride = order & ood_weights_transposed ? channels : 1;
  for (size_t t = t0; t < t1; t++) {
    const float *tap = convolution_tap(s, order, weights, t);
    for (size_t p = 0; p < matmul_panel_count(columns); p++) {
      const size_t start = matmul_panel_start(columns, p);
      const size_t width = matmul_panel_start(columns, p + 1) - start;
      matmul_pack_panel(channels, matmul_panel_columns(columns, p), tap + start * column_stride, row_stride,
                        column_stride, packed + depth * start + t * channels * width);
    }
  }
}

static void convolution_pack_few(convolution_shape s, int order, const float *weights, float *packed) {
  const size_t channels = s->source_channels, columns = s->target_channels;
  const size_t products = s->kernel_height * s->kernel_width * columns;
  __builtin_memset(packed, 0, matmul_packed_count(channels, products) * sizeof(float));
  for (size_t p = 0; p < matmul_panel_count(products); p++) {
    const size_t start = matmul_panel_start(products, p);
    const size_t width = matmul_panel_start(products, p + 1) - start;
    for (size_t j = 0; j < matmul_panel_columns(products, p); j++) {
      const size_t c = (start + j) % columns;
      const float *tap = convolution_tap(s, order, weights, (start + j) / columns);
      for (size_t k = 0; k < channels; k++) {
        packed[channels * start + k * width + j] =
            order & ood_weights_transposed ? tap[c * channels + k] : tap[k * columns + c];
      }
    }
  }
}

static const struct ood_convolution convolution_table = {
    .vector_width = OOD_WIDTH,
    .gradient_group = MATMUL_ROWS,
    .gradient_grouped_channels = convolution_grouped_channels,
    .packed_count = convolution_packed_count,
    .pack = convolution_pack,
    .pack_few = convolution_pack_few,
    .correlate_scratch = convolution_correlate_scratch,
    .correlate = convolution_correlate,
    .winners_fit = convolution_winners_fit,
    .winners = convolution_winners,
    .winners_scratch = convolution_winners_scratch,
    .spread_scratch = convolution_spread_scratch,
    .spread = convolution_spread,
    .spread_few_scratch = convolution_spread_few_scratch,
    .spread_few = convolution_spread_few,
    .weight_gradient_scratch = convolution_weight_gradient_scratch,
    .weight_gradient = convolution_weight_gradient,
    .bias_gradient = convolution_bias_gradient,
    .im2col = convolution_im2col,
    .col2im = convolution_col2im,
    .maximum_pool = convolution_maximum_pool,
};
