/// Convolutions of images (cross-correlations, as in every deep-learning library) and maximum pooling.
///
/// Images are [height][width][channels], batches of them follow one another. Weights are
/// [kernel_height][kernel_width][in][out].
///
/// All passes of a convolution come from three sums over a `source` and a `target` image, where q runs over
/// positions, t over the kernel's taps, and p = q stride + t - (top, left):
///
///     correlate:        target[q] = sum_t source[p] W[t]        source zero outside its image
///     spread:           target[p] += source[q] W[t]             the adjoint; what falls outside the target
///     is dropped weight gradient:  dW[t] = sum_q source[p]^T target[q]     source zero outside its image
///
/// The forward pass is a correlation of the input; the gradient to the input is a spread of the upstream
/// gradient with the taps' matrices transposed. At stride 1 each form can stand in for the other: spreading
/// by `top` is correlating by `kernel_height - 1 - top` with the taps in reverse order (and likewise for
/// `left`). Correlating pays for zeros around the source, spreading pays nothing.
///
/// Sums run in an order that depends on the shape alone, never on how images or channels are split into
/// calls.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ood_activation.h"

#pragma clang assume_nonnull begin

struct ood_convolution_shape {
  size_t source_height, source_width, source_channels;
  size_t target_height, target_width, target_channels;
  size_t kernel_height, kernel_width;
  size_t stride;
  /// How far the first window reaches over the upper and left edge: at most the kernel's size minus 1.
  size_t top, left;
};

/// How weights lie in memory against the W of the sums above, [taps][source_channels][target_channels].
/// Flags.
enum ood_weight_order {
  ood_weights_plain = 0,
  /// Each tap's matrix is transposed: [taps][target_channels][source_channels].
  ood_weights_transposed = 1,
  /// The last tap comes first.
  ood_weights_reversed = 2,
};

/// The functions that take `scratch` want as many floats, aligned to 64 bytes, as the function of that name
/// says; they leave nothing in it. `images` times the floats of a (padded) image must be below 2^32. Wherever
/// a gate is taken, it has the shape of the array before it, whose elements count where gate > 0 and are 0
/// elsewhere (an upstream gradient behind a ReLU, whose output is the gate).
struct ood_convolution {
  /// Floats in a vector.
  size_t vector_width;
  /// `weight_gradient` is split over source channels at multiples of `gradient_group`, and only if there are
  /// at least `gradient_grouped_channels` of them.
  size_t gradient_group, gradient_grouped_channels;

  /// Floats that packed weights take, for `spread_few` if `few` is not 0, else for `correlate` and `spread`.
  size_t (*packed_count)(const struct ood_convolution_shape *shape, int few);

  /// Packs taps [t0, t1) of W for `correlate` and `spread`. `order` is a sum of `enum ood_weight_order`.
  void (*pack)(const struct ood_convolution_shape *shape, int order, size_t t0, size_t t1,
               const float *weights, float *packed);

  /// Packs W for `spread_few`.
  void (*pack_few)(const struct ood_convolution_shape *shape, int order, const float *weights, float *packed);

  /// target[q] = activation(bias + sum_t source[p] W[t]). Padded or gated sources are copied to `scratch`. With
  /// `streams` the target is written around the caches, where its lines allow it.
  void (*correlate)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                    const float *_Nullable gate, const float *packed, const float *_Nullable bias,
                    enum ood_activation activation, int streams, float *target, float *scratch);
  size_t (*correlate_scratch)(const struct ood_convolution_shape *shape, size_t images);

  /// Whether `winners` takes the shape: all taps and source channels go through the registers at once.
  int (*winners_fit)(const struct ood_convolution_shape *shape);
  /// The largest value of each map of correlate's result [images][target_channels] and where it is, first of
  /// equals, found without storing the result: winner-take-all. Equals are those before the bias is added, and
  /// with `relu` all values that are not positive; a NaN beats every number. `packed` is that of `correlate`.
  void (*winners)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                  const float *packed, const float *_Nullable bias, int relu, float *values, int32_t *where,
                  float *scratch);
  size_t (*winners_scratch)(const struct ood_convolution_shape *shape);

  /// target[p] = activation(bias + sum of the source[q] W[t] that fall on p).
  void (*spread)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                 const float *_Nullable gate, const float *packed, const float *_Nullable bias,
                 enum ood_activation activation, float *target, float *scratch);
  size_t (*spread_scratch)(const struct ood_convolution_shape *shape, size_t images);

  /// The same for few target channels: one product with all taps side by side, then shifted sums.
  void (*spread_few)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                     const float *_Nullable gate, const float *packed, const float *_Nullable bias,
                     enum ood_activation activation, float *target, float *scratch);
  size_t (*spread_few_scratch)(const struct ood_convolution_shape *shape, size_t images);

  /// dW[t] = sum_q source[p]^T target[q] for source channels [c0, c1), written in the given order of weights.
  /// The sum runs over pixels in blocks of about 128. `c0` is a multiple of `gradient_group`. `target_sums`, where
  /// given, are the sums of the target's channels over all pixels: the bias's gradient.
  void (*weight_gradient)(const struct ood_convolution_shape *shape, size_t images, size_t c0, size_t c1,
                          const float *source, const float *_Nullable source_gate, const float *target,
                          const float *_Nullable target_gate, int order, float *gradient,
                          float *_Nullable target_sums, float *scratch);
  /// For `channels` source channels in one call.
  size_t (*weight_gradient_scratch)(const struct ood_convolution_shape *shape, size_t channels);

  /// sums[c] = sum of upstream[r][c] over the rows, taken where gate > 0. Where `gated` is given, it becomes
  /// the upstream gradient with zeros where the gate is not open; it may be `upstream`.
  void (*bias_gradient)(size_t rows, size_t columns, const float *upstream, const float *_Nullable gate,
                        float *_Nullable gated, float *sums);

  /// Rows of patches: for each target position of each image the source values under the window, in the order
  /// [kernel_height][kernel_width][source_channels]. Patches times weights, seen as a matrix, is the
  /// convolution.
  void (*im2col)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                 float *patches);

  /// The adjoint of im2col: adds every patch to the place that it was taken from. `source` is overwritten.
  void (*col2im)(const struct ood_convolution_shape *shape, size_t images, const float *patches,
                 float *source);

  /// Maximum over windows of kernel_height x kernel_width pixels, the first of equals; a NaN in the window
  /// wins (the first one). Windows lie inside the image: top = left = 0. Positions are indexes into the array
  /// whose element number `first` is source[0].
  void (*maximum_pool)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                       int32_t first, float *values, int32_t *positions);
};

#pragma clang assume_nonnull end
