enum {
  /// Elements that are worked on at a time; their log-scales stay in the L1 cache.
  coupling_block = 512,
  /// Narrower matrices are packed, so that vectors hold several rows.
  coupling_narrow = 2 * OOD_WIDTH,
};

OOD_INLINE void coupling_vector(int inverse, const float *x, const float *raw, const float *shift,
                                float slope, float *y, float *log_scale, size_t n) {
  const vf v = load_some(x, n), t = load_some(shift, n);
  const vf s = slope * atan_vector(load_some(raw, n));
  store_some(log_scale, s, n);
  store_some(y, inverse ? (v - t) * exp_vector(-s) : multiply_add(v, exp_vector(s), t), n);
}

/// Where the next rows lie, in floats from those at work. Processors fetch ahead within a row, but not over
/// the gap to the next one.
struct coupling_next {
  size_t x, raw, other, y;
};

/// y = x exp(s) + shift, or its inverse y = (x - shift) exp(-s), on n elements; s goes to `log_scale`.
OOD_INLINE void coupling_span(int inverse, const float *x, const float *raw, const float *shift, float slope,
                              float *y, float *log_scale, size_t n, const struct coupling_next *next) {
  size_t i = 0;
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    if (next) {
      __builtin_prefetch(x + i + next->x);
      __builtin_prefetch(raw + i + next->raw);
      __builtin_prefetch(shift + i + next->other);
      __builtin_prefetch(y + i + next->y, 1);
    }
    coupling_vector(inverse, x + i, raw + i, shift + i, slope, y + i, log_scale + i, OOD_WIDTH);
  }
  if (i < n) coupling_vector(inverse, x + i, raw + i, shift + i, slope, y + i, log_scale + i, n - i);
}

OOD_INLINE void coupling_backward_vector(const float *u, const float *v, const float *x, const float *raw,
                                         float slope, float *dx, float *d_raw, size_t n) {
  const vf r = load_some(raw, n);
  const vf scaled = load_some(u, n) * exp_vector(slope * atan_vector(r));
  const vf d_log_scale = multiply_add(scaled, load_some(x, n), load_some(v, n));
  const vf d = d_log_scale * (slope / multiply_add(r, r, splat(1)));
  store_some(dx, scaled, n);
  store_some(d_raw, d, n);
}

OOD_INLINE void coupling_backward_span(const float *u, const float *v, const float *x, const float *raw,
                                       float slope, float *dx, float *d_raw, size_t n,
                                       const struct coupling_next *next) {
  size_t i = 0;
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    if (next) {
      __builtin_prefetch(u + i + next->other);
      __builtin_prefetch(x + i + next->x);
      __builtin_prefetch(raw + i + next->raw);
      __builtin_prefetch(dx + i + next->y, 1);
      __builtin_prefetch(d_raw + i + next->raw, 1);
    }
    coupling_backward_vector(u + i, v + i, x + i, raw + i, slope, dx + i, d_raw + i, OOD_WIDTH);
  }
  if (i < n) coupling_backward_vector(u + i, v + i, x + i, raw + i, slope, dx + i, d_raw + i, n - i);
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

/// sums[r] = sign · Σ_c p[r][c] of narrow rows that are next to each other.
OOD_INLINE void coupling_row_sums(const float *p, double sign, size_t rows, size_t columns, float *sums) {
  for (size_t r = 0; r < rows; r++) {
    double sum = 0;
    for (size_t c = 0; c < columns; c++) sum += p[r * columns + c];
    sums[r] = (float)(sign * sum);
  }
}

OOD_INLINE void coupling_map(int inverse, const float *x, size_t x_stride, const float *raw,
                             size_t raw_stride, const float *shift, size_t shift_stride, float clamp,
                             float *y, size_t y_stride, float *log_determinant, size_t rows, size_t columns) {
  const float slope = clamp * 0.636f;
  float log_scale[coupling_block];
  if (columns > coupling_narrow) {
    const struct coupling_next next = {x_stride, raw_stride, shift_stride, y_stride};
    for (size_t r = 0; r < rows;
         r++, x += x_stride, raw += raw_stride, shift += shift_stride, y += y_stride) {
      double sum = 0;
      for (size_t c = 0; c < columns; c += coupling_block) {
        const size_t n = columns - c < coupling_block ? columns - c : coupling_block;
        coupling_span(inverse, x + c, raw + c, shift + c, slope, y + c, log_scale, n, &next);
        sum += reduce_span(reduce_value, log_scale, log_scale, n);
      }
      log_determinant[r] = (float)(inverse ? -sum : sum);
    }
    return;
  }
  float x_buffer[coupling_block], raw_buffer[coupling_block], shift_buffer[coupling_block],
      y_buffer[coupling_block];
  const size_t most = columns ? coupling_block / columns : rows;
  for (size_t r = 0; r < rows; r += most) {
    const size_t some = rows - r < most ? rows - r : most;
    const float *px = coupling_pack(x + r * x_stride, x_stride, some, columns, x_buffer);
    const float *praw = coupling_pack(raw + r * raw_stride, raw_stride, some, columns, raw_buffer);
    const float *pshift = coupling_pack(shift + r * shift_stride, shift_stride, some, columns, shift_buffer);
    coupling_span(inverse, px, praw, pshift, slope, y_buffer, log_scale, some * columns, NULL);
    coupling_unpack(y_buffer, y + r * y_stride, y_stride, some, columns);
    coupling_row_sums(log_scale, inverse ? -1 : 1, some, columns, log_determinant + r);
  }
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
  const size_t width = columns > coupling_narrow ? coupling_block : columns;
  const size_t most = columns > coupling_narrow ? 1 : columns ? coupling_block / columns : rows;
  float u_buffer[coupling_block], v_buffer[coupling_block], x_buffer[coupling_block],
      raw_buffer[coupling_block];
  float dx_buffer[coupling_block], d_raw_buffer[coupling_block];
  const struct coupling_next next = {x_stride, raw_stride, upstream_stride, dx_stride};
  for (size_t r = 0; r < rows; r += most) {
    const size_t some = rows - r < most ? rows - r : most;
    for (size_t c = 0; c < columns; c += width) {
      const size_t n = columns - c < width ? columns - c : width;
      const float *pu = upstream_y + r * upstream_stride + c, *px = x + r * x_stride + c,
                  *praw = raw + r * raw_stride + c;
      float *pdx = dx + r * dx_stride + c, *pd_raw = d_raw + r * d_raw_stride + c;
      map_gather_rows(upstream_log_determinant + r, 1, 0, some, n, v_buffer);
      if (most == 1) {
        coupling_backward_span(pu, v_buffer, px, praw, slope, pdx, pd_raw, n, &next);
        continue;
      }
      pu = coupling_pack(pu, upstream_stride, some, columns, u_buffer);
      px = coupling_pack(px, x_stride, some, columns, x_buffer);
      praw = coupling_pack(praw, raw_stride, some, columns, raw_buffer);
      coupling_backward_span(pu, v_buffer, px, praw, slope, dx_buffer, d_raw_buffer, some * columns, NULL);
      coupling_unpack(dx_buffer, pdx, dx_stride, some, columns);
      coupling_unpack(d_raw_buffer, pd_raw, d_raw_stride, some, columns);
    }
  }
}

static const struct ood_coupling coupling_table = {
    .forward = coupling_forward,
    .inverse = coupling_inverse,
    .backward = coupling_backward,
};
