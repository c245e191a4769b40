// dW[t] = sum_q source[q stride + t - (top, left)]^T target[q]: tiles of source channels by target channels,
// summed over blocks of pixels. A block's target values are packed and stay in the first-level cache while
// all tiles pass.
//
// The source is laid out in one of two ways. With many channels, in groups of MATMUL_ROWS channels, whole
// images with their padding: all taps of a group read the same image, shifted. With few channels it is read
// in place: for a row of the kernel, kernel_width * source_channels consecutive floats are the rows of its
// tiles.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_convolution.h"

#include "convolution_images.h"
#include "convolution_tile.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "matmul_tile.h"
#include "simd.h"

enum {
  /// Pixels in a block, as near as whole image rows or whole images allow.
  convolution_block_pixels = 128,
  /// From this number of source channels on they are packed in groups.
  convolution_grouped_channels = 24,
};

struct convolution_gradient_plan {
  int grouped;
  /// Size of the padded source images, and floats between two of their pixels.
  size_t height, width, unit;
  /// Images and rows of target pixels in a block.
  size_t images, rows;
  /// Groups of channels, or tiles in a row of the kernel, and the rows of each.
  size_t groups, group_rows;
  /// Rows of sums, in tiles of MATMUL_ROWS, and floats in one of their rows.
  size_t sums, columns;
};

OOD_INLINE struct convolution_gradient_plan convolution_plan_gradient(convolution_shape s, size_t channels) {
  struct convolution_gradient_plan plan;
  plan.grouped = s->source_channels >= convolution_grouped_channels;
  plan.height = convolution_padded(s->source_height, s->top, s->target_height, s->kernel_height, s->stride);
  plan.width = convolution_padded(s->source_width, s->left, s->target_width, s->kernel_width, s->stride);
  plan.unit = plan.grouped ? MATMUL_ROWS : s->source_channels;
  plan.images = convolution_larger(1, convolution_block_pixels / (s->target_height * s->target_width));
  plan.rows = convolution_smaller(s->target_height,
                                  convolution_larger(1, convolution_block_pixels / s->target_width));
  const size_t run = plan.grouped ? channels : s->kernel_width * s->source_channels;
  plan.groups = (run + MATMUL_ROWS - 1) / MATMUL_ROWS;
  plan.group_rows = plan.grouped ? MATMUL_ROWS : (run + plan.groups - 1) / plan.groups;
  plan.sums = plan.groups * MATMUL_ROWS * s->kernel_height * (plan.grouped ? s->kernel_width : 1);
  plan.columns = matmul_vector_count(s->target_channels) * OOD_WIDTH;
  return plan;
}

static size_t convolution_weight_gradient_scratch(convolution_shape s, size_t channels) {
  const struct convolution_gradient_plan plan = convolution_plan_gradient(s, channels);
  const size_t depth = plan.grouped ? plan.groups * MATMUL_ROWS : s->source_channels;
  return convolution_lines(plan.images * plan.height * plan.width * depth) +
         convolution_lines(plan.images * plan.rows * s->target_width * MATMUL_COLUMNS) +
         convolution_lines(plan.images * plan.rows) + convolution_lines(plan.sums * plan.columns) +
         convolution_lines(plan.columns);
}

/// Packs channels [c0, c1) of padded images in groups: to[group][image][row][column][MATMUL_ROWS].
static void convolution_pack_groups(convolution_shape s, struct convolution_gradient_plan plan, size_t images,
                                    size_t c0, size_t c1, const float *source, const float *gate, float *to) {
  const size_t channels = s->source_channels;
  for (size_t c = c0; c < c1; c += MATMUL_ROWS) {
    const size_t rows = convolution_smaller(MATMUL_ROWS, c1 - c);
    for (size_t i = 0; i < images; i++) {
      for (size_t y = 0; y < plan.height; y++) {
        if (y < s->top || y >= s->top + s->source_height) {
          __builtin_memset(to, 0, plan.width * MATMUL_ROWS * sizeof(float));
          to += plan.width * MATMUL_ROWS;
          continue;
        }
        const size_t start = (i * s->source_height + y - s->top) * s->source_width;
        __builtin_memset(to, 0, s->left * MATMUL_ROWS * sizeof(float));
        to += s->left * MATMUL_ROWS;
        for (size_t x = 0; x < s->source_width; x++, to += MATMUL_ROWS) {
          const size_t at = (start + x) * channels + c;
          if (rows == MATMUL_ROWS && !gate) {
            __builtin_memcpy(to, source + at, MATMUL_ROWS * sizeof(float));
          } else {
            for (size_t r = 0; r < MATMUL_ROWS; r++) {
              to[r] = r < rows && (!gate || gate[at + r] > 0) ? source[at + r] : 0;
            }
          }
        }
        const size_t behind = plan.width - s->left - s->source_width;
        __builtin_memset(to, 0, behind * MATMUL_ROWS * sizeof(float));
        to += behind * MATMUL_ROWS;
      }
    }
  }
}

/// Packs `pixels` rows of `columns` floats, `stride` apart, taken where gate > 0, into rows of whole vectors.
static void convolution_pack_block(size_t pixels, size_t columns, size_t stride, const float *from,
                                   const float *gate, float *to) {
  const size_t whole = columns / OOD_WIDTH * OOD_WIDTH;
  for (size_t p = 0; p < pixels; p++) {
    size_t j = 0;
    for (; j < whole; j += OOD_WIDTH) {
      const vf x = load(from + j);
      store(to + j, gate ? through_gate(x, load(gate + j)) : x);
    }
    if (j < columns) {
      const vf x = load_partial(from + j, columns - j);
      store(to + j, gate ? through_gate(x, load_partial(gate + j, columns - j)) : x);
      j += OOD_WIDTH;
    }
    to += j;
    from += stride;
    if (gate) gate += stride;
  }
}

/// sums[c] += sum over the pixels of a packed block.
static void convolution_sum_block(size_t pixels, size_t panel_width, const float *block, float *sums) {
  for (size_t c = 0; c < panel_width; c += OOD_WIDTH) {
    vf sum = 0;
    for (size_t p = 0; p < pixels; p++) sum += load(block + p * panel_width + c);
    store(sums + c, load(sums + c) + sum);
  }
}

/// Adds one block of packed pixels to every tile of one panel.
OOD_INLINE void convolution_add_block(convolution_shape s, struct convolution_gradient_plan plan,
                                      size_t images, size_t channels, const float *source,
                                      struct convolution_runs runs, const float *block, size_t panel_width,
                                      int accumulate, float *sums) {
  convolution_gradient_function *const *tiles = convolution_gradient_tiles[panel_width / OOD_WIDTH - 1];
  const size_t run = plan.grouped ? channels : s->kernel_width * s->source_channels;
  for (size_t g = 0; g < plan.groups; g++) {
    const size_t rows = convolution_smaller(plan.group_rows, run - g * plan.group_rows);
    const float *group =
        source + (plan.grouped ? g * images * plan.height * plan.width * MATMUL_ROWS : g * plan.group_rows);
    for (size_t h = 0; h < s->kernel_height; h++) {
      for (size_t w = 0; w < (plan.grouped ? s->kernel_width : 1); w++) {
        tiles[rows - 1](group + (h * plan.width + w) * plan.unit, runs, block, accumulate, sums);
        sums += MATMUL_ROWS * panel_width;
      }
    }
  }
}

/// Writes the sums of one panel to the gradient: tap by tap, as `order` says.
static void convolution_write_gradient(convolution_shape s, struct convolution_gradient_plan plan, size_t c0,
                                       size_t c1, int order, size_t start, size_t columns, size_t panel_width,
                                       const float *sums, float *gradient) {
  const size_t taps = s->kernel_height * s->kernel_width;
  const size_t run = plan.grouped ? c1 - c0 : s->kernel_width * s->source_channels;
  for (size_t g = 0; g < plan.groups; g++) {
    for (size_t h = 0; h < s->kernel_height; h++) {
      for (size_t w = 0; w < (plan.grouped ? s->kernel_width : 1); w++, sums += MATMUL_ROWS * panel_width) {
        for (size_t r = 0; r < plan.group_rows && g * plan.group_rows + r < run; r++) {
          const size_t m = g * plan.group_rows + r;
          const size_t channel = plan.grouped ? c0 + m : m % s->source_channels;
          const size_t tap = h * s->kernel_width + (plan.grouped ? w : m / s->source_channels);
          const size_t at =
              (order & ood_weights_reversed ? taps - 1 - tap : tap) * s->source_channels * s->target_channels;
          const float *row = sums + r * panel_width;
          if (order & ood_weights_transposed) {
            for (size_t j = 0; j < columns; j++)
              gradient[at + (start + j) * s->source_channels + channel] = row[j];
          } else {
            __builtin_memcpy(gradient + at + channel * s->target_channels + start, row,
                             columns * sizeof(float));
          }
        }
      }
    }
  }
}

static void convolution_weight_gradient(convolution_shape s, size_t images, size_t c0, size_t c1,
                                        const float *source, const float *source_gate, const float *target,
                                        const float *target_gate, int order, float *gradient,
                                        float *target_sums, float *memory) {
  struct convolution_scratch scratch = {memory};
  const struct convolution_gradient_plan plan = convolution_plan_gradient(s, c1 - c0);
  const size_t depth = plan.grouped ? plan.groups * MATMUL_ROWS : s->source_channels;
  const size_t source_size = s->source_height * s->source_width * s->source_channels;
  const size_t channels = s->target_channels;
  float *packed = convolution_take(&scratch, plan.images * plan.height * plan.width * depth);
  float *block = convolution_take(&scratch, plan.images * plan.rows * s->target_width * MATMUL_COLUMNS);
  uint32_t *at = (uint32_t *)convolution_take(&scratch, plan.images * plan.rows);
  float *sums = convolution_take(&scratch, plan.sums * plan.columns);
  float *pixel_sums = convolution_take(&scratch, plan.columns);
  if (images == 0) __builtin_memset(sums, 0, plan.sums * plan.columns * sizeof(float));
  __builtin_memset(pixel_sums, 0, plan.columns * sizeof(float));

  for (size_t i = 0; i < images; i += plan.images) {
    const size_t together = convolution_smaller(plan.images, images - i);
    const float *from = source + i * source_size;
    const float *gate = source_gate ? source_gate + i * source_size : NULL;
    if (plan.grouped) {
      convolution_pack_groups(s, plan, together, c0, c1, from, gate, packed);
      from = packed;
    } else if (gate || plan.height != s->source_height || plan.width != s->source_width) {
      convolution_pad(together, s->source_height, s->source_width, s->source_channels, s->top, s->left,
                      plan.height, plan.width, from, gate, packed);
      from = packed;
    }
    for (size_t y = 0; y < s->target_height; y += plan.rows) {
      const size_t rows = convolution_smaller(plan.rows, s->target_height - y);
      const size_t pixels = together * rows * s->target_width;
      const size_t start_pixel = (i * s->target_height + y) * s->target_width;
      size_t n = 0;
      for (size_t image = 0; image < together; image++) {
        for (size_t r = 0; r < rows; r++) {
          at[n++] = (uint32_t)((image * plan.height + (y + r) * s->stride) * plan.width * plan.unit);
        }
      }
      const struct convolution_runs runs = {n, s->target_width, s->stride * plan.unit, at};
      for (size_t p = 0; p < matmul_panel_count(channels); p++) {
        const size_t start = matmul_panel_start(channels, p);
        const size_t panel_width = matmul_panel_start(channels, p + 1) - start;
        const size_t first = start_pixel * channels + start;
        convolution_pack_block(pixels, matmul_panel_columns(channels, p), channels, target + first,
                               target_gate ? target_gate + first : NULL, block);
        if (target_sums) convolution_sum_block(pixels, panel_width, block, pixel_sums + start);
        convolution_add_block(s, plan, together, c1 - c0, from, runs, block, panel_width, i > 0 || y > 0,
                              sums + plan.sums * start);
      }
    }
  }
  for (size_t p = 0; p < matmul_panel_count(channels); p++) {
    const size_t start = matmul_panel_start(channels, p);
    convolution_write_gradient(s, plan, c0, c1, order, start, matmul_panel_columns(channels, p),
                               matmul_panel_start(channels, p + 1) - start, sums + plan.sums * start,
                               gradient);
  }
  if (target_sums) __builtin_memcpy(target_sums, pixel_sums, channels * sizeof(float));
}

/// sums[c] = sum over rows of upstream[r][c] where gate > 0, in blocks of rows that are added one after the
/// other.
/// Sums of `vectors` vectors of columns, the last of `tail` lanes, over rows, in groups of rows.
OOD_INLINE void convolution_bias_columns(const int vectors, size_t tail, size_t rows, size_t columns,
                                         const float *upstream, const float *gate, float *gated,
                                         float *sums) {
  enum { group = 64 };
  const size_t last = (size_t)(vectors - 1) * OOD_WIDTH;
  vf total[4];
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) total[v] = 0;
  for (size_t r = 0; r < rows; r += group) {
    const size_t end = convolution_smaller(rows, r + group);
    vf sum[4];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[v] = 0;
    for (size_t q = r; q < end; q++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        const size_t at = q * columns + (size_t)v * OOD_WIDTH;
        const size_t lanes = v == vectors - 1 ? tail : OOD_WIDTH;
        vf x = load_some(upstream + at, lanes);
        if (gate) x = through_gate(x, load_some(gate + at, lanes));
        if (gated) store_some(gated + at, x, lanes);
        sum[v] += x;
      }
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) total[v] += sum[v];
  }
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    const size_t column = (size_t)v * OOD_WIDTH;
    store_some(sums + column, total[v], column == last ? tail : OOD_WIDTH);
  }
}

static void convolution_bias_gradient(size_t rows, size_t columns, const float *upstream, const float *gate,
                                      float *gated, float *sums) {
  size_t c = 0;
#define CONVOLUTION_BIAS(vectors, tail)                                                          \
  convolution_bias_columns(vectors, tail, rows, columns, upstream + c, gate ? gate + c : NULL,   \
                           gated ? gated + c : NULL, sums + c)
  for (; c + 4 * OOD_WIDTH <= columns; c += 4 * OOD_WIDTH) CONVOLUTION_BIAS(4, OOD_WIDTH);
  for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) CONVOLUTION_BIAS(1, OOD_WIDTH);
  if (c < columns) CONVOLUTION_BIAS(1, columns - c);
#undef CONVOLUTION_BIAS
}
