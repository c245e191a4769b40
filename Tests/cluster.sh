#!/usr/bin/env bash
# Sweeps by several workers, on the engines that are installed: what they write together is, but for times, what one process writes.
#
#   Tests/cluster.sh [TOOL [SECTION...]]      TOOL is the built `ood` [.build/release/ood]; MODELS=200 and WORKERS=8 are the kill test's size
#
# Sections: kills, parts, outlier_generation, divergences, densities, likelihood, ranks, shared_processes, machines, slurm [all].
# Where TOOL was built with MPI (swift build -c release --traits MPI --product ood), 1, 2 and 4 ranks train together too.
#
# Slurm (slurm-wlm, munge) runs with a controller and two node daemons on this machine, in a folder of their own; Open MPI
# (openmpi-bin) with two ranks; GNU parallel. What is missing is skipped with a message. It installs nothing, and ends only what it
# started, by process numbers in files.
set -euo pipefail
cd "$(dirname "$0")/.."
package=$PWD
tool=$(realpath "${1:-.build/release/ood}")
[ -x "$tool" ] || { echo "There is no $tool: swift build -c release --product ood" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/ood-cluster.XXXXXX")
export OOD=$tool OOD_THREADS=1
failures=0 skipped=0

finish() {
  for file in "$work"/slurm/run/*.pid; do
    [ -f "$file" ] || continue
    kill "$(cat "$file")" 2>/dev/null || true
  done
  [ "${KEEP:-}" ] && echo "Files are kept in $work" || rm -rf "$work"
}
trap finish EXIT

passed() { echo "passed: $1"; }
failed() { echo "FAILED: $1" >&2; failures=$((failures + 1)); }
skip() { echo "skipped: $1"; skipped=$((skipped + 1)); }

# Records without times, one a line.
timeless() { sed -E 's/"(train|evaluate)_seconds":[-+.eE0-9]+/"\1_seconds":0/g' "$1/models.jsonl" | LC_ALL=C sort; }

# same NAME ALONE SHARED: every file but the records' times is equal, and nothing is left over.
same() {
  local file fault=""
  cmp -s <(timeless "$2") <(timeless "$3") || fault="models.jsonl"
  for file in "$2"/*.safetensors "$2"/*.panel.json "$2"/settings.json; do
    cmp -s "$file" "$3/$(basename "$file")" || fault="$fault $(basename "$file")"
  done
  file=$(find "$3" -name '*.claim' -o -name '*.checkpoint' -o -name '*.partial')
  [ -z "$file" ] || fault="$fault left: $file"
  [ -z "$fault" ] && passed "$1" || failed "$1: $fault"
}

# once NAME LOGS...: no model's end is told twice.
once() {
  local name=$1 twice
  shift
  twice=$(grep -h 'trained in' "$@" | grep -o 'L[0-9]*-m[^ ,]*' | sort | uniq -d)
  [ -z "$twice" ] && passed "$name: no model done twice" || failed "$name: done twice: $twice"
}

models() {   # models COUNT MAPS EPOCHS
  local text="" i
  for i in $(seq 1 "$1"); do
    text+="${text:+, }{\"layers\": 1, \"maps\": $2, \"bottleneck\": $((1 + i % 8)), \"epochs\": $3, \"seed\": $i}"
  done
  echo "{\"recipe\": \"fast\", \"models\": [$text]}"
}

data=(--data 'synthetic-digits:train[0..<64]' --test 'synthetic-digits:test[0..<20]' --control 'synthetic-symbols:test[0..<20]'
  --generate 4 --jobs 1 --takeover 20)

# --- Workers that are killed at random ---------------------------------------------------------------------------------------
kills() {
  local count=${MODELS:-200} workers=${WORKERS:-8} out=$work/killed pids=() logs=0 i victim kills=0 before now status=0
  models "$count" 2 1 >"$work/many.json"
  start() {
    "$tool" sweep "$work/many.json" "${data[@]}" --no-classifiers --resume --out "$out" >/dev/null 2>"$work/kill.$logs.log" &
    pids[$1]=$!
    logs=$((logs + 1))
  }
  for i in $(seq 0 $((workers - 1))); do start "$i"; done
  done_count() { find "$out" -name '*.panel.json' 2>/dev/null | wc -l; }
  before=0
  # A kill for every tenth of the models, until nine tenths are done.
  while now=$(done_count); [ "$now" -lt $((count * 9 / 10)) ]; do
    if [ "$now" -ge $((before + count / 20)) ]; then
      before=$now victim=$((RANDOM % workers))
      kill -9 "${pids[$victim]}" 2>/dev/null && kills=$((kills + 1))
      wait "${pids[$victim]}" 2>/dev/null || true
      start "$victim"
    fi
    sleep 0.05
    for i in "${pids[@]}"; do kill -0 "$i" 2>/dev/null && continue 2; done
    break
  done
  for i in "${pids[@]}"; do wait "$i" || status=$?; done
  [ "$status" = 0 ] || failed "kills: a worker ended with status $status"
  "$tool" sweep collect "$out" >/dev/null || failed "kills: collect"
  "$tool" sweep "$work/many.json" "${data[@]}" --no-classifiers --out "$work/many-alone" >/dev/null 2>&1
  same "$count models, $workers workers, $kills kills: equal to one process" "$work/many-alone" "$out"
  once "kills" "$work"/kill.*.log
}

# --- What one process writes, for the engines ---------------------------------------------------------------------------------
alone() {
  models 6 8 40 >"$work/grid.json"
  "$tool" sweep "$work/grid.json" "${data[@]}" --classifier-epochs 1 --out "$work/alone" >/dev/null 2>"$work/alone.log"
}
export_job() {
  cat >"$work/worker.sh" <<SCRIPT
#!/bin/bash
# worker.sh OUT [OPTIONS]
out=\$1; shift
exec "$tool" sweep "$work/grid.json" ${data[@]@Q} --classifier-epochs 1 --resume --out "\$out" "\$@"
SCRIPT
  chmod +x "$work/worker.sh"
}

shared_processes() {
  if command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q GNU; then
    OOD_SWEEP="$work/worker.sh" bash "$package/Docs/cluster/parallel.sh" "$work/parallel" 3 >/dev/null 2>"$work/parallel.log" \
      || failed "GNU parallel: $(tail -3 "$work/parallel.log")"
    same "GNU parallel, 3 workers in one directory" "$work/alone" "$work/parallel"
  else
    skip "GNU parallel is not installed (apt-get install parallel)"
  fi
  if command -v mpirun >/dev/null; then
    # Of Open MPI: root may start it, and there may be more ranks than cores.
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    OOD_SWEEP="$work/worker.sh" bash "$package/Docs/cluster/mpi.sh" "$work/mpi" 2 >/dev/null 2>"$work/mpi.log" \
      || failed "mpirun: $(tail -3 "$work/mpi.log")"
    same "Open MPI, 2 ranks in one directory" "$work/alone" "$work/mpi"
    once "Open MPI" "$work/mpi.log"
    mpirun -n 2 bash -c \
      "'$tool' sweep '$work/grid.json' --print-grid --shard auto | grep -c '\"bottleneck\"'" >"$work/mpi.counts" 2>&1
    [ "$(sort -u "$work/mpi.counts")" = 3 ] && passed "Open MPI, --shard auto: three models each" \
      || failed "Open MPI, --shard auto: $(cat "$work/mpi.counts")"
  else
    skip "Open MPI is not installed (apt-get install openmpi-bin)"
  fi
}

# --- Parts of tables, anywhere, and experiments whose tasks are shared -----------------------------------------------------------
parts() {
  local rows="two-moons:600?seed=1" k
  "$tool" detect hbos --train "$rows" --score "$rows" --save "$work/whole.hbos" >/dev/null
  for k in 1 2 3; do
    "$tool" detect hbos --train "$rows[$(((k - 1) * 200))..<$((k * 200))]" --shard "$k/3" --first-pass --save "$work/$k.ranges" >/dev/null
  done
  "$tool" merge "$work"/[123].ranges --out "$work/ranges" >/dev/null
  for k in 1 2 3; do
    "$tool" detect hbos --train "$rows[$(((k - 1) * 200))..<$((k * 200))]" --shard "$k/3" --ranges "$work/ranges" --save "$work/$k.part" >/dev/null
  done
  "$tool" merge "$work/2.part" "$work/3.part" "$work/1.part" --out "$work/merged.hbos" >/dev/null
  cmp -s "$work/whole.hbos" "$work/merged.hbos" && passed "A detector of three parts is that of all rows" \
    || failed "A detector of three parts differs from that of all rows"
}

# A file without its seconds: they differ from run to run, and a worker that was killed between a training and what is measured takes its with it.
secondless() { LC_ALL=C sed -Ez 's/,?[[:space:]]*"[A-Za-z]*[sS]econds" ?: ?[-+.eE0-9]+//g' "$1"; }

# experiment NAME RESULTS OPTIONS...: by one process, and by three of which one is killed once there are so many results.
experiment() {
  local name=$1 results=$2 pids=() file fault="" status=0 first
  shift 2
  "$tool" experiment "$name" "$@" --out "$work/$name-alone" >/dev/null 2>"$work/$name-alone.log" \
    || failed "Experiment $name: $(tail -3 "$work/$name-alone.log")"
  for _ in 1 2 3; do
    "$tool" experiment "$name" "$@" --takeover 20 --out "$work/$name" >/dev/null 2>>"$work/$name.log" &
    pids+=($!)
  done
  first=${pids[0]}
  for _ in $(seq 1200); do
    [ "$(find "$work/$name" -name '*-*.json' ! -name "$name.json" 2>/dev/null | wc -l)" -ge "$results" ] && break
    sleep 0.05
  done
  kill -9 "$first" 2>/dev/null || fault=" nothing was left to kill"
  wait "$first" 2>/dev/null || true
  for first in "${pids[@]:1}"; do wait "$first" || status=$?; done
  [ $status = 0 ] || fault="$fault status $status, $(tail -3 "$work/$name.log")"
  for file in "$work/$name-alone"/*; do
    cmp -s <(secondless "$file") <(secondless "$work/$name/$(basename "$file")") || fault="$fault $(basename "$file")"
  done
  file=$(find "$work/$name" -name '*.claim' -o -name '*.checkpoint' -o -name '*.partial')
  [ -z "$file" ] || fault="$fault left: $file"
  [ -z "$fault" ] && passed "Experiment $name by three workers, one killed: equal to one process" || failed "Experiment $name:$fault"
}

outlier_generation() {
  experiment outlier-generation 3 --quick --count 120 --test-count 40 --outlier-count 60 --flow-epochs 1 --couplings 1 \
    --hidden-channels 4 --classifier-epochs 1
}

divergences() {
  experiment divergences 2 --quick --count 120 --test-count 40 --epochs 1 --toy-epochs 2 --steps 1 --hidden-channels 4
}

densities() { experiment densities 2 --quick --count 400 --test-count 200 --steps 20 --side 24; }

likelihood() {
  experiment likelihood 2 --train synthetic-symbols:train --test synthetic-symbols:test --against synthetic-digits:test \
    --count 300 --validation-count 40 --test-count 40 --epochs 1 --steps 1 --hidden-channels 4 --ensemble 3 --companions 3
}

# --- Training by ranks of MPI together -----------------------------------------------------------------------------------------
ranks() {
  local model count fault="" train
  command -v mpirun >/dev/null || { skip "Open MPI is not installed (apt-get install openmpi-bin)"; return 0; }
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  train=(--data 'synthetic-digits:train[0..<128]' --epochs 2 --batch 32 --together 4)
  if ! mpirun -n 2 "$tool" train dense-autoencoder "${train[@]}" --out "$work/ranks" >"$work/ranks.log" 2>&1; then
    if grep -q 'built without MPI' "$work/ranks.log"; then
      skip "The tool has no MPI (swift build -c release --traits MPI --product ood)"
    else
      failed "Training by ranks: $(tail -3 "$work/ranks.log")"
    fi
    return 0
  fi
  for model in dense-autoencoder conv-autoencoder realnvp; do
    "$tool" train $model "${train[@]}" --out "$work/$model.alone" >/dev/null 2>&1 || fault="$fault $model alone"
    for count in 1 2 4; do
      mpirun -n $count "$tool" train $model "${train[@]}" --out "$work/$model.$count" >"$work/ranks.log" 2>&1 \
        || fault="$fault $(tail -2 "$work/ranks.log")"
      cmp -s "$work/$model.alone" "$work/$model.$count" || fault="$fault: $count ranks make another $model"
    done
  done
  # That they are ranks of one program, and no four alone.
  mpirun -n 4 "$tool" train dense-autoencoder "${train[@]/#4/2}" --out "$work/ranks" >"$work/ranks.log" 2>&1 \
    && fault="$fault: two parts are divided among 4 ranks"
  [ -z "$fault" ] && passed "1, 2 and 4 ranks train three models, each the same to the bit" || failed "Training by ranks:$fault"
}

# --- Machines whose processes can't be seen: a dead worker is noticed by its silence --------------------------------------------
machines() {
  local apart=(unshare --pid --fork --kill-child --mount-proc) first status=0
  "${apart[@]}" true 2>/dev/null || { skip "Spaces of process numbers can't be made here (unshare --pid)"; return 0; }
  "${apart[@]}" "$work/worker.sh" "$work/apart" --takeover 3 >/dev/null 2>"$work/apart.0.log" &
  first=$!
  for _ in $(seq 300); do
    [ "$(find "$work/apart" -name 'L*.claim' 2>/dev/null | wc -l)" -ge 1 ] && break
    sleep 0.05
  done
  kill -9 $first
  wait $first 2>/dev/null || true
  [ -n "$(find "$work/apart" -name 'L*.1.claim')" ] || failed "Another machine: nothing was left to take over"
  "${apart[@]}" "$work/worker.sh" "$work/apart" --takeover 3 >/dev/null 2>"$work/apart.1.log" || status=$?
  [ $status = 0 ] || failed "Another machine: $(tail -3 "$work/apart.1.log")"
  same "A worker of another machine dies: taken over after its silence" "$work/alone" "$work/apart"
}

# --- Slurm: a controller and two nodes ----------------------------------------------------------------------------------------
slurm_start() {
  local base=$work/slurm host
  host=$(hostname -s)
  mkdir -p "$base"/{state,spool,log,run}
  chmod 755 "$work"
  dd if=/dev/urandom of="$base/munge.key" bs=1024 count=1 2>/dev/null
  chmod 600 "$base/munge.key"
  munged --key-file="$base/munge.key" --socket="$base/run/munge.socket" --pid-file="$base/run/munged.pid" \
    --log-file="$base/log/munged.log" --seed-file="$base/run/munged.seed" --force 2>/dev/null
  cat >"$base/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket=$base/run/munge.socket
StateSaveLocation=$base/state
SlurmdSpoolDir=$base/spool/%n
SlurmctldPidFile=$base/run/slurmctld.pid
SlurmdPidFile=$base/run/slurmd.%n.pid
SlurmctldLogFile=$base/log/slurmctld.log
SlurmdLogFile=$base/log/slurmd.%n.log
SlurmctldPort=16817
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
MpiDefault=none
ReturnToService=2
SlurmdTimeout=20
KillWait=10
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=16818 CPUs=1 RealMemory=1000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=16819 CPUs=1 RealMemory=1000
PartitionName=main Nodes=n1,n2 Default=YES State=UP
CONF
  export SLURM_CONF=$base/slurm.conf
  slurmctld -f "$SLURM_CONF"
  slurmd -N n1 -f "$SLURM_CONF"
  slurmd -N n2 -f "$SLURM_CONF"
  for _ in $(seq 60); do
    [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 2 ] && return 0
    sleep 0.5
  done
  return 1
}

# Waits until a job has left the queue, for so many seconds at most.
ended() {
  for _ in $(seq $(($2 * 2))); do
    [ -z "$(squeue -h -j "$1" 2>/dev/null)" ] && return 0
    sleep 0.5
  done
  scancel "$1"
  return 1
}

slurm() {
  local job name
  for name in slurmctld slurmd sbatch munged; do
    command -v $name >/dev/null || { skip "Slurm is not installed: no $name (apt-get install slurm-wlm munge)"; return 0; }
  done
  [ "$(id -u)" = 0 ] || { skip "Slurm's daemons are started by root only"; return 0; }
  slurm_start || { failed "Slurm's nodes do not come up: $(tail -3 "$work"/slurm/log/*.log)"; return 0; }
  submit() {   # submit LOG OUT OPTIONS...: the recipe's script with options of ours
    local log=$1 out=$2
    shift 2
    OOD_SWEEP="$work/worker.sh" OOD_OUT="$out" sbatch --parsable --mem=100 -o "$work/$log.%a.log" -D "$work" "$@" \
      "$package/Docs/cluster/slurm-array.sh"
  }
  job=$(submit array "$work/array" --array=0-1)
  ended "$job" 120 || failed "Slurm array: not done after two minutes"
  same "Slurm, an array of 2 on 2 nodes" "$work/alone" "$work/array"
  once "Slurm array" "$work"/array.*.log

  # A node's daemon and what it started die in the middle; the other worker goes on with its model.
  job=$(submit killed "$work/node" --array=0-1 --no-requeue)
  for _ in $(seq 200); do
    [ "$(find "$work/node" -name '*.checkpoint' 2>/dev/null | wc -l)" -ge 1 ] && break
    sleep 0.1
  done
  kill -9 "$(cat "$work/slurm/run/slurmd.n2.pid")"
  # With the node goes its task: the one whose worker Slurm had put on n2.
  for name in $(pgrep -f "sweep $work/grid.json .*--out $work/node" || true); do
    if tr '\0' '\n' <"/proc/$name/environ" 2>/dev/null | grep -qx 'SLURMD_NODENAME=n2'; then kill -9 "$name"; fi
  done
  for _ in $(seq 240); do
    [ "$(find "$work/node" -name '*.panel.json' 2>/dev/null | wc -l)" = 6 ] && break
    sleep 0.5
  done
  sleep 2
  "$tool" sweep collect "$work/node" >/dev/null 2>&1 || failed "Slurm, a node dies: models are missing"
  same "Slurm, a node dies in the middle" "$work/alone" "$work/node"
  scancel "$job" 2>/dev/null || true
  rm -f "$work/slurm/run/slurmd.n2.pid"
  slurmd -N n2 -f "$SLURM_CONF"

  # A task is told that its time ends (SIGUSR1), writes its checkpoints, puts itself back into the queue and goes on.
  job=$(submit requeue "$work/requeue" --array=0-0 --open-mode=append)
  for _ in $(seq 200); do
    [ "$(find "$work/requeue" -name 'L*.claim' 2>/dev/null | wc -l)" -ge 1 ] && break
    sleep 0.1
  done
  scancel --batch --signal=USR1 "$job"
  ended "$job" 240 || failed "Slurm requeue: not done after four minutes"
  grep -q Interrupted "$work"/requeue.*.log || failed "Slurm requeue: the task was not interrupted"
  same "Slurm, a task that is told to end and requeued" "$work/alone" "$work/requeue"
}

sections=("${@:2}")
[ ${#sections[@]} -gt 0 ] || sections=(kills parts outlier_generation divergences densities likelihood ranks shared_processes machines slurm)
for section in "${sections[@]}"; do
  case $section in
    kills | parts | outlier_generation | divergences | densities | likelihood | ranks) ;;
    shared_processes | machines | slurm) [ -d "$work/alone" ] || { alone; export_job; } ;;
    *) echo "There is no section $section." >&2; exit 64 ;;
  esac
  $section
done
echo "$failures failed, $skipped skipped"
[ "$failures" = 0 ]
