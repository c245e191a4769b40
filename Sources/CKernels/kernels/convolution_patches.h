// im2col and col2im: convolution as one product of matrices, for whoever brings a product of their own. The package's own
// convolutions read the images in place. See include/ood_convolution.h.
#pragma once

#include <stddef.h>

#include "../include/ood_convolution.h"

#include "convolution_images.h"
#include "map.h"
#include "simd.h"

/// The columns [first, last) of a kernel's row that fall inside an image of `extent` pixels, for the window
/// that starts `start - before` pixels from its edge.
OOD_INLINE void convolution_inside(size_t start, size_t before, size_t kernel, size_t extent, size_t *first,
                                   size_t *last) {
  *first = start < before ? convolution_smaller(before - start, kernel) : 0;
  *last = before + extent > start ? convolution_smaller(before + extent - start, kernel) : 0;
  if (*last < *first) *last = *first;
}

static void convolution_im2col(convolution_shape s, size_t images, const float *source, float *patches) {
  const size_t channels = s->source_channels;
  for (size_t i = 0; i < images; i++) {
    for (size_t y = 0; y < s->target_height; y++) {
      size_t top, bottom;
      convolution_inside(y * s->stride, s->top, s->kernel_height, s->source_height, &top, &bottom);
      for (size_t x = 0; x < s->target_width; x++) {
        size_t left, right;
        convolution_inside(x * s->stride, s->left, s->kernel_width, s->source_width, &left, &right);
        for (size_t t = 0; t < s->kernel_height; t++, patches += s->kernel_width * channels) {
          if (t < top || t >= bottom || left == right) {
            __builtin_memset(patches, 0, s->kernel_width * channels * sizeof(float));
            continue;
          }
          const size_t row = i * s->source_height + y * s->stride + t - s->top;
          const size_t column = x * s->stride + left - s->left;
          __builtin_memset(patches, 0, left * channels * sizeof(float));
          __builtin_memcpy(patches + left * channels, source + (row * s->source_width + column) * channels,
                           (right - left) * channels * sizeof(float));
          __builtin_memset(patches + right * channels, 0,
                           (s->kernel_width - right) * channels * sizeof(float));
        }
      }
    }
  }
}

static void convolution_col2im(convolution_shape s, size_t images, const float *patches, float *source) {
  const size_t channels = s->source_channels;
  __builtin_memset(source, 0, images * s->source_height * s->source_width * channels * sizeof(float));
  for (size_t i = 0; i < images; i++) {
    for (size_t y = 0; y < s->target_height; y++) {
      size_t top, bottom;
      convolution_inside(y * s->stride, s->top, s->kernel_height, s->source_height, &top, &bottom);
      for (size_t x = 0; x < s->target_width; x++) {
        size_t left, right;
        convolution_inside(x * s->stride, s->left, s->kernel_width, s->source_width, &left, &right);
        for (size_t t = 0; t < s->kernel_height; t++, patches += s->kernel_width * channels) {
          if (t < top || t >= bottom || left == right) continue;
          const size_t row = i * s->source_height + y * s->stride + t - s->top;
          const size_t column = x * s->stride + left - s->left;
          float *to = source + (row * s->source_width + column) * channels;
          map_scale_add(1, patches + left * channels, to, (right - left) * channels);
        }
      }
    }
  }
}
