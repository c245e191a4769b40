// Convolutions of compact codes. See include/ood_winner.h for what the entries compute.
//
// Weights are packed as [panel][map][tap][panel's channels]: the panel of a 5x5 kernel from 128 maps, 800 KiB where
// vectors are widest, stays in the second-level cache while images pass.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_activation.h"
#include "../include/ood_convolution.h"
#include "../include/ood_winner.h"

#include "convolution_images.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "simd.h"
#include "winner_code.h"
#include "winner_gradient.h"
#include "winner_narrow.h"
#include "winner_shape.h"
#include "winner_spread.h"

static size_t winner_packed_count(winner_shape s) {
  if (winner_is_narrow(s)) return s->maps * s->kernel_height * OOD_WIDTH;
  return matmul_packed_count(s->maps * winner_taps(s), s->target_channels);
}

static void winner_pack(winner_shape s, int order, size_t m0, size_t m1, const float *weights,
                        float *packed) {
  enum { together = OOD_WIDTH };
  if (winner_is_narrow(s)) {
    winner_narrow_pack(s, order, m0, m1, weights, packed);
    return;
  }
  float rows[together * winner_columns];
  const size_t taps = winner_taps(s), columns = s->target_channels;
  const int transposed = order & ood_weights_transposed;
  for (size_t m = m0; m < m1; m += together) {
    const size_t maps = m1 - m < together ? m1 - m : together;
    for (size_t t = 0; t < taps; t++) {
      const float *tap = weights + (order & ood_weights_reversed ? taps - 1 - t : t) * s->maps * columns;
      for (size_t start = 0; start < columns; start += winner_columns) {
        const size_t width = winner_panel_end(columns, start) - start;
        matmul_pack_panel(maps, convolution_smaller(width, columns - start),
                          transposed ? tap + start * s->maps + m : tap + m * columns + start,
                          transposed ? 1 : columns, transposed ? s->maps : 1, rows);
        for (size_t i = 0; i < maps; i++) {
          __builtin_memcpy(packed + winner_packed_map(s, start, width, m + i) + t * width, rows + i * width,
                           width * sizeof(float));
        }
      }
    }
  }
}

/// Dot products of one map's weights with the patches around its winner, for one panel, lane by lane.
OOD_INLINE vf winner_patch_product(const int vectors, winner_shape s, int32_t where, const float *w,
                                   size_t columns, const float *upstream, const float *gate) {
  const size_t width = (size_t)vectors * OOD_WIDTH, channels = s->target_channels;
  const struct winner_range rows = winner_reach((uint32_t)where / (uint32_t)s->width, s->multiply, s->top,
                                                s->kernel_height, s->target_height, s->divide);
  const struct winner_range reach = winner_reach((uint32_t)where % (uint32_t)s->width, s->multiply, s->left,
                                                 s->kernel_width, s->target_width, s->divide);
  vf sums[WINNER_VECTORS];
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) sums[v] = 0;
  size_t y = rows.pixel;
  for (size_t t = rows.first; t < rows.end; t += s->divide, y++) {
    size_t at = (y * s->target_width + reach.pixel) * channels;
    for (size_t u = reach.first; u < reach.end; u += s->divide, at += channels) {
      const float *row = w + (t * s->kernel_width + u) * width;
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        const size_t column = (size_t)v * OOD_WIDTH;
        const size_t count = columns - column < OOD_WIDTH ? columns - column : OOD_WIDTH;
        vf x = load_some(upstream + at + column, count);
        if (gate) x = through_gate(x, load_some(gate + at + column, count));
        sums[v] = multiply_add(x, load(row + column), sums[v]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int v = 1; v < vectors; v++) sums[0] += sums[v];
  return sums[0];
}

static void winner_value_gradient(winner_shape s, size_t images, const int32_t *where, const float *packed,
                                  const float *upstream, const float *gate, float *gradient) {
  const size_t size = s->target_height * s->target_width * s->target_channels;
  if (winner_is_narrow(s)) {
    winner_narrow_gradients(s, images, 0, s->maps, where, NULL, packed, upstream, gate, 0, NULL, gradient);
    return;
  }
  for (size_t start = 0; start < s->target_channels; start += winner_columns) {
    const size_t width = winner_panel_end(s->target_channels, start) - start;
    const size_t columns = convolution_smaller(width, s->target_channels - start);
    for (size_t i = 0; i < images; i++) {
      const float *image = upstream + i * size + start;
      const float *open = gate ? gate + i * size + start : NULL;
      for (size_t m = 0; m < s->maps; m++) {
        const float *w = packed + winner_packed_map(s, start, width, m);
        const int32_t position = where[i * s->maps + m];
        vf sum;
        switch (width / OOD_WIDTH) {
          case 1:
            sum = winner_patch_product(1, s, position, w, columns, image, open);
            break;
          case 2:
            sum = winner_patch_product(2, s, position, w, columns, image, open);
            break;
          case 3:
            sum = winner_patch_product(3, s, position, w, columns, image, open);
            break;
          default:
            sum = winner_patch_product(WINNER_VECTORS, s, position, w, columns, image, open);
            break;
        }
        const float total = matmul_lane_sum(sum);
        gradient[i * s->maps + m] = start == 0 ? total : gradient[i * s->maps + m] + total;
      }
    }
  }
  if (s->target_channels == 0) __builtin_memset(gradient, 0, images * s->maps * sizeof(float));
}

// A map's weight gradient is summed over all images before the next one's, so that its sums stay in the
// first-level cache.

static size_t winner_weight_gradient_scratch(winner_shape s, size_t maps, size_t channels) {
  const size_t width = matmul_vector_count(channels) * OOD_WIDTH;
  return convolution_lines(maps * winner_taps(s) * width) +
         convolution_lines(channels * matmul_vector_count(maps) * OOD_WIDTH);
}

/// sums[c] += value upstream[c] for `channels` channels, in whole vectors and a rest.
OOD_INLINE void winner_add_pixel(const size_t channels, vf value, const float *upstream, const float *gate,
                                 float *sums) {
  size_t c = 0;
  for (; c + OOD_WIDTH <= channels; c += OOD_WIDTH) {
    vf x = load(upstream + c);
    if (gate) x = through_gate(x, load(gate + c));
    store(sums + c, multiply_add(value, x, load(sums + c)));
  }
  if (c < channels) {
    vf x = load_partial(upstream + c, channels - c);
    if (gate) x = through_gate(x, load_partial(gate + c, channels - c));
    store(sums + c, multiply_add(value, x, load(sums + c)));
  }
}

/// sums[tap] += value upstream[pixel] for one winner.
OOD_INLINE void winner_add_patch(winner_shape s, size_t channels, int32_t where, vf value,
                                 const float *upstream, const float *gate, float *sums) {
  const size_t width = matmul_vector_count(channels) * OOD_WIDTH;
  const struct winner_range rows = winner_reach((uint32_t)where / (uint32_t)s->width, s->multiply, s->top,
                                                s->kernel_height, s->target_height, s->divide);
  const struct winner_range reach = winner_reach((uint32_t)where % (uint32_t)s->width, s->multiply, s->left,
                                                 s->kernel_width, s->target_width, s->divide);
  size_t y = rows.pixel;
  for (size_t t = rows.first; t < rows.end; t += s->divide, y++) {
    size_t at = (y * s->target_width + reach.pixel) * s->target_channels;
    for (size_t u = reach.first; u < reach.end; u += s->divide, at += s->target_channels) {
      winner_add_pixel(channels, value, upstream + at, gate ? gate + at : NULL,
                       sums + (t * s->kernel_width + u) * width);
    }
  }
}

static void winner_weight_gradient(winner_shape s, size_t images, size_t m0, size_t m1, size_t c0, size_t c1,
                                   const int32_t *where, const float *values, const float *upstream,
                                   const float *gate, int order, float *gradient, float *memory) {
  enum { usual_channels = 128 };
  struct convolution_scratch scratch = {memory};
  const size_t taps = winner_taps(s), channels = c1 - c0, maps = m1 - m0;
  const size_t width = matmul_vector_count(channels) * OOD_WIDTH;
  const size_t size = s->target_height * s->target_width * s->target_channels;
  float *sums = convolution_take(&scratch, maps * taps * width);
  float *transposed = convolution_take(&scratch, channels * matmul_vector_count(maps) * OOD_WIDTH);
  __builtin_memset(sums, 0, maps * taps * width * sizeof(float));
  for (size_t m = m0; m < m1; m++) {
    float *to = sums + (m - m0) * taps * width;
    for (size_t i = 0; i < images; i++) {
      const float value = values[i * s->maps + m];
      if (value == 0) continue;
      const int32_t position = where[i * s->maps + m];
      const float *image = upstream + i * size + c0;
      const float *open = gate ? gate + i * size + c0 : NULL;
      if (channels == usual_channels) {
        winner_add_patch(s, usual_channels, position, splat(value), image, open, to);
      } else {
        winner_add_patch(s, channels, position, splat(value), image, open, to);
      }
    }
  }
  for (size_t t = 0; t < taps; t++) {
    float *tap = gradient + (order & ood_weights_reversed ? taps - 1 - t : t) * s->maps * s->target_channels;
    if (order & ood_weights_transposed) {
      for (size_t p = 0; p < matmul_panel_count(maps); p++) {
        const size_t start = matmul_panel_start(maps, p);
        const size_t panel_width = matmul_panel_start(maps, p + 1) - start;
        const size_t columns = matmul_panel_columns(maps, p);
        matmul_pack_panel(channels, columns, sums + (start * taps + t) * width, 1, taps * width, transposed);
        for (size_t c = 0; c < channels; c++) {
          __builtin_memcpy(tap + (c0 + c) * s->maps + m0 + start, transposed + c * panel_width,
                           columns * sizeof(float));
        }
      }
    } else {
      for (size_t m = 0; m < maps; m++) {
        __builtin_memcpy(tap + (m0 + m) * s->target_channels + c0, sums + (m * taps + t) * width,
                         channels * sizeof(float));
      }
    }
  }
}

static const struct ood_winner winner_table = {
    .spatial = winner_spatial,
    .largest_in_rows = winner_largest_in_rows,
    .largest_in_columns = winner_largest_in_columns,
    .largest_in_cells = winner_largest_in_cells,
    .largest_in_cells_scratch = winner_largest_in_cells_scratch,
    .packed_count = winner_packed_count,
    .pack = winner_pack,
    .spread = winner_spread,
    .spread_scratch = winner_spread_scratch,
    .value_gradient = winner_value_gradient,
    .weight_gradient = winner_weight_gradient,
    .weight_gradient_scratch = winner_weight_gradient_scratch,
    .patches_fit = winner_patches_fit,
    .gradients_channels = winner_gradients_channels,
    .gradients = winner_gradients,
    .gradients_scratch = winner_gradients_scratch,
    .dense = winner_dense,
};
