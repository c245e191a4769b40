#!/bin/bash
# parallel.sh OUT WORKERS: WORKERS workers of one sweep on this machine; with --sshlogin A,B on others, too. One that fails is started
# again, twice at most. OOD_SWEEP is a script that runs `ood sweep … --resume --out "$1"`.
seq "$2" | parallel -N0 --jobs "$2" --retries 3 --joblog "$1.joblog" "$OOD_SWEEP" "$1"
