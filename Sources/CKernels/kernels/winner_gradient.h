// Both gradients of a convolution of compact codes in one pass over the upstream gradient, for winners whose
// patches lie wholly inside the target: a decoder's full convolution, an encoder's one without padding.
//
// A row of a patch, its taps side by side, meets one row of a map's weights and of their gradient, which stay
// in registers while a group of images passes. A panel of channels of a group's images is copied first, behind
// the gate, so that it stays in the second-level cache while all maps pass (in place its lines, a fraction of
// each pixel's, would fall on a fraction of the cache's sets); weights and sums stream.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_convolution.h"

#include "convolution_gradient.h"
#include "convolution_images.h"
#include "matmul.h"
#include "matmul_pack.h"
#include "matmul_tile.h"
#include "simd.h"
#include "winner_narrow.h"
#include "winner_shape.h"

// A panel's vectors: 5 taps of sums and of weights fit 32 registers, 5 taps of sums alone fit 16.
enum { winner_gradient_vectors = 2, winner_gradient_group = 8, winner_gradient_taps = 5 };
enum { winner_gradient_width = winner_gradient_vectors * OOD_WIDTH };

static int winner_patches_fit(winner_shape s) {
  return s->divide == 1 && s->top == 0 && s->left == 0 && s->height > 0 && s->width > 0 &&
         (s->height - 1) * s->multiply + s->kernel_height <= s->target_height &&
         (s->width - 1) * s->multiply + s->kernel_width <= s->target_width &&
         (s->kernel_width == winner_gradient_taps || s->kernel_width == 3 || winner_is_narrow(s));
}

/// The channels that one call of `gradients` takes: all where patches are narrow, else a panel of them.
static size_t winner_gradients_channels(winner_shape s) {
  return winner_is_narrow(s) ? s->target_channels : winner_gradient_width;
}

static size_t winner_gradients_scratch(winner_shape s, size_t maps) {
  if (winner_is_narrow(s)) return 0;
  return convolution_lines(maps * winner_taps(s) * winner_gradient_width) +
         winner_gradient_group * s->target_height * s->target_width * winner_gradient_width;
}

/// One map, one row of taps, a group of images: sums[tap] += value upstream[pixel], and where `dotted` is set
/// dots[i] += w[tap] . upstream[pixel], lane by lane. `at` says where the row of each image's patch starts.
OOD_INLINE void winner_gradient_row(const int taps, const int vectors, const int dotted, size_t images,
                                    const float *const *at, const float *values, const float *w,
                                    size_t w_step, float *sums, vf *dots) {
  vf row[winner_gradient_taps][winner_gradient_vectors], weights[winner_gradient_taps][winner_gradient_vectors];
#pragma clang loop unroll(full)
  for (int t = 0; t < taps; t++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      row[t][v] = load(sums + (t * vectors + v) * OOD_WIDTH);
      if (dotted) weights[t][v] = load(w + (size_t)t * w_step + v * OOD_WIDTH);
    }
  }
  for (size_t i = 0; i < images; i++) {
    const float *x = at[i];
    const vf value = splat(values[i]);
    vf dot[winner_gradient_vectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) dot[v] = 0;
#pragma clang loop unroll(full)
    for (int t = 0; t < taps; t++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        const vf u = load(x + (t * vectors + v) * OOD_WIDTH);
        row[t][v] = multiply_add(value, u, row[t][v]);
        if (dotted) dot[v] = multiply_add(u, weights[t][v], dot[v]);
      }
    }
    if (dotted) dots[i] += vectors == 2 ? dot[0] + dot[1] : dot[0];
  }
#pragma clang loop unroll(full)
  for (int t = 0; t < taps; t++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) store(sums + (t * vectors + v) * OOD_WIDTH, row[t][v]);
  }
}

typedef void winner_gradient_function(size_t images, const float *const *at, const float *values,
                                      const float *w, size_t w_step, float *sums, vf *dots);

#define WINNER_GRADIENT_ROW(taps, vectors)                                              \
  static void winner_gradient_row_##taps##_##vectors(                                   \
      size_t images, const float *const *at, const float *values, const float *w,       \
      size_t w_step, float *sums, vf *dots) {                                           \
    if (w) {                                                                            \
      winner_gradient_row(taps, vectors, 1, images, at, values, w, w_step, sums, dots); \
    } else {                                                                            \
      winner_gradient_row(taps, vectors, 0, images, at, values, w, w_step, sums, dots); \
    }                                                                                   \
  }
WINNER_GRADIENT_ROW(3, 1)
WINNER_GRADIENT_ROW(3, 2)
WINNER_GRADIENT_ROW(5, 1)
WINNER_GRADIENT_ROW(5, 2)

static winner_gradient_function *const winner_gradient_rows[2][winner_gradient_vectors] = {
    {winner_gradient_row_3_1, winner_gradient_row_3_2},
    {winner_gradient_row_5_1, winner_gradient_row_5_2},
};

/// Copies `vectors` vectors of channels of `pixels` pixels, zero where the gate is closed, and adds them to the
/// bias's sums.
OOD_INLINE void winner_copy_panel(const int vectors, size_t tail, size_t pixels, size_t channels,
                                  const float *from, const float *gate, float *to, vf *bias) {
  vf sum[winner_gradient_vectors];
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) sum[v] = 0;
  for (size_t p = 0; p < pixels; p++, from += channels) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const size_t count = v == vectors - 1 ? tail : OOD_WIDTH;
      vf u = load_some(from + v * OOD_WIDTH, count);
      if (gate) u = through_gate(u, load_some(gate + v * OOD_WIDTH, count));
      store(to, u);
      sum[v] += u;
      to += OOD_WIDTH;
    }
    if (gate) gate += channels;
  }
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) bias[v] += sum[v];
}

static void winner_copy_image(winner_shape s, size_t vectors, size_t tail, const float *from,
                              const float *gate, float *to, vf *bias) {
  const size_t pixels = s->target_height * s->target_width, channels = s->target_channels;
  if (vectors == 2 && tail == OOD_WIDTH) {
    winner_copy_panel(2, OOD_WIDTH, pixels, channels, from, gate, to, bias);
  } else if (vectors == 2) {
    winner_copy_panel(2, tail, pixels, channels, from, gate, to, bias);
  } else {
    winner_copy_panel(1, tail, pixels, channels, from, gate, to, bias);
  }
}

/// A panel of channels from `c` on: sums [map][tap][panel] over all images, and each image's dot products.
static void winner_gradients_panel(winner_shape s, size_t images, size_t m0, size_t m1, size_t c,
                                   size_t vectors, const int32_t *where, const float *values,
                                   const float *packed, const float *upstream, const float *gate, float *sums,
                                   float *copies, float *value_gradient, float *bias_gradient) {
  winner_gradient_function *const rows =
      winner_gradient_rows[s->kernel_width == winner_gradient_taps][vectors - 1];
  const size_t taps = winner_taps(s), channels = s->target_channels, width = vectors * OOD_WIDTH;
  const size_t left = channels - c - (vectors - 1) * OOD_WIDTH;
  const size_t tail = left < OOD_WIDTH ? left : OOD_WIDTH;
  const size_t pixels = s->target_height * s->target_width;
  // Where the weights of these channels lie among the packed ones.
  const size_t panel = c / winner_columns * winner_columns;
  const size_t panel_width = winner_panel_end(channels, panel) - panel;
  vf bias[winner_gradient_vectors];
  for (size_t v = 0; v < vectors; v++) bias[v] = 0;
  __builtin_memset(sums, 0, (m1 - m0) * taps * width * sizeof(float));
  for (size_t i0 = 0; i0 < images; i0 += winner_gradient_group) {
    const size_t group = images - i0 < winner_gradient_group ? images - i0 : winner_gradient_group;
    for (size_t i = 0; i < group; i++) {
      const size_t start = (i0 + i) * pixels * channels + c;
      winner_copy_image(s, vectors, tail, upstream + start, gate ? gate + start : NULL,
                        copies + i * pixels * width, bias);
    }
    for (size_t m = m0; m < m1; m++) {
      const float *at[winner_gradient_group];
      float value[winner_gradient_group];
      vf dots[winner_gradient_group];
      for (size_t i = 0; i < group; i++) {
        const size_t place = (i0 + i) * s->maps + m;
        const size_t y = (uint32_t)where[place] / (uint32_t)s->width * s->multiply;
        const size_t x = (uint32_t)where[place] % (uint32_t)s->width * s->multiply;
        at[i] = copies + (i * pixels + y * s->target_width + x) * width;
        value[i] = values[place];
        dots[i] = 0;
      }
      const float *w = packed ? packed + winner_packed_map(s, panel, panel_width, m) + (c - panel) : NULL;
      float *to = sums + (m - m0) * taps * width;
      for (size_t r = 0; r < s->kernel_height; r++) {
        rows(group, at, value, w, panel_width, to, dots);
        for (size_t i = 0; i < group; i++) at[i] += s->target_width * width;
        to += s->kernel_width * width;
        if (w) w += s->kernel_width * panel_width;
      }
      if (!packed) continue;
      for (size_t i = 0; i < group; i++) {
        value_gradient[(i0 + i) * s->maps + m] = matmul_lane_sum(dots[i]);
      }
    }
  }
  if (!bias_gradient) return;
  for (size_t v = 0; v < vectors; v++) {
    store_some(bias_gradient + c + v * OOD_WIDTH, bias[v], v == vectors - 1 ? tail : OOD_WIDTH);
  }
}

/// Writes the sums of maps [m0, m1) and a panel of channels to the gradient, in the given order of weights.
static void winner_write_gradient(winner_shape s, size_t m0, size_t m1, size_t c, size_t width, int order,
                                  const float *sums, float *gradient) {
  const size_t taps = winner_taps(s), maps = m1 - m0;
  const size_t channels = convolution_smaller(width, s->target_channels - c);
  float transposed[winner_gradient_width * MATMUL_COLUMNS];
  for (size_t t = 0; t < taps; t++) {
    float *tap = gradient + (order & ood_weights_reversed ? taps - 1 - t : t) * s->maps * s->target_channels;
    if (!(order & ood_weights_transposed)) {
      for (size_t m = 0; m < maps; m++) {
        __builtin_memcpy(tap + (m0 + m) * s->target_channels + c, sums + (m * taps + t) * width,
                         channels * sizeof(float));
      }
      continue;
    }
    for (size_t p = 0; p < matmul_panel_count(maps); p++) {
      const size_t start = matmul_panel_start(maps, p);
      const size_t panel_width = matmul_panel_start(maps, p + 1) - start;
      const size_t columns = matmul_panel_columns(maps, p);
      matmul_pack_panel(channels, columns, sums + (start * taps + t) * width, 1, taps * width, transposed);
      for (size_t k = 0; k < channels; k++) {
        __builtin_memcpy(tap + (c + k) * s->maps + m0 + start, transposed + k * panel_width,
                         columns * sizeof(float));
      }
    }
  }
}

static void winner_gradients(winner_shape s, size_t images, size_t m0, size_t m1, size_t c,
                             const int32_t *where, const float *values, const float *packed,
                             const float *upstream, const float *gate, int order, float *gradient,
                             float *value_gradient, float *bias_gradient, float *memory) {
  if (winner_is_narrow(s)) {
    if (bias_gradient && m0 == 0) {
      convolution_bias_gradient(images * s->target_height * s->target_width, s->target_channels, upstream,
                                gate, NULL, bias_gradient);
    }
    winner_narrow_gradients(s, images, m0, m1, where, values, packed, upstream, gate, order, gradient,
                            value_gradient);
    return;
  }
  struct convolution_scratch scratch = {memory};
  const size_t end = matmul_vector_count(s->target_channels) * OOD_WIDTH;
  const size_t width = convolution_smaller(end - c, winner_gradient_width);
  float *sums = convolution_take(&scratch, (m1 - m0) * winner_taps(s) * winner_gradient_width);
  float *copies = memory + convolution_lines((m1 - m0) * winner_taps(s) * winner_gradient_width);
  winner_gradients_panel(s, images, m0, m1, c, width / OOD_WIDTH, where, values, packed, upstream, gate, sums,
                         copies, value_gradient, bias_gradient);
  winner_write_gradient(s, m0, m1, c, width, order, sums, gradient);
}
