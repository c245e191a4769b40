#pragma once
// What the library needs of MPI, as functions: its handles are pointers in one implementation and integers in another, and macros in both.

#include <mpi.h>
#include <string.h>

typedef struct {
  // Two, so that the order of calls on each is the same on all ranks.
  MPI_Comm exchange, collect;
  int rank, count;
} ood_mpi_group;

typedef struct {
  MPI_Request request;
} ood_mpi_request;

// Returns 0, or the error of MPI.
static inline int ood_mpi_start(ood_mpi_group *group) {
  int started = 0, level = 0, error = MPI_Initialized(&started);
  if (!error && !started) error = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level);
  if (!error) error = MPI_Comm_dup(MPI_COMM_WORLD, &group->exchange);
  if (!error) error = MPI_Comm_dup(MPI_COMM_WORLD, &group->collect);
  if (!error) error = MPI_Comm_rank(group->exchange, &group->rank);
  if (!error) error = MPI_Comm_size(group->exchange, &group->count);
  return error;
}

// Rank r's slice s of `count` numbers goes to rank s, behind those of the ranks before r.
static inline int ood_mpi_exchange(
    const ood_mpi_group *group, const float *numbers, float *slices, int count, ood_mpi_request *request) {
  return MPI_Ialltoall(
      numbers, count, MPI_FLOAT, slices, count, MPI_FLOAT, group->exchange, &request->request);
}

// Every rank's `count` numbers, by rank.
static inline int ood_mpi_collect(
    const ood_mpi_group *group, const float *numbers, float *all, int count, ood_mpi_request *request) {
  return MPI_Iallgather(
      numbers, count, MPI_FLOAT, all, count, MPI_FLOAT, group->collect, &request->request);
}

static inline int ood_mpi_gather(const ood_mpi_group *group, const double *numbers, double *all, int count) {
  return MPI_Allgather(numbers, count, MPI_DOUBLE, all, count, MPI_DOUBLE, group->collect);
}

static inline int ood_mpi_test(ood_mpi_request *request, int *is_done) {
  return MPI_Test(&request->request, is_done, MPI_STATUS_IGNORE);
}

static inline int ood_mpi_wait(ood_mpi_request *request) {
  return MPI_Wait(&request->request, MPI_STATUS_IGNORE);
}

static inline int ood_mpi_finish(void) { return MPI_Finalize(); }

static inline void ood_mpi_abort(int status) { MPI_Abort(MPI_COMM_WORLD, status); }
