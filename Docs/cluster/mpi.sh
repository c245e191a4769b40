#!/bin/bash
# mpi.sh OUT RANKS: RANKS workers of one sweep. OOD_SWEEP is a script that runs `ood sweep … --resume --out "$1"`.
exec mpirun -n "$2" "$OOD_SWEEP" "$1"
