// What the convolutions of compact codes share: panels of channels and places in packed weights.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_winner.h"

#include "matmul.h"
#include "matmul_pack.h"
#include "simd.h"

typedef const struct ood_winner_shape *winner_shape;

// Channels are cut into panels of 4 vectors, the last one narrower.
#define WINNER_VECTORS 4
enum { winner_columns = WINNER_VECTORS * OOD_WIDTH };
OOD_INLINE size_t winner_panel_end(size_t columns, size_t start) {
  const size_t end = matmul_vector_count(columns) * OOD_WIDTH;
  return start + winner_columns < end ? start + winner_columns : end;
}

OOD_INLINE size_t winner_taps(winner_shape s) { return s->kernel_height * s->kernel_width; }

/// The first float of the patch around a winner whose patch lies inside the target.
OOD_INLINE size_t winner_patch(winner_shape s, int32_t where) {
  const size_t y = (uint32_t)where / (uint32_t)s->width * s->multiply;
  const size_t x = (uint32_t)where % (uint32_t)s->width * s->multiply;
  return (y * s->target_width + x) * s->target_channels;
}

/// Start of a map's weights in the panel that starts at column `start` and is `width` wide.
OOD_INLINE size_t winner_packed_map(winner_shape s, size_t start, size_t width, size_t map) {
  return winner_taps(s) * (s->maps * start + map * width);
}
