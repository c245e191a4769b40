// Convolutions of compact codes to targets so narrow that a row of a patch, its taps and channels side by
// side, fits one vector: a decoder's last convolution to grey pixels, an encoder's first. Winners' patches
// lie wholly inside the target. Weights are packed as [map][kernel row][one vector].
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_convolution.h"

#include "matmul.h"
#include "simd.h"
#include "winner_shape.h"

static int winner_is_narrow(winner_shape s) {
  return s->kernel_width * s->target_channels <= OOD_WIDTH && s->divide == 1 && s->top == 0 && s->left == 0 &&
         s->height > 0 && s->width > 0 &&
         (s->height - 1) * s->multiply + s->kernel_height <= s->target_height &&
         (s->width - 1) * s->multiply + s->kernel_width <= s->target_width;
}

/// Where weight (tap, map, channel) lies in the given order.
OOD_INLINE size_t winner_weight_place(winner_shape s, int order, size_t tap, size_t map, size_t channel) {
  const size_t taps = s->kernel_height * s->kernel_width;
  const size_t from = order & ood_weights_reversed ? taps - 1 - tap : tap;
  return from * s->maps * s->target_channels +
         (order & ood_weights_transposed ? channel * s->maps + map : map * s->target_channels + channel);
}

static void winner_narrow_pack(winner_shape s, int order, size_t m0, size_t m1, const float *weights,
                               float *packed) {
  const size_t run = s->kernel_width * s->target_channels;
  for (size_t m = m0; m < m1; m++) {
    float *to = packed + m * s->kernel_height * OOD_WIDTH;
    for (size_t r = 0; r < s->kernel_height; r++, to += OOD_WIDTH) {
      for (size_t k = 0; k < OOD_WIDTH; k++) {
        const size_t tap = r * s->kernel_width + k / s->target_channels;
        to[k] = k < run ? weights[winner_weight_place(s, order, tap, m, k % s->target_channels)] : 0;
      }
    }
  }
}

static void winner_narrow_spread(winner_shape s, size_t images, const int32_t *where, const float *values,
                                 const float *packed, const float *bias, float *target) {
  const size_t run = s->kernel_width * s->target_channels, row = s->target_width * s->target_channels;
  const size_t pixels = s->target_height * s->target_width;
  for (size_t i = 0; i < images; i++, target += pixels * s->target_channels) {
    for (size_t p = 0; p < pixels; p++) {
      for (size_t c = 0; c < s->target_channels; c++) target[p * s->target_channels + c] = bias ? bias[c] : 0;
    }
    for (size_t m = 0; m < s->maps; m++) {
      const float value = values[i * s->maps + m];
      if (value == 0) continue;
      const float *w = packed + m * s->kernel_height * OOD_WIDTH;
      float *to = target + winner_patch(s, where[i * s->maps + m]);
      for (size_t r = 0; r < s->kernel_height; r++, to += row, w += OOD_WIDTH) {
        store_partial(to, multiply_add(splat(value), load(w), load_partial(to, run)), run);
      }
    }
  }
}

enum { winner_narrow_rows = 8 };

/// For one map and `rows` rows of taps from row r0 on: sums[row] = sum over images of value upstream[row], and
/// dot products with the weights, added to those of earlier rows.
OOD_INLINE void winner_narrow_map(const size_t rows, winner_shape s, size_t images, size_t m, size_t r0,
                                  const int32_t *where, const float *values, const float *packed,
                                  const float *upstream, const float *gate, vf *sums, float *value_gradient) {
  const size_t run = s->kernel_width * s->target_channels, row = s->target_width * s->target_channels;
  const float *w = packed ? packed + (m * s->kernel_height + r0) * OOD_WIDTH : NULL;
  vf total[winner_narrow_rows];
  for (size_t r = 0; r < rows; r++) total[r] = 0;
  for (size_t i = 0; i < images; i++) {
    const size_t place = i * s->maps + m;
    const size_t at = i * s->target_height * row + winner_patch(s, where[place]) + r0 * row;
    const vf value = splat(values ? values[place] : 0);
    vf dot = 0;
    for (size_t r = 0; r < rows; r++) {
      vf u = load_partial(upstream + at + r * row, run);
      if (gate) u = through_gate(u, load_partial(gate + at + r * row, run));
      total[r] = multiply_add(value, u, total[r]);
      if (w) dot = multiply_add(u, load(w + r * OOD_WIDTH), dot);
    }
    if (!w) continue;
    const float product = matmul_lane_sum(dot);
    value_gradient[place] = r0 == 0 ? product : value_gradient[place] + product;
  }
  for (size_t r = 0; r < rows; r++) sums[r] = total[r];
}

/// Gradients for maps [m0, m1). `gradient` may be NULL; `packed` and `value_gradient` too, together.
static void winner_narrow_gradients(winner_shape s, size_t images, size_t m0, size_t m1, const int32_t *where,
                                    const float *values, const float *packed, const float *upstream,
                                    const float *gate, int order, float *gradient, float *value_gradient) {
  const size_t run = s->kernel_width * s->target_channels;
  for (size_t m = m0; m < m1; m++) {
    for (size_t r0 = 0; r0 < s->kernel_height; r0 += winner_narrow_rows) {
      const size_t left = s->kernel_height - r0;
      const size_t rows = left < winner_narrow_rows ? left : winner_narrow_rows;
      vf sums[winner_narrow_rows];
      if (rows == 5) {
        winner_narrow_map(5, s, images, m, r0, where, values, packed, upstream, gate, sums, value_gradient);
      } else {
        winner_narrow_map(rows, s, images, m, r0, where, values, packed, upstream, gate, sums,
                          value_gradient);
      }
      if (!gradient) continue;
      for (size_t r = 0; r < rows; r++) {
        float lanes[OOD_WIDTH];
        store(lanes, sums[r]);
        for (size_t k = 0; k < run; k++) {
          const size_t tap = (r0 + r) * s->kernel_width + k / s->target_channels;
          gradient[winner_weight_place(s, order, tap, m, k % s->target_channels)] = lanes[k];
        }
      }
    }
  }
}
