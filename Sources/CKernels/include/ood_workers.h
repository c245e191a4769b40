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
/// The other threads are made when they are first needed and live as long as the process. After their work they wait
/// for more, first awake (about 0.1 ms: kernels follow each other closely, and waking a sleeping thread takes
/// longer than a small kernel), then asleep.
void ood_run_together(int threads, void (*body)(void *context), void *context);

#pragma clang assume_nonnull end
