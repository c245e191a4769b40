#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_spline.h"

#include "simd.h"
#include "vector_math.h"

enum {
  spline_most_parameters = 3 * ood_most_bins - 1,
};

/// The least width and height of a piece as a part of the whole, and the least slope.
#define SPLINE_LEAST 1e-3f
/// log(exp(1 - SPLINE_LEAST) - 1): where softplus is 1 - SPLINE_LEAST.
#define SPLINE_SLOPE_SHIFT 0.5397424f

/// A vector of splines, and the piece of each that a number lies in.
struct spline_piece {
  /// The piece's number.
  vi index;
  vf x, width, y, height;
  /// The parameters of the slopes at its ends, and the slopes.
  vf raw0, raw1, slope0, slope1;
};

/// p[i] = softmax over `bins` vectors.
OOD_INLINE void spline_softmax(const vf *raw, size_t bins, vf *p) {
  vf largest = raw[0];
  for (size_t i = 1; i < bins; i++) largest = blend(raw[i] > largest, raw[i], largest);
  vf sum = splat(0);
  for (size_t i = 0; i < bins; i++) sum += p[i] = exp_not_large(raw[i] - largest);
  const vf scale = 1 / sum;
  for (size_t i = 0; i < bins; i++) p[i] *= scale;
}

OOD_INLINE vf spline_slope(vf raw) {
  const vf x = raw + SPLINE_SLOPE_SHIFT;
  return SPLINE_LEAST + softplus_of_exp(x, exp_not_large(-absolute(x)));
}

/// Finds the pieces: those that x lies in, or for `by_height` those that y lies in. Keeps both softmaxes.
OOD_INLINE struct spline_piece spline_find(struct ood_spline_settings settings, int by_height, vf v, const vf *raw,
                                           vf *widths, vf *heights) {
  const size_t bins = settings.bins;
  const float scale = 2 * settings.bound;
  const float rest = 1 - SPLINE_LEAST * (float)bins;
  spline_softmax(raw, bins, widths);
  spline_softmax(raw + bins, bins, heights);
  vf x = splat(-settings.bound), y = x;
  struct spline_piece piece;
  for (size_t i = 0; i < bins; i++) {
    const vf width = scale * multiply_add(widths[i], splat(rest), splat(SPLINE_LEAST));
    const vf height = scale * multiply_add(heights[i], splat(rest), splat(SPLINE_LEAST));
    const vf raw0 = i == 0 ? splat(0) : raw[2 * bins + i - 1];
    const vf raw1 = i + 1 == bins ? splat(0) : raw[2 * bins + i];
    if (i == 0) {
      piece = (struct spline_piece){(vi)0, x, width, y, height, raw0, raw1, raw0, raw1};
    } else {
      const vi reached = v >= (by_height ? y : x);
      piece.index = blend_int(reached, (vi)(int32_t)i, piece.index);
      piece.x = blend(reached, x, piece.x);
      piece.width = blend(reached, width, piece.width);
      piece.y = blend(reached, y, piece.y);
      piece.height = blend(reached, height, piece.height);
      piece.raw0 = blend(reached, raw0, piece.raw0);
      piece.raw1 = blend(reached, raw1, piece.raw1);
    }
    x += width;
    y += height;
  }
  piece.slope0 = spline_slope(piece.raw0);
  piece.slope1 = spline_slope(piece.raw1);
  return piece;
}

OOD_INLINE vf spline_unit(vf t) {
  t = blend(t < 0, splat(0), t);
  return blend(t > 1, splat(1), t);
}

/// f(v), or f^-1(v), and the logarithm of f' at x.
OOD_INLINE vf spline_vector(struct ood_spline_settings settings, int inverse, vf v, const vf *raw,
                            vf *log_derivative) {
  vf widths[ood_most_bins], heights[ood_most_bins];
  const struct spline_piece p = spline_find(settings, inverse, v, raw, widths, heights);
  const vf s = p.height / p.width;
  const vf bend = p.slope1 + p.slope0 - 2 * s;
  vf t;
  if (inverse) {
    const vf dy = v - p.y;
    const vf a = multiply_add(dy, bend, p.height * (s - p.slope0));
    const vf b = p.height * p.slope0 - dy * bend;
    const vf c = -s * dy;
    vf discriminant = b * b - 4 * a * c;
    discriminant = blend(discriminant > 0, discriminant, splat(0));
    t = spline_unit(2 * c / (-b - __builtin_elementwise_sqrt(discriminant)));
  } else {
    t = spline_unit((v - p.x) / p.width);
  }
  const vf q = t * (1 - t);
  const vf beta = multiply_add(bend, q, s);
  const vf gamma = p.slope1 * t * t + 2 * s * q + p.slope0 * (1 - t) * (1 - t);
  const vf inside = inverse ? multiply_add(t, p.width, p.x)
                            : p.y + p.height * (s * t * t + p.slope0 * q) / beta;
  const vf log_inside = log_vector(s * s * gamma / (beta * beta));
  const vi is_outside = (v < -settings.bound) | (v > settings.bound);
  *log_derivative = blend(is_outside, splat(0), log_inside);
  return blend(is_outside, v, inside);
}

/// Gradients to x (returned) and to the parameters, which take the place of the parameters in `raw`.
OOD_INLINE vf spline_backward_vector(struct ood_spline_settings settings, vf u, vf v, vf x, vf *raw) {
  const size_t bins = settings.bins;
  vf widths[ood_most_bins], heights[ood_most_bins];
  const struct spline_piece p = spline_find(settings, 0, x, raw, widths, heights);
  const vf inverse_width = 1 / p.width;
  const vf s = p.height * inverse_width;
  const vf t = spline_unit((x - p.x) * inverse_width);
  const vf rest = 1 - t, q = t * rest;
  const vf bend = p.slope1 + p.slope0 - 2 * s;
  const vf beta = multiply_add(bend, q, s), gamma = p.slope1 * t * t + 2 * s * q + p.slope0 * rest * rest;
  const vf numerator = s * t * t + p.slope0 * q;  // y = y_k + h numerator / beta
  // Adjoints, backwards from y and log f' = 2 log s + log gamma - 2 log beta.
  const vf g_alpha = u / beta;
  const vf g_beta = -(g_alpha * p.height * numerator + 2 * v) / beta;
  const vf g_gamma = v / gamma;
  const vf along = g_alpha * p.height;
  vf g_s = 2 * v / s + g_gamma * 2 * q + g_beta * (1 - 2 * q) + along * t * t;
  const vf g_slope1 = g_gamma * t * t + g_beta * q;
  const vf g_slope0 = g_gamma * rest * rest + g_beta * q + along * q;
  const vf g_q = g_gamma * 2 * s + g_beta * bend + along * p.slope0;
  const vf g_t = g_gamma * 2 * (p.slope1 * t - p.slope0 * rest) + along * 2 * s * t + g_q * (1 - 2 * t);
  const vf g_x = g_t * inverse_width;
  const vf g_height = g_alpha * numerator + g_s * inverse_width;
  const vf g_width = -(g_s * s + g_t * t) * inverse_width;

  const vi is_outside = (x < -settings.bound) | (x > settings.bound);
  const vf factor = blend(is_outside, splat(0), splat(2 * settings.bound * (1 - SPLINE_LEAST * (float)bins)));
  const vf to_x = -g_x * factor, to_width = g_width * factor, to_y = u * factor, to_height = g_height * factor;
  vf sum_width = splat(0), sum_height = splat(0);
  for (size_t i = 0; i < bins; i++) {
    const vi before = (vi)(int32_t)i < p.index, here = (vi)(int32_t)i == p.index;
    raw[i] = blend(before, to_x, blend(here, to_width, splat(0)));
    raw[bins + i] = blend(before, to_y, blend(here, to_height, splat(0)));
    sum_width = multiply_add(widths[i], raw[i], sum_width);
    sum_height = multiply_add(heights[i], raw[bins + i], sum_height);
  }
  for (size_t i = 0; i < bins; i++) {
    raw[i] = widths[i] * (raw[i] - sum_width);
    raw[bins + i] = heights[i] * (raw[bins + i] - sum_height);
  }
  const vf to_slope0 =
      blend(is_outside, splat(0), g_slope0 * sigmoid_vector(p.raw0 + SPLINE_SLOPE_SHIFT));
  const vf to_slope1 =
      blend(is_outside, splat(0), g_slope1 * sigmoid_vector(p.raw1 + SPLINE_SLOPE_SHIFT));
  for (size_t i = 0; i + 1 < bins; i++) {
    raw[2 * bins + i] = blend((vi)(int32_t)(i + 1) == p.index, to_slope0,
                              blend((vi)(int32_t)i == p.index, to_slope1, splat(0)));
  }
  return blend(is_outside, u, g_x);
}

/// The addresses of up to a vector of numbers: element i is `base[offsets[i]]`.
struct spline_lanes {
  size_t count;
  /// Whether the lanes lie next to each other in one row.
  int is_row;
  /// Rows and columns of the lanes; of a row the first only.
  size_t row[OOD_WIDTH], column[OOD_WIDTH];
};

OOD_INLINE struct spline_lanes spline_lanes_at(size_t element, size_t end, size_t columns, int is_row) {
  struct spline_lanes lanes;
  lanes.is_row = is_row;
  const size_t row = element / columns, column = element % columns;
  size_t count = end - element < OOD_WIDTH ? end - element : OOD_WIDTH;
  if (is_row && count > columns - column) count = columns - column;
  lanes.count = count;
  if (is_row) {
    lanes.row[0] = row;
    lanes.column[0] = column;
  } else {
    size_t r = row, c = column;
    for (size_t i = 0; i < count; i++) {
      lanes.row[i] = r;
      lanes.column[i] = c;
      if (++c == columns) c = 0, r++;
    }
  }
  return lanes;
}

/// Lane by lane base[row stride + column + offset].
OOD_INLINE vf spline_load(const struct spline_lanes *lanes, const float *base, size_t stride, size_t offset) {
  if (lanes->is_row) return load_some(base + lanes->row[0] * stride + lanes->column[0] + offset, lanes->count);
  float numbers[OOD_WIDTH] __attribute__((aligned(64)));
  for (size_t i = 0; i < lanes->count; i++) numbers[i] = base[lanes->row[i] * stride + lanes->column[i] + offset];
  for (size_t i = lanes->count; i < OOD_WIDTH; i++) numbers[i] = 0;
  return load(numbers);
}

OOD_INLINE void spline_store(const struct spline_lanes *lanes, float *base, size_t stride, size_t offset, vf v) {
  if (lanes->is_row) {
    store_some(base + lanes->row[0] * stride + lanes->column[0] + offset, v, lanes->count);
    return;
  }
  float numbers[OOD_WIDTH] __attribute__((aligned(64)));
  store(numbers, v);
  for (size_t i = 0; i < lanes->count; i++) base[lanes->row[i] * stride + lanes->column[i] + offset] = numbers[i];
}

static void spline_map(struct ood_spline_settings settings, int inverse, const float *x, size_t x_stride,
                       const float *parameters, size_t parameter_stride, float *y, size_t y_stride,
                       float *log_determinant, size_t rows, size_t columns) {
  const int is_row = columns >= OOD_WIDTH / 2;
  const size_t count = 3 * settings.bins - 1, elements = rows * columns;
  vf raw[spline_most_parameters];
  double sum = 0;
  for (size_t e = 0; e < elements;) {
    const struct spline_lanes lanes = spline_lanes_at(e, elements, columns, is_row);
    const vf v = spline_load(&lanes, x, x_stride, 0);
    for (size_t j = 0; j < count; j++) raw[j] = spline_load(&lanes, parameters, parameter_stride, j * columns);
    vf log_derivative;
    const vf result = spline_vector(settings, inverse, v, raw, &log_derivative);
    spline_store(&lanes, y, y_stride, 0, result);
    float logs[OOD_WIDTH] __attribute__((aligned(64)));
    store(logs, log_derivative);
    for (size_t i = 0; i < lanes.count; i++) {
      sum += logs[i];
      if ((e + i + 1) % columns == 0) {
        log_determinant[(e + i) / columns] = (float)(inverse ? -sum : sum);
        sum = 0;
      }
    }
    e += lanes.count;
  }
  if (columns == 0) {
    for (size_t r = 0; r < rows; r++) log_determinant[r] = 0;
  }
}

static void spline_forward(struct ood_spline_settings settings, const float *x, size_t x_stride,
                           const float *parameters, size_t parameter_stride, float *y, size_t y_stride,
                           float *log_determinant, size_t rows, size_t columns) {
  spline_map(settings, 0, x, x_stride, parameters, parameter_stride, y, y_stride, log_determinant, rows, columns);
}

static void spline_inverse(struct ood_spline_settings settings, const float *y, size_t y_stride,
                           const float *parameters, size_t parameter_stride, float *x, size_t x_stride,
                           float *log_determinant, size_t rows, size_t columns) {
  spline_map(settings, 1, y, y_stride, parameters, parameter_stride, x, x_stride, log_determinant, rows, columns);
}

static void spline_backward(struct ood_spline_settings settings, const float *upstream_y, size_t upstream_stride,
                            const float *upstream_log_determinant, const float *x, size_t x_stride,
                            const float *parameters, size_t parameter_stride, float *dx, size_t dx_stride,
                            float *d_parameters, size_t d_parameter_stride, size_t rows, size_t columns) {
  const int is_row = columns >= OOD_WIDTH / 2;
  const size_t count = 3 * settings.bins - 1, elements = rows * columns;
  vf raw[spline_most_parameters];
  for (size_t e = 0; e < elements;) {
    const struct spline_lanes lanes = spline_lanes_at(e, elements, columns, is_row);
    const vf u = spline_load(&lanes, upstream_y, upstream_stride, 0);
    const vf at = spline_load(&lanes, x, x_stride, 0);
    vf v = splat(0);
    if (is_row) {
      v = splat(upstream_log_determinant[lanes.row[0]]);
    } else {
      float upstreams[OOD_WIDTH] __attribute__((aligned(64))) = {0};
      for (size_t i = 0; i < lanes.count; i++) upstreams[i] = upstream_log_determinant[lanes.row[i]];
      v = load(upstreams);
    }
    for (size_t j = 0; j < count; j++) raw[j] = spline_load(&lanes, parameters, parameter_stride, j * columns);
    spline_store(&lanes, dx, dx_stride, 0, spline_backward_vector(settings, u, v, at, raw));
    for (size_t j = 0; j < count; j++) spline_store(&lanes, d_parameters, d_parameter_stride, j * columns, raw[j]);
    e += lanes.count;
  }
}

static const struct ood_spline spline_table = {
    .forward = spline_forward,
    .inverse = spline_inverse,
    .backward = spline_backward,
};
