// Every map is a loop of one signature; `map_run` calls it on the whole array or, for arrays that don't fit
// the caches, block by block into a small buffer that is then streamed to memory.
#pragma once

#include <math.h>
#include <stddef.h>

#include "../include/ood_map.h"

#include "langevin.h"
#include "simd.h"
#include "vector_math.h"

typedef void (*map_loop)(float p, const float *a, const float *b, float *y, size_t n);

/// A loop over one input: `x` is a vector of it, `p` the parameter.
#define MAP_LOOP_1(NAME, EXPRESSION)                                                               \
  OOD_INLINE vf NAME##_vector(vf p, vf x) {                                                        \
    (void)p, (void)x;                                                                              \
    return (EXPRESSION);                                                                           \
  }                                                                                                \
  static void NAME(float parameter, const float *a, const float *b, float *y, size_t n) {          \
    (void)b;                                                                                       \
    const vf p = parameter;                                                                        \
    size_t i = 0;                                                                                  \
    for (; i + 4 * OOD_WIDTH <= n; i += 4 * OOD_WIDTH) {                                           \
      const vf y0 = NAME##_vector(p, load(a + i)), y1 = NAME##_vector(p, load(a + i + OOD_WIDTH)); \
      const vf y2 = NAME##_vector(p, load(a + i + 2 * OOD_WIDTH));                                 \
      const vf y3 = NAME##_vector(p, load(a + i + 3 * OOD_WIDTH));                                 \
      store(y + i, y0), store(y + i + OOD_WIDTH, y1);                                              \
      store(y + i + 2 * OOD_WIDTH, y2), store(y + i + 3 * OOD_WIDTH, y3);                          \
    }                                                                                              \
    for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) store(y + i, NAME##_vector(p, load(a + i)));        \
    if (i < n) store_partial(y + i, NAME##_vector(p, load_partial(a + i, n - i)), n - i);          \
  }

enum {
  /// Vectors that a loop in two stages takes at once: as many as the registers hold.
  map_stage_vectors = OOD_WIDTH == 16 ? 8 : 4,
};

/// A loop over one input in two stages: `FIRST` of x for some vectors, then `SECOND` of x and the first's result `e`.
/// One after the other, a long chain of dependent instructions fills the processor's queue before the next vector's
/// chain begins; two short chains don't. (Softplus takes 2.5 ns for 16 floats so, and 3.4 in one stage.)
#define MAP_LOOP_STAGED(NAME, FIRST, SECOND)                                                                 \
  OOD_INLINE vf NAME##_first(vf x) { return (FIRST); }                                                       \
  OOD_INLINE vf NAME##_second(vf x, vf e) { return (SECOND); }                                               \
  static void NAME(float p, const float *a, const float *b, float *y, size_t n) {                            \
    (void)p, (void)b;                                                                                        \
    size_t i = 0;                                                                                            \
    for (; i + map_stage_vectors * OOD_WIDTH <= n; i += map_stage_vectors * OOD_WIDTH) {                     \
      vf e[map_stage_vectors];                                                                               \
      _Pragma("clang loop unroll(full)") for (size_t k = 0; k < map_stage_vectors; k++) {                    \
        e[k] = NAME##_first(load(a + i + k * OOD_WIDTH));                                                    \
      }                                                                                                      \
      _Pragma("clang loop unroll(full)") for (size_t k = 0; k < map_stage_vectors; k++) e[k] = hold(e[k]);   \
      _Pragma("clang loop unroll(full)") for (size_t k = 0; k < map_stage_vectors; k++) {                    \
        store(y + i + k * OOD_WIDTH, NAME##_second(load(a + i + k * OOD_WIDTH), e[k]));                      \
      }                                                                                                      \
    }                                                                                                        \
    for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {                                                             \
      const vf x = load(a + i);                                                                              \
      store(y + i, NAME##_second(x, NAME##_first(x)));                                                       \
    }                                                                                                        \
    if (i < n) {                                                                                             \
      const vf x = load_partial(a + i, n - i);                                                               \
      store_partial(y + i, NAME##_second(x, NAME##_first(x)), n - i);                                        \
    }                                                                                                        \
  }

/// A loop over two inputs, vectors `a` and `b` of them.
#define MAP_LOOP_2(NAME, EXPRESSION)                                                                     \
  OOD_INLINE vf NAME##_vector(vf p, vf a, vf b) {                                                        \
    (void)p;                                                                                             \
    return (EXPRESSION);                                                                                 \
  }                                                                                                      \
  static void NAME(float parameter, const float *a, const float *b, float *y, size_t n) {                \
    const vf p = parameter;                                                                              \
    size_t i = 0;                                                                                        \
    for (; i + 4 * OOD_WIDTH <= n; i += 4 * OOD_WIDTH) {                                                 \
      const size_t i1 = i + OOD_WIDTH, i2 = i + 2 * OOD_WIDTH, i3 = i + 3 * OOD_WIDTH;                   \
      const vf y0 = NAME##_vector(p, load(a + i), load(b + i));                                          \
      const vf y1 = NAME##_vector(p, load(a + i1), load(b + i1));                                        \
      const vf y2 = NAME##_vector(p, load(a + i2), load(b + i2));                                        \
      const vf y3 = NAME##_vector(p, load(a + i3), load(b + i3));                                        \
      store(y + i, y0), store(y + i1, y1), store(y + i2, y2), store(y + i3, y3);                         \
    }                                                                                                    \
    for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) store(y + i, NAME##_vector(p, load(a + i), load(b + i))); \
    if (i < n) {                                                                                         \
      const vf last = NAME##_vector(p, load_partial(a + i, n - i), load_partial(b + i, n - i));          \
      store_partial(y + i, last, n - i);                                                                 \
    }                                                                                                    \
  }

MAP_LOOP_1(map_negate, -x)
MAP_LOOP_1(map_relu, blend(0.0f > x, splat(0), x))
MAP_LOOP_1(map_leaky_relu, blend(x > 0, x, whole(p * x)))
MAP_LOOP_1(map_sigmoid, sigmoid_vector(x))
MAP_LOOP_1(map_tanh, tanh_vector(x))
MAP_LOOP_STAGED(map_softplus, exp_not_large(-absolute(x)), softplus_of_exp(x, e))
MAP_LOOP_1(map_exp, exp_vector(x))
MAP_LOOP_1(map_log, log_vector(x))
MAP_LOOP_1(map_square, x * x)
MAP_LOOP_1(map_abs, absolute(x))
MAP_LOOP_1(map_sqrt, __builtin_elementwise_sqrt(x))
MAP_LOOP_1(map_reciprocal, 1 / x)
MAP_LOOP_1(map_sign, blend(absolute(x) > 0, with_sign(splat(1), x), x))
MAP_LOOP_1(map_step, blend(x > 0, splat(1), splat(0)))
MAP_LOOP_STAGED(map_atan, atan_argument(x), atan_of_argument(x, e))
MAP_LOOP_1(map_scaled, p * x)
MAP_LOOP_1(map_shifted, x + p)
MAP_LOOP_1(map_sin, sin_vector(x))
MAP_LOOP_1(map_cos, cos_vector(x))

static map_loop map_unary_loop(enum ood_unary f) {
  switch (f) {
    case ood_negate: return map_negate;
    case ood_relu: return map_relu;
    case ood_leaky_relu: return map_leaky_relu;
    case ood_sigmoid: return map_sigmoid;
    case ood_tanh: return map_tanh;
    case ood_softplus: return map_softplus;
    case ood_exp: return map_exp;
    case ood_log: return map_log;
    case ood_square: return map_square;
    case ood_abs: return map_abs;
    case ood_sqrt: return map_sqrt;
    case ood_reciprocal: return map_reciprocal;
    case ood_sign: return map_sign;
    case ood_step: return map_step;
    case ood_atan: return map_atan;
    case ood_scaled: return map_scaled;
    case ood_shifted: return map_shifted;
    case ood_sin: return map_sin;
    case ood_cos: return map_cos;
  }
  __builtin_unreachable();
}

MAP_LOOP_1(map_identity, x)
MAP_LOOP_1(map_constant, p)

// Derivatives: a is the upstream, b the array that the derivative is taken from.
MAP_LOOP_2(map_relu_gradient, through_gate(a, b))
MAP_LOOP_2(map_leaky_relu_gradient, blend(b > 0, whole(a), p * a))
MAP_LOOP_2(map_sigmoid_gradient, a * (b * (1 - b)))
MAP_LOOP_2(map_tanh_gradient, a * ((1 - b) * (1 + b)))
MAP_LOOP_2(map_softplus_gradient, a * sigmoid_vector(b))
MAP_LOOP_2(map_log_gradient, a / b)
MAP_LOOP_2(map_square_gradient, a * (b + b))
MAP_LOOP_2(map_abs_gradient, a * map_sign_vector(p, b))
MAP_LOOP_2(map_sqrt_gradient, a * 0.5f / b)
MAP_LOOP_2(map_reciprocal_gradient, -a * (b * b))
MAP_LOOP_2(map_atan_gradient, a / multiply_add(b, b, splat(1)))
MAP_LOOP_2(map_sin_gradient, a * cos_vector(b))
MAP_LOOP_2(map_cos_gradient, -a * sin_vector(b))

MAP_LOOP_2(map_add, a + b)
MAP_LOOP_2(map_subtract, a - b)
MAP_LOOP_2(map_multiply, a * b)
MAP_LOOP_2(map_divide, a / b)
MAP_LOOP_2(map_maximum, blend(is_nan(a), a, blend(a > b, a, b)))
MAP_LOOP_2(map_minimum, blend(is_nan(a), a, blend(a < b, a, b)))
MAP_LOOP_2(map_gate, through_gate(a, b))

MAP_LOOP_2(map_scale_add_loop, multiply_add(p, a, b))

static map_loop map_binary_loop(enum ood_binary f) {
  switch (f) {
    case ood_add: return map_add;
    case ood_subtract: return map_subtract;
    case ood_multiply: return map_multiply;
    case ood_divide: return map_divide;
    case ood_maximum: return map_maximum;
    case ood_minimum: return map_minimum;
    case ood_gate: return map_gate;
  }
  __builtin_unreachable();
}

enum {
  /// Elements of an operand that is copied, so that it stays in the L1 cache.
  map_block = 1024,
  /// Elements of a result on its way to memory.
  map_streaming_block = 128,
  /// How many elements ahead a single operand is fetched: beyond the page, where processors stop by themselves.
  map_streaming_ahead = 2048,
};

/// How many floats after `p` the next line of the caches begins.
static size_t map_misalignment(const float *p) { return (64 - ((uintptr_t)p & 63)) % 64 / sizeof(float); }

/// Copies a block to memory around the caches.
static void map_stream(const float *block, float *y, size_t n) {
  const size_t first = map_misalignment(y);
  size_t i = first < n ? first : n;
  for (size_t j = 0; j < i; j++) y[j] = block[j];
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) store_streaming(y + i, load(block + i));
  for (; i < n; i++) y[i] = block[i];
}

/// Runs a loop over n elements: in one go, or streaming a large result that is not written over an operand
/// (whose lines the caches hold anyway).
static void map_run(map_loop loop, float p, const float *a, const float *b, float *y, size_t n) {
  if (n < ood_streaming_count || y == a || y == b) {
    loop(p, a, b, y, n);
    return;
  }
  float block[map_streaming_block];
  size_t i = map_misalignment(y);
  loop(p, a, b, y, i);
  for (; i < n; i += map_streaming_block) {
    const size_t count = n - i < map_streaming_block ? n - i : map_streaming_block;
    if (a == b) {
      for (size_t l = 0; l < map_streaming_block; l += 16) {
        __builtin_prefetch(a + i + map_streaming_ahead + l, 0, 3);
      }
    }
    loop(p, a + i, b + i, block, count);
    map_stream(block, y + i, count);
  }
  finish_streaming();
}

static void map_unary(enum ood_unary f, float parameter, const float *x, float *y, size_t n) {
  map_run(map_unary_loop(f), parameter, x, x, y, n);
}

static void map_unary_gradient(enum ood_unary f, float parameter, const float *upstream, const float *x,
                               const float *y, float *dx, size_t n) {
  const float *const u = upstream;
  switch (f) {
    case ood_negate: map_run(map_negate, 0, u, u, dx, n); return;
    case ood_relu: map_run(map_relu_gradient, 0, u, y, dx, n); return;
    case ood_leaky_relu: map_run(map_leaky_relu_gradient, parameter, u, x, dx, n); return;
    case ood_sigmoid: map_run(map_sigmoid_gradient, 0, u, y, dx, n); return;
    case ood_tanh: map_run(map_tanh_gradient, 0, u, y, dx, n); return;
    case ood_softplus: map_run(map_softplus_gradient, 0, u, x, dx, n); return;
    case ood_exp: map_run(map_multiply, 0, u, y, dx, n); return;
    case ood_log: map_run(map_log_gradient, 0, u, x, dx, n); return;
    case ood_square: map_run(map_square_gradient, 0, u, x, dx, n); return;
    case ood_abs: map_run(map_abs_gradient, 0, u, x, dx, n); return;
    case ood_sqrt: map_run(map_sqrt_gradient, 0, u, y, dx, n); return;
    case ood_reciprocal: map_run(map_reciprocal_gradient, 0, u, y, dx, n); return;
    case ood_sign:
    case ood_step: map_run(map_constant, 0, u, u, dx, n); return;
    case ood_atan: map_run(map_atan_gradient, 0, u, x, dx, n); return;
    case ood_scaled: map_run(map_scaled, parameter, u, u, dx, n); return;
    case ood_shifted:
      if (dx != u) map_run(map_identity, 0, u, u, dx, n);
      return;
    case ood_sin: map_run(map_sin_gradient, 0, u, x, dx, n); return;
    case ood_cos: map_run(map_cos_gradient, 0, u, x, dx, n); return;
  }
}

static void map_binary(enum ood_binary f, const float *a, const float *b, float *y, size_t n) {
  map_run(map_binary_loop(f), 0, a, b, y, n);
}

/// One operand of `map_binary_2d`: handed to the loops in contiguous pieces, copied into `buffer` where the
/// operand itself is not contiguous.
struct map_operand {
  const float *start;
  size_t row_stride, column_stride;
  /// What `buffer` holds, so that what repeats is copied once.
  const float *held;
  float buffer[map_block + OOD_WIDTH];
};

/// `count` elements of one row from `p` on.
static const float *map_row_piece(struct map_operand *o, const float *p, size_t count) {
  if (o->column_stride == 1) return p;
  if (o->column_stride == 0) {
    // A whole block is filled, for the pieces that follow.
    if (o->held != p) map_constant(*p, p, p, o->buffer, map_block);
    o->held = p;
  } else {
    for (size_t c = 0; c < count; c++) o->buffer[c] = p[c * o->column_stride];
  }
  return o->buffer;
}

/// Copies a strided matrix row by row; down its columns if it is narrow, so that the inner loop is the longer
/// one.
OOD_INLINE void map_gather_rows(const float *p, size_t row_stride, size_t column_stride, size_t rows,
                                size_t columns, float *buffer) {
  if (columns < 8) {
    for (size_t c = 0; c < columns; c++) {
      for (size_t r = 0; r < rows; r++) buffer[r * columns + c] = p[r * row_stride + c * column_stride];
    }
  } else {
    for (size_t r = 0; r < rows; r++) {
      for (size_t c = 0; c < columns; c++) buffer[r * columns + c] = p[r * row_stride + c * column_stride];
    }
  }
}

/// `rows` whole rows from row `r` on, at most a block; `most` is the largest number of rows that will be
/// asked for.
static const float *map_rows_piece(struct map_operand *o, size_t r, size_t rows, size_t most,
                                   size_t columns) {
  const float *p = o->start + r * o->row_stride;
  if (o->column_stride == 1 && o->row_stride == columns) return p;
  if (o->row_stride == 0) {
    if (o->held == p) return o->buffer;
    o->held = p;
    rows = most;
  }
  float *row = o->buffer;
  if (o->column_stride == 0) {
    for (size_t k = 0; k < rows; k++, p += o->row_stride, row += columns) {
      // Whole vectors: the next row, or the space behind the last, takes what is too much.
      for (size_t c = 0; c < columns; c += OOD_WIDTH) store(row + c, splat(*p));
    }
  } else {
    map_gather_rows(p, o->row_stride, o->column_stride, rows, columns, row);
  }
  return o->buffer;
}

static int map_is_flat(size_t row_stride, size_t column_stride, size_t columns) {
  return row_stride == columns * column_stride;
}

static void map_binary_2d(enum ood_binary f, const float *a, size_t a_row_stride, size_t a_column_stride,
                          const float *b, size_t b_row_stride, size_t b_column_stride, float *y, size_t rows,
                          size_t columns) {
  const map_loop loop = map_binary_loop(f);
  if (columns == 1) {
    a_column_stride = a_row_stride, b_column_stride = b_row_stride;
    columns = rows, rows = 1;
  } else if (map_is_flat(a_row_stride, a_column_stride, columns) &&
             map_is_flat(b_row_stride, b_column_stride, columns)) {
    columns *= rows, rows = 1;
  }
  if (rows == 0 || columns == 0) return;
  if (rows == 1 && a_column_stride == 1 && b_column_stride == 1) {
    map_run(loop, 0, a, b, y, columns);
    return;
  }
  struct map_operand left = {.start = a, .row_stride = a_row_stride, .column_stride = a_column_stride};
  struct map_operand right = {.start = b, .row_stride = b_row_stride, .column_stride = b_column_stride};
  const int streams = rows * columns >= ood_streaming_count && y != a && y != b;
  float block[map_block];
  if (columns > map_block / 2) {
    for (size_t r = 0; r < rows; r++, a += a_row_stride, b += b_row_stride, y += columns) {
      for (size_t c = 0; c < columns; c += map_block) {
        const size_t count = columns - c < map_block ? columns - c : map_block;
        const float *p = map_row_piece(&left, a + c * a_column_stride, count);
        const float *q = map_row_piece(&right, b + c * b_column_stride, count);
        loop(0, p, q, streams ? block : y + c, count);
        if (streams) map_stream(block, y + c, count);
      }
    }
  } else {
    const size_t most = map_block / columns < rows ? map_block / columns : rows;
    for (size_t r = 0; r < rows; r += most) {
      const size_t some = rows - r < most ? rows - r : most, count = some * columns;
      const float *p = map_rows_piece(&left, r, some, most, columns);
      const float *q = map_rows_piece(&right, r, some, most, columns);
      loop(0, p, q, streams ? block : y + r * columns, count);
      if (streams) map_stream(block, y + r * columns, count);
    }
  }
  if (streams) finish_streaming();
}

static void map_scale_add(float alpha, const float *x, float *y, size_t n) {
  map_scale_add_loop(alpha, x, y, y, n);
}

/// All bits set where x is NaN or infinite.
OOD_INLINE vi map_is_non_finite(vf x) { return (bits_of(x) & 0x7f800000) == 0x7f800000; }

static size_t map_first_non_finite(const float *x, size_t n) {
  size_t i = 0;
  for (; i + 8 * OOD_WIDTH <= n; i += 8 * OOD_WIDTH) {
    vi found = 0;
    for (size_t j = 0; j < 8; j++) found |= map_is_non_finite(load(x + i + j * OOD_WIDTH));
    if (any(found)) break;
  }
  for (; i < n; i++) {
    if (!(__builtin_fabsf(x[i]) < INFINITY)) return i;
  }
  return n;
}

static const struct ood_map map_table = {
    .unary = map_unary,
    .unary_gradient = map_unary_gradient,
    .binary = map_binary,
    .binary_2d = map_binary_2d,
    .scale_add = map_scale_add,
    .langevin = langevin_step,
    .first_non_finite = map_first_non_finite,
};

#undef MAP_LOOP_1
#undef MAP_LOOP_2
#undef MAP_LOOP_STAGED
