"""AUROC of `ood detect` beside the figures that PyOD's documentation publishes.

PyOD, docs/tables/roc.csv ("Old Results (2019)", https://pyod.readthedocs.io/en/latest/benchmark.html): means over random
splits of ODDS data, 60% for training and 40% for testing, columns standardised by the training part. The splits here are
those of its notebooks/benchmark.py. PyOD was at version 0.6 then; its HBOS, PCA and CBLOF have changed since.
"""

import argparse
import os
import tempfile

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from peers import DEFAULT_BINARY, detect

METHODS = {
    "HBOS": ["hbos"],
    "IForest": ["isolation-forest"],
    "KNN": ["knn"],
    "LOF": ["lof"],
    "MCD": ["mcd"],
    "OCSVM": ["ocsvm"],
    "PCA": ["pca"],
}

# HBOS, IForest, KNN, LOF, MCD, OCSVM, PCA, rounded to four digits.
PUBLISHED = {
    "6_cardio": (0.8434, 0.9243, 0.7368, 0.5806, 0.8383, 0.9382, 0.9527),
    "14_glass": (0.7063, 0.7016, 0.8260, 0.8375, 0.7697, 0.5758, 0.6285),
    "18_Ionosphere": (0.5569, 0.8530, 0.9350, 0.8927, 0.9592, 0.8597, 0.8056),
    "20_letter": (0.5880, 0.6190, 0.8749, 0.8668, 0.8064, 0.6061, 0.5242),
    "24_mnist": (0.5774, 0.8028, 0.8500, 0.7193, 0.8579, 0.8521, 0.8519),
    "29_Pima": (0.6983, 0.6681, 0.7051, 0.6224, 0.6716, 0.6151, 0.6413),
    "30_satellite": (0.7542, 0.7013, 0.6852, 0.5570, 0.8044, 0.6603, 0.5962),
    "40_vowels": (0.6704, 0.7407, 0.9654, 0.9351, 0.7452, 0.7656, 0.5949),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="directory of adbench .npz files")
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--methods", nargs="*", default=list(METHODS))
    parser.add_argument("--splits", type=int, default=10)
    arguments = parser.parse_args()
    print(f"{'method':<10} {'set':<16} {'ours':>7} {'spread':>7} {'PyOD':>7} {'difference':>10}")
    outside = []
    for name, figures in PUBLISHED.items():
        archive = np.load(os.path.join(arguments.data, name + ".npz"))
        x, y = np.asarray(archive["X"], float), np.asarray(archive["y"]).ravel()
        results = {method: [] for method in arguments.methods}
        for split in range(arguments.splits):
            train, test, _, truth = train_test_split(
                x, y, test_size=0.4, random_state=np.random.RandomState(split))
            with tempfile.TemporaryDirectory() as directory:
                files = [os.path.join(directory, part + ".npy") for part in ("train", "test")]
                for file, part in zip(files, (train, test)):
                    np.save(file, np.ascontiguousarray(part))
                for method in arguments.methods:
                    scores, _ = detect(
                        arguments.ood, METHODS[method] + ["--standardize"], "npy:" + files[0], "npy:" + files[1],
                        split)
                    results[method].append(roc_auc_score(truth, scores))
        for method, published in zip(METHODS, figures):
            if method not in results:
                continue
            mean, spread = np.mean(results[method]), np.std(results[method])
            mark = "" if abs(mean - published) <= spread else "  beyond the spread"
            outside += [f"{method} on {name}"] if mark else []
            print(f"{method:<10} {name:<16} {mean:>7.4f} {spread:>7.4f} {published:>7.4f} {mean - published:>+10.4f}{mark}",
                  flush=True)
    print(f"\n{len(outside)} beyond the spread over splits: {', '.join(outside)}")


if __name__ == "__main__":
    main()
