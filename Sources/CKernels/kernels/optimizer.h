// Each optimizer is one inline step on vectors; the loop over whole vectors and the ragged end use the same
// step, so that a parameter's result does not depend on where the range was cut.
#pragma once

#include <stddef.h>

#include "../include/ood_optimizer.h"

#include "simd.h"

OOD_INLINE vf sgd_step(struct ood_sgd s, vf p, vf g, vf *velocity) {
  g = multiply_add(splat((float)s.weight_decay), p, g * (float)s.gradient_scale);
  vf direction = g;
  if (velocity) {
    *velocity = multiply_add(splat((float)s.momentum), *velocity, g);
    direction = s.nesterov ? multiply_add(splat((float)s.momentum), *velocity, g) : *velocity;
  }
  return multiply_add(splat((float)-s.learning_rate), direction, p);
}

static void optimizer_sgd(struct ood_sgd s, float *p, const float *g, float *velocity, size_t n) {
  size_t i = 0;
  if (!velocity) {
    for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) store(p + i, sgd_step(s, load(p + i), load(g + i), NULL));
    if (i < n) {
      const size_t rest = n - i;
      store_partial(p + i, sgd_step(s, load_partial(p + i, rest), load_partial(g + i, rest), NULL), rest);
    }
    return;
  }
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    vf v = load(velocity + i);
    store(p + i, sgd_step(s, load(p + i), load(g + i), &v));
    store(velocity + i, v);
  }
  if (i < n) {
    const size_t rest = n - i;
    vf v = load_partial(velocity + i, rest);
    store_partial(p + i, sgd_step(s, load_partial(p + i, rest), load_partial(g + i, rest), &v), rest);
    store_partial(velocity + i, v, rest);
  }
}

/// The numbers that an Adam step multiplies with, worked out once in double precision.
struct adam_factors {
  float scale, decay, shrink, keep1, new1, keep2, new2, step, inverse_correction2, epsilon;
};

OOD_INLINE vf adam_step(struct adam_factors f, vf p, vf g, vf *first, vf *second) {
  g = multiply_add(splat(f.decay), p, g * f.scale);
  *first = multiply_add(splat(f.keep1), *first, g * f.new1);
  *second = multiply_add(splat(f.keep2), *second, g * g * f.new2);
  const vf root = __builtin_elementwise_sqrt(*second * f.inverse_correction2) + f.epsilon;
  return p * f.shrink - f.step * *first / root;
}

static void optimizer_adam(struct ood_adam s, float *p, const float *g, float *first, float *second,
                           size_t n) {
  const struct adam_factors f = {
      .scale = (float)s.gradient_scale,
      .decay = s.decoupled ? 0 : (float)s.weight_decay,
      .shrink = s.decoupled ? (float)(1 - s.learning_rate * s.weight_decay) : 1,
      .keep1 = (float)s.beta1,
      .new1 = (float)(1 - s.beta1),
      .keep2 = (float)s.beta2,
      .new2 = (float)(1 - s.beta2),
      .step = (float)(s.learning_rate / s.correction1),
      .inverse_correction2 = (float)(1 / s.correction2),
      .epsilon = (float)s.epsilon,
  };
  size_t i = 0;
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    vf m = load(first + i), v = load(second + i);
    store(p + i, adam_step(f, load(p + i), load(g + i), &m, &v));
    store(first + i, m);
    store(second + i, v);
  }
  if (i < n) {
    const size_t rest = n - i;
    vf m = load_partial(first + i, rest), v = load_partial(second + i, rest);
    store_partial(p + i, adam_step(f, load_partial(p + i, rest), load_partial(g + i, rest), &m, &v), rest);
    store_partial(first + i, m, rest);
    store_partial(second + i, v, rest);
  }
}

OOD_INLINE vf adadelta_step(struct ood_adadelta s, vf p, vf g, vf *squared_gradient, vf *squared_update) {
  const float rho = (float)s.rho, rest = (float)(1 - s.rho), epsilon = (float)s.epsilon;
  g = multiply_add(splat((float)s.weight_decay), p, g * (float)s.gradient_scale);
  *squared_gradient = multiply_add(splat(rho), *squared_gradient, g * g * rest);
  const vf update = __builtin_elementwise_sqrt(*squared_update + epsilon) /
                    __builtin_elementwise_sqrt(*squared_gradient + epsilon) * g;
  *squared_update = multiply_add(splat(rho), *squared_update, update * update * rest);
  return multiply_add(splat((float)-s.learning_rate), update, p);
}

static void optimizer_adadelta(struct ood_adadelta s, float *p, const float *g, float *squared_gradient,
                               float *squared_update, size_t n) {
  size_t i = 0;
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    vf a = load(squared_gradient + i), u = load(squared_update + i);
    store(p + i, adadelta_step(s, load(p + i), load(g + i), &a, &u));
    store(squared_gradient + i, a);
    store(squared_update + i, u);
  }
  if (i < n) {
    const size_t rest = n - i;
    vf a = load_partial(squared_gradient + i, rest), u = load_partial(squared_update + i, rest);
    store_partial(p + i, adadelta_step(s, load_partial(p + i, rest), load_partial(g + i, rest), &a, &u),
                  rest);
    store_partial(squared_gradient + i, a, rest);
    store_partial(squared_update + i, u, rest);
  }
}

OOD_INLINE vf rmsprop_step(struct ood_rmsprop s, vf p, vf g, vf *squared_gradient) {
  g = multiply_add(splat((float)s.weight_decay), p, g * (float)s.gradient_scale);
  *squared_gradient = multiply_add(splat((float)s.alpha), *squared_gradient, g * g * (float)(1 - s.alpha));
  return p - (float)s.learning_rate * g / (__builtin_elementwise_sqrt(*squared_gradient) + (float)s.epsilon);
}

static void optimizer_rmsprop(struct ood_rmsprop s, float *p, const float *g, float *squared_gradient,
                              size_t n) {
  size_t i = 0;
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    vf a = load(squared_gradient + i);
    store(p + i, rmsprop_step(s, load(p + i), load(g + i), &a));
    store(squared_gradient + i, a);
  }
  if (i < n) {
    const size_t rest = n - i;
    vf a = load_partial(squared_gradient + i, rest);
    store_partial(p + i, rmsprop_step(s, load_partial(p + i, rest), load_partial(g + i, rest), &a), rest);
    store_partial(squared_gradient + i, a, rest);
  }
}

static const struct ood_optimizer optimizer_table = {
    .sgd = optimizer_sgd,
    .adam = optimizer_adam,
    .adadelta = optimizer_adadelta,
    .rmsprop = optimizer_rmsprop,
};
