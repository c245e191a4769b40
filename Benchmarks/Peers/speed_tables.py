"""From a CSV file to scores in a file: `ood score` of a saved detector beside pandas with scikit-learn (isolation forest) or PyOD (HBOS).

Each side is a process of its own, that reads the file, scores all rows and writes the scores as CSV; seconds and the most memory that it had.
Both use all cores. The detectors are fitted before, to the file's first 10,000 rows."""

import argparse
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

PEER = """
import pickle, sys, pandas
model = pickle.load(open(sys.argv[1], "rb"))
x = pandas.read_csv(sys.argv[2]).to_numpy()
scores = -model.score_samples(x) if hasattr(model, "score_samples") else model.decision_function(x)
pandas.DataFrame({"score": scores}).to_csv(sys.argv[3])
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ood", default=os.path.join(ROOT, ".build", "release", "ood"))
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--methods", nargs="*", default=["isolation-forest", "hbos"])
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--without-peers", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        run(arguments, directory)


def run(arguments, directory):
    table = os.path.join(directory, "table.csv")
    training = write(table, arguments.rows, arguments.columns, directory)
    size = os.path.getsize(table)
    print(f"{arguments.rows} rows of {arguments.columns} columns, {size / 1e6:.0f} MB")
    for method in arguments.methods:
        detector = os.path.join(directory, method + ".safetensors")
        scores = os.path.join(directory, "scores.csv")
        subprocess.run(
            [arguments.ood, "detect", method, "--train", "csv:" + training, "--score", "csv:" + training + "[0..<10]",
             "--save", detector], check=True, stdout=subprocess.DEVNULL)
        ours, theirs = [], []
        for _ in range(arguments.turns):
            ours.append(timed([arguments.ood, "score", detector, "--data", "csv:" + table], scores))
            our_scores = np.loadtxt(scores, delimiter=",", skiprows=1, max_rows=1000)[:, -1]
            if arguments.without_peers:
                continue
            model = fitted(method, training, directory)
            theirs.append(timed([sys.executable, "-c", PEER, model, table, scores], os.devnull))
            their_scores = np.loadtxt(scores, delimiter=",", skiprows=1, max_rows=1000)[:, -1]
        seconds, memory = min(ours)
        line = f"{method:<18} ours {seconds:7.2f} s {memory:6.0f} MB {size / seconds / 1e6:6.0f} MB/s"
        if theirs:
            their_seconds, their_memory = min(theirs)
            agreement = np.corrcoef(our_scores.argsort().argsort(), their_scores.argsort().argsort())[0, 1]
            line += (f"   peer {their_seconds:7.2f} s {their_memory:6.0f} MB   {their_seconds / seconds:5.2f} times, "
                     f"rank correlation {agreement:.3f}")
        print(line, flush=True)


def write(path, rows, columns, directory):
    """A block of 10,000 rows again and again, and that block alone."""
    x = np.random.default_rng(0).normal(size=(min(rows, 10_000), columns))
    header = ",".join(f"c{column}" for column in range(columns)) + "\n"
    block = "".join(",".join(f"{value:.8g}" for value in row) + "\n" for row in x)
    training = os.path.join(directory, "training.csv")
    with open(training, "w") as file:
        file.write(header + block)
    with open(path, "w") as file:
        file.write(header)
        for _ in range(max(1, rows // len(x))):
            file.write(block)
    return training


def fitted(method, training, directory):
    """A file of the fitted peer."""
    import pickle

    x = np.loadtxt(training, delimiter=",", skiprows=1)
    if method == "hbos":
        from pyod.models.hbos import HBOS

        model = HBOS()
    else:
        from sklearn.ensemble import IsolationForest

        model = IsolationForest(random_state=0, n_jobs=-1)
    path = os.path.join(directory, method + ".pickle")
    with open(path, "wb") as file:
        pickle.dump(model.fit(x), file)
    return path


def timed(command, output):
    """Seconds, and megabytes of memory at most."""
    with open(output, "w") as file:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=file)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"{command} ended with status {status}.")
    return seconds, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
