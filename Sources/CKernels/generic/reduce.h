#define REDUCE_SUM(NAME, TERM)                                                                  \
  static void NAME(const float *x, float *y, size_t outer, size_t middle, size_t inner) {       \
    for (size_t o = 0; o < outer; o++) {                                                        \
      for (size_t i = 0; i < inner; i++) {                                                      \
        double s = 0;                                                                           \
        for (size_t m = 0; m < middle; m++) {                                                   \
          const double v = x[(o * middle + m) * inner + i];                                     \
          s += TERM;                                                                            \
        }                                                                                       \
        y[o * inner + i] = (float)s;                                                            \
      }                                                                                         \
    }                                                                                           \
  }
REDUCE_SUM(reduce_sum, v)
REDUCE_SUM(reduce_sum_of_squares, v *v)
#undef REDUCE_SUM

static void reduce_best(const float *x, int32_t *positions, float *y, size_t outer, size_t middle, size_t inner, float sign) {
  for (size_t o = 0; o < outer; o++) {
    for (size_t i = 0; i < inner; i++) {
      float best = -INFINITY;
      int32_t position = 0;
      for (size_t m = 0; m < middle; m++) {
        const float v = sign * x[(o * middle + m) * inner + i];
        if (v > best || (v != v && best == best)) {
          best = v;
          position = (int32_t)m;
        }
      }
      if (positions) positions[o * inner + i] = position;
      if (y) y[o * inner + i] = sign * best;
    }
  }
}

static void reduce_maximum(const float *x, float *y, size_t outer, size_t middle, size_t inner) {
  reduce_best(x, NULL, y, outer, middle, inner, 1);
}
static void reduce_minimum(const float *x, float *y, size_t outer, size_t middle, size_t inner) {
  reduce_best(x, NULL, y, outer, middle, inner, -1);
}
static void reduce_argmax(const float *x, int32_t *positions, float *values, size_t outer, size_t middle, size_t inner) {
  reduce_best(x, positions, values, outer, middle, inner, 1);
}

static double reduce_total(const float *x, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; i++) s += x[i];
  return s;
}
static double reduce_dot(const float *x, const float *y, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; i++) s += (double)x[i] * y[i];
  return s;
}
static double reduce_sum_absolute_difference(const float *a, const float *b, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; i++) s += fabs((double)a[i] - b[i]);
  return s;
}
static double reduce_sum_squared_difference(const float *a, const float *b, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; i++) s += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
  return s;
}

static const struct ood_reduce reduce_table = {
    .sum = reduce_sum,
    .sum_of_squares = reduce_sum_of_squares,
    .maximum = reduce_maximum,
    .minimum = reduce_minimum,
    .argmax = reduce_argmax,
    .total = reduce_total,
    .dot = reduce_dot,
    .sum_absolute_difference = reduce_sum_absolute_difference,
    .sum_squared_difference = reduce_sum_squared_difference,
};
