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

from mixture_reference import mixture_scores

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_BINARY = os.path.join(ROOT, ".build", "release", "ood")


@dataclasses.dataclass
class Peer:
    """A method with its peer."""

    # The arguments of `ood detect`: the method and its options.
    ours: list
    # (train, score, seed) -> (scores with higher = more out-of-distribution, fit seconds, score seconds).
    theirs: Callable
    # "scikit-learn", "PyOD" or "isotree", which is asked for by the method's name alone.
    library: str
    # Random methods are compared by mean AUROC over seeds, others by their scores.
    is_random: bool = False
    # Stands in for `theirs` where scores are compared: the same method without the peer's shortcuts in rounding.
    exact: Optional[Callable] = None
    # (table, directory) -> more arguments for `ood detect`, which may name files that it writes there.
    arguments: Optional[Callable] = None
    # table -> which of its rows have a score that the method's definition settles; all without.
    settled: Optional[Callable] = None
    # (table) -> the least objective that the peer's solver found. Scores are then equal to the solver's tolerance,
    # and the objectives tell which solution is better.
    their_objective: Optional[Callable] = None
    # table -> scores in extended precision, asked where the two differ: whose digits are right.
    reference: Optional[Callable] = None
    # Compared instead of scores, for methods that search for a minimum at random: the logarithm of what is
    # minimised. Ours from (scores, report), the peer's from (table, seed).
    our_minimum: Optional[Callable] = None
    their_minimum: Optional[Callable] = None
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


def projected_histograms(train, table, seed):
    """LODA by PyOD's projections and histograms, each row in the bin that holds it: PyOD's decision function takes
    the next one, as it counts the left edge of the first bin among the edges below a row."""
    from pyod.models.loda import LODA

    model = LODA(random_state=seed).fit(train)
    scores = np.zeros(len(table))
    for projection, histogram, limits in zip(model.projections_, model.histograms_, model.limits_):
        bins = np.searchsorted(limits[1:-1], table @ projection, side="right")
        scores -= np.log(histogram[bins])
    return scores / len(model.projections_), 0, 0


def sklearn_isolation_forest(train, seed):
    from sklearn.ensemble import IsolationForest

    return IsolationForest(random_state=seed, n_jobs=-1).fit(train)


def isotree_isolation_forest(train, seed):
    """As many trees of as many rows as scikit-learn's and ours, split at random."""
    from isotree import IsolationForest

    return IsolationForest(
        ntrees=100, sample_size=min(256, len(train)), ndim=1, missing_action="fail", prob_pick_avg_gain=0,
        prob_pick_pooled_gain=0, random_seed=1000 * seed, nthreads=-1).fit(train)


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


def neighbour_distances(method, **settings):
    """PyOD's scores of the training rows, each without itself as a neighbour."""

    def fit(train, seed):
        from pyod.models.knn import KNN

        return KNN(n_neighbors=5, method=method, n_jobs=-1, **settings).fit(train)

    return timed(fit, lambda model, table: model.decision_scores_)


def local_outlier_factor(novelty, **settings):
    def fit(train, seed):
        from sklearn.neighbors import LocalOutlierFactor

        return LocalOutlierFactor(n_neighbors=20, novelty=novelty, n_jobs=-1, **settings).fit(train)

    def score(model, table):
        return -model.score_samples(table) if novelty else -model.negative_outlier_factor_

    return timed(fit, score)


def untied(novelty, k=20):
    """Rows whose local outlier factor no tie can change: the k nearest of the row, and of each of these, are
    the only ones at their distance. Of equally distant rows, the peer's trees take whichever they meet first."""

    def settled(x):
        from sklearn.neighbors import NearestNeighbors

        search = NearestNeighbors(n_neighbors=k + 1, algorithm="kd_tree", n_jobs=-1).fit(x)

        def lists(queries):
            distances, rows = search.kneighbors(queries)
            return distances[:, k] <= distances[:, k - 1] * (1 + 1e-12), rows[:, :k]

        tied, rows = lists(None)
        own_tied, own_rows = lists(x) if novelty else (tied, rows)
        return ~(own_tied | tied[own_rows].any(axis=1))

    return settled


def principal_components(train, seed):
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train)
    return scaler, PCA(svd_solver="covariance_eigh").fit(scaler.transform(train))


def normalized_scores(fitted, table):
    scaler, model = fitted
    return (model.transform(scaler.transform(table)) ** 2 / model.explained_variance_).sum(axis=1)


def kmeans(train, seed):
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=8, n_init=10, random_state=seed).fit(train)


def log_inertia(inertia):
    return np.log(max(inertia, 1e-300))


def cluster_based_factor(train, seed):
    from pyod.models.cblof import CBLOF
    from sklearn.cluster import KMeans

    return CBLOF(clustering_estimator=KMeans(n_clusters=8, n_init=10, random_state=seed)).fit(train)


def kernel_density(kernel):
    def fit(train, seed):
        from sklearn.neighbors import KernelDensity

        return KernelDensity(bandwidth="scott", kernel=kernel).fit(train)

    return timed(fit, lambda model, table: -model.score_samples(table))


def covariance(name):
    def fit(train, seed):
        from sklearn import covariance

        settings = {"random_state": seed} if name == "MinCovDet" else {}
        return getattr(covariance, name)(**settings).fit(train)

    return timed(fit, lambda model, table: model.mahalanobis(table))


def least_log_determinant(x, seed):
    from sklearn.covariance import MinCovDet

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = x[MinCovDet(random_state=seed).fit(x).raw_support_]
    # Rounding gives singular covariances some determinant.
    if np.linalg.matrix_rank(rows - rows.mean(axis=0)) < x.shape[1]:
        return -np.inf
    return np.linalg.slogdet(np.cov(rows.T, bias=True).reshape(x.shape[1], -1))[1]


def least_regular_log_determinant(scores, report):
    """Minus infinity for an exact fit, which is regularised here: half of the rows span less than all do."""
    return -np.inf if report["regularization"] > 0 else report["log_determinant"]


def first_means(x, components):
    """Rows to start a mixture from, the same for both."""
    different = np.unique(x, axis=0)
    return different[np.linspace(0, len(different) - 1, components).astype(int)]


def write_first_means(components):
    def write(x, directory):
        path = os.path.join(directory, "means.npy")
        np.save(path, first_means(x, components))
        return ["--initial-means", path]

    return write


def gaussian_mixture(components, shape):
    """From the means of `first_means`; the first weights and covariances are those of the rows nearest to each."""

    def fit(train, seed):
        from sklearn.metrics import pairwise_distances_argmin
        from sklearn.mixture import GaussianMixture

        class FromMeans(GaussianMixture):
            def _initialize_parameters(self, X, random_state, xp=None):
                nearest = pairwise_distances_argmin(X, self.means_init)
                self._initialize(X, np.eye(self.n_components)[nearest])

        means = first_means(train, components)
        return FromMeans(components, covariance_type=shape, means_init=means).fit(train)

    return timed(fit, lambda model, table: -model.score_samples(table))


def mixture_reference(components, shape):
    return lambda x: mixture_scores(x, first_means(x, components), shape).astype(float)


def one_class_machine(kernel):
    def fit(train, seed):
        from sklearn.svm import OneClassSVM

        return OneClassSVM(kernel=kernel).fit(train)

    return timed(fit, lambda model, table: -model.decision_function(table))


def dual_objective(kernel):
    """(K a) a / 2 of the peer's solution."""

    def objective(x):
        from sklearn.metrics.pairwise import rbf_kernel
        from sklearn.svm import OneClassSVM

        machine = OneClassSVM(kernel=kernel).fit(x)
        rows, weights = x[machine.support_], machine.dual_coef_[0]
        if kernel == "linear":
            return np.sum((weights @ rows) ** 2) / 2
        return weights @ rbf_kernel(rows, gamma=1 / (x.shape[1] * x.var())) @ weights / 2

    return objective


# The solver's tolerance, both here and there.
SOLVER_TOLERANCE = 1e-3


PEERS = {
    "median-deviation": Peer(
        ["median-deviation"], timed(column_deviation, largest_column_deviation), "PyOD",
        columns=has_median_deviation),
    "hbos": Peer(["hbos"], pyod("hbos", "HBOS"), "PyOD"),
    "ecod": Peer(["ecod"], pyod("ecod", "ECOD"), "PyOD"),
    "copod": Peer(["copod"], pyod("copod", "COPOD"), "PyOD"),
    "pca-normalized": Peer(
        ["pca", "--rule", "normalizedScores"], timed(principal_components, normalized_scores), "scikit-learn"),
    "pca": Peer(["pca"], pyod("pca", "PCA"), "PyOD", degenerate=singular_covariance),
    "isolation-forest": Peer(
        ["isolation-forest"],
        timed(sklearn_isolation_forest, lambda model, table: -model.score_samples(table)),
        "scikit-learn", is_random=True),
    "isolation-forest-isotree": Peer(
        ["isolation-forest"], timed(isotree_isolation_forest, lambda model, table: model.predict(table)), "isotree",
        is_random=True),
    "loda": Peer(
        ["loda"], pyod("loda", "LODA", random_state=0), "PyOD", is_random=True, exact=projected_histograms),
    **{
        "knn-" + method: Peer(
            ["knn", "--distance", method, "--leave-one-out"], neighbour_distances(method), "PyOD",
            exact=neighbour_distances(method, algorithm="ball_tree"))
        for method in ("largest", "mean", "median")
    },
    "lof": Peer(
        ["lof", "--leave-one-out"], local_outlier_factor(False), "scikit-learn",
        exact=local_outlier_factor(False, algorithm="kd_tree"), settled=untied(False)),
    "lof-novelty": Peer(
        ["lof"], local_outlier_factor(True), "scikit-learn",
        exact=local_outlier_factor(True, algorithm="kd_tree"), settled=untied(True)),
    "kmeans": Peer(
        ["kmeans"], timed(kmeans, lambda model, table: model.transform(table).min(axis=1)), "scikit-learn",
        our_minimum=lambda scores, report: log_inertia(np.sum(scores ** 2)),
        their_minimum=lambda x, seed: log_inertia(kmeans(x, seed).inertia_)),
    "cblof": Peer(
        ["cblof"], timed(cluster_based_factor, lambda model, table: model.decision_function(table)), "PyOD",
        is_random=True),
    "kde": Peer(["kde"], kernel_density("gaussian"), "scikit-learn"),
    "kde-exponential": Peer(
        ["kde", "--kernel", "exponential"], kernel_density("exponential"), "scikit-learn"),
    "mahalanobis": Peer(["mahalanobis"], covariance("EmpiricalCovariance"), "scikit-learn"),
    "ledoit-wolf": Peer(["ledoit-wolf"], covariance("LedoitWolf"), "scikit-learn"),
    "mcd": Peer(
        ["mcd"], covariance("MinCovDet"), "scikit-learn",
        our_minimum=least_regular_log_determinant, their_minimum=least_log_determinant),
    **{
        "gmm-" + shape: Peer(
            ["gmm", "--covariance", ours], gaussian_mixture(5, shape), "scikit-learn",
            arguments=write_first_means(5),
            reference=mixture_reference(5, shape) if shape in ("full", "diag") else None)
        for shape, ours in (("full", "full"), ("tied", "tied"), ("diag", "diagonal"), ("spherical", "spherical"))
    },
    "gmm-10-full": Peer(
        ["gmm"], gaussian_mixture(10, "full"), "scikit-learn", arguments=write_first_means(10),
        reference=mixture_reference(10, "full")),
    "ocsvm": Peer(
        ["ocsvm"], one_class_machine("rbf"), "scikit-learn", their_objective=dual_objective("rbf"),
        most_rows=4000),
    "ocsvm-linear": Peer(
        ["ocsvm", "--kernel", "linear"], one_class_machine("linear"), "scikit-learn",
        their_objective=dual_objective("linear"), most_rows=4000),
}

# Those of a script that is not told which.
DEFAULT_METHODS = [name for name, peer in PEERS.items() if peer.library != "isotree"]


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
