"""Isolation forests of tables with holes: `ood detect mixed-isolation-forest` beside isotree, by AUROC on labelled sets with a share of their
cells removed, and beside each on the whole table. Both grow 100 trees of 256 rows, split at random, and send rows with a hole both ways."""

import argparse
import os
import subprocess
import tempfile

import numpy as np
from sklearn.metrics import roc_auc_score

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SETS = ["14_glass", "18_Ionosphere", "29_Pima", "38_thyroid", "40_vowels", "43_WDBC", "45_wine", "6_cardio", "2_annthyroid", "27_PageBlocks"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ood", default=os.path.join(ROOT, ".build", "release", "ood"))
    parser.add_argument("--data", default=os.path.join(os.environ.get("OOD_DATA", "."), "adbench"))
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    print(f"{'set':<16} {'rows':>6} {'columns':>7} {'ours whole':>11} {'isotree':>8} {'ours holes':>11} {'isotree':>8} {'by median':>10}")
    results = []
    for name in arguments.sets:
        archive = np.load(os.path.join(arguments.data, name + ".npz"), allow_pickle=True)
        x, y = archive["X"].astype(float), archive["y"].ravel()
        rows = []
        for seed in range(arguments.seeds):
            holes = x.copy()
            mask = np.random.default_rng(seed).random(x.shape) < arguments.share
            mask[mask.all(axis=1), 0] = False
            holes[mask] = np.nan
            filled = np.where(np.isnan(holes), np.nanmedian(holes, axis=0), holes)
            tables = [("mixed-isolation-forest", x), (None, x), ("mixed-isolation-forest", holes), (None, holes), ("mixed-isolation-forest", filled)]
            rows.append([roc_auc_score(y, scores(arguments.ood, method, table, seed)) for method, table in tables])
        means = np.mean(rows, axis=0)
        results.append(means)
        print(f"{name:<16} {x.shape[0]:>6} {x.shape[1]:>7} " + " ".join(f"{mean:>{width}.4f}" for mean, width in zip(means, [11, 8, 11, 8, 10])), flush=True)
    print(f"{'mean':<31} " + " ".join(f"{mean:>{width}.4f}" for mean, width in zip(np.mean(results, axis=0), [11, 8, 11, 8, 10])))


def scores(ood, method, x, seed):
    """Of the rows that the forest is grown on; `method` is None for isotree."""
    if method is None:
        from isotree import IsolationForest

        # Its tree t is drawn with the seed plus t: seeds that are nearer share trees.
        forest = IsolationForest(
            ntrees=100, sample_size=min(256, len(x)), ndim=1, missing_action="divide", random_seed=1000 * seed, nthreads=1,
            prob_pick_avg_gain=0, prob_pick_pooled_gain=0)
        return forest.fit(x).predict(x)
    with tempfile.TemporaryDirectory() as directory:
        table, out = os.path.join(directory, "x.npy"), os.path.join(directory, "scores.npy")
        np.save(table, x)
        subprocess.run(
            [ood, "detect", method, "--train", "npy:" + table, "--score", "npy:" + table, "--seed", str(seed), "--out", out],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return np.load(out)


if __name__ == "__main__":
    main()
