// The vector types that the generic kernels are written in. Clang's vector extensions give arithmetic,
// comparison and selection on them for any instruction set; a width of 4 without OOD_FMA is what every
// processor runs.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Functions that pass vectors are inlined, so how an ABI passes them does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float vf __attribute__((ext_vector_type(OOD_WIDTH)));
typedef int32_t vi __attribute__((ext_vector_type(OOD_WIDTH)));
typedef uint32_t vu __attribute__((ext_vector_type(OOD_WIDTH)));
// As many doubles as `vf` has floats: two registers.
typedef double vd __attribute__((ext_vector_type(OOD_WIDTH)));
// The same vector at any address.
typedef float vf_unaligned __attribute__((ext_vector_type(OOD_WIDTH), aligned(4)));
typedef int32_t vi_unaligned __attribute__((ext_vector_type(OOD_WIDTH), aligned(4)));
typedef double vd_unaligned __attribute__((ext_vector_type(OOD_WIDTH), aligned(8)));

#define OOD_INLINE static inline __attribute__((always_inline))

OOD_INLINE vf load(const float *p) { return *(const vf_unaligned *)p; }
OOD_INLINE void store(float *p, vf v) { *(vf_unaligned *)p = v; }
OOD_INLINE vf splat(float a) { return (vf)a; }
OOD_INLINE vd load_double(const double *p) { return *(const vd_unaligned *)p; }
OOD_INLINE void store_double(double *p, vd v) { *(vd_unaligned *)p = v; }
OOD_INLINE vd to_double(vf v) { return __builtin_convertvector(v, vd); }

/// a * b + c, in one rounding where the instruction set has it.
OOD_INLINE vf multiply_add(vf a, vf b, vf c) {
#if OOD_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// v, computed where the code says so: the compiler moves nothing that makes it past this place.
OOD_INLINE vf hold(vf v) {
#if defined(__x86_64__) && OOD_WIDTH == 16
  __asm__ volatile("" : "+v"(v));
#elif defined(__x86_64__)
  __asm__ volatile("" : "+x"(v));
#elif defined(__aarch64__)
  __asm__ volatile("" : "+w"(v));
#endif
  return v;
}

/// v, loaded whole: the compiler makes no masked load of it, which processors don't fetch ahead for.
OOD_INLINE vf whole(vf v) {
#if defined(__x86_64__) && OOD_WIDTH == 16
  __asm__("" : "+v"(v));
#endif
  return v;
}

/// a where the mask (the result of a comparison) is set, else b.
OOD_INLINE vf blend(vi mask, vf a, vf b) { return mask ? a : b; }
OOD_INLINE vi blend_int(vi mask, vi a, vi b) { return mask ? a : b; }

/// x where the gate is positive, else 0.
OOD_INLINE vf through_gate(vf x, vf gate) { return blend(gate > 0, whole(x), splat(0)); }

OOD_INLINE vi bits_of(vf v) { return (vi)v; }
OOD_INLINE vf float_of(vi v) { return (vf)v; }
OOD_INLINE vf absolute(vf v) { return float_of(bits_of(v) & 0x7fffffff); }
/// The magnitude of `v`, which is not negative, with the sign of `s`.
OOD_INLINE vf with_sign(vf v, vf s) { return float_of(bits_of(v) | (bits_of(s) & (int32_t)0x80000000)); }
/// All bits set in the lanes that hold NaN.
OOD_INLINE vi is_nan(vf v) { return v != v; }
/// Whether any lane of a comparison is set.
OOD_INLINE int any(vi mask) { return __builtin_reduce_or(mask) != 0; }

/// 0, 1, 2, ...
OOD_INLINE vi lane_numbers(void) {
#if OOD_WIDTH == 16
  return (vi){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif OOD_WIDTH == 8
  return (vi){0, 1, 2, 3, 4, 5, 6, 7};
#else
  return (vi){0, 1, 2, 3};
#endif
}

/// The first `count` lanes from memory (0 <= count <= OOD_WIDTH), the others zero.
OOD_INLINE vf load_partial(const float *p, size_t count) {
#if defined(__x86_64__) && OOD_WIDTH == 16
  typedef float raw __attribute__((vector_size(64)));
  return (vf)__builtin_ia32_loadups512_mask(p, (raw)splat(0), (uint16_t)((1u << count) - 1));
#elif defined(__x86_64__) && OOD_WIDTH == 8
  typedef float raw __attribute__((vector_size(32)));
  typedef int32_t raw_mask __attribute__((vector_size(32)));
  return (vf)__builtin_ia32_maskloadps256((const raw *)p, (raw_mask)(lane_numbers() < (vi)(int32_t)count));
#else
  switch (count) {
    case 0: return splat(0);
    case 1: return (vf){p[0], 0, 0, 0};
    case 2: return (vf){p[0], p[1], 0, 0};
    case 3: return (vf){p[0], p[1], p[2], 0};
    default: return load(p);
  }
#endif
}

/// The first `count` lanes from memory, the others `other`.
OOD_INLINE vf load_partial_or(const float *p, size_t count, float other) {
  return blend(lane_numbers() < (vi)(int32_t)count, load_partial(p, count), splat(other));
}

/// Stores the first `count` lanes (0 <= count <= OOD_WIDTH).
OOD_INLINE void store_partial(float *p, vf v, size_t count) {
#if defined(__x86_64__) && OOD_WIDTH == 16
  typedef float raw __attribute__((vector_size(64)));
  __builtin_ia32_storeups512_mask(p, (raw)v, (uint16_t)((1u << count) - 1));
#elif defined(__x86_64__) && OOD_WIDTH == 8
  typedef float raw __attribute__((vector_size(32)));
  typedef int32_t raw_mask __attribute__((vector_size(32)));
  __builtin_ia32_maskstoreps256((raw *)p, (raw_mask)(lane_numbers() < (vi)(int32_t)count), (raw)v);
#else
  switch (count) {
    case 0: return;
    case 1: p[0] = v.x; return;
    case 2: p[0] = v.x, p[1] = v.y; return;
    case 3: p[0] = v.x, p[1] = v.y, p[2] = v.z; return;
    default: store(p, v);
  }
#endif
}

/// The same where `count` is usually the whole width, or a constant.
OOD_INLINE vf load_some(const float *p, size_t count) {
  return count == OOD_WIDTH ? load(p) : load_partial(p, count);
}
OOD_INLINE void store_some(float *p, vf v, size_t count) {
  if (count == OOD_WIDTH) {
    store(p, v);
  } else {
    store_partial(p, v, count);
  }
}

/// p[k] += v[k] for the first `count` lanes.
OOD_INLINE void add_some(double *p, vd v, size_t count) {
  if (count == OOD_WIDTH) {
    store_double(p, load_double(p) + v);
  } else {
    for (size_t k = 0; k < count; k++) p[k] += v[k];
  }
}

/// The number of the first lane of a comparison that is set; OOD_WIDTH when none is.
OOD_INLINE size_t first_lane(vi mask) {
  const vi candidates = mask ? lane_numbers() : (vi)OOD_WIDTH;
  return (size_t)__builtin_reduce_min(candidates);
}

/// Stores around the caches; `p` is aligned to the vector. The writer ends with `finish_streaming`.
OOD_INLINE void store_streaming(float *p, vf v) { __builtin_nontemporal_store(v, (vf *)p); }
/// Whether rows of `columns` floats from `p` on are whole vectors that can be streamed.
OOD_INLINE int streams_rows(const float *p, size_t columns) {
  return (uintptr_t)p % sizeof(vf) == 0 && columns % OOD_WIDTH == 0;
}
/// Stores the first `count` lanes; around the caches if `streams` is set, and then all.
OOD_INLINE void store_or_stream(int streams, float *p, vf v, size_t count) {
  if (streams) {
    store_streaming(p, v);
  } else {
    store_some(p, v, count);
  }
}
/// Makes streaming stores visible to other threads before anything that follows.
OOD_INLINE void finish_streaming(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

// Horizontal reductions, as trees of halves.
typedef float vf8_ __attribute__((ext_vector_type(8)));
typedef float vf4_ __attribute__((ext_vector_type(4)));
typedef float vf2_ __attribute__((ext_vector_type(2)));
typedef double vd8_ __attribute__((ext_vector_type(8)));
typedef double vd4_ __attribute__((ext_vector_type(4)));
typedef double vd2_ __attribute__((ext_vector_type(2)));

/// The sum of the lanes.
OOD_INLINE double sum_lanes(vd v) {
#if OOD_WIDTH == 16
  const vd8_ v8 = v.lo + v.hi;
  const vd4_ v4 = v8.lo + v8.hi;
#elif OOD_WIDTH == 8
  const vd4_ v4 = v.lo + v.hi;
#else
  const vd4_ v4 = v;
#endif
  const vd2_ v2 = v4.lo + v4.hi;
  return v2.x + v2.y;
}

/// The sum of the lanes, in single precision.
OOD_INLINE float sum_float_lanes(vf v) {
#if OOD_WIDTH == 16
  const vf8_ v8 = v.lo + v.hi;
  const vf4_ v4 = v8.lo + v8.hi;
#elif OOD_WIDTH == 8
  const vf4_ v4 = v.lo + v.hi;
#else
  const vf4_ v4 = v;
#endif
  const vf2_ v2 = v4.lo + v4.hi;
  return v2.x + v2.y;
}

#define OOD_FOLD_(NAME, BETTER)                         \
  OOD_INLINE float NAME(vf v) {                         \
    OOD_FOLD_WIDE_(BETTER)                              \
    const vf2_ v2 = v4.lo BETTER v4.hi ? v4.lo : v4.hi; \
    return v2.x BETTER v2.y ? v2.x : v2.y;              \
  }
#if OOD_WIDTH == 16
#define OOD_FOLD_WIDE_(BETTER)                    \
  const vf8_ v8 = v.lo BETTER v.hi ? v.lo : v.hi; \
  const vf4_ v4 = v8.lo BETTER v8.hi ? v8.lo : v8.hi;
#elif OOD_WIDTH == 8
#define OOD_FOLD_WIDE_(BETTER) const vf4_ v4 = v.lo BETTER v.hi ? v.lo : v.hi;
#else
#define OOD_FOLD_WIDE_(BETTER) const vf4_ v4 = v;
#endif
/// The largest and the smallest lane, of numbers.
OOD_FOLD_(maximum_lane, >)
OOD_FOLD_(minimum_lane, <)
#undef OOD_FOLD_
#undef OOD_FOLD_WIDE_
