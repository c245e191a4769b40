"""Archetypal analysis beside the package archetypes: residuals on tables, and the time to one residual.

    python Benchmarks/Peers/archetypes_peer.py residuals --data DIRECTORY     # adbench .npz files
    python Benchmarks/Peers/archetypes_peer.py speed
"""

import argparse
import glob
import json
import os
import subprocess
import tempfile
import time

import numpy as np
from archetypes import AA

from peers import DEFAULT_BINARY


def ours(binary, x, count, starts, directory, most=500, seed=0):
    """Residual and seconds of `ood archetypes`, the process with its reading included."""
    path = os.path.join(directory, "x.npy")
    np.save(path, x)
    command = [binary, "archetypes", "npy:" + path, "--count", str(count), "--starts", str(starts), "--start", "plusPlus",
               "--seed", str(seed), "--format", "json"]
    begin = time.perf_counter()
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(found.stdout)["residual"], time.perf_counter() - begin


def theirs(x, count, starts, most=500, seed=0, **options):
    begin = time.perf_counter()
    # 0.12.2 asks None for its start's settings unless it is given some.
    model = AA(n_archetypes=count, n_init=starts, max_iter=most, random_state=seed, init="aa_plus_plus",
               init_params={"params": {}}, **options).fit(x)
    seconds = time.perf_counter() - begin
    fitted = model.transform(x) @ model.archetypes_
    return float(((x - fitted) ** 2).sum()), seconds


def residuals(arguments):
    print(f"{'set':<22} {'rows':>6} {'k':>3} {'ours':>13} {'archetypes':>13} {'ratio':>8}")
    for path in sorted(glob.glob(os.path.join(arguments.data, "*.npz"))):
        name = os.path.splitext(os.path.basename(path))[0]
        if arguments.sets and not any(part in name for part in arguments.sets):
            continue
        x = np.asarray(np.load(path)["X"], dtype=np.float64)[:arguments.rows]
        x = x[:, x.std(axis=0) > 0]
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        with tempfile.TemporaryDirectory() as directory:
            for count in (3, 5):
                own, _ = ours(arguments.ood, x, count, arguments.starts, directory)
                peer, _ = theirs(x, count, arguments.starts)
                print(f"{name:<22} {len(x):>6} {count:>3} {own:>13.6g} {peer:>13.6g} {own / peer:>8.4f}", flush=True)


def speed(arguments):
    random = np.random.default_rng(1)
    rows, columns, count = arguments.rows or 10_000, 50, 8
    corners = random.normal(size=(count, columns)) * 5
    x = random.dirichlet(np.full(count, 0.5), rows) @ corners + 0.2 * random.normal(size=(rows, columns))
    with tempfile.TemporaryDirectory() as directory:
        own, own_seconds = ours(arguments.ood, x, count, 1, directory)
        print(f"ours        residual {own:.6g}  {own_seconds:8.3f} s, the process whole")
        most = 5
        while True:
            peer, seconds = theirs(x, count, 1, most=most)
            print(f"archetypes  residual {peer:.6g}  {seconds:8.3f} s  {most} iterations", flush=True)
            if peer <= own * 1.001 or most >= arguments.most:
                break
            most *= 2
        reached = "to the same residual" if peer <= own * 1.001 else "and its residual is still larger"
        print(f"ratio {seconds / own_seconds:.1f} {reached}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["residuals", "speed"])
    parser.add_argument("--data", help="directory of adbench .npz files")
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--sets", nargs="*", help="names, or parts of them")
    parser.add_argument("--rows", type=int, default=None, help="at most so many rows")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--most", type=int, default=320, help="the peer's most iterations")
    arguments = parser.parse_args()
    if arguments.what == "residuals" and not arguments.data:
        parser.error("residuals needs --data")
    (residuals if arguments.what == "residuals" else speed)(arguments)


if __name__ == "__main__":
    main()
