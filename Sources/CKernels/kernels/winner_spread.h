// Spreads compact codes: each winner's value times its weights is added to the patch around it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_activation.h"
#include "../include/ood_winner.h"

#include "convolution_images.h"
#include "simd.h"
#include "winner_narrow.h"
#include "winner_shape.h"

/// The taps first, first + divide, ... < end of a winner along one axis; the first meets target pixel
/// `pixel`, the next the one after it.
struct winner_range {
  size_t first, end, pixel;
};

OOD_INLINE struct winner_range winner_reach(size_t position, size_t multiply, size_t before, size_t kernel,
                                            size_t extent, size_t divide) {
  const ptrdiff_t base = (ptrdiff_t)(position * multiply) - (ptrdiff_t)before;
  ptrdiff_t first = base < 0 ? -base : 0;
  ptrdiff_t pixel = base + first;
  if (divide > 1) {
    const ptrdiff_t past = pixel % (ptrdiff_t)divide;
    if (past != 0) first += (ptrdiff_t)divide - past;
    pixel = (base + first) / (ptrdiff_t)divide;
  }
  const ptrdiff_t limit = (ptrdiff_t)(extent * divide) - base;
  const ptrdiff_t end = limit < (ptrdiff_t)kernel ? limit : (ptrdiff_t)kernel;
  return (struct winner_range){(size_t)first, end < first ? (size_t)first : (size_t)end, (size_t)pixel};
}

// Spreading goes row by row of the target, in a row buffer that stays in the first-level cache, with the
// winners of each image in order of their rows.

static size_t winner_spread_scratch(winner_shape s, size_t images) {
  return 2 * convolution_lines(images * s->maps) + convolution_lines(images * (s->height + 1)) +
         convolution_lines(s->target_width * winner_columns);
}

/// Maps whose value is not 0 in order of their winners' rows, and the winners' columns in that order: those
/// of row h are numbers starts[h] ... starts[h + 1] - 1.
static void winner_sort(winner_shape s, const int32_t *where, const float *values, uint32_t *order,
                        uint32_t *columns, uint32_t *starts) {
  const uint32_t width = (uint32_t)s->width;
  for (size_t h = 0; h <= s->height; h++) starts[h] = 0;
  for (size_t m = 0; m < s->maps; m++) starts[(uint32_t)where[m] / width] += values[m] != 0;
  uint32_t sum = 0;
  for (size_t h = 0; h <= s->height; h++) {
    sum += starts[h];
    starts[h] = sum;
  }
  for (size_t m = s->maps; m-- > 0;) {
    if (values[m] == 0) continue;
    const uint32_t place = --starts[(uint32_t)where[m] / width];
    order[place] = (uint32_t)m;
    columns[place] = (uint32_t)where[m] % width;
  }
}

/// buffer[tap] += value W[tap] for `taps` taps, whose weights lie `step` taps apart.
OOD_INLINE void winner_add_taps(const int vectors, size_t taps, size_t step, vf value, const float *w,
                                float *buffer) {
  for (size_t t = 0; t < taps; t++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      store(buffer + v * OOD_WIDTH,
            multiply_add(value, load(w + v * OOD_WIDTH), load(buffer + v * OOD_WIDTH)));
    }
    w += step * (size_t)vectors * OOD_WIDTH;
    buffer += vectors * OOD_WIDTH;
  }
}

/// Adds to one row of the target what one row of taps brings.
OOD_INLINE void winner_add_row(const int vectors, winner_shape s, size_t row, const uint32_t *maps,
                               const uint32_t *columns, size_t count, const float *values,
                               const float *packed, float *buffer) {
  const size_t width = (size_t)vectors * OOD_WIDTH, taps = winner_taps(s);
  if (s->divide == 1 && s->left == 0 && s->kernel_width == 5 &&
      (s->width - 1) * s->multiply + 5 <= s->target_width) {
    // Every winner reaches all taps.
    for (size_t i = 0; i < count; i++) {
      winner_add_taps(vectors, 5, 1, splat(values[maps[i]]), packed + (maps[i] * taps + row * 5) * width,
                      buffer + columns[i] * s->multiply * width);
    }
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const size_t m = maps[i];
    const vf value = splat(values[m]);
    const float *w = packed + (m * taps + row * s->kernel_width) * width;
    const struct winner_range reach =
        winner_reach(columns[i], s->multiply, s->left, s->kernel_width, s->target_width, s->divide);
    w += reach.first * width;
    float *to = buffer + reach.pixel * width;
    // Most winners reach all taps of the most common kernels.
    if (s->divide == 1 && reach.end - reach.first == 5) {
      winner_add_taps(vectors, 5, 1, value, w, to);
    } else if (s->divide == 1 && reach.end - reach.first == 3) {
      winner_add_taps(vectors, 3, 1, value, w, to);
    } else {
      winner_add_taps(vectors, (reach.end - reach.first + s->divide - 1) / s->divide, s->divide, value, w,
                      to);
    }
  }
}

OOD_INLINE void winner_spread_panel(const int vectors, winner_shape s, const uint32_t *order,
                                    const uint32_t *places, const uint32_t *starts, const float *values,
                                    const float *packed, size_t columns, const float *bias, int relu,
                                    int streams, float *buffer, float *target) {
  const size_t width = (size_t)vectors * OOD_WIDTH;
  vf begin[WINNER_VECTORS];
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    const size_t column = (size_t)v * OOD_WIDTH;
    begin[v] =
        bias ? load_some(bias + column, columns - column < OOD_WIDTH ? columns - column : OOD_WIDTH) : 0;
  }
  const size_t ahead = 2 * s->target_width * s->target_channels;
  for (size_t y = 0; y < s->target_height; y++) {
    // Lines of a row to come: stores that wait for theirs hold up all that follow.
    for (size_t x = 0; !streams && x < s->target_width; x++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        __builtin_prefetch(target + ahead + x * s->target_channels + (size_t)v * OOD_WIDTH, 1);
      }
    }
    for (size_t x = 0; x < s->target_width; x++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) store(buffer + x * width + (size_t)v * OOD_WIDTH, begin[v]);
    }
    for (size_t t = 0; t < s->kernel_height; t++) {
      if (y * s->divide + s->top < t) continue;
      const size_t row = y * s->divide + s->top - t;
      if (row % s->multiply != 0 || row / s->multiply >= s->height) continue;
      const uint32_t first = starts[row / s->multiply], last = starts[row / s->multiply + 1];
      winner_add_row(vectors, s, t, order + first, places + first, last - first, values, packed, buffer);
    }
    for (size_t x = 0; x < s->target_width; x++, target += s->target_channels) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        const size_t column = (size_t)v * OOD_WIDTH;
        const vf sum = load(buffer + x * width + column);
        store_or_stream(streams, target + column, relu ? (sum < 0 ? (vf)0 : sum) : sum,
                        columns - column < OOD_WIDTH ? columns - column : OOD_WIDTH);
      }
    }
  }
}

static void winner_spread(winner_shape s, size_t images, const int32_t *where, const float *values,
                          const float *packed, const float *bias, enum ood_activation activation, int streams,
                          float *target, float *memory) {
  struct convolution_scratch scratch = {memory};
  uint32_t *order = (uint32_t *)convolution_take(&scratch, images * s->maps);
  uint32_t *places = (uint32_t *)convolution_take(&scratch, images * s->maps);
  uint32_t *starts = (uint32_t *)convolution_take(&scratch, images * (s->height + 1));
  float *buffer = convolution_take(&scratch, s->target_width * winner_columns);
  const size_t size = s->target_height * s->target_width * s->target_channels;
  const int relu = activation == ood_activation_relu;
  streams = streams && convolution_is_stored(activation) &&
            streams_rows(target, s->target_channels);
  if (winner_is_narrow(s)) {
    winner_narrow_spread(s, images, where, values, packed, bias, target);
    convolution_activate(activation, target, images * size);
    return;
  }
  for (size_t i = 0; i < images; i++) {
    winner_sort(s, where + i * s->maps, values + i * s->maps, order + i * s->maps, places + i * s->maps,
                starts + i * (s->height + 1));
  }
  for (size_t start = 0; start < s->target_channels; start += winner_columns) {
    const size_t width = winner_panel_end(s->target_channels, start) - start;
    const size_t vectors = width / OOD_WIDTH;
    const size_t columns = convolution_smaller(width, s->target_channels - start);
    const float *panel = packed + winner_taps(s) * s->maps * start;
    for (size_t i = 0; i < images; i++) {
#define WINNER_SPREAD(vectors)                                                                             \
  winner_spread_panel(vectors, s, order + i * s->maps, places + i * s->maps, starts + i * (s->height + 1), \
                      values + i * s->maps, panel, columns, bias ? bias + start : NULL, relu, streams,     \
                      buffer, target + i * size + start)
      switch (vectors) {
        case 1:
          WINNER_SPREAD(1);
          break;
        case 2:
          WINNER_SPREAD(2);
          break;
        case 3:
          WINNER_SPREAD(3);
          break;
        default:
          WINNER_SPREAD(WINNER_VECTORS);
          break;
      }
    }
  }
  if (streams) finish_streaming();
  if (!relu) convolution_activate(activation, target, images * size);
}
