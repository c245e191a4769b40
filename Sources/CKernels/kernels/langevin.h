// Steps of Langevin chains. See include/ood_map.h for what is computed.
#pragma once

#include <stddef.h>

#include "../include/ood_map.h"

#include "simd.h"

OOD_INLINE vf langevin_clip(vf x, vf low, vf high) {
  x = blend(x < low, low, x);
  return blend(x > high, high, x);
}

OOD_INLINE vf langevin_vector(const struct ood_langevin *s, vf x, vf slope, vf z) {
  const vf bound = splat(s->bound);
  const vf drift = langevin_clip(splat(s->scale) * slope, -bound, bound);
  const vf moved = multiply_add(splat(s->step), drift, x);
  return langevin_clip(multiply_add(splat(s->noise), z, moved), splat(s->low), splat(s->high));
}

static void langevin_step(const struct ood_langevin *s, const float *x, const float *slope, const float *z,
                         float *y, size_t n) {
  size_t i = 0;
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    store(y + i, langevin_vector(s, load(x + i), load(slope + i), load(z + i)));
  }
  if (i == n) return;
  const size_t rest = n - i;
  store_partial(y + i,
                langevin_vector(s, load_partial(x + i, rest), load_partial(slope + i, rest),
                                    load_partial(z + i, rest)),
                rest);
}
