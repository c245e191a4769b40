#include "peak.h"

#include <string.h>

enum { chains = 12 };

// The sink keeps the compiler from dropping the work.
static volatile float sink;

#define DEFINE_CHAINS(name, width)                                                     \
  static double name(size_t rounds) {                                                  \
    typedef float vector __attribute__((ext_vector_type(width)));                      \
    vector sums[chains];                                                               \
    vector factor = 1 - 1e-7f, term = 1e-7f;                                           \
    __asm__ volatile("" : "+x"(factor), "+x"(term));                                   \
    for (int i = 0; i < chains; i++) sums[i] = (float)i;                               \
    for (size_t r = 0; r < rounds; r++) {                                              \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) {            \
        sums[i] = __builtin_elementwise_fma(sums[i], factor, term);                    \
      }                                                                                \
    }                                                                                  \
    vector total = 0;                                                                  \
    for (int i = 0; i < chains; i++) total += sums[i];                                 \
    sink = total[0];                                                                   \
    return 2.0 * width * chains * (double)rounds;                                      \
  }

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,fma"))), apply_to = function)
DEFINE_CHAINS(chains_avx512, 16)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
DEFINE_CHAINS(chains_avx2, 8)
#pragma clang attribute pop
#endif

#if defined(__aarch64__)
#undef asm
static double chains_neon(size_t rounds) {
  typedef float vector __attribute__((ext_vector_type(4)));
  vector sums[chains];
  vector factor = 1 - 1e-7f, term = 1e-7f;
  __asm__ volatile("" : "+w"(factor), "+w"(term));
  for (int i = 0; i < chains; i++) sums[i] = (float)i;
  for (size_t r = 0; r < rounds; r++) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) {
      sums[i] = __builtin_elementwise_fma(sums[i], factor, term);
    }
  }
  vector total = 0;
  for (int i = 0; i < chains; i++) total += sums[i];
  sink = total[0];
  return 2.0 * 4 * chains * (double)rounds;
}
#endif

static double chains_plain(size_t rounds) {
  float sums[chains];
  for (int i = 0; i < chains; i++) sums[i] = (float)i;
  for (size_t r = 0; r < rounds; r++) {
    for (int i = 0; i < chains; i++) sums[i] = sums[i] * 0.9999999f + 1e-7f;
  }
  float total = 0;
  for (int i = 0; i < chains; i++) total += sums[i];
  sink = total;
  return 2.0 * chains * (double)rounds;
}

double ood_peak_multiply_adds(size_t rounds) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return chains_avx512(rounds);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return chains_avx2(rounds);
#elif defined(__aarch64__)
  return chains_neon(rounds);
#endif
  return chains_plain(rounds);
}

void ood_peak_copy(const float *from, float *to, size_t count) { memcpy(to, from, count * sizeof(float)); }
