/// Random numbers from a counter: Philox 4x32-10 (J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
///
/// A generator is a pair (seed, stream) and has no state: word `i` of it is word `i % 4` of the cipher's
/// block whose key is the seed (low half first) and whose counter is {low(i / 4), high(i / 4), low(stream),
/// high(stream)}. So a range of draws may be cut anywhere and computed in any order.
///
/// Every function here gives THE SAME BITS in every kernel variant: integer arithmetic is exact, and the
/// floating-point code uses only +, -, *, / and square root, which IEEE 754 rounds correctly, in one order
/// and without fused multiply-adds.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_random {
  /// One block of the cipher: out[0..3] for the key `seed` and the counter {low(block), high(block),
  /// low(stream), high(stream)}, all words low half first.
  void (*block)(uint64_t seed, uint64_t stream, uint64_t block, uint32_t *out);

  /// out[i] = word first + i, for i < n.
  void (*bits)(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *out, size_t n);

  /// out[i] = low + (high - low) u, where u = floor(word / 2^8) / 2^24 lies in [0, 1): uniform in [low,
  /// high), never equal to `high`. Wants finite low < high with a finite difference.
  void (*uniform)(uint64_t seed, uint64_t stream, uint64_t first, float low, float high, float *out,
                  size_t n);

  /// out[i] = mean + deviation z, z standard normal (G. E. P. Box and M. E. Muller, 1958). Of each block,
  /// words 0 and 1 give draws 0 and 1, words 2 and 3 give draws 2 and 3:
  /// z0 = r cos t, z1 = r sin t, r = sqrt(-2 ln((w0 + 1) / 2^32)), t = 2 pi w1 / 2^32.
  /// Radius and angle have the full 32 bits of their word and are right to about 3 ulp, in the tails too;
  /// |z| <= 6.67, beyond which the normal law leaves 3e-11 of its mass.
  void (*normal)(uint64_t seed, uint64_t stream, uint64_t first, float mean, float deviation, float *out,
                 size_t n);

  /// out[i] = value where u < probability (u as in `uniform`), else 0. Probabilities count in steps of 2^-24.
  void (*bernoulli)(uint64_t seed, uint64_t stream, uint64_t first, float probability, float value,
                    float *out, size_t n);

  /// out[i] = floor(bound v / 2^64), v the 64-bit number of the words first + 2 i (low) and first + 2 i + 1
  /// (high): uniform on 0 ..< bound to within a relative bound / 2^64 < 2^-33. `first` must be even and bound
  /// positive. Uses up 2 n words.
  void (*integers)(uint64_t seed, uint64_t stream, uint64_t first, int32_t bound, int32_t *out, size_t n);

  /// out[0 ..< n] = the numbers 0 ..< n in random order (R. Durstenfeld's shuffle, 1964: the inside-out
  /// form), each order equally likely to within the bias of `integers`. `first` must be even; n < 2^31. Uses
  /// up 2 n words.
  void (*permutation)(uint64_t seed, uint64_t stream, uint64_t first, int32_t *out, size_t n);
};

#pragma clang assume_nonnull end
