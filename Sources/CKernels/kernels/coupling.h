/// Affine couplings of normalizing flows (Real NVP, Glow): scales and shifts, their log-determinants and gradients.
#pragma once

#include <stddef.h>

#include "../include/ood_coupling.h"
#include "../include/ood_map.h"

#include "map.h"
#include "reduce.h"
#include "simd.h"
#include "vector_math.h"

enum {
  /// Elements that are worked on at a time; what belongs to them stays in the L1 cache.
  coupling_block = 512,
  /// Vectors that go through the stages of a coupling side by side, in long rows and in short ones.
  coupling_most = 8,
  coupling_some = 4,
  /// Narrower matrices are packed, so that vectors hold several rows.
  coupling_narrow = 2 * OOD_WIDTH,
};

/// Where a piece of a result goes: into a row of the matrix, or into a buffer that follows the work to memory around the
/// caches, line by line. A whole buffer at its end would keep the work waiting.
struct coupling_outlet {
  float *buffer;
  /// Not NULL where the buffer is streamed.
  float *row;
  size_t done;
};

OOD_INLINE struct coupling_outlet coupling_written(float *row) {
  return (struct coupling_outlet){.buffer = row};
}

/// The same, or streamed. Of the row `stride` further on, the ends are fetched: lines that are written in part have to be
/// read.
OOD_INLINE struct coupling_outlet coupling_outlet(int streams, float *row, size_t n, size_t stride,
                                                  float *buffer) {
  if (!streams) return coupling_written(row);
  __builtin_prefetch(row + stride, 1);
  __builtin_prefetch(row + stride + n - 1, 1);
  return (struct coupling_outlet){.buffer = buffer, .row = row, .done = map_misalignment(row)};
}

/// Streams the whole vectors of the first n elements.
OOD_INLINE void coupling_follow(struct coupling_outlet *o, size_t n) {
  if (!o->row) return;
  for (; o->done + OOD_WIDTH <= n; o->done += OOD_WIDTH) {
    store_streaming(o->row + o->done, load(o->buffer + o->done));
  }
}

/// Writes what is left of n elements: before the first whole vector, and after the last.
OOD_INLINE void coupling_finish(struct coupling_outlet *o, size_t n) {
  if (!o->row) return;
  const size_t first = map_misalignment(o->row);
  for (size_t i = 0; i < first && i < n; i++) o->row[i] = o->buffer[i];
  coupling_follow(o, n);
  for (size_t i = o->done; i < n; i++) o->row[i] = o->buffer[i];
}

/// Rows that lie so far ahead that memory has time to bring them.
OOD_INLINE size_t coupling_rows_ahead(size_t columns) { return 1 + coupling_block / (columns + 1); }

/// Where the next rows lie, in floats from those at work. Processors fetch ahead within a row, but not over
/// the gap to the next one.
struct coupling_next {
  size_t x, raw, other;
};

/// Fetches what lies behind `count` elements from the current ones.
OOD_INLINE void coupling_fetch(const struct coupling_next *next, size_t count, const float *x,
                               const float *raw, const float *other) {
  if (!next) return;
  for (size_t k = 0; k < count; k += 64 / sizeof(float)) {
    __builtin_prefetch(x + k + next->x);
    __builtin_prefetch(raw + k + next->raw);
    __builtin_prefetch(other + k + next->other);
  }
}

/// A loop over `count` vectors, a constant: number k lies i floats after the first.
#define COUPLING_EACH_VECTOR \
  _Pragma("clang loop unroll(full)") for (size_t k = 0, i = 0; k < count; k++, i += OOD_WIDTH)

/// s[k] = slope atan(raw) of `count` vectors, the last one of which holds `n` elements. Two stages, and what the caller does
/// with s is a third: each is a long chain, and side by side the vectors hide each other's delays.
OOD_INLINE void coupling_log_scales(size_t count, const float *raw, float slope, vf *s, size_t n) {
  COUPLING_EACH_VECTOR s[k] = atan_argument(load_some(raw + i, n));
  COUPLING_EACH_VECTOR s[k] = hold(s[k]);
  COUPLING_EACH_VECTOR s[k] = slope * atan_of_argument(load_some(raw + i, n), s[k]);
  COUPLING_EACH_VECTOR s[k] = hold(s[k]);
}

/// Calls GROUP(count, n) for n elements: `count` vectors of `n` elements each, `i` floats after the first, in groups that are
/// as large as they can be.
#define COUPLING_EACH_GROUP(elements, GROUP)                                          \
  for (; i + coupling_most * OOD_WIDTH <= elements; i += coupling_most * OOD_WIDTH) { \
    GROUP(coupling_most, OOD_WIDTH);                                                  \
  }                                                                                   \
  for (; i + coupling_some * OOD_WIDTH <= elements; i += coupling_some * OOD_WIDTH) { \
    GROUP(coupling_some, OOD_WIDTH);                                                  \
  }                                                                                   \
  for (; i + OOD_WIDTH <= elements; i += OOD_WIDTH) {                                 \
    GROUP(1, OOD_WIDTH);                                                              \
  }                                                                                   \
  if (i < elements) {                                                                 \
    GROUP(1, elements - i);                                                           \
  }

/// y = x exp(s) + shift, or its inverse y = (x - shift) exp(-s), on `count` vectors; returns Σ s by lanes.
OOD_INLINE vf coupling_vectors(size_t count, int inverse, const float *x, const float *raw,
                               const float *shift, float slope, float *y, float *log_scale, size_t n) {
  vf s[coupling_most];
  coupling_log_scales(count, raw, slope, s, n);
  COUPLING_EACH_VECTOR {
    const vf v = load_some(x + i, n), t = load_some(shift + i, n);
    const vf result = inverse ? (v - t) * exp_vector(-s[k]) : multiply_add(v, exp_vector(s[k]), t);
    store_some(y + i, result, n);
    if (log_scale) store_some(log_scale + i, s[k], n);
  }
  for (size_t half = count / 2; half > 0; half /= 2) {
    for (size_t k = 0; k < half; k++) s[k] += s[k + half];
  }
  return s[0];
}

/// The same on n elements: returns Σ s, and writes s to `log_scale` where that is not NULL.
OOD_INLINE double coupling_span(int inverse, const float *x, const float *raw, const float *shift,
                                float slope, struct coupling_outlet y, float *log_scale, size_t n,
                                const struct coupling_next *next) {
  vd sum = 0;
  size_t i = 0;
#define COUPLING_GROUP(count, n)                                                                    \
  coupling_fetch(next, (count) * OOD_WIDTH, x + i, raw + i, shift + i);                             \
  sum += to_double(coupling_vectors(count, inverse, x + i, raw + i, shift + i, slope, y.buffer + i, \
                                    log_scale ? log_scale + i : NULL, n));                          \
  coupling_follow(&y, i)
  COUPLING_EACH_GROUP(n, COUPLING_GROUP)
#undef COUPLING_GROUP
  coupling_finish(&y, n);
  return sum_lanes(sum);
}

/// dx = u exp(s) and d_raw = (x dx + v) ds / draw on `count` vectors. v[k] belongs to an element, or v[0] to all.
OOD_INLINE void coupling_backward_vectors(size_t count, const float *u, const float *v, int v_step,
                                          const float *x, const float *raw, float slope, float *dx,
                                          float *d_raw, size_t n) {
  vf s[coupling_most];
  coupling_log_scales(count, raw, slope, s, n);
  COUPLING_EACH_VECTOR {
    const vf r = load_some(raw + i, n);
    const vf scaled = load_some(u + i, n) * exp_vector(s[k]);
    const vf d_log_scale =
        multiply_add(scaled, load_some(x + i, n), v_step ? load_some(v + i, n) : splat(*v));
    const vf d = d_log_scale * (slope / multiply_add(r, r, splat(1)));
    store_some(dx + i, scaled, n);
    store_some(d_raw + i, d, n);
  }
}

OOD_INLINE void coupling_backward_span(const float *u, const float *v, int v_step, const float *x,
                                       const float *raw, float slope, struct coupling_outlet dx,
                                       struct coupling_outlet d_raw, size_t n,
                                       const struct coupling_next *next) {
  size_t i = 0;
#define COUPLING_GROUP(count, n)                                                               \
  coupling_fetch(next, (count) * OOD_WIDTH, x + i, raw + i, u + i);                            \
  coupling_backward_vectors(count, u + i, v + (v_step ? i : 0), v_step, x + i, raw + i, slope, \
                            dx.buffer + i, d_raw.buffer + i, n);                               \
  coupling_follow(&dx, i);                                                                     \
  coupling_follow(&d_raw, i)
  COUPLING_EACH_GROUP(n, COUPLING_GROUP)
#undef COUPLING_GROUP
  coupling_finish(&dx, n);
  coupling_finish(&d_raw, n);
}

/// Rows next to each other: the matrix itself if it is so, else a copy in `buffer`.
OOD_INLINE const float *coupling_pack(const float *p, size_t stride, size_t rows, size_t columns,
                                      float *buffer) {
  if (stride == columns) return p;
  map_gather_rows(p, stride, 1, rows, columns, buffer);
  return buffer;
}

OOD_INLINE void coupling_unpack(const float *buffer, float *p, size_t stride, size_t rows, size_t columns) {
  for (size_t c = 0; c < columns; c++) {
    for (size_t r = 0; r < rows; r++) p[r * stride + c] = buffer[r * columns + c];
  }
}

/// sums[r] = sign · Σ_c p[r][c] of rows that are next to each other.
OOD_INLINE void coupling_row_sums(const float *p, double sign, size_t rows, size_t columns, float *sums) {
  for (size_t r = 0; r < rows; r++) {
    double sum = 0;
    if (columns >= OOD_WIDTH) {
      sum = reduce_span(reduce_value, p + r * columns, p, columns);
    } else {
      for (size_t c = 0; c < columns; c++) sum += p[r * columns + c];
    }
    sums[r] = (float)(sign * sum);
  }
}

OOD_INLINE void coupling_map(int inverse, const float *x, size_t x_stride, const float *raw,
                             size_t raw_stride, const float *shift, size_t shift_stride, float clamp,
                             float *y, size_t y_stride, float *log_determinant, size_t rows, size_t columns) {
  const float slope = clamp * 0.636f;
  // Several rows at a time: narrow ones, and short ones that lie next to each other.
  const int adjoin =
      x_stride == columns && raw_stride == columns && shift_stride == columns && y_stride == columns;
  const int together = columns <= (adjoin ? coupling_block / 2 : coupling_narrow);
  const int streams =
      (adjoin || !together) && rows * columns >= ood_streaming_count && y != x && y != raw && y != shift;
  const size_t most = !together ? 1 : columns ? coupling_block / columns : rows;
  const size_t ahead = together ? most : coupling_rows_ahead(columns);
  const struct coupling_next next = {ahead * x_stride, ahead * raw_stride, ahead * shift_stride};
  float x_buffer[coupling_block], raw_buffer[coupling_block], shift_buffer[coupling_block],
      log_scale[coupling_block], y_buffer[coupling_block];
  for (size_t r = 0; r < rows; r += most) {
    const size_t some = rows - r < most ? rows - r : most;
    const float *px = x + r * x_stride, *praw = raw + r * raw_stride, *pshift = shift + r * shift_stride;
    float *py = y + r * y_stride;
    if (!together) {
      double sum = 0;
      for (size_t c = 0; c < columns; c += coupling_block) {
        const size_t n = columns - c < coupling_block ? columns - c : coupling_block;
        sum += coupling_span(inverse, px + c, praw + c, pshift + c, slope,
                             coupling_outlet(streams, py + c, n, y_stride, y_buffer), NULL, n, &next);
      }
      log_determinant[r] = (float)(inverse ? -sum : sum);
      continue;
    }
    const size_t n = some * columns;
    if (adjoin) {
      coupling_span(inverse, px, praw, pshift, slope, coupling_outlet(streams, py, n, n, y_buffer), log_scale,
                    n, &next);
    } else {
      px = coupling_pack(px, x_stride, some, columns, x_buffer);
      praw = coupling_pack(praw, raw_stride, some, columns, raw_buffer);
      pshift = coupling_pack(pshift, shift_stride, some, columns, shift_buffer);
      coupling_span(inverse, px, praw, pshift, slope, coupling_written(y_buffer), log_scale, n, NULL);
      coupling_unpack(y_buffer, py, y_stride, some, columns);
    }
    coupling_row_sums(log_scale, inverse ? -1 : 1, some, columns, log_determinant + r);
  }
  if (streams) finish_streaming();
}

static void coupling_forward(const float *x, size_t x_stride, const float *raw, size_t raw_stride,
                             const float *shift, size_t shift_stride, float clamp, float *y, size_t y_stride,
                             float *log_determinant, size_t rows, size_t columns) {
  coupling_map(0, x, x_stride, raw, raw_stride, shift, shift_stride, clamp, y, y_stride, log_determinant,
               rows, columns);
}

static void coupling_inverse(const float *y, size_t y_stride, const float *raw, size_t raw_stride,
                             const float *shift, size_t shift_stride, float clamp, float *x, size_t x_stride,
                             float *log_determinant, size_t rows, size_t columns) {
  coupling_map(1, y, y_stride, raw, raw_stride, shift, shift_stride, clamp, x, x_stride, log_determinant,
               rows, columns);
}

static void coupling_backward(const float *upstream_y, size_t upstream_stride,
                              const float *upstream_log_determinant, const float *x, size_t x_stride,
                              const float *raw, size_t raw_stride, float clamp, float *dx, size_t dx_stride,
                              float *d_raw, size_t d_raw_stride, size_t rows, size_t columns) {
  const float slope = clamp * 0.636f;
  // Several rows at a time: narrow ones, and short ones that lie next to each other.
  const int adjoin = upstream_stride == columns && x_stride == columns && raw_stride == columns &&
                     dx_stride == columns && d_raw_stride == columns;
  const int together = columns <= (adjoin ? coupling_block / 2 : coupling_narrow);
  const size_t width = together ? columns : coupling_block;
  const size_t most = !together ? 1 : columns ? coupling_block / columns : rows;
  const int aliased =
      dx == upstream_y || dx == x || dx == raw || d_raw == upstream_y || d_raw == x || d_raw == raw;
  const int streams = (adjoin || !together) && rows * columns >= ood_streaming_count && !aliased;
  float u_buffer[coupling_block], v_buffer[coupling_block], x_buffer[coupling_block],
      raw_buffer[coupling_block];
  float dx_buffer[coupling_block], d_raw_buffer[coupling_block];
  const size_t ahead = together ? most : coupling_rows_ahead(columns);
  const struct coupling_next next = {ahead * x_stride, ahead * raw_stride, ahead * upstream_stride};
  for (size_t r = 0; r < rows; r += most) {
    const size_t some = rows - r < most ? rows - r : most;
    for (size_t c = 0; c < columns; c += width) {
      const size_t n = columns - c < width ? columns - c : width;
      const float *pu = upstream_y + r * upstream_stride + c, *px = x + r * x_stride + c,
                  *praw = raw + r * raw_stride + c;
      const float *v = upstream_log_determinant + r;
      float *pdx = dx + r * dx_stride + c, *pd_raw = d_raw + r * d_raw_stride + c;
      if (together) map_gather_rows(v, 1, 0, some, n, v_buffer);
      if (adjoin || !together) {
        coupling_backward_span(pu, together ? v_buffer : v, together, px, praw, slope,
                               coupling_outlet(streams, pdx, some * n, dx_stride, dx_buffer),
                               coupling_outlet(streams, pd_raw, some * n, d_raw_stride, d_raw_buffer),
                               some * n, &next);
        continue;
      }
      pu = coupling_pack(pu, upstream_stride, some, columns, u_buffer);
      px = coupling_pack(px, x_stride, some, columns, x_buffer);
      praw = coupling_pack(praw, raw_stride, some, columns, raw_buffer);
      coupling_backward_span(pu, v_buffer, 1, px, praw, slope, coupling_written(dx_buffer),
                             coupling_written(d_raw_buffer), some * columns, NULL);
      coupling_unpack(dx_buffer, pdx, dx_stride, some, columns);
      coupling_unpack(d_raw_buffer, pd_raw, d_raw_stride, some, columns);
    }
  }
  if (streams) finish_streaming();
}

static const struct ood_coupling coupling_table = {
    .forward = coupling_forward,
    .inverse = coupling_inverse,
    .backward = coupling_backward,
};
