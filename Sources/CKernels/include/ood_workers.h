/// Threads that stand by for work.
#pragma once

#pragma clang assume_nonnull begin

/// Calls `body(context)` on the calling thread and, at the same time, on up to `threads - 1` others; returns when all of
/// them have returned.
///
/// `body` takes its part of the work from a counter in `context` until there is none left: a call may find that the
/// others have already done everything, and where no other thread is free in time the caller does the work alone. It may
/// itself call `ood_run_together`.
///
/// Several callers at once share the processors: a call gets no more helpers than there are processors that no other call
/// uses, and none when all are in use, so that callers on as many threads as there are processors don't slow each other.
/// (What a caller computes must not depend on it: see `parallelFor`.) A caller alone gets all that it asks for, whatever the
/// number of processors.
///
/// The other threads are made when they are first needed and live as long as the process. After their work they wait
/// for more, first awake (about 0.1 ms: kernels follow each other closely, and waking a sleeping thread takes
/// longer than a small kernel), then asleep.
void ood_run_together(int threads, void (*body)(void *context), void *context);

/// Processors that this process may use, at least 1: those of its affinity mask (`taskset`, `cpuset`), or fewer where a quota
/// of a control group (`cpu.max`; `cpu.cfs_quota_us` of version 1), rounded up, allows no more time than that of fewer.
int ood_usable_processors(void);

/// Processors' worth of time that the quotas of a process's control groups allow, rounded up; 0 where there is no quota.
/// `groups` is a file like /proc/self/cgroup, `root` a directory like /sys/fs/cgroup.
int ood_quota_processors(const char *groups, const char *root);

#pragma clang assume_nonnull end
