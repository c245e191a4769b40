"""Nearest neighbours here, in faiss (flat, exact) and in hnswlib (approximate): seconds to build and to search, in one run, taking turns.

    pip install faiss-cpu hnswlib numpy
    python Benchmarks/Peers/speed_neighbours.py [--exact 20000,784 100000,32] [--approximate 100000,32] [--images mnist] [--queries 2000] [--repeats 3] [--ood PATH]

Tables are drawn: correlated clusters, whose many columns are all needed to tell rows apart. `--images` asks 20,000 pictures of a data set's training
part, in $OOD_DATA, about its test pictures, where a few directions tell most apart.

Ours is `ood detect knn`, whose report has its seconds. Graphs have 16 links and a construction breadth of 200 on both sides; both are asked with the
same breadths, and "same" is the share of queries whose tenth neighbour is as near as the true one.
"""

import argparse
import gzip
import os
import tempfile
import time

import faiss
import hnswlib
import numpy as np

from peers import DEFAULT_BINARY, detect

K = 10


def tables(rows, columns, queries):
    """Correlated clusters."""
    random = np.random.default_rng(0)
    mixing = random.normal(size=(columns, columns)) / np.sqrt(columns)

    def table(count):
        return random.normal(size=(count, columns)) @ mixing + 3 * (random.random((count, 1)) < 0.3)
    return table(rows), table(queries)


def pictures(name, rows, queries):
    def part(file, count):
        path = os.path.join(os.environ["OOD_DATA"], name, f"{file}-images-idx3-ubyte.gz")
        with gzip.open(path) as stream:
            stream.read(16)
            return np.frombuffer(stream.read(784 * count), np.uint8).reshape(count, 784) / 255
    return part("train", rows), part("t10k", queries)


def ours(binary, directory, repeats, *more):
    """Scores, and the report with the least seconds of the runs."""
    runs = [detect(binary, ["knn", "--neighbours", str(K), *more], f"npy:{directory}/points.npy", f"npy:{directory}/queries.npy")
            for _ in range(repeats)]
    return runs[0][0], {step: min(report[step] for _, report in runs) for step in ["fit_seconds", "score_seconds"]}


def least(body, count=3):
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        result = body()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def line(name, step, mine, theirs, note=""):
    print(f"{name:<34} {step:<7} {mine:>9.4f} {theirs:>9.4f} {theirs / mine:>7.2f}  {note}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ood", default=DEFAULT_BINARY)
    parser.add_argument("--exact", nargs="*", default=["20000,784", "100000,32"])
    parser.add_argument("--approximate", nargs="*", default=["100000,32"])
    parser.add_argument("--images", nargs="*", default=["mnist"] if "OOD_DATA" in os.environ else [])
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--breadths", default="40,80,160")
    parser.add_argument("--repeats", type=int, default=3, help="runs of ours, each of which builds its graph anew, and searches of hnswlib")
    options = parser.parse_args()
    threads = os.cpu_count()
    os.environ["OOD_THREADS"] = str(threads)
    faiss.omp_set_num_threads(threads)
    print(f"faiss {faiss.__version__}, hnswlib; {threads} threads; {K} neighbours of {options.queries} points")
    print(f"{'work':<34} {'step':<7} {'ours s':>9} {'peer s':>9} {'ratio':>7}")
    for size in dict.fromkeys(options.exact + options.images + options.approximate):
        if size in options.images:
            points, queries = pictures(size, 20_000, options.queries)
            name = f"{size}, {len(points)} x {points.shape[1]}"
        else:
            points, queries = tables(*[int(n) for n in size.split(",")], options.queries)
            name = size.replace(",", " x ")
        single, asked = points.astype(np.float32), queries.astype(np.float32)
        with tempfile.TemporaryDirectory() as directory:
            np.save(f"{directory}/points.npy", points)
            np.save(f"{directory}/queries.npy", queries)
            exact, report = ours(options.ood, directory, options.repeats)
            if size in options.exact + options.images:
                index = faiss.IndexFlatL2(points.shape[1])
                index.add(single)
                line(f"exact, {name}", "search", report["score_seconds"], least(lambda: index.search(asked, K))[0], "faiss, flat")
            if size not in options.approximate:
                continue
            index = hnswlib.Index(space="l2", dim=points.shape[1])
            index.init_index(max_elements=len(points), M=16, ef_construction=200, random_seed=1)
            index.set_num_threads(threads)
            building, _ = least(lambda: index.add_items(single), count=1)
            for number, breadth in enumerate(options.breadths.split(",")):
                scores, report = ours(options.ood, directory, options.repeats, "--approximate", breadth)
                index.set_ef(int(breadth))
                searching, (_, squares) = least(lambda: index.knn_query(asked, k=K), count=options.repeats)
                if number == 0:
                    line(f"graph, {name}", "build", report["fit_seconds"], building, "hnswlib")
                same = [np.mean(found <= exact * (1 + 1e-5)) for found in [scores, np.sqrt(squares[:, -1])]]
                line(f"graph, breadth {breadth}", "search", report["score_seconds"], searching,
                     f"hnswlib; same {same[0]:.3f} here, {same[1]:.3f} there")


if __name__ == "__main__":
    main()
