// The one-dimensional maps of minimal filtering F(4, 5), on vectors of channels. See include/ood_winograd.h.
//
// The rows of A and G are the powers of a point, 0, 1, -1, 2, -2, 1/2, -1/2 and infinity; G's rows are
// divided by the products of differences of points, so that what remains of B^T is
//
//      1   0   -21/4   0     21/4   0    -1   0
//      0   1     1   -17/4  -17/4   1     1   0
//      0  -1     1    17/4  -17/4  -1     1   0
//      0  1/2   1/4  -5/2   -5/4    2     1   0
//      0 -1/2   1/4   5/2   -5/4   -2     1   0
//      0   2     4   -5/2    -5    1/2    1   0
//      0  -2     4    5/2    -5   -1/2    1   0
//      0  -1     0    21/4   0    -21/4   0   1
//
// Points x and -x share their even and odd parts.

enum {
  winograd_side = 8,       // values that a tile of sources or overlapping targets has on a side
  winograd_outputs = 4,    // and of whole targets
  winograd_taps = 5,       // taps on a side
  winograd_frequencies = winograd_side * winograd_side,
};

/// Adds and subtracts: the two frequencies of a pair of points from their even and odd parts.
OOD_INLINE void winograd_pair(vf even, vf odd, vf *plus, vf *minus) {
  *plus = even + odd;
  *minus = even - odd;
}

/// B^T: 8 values to 8 frequencies.
OOD_INLINE void winograd_window(const vf x[winograd_side], vf f[winograd_side]) {
  f[0] = multiply_add(splat(5.25f), x[4] - x[2], x[0] - x[6]);
  winograd_pair(multiply_add(splat(-4.25f), x[4], x[2] + x[6]),
                multiply_add(splat(-4.25f), x[3], x[1] + x[5]), &f[1], &f[2]);
  winograd_pair(multiply_add(splat(-1.25f), x[4], multiply_add(splat(0.25f), x[2], x[6])),
                multiply_add(splat(2), x[5], multiply_add(splat(-2.5f), x[3], splat(0.5f) * x[1])), &f[3],
                &f[4]);
  winograd_pair(multiply_add(splat(-5), x[4], multiply_add(splat(4), x[2], x[6])),
                multiply_add(splat(0.5f), x[5], multiply_add(splat(-2.5f), x[3], splat(2) * x[1])), &f[5],
                &f[6]);
  f[7] = multiply_add(splat(5.25f), x[3] - x[5], x[7] - x[1]);
}

/// B: 8 frequencies to 8 values.
OOD_INLINE void winograd_overlap(const vf f[winograd_side], vf y[winograd_side]) {
  vf even[3], odd[3];
  for (int i = 0; i < 3; i++) winograd_pair(f[2 * i + 1], f[2 * i + 2], &even[i], &odd[i]);
  y[0] = f[0];
  y[1] = multiply_add(splat(2), odd[2], multiply_add(splat(0.5f), odd[1], odd[0] - f[7]));
  y[2] = multiply_add(splat(4), even[2],
                      multiply_add(splat(0.25f), even[1], multiply_add(splat(-5.25f), f[0], even[0])));
  y[3] = multiply_add(splat(-2.5f), odd[1] + odd[2],
                      multiply_add(splat(-4.25f), odd[0], splat(5.25f) * f[7]));
  y[4] = multiply_add(splat(-5), even[2],
                      multiply_add(splat(-1.25f), even[1],
                                   multiply_add(splat(-4.25f), even[0], splat(5.25f) * f[0])));
  y[5] = multiply_add(splat(0.5f), odd[2],
                      multiply_add(splat(2), odd[1], multiply_add(splat(-5.25f), f[7], odd[0])));
  y[6] = (even[0] - f[0]) + (even[1] + even[2]);
  y[7] = f[7];
}

/// A: 4 values to 8 frequencies.
OOD_INLINE void winograd_evaluate(const vf x[winograd_outputs], vf f[winograd_side]) {
  f[0] = x[0];
  winograd_pair(x[0] + x[2], x[1] + x[3], &f[1], &f[2]);
  winograd_pair(multiply_add(splat(4), x[2], x[0]), multiply_add(splat(8), x[3], splat(2) * x[1]), &f[3],
                &f[4]);
  winograd_pair(multiply_add(splat(0.25f), x[2], x[0]),
                multiply_add(splat(0.125f), x[3], splat(0.5f) * x[1]), &f[5], &f[6]);
  f[7] = x[3];
}

/// A^T: 8 frequencies to 4 sums.
OOD_INLINE void winograd_sum(const vf f[winograd_side], vf y[winograd_outputs]) {
  vf even[3], odd[3];
  for (int i = 0; i < 3; i++) winograd_pair(f[2 * i + 1], f[2 * i + 2], &even[i], &odd[i]);
  y[0] = (f[0] + even[0]) + (even[1] + even[2]);
  y[1] = multiply_add(splat(0.5f), odd[2], multiply_add(splat(2), odd[1], odd[0]));
  y[2] = multiply_add(splat(0.25f), even[2], multiply_add(splat(4), even[1], even[0]));
  y[3] = multiply_add(splat(0.125f), odd[2], multiply_add(splat(8), odd[1], odd[0] + f[7]));
}

// The scales of G's rows, by pairs.
#define WINOGRAD_SCALE_1 (-2.0f / 9)
#define WINOGRAD_SCALE_2 (1.0f / 90)
#define WINOGRAD_SCALE_HALF (32.0f / 45)

/// G: 5 taps to 8 frequencies.
OOD_INLINE void winograd_filter(const vf w[winograd_taps], vf f[winograd_side]) {
  f[0] = w[0];
  winograd_pair(splat(WINOGRAD_SCALE_1) * (w[0] + w[2] + w[4]), splat(WINOGRAD_SCALE_1) * (w[1] + w[3]),
                &f[1], &f[2]);
  winograd_pair(
      splat(WINOGRAD_SCALE_2) * multiply_add(splat(16), w[4], multiply_add(splat(4), w[2], w[0])),
      splat(WINOGRAD_SCALE_2) * multiply_add(splat(8), w[3], splat(2) * w[1]), &f[3], &f[4]);
  winograd_pair(
      splat(WINOGRAD_SCALE_HALF) * multiply_add(splat(0.0625f), w[4], multiply_add(splat(0.25f), w[2], w[0])),
      splat(WINOGRAD_SCALE_HALF) * multiply_add(splat(0.125f), w[3], splat(0.5f) * w[1]), &f[5], &f[6]);
  f[7] = w[4];
}

/// G^T: 8 frequencies to 5 taps.
OOD_INLINE void winograd_gather(const vf f[winograd_side], vf w[winograd_taps]) {
  const vf scale[3] = {splat(WINOGRAD_SCALE_1), splat(WINOGRAD_SCALE_2), splat(WINOGRAD_SCALE_HALF)};
  vf even[3], odd[3];
  for (int i = 0; i < 3; i++) {
    winograd_pair(f[2 * i + 1], f[2 * i + 2], &even[i], &odd[i]);
    even[i] = scale[i] * even[i];
    odd[i] = scale[i] * odd[i];
  }
  w[0] = (f[0] + even[0]) + (even[1] + even[2]);
  w[1] = multiply_add(splat(0.5f), odd[2], multiply_add(splat(2), odd[1], odd[0]));
  w[2] = multiply_add(splat(0.25f), even[2], multiply_add(splat(4), even[1], even[0]));
  w[3] = multiply_add(splat(0.125f), odd[2], multiply_add(splat(8), odd[1], odd[0]));
  w[4] = multiply_add(splat(0.0625f), even[2], multiply_add(splat(16), even[1], even[0] + f[7]));
}
