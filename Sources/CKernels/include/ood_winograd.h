/// Convolutions with 5 x 5 taps at stride 1 by minimal filtering: 6.25 to 9 times fewer multiplications between
/// channels than the sums of ood_convolution.h, which they compute to within rounding.
///
/// In one dimension, m sums over 5 taps of m + 4 values take m + 4 products:
///
///     y = A^T ((G w) * (B^T x))        * elementwise over m + 4 frequencies
///
/// (Winograd, Arithmetic Complexity of Computations, 1980, chapter 5; Lavin and Gray, Fast Algorithms for
/// Convolutional Neural Networks, 2016, section 4), from polynomial interpolation at m + 4 points. In two dimensions
/// a tile has (m + 4)^2 frequencies, and with channels each of them is a product of matrices, tiles x source channels
/// times source channels x target channels. The other two sums are transpositions of the same three maps:
///
///     spread             y = B ((G w) * (A x))           m x m sources to (m + 4)^2 targets, which add up
///     weight gradient   dw = G^T sum_tiles (B^T x) * (A y)
///
/// m is 4, 5 or 6, whichever covers an image with the fewest frequencies: 4 for sides of 4 and 8, 5 for 20, 6 for 12,
/// 16 and 24. Sides that are not multiples of m have ragged tiles at their lower and right edges, filled up with zeros.
///
/// Accuracy: the transforms cancel, the more the larger m is, so results are 3 to 50 times less accurate than direct
/// sums, relative to the largest value of the result (Docs/kernels.md has measurements); values that are small
/// beside their neighbours lose relative accuracy. An infinity or a NaN in a source can make NaN of all that
/// its tiles produce: of the m x m targets of each of the up to 4 tiles that read it (correlate), of the
/// (m + 4)^2 targets of its tile (spread), of all taps (weight gradient). Values beyond 1e33 may overflow on the
/// way.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ood_activation.h"
#include "ood_convolution.h"

#pragma clang assume_nonnull begin

/// Shapes have 5 x 5 taps and stride 1. They, orders of weights, gates, activations and scratch memory are
/// those of `struct ood_convolution`. Results don't depend on how images are split into calls,
/// except that `weight_gradient` sums over the images of one call.
struct ood_winograd {
  /// m: outputs on a side of a tile, which weights are transformed for.
  int (*outputs)(const struct ood_convolution_shape *shape);

  /// Floats that transformed weights take.
  size_t (*weights_count)(const struct ood_convolution_shape *shape);

  /// Transforms source channels [c0, c1) of W for `correlate` and `spread`. `order` is a sum of
  /// `enum ood_weight_order`. `transformed` is the start of all transformed weights, aligned to 64 bytes.
  /// Up to 52 KiB of stack.
  void (*transform_weights)(const struct ood_convolution_shape *shape, int order, size_t c0, size_t c1,
                            const float *weights, float *transformed);

  /// target[q] = activation(bias + sum_t source[q + t - (top, left)] W[t]).
  void (*correlate)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                    const float *_Nullable gate, const float *transformed, const float *_Nullable bias,
                    enum ood_activation activation, float *target, float *scratch);
  /// The largest value of each map of correlate's result [images][target_channels] and where it is, as
  /// `winners` of `struct ood_convolution`.
  void (*winners)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                  const float *transformed, const float *_Nullable bias, int relu, float *values,
                  int32_t *where, float *scratch);
  /// target[p] = activation(bias + sum of the source[q] W[t] with q + t - (top, left) = p).
  void (*spread)(const struct ood_convolution_shape *shape, size_t images, const float *source,
                 const float *_Nullable gate, const float *transformed, const float *_Nullable bias,
                 enum ood_activation activation, float *target, float *scratch);
  /// For each of the three; bounded: it stops growing at 36 tiles.
  size_t (*scratch)(const struct ood_convolution_shape *shape, size_t images);

  /// dW[t] = sum_q source[q + t - (top, left)]^T target[q] in the given order of weights, for rows [r0, r1)
  /// of each tap's matrix as it is written: source channels, or target channels in transposed order. Tiles
  /// are those of the target. Up to 36 products are added one after the other, and their sums in turn to one
  /// accumulator: for a bounded error give at most a few hundred tiles to a call.
  void (*weight_gradient)(const struct ood_convolution_shape *shape, size_t images, size_t r0, size_t r1,
                          const float *source, const float *_Nullable source_gate, const float *target,
                          const float *_Nullable target_gate, int order, float *gradient, float *scratch);
  /// For `rows` rows in one call.
  size_t (*weight_gradient_scratch)(const struct ood_convolution_shape *shape, size_t images, size_t rows,
                                    int order);
};

#pragma clang assume_nonnull end
