"""How often `ood detect` flags normal rows, beside what was asked for.

For every set, over random splits: half of the normal rows are fitted to, a quarter calibrates, and a quarter is scored together with
abnormal rows, a tenth of what is scored at most. A p-value of at most a is to come to a normal row with probability floor(a (n + 1)) / (n + 1),
n calibration rows (V. Vovk, A. Gammerman and G. Shafer, 2005). Given a split's calibration rows the number of false positives is
binomial, over splits beta-binomial, with variance q (1 - q) (1 / m + 1 / (n + 2)) of the rate among m rows; the interval printed is that of
the mean over splits, at 99%. Benjamini and Hochberg's rule at level a is to flag a share of normal rows among those flagged of at most a on
average (S. Bates, E. Candes, L. Lei, Y. Romano and M. Sesia, 2023); its mean and standard error are printed.
"""

import argparse
import csv
import io
import os
import subprocess
import tempfile

import numpy as np

from peers import DEFAULT_BINARY

SETS = ["2_annthyroid", "6_cardio", "20_letter", "27_PageBlocks", "29_Pima", "30_satellite", "38_thyroid",
        "40_vowels", "41_Waveform", "43_WDBC"]
LEVELS = [0.01, 0.05, 0.1]


def run(binary, method, parts, rate, seed):
    with tempfile.TemporaryDirectory() as directory:
        files = [os.path.join(directory, name + ".npy") for name in ("train", "calibrate", "score")]
        for file, part in zip(files, parts):
            np.save(file, np.ascontiguousarray(part))
        specs = ["npy:" + file for file in files]
        text = subprocess.run(
            [binary, "detect", method, "--train", specs[0], "--calibrate", specs[1], "--score", specs[2], "--p-values",
             "--fdr", str(rate), "--seed", str(seed), "--format", "csv"],
            check=True, capture_output=True, text=True).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    return (np.array([float(row["p_value"]) for row in rows]),
            np.array([row["out_of_distribution"] == "true" for row in rows]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="directory of adbench .npz files")
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--method", default="isolation-forest")
    parser.add_argument("--splits", type=int, default=50)
    parser.add_argument("--fdr", type=float, default=0.1)
    arguments = parser.parse_args()
    print(f"{'set':<14} {'n':>5} {'m':>5} " + " ".join(f"{'at ' + str(a):>7} {'99% interval':>17}" for a in LEVELS)
          + f" {'FDR':>7} {'error':>6} {'flagged':>7}")
    outside = 0
    for name in SETS:
        archive = np.load(os.path.join(arguments.data, name + ".npz"))
        x, y = np.asarray(archive["X"], float), np.asarray(archive["y"]).ravel()
        normal, abnormal = x[y == 0], x[y != 0]
        train, calibration = len(normal) // 2, len(normal) // 4
        held_out = len(normal) - train - calibration
        rates, shares, flagged = [], [], []
        for split in range(arguments.splits):
            random = np.random.RandomState(split)
            mixed = normal[random.permutation(len(normal))]
            odd = abnormal[random.permutation(len(abnormal))[: held_out // 9]]
            parts = (mixed[:train], mixed[train:train + calibration], np.vstack([mixed[train + calibration:], odd]))
            p, flags = run(arguments.ood, arguments.method, parts, arguments.fdr, split)
            rates.append([(p[:held_out] <= level).mean() for level in LEVELS])
            shares.append(flags[:held_out].sum() / max(1, flags.sum()))
            flagged.append(flags.sum())
        line = f"{name:<14} {calibration:>5} {held_out:>5} "
        for level, rate in zip(LEVELS, np.mean(rates, axis=0)):
            expected = np.floor(level * (calibration + 1) + 1e-9) / (calibration + 1)
            spread = 2.576 * np.sqrt(
                expected * (1 - expected) * (1 / held_out + 1 / (calibration + 2)) / arguments.splits)
            outside += not expected - spread <= rate <= expected + spread
            line += f" {rate:7.4f} [{expected - spread:.4f}, {expected + spread:.4f}]"
        error = np.std(shares, ddof=1) / np.sqrt(arguments.splits)
        over = np.mean(shares) > arguments.fdr + 2.576 * error
        outside += over
        print(line + f" {np.mean(shares):7.4f} {error:6.4f} {np.mean(flagged):7.1f}", flush=True)
    print(f"{outside} figures outside of their intervals")


if __name__ == "__main__":
    main()
