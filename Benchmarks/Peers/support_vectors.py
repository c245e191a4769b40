"""Support vector machines here and in scikit-learn: decision values compared, times interleaved.

    swift build -c release --product ood
    /tmp/peers/bin/python Benchmarks/Peers/support_vectors.py

The machine of two classes beside SVC, the one-class machine beside OneClassSVM, on two overlapping clouds. The difference is
that of decision values, relative to the largest, at a tolerance of 1e-3 (both solvers') and of 1e-6. Times are the best of
`--repeats`, fit and decisions on as many rows again; they are measured inside the processes."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from peers import DEFAULT_BINARY


def clouds(rows, columns, seed):
    random = np.random.default_rng(seed)
    labels = (np.arange(2 * rows) % 2).astype(np.int32)
    x = random.normal(size=(2 * rows, columns)) + (2 * labels[:, None] - 1) * 1.5 / np.sqrt(columns)
    return x, labels


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return json.loads(result.stdout)


def ours(binary, directory, machine, kernel, tolerance):
    """(decision values as they are compared, fit seconds, decision seconds)."""
    scores = os.path.join(directory, "scores.npy")
    if machine == "C-SVM":
        model = os.path.join(directory, "machine.safetensors")
        fit = run([binary, "train", "open-set", "support-vector-classifier", "--data",
                   f"npz:{directory}/train.npz#x?labels=y", "--out", model, "--set", f"kernel={kernel}",
                   "--set", f"tolerance={tolerance}", "--format", "json"])["fit_seconds"]
        score = run([binary, "score", model, "--data", f"npy:{directory}/test.npy", "--out", scores, "--format",
                     "json"])["score_seconds"]
        return -np.load(scores), fit, score
    report = run([binary, "detect", "ocsvm", "--train", f"npy:{directory}/train.npy", "--score",
                  f"npy:{directory}/test.npy", "--kernel", "gaussian" if kernel == "radial" else kernel, "--out", scores,
                  "--format", "json"])
    return -np.load(scores), report["fit_seconds"], report["score_seconds"]


def theirs(machine, kernel, tolerance, train, labels, test):
    from sklearn.svm import SVC, OneClassSVM

    name = "rbf" if kernel == "radial" else kernel
    start = time.perf_counter()
    if machine == "C-SVM":
        model = SVC(kernel=name, tol=tolerance).fit(train, labels)
    else:
        model = OneClassSVM(kernel=name, tol=tolerance).fit(train)
    fitted = time.perf_counter()
    values = model.decision_function(test)
    end = time.perf_counter()
    return np.abs(values) if machine == "C-SVM" else values, fitted - start, end - fitted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--columns", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    x, labels = clouds(arguments.rows, arguments.columns, 0)
    train, test, labels = x[:arguments.rows], x[arguments.rows:], labels[:arguments.rows]
    with tempfile.TemporaryDirectory() as directory:
        np.save(os.path.join(directory, "train.npy"), train)
        np.save(os.path.join(directory, "test.npy"), test)
        np.savez(os.path.join(directory, "train.npz"), x=train, y=labels)
        print(f"{arguments.rows} x {arguments.columns}; seconds, ours and scikit-learn's")
        print(f"{'machine':<10} {'kernel':<8} {'tolerance':>9} {'difference':>10}   {'fit':>15} {'ratio':>6}   "
              f"{'decisions':>15} {'ratio':>6}")
        for machine in ("C-SVM", "one-class"):
            for kernel in ("radial", "linear"):
                for tolerance in (1e-3, 1e-6) if machine == "C-SVM" else (1e-3,):
                    mine, peer = [], []
                    for _ in range(arguments.repeats if tolerance == 1e-3 else 1):
                        mine.append(ours(arguments.ood, directory, machine, kernel, tolerance))
                        peer.append(theirs(machine, kernel, tolerance, train, labels, test))
                    difference = np.max(np.abs(mine[0][0] - peer[0][0])) / np.max(np.abs(peer[0][0]))
                    (a, b), (c, d) = ((min(run[step] for run in runs) for runs in (mine, peer)) for step in (1, 2))
                    print(f"{machine:<10} {kernel:<8} {tolerance:>9.0e} {difference:>10.1e}   {a:>7.3f} {b:>7.3f} "
                          f"{b / a:>6.1f}   {c:>7.3f} {d:>7.3f} {d / c:>6.1f}", flush=True)


if __name__ == "__main__":
    main()
