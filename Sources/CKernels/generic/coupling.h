static void coupling_forward(const float *x, size_t x_stride, const float *raw, size_t raw_stride, const float *shift, size_t shift_stride, float clamp, float *y, size_t y_stride, float *log_determinant, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    double sum = 0;
    for (size_t c = 0; c < columns; c++) {
      const float s = clamp * 0.636f * atanf(raw[r * raw_stride + c]);
      sum += s;
      y[r * y_stride + c] = x[r * x_stride + c] * expf(s) + shift[r * shift_stride + c];
    }
    log_determinant[r] = (float)sum;
  }
}

static void coupling_inverse(const float *y, size_t y_stride, const float *raw, size_t raw_stride, const float *shift, size_t shift_stride, float clamp, float *x, size_t x_stride, float *log_determinant, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    double sum = 0;
    for (size_t c = 0; c < columns; c++) {
      const float s = clamp * 0.636f * atanf(raw[r * raw_stride + c]);
      sum -= s;
      x[r * x_stride + c] = (y[r * y_stride + c] - shift[r * shift_stride + c]) * expf(-s);
    }
    log_determinant[r] = (float)sum;
  }
}

static void coupling_backward(const float *u, size_t u_stride, const float *v, const float *x, size_t x_stride, const float *raw, size_t raw_stride, float clamp, float *dx, size_t dx_stride, float *d_raw, size_t d_raw_stride, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < columns; c++) {
      const float a = raw[r * raw_stride + c];
      const float scaled = u[r * u_stride + c] * expf(clamp * 0.636f * atanf(a));
      const float slope = clamp * 0.636f / (1 + a * a);
      const float d = (scaled * x[r * x_stride + c] + v[r]) * slope;
      dx[r * dx_stride + c] = scaled;
      d_raw[r * d_raw_stride + c] = d;
    }
  }
}

static const struct ood_coupling coupling_table = {
    .forward = coupling_forward,
    .inverse = coupling_inverse,
    .backward = coupling_backward,
};
