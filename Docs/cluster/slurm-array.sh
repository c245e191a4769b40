#!/bin/bash
#SBATCH --job-name=sweep
#SBATCH --array=0-7
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@120
# Eight workers of one sweep. OOD_SWEEP is a script that runs `ood sweep … --resume --out "$1"`, OOD_OUT the shared directory.
# Two minutes before the time of a task ends, it writes its checkpoints and goes back into the queue.
"$OOD_SWEEP" "$OOD_OUT" &
worker=$!
asked=
trap 'asked=1; kill -USR1 $worker' USR1
trap 'kill -TERM $worker' TERM
wait $worker; status=$?
# A signal ends the wait, not the worker.
while kill -0 $worker 2>/dev/null; do wait $worker; status=$?; done
if [ -n "$asked" ] && [ $status -ne 0 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit $status
