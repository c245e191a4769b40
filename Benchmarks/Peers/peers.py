"""Which peer stands beside which method of `ood detect`, and how both are run."""

import dataclasses
import json
import os
import subprocess
import tempfile
import time
import warnings
from typing import Callable, Optional

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BINARY = os.path.join(ROOT, ".build", "release", "ood")


@dataclasses.dataclass
class Peer:
    """A method with its peer."""

    # The arguments of `ood detect`: the method and its options.
    ours: list
    # (train, score, seed) -> (scores with higher = more out-of-distribution, fit seconds, score seconds).
    theirs: Callable
    # "scikit-learn" or "PyOD".
    library: str
    # Random methods are compared by mean AUROC over seeds, others by their scores.
    is_random: bool = False
    # table -> which of its columns both can work with; all without.
    columns: Optional[Callable] = None
    # table -> why the peer's scores mean nothing there, or None.
    degenerate: Optional[Callable] = None
    # Takes long: sets are cut to this many rows in the parity table.
    most_rows: Optional[int] = None


def timed(fit, score):
    """(train, score, seed) -> scores and times, from a function that fits and one that scores."""

    def run(train, table, seed):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            start = time.perf_counter()
            model = fit(train, seed)
            fitted = time.perf_counter()
            scores = score(model, table)
            end = time.perf_counter()
        return np.asarray(scores, dtype=float).ravel(), fitted - start, end - fitted

    return run


def pyod(module, name, **settings):
    def fit(train, seed):
        cls = getattr(__import__("pyod.models." + module, fromlist=[name]), name)
        if "random_state" in settings:
            return cls(**{**settings, "random_state": seed}).fit(train)
        return cls(**settings).fit(train)

    return timed(fit, lambda model, table: model.decision_function(table))


def sklearn_isolation_forest(train, seed):
    from sklearn.ensemble import IsolationForest

    return IsolationForest(random_state=seed, n_jobs=-1).fit(train)


def column_deviation(train, seed):
    """PyOD's MAD works on one column; the largest of all columns is ours."""
    from pyod.models.mad import MAD

    return [MAD().fit(train[:, [j]]) for j in range(train.shape[1])]


def largest_column_deviation(models, table):
    return np.max([m.decision_function(table[:, [j]]) for j, m in enumerate(models)], axis=0)


def has_median_deviation(x):
    """PyOD's MAD divides by 0 where half of a column is equal."""
    return np.median(np.abs(x - np.median(x, axis=0)), axis=0) > 0


def singular_covariance(x):
    """PyOD's PCA divides by all eigenvalues, those that are rounding noise too."""
    z = (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
    values = np.linalg.eigvalsh(np.cov(z.T).reshape(x.shape[1], -1))
    if values[0] < x.shape[1] * 2.0 ** -52 * values[-1]:
        return f"the peer divides by an eigenvalue of {max(0, values[0]):.0e}"
    return None


PEERS = {
    "median-deviation": Peer(
        ["median-deviation"], timed(column_deviation, largest_column_deviation), "PyOD",
        columns=has_median_deviation),
    "hbos": Peer(["hbos"], pyod("hbos", "HBOS"), "PyOD"),
    "ecod": Peer(["ecod"], pyod("ecod", "ECOD"), "PyOD"),
    "copod": Peer(["copod"], pyod("copod", "COPOD"), "PyOD"),
    "pca": Peer(["pca"], pyod("pca", "PCA"), "PyOD", degenerate=singular_covariance),
    "isolation-forest": Peer(
        ["isolation-forest"],
        timed(sklearn_isolation_forest, lambda model, table: -model.score_samples(table)),
        "scikit-learn", is_random=True),
    "loda": Peer(["loda"], pyod("loda", "LODA", random_state=0), "PyOD", is_random=True),
}


def detect(binary, arguments, train, table, seed=0):
    """Scores and the report of `ood detect`; train and table are .npy files, or specifications."""
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "scores.npy")
        command = [binary, "detect", *arguments, "--train", train, "--score", table]
        command += ["--seed", str(seed), "--format", "json", "--out", out]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed")
        return np.load(out), json.loads(done.stdout)
