"""Times of `ood detect` beside its peers', runs of both alternating."""

import argparse
import os
import tempfile

import numpy as np
from sklearn.metrics import roc_auc_score

from peers import DEFAULT_BINARY, DEFAULT_METHODS, PEERS, detect

# Rows and columns for each method; others get DEFAULT_SIZE.
DEFAULT_SIZE = (100_000, 32)
SIZES = {
    **dict.fromkeys(["knn-largest", "knn-mean", "knn-median", "lof", "lof-novelty"], (20_000, 784)),
    **dict.fromkeys(["kde", "kde-exponential"], (10_000, 32)),
    **dict.fromkeys(["gmm-10-full", "mcd"], (20_000, 32)),
    **dict.fromkeys(["ocsvm", "ocsvm-linear"], (5_000, 32)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--methods", nargs="*", default=DEFAULT_METHODS)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--columns", type=int)
    parser.add_argument("--intelex", action="store_true", help="scikit-learn's methods by scikit-learn-intelex")
    arguments = parser.parse_args()
    if arguments.intelex:
        from sklearnex import patch_sklearn

        patch_sklearn()
    print(f"{'method':<18} {'rows':>8} {'columns':>7} {'step':<6} {'ours s':>9} {'peer s':>9} {'ratio':>7}  peer")
    for method in arguments.methods:
        peer = PEERS[method]
        rows, columns = SIZES.get(method, DEFAULT_SIZE)
        rows, columns = arguments.rows or rows, arguments.columns or columns
        x, y = table(rows, columns)
        ours, theirs = [], []
        with tempfile.TemporaryDirectory() as directory:
            file = os.path.join(directory, "x.npy")
            np.save(file, x)
            for repeat in range(arguments.repeats):
                more = peer.arguments(x, directory) if peer.arguments is not None else []
                our_scores, report = detect(arguments.ood, peer.ours + more, "npy:" + file, "npy:" + file, repeat)
                ours.append((report["fit_seconds"], report["score_seconds"]))
                their_scores, fit, score = peer.theirs(x, x, repeat)
                theirs.append((fit, score))
        for step, (a, b) in zip(["fit", "score"], zip(np.min(ours, axis=0), np.min(theirs, axis=0))):
            print(f"{method:<18} {rows:>8} {columns:>7} {step:<6} {a:>9.4f} {b:>9.4f} {b / a:>7.1f}  {peer.library}")
        a, b = np.sum(np.min(ours, axis=0)), np.sum(np.min(theirs, axis=0))
        finite = np.isfinite(their_scores)
        print(f"{method:<18} {rows:>8} {columns:>7} {'both':<6} {a:>9.4f} {b:>9.4f} {b / a:>7.1f}  "
              f"AUROC {roc_auc_score(y, our_scores):.4f}, peer {roc_auc_score(y[finite], their_scores[finite]):.4f}",
              flush=True)


def table(rows, columns):
    """Two correlated clusters, and 2% of rows that are spread wider."""
    random = np.random.default_rng(0)
    mixing = random.normal(size=(columns, columns)) / np.sqrt(columns)
    x = random.normal(size=(rows, columns)) @ mixing + 3 * (random.random((rows, 1)) < 0.3)
    y = random.random(rows) < 0.02
    x[y] += 2 * random.normal(size=(int(y.sum()), columns))
    return np.ascontiguousarray(x), y


if __name__ == "__main__":
    main()
