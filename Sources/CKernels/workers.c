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
/// Threads of importers inside `ood_run_together`, and these together with the helpers that they were granted.
static atomic_int callers, busy;
/// How deep this thread is inside `ood_run_together`: bodies may call it.
static _Thread_local int depth;

static int processors(void) {
  static atomic_int known;
  int count = atomic_load_explicit(&known, memory_order_relaxed);
  if (count == 0) {
    count = ood_usable_processors();
    atomic_store_explicit(&known, count, memory_order_relaxed);
  }
  return count;
}

/// Helpers that a call for `threads` threads gets: no more than there are processors without work, else independent callers
/// would take each other's, and wait for helpers that don't run. A caller alone gets all that it asks for.
static int grant(int threads) {
  const int most = threads > processors() ? threads : processors();
  int at_work = atomic_load(&busy);
  for (;;) {
    const int own = depth == 0 ? 1 : 0;
    const int idle = most - at_work - own;
    const int helpers = idle < 0 ? 0 : idle < threads - 1 ? idle : threads - 1;
    if (atomic_compare_exchange_weak(&busy, &at_work, at_work + own + helpers)) return helpers;
  }
}

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

/// Whether every processor has an importer's thread to run, so that waiting awake takes time from one of them.
static int is_crowded(void) { return atomic_load_explicit(&callers, memory_order_relaxed) >= processors(); }

/// Waits awake until `*value` is (not) zero; returns whether it became so in time. For work it does not wait where all
/// processors have some.
static int wait_awake(atomic_int *value, int until_zero) {
  if ((atomic_load_explicit(value, memory_order_acquire) == 0) == until_zero) return 1;
  const long long end = microseconds() + awake_microseconds;
  do {
    for (int i = 0; i < pauses_between_looks_at_the_clock; i++) {
      if ((atomic_load_explicit(value, memory_order_acquire) == 0) == until_zero) return 1;
      pause_briefly();
    }
    if (!until_zero && is_crowded()) return 0;
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

    depth = 1;
    job->body(job->context);
    depth = 0;
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

/// `body` on this thread and on up to `helpers` others, until all have returned.
static void run_with_helpers(int helpers, void (*body)(void *context), void *context) {
  struct job job = {.body = body, .context = context, .wanted = helpers};
  atomic_init(&job.active, 0);

  pthread_mutex_lock(&lock);
  make_workers(helpers);
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

void ood_run_together(int threads, void (*body)(void *context), void *context) {
  if (threads < 2) {
    body(context);
    return;
  }
  const int is_outermost = depth == 0;
  const int helpers = grant(threads);
  if (is_outermost) atomic_fetch_add(&callers, 1);
  depth++;
  if (helpers == 0) {
    body(context);
  } else {
    run_with_helpers(helpers, body, context);
  }
  depth--;
  if (is_outermost) atomic_fetch_sub(&callers, 1);
  atomic_fetch_sub(&busy, helpers + is_outermost);
}
