#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_index.h"
#include "../include/ood_map.h"

#include "shuffle.h"
#include "simd.h"

enum {
  /// Rows that are gathered are fetched so many before they are copied.
  index_rows_ahead = 16,
};

static void index_gather_rows(const float *x, const int32_t *rows, size_t n, size_t columns, float *y) {
  const int streams = n * columns >= ood_streaming_count && streams_rows(y, columns);
  for (size_t i = 0; i < n; i++) {
    const float *row = x + (size_t)rows[i] * columns;
    float *to = y + i * columns;
    if (i + index_rows_ahead < n) {
      const float *next = x + (size_t)rows[i + index_rows_ahead] * columns;
      for (size_t c = 0; c < columns && c < 1024; c += 16) __builtin_prefetch(next + c);
    }
    if (streams) {
      for (size_t c = 0; c < columns; c += OOD_WIDTH) store_streaming(to + c, load(row + c));
    } else {
      __builtin_memcpy(to, row, columns * sizeof(float));
    }
  }
  if (streams) finish_streaming();
}

static void index_scatter_add_rows(const float *x, size_t x_stride, const int32_t *rows, size_t n,
                                   size_t columns, float *y, size_t y_stride) {
  for (size_t i = 0; i < n; i++) {
    const float *from = x + i * x_stride;
    float *to = y + (size_t)rows[i] * y_stride;
    size_t c = 0;
    for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) store(to + c, load(to + c) + load(from + c));
    for (; c < columns; c++) to[c] += from[c];
  }
}

static void index_gather(const float *x, const int32_t *positions, size_t n, float *y) {
  for (size_t i = 0; i < n; i++) y[i] = x[(size_t)positions[i]];
}

static void index_scatter_add(const float *x, const int32_t *positions, size_t n, float *y) {
  for (size_t i = 0; i < n; i++) y[(size_t)positions[i]] += x[i];
}

/// A square of OOD_WIDTH rows and columns: log2(OOD_WIDTH) perfect shuffles of its rows.
OOD_INLINE void transpose_square(const float *x, ptrdiff_t x_stride, float *y, ptrdiff_t y_stride,
                                 int streams) {
  vf a[OOD_WIDTH], b[OOD_WIDTH];
#pragma clang loop unroll(full)
  for (int i = 0; i < OOD_WIDTH; i++) a[i] = load(x + i * x_stride);
#pragma clang loop unroll(full)
  for (int done = 1; done < OOD_WIDTH; done *= 2) {
#pragma clang loop unroll(full)
    for (int i = 0; i < OOD_WIDTH / 2; i++) {
      b[2 * i] = interleave_low(a[i], a[i + OOD_WIDTH / 2]);
      b[2 * i + 1] = interleave_high(a[i], a[i + OOD_WIDTH / 2]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < OOD_WIDTH; i++) a[i] = b[i];
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < OOD_WIDTH; i++) store_or_stream(streams, y + i * y_stride, a[i], OOD_WIDTH);
}

/// At most a tile: squares where they fit, the rest by single floats.
static void transpose_piece(const float *x, ptrdiff_t x_stride, size_t rows, size_t columns, float *y,
                            ptrdiff_t y_stride) {
  enum { side = 4 };
  const size_t whole_rows = rows - rows % side, whole_columns = columns - columns % side;
  for (size_t c = 0; c < whole_columns; c += side) {
    for (size_t r = 0; r < whole_rows; r += side) {
      const float *from = x + (ptrdiff_t)r * x_stride + (ptrdiff_t)c;
      float *to = y + (ptrdiff_t)c * y_stride + (ptrdiff_t)r;
      const vf4 a0 = load4(from), a1 = load4(from + x_stride), a2 = load4(from + 2 * x_stride),
                a3 = load4(from + 3 * x_stride);
      const vf4 b0 = __builtin_shufflevector(a0, a2, 0, 4, 1, 5),
                b1 = __builtin_shufflevector(a0, a2, 2, 6, 3, 7);
      const vf4 b2 = __builtin_shufflevector(a1, a3, 0, 4, 1, 5),
                b3 = __builtin_shufflevector(a1, a3, 2, 6, 3, 7);
      store4(to, __builtin_shufflevector(b0, b2, 0, 4, 1, 5));
      store4(to + y_stride, __builtin_shufflevector(b0, b2, 2, 6, 3, 7));
      store4(to + 2 * y_stride, __builtin_shufflevector(b1, b3, 0, 4, 1, 5));
      store4(to + 3 * y_stride, __builtin_shufflevector(b1, b3, 2, 6, 3, 7));
    }
  }
  for (size_t c = 0; c < columns; c++) {
    for (size_t r = c < whole_columns ? whole_rows : 0; r < rows; r++) {
      y[(ptrdiff_t)c * y_stride + (ptrdiff_t)r] = x[(ptrdiff_t)r * x_stride + (ptrdiff_t)c];
    }
  }
}

/// A tile of 16 x 16 floats.
OOD_INLINE void transpose_tile(const float *x, ptrdiff_t x_stride, float *y, ptrdiff_t y_stride, int streams) {
  for (ptrdiff_t c = 0; c < 16; c += OOD_WIDTH) {
    for (ptrdiff_t r = 0; r < 16; r += OOD_WIDTH) {
      transpose_square(x + r * x_stride + c, x_stride, y + c * y_stride + r, y_stride, streams);
    }
  }
}

/// y[c, r] = x[r, c]; rows of x lie x_stride apart, rows of y y_stride apart.
static void transpose_strided(const float *x, ptrdiff_t x_stride, size_t rows, size_t columns, float *y,
                              ptrdiff_t y_stride) {
  // Tiles of 16 x 16 floats fill whole cache lines of both arrays, so a line that is driven out of the cache
  // (as happens when strides are powers of 2) was not needed any more. Panels of columns bound the pages in
  // use. A result that the caches don't hold is streamed to memory, a line at a time.
  enum { tile = 16, panel = 256 };
  const int streams = rows * columns >= ood_streaming_count && (uintptr_t)y % 64 == 0 && y_stride % tile == 0;
  for (size_t first = 0; first < columns; first += panel) {
    const size_t end = columns - first < panel ? columns : first + panel;
    for (size_t r0 = 0; r0 < rows; r0 += tile) {
      for (size_t c0 = first; c0 < end; c0 += tile) {
        const float *from = x + (ptrdiff_t)r0 * x_stride + (ptrdiff_t)c0;
        float *to = y + (ptrdiff_t)c0 * y_stride + (ptrdiff_t)r0;
        if (r0 + tile > rows || c0 + tile > end) {
          transpose_piece(from, x_stride, rows - r0 < tile ? rows - r0 : tile,
                          end - c0 < tile ? end - c0 : tile, to, y_stride);
          continue;
        }
        if (streams) {
          // The tile after this one, or the first of the rows below.
          const float *next = c0 + tile < end ? from + tile : x + (ptrdiff_t)(r0 + tile) * x_stride + (ptrdiff_t)first;
          for (int r = 0; r < tile; r++) __builtin_prefetch(next + r * x_stride);
          transpose_tile(from, x_stride, to, y_stride, 1);
        } else {
          transpose_tile(from, x_stride, to, y_stride, 0);
        }
      }
    }
  }
  if (streams) finish_streaming();
}

/// A row of floats; short ones without a call.
OOD_INLINE void copy_row(float *y, const float *x, size_t n) {
  if (n > 32) {
    __builtin_memcpy(y, x, n * sizeof(float));
  } else if (n >= 4) {
    // The last four may be copied twice.
    for (size_t i = 0; i + 4 < n; i += 4) store4(y + i, load4(x + i));
    store4(y + n - 4, load4(x + n - 4));
  } else {
#pragma clang loop vectorize(disable) unroll(disable)
    for (size_t i = 0; i < n; i++) y[i] = x[i];
  }
}

static void index_copy_2d(const float *x, size_t x_stride, size_t rows, size_t columns, float *y,
                          size_t y_stride) {
  if (x_stride == columns && y_stride == columns) {
    if (rows && columns) __builtin_memcpy(y, x, rows * columns * sizeof(float));
    return;
  }
  for (size_t r = 0; r < rows; r++) copy_row(y + r * y_stride, x + r * x_stride, columns);
}

struct copy_axis {
  size_t extent;
  ptrdiff_t x, y;
};

OOD_INLINE size_t magnitude(ptrdiff_t a) { return a < 0 ? -(size_t)a : (size_t)a; }

/// Axes from the widest step in y to the narrowest, without those of extent 1, neighbours joined where both
/// arrays allow it. Returns how many, or -1 when there is nothing to copy.
static int copy_axes(const ptrdiff_t *x_strides, const ptrdiff_t *y_strides, const size_t *shape, int rank,
                     struct copy_axis *axes) {
  int count = 0;
  for (int a = 0; a < rank; a++) {
    if (shape[a] == 0) return -1;
    if (shape[a] == 1) continue;
    const struct copy_axis axis = {shape[a], x_strides[a], y_strides[a]};
    int place = count++;
    for (; place > 0 && magnitude(axes[place - 1].y) < magnitude(axis.y); place--) {
      axes[place] = axes[place - 1];
    }
    axes[place] = axis;
  }
  int joined = 0;
  for (int a = 0; a < count; a++) {
    const struct copy_axis axis = axes[a];
    if (joined && axes[joined - 1].x == axis.x * (ptrdiff_t)axis.extent &&
        axes[joined - 1].y == axis.y * (ptrdiff_t)axis.extent) {
      axes[joined - 1] = (struct copy_axis){axes[joined - 1].extent * axis.extent, axis.x, axis.y};
    } else {
      axes[joined++] = axis;
    }
  }
  return joined;
}

static void index_strided_copy(const float *x, const ptrdiff_t *x_strides, float *y,
                               const ptrdiff_t *y_strides, const size_t *shape, int rank) {
  struct copy_axis axes[ood_most_axes];
  int count = copy_axes(x_strides, y_strides, shape, rank, axes);
  if (count < 0) return;
  if (count == 0) {
    *y = *x;
    return;
  }
  // The innermost one or two axes go to a block; an odometer turns the others.
  const struct copy_axis inner = axes[--count];
  struct copy_axis across = {1, 0, 0};
  enum { rows_whole, squares, singly } way = singly;
  if (inner.y == 1 && inner.x == 1) {
    way = rows_whole;
  } else if (inner.y == 1) {
    for (int a = 0; a < count && way == singly; a++) {
      if (axes[a].x != 1) continue;
      way = squares;
      across = axes[a];
      for (count--; a < count; a++) axes[a] = axes[a + 1];
    }
  }
  if (way != squares && count > 0) across = axes[--count];

  size_t turn[ood_most_axes] = {0};
  while (1) {
    switch (way) {
      case squares: transpose_strided(x, inner.x, inner.extent, across.extent, y, across.y); break;
      case rows_whole:
        for (size_t i = 0; i < across.extent; i++) {
          copy_row(y + (ptrdiff_t)i * across.y, x + (ptrdiff_t)i * across.x, inner.extent);
        }
        break;
      case singly:
        for (size_t i = 0; i < across.extent; i++) {
          const float *from = x + (ptrdiff_t)i * across.x;
          float *to = y + (ptrdiff_t)i * across.y;
          for (size_t j = 0; j < inner.extent; j++) to[(ptrdiff_t)j * inner.y] = from[(ptrdiff_t)j * inner.x];
        }
        break;
    }
    int a = count - 1;
    for (; a >= 0; a--) {
      x += axes[a].x;
      y += axes[a].y;
      if (++turn[a] < axes[a].extent) break;
      turn[a] = 0;
      x -= axes[a].x * (ptrdiff_t)axes[a].extent;
      y -= axes[a].y * (ptrdiff_t)axes[a].extent;
    }
    if (a < 0) return;
  }
}

static void index_permute(const float *x, const size_t *shape, const size_t *order, int rank, size_t first,
                          size_t last, float *y) {
  ptrdiff_t steps[ood_most_axes], x_strides[ood_most_axes], y_strides[ood_most_axes];
  size_t y_shape[ood_most_axes];
  ptrdiff_t step = 1;
  for (int a = rank - 1; a >= 0; a--) {
    steps[a] = step;
    step *= (ptrdiff_t)shape[a];
  }
  step = 1;
  for (int a = rank - 1; a >= 0; a--) {
    y_shape[a] = shape[order[a]];
    x_strides[a] = steps[order[a]];
    y_strides[a] = step;
    step *= (ptrdiff_t)y_shape[a];
  }
  if (rank > 0) {
    x += (ptrdiff_t)first * x_strides[0];
    y += (ptrdiff_t)first * y_strides[0];
    y_shape[0] = last - first;
  }
  index_strided_copy(x, x_strides, y, y_strides, y_shape, rank);
}

static const struct ood_index index_table = {
    .gather_rows = index_gather_rows,
    .scatter_add_rows = index_scatter_add_rows,
    .gather = index_gather,
    .scatter_add = index_scatter_add,
    .copy_2d = index_copy_2d,
    .permute = index_permute,
};
