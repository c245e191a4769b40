#pragma once

#include <stddef.h>

#include "../include/ood_tangent.h"

#include "simd.h"
#include "vector_math.h"

/// f(z).
OOD_INLINE vf tangent_value(enum ood_tangent_function f, vf z) {
  switch (f) {
    case ood_tangent_tanh: return tanh_vector(z);
    case ood_tangent_softplus: return softplus_of_exp(z, exp_not_large(-absolute(z)));
    case ood_tangent_identity: break;
  }
  return z;
}

/// f'(z), from y = f(z): that of softplus is 1 - exp(-y).
OOD_INLINE vf tangent_slope(enum ood_tangent_function f, vf y) {
  switch (f) {
    case ood_tangent_tanh: return (1 - y) * (1 + y);
    case ood_tangent_softplus: return 1 - exp_vector(-y);
    case ood_tangent_identity: break;
  }
  return splat(1);
}

/// f''(z), from y = f(z) and f'(z).
OOD_INLINE vf tangent_curvature(enum ood_tangent_function f, vf y, vf slope) {
  switch (f) {
    case ood_tangent_tanh: return -2 * y * slope;
    case ood_tangent_softplus: return slope * (1 - slope);
    case ood_tangent_identity: break;
  }
  return splat(0);
}

OOD_INLINE void tangent_forward_by(enum ood_tangent_function f, const float *sums, const float *shift,
                                   const float *factor, float *out, size_t rows, size_t tangents,
                                   size_t width) {
  const size_t stride = (1 + tangents) * width;
  for (size_t r = 0; r < rows; r++) {
    const float *a = sums + r * stride;
    float *o = out + r * stride;
    for (size_t c = 0; c < width; c += OOD_WIDTH) {
      const size_t n = width - c < OOD_WIDTH ? width - c : OOD_WIDTH;
      const vf g = factor ? load_some(factor + r * width + c, n) : splat(1);
      const vf y = tangent_value(f, multiply_add(load_some(a + c, n), g, load_some(shift + r * width + c, n)));
      const vf slope = tangent_slope(f, y) * g;
      store_some(o + c, y, n);
      for (size_t t = 1; t <= tangents; t++) {
        store_some(o + t * width + c, load_some(a + t * width + c, n) * slope, n);
      }
    }
  }
}

static void tangent_forward(enum ood_tangent_function f, const float *sums, const float *shift,
                            const float *factor, float *out, size_t rows, size_t tangents, size_t width) {
  switch (f) {
    case ood_tangent_tanh:
      tangent_forward_by(ood_tangent_tanh, sums, shift, factor, out, rows, tangents, width);
      return;
    case ood_tangent_softplus:
      tangent_forward_by(ood_tangent_softplus, sums, shift, factor, out, rows, tangents, width);
      return;
    case ood_tangent_identity:
      tangent_forward_by(ood_tangent_identity, sums, shift, factor, out, rows, tangents, width);
      return;
  }
}

OOD_INLINE void tangent_backward_by(enum ood_tangent_function f, const float *sums, const float *factor,
                                    const float *out, float *upstream, float *d_shift, float *d_factor,
                                    size_t rows, size_t tangents, size_t width) {
  const size_t stride = (1 + tangents) * width;
  for (size_t r = 0; r < rows; r++) {
    const float *a = sums + r * stride, *y = out + r * stride;
    float *u = upstream + r * stride;
    for (size_t c = 0; c < width; c += OOD_WIDTH) {
      const size_t n = width - c < OOD_WIDTH ? width - c : OOD_WIDTH;
      const vf g = factor ? load_some(factor + r * width + c, n) : splat(1);
      const vf value = load_some(y + c, n);
      const vf slope = tangent_slope(f, value);
      const vf curvature = tangent_curvature(f, value, slope);
      // Of the tangents: to their sums, and to f'(z).
      vf to_slope = 0, to_factor = 0;
      for (size_t t = 1; t <= tangents; t++) {
        const vf du = load_some(u + t * width + c, n), sum = load_some(a + t * width + c, n);
        const vf product = du * sum;
        to_slope = multiply_add(product, g, to_slope);
        to_factor = multiply_add(product, slope, to_factor);
        store_some(u + t * width + c, du * (slope * g), n);
      }
      const vf dz = multiply_add(to_slope, curvature, load_some(u + c, n) * slope);
      store_some(d_shift + r * width + c, dz, n);
      if (factor) store_some(d_factor + r * width + c, multiply_add(dz, load_some(a + c, n), to_factor), n);
      store_some(u + c, dz * g, n);
    }
  }
}

static void tangent_backward(enum ood_tangent_function f, const float *sums, const float *factor,
                             const float *out, float *upstream, float *d_shift, float *d_factor, size_t rows,
                             size_t tangents, size_t width) {
  switch (f) {
    case ood_tangent_tanh:
      tangent_backward_by(ood_tangent_tanh, sums, factor, out, upstream, d_shift, d_factor, rows, tangents,
                          width);
      return;
    case ood_tangent_softplus:
      tangent_backward_by(ood_tangent_softplus, sums, factor, out, upstream, d_shift, d_factor, rows, tangents,
                          width);
      return;
    case ood_tangent_identity:
      tangent_backward_by(ood_tangent_identity, sums, factor, out, upstream, d_shift, d_factor, rows, tangents,
                          width);
      return;
  }
}

/// Σ a b over n elements, added in one order.
OOD_INLINE double tangent_dot(const float *a, const float *b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

static void tangent_divergence(const float *values, const float *probes, float *out, size_t rows,
                               size_t tangents, size_t columns, size_t outputs) {
  for (size_t r = 0; r < rows; r++) {
    const float *v = values + r * (1 + tangents) * columns, *e = probes + r * tangents * columns;
    const float *j = v + columns;
    float *o = out + r * outputs;
    for (size_t c = 0; c < columns; c++) o[c] = v[c];
    if (outputs > columns) o[columns] = (float)tangent_dot(e, j, tangents * columns);
    if (outputs > columns + 1) o[columns + 1] = (float)tangent_dot(v, v, columns);
    if (outputs > columns + 2) o[columns + 2] = (float)tangent_dot(j, j, tangents * columns);
  }
}

static void tangent_divergence_backward(const float *upstream, const float *values, const float *probes,
                                        float *d_values, size_t rows, size_t tangents, size_t columns,
                                        size_t outputs) {
  for (size_t r = 0; r < rows; r++) {
    const float *u = upstream + r * outputs;
    const float *v = values + r * (1 + tangents) * columns, *e = probes + r * tangents * columns;
    float *d = d_values + r * (1 + tangents) * columns;
    const float trace = outputs > columns ? u[columns] : 0;
    const float kinetic = outputs > columns + 1 ? 2 * u[columns + 1] : 0;
    const float jacobian = outputs > columns + 2 ? 2 * u[columns + 2] : 0;
    for (size_t c = 0; c < columns; c++) d[c] = u[c] + kinetic * v[c];
    for (size_t i = 0; i < tangents * columns; i++) {
      d[columns + i] = trace * e[i] + jacobian * v[columns + i];
    }
  }
}

static const struct ood_tangent tangent_table = {
    .forward = tangent_forward,
    .backward = tangent_backward,
    .divergence = tangent_divergence,
    .divergence_backward = tangent_divergence_backward,
};
