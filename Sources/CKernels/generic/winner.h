// See include/ood_winner.h for what the entries compute.

static void winner_spatial(size_t images, size_t positions, size_t maps, const float *x, float *values, int32_t *where) {
  for (size_t i = 0; i < images; i++, values += maps, where += maps)
    for (size_t p = 0; p < positions; p++, x += maps)
      for (size_t c = 0; c < maps; c++)
        if (p == 0 || x[c] > values[c] || (x[c] != x[c] && values[c] == values[c])) {
          values[c] = x[c];
          where[c] = (int32_t)p;
        }
}

static int winner_before(float a, size_t i, float b, size_t j) {
  if (a != a || b != b) return a != a && (b == b || i < j);
  return a > b || (a == b && i < j);
}

static void winner_largest(size_t count, size_t stride, size_t keep, const float *values, float *kept, float *mask) {
  for (size_t i = 0; i < count; i++) {
    size_t rank = 0;
    for (size_t j = 0; j < count; j++) rank += (size_t)winner_before(values[j * stride], j, values[i * stride], i);
    mask[i * stride] = rank < keep;
    kept[i * stride] = rank < keep ? values[i * stride] : 0;
  }
}

static void winner_largest_in_rows(size_t rows, size_t columns, size_t keep, const float *values, float *kept, float *mask) {
  for (size_t r = 0; r < rows; r++) winner_largest(columns, 1, keep, values + r * columns, kept + r * columns, mask + r * columns);
}

static void winner_largest_in_columns(size_t rows, size_t columns, size_t c0, size_t c1, size_t keep,
                                      const float *values, float *kept, float *mask) {
  for (size_t c = c0; c < c1; c++) winner_largest(rows, columns, keep, values + c, kept + c, mask + c);
}

/// Target pixel that tap t of a winner at `row` meets, or -1.
OOD_INLINE ptrdiff_t winner_pixel(size_t row, size_t t, size_t multiply, size_t divide, size_t before, size_t extent) {
  const ptrdiff_t p = (ptrdiff_t)(row * multiply + t) - (ptrdiff_t)before;
  if (p < 0 || p % (ptrdiff_t)divide != 0) return -1;
  return p / (ptrdiff_t)divide < (ptrdiff_t)extent ? p / (ptrdiff_t)divide : -1;
}

/// Offset of the target pixel that tap (kh, kw) of a winner meets, or -1.
OOD_INLINE ptrdiff_t winner_target(const struct ood_winner_shape *s, int32_t where, size_t kh, size_t kw) {
  const ptrdiff_t y = winner_pixel((size_t)where / s->width, kh, s->multiply, s->divide, s->top, s->target_height);
  const ptrdiff_t x = winner_pixel((size_t)where % s->width, kw, s->multiply, s->divide, s->left, s->target_width);
  return y < 0 || x < 0 ? -1 : (y * (ptrdiff_t)s->target_width + x) * (ptrdiff_t)s->target_channels;
}

static void winner_spread(const struct ood_winner_shape *s, size_t images, const int32_t *where, const float *values,
                          const float *weights, const float *bias, int activation, float *target) {
  const size_t size = s->target_height * s->target_width * s->target_channels, n = s->target_channels;
  for (size_t i = 0; i < images; i++, target += size, where += s->maps, values += s->maps) {
    for (size_t j = 0; j < size; j++) target[j] = bias ? bias[j % n] : 0;
    for (size_t m = 0; m < s->maps; m++) {
      if (values[m] == 0) continue;
      for (size_t kh = 0; kh < s->kernel_height; kh++)
        for (size_t kw = 0; kw < s->kernel_width; kw++) {
          const ptrdiff_t at = winner_target(s, where[m], kh, kw);
          if (at < 0) continue;
          const float *row = weights + ((kh * s->kernel_width + kw) * s->maps + m) * n;
          for (size_t c = 0; c < n; c++) target[(size_t)at + c] += values[m] * row[c];
        }
    }
    convolution_activate((enum ood_activation)activation, target, size);
  }
}

static void winner_value_gradient(const struct ood_winner_shape *s, size_t images, const int32_t *where,
                                  const float *weights, const float *upstream, const float *gate, float *gradient) {
  const size_t size = s->target_height * s->target_width * s->target_channels, n = s->target_channels;
  for (size_t i = 0; i < images; i++, upstream += size, where += s->maps, gradient += s->maps) {
    for (size_t m = 0; m < s->maps; m++) {
      float sum = 0;
      for (size_t kh = 0; kh < s->kernel_height; kh++)
        for (size_t kw = 0; kw < s->kernel_width; kw++) {
          const ptrdiff_t at = winner_target(s, where[m], kh, kw);
          if (at < 0) continue;
          const float *row = weights + ((kh * s->kernel_width + kw) * s->maps + m) * n;
          for (size_t c = 0; c < n; c++)
            if (!gate || gate[(size_t)at + c] > 0) sum += upstream[(size_t)at + c] * row[c];
        }
      gradient[m] = sum;
    }
    if (gate) gate += size;
  }
}

static void winner_weight_gradient(const struct ood_winner_shape *s, size_t images, size_t m0, size_t m1,
                                   const int32_t *where, const float *values, const float *upstream,
                                   const float *gate, float *gradient) {
  const size_t size = s->target_height * s->target_width * s->target_channels, n = s->target_channels;
  for (size_t kh = 0; kh < s->kernel_height; kh++)
    for (size_t kw = 0; kw < s->kernel_width; kw++)
      for (size_t m = m0; m < m1; m++) {
        float *row = gradient + ((kh * s->kernel_width + kw) * s->maps + m) * n;
        for (size_t c = 0; c < n; c++) row[c] = 0;
        for (size_t i = 0; i < images; i++) {
          const float value = values[i * s->maps + m];
          const ptrdiff_t at = winner_target(s, where[i * s->maps + m], kh, kw);
          if (at < 0 || value == 0) continue;
          for (size_t c = 0; c < n; c++) {
            const size_t j = i * size + (size_t)at + c;
            if (!gate || gate[j] > 0) row[c] += value * upstream[j];
          }
        }
      }
}

static void winner_dense(size_t images, size_t positions, size_t maps, const int32_t *where, const float *values, float *x) {
  __builtin_memset(x, 0, images * positions * maps * sizeof(float));
  for (size_t i = 0; i < images; i++, x += positions * maps)
    for (size_t m = 0; m < maps; m++) x[(size_t)where[i * maps + m] * maps + m] = values[i * maps + m];
}

static const struct ood_winner winner_table = {
    .spatial = winner_spatial,
    .largest_in_rows = winner_largest_in_rows,
    .largest_in_columns = winner_largest_in_columns,
    .spread = winner_spread,
    .value_gradient = winner_value_gradient,
    .weight_gradient = winner_weight_gradient,
    .dense = winner_dense,
};
