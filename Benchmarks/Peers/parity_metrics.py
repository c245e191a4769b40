"""Metrics of `ood detect metrics` beside scikit-learn's, on random scores with and without ties, and AUROC's time."""

import argparse
import json
import os
import subprocess
import tempfile
import time

import numpy as np
from sklearn import metrics

from peers import DEFAULT_BINARY


def theirs(scores, labels):
    fpr, tpr, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    fpr_in, tpr_in, _ = metrics.roc_curve(~labels, -scores, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    precision_in, recall_in, _ = metrics.precision_recall_curve(~labels, -scores)
    return {
        "auroc": metrics.roc_auc_score(labels, scores),
        "ap_ood_positive": metrics.average_precision_score(labels, scores),
        "ap_in_positive": metrics.average_precision_score(~labels, -scores),
        "trapezoidal_aupr_ood_positive": metrics.auc(recall, precision),
        "trapezoidal_aupr_in_positive": metrics.auc(recall_in, precision_in),
        "fpr_at_95_tpr_ood_positive": fpr[np.argmax(tpr >= 0.95)],
        "fpr_at_95_tpr_in_positive": fpr_in[np.argmax(tpr_in >= 0.95)],
        "detection_error": np.min((1 - tpr + fpr) / 2),
        "best_f1": np.max(2 * precision * recall / np.maximum(precision + recall, 1e-300)),
    }


def ours(binary, scores, labels):
    with tempfile.TemporaryDirectory() as directory:
        files = [os.path.join(directory, name) for name in ("scores.npy", "labels.npy")]
        np.save(files[0], scores)
        np.save(files[1], labels.astype(np.uint8))
        done = subprocess.run(
            [binary, "detect", "metrics", "--scores", "npy:" + files[0], "--labels", "npy:" + files[1],
             "--format", "json"], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--count", type=int, default=5_000_000, help="scores for the time of AUROC")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()

    worst = {}
    for seed in range(20):
        random = np.random.default_rng(seed)
        count = int(random.integers(10, 20_000))
        labels = random.random(count) < random.choice([0.02, 0.3, 0.5])
        labels[:2] = [True, False]
        scores = random.normal(size=count) + labels
        if seed % 2:
            scores = np.round(scores * random.choice([1, 4, 50])) / 8
        mine, peer = ours(arguments.ood, scores, labels), theirs(scores, labels)
        for name in peer:
            worst[name] = max(worst.get(name, 0), abs(mine[name] - peer[name]))
    print("largest difference from scikit-learn over 20 samples, half of them with ties")
    for name, difference in worst.items():
        print(f"  {name:<32} {difference:.1e}")

    print(f"\nAUROC of {arguments.count} scores, best of {arguments.repeats}, alternating")
    for kind in ("doubles", "floats", "1000 levels"):
        random = np.random.default_rng(1)
        labels = random.random(arguments.count) < 0.1
        scores = random.normal(size=arguments.count) + labels
        if kind == "floats":
            scores = scores.astype(np.float32).astype(np.float64)
        if kind == "1000 levels":
            scores = np.round(scores * 100) / 100
        mine, peer = [], []
        for _ in range(arguments.repeats):
            report = ours(arguments.ood, scores, labels)
            mine.append(report["auroc_seconds"])
            start = time.perf_counter()
            value = metrics.roc_auc_score(labels, scores)
            peer.append(time.perf_counter() - start)
        print(f"  {kind:<12} ours {min(mine):.4f} s  scikit-learn {min(peer):.4f} s  ratio {min(peer) / min(mine):.1f}"
              f"  difference {abs(report['auroc'] - value):.1e}", flush=True)


if __name__ == "__main__":
    main()
