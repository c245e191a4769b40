// See include/ood_convolution.h for what the entries compute.

/// Row of the source under tap `t` of the window that starts at `q`, or -1 outside.
OOD_INLINE ptrdiff_t convolution_row(size_t q, size_t stride, size_t t, size_t before, size_t extent) {
  const ptrdiff_t p = (ptrdiff_t)(q * stride + t) - (ptrdiff_t)before;
  return p >= 0 && p < (ptrdiff_t)extent ? p : -1;
}

OOD_INLINE float convolution_activate(enum ood_activation activation, float y) {
  switch (activation) {
    case ood_activation_none: return y;
    case ood_activation_relu: return y <= 0 ? 0 : y;
    case ood_activation_sigmoid: return 1 / (1 + __builtin_expf(-y));
  }
  return y;
}

static void convolution_im2col(const struct ood_convolution_shape *s, size_t images, const float *source, float *patches) {
  for (size_t i = 0; i < images; i++, source += s->source_height * s->source_width * s->source_channels)
    for (size_t y = 0; y < s->target_height; y++)
      for (size_t x = 0; x < s->target_width; x++)
        for (size_t kh = 0; kh < s->kernel_height; kh++)
          for (size_t kw = 0; kw < s->kernel_width; kw++, patches += s->source_channels) {
            const ptrdiff_t h = convolution_row(y, s->stride, kh, s->top, s->source_height);
            const ptrdiff_t w = convolution_row(x, s->stride, kw, s->left, s->source_width);
            if (h < 0 || w < 0) {
              __builtin_memset(patches, 0, s->source_channels * sizeof(float));
            } else {
              __builtin_memcpy(patches, source + ((size_t)h * s->source_width + (size_t)w) * s->source_channels,
                               s->source_channels * sizeof(float));
            }
          }
}

static void convolution_col2im(const struct ood_convolution_shape *s, size_t images, const float *patches, float *source) {
  const size_t size = s->source_height * s->source_width * s->source_channels;
  __builtin_memset(source, 0, images * size * sizeof(float));
  for (size_t i = 0; i < images; i++, source += size)
    for (size_t y = 0; y < s->target_height; y++)
      for (size_t x = 0; x < s->target_width; x++)
        for (size_t kh = 0; kh < s->kernel_height; kh++)
          for (size_t kw = 0; kw < s->kernel_width; kw++, patches += s->source_channels) {
            const ptrdiff_t h = convolution_row(y, s->stride, kh, s->top, s->source_height);
            const ptrdiff_t w = convolution_row(x, s->stride, kw, s->left, s->source_width);
            if (h < 0 || w < 0) continue;
            float *to = source + ((size_t)h * s->source_width + (size_t)w) * s->source_channels;
            for (size_t c = 0; c < s->source_channels; c++) to[c] += patches[c];
          }
}

static void convolution_correlate(const struct ood_convolution_shape *s, size_t images, const float *source,
                                  const float *gate, const float *weights, const float *bias,
                                  enum ood_activation activation, float *target) {
  const size_t size = s->source_height * s->source_width * s->source_channels;
  for (size_t i = 0; i < images; i++, source += size, gate = gate ? gate + size : gate)
    for (size_t y = 0; y < s->target_height; y++)
      for (size_t x = 0; x < s->target_width; x++, target += s->target_channels) {
        for (size_t c = 0; c < s->target_channels; c++) target[c] = bias ? bias[c] : 0;
        for (size_t kh = 0; kh < s->kernel_height; kh++)
          for (size_t kw = 0; kw < s->kernel_width; kw++) {
            const ptrdiff_t h = convolution_row(y, s->stride, kh, s->top, s->source_height);
            const ptrdiff_t w = convolution_row(x, s->stride, kw, s->left, s->source_width);
            if (h < 0 || w < 0) continue;
            const size_t p = ((size_t)h * s->source_width + (size_t)w) * s->source_channels;
            for (size_t k = 0; k < s->source_channels; k++) {
              const float a = gate && !(gate[p + k] > 0) ? 0 : source[p + k];
              const float *row = weights + ((kh * s->kernel_width + kw) * s->source_channels + k) * s->target_channels;
              for (size_t c = 0; c < s->target_channels; c++) target[c] += a * row[c];
            }
          }
        for (size_t c = 0; c < s->target_channels; c++) target[c] = convolution_activate(activation, target[c]);
      }
}

static void convolution_spread(const struct ood_convolution_shape *s, size_t images, const float *source,
                               const float *gate, const float *weights, const float *bias,
                               enum ood_activation activation, float *target) {
  const size_t target_size = s->target_height * s->target_width * s->target_channels;
  for (size_t i = 0; i < images; i++, target += target_size) {
    for (size_t j = 0; j < target_size; j++) target[j] = bias ? bias[j % s->target_channels] : 0;
    for (size_t y = 0; y < s->source_height; y++)
      for (size_t x = 0; x < s->source_width; x++)
        for (size_t k = 0; k < s->source_channels; k++, source++, gate = gate ? gate + 1 : gate) {
          const float a = gate && !(*gate > 0) ? 0 : *source;
          for (size_t kh = 0; kh < s->kernel_height; kh++)
            for (size_t kw = 0; kw < s->kernel_width; kw++) {
              const ptrdiff_t h = convolution_row(y, s->stride, kh, s->top, s->target_height);
              const ptrdiff_t w = convolution_row(x, s->stride, kw, s->left, s->target_width);
              if (h < 0 || w < 0) continue;
              float *to = target + ((size_t)h * s->target_width + (size_t)w) * s->target_channels;
              const float *row = weights + ((kh * s->kernel_width + kw) * s->source_channels + k) * s->target_channels;
              for (size_t c = 0; c < s->target_channels; c++) to[c] += a * row[c];
            }
        }
    for (size_t j = 0; j < target_size; j++) target[j] = convolution_activate(activation, target[j]);
  }
}

static void convolution_weight_gradient(const struct ood_convolution_shape *s, size_t images, const float *source,
                                        const float *target, const float *gate, float *gradient) {
  const size_t size = s->source_height * s->source_width * s->source_channels;
  const size_t block = s->source_channels * s->target_channels;
  __builtin_memset(gradient, 0, s->kernel_height * s->kernel_width * block * sizeof(float));
  for (size_t i = 0; i < images; i++, source += size)
    for (size_t y = 0; y < s->target_height; y++)
      for (size_t x = 0; x < s->target_width; x++, target += s->target_channels) {
        for (size_t kh = 0; kh < s->kernel_height; kh++)
          for (size_t kw = 0; kw < s->kernel_width; kw++) {
            const ptrdiff_t h = convolution_row(y, s->stride, kh, s->top, s->source_height);
            const ptrdiff_t w = convolution_row(x, s->stride, kw, s->left, s->source_width);
            if (h < 0 || w < 0) continue;
            const float *a = source + ((size_t)h * s->source_width + (size_t)w) * s->source_channels;
            for (size_t k = 0; k < s->source_channels; k++) {
              float *to = gradient + (kh * s->kernel_width + kw) * block + k * s->target_channels;
              for (size_t c = 0; c < s->target_channels; c++)
                to[c] += a[k] * (gate && !(gate[c] > 0) ? 0 : target[c]);
            }
          }
        if (gate) gate += s->target_channels;
      }
}

static void convolution_bias_gradient(size_t rows, size_t columns, const float *upstream, const float *gate, float *sums) {
  __builtin_memset(sums, 0, columns * sizeof(float));
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c++)
      if (!gate || gate[r * columns + c] > 0) sums[c] += upstream[r * columns + c];
}

static void convolution_maximum_pool(const struct ood_convolution_shape *s, size_t images, const float *source,
                                     int32_t first, float *values, int32_t *positions) {
  const size_t channels = s->source_channels;
  for (size_t i = 0; i < images; i++)
    for (size_t y = 0; y < s->target_height; y++)
      for (size_t x = 0; x < s->target_width; x++, values += channels, positions += channels)
        for (size_t c = 0; c < channels; c++)
          for (size_t t = 0; t < s->kernel_height * s->kernel_width; t++) {
            const size_t h = y * s->stride + t / s->kernel_width, w = x * s->stride + t % s->kernel_width;
            const size_t at = ((i * s->source_height + h) * s->source_width + w) * channels + c;
            if (t == 0 || source[at] > values[c] || (source[at] != source[at] && values[c] == values[c])) {
              values[c] = source[at];
              positions[c] = first + (int32_t)at;
            }
          }
}

static const struct ood_convolution convolution_table = {
    .im2col = convolution_im2col,
    .col2im = convolution_col2im,
    .correlate = convolution_correlate,
    .spread = convolution_spread,
    .weight_gradient = convolution_weight_gradient,
    .bias_gradient = convolution_bias_gradient,
    .maximum_pool = convolution_maximum_pool,
};
