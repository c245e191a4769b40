static double row_sum_exp(const float *x, size_t columns, float *shift) {
  float largest = -INFINITY;
  for (size_t c = 0; c < columns; c++) largest = x[c] > largest ? x[c] : largest;
  *shift = fabsf(largest) < INFINITY ? largest : 0;
  double s = 0;
  for (size_t c = 0; c < columns; c++) s += exp((double)x[c] - *shift);
  return s;
}

static void softmax_softmax(const float *x, float *y, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float shift;
    const double s = row_sum_exp(x, columns, &shift);
    for (size_t c = 0; c < columns; c++) y[c] = (float)(exp((double)x[c] - shift) / s);
  }
}

static void softmax_log_softmax(const float *x, float *y, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float shift;
    const double s = log(row_sum_exp(x, columns, &shift));
    for (size_t c = 0; c < columns; c++) y[c] = (float)((double)x[c] - shift - s);
  }
}

static void softmax_log_sum_exp(const float *x, float *result, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) {
    float shift;
    const double s = log(row_sum_exp(x, columns, &shift));
    result[r] = (float)(shift + s);
  }
}

static void softmax_softmax_gradient(const float *u, const float *y, float *dx, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, u += columns, y += columns, dx += columns) {
    double s = 0;
    for (size_t c = 0; c < columns; c++) s += (double)u[c] * y[c];
    for (size_t c = 0; c < columns; c++) dx[c] = y[c] * (u[c] - (float)s);
  }
}

static void softmax_log_softmax_gradient(const float *u, const float *y, float *dx, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, u += columns, y += columns, dx += columns) {
    double s = 0;
    for (size_t c = 0; c < columns; c++) s += u[c];
    for (size_t c = 0; c < columns; c++) dx[c] = u[c] - expf(y[c]) * (float)s;
  }
}

static void softmax_cross_entropy(const float *logits, const int32_t *labels, float *loss, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, logits += columns) {
    float shift;
    const double s = row_sum_exp(logits, columns, &shift);
    loss[r] = (float)(log(s) - ((double)logits[labels[r]] - shift));
  }
}

static void softmax_cross_entropy_gradient(const float *logits, const int32_t *labels, const float *upstream, float *d, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, logits += columns, d += columns) {
    float shift;
    const double s = row_sum_exp(logits, columns, &shift);
    for (size_t c = 0; c < columns; c++) {
      d[c] = upstream[r] * (float)(exp((double)logits[c] - shift) / s - ((int32_t)c == labels[r]));
    }
  }
}

static const struct ood_softmax softmax_table = {
    .softmax = softmax_softmax,
    .log_softmax = softmax_log_softmax,
    .log_sum_exp = softmax_log_sum_exp,
    .softmax_gradient = softmax_softmax_gradient,
    .log_softmax_gradient = softmax_log_softmax_gradient,
    .cross_entropy = softmax_cross_entropy,
    .cross_entropy_gradient = softmax_cross_entropy_gradient,
};
