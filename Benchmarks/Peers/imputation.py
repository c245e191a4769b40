"""Errors of filled gaps: a missing-data importance-weighted autoencoder beside medians and the 5 nearest rows.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install scikit-learn
    swift build -c release --product ood
    /tmp/peers/bin/python Benchmarks/Peers/imputation.py --data DIRECTORY_OF_ADBENCH

A fifth of the cells of each standardized table is taken away at random; the root of the mean squared error over those cells is printed.
"""

import argparse
import os
import subprocess
import tempfile

import numpy as np
from sklearn.impute import KNNImputer

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SETS = ["45_wine", "18_Ionosphere", "43_WDBC", "29_Pima", "40_vowels", "47_yeast", "6_cardio"]


def write_csv(path, table):
    with open(path, "w") as file:
        file.write(",".join(f"c{i}" for i in range(table.shape[1])) + "\n")
        for row in table:
            file.write(",".join("" if np.isnan(cell) else repr(float(cell)) for cell in row) + "\n")


def filled_by_autoencoder(tool, gaps, epochs):
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name) for name in ("gaps.csv", "model.safetensors", "filled.csv")}
        write_csv(paths["gaps.csv"], gaps)
        train = [tool, "train", "miwae", "--data", "csv:" + paths["gaps.csv"], "--latent", "10", "--hidden", "128,128", "--samples", "20"]
        subprocess.run(train + ["--epochs", str(epochs), "--out", paths["model.safetensors"]], check=True, capture_output=True)
        fill = [tool, "impute", paths["model.safetensors"], "--data", "csv:" + paths["gaps.csv"], "--csv", paths["filled.csv"]]
        subprocess.run(fill, check=True, capture_output=True)
        return np.loadtxt(paths["filled.csv"], delimiter=",", skiprows=1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, help="the folder with ADBench's npz files")
    parser.add_argument("--tool", default=os.path.join(ROOT, ".build", "release", "ood"))
    arguments = parser.parse_args()
    print(f"{'table':16}{'shape':>12}{'epochs':>8}{'autoencoder':>13}{'median':>9}{'5 nearest':>11}")
    for name in SETS:
        x = np.load(os.path.join(arguments.data, name + ".npz"))["X"].astype(float)
        x = x[:, x.std(0) > 0]
        x = (x - x.mean(0)) / x.std(0)
        missing = np.random.default_rng(0).random(x.shape) < 0.2
        missing[missing.all(1), 0] = False
        gaps = np.where(missing, np.nan, x)
        epochs = min(1000, max(100, 600_000 // len(x)))
        error = lambda y: np.sqrt(((y - x)[missing] ** 2).mean())
        rows = [
            error(filled_by_autoencoder(arguments.tool, gaps, epochs)),
            error(np.where(missing, np.nanmedian(gaps, 0), x)),
            error(KNNImputer(n_neighbors=5).fit_transform(gaps)),
        ]
        print(f"{name:16}{str(x.shape):>12}{epochs:8}{rows[0]:13.3f}{rows[1]:9.3f}{rows[2]:11.3f}", flush=True)


if __name__ == "__main__":
    main()
