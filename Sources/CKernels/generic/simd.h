// The vector types that the generic kernels are written in. Clang's vector extensions give arithmetic,
// comparison and selection on them for any instruction set; a width of 4 without OOD_FMA is what every
// processor runs.

typedef float vf __attribute__((ext_vector_type(OOD_WIDTH)));
typedef int32_t vi __attribute__((ext_vector_type(OOD_WIDTH)));
typedef uint32_t vu __attribute__((ext_vector_type(OOD_WIDTH)));
// The same vector at any address.
typedef float vf_unaligned __attribute__((ext_vector_type(OOD_WIDTH), aligned(4)));
typedef int32_t vi_unaligned __attribute__((ext_vector_type(OOD_WIDTH), aligned(4)));

#define OOD_INLINE static inline __attribute__((always_inline))

OOD_INLINE vf load(const float *p) { return *(const vf_unaligned *)p; }
OOD_INLINE void store(float *p, vf v) { *(vf_unaligned *)p = v; }
OOD_INLINE vf splat(float a) { return (vf)a; }

/// a * b + c, in one rounding where the instruction set has it.
OOD_INLINE vf multiply_add(vf a, vf b, vf c) {
#if OOD_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// The first `count` lanes from memory, the others zero.
OOD_INLINE vf load_partial(const float *p, size_t count) {
  vf v = 0;
  __builtin_memcpy(&v, p, count * sizeof(float));
  return v;
}

OOD_INLINE void store_partial(float *p, vf v, size_t count) { __builtin_memcpy(p, &v, count * sizeof(float)); }
