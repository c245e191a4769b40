// Philox 4x32-10 and the draws made from it. A vector of 64-bit lanes holds one word of OOD_WIDTH / 2 blocks,
// so that the cipher's 32 x 32 -> 64-bit products need no rearrangement.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_random.h"

#include "shuffle.h"
#include "simd.h"

// Words made at once.
enum { random_group = 2 * OOD_WIDTH };
static const uint64_t random_low_half = 0xffffffffu;

/// Word k of OOD_WIDTH / 2 blocks in the lower half of each lane of word[k]; the upper halves hold rubbish.
struct random_blocks {
  vl word[4];
};

/// The keys of the ten rounds, and the stream, for the whole of a range.
struct random_cipher {
  uint64_t key0[10], key1[10];
  uint64_t stream;
};

OOD_INLINE struct random_cipher random_cipher(uint64_t seed, uint64_t stream) {
  struct random_cipher cipher = {.stream = stream};
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    cipher.key0[round] = key0;
    cipher.key1[round] = key1;
    key0 += 0x9e3779b9u;
    key1 += 0xbb67ae85u;
  }
  return cipher;
}

OOD_INLINE struct random_blocks philox(const struct random_cipher *cipher, uint64_t first_block) {
  vl counter;
  for (int lane = 0; lane < OOD_WIDTH / 2; lane++) counter[lane] = first_block + (uint64_t)lane;
  vl w0 = counter, w1 = counter >> 32, w2 = (vl)cipher->stream, w3 = (vl)(cipher->stream >> 32);
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    const vl product0 = (w0 & random_low_half) * 0xd2511f53u;
    const vl product1 = (w2 & random_low_half) * 0xcd9e8d57u;
    w0 = (product1 >> 32) ^ w1 ^ (vl)cipher->key0[round];
    w1 = product1;
    w2 = (product0 >> 32) ^ w3 ^ (vl)cipher->key1[round];
    w3 = product0;
  }
  return (struct random_blocks){{w0, w1, w2, w3}};
}

/// 32-bit lanes a0 b0 a1 b1 ... from the lower halves of the lanes of a and b.
OOD_INLINE vl random_pair(vl a, vl b) { return (a & random_low_half) | (b << 32); }

/// The words of the blocks in their order: first half and second half.
OOD_INLINE void random_words(struct random_blocks blocks, vu *first, vu *second) {
  const vl w01 = random_pair(blocks.word[0], blocks.word[1]);
  const vl w23 = random_pair(blocks.word[2], blocks.word[3]);
  *first = (vu)interleave_low_64(w01, w23);
  *second = (vu)interleave_high_64(w01, w23);
}

OOD_INLINE vf random_select(vi mask, vf yes, vf no) { return (vf)(((vi)yes & mask) | ((vi)no & ~mask)); }

/// floor(word / 2^8) / 2^24.
OOD_INLINE vf random_unit(vu word) { return __builtin_convertvector((vi)(word >> 8), vf) * 0x1p-24f; }

/// sqrt(-2 ln((word + 1) / 2^32)).
OOD_INLINE vf random_radius(vu word) {
#pragma clang fp contract(off)
  // Write (word + 1) / 2^32 = 2^e (1 + f) with 1 + f between sqrt(1/2) and sqrt(2). Near 1, f comes from the
  // integer's complement, which keeps all its bits where a float of word + 1 would round them away.
  const vi near_one = word >= 0xb504f334u;
  const vf x = __builtin_convertvector(word + 1, vf);
  const vi exponent = ((vi)x - 0x3f3504f3) >> 23;
  const vf mantissa = (vf)((vi)x - (exponent << 23));
  const vf f = random_select(near_one, __builtin_convertvector(~word, vf) * -0x1p-32f, mantissa - 1.0f);
  const vf e = __builtin_convertvector((32 - exponent) & ~near_one, vf);
  // ln(1 + f) = 2 artanh(s), s = f / (2 + f), |s| < 0.172: what the series leaves out is below 2^-28 of it.
  const vf s = f / (f + 2.0f);
  const vf q = s * s;
  const vf series = q * (q * (q * (q * (2.0f / 9) + 2.0f / 7) + 2.0f / 5) + 2.0f / 3);
  const vf logarithm = s * 2.0f + s * series;
  const vf twice = (e * 0x1.62e430p-1f - logarithm) * 2.0f;
  return __builtin_elementwise_sqrt(twice);
}

/// Cosine and sine of 2 pi word / 2^32.
OOD_INLINE void random_direction(vu word, vf *cosine, vf *sine) {
#pragma clang fp contract(off)
  // The nearest multiple of a quarter turn goes into `quarter`; the rest, at most an eighth of a turn, into
  // x.
  const vu quarter = (word + 0x20000000u) >> 30;
  const vi rest = (vi)(word << 2) >> 2;
  const vf x = __builtin_convertvector(rest, vf) * (3.14159265358979f * 0x1p-31f);
  const vf q = x * x;
  const vf s_series = q * (q * (q * (1.0f / 362880) - 1.0f / 5040) + 1.0f / 120) - 1.0f / 6;
  const vf c_series = q * (q * (q * (q * (-1.0f / 3628800) + 1.0f / 40320) - 1.0f / 720) + 1.0f / 24);
  const vf s = x + x * (q * s_series);
  const vf c = 1.0f - (q * 0.5f - q * c_series);
  const vi swap = -(vi)(quarter & 1);
  const vi sine_sign = (vi)((quarter & 2) << 30);
  const vi cosine_sign = (vi)(((quarter + 1) & 2) << 30);
  *sine = (vf)((vi)random_select(swap, c, s) ^ sine_sign);
  *cosine = (vf)((vi)random_select(swap, s, c) ^ cosine_sign);
}

enum random_kind { random_raw, random_uniform_kind, random_normal_kind, random_bernoulli_kind };

/// What a draw is made with: for uniform a = low, b = high - low, limit = the largest float below high; for
/// normal a = mean, b = deviation; for Bernoulli a = probability, b = value.
struct random_law {
  float a, b, limit;
};

/// The draws of one group of blocks, as 32-bit numbers.
OOD_INLINE void random_make(enum random_kind kind, struct random_law law, const struct random_cipher *cipher,
                            uint64_t block, void *out) {
#pragma clang fp contract(off)
  const struct random_blocks blocks = philox(cipher, block);
  float *const draws = out;
  if (kind == random_normal_kind) {
    vf cosine, sine;
    const vf radius = random_radius((vu)random_pair(blocks.word[0], blocks.word[2]));
    random_direction((vu)random_pair(blocks.word[1], blocks.word[3]), &cosine, &sine);
    const vf even = radius * cosine * law.b + law.a;
    const vf odd = radius * sine * law.b + law.a;
    store(draws, interleave_low(even, odd));
    store(draws + OOD_WIDTH, interleave_high(even, odd));
    return;
  }
  vu words[2];
  random_words(blocks, &words[0], &words[1]);
  for (int half = 0; half < 2; half++) {
    vf draw = (vf)words[half];
    if (kind == random_uniform_kind) {
      draw = random_unit(words[half]) * law.b + law.a;
      draw = random_select(draw <= law.limit, draw, splat(law.limit));
    } else if (kind == random_bernoulli_kind) {
      draw = random_select(random_unit(words[half]) < law.a, splat(law.b), splat(0));
    }
    store(draws + half * OOD_WIDTH, draw);
  }
}

OOD_INLINE void random_fill(enum random_kind kind, struct random_law law, uint64_t seed, uint64_t stream,
                            uint64_t first, void *out, size_t n) {
  const struct random_cipher cipher = random_cipher(seed, stream);
  uint32_t group[random_group];
  uint32_t *const draws = out;
  uint64_t block = first / 4;
  const size_t skip = first % 4;
  size_t done = 0;
  if (skip) {
    random_make(kind, law, &cipher, block, group);
    done = n < random_group - skip ? n : random_group - skip;
    __builtin_memcpy(draws, group + skip, done * sizeof *draws);
    block += OOD_WIDTH / 2;
  }
  for (; done + random_group <= n; done += random_group, block += OOD_WIDTH / 2) {
    random_make(kind, law, &cipher, block, draws + done);
  }
  if (done < n) {
    random_make(kind, law, &cipher, block, group);
    __builtin_memcpy(draws + done, group, (n - done) * sizeof *draws);
  }
}

static void random_block(uint64_t seed, uint64_t stream, uint64_t block, uint32_t *out) {
  uint32_t group[random_group];
  const struct random_cipher cipher = random_cipher(seed, stream);
  random_make(random_raw, (struct random_law){0}, &cipher, block, group);
  __builtin_memcpy(out, group, 4 * sizeof *out);
}

static void random_bits(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *out, size_t n) {
  random_fill(random_raw, (struct random_law){0}, seed, stream, first, out, n);
}

static float random_largest_below(float a) {
  if (a == 0) return -0x1p-149f;
  int32_t bits;
  __builtin_memcpy(&bits, &a, sizeof bits);
  bits += a > 0 ? -1 : 1;
  __builtin_memcpy(&a, &bits, sizeof bits);
  return a;
}

static void random_uniform(uint64_t seed, uint64_t stream, uint64_t first, float low, float high, float *out,
                           size_t n) {
  const struct random_law law = {low, high - low, random_largest_below(high)};
  random_fill(random_uniform_kind, law, seed, stream, first, out, n);
}

static void random_normal(uint64_t seed, uint64_t stream, uint64_t first, float mean, float deviation,
                          float *out, size_t n) {
  random_fill(random_normal_kind, (struct random_law){mean, deviation, 0}, seed, stream, first, out, n);
}

static void random_bernoulli(uint64_t seed, uint64_t stream, uint64_t first, float probability, float value,
                             float *out, size_t n) {
  random_fill(random_bernoulli_kind, (struct random_law){probability, value, 0}, seed, stream, first, out, n);
}

/// floor(bound v / 2^64) for the 64-bit number v and a bound below 2^32.
OOD_INLINE uint64_t random_scale(uint64_t v, uint64_t bound) {
  return ((v & random_low_half) * bound / (random_low_half + 1) + (v >> 32) * bound) >> 32;
}

static void random_integers(uint64_t seed, uint64_t stream, uint64_t first, int32_t bound, int32_t *out,
                            size_t n) {
  enum { batch = 8 * random_group };
  uint64_t words[batch];
  for (size_t done = 0; done < n; done += batch) {
    const size_t count = n - done < batch ? n - done : batch;
    random_bits(seed, stream, first + 2 * done, (uint32_t *)words, 2 * count);
    for (size_t i = 0; i < count; i++) out[done + i] = (int32_t)random_scale(words[i], (uint64_t)bound);
  }
}

static void random_permutation(uint64_t seed, uint64_t stream, uint64_t first, int32_t *out, size_t n) {
  enum { batch = 8 * random_group };
  uint64_t words[batch];
  for (size_t done = 0; done < n; done += batch) {
    const size_t count = n - done < batch ? n - done : batch;
    random_bits(seed, stream, first + 2 * done, (uint32_t *)words, 2 * count);
    for (size_t i = done; i < done + count; i++) {
      const uint64_t j = random_scale(words[i - done], i + 1);
      out[i] = out[j];
      out[j] = (int32_t)i;
    }
  }
}

static const struct ood_random random_table = {
    .block = random_block,
    .bits = random_bits,
    .uniform = random_uniform,
    .normal = random_normal,
    .bernoulli = random_bernoulli,
    .integers = random_integers,
    .permutation = random_permutation,
};
