"""Scores of `ood detect` beside its peers', on every set of a directory of adbench .npz files."""

import argparse
import glob
import os
import tempfile

import numpy as np
from sklearn.metrics import roc_auc_score

from peers import DEFAULT_BINARY, DEFAULT_METHODS, PEERS, SOLVER_TOLERANCE, detect


NOT_COUNTED = " (not counted)"


def load(path, rows):
    archive = np.load(path)
    x = np.ascontiguousarray(archive["X"], dtype=np.float64)
    y = np.asarray(archive["y"]).ravel()
    if rows is not None and len(x) > rows:
        # A spread of rows, so that both classes stay.
        chosen = np.linspace(0, len(x) - 1, rows).astype(int)
        x, y = x[chosen], y[chosen]
    return np.ascontiguousarray(x), y


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="directory of adbench .npz files")
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--methods", nargs="*", default=DEFAULT_METHODS)
    parser.add_argument("--sets", nargs="*", help="names, or parts of them")
    parser.add_argument("--rows", type=int, help="at most so many rows of each set")
    parser.add_argument("--seeds", type=int, default=10, help="for random methods, at least")
    parser.add_argument("--most-seeds", type=int, default=300)
    parser.add_argument("--standard-error", type=float, default=0.0033,
                        help="random methods get seeds until the difference of means is as certain as this")
    arguments = parser.parse_args()

    header = f"{'method':<18} {'set':<22} {'rows':>7} {'ours':>12} {'peer':>12} {'difference':>11}  measure"
    print(header)
    worst = {}
    for path in sorted(glob.glob(os.path.join(arguments.data, "*.npz"))):
        name = os.path.splitext(os.path.basename(path))[0]
        if arguments.sets and not any(part in name for part in arguments.sets):
            continue
        for method in arguments.methods:
            peer = PEERS[method]
            limits = [n for n in (arguments.rows, peer.most_rows) if n is not None]
            x, y = load(path, min(limits) if limits else None)
            if peer.columns is not None:
                x = np.ascontiguousarray(x[:, peer.columns(x)])
                if x.shape[1] == 0:
                    print(f"{method:<18} {name:<22} {len(x):>7}  the peer can work with no column", flush=True)
                    continue
            reason = peer.degenerate(x) if peer.degenerate is not None else None
            with tempfile.TemporaryDirectory() as directory:
                file = os.path.join(directory, "x.npy")
                np.save(file, x)
                try:
                    line = compare(peer, arguments, "npy:" + file, x, y, directory)
                except Exception as error:  # the table goes on
                    print(f"{method:<18} {name:<22} {len(x):>7}  {error}", flush=True)
                    continue
            ours, theirs, difference, measure = line
            if NOT_COUNTED in measure:
                pass
            elif reason is not None:
                measure = reason + ", ours leaves it out" + NOT_COUNTED
            else:
                worst[method] = max(worst.get(method, 0), difference)
            print(f"{method:<18} {name:<22} {len(x):>7} {ours:>12.6g} {theirs:>12.6g} {difference:>11.2e}  {measure}",
                  flush=True)
    print("\nlargest difference")
    for method, difference in worst.items():
        print(f"{method:<18} {difference:.2e}")


def compare(peer, arguments, file, x, y, directory):
    if peer.our_minimum is not None:
        ours = min(peer.our_minimum(*detect(arguments.ood, peer.ours, file, file, seed)) for seed in range(3))
        theirs = min(peer.their_minimum(x, seed) for seed in range(3))
        if np.isneginf(ours) and np.isneginf(theirs):
            return ours, theirs, 0, "half of the rows span less than all do: the least determinant is 0 for both"
        return ours, theirs, max(0, ours - theirs), "by how much the logarithm of the minimum is above the peer's"
    if peer.is_random:
        return compare_means(peer, arguments, file, x, y)
    more = peer.arguments(x, directory) if peer.arguments is not None else []
    ours, report = detect(arguments.ood, peer.ours + more, file, file)
    theirs, _, _ = (peer.exact or peer.theirs)(x, x, 0)
    finite = np.isfinite(theirs)
    note = "largest relative difference of scores"
    if not finite.all():
        note += f"; the peer's is not finite in {np.sum(~finite)} rows"
    if not finite.any():
        return roc_auc_score(y, ours), float("nan"), float("nan"), note
    largest = np.abs(theirs[finite]).max()
    if peer.their_objective is not None:
        excess = (report["objective"] - peer.their_objective(x)) / (SOLVER_TOLERANCE * 0.5 * len(x))
        difference = np.max(np.abs(ours - theirs)) / max(largest, SOLVER_TOLERANCE)
        units = np.max(np.abs(ours - theirs)) / SOLVER_TOLERANCE
        note = (f"largest difference of scores relative to the largest: {units:.2g} solver tolerances; objective "
                f"less the peer's: {excess:.1e} of what the tolerance allows")
        if largest < 2 * SOLVER_TOLERANCE:
            note += "; all scores are of the tolerance's size" + NOT_COUNTED
        return roc_auc_score(y, ours), roc_auc_score(y, theirs), difference, note
    differences = np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-9 * max(1.0, largest))
    if peer.settled is not None and finite.all():
        settled = peer.settled(x)
        if not settled.all():
            note += f" in the {np.sum(settled)} rows without ties (others: {np.max(differences[~settled]):.1e})"
            differences = differences[settled]
            if len(differences) == 0:
                return roc_auc_score(y, ours), roc_auc_score(y, theirs), 0, note
        return roc_auc_score(y, ours), roc_auc_score(y, theirs), np.max(differences), note + "; columns: AUROC"
    difference = np.max(differences[finite])
    if difference > 1e-6 and peer.reference is not None:
        exact = peer.reference(x)
        our_error, their_error = (np.max(np.abs(s - exact) / np.abs(exact)) for s in (ours, theirs))
        note += f"; from extended precision, ours differs by {our_error:.1e}, the peer's by {their_error:.1e}"
        if our_error <= their_error:
            note += NOT_COUNTED
    return (roc_auc_score(y, ours), roc_auc_score(y[finite], theirs[finite]), difference, note + "; columns: AUROC")


def compare_means(peer, arguments, file, x, y):
    """Mean AUROC over seeds, as many as it takes for the difference to be certain enough."""
    ours, theirs = [], []
    error = np.inf
    while len(ours) < arguments.seeds or (error > arguments.standard_error and len(ours) < arguments.most_seeds):
        seed = len(ours)
        ours.append(roc_auc_score(y, detect(arguments.ood, peer.ours, file, file, seed)[0]))
        theirs.append(roc_auc_score(y, (peer.exact or peer.theirs)(x, x, seed)[0]))
        error = np.sqrt((np.var(ours) + np.var(theirs)) / len(ours))
    return (np.mean(ours), np.mean(theirs), abs(np.mean(ours) - np.mean(theirs)),
            f"mean AUROC of {len(ours)} seeds; the difference has a standard error of {error:.4f}")


if __name__ == "__main__":
    main()
