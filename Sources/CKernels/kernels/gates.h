#pragma once

#include <stddef.h>

#include "../include/ood_gates.h"

#include "simd.h"
#include "vector_math.h"

OOD_INLINE void gates_forward_by(const enum ood_gated_function f, const float *x, float *y, size_t rows,
                                 size_t columns) {
  for (size_t r = 0; r < rows; r++, x += 2 * columns, y += columns) {
    for (size_t c = 0; c < columns; c += OOD_WIDTH) {
      const size_t n = columns - c < OOD_WIDTH ? columns - c : OOD_WIDTH;
      const vf a = load_some(x + c, n), b = load_some(x + columns + c, n);
      store_some(y + c, (f == ood_gated_tanh ? tanh_vector(a) : a) * sigmoid_vector(b), n);
    }
  }
}

static void gates_forward(enum ood_gated_function f, const float *x, float *y, size_t rows, size_t columns) {
  if (f == ood_gated_tanh) {
    gates_forward_by(ood_gated_tanh, x, y, rows, columns);
  } else {
    gates_forward_by(ood_gated_identity, x, y, rows, columns);
  }
}

OOD_INLINE void gates_backward_by(const enum ood_gated_function f, const float *upstream, const float *x,
                                  float *dx, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += 2 * columns, dx += 2 * columns, upstream += columns) {
    for (size_t c = 0; c < columns; c += OOD_WIDTH) {
      const size_t n = columns - c < OOD_WIDTH ? columns - c : OOD_WIDTH;
      const vf a = load_some(x + c, n), b = load_some(x + columns + c, n), u = load_some(upstream + c, n);
      const vf value = f == ood_gated_tanh ? tanh_vector(a) : a;
      const vf gate = sigmoid_vector(b), through = u * gate;
      const vf slope = f == ood_gated_tanh ? (1 - value) * (1 + value) : splat(1);
      store_some(dx + c, through * slope, n);
      store_some(dx + columns + c, through * value * (1 - gate), n);
    }
  }
}

static void gates_backward(enum ood_gated_function f, const float *upstream, const float *x, float *dx,
                           size_t rows, size_t columns) {
  if (f == ood_gated_tanh) {
    gates_backward_by(ood_gated_tanh, upstream, x, dx, rows, columns);
  } else {
    gates_backward_by(ood_gated_identity, upstream, x, dx, rows, columns);
  }
}

static const struct ood_gates gates_table = {
    .forward = gates_forward,
    .backward = gates_backward,
};
