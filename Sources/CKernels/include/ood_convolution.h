/// Convolutions of images (cross-correlations, as in every deep-learning library) and maximum pooling.
///
/// Images are [height][width][channels], batches of them follow one another. Weights are
/// [kernel_height][kernel_width][in][out].
///
/// All passes of a convolution come from three sums over a `source` and a `target` image, where q runs over
/// positions, t over the kernel's taps, and p = q stride + t - (top, left):
///
///     correlate:        target[q] = sum_t source[p] W[t]        source zero outside its image
///     spread:           target[p] += source[q] W[t]             the adjoint; what falls outside the target is dropped
///     weight gradient:  dW[t] = sum_q source[p]^T target[q]     source zero outside its image
///
/// The forward pass is a correlation of the input; the gradient to the input is a spread of the upstream
/// gradient with the taps' matrices transposed. At stride 1 each form can stand in for the other: spreading by
/// `top` is correlating by `kernel_height - 1 - top` with the taps in reverse order (and likewise for `left`).
/// Correlating pays for zeros around the source, spreading pays nothing.
///
/// Sums run in an order that depends on the shape alone, never on how images or channels are split into calls.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_convolution_shape {
  size_t source_height, source_width, source_channels;
  size_t target_height, target_width, target_channels;
  size_t kernel_height, kernel_width;
  size_t stride;
  /// How far the first window reaches over the upper and left edge: at most the kernel's size minus 1.
  size_t top, left;
};

/// What happens to a convolution's result before it is stored.
enum ood_activation {
  ood_activation_none,
  /// max(y, 0); NaN stays NaN.
  ood_activation_relu,
  /// 1 / (1 + exp(-y)).
  ood_activation_sigmoid,
};

/// How the weights of a convolution, [taps][in][out], are read.
enum ood_weight_order {
  ood_weights_plain = 0,
  /// Each tap's matrix transposed: [taps][out][in].
  ood_weights_transposed = 1,
  /// Taps from last to first.
  ood_weights_reversed = 2,
};

struct ood_convolution {
  /// Rows of patches: for `images` images and each target position, the source values under the window, in the
  /// order [kernel_height][kernel_width][source_channels]. `patches` has images * target_height *
  /// target_width rows. The patches times the weights, seen as a matrix, is the convolution.
  void (*im2col)(const struct ood_convolution_shape *shape, size_t images, const float *source, float *patches);

  /// The adjoint of im2col: adds every patch to the place that it was taken from. `source` is overwritten.
  void (*col2im)(const struct ood_convolution_shape *shape, size_t images, const float *patches, float *source);

  /// target[q] = activation(bias + sum_t source[p] W[t]), W [taps][source_channels][target_channels].
  void (*correlate)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                    const float *_Nullable gate, const float *weights, const float *_Nullable bias,
                    enum ood_activation activation, float *target);

  /// target[p] = activation(bias + all source[q] W[t] that fall on it).
  void (*spread)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                 const float *_Nullable gate, const float *weights, const float *_Nullable bias,
                 enum ood_activation activation, float *target);

  /// dW[t] = sum_q source[p]^T target[q], the target taken where gate > 0.
  void (*weight_gradient)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                          const float *target, const float *_Nullable gate, float *gradient);

  /// sums[c] = sum of upstream[r][c] over the rows, taken where gate > 0.
  void (*bias_gradient)(size_t rows, size_t columns, const float *upstream, const float *_Nullable gate,
                        float *sums);

  /// Maximum over windows of kernel_height x kernel_width, the first of equals; a NaN in the window wins.
  /// Windows lie inside the image (top = left = 0). `positions` are indexes into the whole array whose
  /// first element has index `first`.
  void (*maximum_pool)(const struct ood_convolution_shape *shape, size_t images, const float *source, int32_t first,
                       float *values, int32_t *positions);
};

#pragma clang assume_nonnull end
