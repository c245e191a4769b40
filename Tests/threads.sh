#!/usr/bin/env bash
# Trains, fits and scores on four threads under ThreadSanitizer. The first finding ends the run with a report and a status that is not zero.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=.build-threads
# Swift code unoptimised: with optimisation and this sanitizer the compiler of Swift 6.3.1 fails. It does so without, too, where `+=` changes what a pointer in a non-copyable value of a
# non-copyable value points to ("Invalid bitcast"): take the pointer out first.
swift build --product ood --scratch-path "$scratch" --sanitize=thread -Xcc -O2 -Xcc -fno-omit-frame-pointer
ood=$scratch/debug/ood
# A run that checked nothing would be green as well.
grep -q __tsan_read8 <(nm "$ood") || { echo "threads: $ood was not compiled with the thread sanitizer." >&2; exit 1; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OOD_THREADS=4 TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
digits='synthetic-digits:train[0..<96]'
run() {
  echo "threads: ood $*"
  "$ood" "$@" > "$folder/out" 2> "$folder/errors" || { cat "$folder/errors" >&2; exit 1; }
}

for model in conv-autoencoder dense-autoencoder vae made pixelcnn realnvp dae-classifier; do
  run train "$model" --data "$digits" --epochs 1 --out "$folder/$model"
  run score "$folder/$model" --data "$digits"
done
run train cnf --data two-moons:500 --epochs 1 --out "$folder/cnf"
run score "$folder/cnf" --data two-moons:500
for method in isolation-forest knn 'knn --approximate 20' lof kmeans 'gmm --components 3' mahalanobis pca hbos ecod loda ocsvm kde mcd; do
  # shellcheck disable=SC2086
  run detect $method --train two-moons:3000 --score two-moons:3000?seed=2
done
echo "threads: no finding."
