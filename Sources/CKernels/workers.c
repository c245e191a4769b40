#include "ood_workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/// A call of `ood_run_together` that still takes helpers. Lives on its caller's stack.
struct job {
  void (*body)(void *context);
  void *context;
  /// Helpers that may still join. Under `lock`.
  int wanted;
  struct job *next, *previous;
  /// Helpers inside `body`. Raised under `lock`, lowered without it.
  atomic_int active;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_arrived = PTHREAD_COND_INITIALIZER;
static pthread_cond_t work_done = PTHREAD_COND_INITIALIZER;
static struct job *open_jobs;
static int worker_count, asleep;

/// Helpers wanted by all open jobs: what a waiting thread watches without the lock.
static atomic_int wanted_helpers;
/// Callers that sleep until their helpers have returned.
static atomic_int sleeping_callers;

static void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Microseconds on a clock that only goes forward.
static long long microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/// How long a thread waits awake before it sleeps. Kernels of one training step follow each other within this time.
enum { awake_microseconds = 100, pauses_between_looks_at_the_clock = 64 };

/// Waits awake until `*value` is (not) zero; returns whether it became so in time.
static int wait_awake(atomic_int *value, int until_zero) {
  if ((atomic_load_explicit(value, memory_order_acquire) == 0) == until_zero) return 1;
  const long long end = microseconds() + awake_microseconds;
  do {
    for (int i = 0; i < pauses_between_looks_at_the_clock; i++) {
      if ((atomic_load_explicit(value, memory_order_acquire) == 0) == until_zero) return 1;
      pause_briefly();
    }
  } while (microseconds() < end);
  return 0;
}

/// Takes a job out of the list. Under `lock`.
static void close_job(struct job *job) {
  if (job->next) job->next->previous = job->previous;
  if (job->previous) job->previous->next = job->next;
  if (open_jobs == job) open_jobs = job->next;
  atomic_fetch_sub(&wanted_helpers, job->wanted);
  job->wanted = 0;
}

static void *work(void *unused) {
  (void)unused;
  for (;;) {
    const int is_asked = wait_awake(&wanted_helpers, 0);
    pthread_mutex_lock(&lock);
    while (!open_jobs && !is_asked) {
      asleep++;
      pthread_cond_wait(&work_arrived, &lock);
      asleep--;
    }
    if (!open_jobs) {
      // Others were faster. More work is likely to follow: stay awake.
      pthread_mutex_unlock(&lock);
      continue;
    }
    struct job *job = open_jobs;
    job->wanted--;
    atomic_fetch_sub(&wanted_helpers, 1);
    if (job->wanted == 0) close_job(job);
    atomic_fetch_add(&job->active, 1);
    pthread_mutex_unlock(&lock);

    job->body(job->context);
    // The job may be gone as soon as its last helper has left it.
    atomic_fetch_sub(&job->active, 1);
    if (atomic_load(&sleeping_callers) > 0) {
      pthread_mutex_lock(&lock);
      pthread_cond_broadcast(&work_done);
      pthread_mutex_unlock(&lock);
    }
  }
  return NULL;
}

/// Makes threads until there are `count`, or the system gives no more. Under `lock`.
static void make_workers(int count) {
  if (worker_count >= count) return;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 8 << 20);
  pthread_t thread;
  while (worker_count < count && pthread_create(&thread, &attributes, work, NULL) == 0) worker_count++;
  pthread_attr_destroy(&attributes);
}

void ood_run_together(int threads, void (*body)(void *context), void *context) {
  if (threads < 2) {
    body(context);
    return;
  }
  struct job job = {.body = body, .context = context, .wanted = threads - 1};
  atomic_init(&job.active, 0);

  pthread_mutex_lock(&lock);
  make_workers(threads - 1);
  job.next = open_jobs;
  if (open_jobs) open_jobs->previous = &job;
  open_jobs = &job;
  atomic_fetch_add(&wanted_helpers, job.wanted);
  for (int i = 0; i < job.wanted && i < asleep; i++) pthread_cond_signal(&work_arrived);
  pthread_mutex_unlock(&lock);

  body(context);

  pthread_mutex_lock(&lock);
  if (job.wanted > 0) close_job(&job);
  pthread_mutex_unlock(&lock);
  if (wait_awake(&job.active, 1)) return;
  pthread_mutex_lock(&lock);
  atomic_fetch_add(&sleeping_callers, 1);
  while (atomic_load(&job.active) > 0) pthread_cond_wait(&work_done, &lock);
  atomic_fetch_sub(&sleeping_callers, 1);
  pthread_mutex_unlock(&lock);
}
