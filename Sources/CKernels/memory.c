#include "ood_memory.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum {
  small_limit = 1024,
  classes_per_doubling = 4,
  class_count = 64 * classes_per_doubling,
  /// A large request takes a kept buffer that is up to this many classes larger (1.7 times) before it asks the system.
  borrowed_classes = 3,
  /// Buffers at work for requests of a smaller class.
  most_borrowed = 32,
};
static const size_t huge_page = 2u << 20;
/// Requests from this size on borrow.
static const size_t borrowing_limit = 4u << 20;

struct held_buffer {
  struct held_buffer *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct held_buffer *held[class_count];
static struct ood_buffer_statistics statistics;
/// What may be kept whatever is in use; 0 until somebody sets it.
static uint64_t held_limit = 0;
static const uint64_t usual_held_limit = (uint64_t)2 << 30;

/// The most that was in use at once in the running window of time and in the one before it. What is kept beyond the larger
/// of them goes back to the system when a window ends.
static struct {
  uint64_t peak, peak_before;
  long long start;
  unsigned requests;
} window;
static long long window_milliseconds = 10000;
/// Requests between looks at the clock.
enum { requests_between_looks = 16 };

/// Where a borrowed buffer belongs.
struct borrowed_buffer {
  void *buffer;
  int index;
};
static struct borrowed_buffer borrowed[most_borrowed];
static int borrowed_count;

/// Sizes grow in steps of a quarter of a power of two, so at most a fifth of a buffer is unused.
static int class_of(size_t bytes) {
  const int power = 63 - __builtin_clzll(bytes - 1);
  const size_t step = ((size_t)1 << power) / classes_per_doubling;
  const size_t steps = (bytes - ((size_t)1 << power) + step - 1) / step;
  return power * classes_per_doubling + (int)steps;
}

/// Bytes of a class's buffers.
static size_t bytes_of(int index) {
  const size_t power = (size_t)1 << (index / classes_per_doubling);
  return power + (size_t)(index % classes_per_doubling) * (power / classes_per_doubling);
}

/// The class of a buffer that a request of class `index` gets: the nearest that keeps one, else `index` itself.
static int class_to_take(int index) {
  if (held[index] || bytes_of(index) < borrowing_limit || borrowed_count == most_borrowed) return index;
  for (int larger = index + 1; larger <= index + borrowed_classes && larger < class_count; larger++) {
    if (held[larger]) return larger;
  }
  return index;
}

/// The class that a buffer belongs to that served a request of class `index`.
static int class_to_keep(void *buffer, int index) {
  if (bytes_of(index) < borrowing_limit) return index;
  for (int i = 0; i < borrowed_count; i++) {
    if (borrowed[i].buffer != buffer) continue;
    index = borrowed[i].index;
    borrowed[i] = borrowed[--borrowed_count];
    break;
  }
  return index;
}

/// Takes kept buffers out of the pool, the largest first, until it keeps at most `limit` bytes; returns them as a list. Under
/// `lock`.
static struct held_buffer *take_out(uint64_t limit) {
  struct held_buffer *list = NULL;
  for (int i = class_count - 1; i >= 0 && statistics.held_bytes > limit; i--) {
    while (held[i] && statistics.held_bytes > limit) {
      struct held_buffer *buffer = held[i];
      held[i] = buffer->next;
      statistics.held_bytes -= bytes_of(i);
      buffer->next = list;
      list = buffer;
    }
  }
  return list;
}

/// The most that was in use at once in the running window of time or the one before it.
static uint64_t recent_peak(void) {
  return window.peak > window.peak_before ? window.peak : window.peak_before;
}

/// Whether a released buffer of so many bytes is kept. Where no limit was set, what is in use and kept together may be as much
/// as was in use not long ago: a training step whose activations take more than the usual limit gets them back in the next step.
static int is_kept(uint64_t bytes) {
  const uint64_t kept = statistics.held_bytes + bytes;
  if (held_limit) return kept <= held_limit;
  return kept <= usual_held_limit || statistics.live_bytes + kept <= recent_peak();
}

/// Gives a list of buffers back to the system: without `lock`, for that takes long.
static void give_back(struct held_buffer *list) {
  while (list) {
    struct held_buffer *next = list->next;
    free(list);
    list = next;
  }
}

/// Follows the use, and at the end of a window returns what the pool has too much. Under `lock`.
static struct held_buffer *end_window(void) {
  if (statistics.live_bytes > window.peak) window.peak = statistics.live_bytes;
  if (window.requests++ % requests_between_looks) return NULL;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  const long long now = (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
  if (window.start == 0) window.start = now;
  if (now - window.start < window_milliseconds) return NULL;
  const uint64_t most = recent_peak();
  const uint64_t used = statistics.live_bytes;
  window.peak_before = window.peak;
  window.peak = used;
  window.start = now;
  return take_out(most > used ? most - used : 0);
}

static _Noreturn void no_memory(size_t bytes) {
  fprintf(stderr, "swift-ood: the system has no memory left for a buffer of %zu bytes.\n", bytes);
  abort();
}

/// A buffer from the system; when that has none, once more after the pool has given back all that it keeps. NULL then.
static void *fresh_buffer(size_t bytes, size_t alignment) {
  void *buffer = NULL;
  if (posix_memalign(&buffer, alignment, bytes) != 0) {
    ood_buffer_trim();
    if (posix_memalign(&buffer, alignment, bytes) != 0) return NULL;
  }
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (alignment == huge_page) madvise(buffer, bytes, MADV_HUGEPAGE);
#endif
  return buffer;
}

void *ood_buffer_try_allocate(size_t bytes) {
  if (bytes < small_limit) {
    void *small = malloc(bytes ? bytes : 1);
    return small ? small : fresh_buffer(bytes ? bytes : 1, 16);
  }
  if (bytes > (size_t)1 << 62) return NULL;
  const int wanted = class_of(bytes);
  pthread_mutex_lock(&lock);
  const int index = class_to_take(wanted);
  const size_t class_bytes = bytes_of(index);
  struct held_buffer *buffer = held[index];
  if (buffer) {
    held[index] = buffer->next;
    if (index != wanted) borrowed[borrowed_count++] = (struct borrowed_buffer){buffer, index};
    statistics.held_bytes -= class_bytes;
    statistics.reused += 1;
  } else {
    statistics.fresh += 1;
  }
  statistics.live_bytes += class_bytes;
  if (statistics.live_bytes > statistics.peak_live_bytes) {
    statistics.peak_live_bytes = statistics.live_bytes;
  }
  struct held_buffer *surplus = end_window();
  pthread_mutex_unlock(&lock);
  give_back(surplus);
  if (buffer) return buffer;
  void *fresh = fresh_buffer(class_bytes, class_bytes >= 2 * huge_page ? huge_page : 64);
  if (fresh) return fresh;
  pthread_mutex_lock(&lock);
  statistics.fresh -= 1;
  statistics.live_bytes -= class_bytes;
  pthread_mutex_unlock(&lock);
  return NULL;
}

void *ood_buffer_allocate(size_t bytes) {
  void *buffer = ood_buffer_try_allocate(bytes);
  if (!buffer) no_memory(bytes);
  return buffer;
}

void ood_buffer_release(void *buffer, size_t bytes) {
  if (bytes < small_limit) {
    free(buffer);
    return;
  }
  const int wanted = class_of(bytes);
  pthread_mutex_lock(&lock);
  const int index = class_to_keep(buffer, wanted);
  const size_t class_bytes = bytes_of(index);
  statistics.live_bytes -= class_bytes;
  const int keep = is_kept(class_bytes);
  if (keep) {
    struct held_buffer *kept = buffer;
    kept->next = held[index];
    held[index] = kept;
    statistics.held_bytes += class_bytes;
  }
  struct held_buffer *surplus = end_window();
  pthread_mutex_unlock(&lock);
  give_back(surplus);
  if (!keep) free(buffer);
}

struct ood_buffer_statistics ood_buffer_statistics(void) {
  pthread_mutex_lock(&lock);
  const struct ood_buffer_statistics copy = statistics;
  pthread_mutex_unlock(&lock);
  return copy;
}

void ood_buffer_reset_peak(void) {
  pthread_mutex_lock(&lock);
  statistics.peak_live_bytes = statistics.live_bytes;
  pthread_mutex_unlock(&lock);
}

void ood_buffer_trim(void) {
  pthread_mutex_lock(&lock);
  struct held_buffer *list = take_out(0);
  pthread_mutex_unlock(&lock);
  give_back(list);
}

void ood_buffer_set_window(long long milliseconds) {
  pthread_mutex_lock(&lock);
  window_milliseconds = milliseconds;
  pthread_mutex_unlock(&lock);
}

void ood_buffer_set_held_limit(uint64_t bytes) {
  pthread_mutex_lock(&lock);
  held_limit = bytes;
  pthread_mutex_unlock(&lock);
}
