"""Nearest neighbours here, in faiss (flat, exact) and in hnswlib (approximate): seconds to build and to search, in one run, taking turns.

    pip install faiss-cpu hnswlib numpy
    python Benchmarks/Peers/speed_neighbours.py [--exact 20000,784] [--approximate 1000000,32] [--queries 2000]

Approximate searches are compared at equal recall: each side takes the smallest breadth of --breadths with which it finds --recall of the
ten nearest. Graphs have 16 links and a construction breadth of 200 on both sides.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time

import faiss
import hnswlib
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.join(ROOT, "Benchmarks", ".build", "release", "NeighbourTiming")
K = 10


def table(rows, columns, random, mixing):
    """Correlated clusters."""
    centres = 3 * (random.random((rows, 1)) < 0.3)
    return random.normal(size=(rows, columns)) @ mixing + centres


def ours(directory, setting):
    """One line of results for each breadth of the setting."""
    found = subprocess.run(
        [BINARY, f"{directory}/points.npy", f"{directory}/queries.npy", str(K), setting],
        stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in found.stdout.splitlines()]


def timed(body):
    start = time.perf_counter()
    result = body()
    return time.perf_counter() - start, result


def flat(points, queries):
    index = faiss.IndexFlatL2(points.shape[1])
    building, _ = timed(lambda: index.add(points.astype(np.float32)))
    searches = [timed(lambda: index.search(queries.astype(np.float32), K)) for _ in range(3)]
    return {"build": building, "search": min(s for s, _ in searches)}, searches[0][1][0]


def graph(points, queries, limits, breadths, threads):
    """Recall counts neighbours no farther than the true tenth."""
    index = hnswlib.Index(space="l2", dim=points.shape[1])
    index.init_index(max_elements=len(points), M=16, ef_construction=200, random_seed=1)
    index.set_num_threads(threads)
    building, _ = timed(lambda: index.add_items(points.astype(np.float32)))
    for breadth in breadths:
        index.set_ef(breadth)
        searches = [timed(lambda: index.knn_query(queries.astype(np.float32), k=K)) for _ in range(3)]
        recall = np.mean(searches[0][1][1] <= limits[:, None] * (1 + 1e-5))
        yield {"build": building, "search": min(s for s, _ in searches), "recall": float(recall), "breadth": breadth}


def first_enough(results, recall):
    results = list(results)
    enough = [r for r in results if r["recall"] >= recall]
    return enough[0] if enough else results[-1]


def report(name, mine, theirs, peer):
    for step in ["build", "search"]:
        print(f"{name:<34} {step:<7} {mine[step]:>9.3f} {theirs[step]:>9.3f} {theirs[step] / mine[step]:>7.2f}  {peer}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exact", default="20000,784")
    parser.add_argument("--approximate", default="1000000,32")
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--recall", type=float, default=0.95)
    parser.add_argument("--breadths", default="10,20,30,40,60,80,120,160,240,320,480")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    os.environ["OOD_THREADS"] = str(options.threads)
    faiss.omp_set_num_threads(options.threads)
    subprocess.run(
        ["swift", "build", "-c", "release", "--product", "NeighbourTiming"], cwd=os.path.join(ROOT, "Benchmarks"),
        stdout=subprocess.DEVNULL, check=True)
    print(f"faiss {faiss.__version__}, hnswlib, {options.threads} threads; {K} neighbours of {options.queries} points")
    print(f"{'work':<34} {'step':<7} {'ours s':>9} {'peer s':>9} {'ratio':>7}  peer")
    for kind in ["exact", "approximate"]:
        size = getattr(options, kind)
        if not size:
            continue
        rows, columns = [int(n) for n in size.split(",")]
        random = np.random.default_rng(0)
        mixing = random.normal(size=(columns, columns)) / np.sqrt(columns)
        points, queries = table(rows, columns, random, mixing), table(options.queries, columns, random, mixing)
        with tempfile.TemporaryDirectory() as directory:
            np.save(f"{directory}/points.npy", points)
            np.save(f"{directory}/queries.npy", queries)
            theirs, distances = flat(points, queries)
            if kind == "exact":
                mine = ours(directory, "exact")[0]
                report(f"exact, {rows} x {columns}", mine, theirs, "faiss, flat")
            else:
                breadths = [int(b) for b in options.breadths.split(",")]
                peer = first_enough(
                    graph(points, queries, distances[:, -1], breadths, options.threads), options.recall)
                mine = first_enough(
                    (r | {"breadth": b} for r, b in zip(
                        ours(directory, "16,200," + options.breadths), breadths)), options.recall)
                report(
                    f"graph, {rows} x {columns}", mine, peer,
                    f"hnswlib; recall {mine['recall']:.3f} with {mine['breadth']}, {peer['recall']:.3f} with {peer['breadth']}")


if __name__ == "__main__":
    main()
