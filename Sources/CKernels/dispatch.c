#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ood_kernels.h"
#include "variants/variants.h"

enum { most_variants = 4 };

/// The tables that this processor runs, plainest first; returns how many.
static int available(const struct ood_kernels *tables[most_variants]) {
  int count = 0;
  tables[count++] = &ood_kernels_portable;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    tables[count++] = &ood_kernels_avx2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      tables[count++] = &ood_kernels_avx512;
    }
  }
#elif defined(__aarch64__)
  tables[count++] = &ood_kernels_neon;
#endif
  return count;
}

int ood_kernel_variant_count(void) {
  const struct ood_kernels *tables[most_variants];
  return available(tables);
}

const struct ood_kernels *ood_kernel_variant(int i) {
  const struct ood_kernels *tables[most_variants];
  const int count = available(tables);
  return tables[i < 0 ? 0 : i >= count ? count - 1 : i];
}

const struct ood_kernels *ood_kernels_named(const char *name) {
  const struct ood_kernels *tables[most_variants];
  const int count = available(tables);
  for (int i = 0; i < count; i++) {
    if (strcmp(tables[i]->name, name) == 0) return tables[i];
  }
  return NULL;
}

static _Atomic(const struct ood_kernels *) active;
static _Thread_local const struct ood_kernels *thread_table;

static const struct ood_kernels *choose(void) {
  const char *name = getenv("OOD_KERNELS");
  const struct ood_kernels *chosen;
  if (name && *name) {
    chosen = ood_kernels_named(name);
    if (!chosen) {
      fprintf(stderr, "swift-ood: OOD_KERNELS=%s names no kernels that this processor runs; there are:", name);
      for (int i = 0; i < ood_kernel_variant_count(); i++) fprintf(stderr, " %s", ood_kernel_variant(i)->name);
      fprintf(stderr, ".\n");
      exit(1);
    }
  } else {
    chosen = ood_kernel_variant(ood_kernel_variant_count() - 1);
  }
  const struct ood_kernels *expected = NULL;
  return atomic_compare_exchange_strong(&active, &expected, chosen) ? chosen : expected;
}

const struct ood_kernels *ood_active_kernels(void) {
  if (thread_table) return thread_table;
  const struct ood_kernels *table = atomic_load_explicit(&active, memory_order_acquire);
  return table ? table : choose();
}

int ood_force_kernels(const char *name) {
  const struct ood_kernels *table = ood_kernels_named(name);
  if (!table) return -1;
  atomic_store_explicit(&active, table, memory_order_release);
  return 0;
}

const struct ood_kernels *ood_thread_kernels(void) { return thread_table; }

const struct ood_kernels *ood_set_thread_kernels(const struct ood_kernels *table) {
  const struct ood_kernels *before = thread_table;
  thread_table = table;
  return before;
}
