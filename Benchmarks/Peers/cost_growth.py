"""How the time and the memory of each method and model grow: seconds of a small size, and the power of each size that they grow with.

    python Benchmarks/Peers/cost_growth.py [--methods knn,lof] [--models realnvp,made] [--ood PATH]

A power p of a size says that four times as much of it takes 4^p times as long (log4 of the ratio of the least of three runs). For methods: the
rows fitted to, the columns, the rows scored; threads stand as the ratio of one thread's time to two threads'. For models of tables: examples,
columns, batch (at the same number of examples), layers. The last columns are the largest resident MiB of the small size and of the largest.
"""

import argparse
import json
import math
import os
import subprocess
import tempfile
import time

import numpy as np

from peers import DEFAULT_BINARY

METHODS = [
    "three-sigma", "median-deviation", "hbos", "ecod", "copod", "isolation-forest", "extended-isolation-forest", "loda", "pca",
    "knn", "knn --approximate 100", "indegree", "lof", "kmeans", "cblof", "kde", "gmm --components 5",
    "gmm --components 5 --covariance diagonal", "factor-analysis", "mahalanobis", "ledoit-wolf", "mcd", "ocsvm",
]
MODELS = {
    "realnvp": "--couplings", "glow": "--steps", "spline-flow": "--couplings", "maf": "--layers", "made": None, "vae": None,
    "cnf": None, "flow-matching": None,
}


def run(command, threads):
    """Seconds, and what was printed."""
    environment = dict(os.environ, OOD_THREADS=str(threads))
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, error = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(error.decode().strip().splitlines()[-1])
    return time.perf_counter() - start, out.decode()


def memory(command):
    """The largest resident MiB of a process, which a small process in between measures."""
    code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    return int(subprocess.run(["python3", "-c", code, *command], stdout=subprocess.PIPE, text=True).stdout) / 1024


def power(larger, smaller):
    return f"{math.log(max(larger, 1e-6) / max(smaller, 1e-6), 4):.2f}"


def tables(directory):
    random = np.random.default_rng(0)
    for rows, columns in [(4000, 16), (16000, 16), (4000, 64)]:
        np.save(f"{directory}/{rows}x{columns}.npy", random.normal(size=(rows, columns)))

    def name(rows, columns):
        return f"npy:{directory}/{rows}x{columns}.npy"
    return name


def detect(binary, method, train, score, threads=2):
    """Least fit and score seconds of three runs."""
    runs = []
    for _ in range(3):
        _, out = run([binary, "detect", *method.split(), "--train", train, "--score", score, "--format", "json"], threads)
        report = json.loads(out)
        runs.append((report["fit_seconds"], report["score_seconds"]))
    return np.min(runs, axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--models", default=",".join(MODELS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        name = tables(directory)
        small, long, wide = name(4000, 16), name(16000, 16), name(4000, 64)
        if options.methods:
            print(f"{'method, 4,000 x 16':<42}{'fit ms':>8}{'rows^':>7}{'cols^':>7}{'2 thr':>7}"
                  f"{'score ms':>10}{'fitted^':>8}{'scored^':>8}{'cols^':>7}{'MiB':>6}{'MiB 4x':>8}")
        for method in filter(None, options.methods.split(",")):
            try:
                base = detect(options.ood, method, small, small)
                one = detect(options.ood, method, small, small, threads=1)
                fitted, scored = detect(options.ood, method, long, small), detect(options.ood, method, small, long)
                columns = detect(options.ood, method, wide, wide)
            except RuntimeError as error:
                print(f"{method:<42}{error}")
                continue
            command = [options.ood, "detect", *method.split(), "--train"]
            print(f"{method:<42}{1e3 * base[0]:>8.2f}{power(fitted[0], base[0]):>7}{power(columns[0], base[0]):>7}"
                  f"{one[0] / base[0]:>7.2f}{1e3 * base[1]:>10.2f}{power(fitted[1], base[1]):>8}"
                  f"{power(scored[1], base[1]):>8}{power(columns[1], base[1]):>7}"
                  f"{memory([*command, small, '--score', small]):>6.0f}{memory([*command, long, '--score', long]):>8.0f}",
                  flush=True)
        if options.models:
            print(f"\n{'model, 4,000 x 16, 3 epochs, batch 128':<42}{'s':>8}{'rows^':>7}{'cols^':>7}{'batch^':>7}{'layers^':>8}{'2 thr':>7}"
                  f"{'MiB':>6}{'MiB 4x':>8}")
        for model in filter(None, options.models.split(",")):
            layers = MODELS.get(model)

            def train(data, *more, threads=2):
                command = [options.ood, "train", model, "--data", data, "--epochs", "3", "--out", f"{directory}/model", *more]
                return min(run(command, threads)[0] for _ in range(3))
            try:
                base = train(small, "--batch", "128")
                deeper = (power(train(small, "--batch", "128", layers, "16"), train(small, "--batch", "128", layers, "4"))
                          if layers else "")
                print(f"{model:<42}{base:>8.2f}{power(train(long, '--batch', '128'), base):>7}"
                      f"{power(train(wide, '--batch', '128'), base):>7}{power(train(small, '--batch', '512'), base):>7}"
                      f"{deeper:>8}{train(small, '--batch', '128', threads=1) / base:>7.2f}", end="")
                command = [options.ood, "train", model, "--epochs", "1", "--out", f"{directory}/model", "--data"]
                print(f"{memory([*command, small]):>6.0f}{memory([*command, long]):>8.0f}", flush=True)
            except RuntimeError as error:
                print(f"{model:<42}{error}")


if __name__ == "__main__":
    main()
