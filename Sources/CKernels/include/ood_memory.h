/// Buffers that are kept and handed out again.
///
/// A fresh page costs a fault, which on common machines makes the first touch of new memory a hundred
/// times slower than the second: training must not return its activations to the system at each step.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A buffer of at least `bytes` bytes, aligned to 64 when `bytes >= 1024` and to 16 otherwise.
/// Contents are undefined. Thread-safe. When the system has no more memory, the pool gives back what it keeps and asks once
/// more, and then aborts with a sentence.
void *ood_buffer_allocate(size_t bytes);

/// As `ood_buffer_allocate`, but NULL where that aborts.
void *_Nullable ood_buffer_try_allocate(size_t bytes);

/// Gives back a buffer that `ood_buffer_allocate(bytes)` returned, with the same `bytes`.
void ood_buffer_release(void *buffer, size_t bytes);

/// What the pool has done since the start of the process. Sizes in bytes, rounded up to size classes.
struct ood_buffer_statistics {
  /// Large buffers (1 KiB or more) that had to be asked from the system.
  uint64_t fresh;
  /// Large buffers that were served from the pool.
  uint64_t reused;
  /// In use now.
  uint64_t live_bytes;
  /// Largest value of `live_bytes` so far, or since `ood_buffer_reset_peak`.
  uint64_t peak_live_bytes;
  /// Kept for reuse now.
  uint64_t held_bytes;
};

struct ood_buffer_statistics ood_buffer_statistics(void);

void ood_buffer_reset_peak(void);

/// Returns all kept buffers to the system.
void ood_buffer_trim(void);

/// The pool keeps what is in use and kept together below the most that was in use at once in the last 10 to 20 seconds: at
/// the end of every window of that many milliseconds (default 10,000), looked for when a buffer is asked for or given back,
/// the largest of the kept buffers beyond it go back to the system. So a peak is remembered for two windows.
void ood_buffer_set_window(long long milliseconds);

/// Upper bound on kept bytes; a buffer released above it goes back to the system at once. Until it is set, or with 0, the
/// bound is 2 GiB, or what was in use at once in the last two windows less what is in use, whichever is more.
void ood_buffer_set_held_limit(uint64_t bytes);

#pragma clang assume_nonnull end
