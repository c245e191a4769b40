// What the convolutions share: padded copies of images, lists of pixels, scratch memory, activations.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_activation.h"
#include "../include/ood_convolution.h"
#include "../include/ood_map.h"

#include "convolution_tile.h"
#include "map.h"
#include "simd.h"

typedef const struct ood_convolution_shape *convolution_shape;

OOD_INLINE size_t convolution_larger(size_t a, size_t b) { return a > b ? a : b; }
OOD_INLINE size_t convolution_smaller(size_t a, size_t b) { return a < b ? a : b; }

/// Height or width of an image with `before` rows in front of its `extent` rows, and as many behind as
/// `windows` windows of `kernel` rows, `stride` apart, reach.
OOD_INLINE size_t convolution_padded(size_t extent, size_t before, size_t windows, size_t kernel,
                                     size_t stride) {
  return convolution_larger(extent + before, (windows - 1) * stride + kernel);
}

/// Scratch memory is handed out from front to back in pieces of whole cache lines.
struct convolution_scratch {
  float *next;
};
enum { convolution_line = 16 };
OOD_INLINE size_t convolution_lines(size_t floats) {
  return (floats + convolution_line - 1) / convolution_line * convolution_line;
}
OOD_INLINE float *convolution_take(struct convolution_scratch *scratch, size_t floats) {
  float *piece = scratch->next;
  scratch->next += convolution_lines(floats);
  return piece;
}

/// Length of a list of `pixels` pixels with the ones that fill it up.
OOD_INLINE size_t convolution_list_count(size_t pixels) {
  return (pixels + convolution_list_multiple - 1) / convolution_list_multiple * convolution_list_multiple;
}

/// Offsets of the pixels of `images` images in rows of `row` floats: pixel (y, x) lies `y * row_step + x *
/// step` from the start of its image, and images are `image` floats apart.
static void convolution_list(size_t images, size_t height, size_t width, size_t image, size_t row_step,
                             size_t step, uint32_t *list) {
  size_t n = 0;
  for (size_t i = 0; i < images; i++) {
    for (size_t y = 0; y < height; y++) {
      const uint32_t start = (uint32_t)(i * image + y * row_step);
      for (size_t x = 0; x < width; x++) list[n++] = start + (uint32_t)(x * step);
    }
  }
  for (const size_t end = convolution_list_count(n); n > 0 && n < end; n++) list[n] = list[n - 1];
}

/// to = from where gate > 0, else 0; without a gate to = from.
OOD_INLINE void convolution_copy(size_t n, const float *from, const float *gate, float *to) {
  if (!gate) {
    __builtin_memcpy(to, from, n * sizeof(float));
    return;
  }
  size_t i = 0;
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) store(to + i, through_gate(load(from + i), load(gate + i)));
  if (i < n) {
    store_partial(to + i, through_gate(load_partial(from + i, n - i), load_partial(gate + i, n - i)), n - i);
  }
}

/// Copies images into larger ones of padded_height x padded_width pixels with zeros around.
static void convolution_pad(size_t images, size_t height, size_t width, size_t channels, size_t top,
                            size_t left, size_t padded_height, size_t padded_width, const float *from,
                            const float *gate, float *to) {
  const size_t row = width * channels, padded_row = padded_width * channels;
  const size_t behind = padded_row - (left * channels + row);
  for (size_t i = 0; i < images; i++) {
    __builtin_memset(to, 0, top * padded_row * sizeof(float));
    to += top * padded_row;
    for (size_t y = 0; y < height; y++) {
      __builtin_memset(to, 0, left * channels * sizeof(float));
      convolution_copy(row, from, gate, to + left * channels);
      __builtin_memset(to + left * channels + row, 0, behind * sizeof(float));
      from += row;
      if (gate) gate += row;
      to += padded_row;
    }
    const size_t below = padded_height - top - height;
    __builtin_memset(to, 0, below * padded_row * sizeof(float));
    to += below * padded_row;
  }
}

/// Whether `convolution_activate` has nothing to do after a tile's store, which bounds with ReLU itself.
OOD_INLINE int convolution_is_stored(enum ood_activation activation) {
  return activation == ood_activation_identity || activation == ood_activation_relu;
}

/// y = activation(y) for what a tile's store does not do.
OOD_INLINE void convolution_activate(enum ood_activation activation, float *y, size_t n) {
  switch (activation) {
    case ood_activation_identity:
      break;
    case ood_activation_relu:
      map_unary(ood_relu, 0, y, y, n);
      break;
    case ood_activation_sigmoid:
      map_unary(ood_sigmoid, 0, y, y, n);
      break;
  }
}

/// Every pixel = bias, or 0.
static void convolution_fill(size_t pixels, size_t channels, const float *bias, float *to) {
  if (!bias) {
    __builtin_memset(to, 0, pixels * channels * sizeof(float));
  } else {
    for (size_t p = 0; p < pixels; p++) __builtin_memcpy(to + p * channels, bias, channels * sizeof(float));
  }
}
