// Maximum pooling, a vector of channels at a time. See include/ood_convolution.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "convolution_images.h"
#include "simd.h"

static void convolution_maximum_pool(convolution_shape s, size_t images, const float *source, int32_t first,
                                     float *values, int32_t *positions) {
  const size_t channels = s->source_channels;
  const size_t row = s->source_width * channels;
  for (size_t i = 0; i < images; i++) {
    for (size_t y = 0; y < s->target_height; y++) {
      for (size_t x = 0; x < s->target_width; x++, values += channels, positions += channels) {
        const size_t corner =
            ((i * s->source_height + y * s->stride) * s->source_width + x * s->stride) * channels;
        for (size_t c = 0; c < channels; c += OOD_WIDTH) {
          const size_t count = channels - c < OOD_WIDTH ? channels - c : OOD_WIDTH;
          vf best = load_some(source + corner + c, count);
          vi where = lane_numbers() + (int32_t)(corner + c);
          for (size_t t = 1; t < s->kernel_height * s->kernel_width; t++) {
            const size_t at = corner + t / s->kernel_width * row + t % s->kernel_width * channels + c;
            const vf value = load_some(source + at, count);
            // True where the value is larger, or is the first NaN.
            const vi better = ~(value <= best) & (best == best);
            best = blend(better, value, best);
            where = blend_int(better, lane_numbers() + (int32_t)at, where);
          }
          store_some(values + c, best, count);
          store_some((float *)positions + c, float_of(where + first), count);
        }
      }
    }
  }
}
