static float unary_value(enum ood_unary f, float p, float x) {
  switch (f) {
    case ood_negate: return -x;
    case ood_relu: return x <= 0 ? 0 : x;
    case ood_leaky_relu: return x > 0 ? x : p * x;
    case ood_sigmoid: return (float)(1 / (1 + exp(-(double)x)));
    case ood_tanh: return (float)tanh((double)x);
    case ood_softplus: return x > 0 ? (float)(x + log1p(exp(-(double)x))) : (float)log1p(exp((double)x));
    case ood_exp: return (float)exp((double)x);
    case ood_log: return (float)log((double)x);
    case ood_square: return x * x;
    case ood_abs: return fabsf(x);
    case ood_sqrt: return sqrtf(x);
    case ood_reciprocal: return 1 / x;
    case ood_sign: return x > 0 ? 1 : x < 0 ? -1 : x;
    case ood_step: return x > 0;
    case ood_atan: return (float)atan((double)x);
    case ood_scaled: return p * x;
    case ood_shifted: return x + p;
    case ood_sin: return sinf(x);
    case ood_cos: return cosf(x);
  }
  __builtin_unreachable();
}

static void map_unary(enum ood_unary f, float p, const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = unary_value(f, p, x[i]);
}

static void map_unary_gradient(enum ood_unary f, float p, const float *u, const float *x, const float *y, float *dx, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float d = 0;
    switch (f) {
      case ood_negate: d = -u[i]; break;
      case ood_relu: d = y[i] > 0 ? u[i] : 0; break;
      case ood_leaky_relu: d = x[i] > 0 ? u[i] : p * u[i]; break;
      case ood_sigmoid: d = u[i] * (y[i] * (1 - y[i])); break;
      case ood_tanh: d = u[i] * ((1 - y[i]) * (1 + y[i])); break;
      case ood_softplus: d = u[i] * unary_value(ood_sigmoid, 0, x[i]); break;
      case ood_exp: d = u[i] * y[i]; break;
      case ood_log: d = u[i] / x[i]; break;
      case ood_square: d = u[i] * (2 * x[i]); break;
      case ood_abs: d = u[i] * unary_value(ood_sign, 0, x[i]); break;
      case ood_sqrt: d = u[i] * 0.5f / y[i]; break;
      case ood_reciprocal: d = -u[i] * (y[i] * y[i]); break;
      case ood_sign: case ood_step: d = 0; break;
      case ood_atan: d = u[i] / (1 + x[i] * x[i]); break;
      case ood_scaled: d = p * u[i]; break;
      case ood_shifted: d = u[i]; break;
      case ood_sin: d = u[i] * cosf(x[i]); break;
      case ood_cos: d = -u[i] * sinf(x[i]); break;
    }
    dx[i] = d;
  }
}

static float binary_value(enum ood_binary f, float a, float b) {
  switch (f) {
    case ood_add: return a + b;
    case ood_subtract: return a - b;
    case ood_multiply: return a * b;
    case ood_divide: return a / b;
    case ood_maximum: return a != a ? a : b <= a ? a : b;
    case ood_minimum: return a != a ? a : b >= a ? a : b;
    case ood_gate: return b > 0 ? a : 0;
    case ood_squared_difference: return (a - b) * (a - b);
    case ood_greater: return a > b;
    case ood_equal: return a == b;
  }
  __builtin_unreachable();
}

static void map_binary(enum ood_binary f, const float *a, const float *b, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = binary_value(f, a[i], b[i]);
}

static void map_binary_2d(enum ood_binary f, const float *a, size_t ar, size_t ac, const float *b, size_t br, size_t bc, float *y, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < columns; c++) y[r * columns + c] = binary_value(f, a[r * ar + c * ac], b[r * br + c * bc]);
  }
}

static void map_scale_add(float alpha, const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] += alpha * x[i];
}

static void map_fill(float value, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = value;
}

static size_t map_count_non_finite(const float *x, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += !(fabsf(x[i]) < INFINITY);
  return count;
}

static size_t map_first_non_finite(const float *x, size_t n) {
  for (size_t i = 0; i < n; i++) if (!(fabsf(x[i]) < INFINITY)) return i;
  return n;
}

static const struct ood_map map_table = {
    .unary = map_unary,
    .unary_gradient = map_unary_gradient,
    .binary = map_binary,
    .binary_2d = map_binary_2d,
    .scale_add = map_scale_add,
    .fill = map_fill,
    .count_non_finite = map_count_non_finite,
    .first_non_finite = map_first_non_finite,
};
