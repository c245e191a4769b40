// Weights into frequencies, and gradients of frequencies into taps.
#pragma once

#include <stddef.h>

#include "../include/ood_convolution.h"

#include "convolution.h"
#include "convolution_images.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "matmul_tile.h"
#include "simd.h"
#include "winograd_tile.h"
#include "winograd_transform.h"

enum { winograd_weight_rows = 8, winograd_all_taps = winograd_taps * winograd_taps };

OOD_INLINE size_t winograd_weights_step(convolution_shape s) {
  return winograd_step(matmul_packed_count(s->source_channels, s->target_channels));
}

static size_t winograd_weights_count(convolution_shape s) {
  return (size_t)winograd_frequencies(winograd_outputs(s)) * winograd_weights_step(s);
}

/// One vector of each tap, `from_step` floats apart, to one of each frequency.
OOD_INLINE void winograd_transform_taps(const int m, const float *from, size_t from_step, float *to,
                                        size_t to_step) {
  vf half[winograd_most_side][winograd_taps];
  WINOGRAD_EACH(int, x, 0, winograd_taps) {
    vf column[winograd_taps], f[winograd_most_side];
    WINOGRAD_EACH(int, y, 0, winograd_taps) {
      column[y] = load(from + (size_t)(y * winograd_taps + x) * from_step);
    }
    winograd_filter(m, column, f);
    WINOGRAD_EACH(int, y, 0, winograd_side(m)) half[y][x] = f[y];
  }
#pragma clang loop unroll(disable)
  for (int y = 0; y < winograd_side(m); y++) {
    vf f[winograd_most_side];
    winograd_filter(m, half[y], f);
    WINOGRAD_EACH(int, x, 0, winograd_side(m)) {
      store(to, f[x]);
      // The next call's place: so many streams are more than the processor follows by itself.
      __builtin_prefetch(to + OOD_WIDTH, 1);
      to += to_step;
    }
  }
}

/// `count` floats of each tap, whole vectors of them.
OOD_INLINE void winograd_transform_rows(const int m, size_t count, const float *taps, float *to,
                                        size_t to_step) {
  for (size_t i = 0; i < count; i += OOD_WIDTH) {
    winograd_transform_taps(m, taps + i, count, to + i, to_step);
  }
}

static void winograd_transform_weights(convolution_shape s, int order, size_t c0, size_t c1,
                                       const float *weights, float *transformed) {
  const size_t channels = s->source_channels, columns = s->target_channels;
  const size_t row_stride = order & ood_weights_transposed ? 1 : columns;
  const size_t column_stride = order & ood_weights_transposed ? channels : 1;
  const size_t step = winograd_weights_step(s);
  const int outputs = winograd_outputs(s);
  // The taps of a few rows of a panel, one after the other.
  float taps[winograd_all_taps * winograd_weight_rows * MATMUL_COLUMNS] __attribute__((aligned(64)));
  for (size_t p = 0; p < matmul_panel_count(columns); p++) {
    const size_t start = matmul_panel_start(columns, p);
    const size_t width = matmul_panel_start(columns, p + 1) - start;
    for (size_t c = c0; c < c1; c += winograd_weight_rows) {
      const size_t rows = convolution_smaller(winograd_weight_rows, c1 - c);
      for (size_t t = 0; t < winograd_all_taps; t++) {
        matmul_pack_panel(rows, matmul_panel_columns(columns, p),
                          convolution_tap(s, order, weights, t) + c * row_stride + start * column_stride,
                          row_stride, column_stride, taps + t * rows * width);
      }
      float *to = transformed + channels * start + c * width;
      WINOGRAD_WITH_OUTPUTS(outputs, winograd_transform_rows, rows * width, taps, to, step)
    }
  }
}

/// One vector of each frequency, `from_step` floats apart, to one of each tap.
OOD_INLINE void winograd_gather_taps(const int m, const float *from, size_t from_step,
                                     vf taps[winograd_all_taps]) {
  vf half[winograd_most_side][winograd_most_side];
  winograd_apply_to_columns(m, winograd_by_gathering, from, from_step, half);
  WINOGRAD_EACH(int, y, 0, winograd_taps) winograd_gather(m, half[y], taps + y * winograd_taps);
}

/// Writes row r of each tap's matrix, which has `rows` rows of `columns` columns, from a row of all frequencies.
OOD_INLINE void winograd_write_row(const int m, size_t r, size_t rows, size_t columns, int reversed,
                                   const float *sums, size_t step, float *gradient) {
  for (size_t c = 0; c < columns; c += OOD_WIDTH) {
    const size_t lanes = convolution_smaller(OOD_WIDTH, columns - c);
    vf taps[winograd_all_taps];
    winograd_gather_taps(m, sums + c, step, taps);
    for (size_t t = 0; t < winograd_all_taps; t++) {
      const size_t tap = reversed ? winograd_all_taps - 1 - t : t;
      store_some(gradient + (tap * rows + r) * columns + c, taps[t], lanes);
    }
  }
}
