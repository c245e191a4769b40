static void normalization_moments(const float *x, const float *shift, double *sum, double *squares, size_t rows, size_t channels) {
  for (size_t c = 0; c < channels; c++) {
    const double t = shift ? shift[c] : 0;
    double s = 0, q = 0;
    for (size_t r = 0; r < rows; r++) {
      const double v = x[r * channels + c] - t;
      s += v;
      q += v * v;
    }
    sum[c] = s;
    if (squares) squares[c] = q;
  }
}

static void normalization_apply(const float *x, const float *mean, const float *scale, const float *offset, float *y, size_t rows, size_t channels) {
  for (size_t r = 0; r < rows; r++, x += channels, y += channels) {
    for (size_t c = 0; c < channels; c++) y[c] = (x[c] - mean[c]) * scale[c] + offset[c];
  }
}

static void normalization_gradient_sums(const float *u, const float *x, const float *mean, double *sum, double *product, size_t rows, size_t channels) {
  for (size_t c = 0; c < channels; c++) {
    double s = 0, q = 0;
    for (size_t r = 0; r < rows; r++) {
      s += u[r * channels + c];
      q += (double)u[r * channels + c] * ((double)x[r * channels + c] - mean[c]);
    }
    sum[c] = s;
    product[c] = q;
  }
}

static void normalization_gradient_apply(const float *u, const float *x, const float *mean, const float *a, const float *b, const float *k, float *dx, size_t rows, size_t channels) {
  for (size_t r = 0; r < rows; r++, x += channels, u += channels, dx += channels) {
    for (size_t c = 0; c < channels; c++) dx[c] = a[c] * u[c] + (b[c] * (x[c] - mean[c]) + k[c]);
  }
}

static const struct ood_normalization normalization_table = {
    .moments = normalization_moments,
    .apply = normalization_apply,
    .gradient_sums = normalization_gradient_sums,
    .gradient_apply = normalization_gradient_apply,
};
