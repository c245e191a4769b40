// Making winner-take-all codes. See include/ood_winner.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "simd.h"

/// One group of `vectors` vectors of maps, the last of `tail` lanes, through all positions.
OOD_INLINE void winner_spatial_group(const int vectors, size_t tail, size_t positions, size_t maps,
                                     const float *x, float *values, int32_t *where) {
  vf best[4];
  vi at[4];
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    best[v] = load_some(x + v * OOD_WIDTH, v == vectors - 1 ? tail : OOD_WIDTH);
    at[v] = 0;
  }
  for (size_t p = 1; p < positions; p++) {
    x += maps;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const vf value = load_some(x + v * OOD_WIDTH, v == vectors - 1 ? tail : OOD_WIDTH);
      // True where the value is larger, or is the first NaN.
      const vi better = ~(value <= best[v]) & (best[v] == best[v]);
      best[v] = blend(better, value, best[v]);
      at[v] = blend_int(better, (vi)(int32_t)p, at[v]);
    }
  }
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    const size_t count = v == vectors - 1 ? tail : OOD_WIDTH;
    store_some(values + v * OOD_WIDTH, best[v], count);
    store_some((float *)where + v * OOD_WIDTH, float_of(at[v]), count);
  }
}

static void winner_spatial(size_t images, size_t positions, size_t maps, const float *x, float *values,
                           int32_t *where) {
  for (size_t i = 0; i < images; i++, values += maps, where += maps, x += positions * maps) {
    size_t c = 0;
    for (; c + 4 * OOD_WIDTH <= maps; c += 4 * OOD_WIDTH) {
      winner_spatial_group(4, OOD_WIDTH, positions, maps, x + c, values + c, where + c);
    }
    for (; c + OOD_WIDTH <= maps; c += OOD_WIDTH) {
      winner_spatial_group(1, OOD_WIDTH, positions, maps, x + c, values + c, where + c);
    }
    if (c < maps) winner_spatial_group(1, maps - c, positions, maps, x + c, values + c, where + c);
  }
}

static void winner_dense(size_t images, size_t positions, size_t maps, const int32_t *where,
                         const float *values, float *x) {
  __builtin_memset(x, 0, images * positions * maps * sizeof(float));
  for (size_t i = 0; i < images; i++, x += positions * maps) {
    for (size_t m = 0; m < maps; m++) x[(size_t)where[i * maps + m] * maps + m] = values[i * maps + m];
  }
}

// The largest of some values without sorting: their bits as whole numbers in the same order, and the largest
// number that at least `keep` of them reach, found bit by bit. Numbers above it are kept, those equal to it
// in order until there are enough.

/// Integers in the order of the floats, with -0 as 0 and NaN above everything.
OOD_INLINE vi winner_key(vf v) {
  const vi bits = bits_of(v + splat(0));
  return blend_int(is_nan(v), (vi)INT32_MAX, bits ^ ((bits >> 31) & INT32_MAX));
}

OOD_INLINE int32_t winner_scalar_key(float v) {
  const float positive = v + 0.0f;
  int32_t bits;
  __builtin_memcpy(&bits, &positive, sizeof bits);
  return v != v ? INT32_MAX : bits ^ ((bits >> 31) & INT32_MAX);
}

static void winner_largest_in_rows(size_t rows, size_t columns, size_t keep, const float *values, float *kept,
                                   float *mask) {
  for (size_t r = 0; r < rows; r++, values += columns, kept += columns, mask += columns) {
    int32_t threshold = INT32_MIN;
    for (int bit = 31; keep > 0 && bit >= 0; bit--) {
      const int32_t candidate = (int32_t)((uint32_t)threshold + ((uint32_t)1 << bit));
      vi reached = 0;
      size_t c = 0;
      for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH)
        reached -= winner_key(load(values + c)) >= (vi)candidate;
      size_t count = (size_t)__builtin_reduce_add(reached);
      for (; c < columns; c++) count += winner_scalar_key(values[c]) >= candidate;
      if (count >= keep) threshold = candidate;
    }
    size_t above = 0;
    for (size_t c = 0; c < columns; c++) above += winner_scalar_key(values[c]) > threshold;
    size_t equals = keep > above ? keep - above : 0;
    for (size_t c = 0; c < columns; c++) {
      const int32_t key = winner_scalar_key(values[c]);
      int stays = keep > 0 && key > threshold;
      if (key == threshold && equals > 0) {
        equals--;
        stays = 1;
      }
      mask[c] = stays ? 1 : 0;
      kept[c] = stays ? values[c] : 0;
    }
  }
}

/// Up to a vector of columns at a time.
static void winner_largest_in_columns(size_t rows, size_t columns, size_t c0, size_t c1, size_t keep,
                                      const float *values, float *kept, float *mask) {
  for (size_t c = c0; c < c1; c += OOD_WIDTH) {
    const size_t count = c1 - c < OOD_WIDTH ? c1 - c : OOD_WIDTH;
    vi threshold = INT32_MIN;
    for (int bit = 31; keep > 0 && bit >= 0; bit--) {
      const vi candidate = (vi)((vu)threshold + ((uint32_t)1 << bit));
      vi reached = 0;
      for (size_t r = 0; r < rows; r++)
        reached -= winner_key(load_some(values + r * columns + c, count)) >= candidate;
      threshold = blend_int(reached >= (vi)(int32_t)keep, candidate, threshold);
    }
    vi equals = (int32_t)keep;
    for (size_t r = 0; r < rows; r++)
      equals += winner_key(load_some(values + r * columns + c, count)) > threshold;
    for (size_t r = 0; r < rows; r++) {
      const vf value = load_some(values + r * columns + c, count);
      const vi key = winner_key(value);
      const vi equal = (key == threshold) & (equals > 0);
      equals += equal;
      const vi stays = keep > 0 ? equal | (key > threshold) : (vi)0;
      store_some(mask + r * columns + c, blend(stays, splat(1), splat(0)), count);
      store_some(kept + r * columns + c, blend(stays, value, splat(0)), count);
    }
  }
}

static size_t winner_cells(size_t height, size_t width, size_t stride) {
  return ((height + stride - 1) / stride) * ((width + stride - 1) / stride);
}

static size_t winner_largest_in_cells_scratch(size_t height, size_t width, size_t stride) {
  return height * width + winner_cells(height, width, stride);
}

/// A table says which cell a position lies in, so that no winner costs a division.
static void winner_largest_in_cells(size_t images, size_t height, size_t width, size_t stride, size_t maps,
                                    const int32_t *where, const float *values, float *kept, float *mask,
                                    int32_t *scratch) {
  const size_t cells = winner_cells(height, width, stride), across = (width + stride - 1) / stride;
  int32_t *cell = scratch, *best = scratch + height * width;
  for (size_t y = 0; y < height; y++) {
    int32_t *row = cell + y * width;
    for (size_t x = 0; x < width; x++) row[x] = (int32_t)(y / stride * across + x / stride);
  }
  for (size_t i = 0; i < images; i++, where += maps, values += maps, kept += maps, mask += maps) {
    // The map of each cell's largest value so far; -1 for none.
    __builtin_memset(best, -1, cells * sizeof *best);
    for (size_t m = 0; m < maps; m++) {
      int32_t *first = best + cell[where[m]];
      if (*first < 0 || winner_scalar_key(values[m]) > winner_scalar_key(values[*first])) *first = (int32_t)m;
    }
    for (size_t m = 0; m < maps; m++) {
      const int stays = best[cell[where[m]]] == (int32_t)m;
      mask[m] = stays ? 1 : 0;
      kept[m] = stays ? values[m] : 0;
    }
  }
}
