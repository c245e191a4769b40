"""Expectation maximisation in extended precision: tells whose digits are right where two implementations differ."""

import numpy as np


def mixture_scores(x, means, shape, regularization=1e-6, tolerance=1e-3, most_iterations=100):
    """-ln p of each row under the mixture fitted from `means` ("full" or "diag"), in 64-bit significands."""
    x, means = np.asarray(x, np.longdouble), np.asarray(means, np.longdouble)
    nearest = np.argmin(((x[:, None] - means[None]) ** 2).sum(axis=2), axis=1)
    shares = np.eye(len(means), dtype=np.longdouble)[nearest]
    weights, _, covariances = maximize(x, shares, shape, regularization)
    last = -np.inf
    for _ in range(most_iterations):
        joint = joint_logarithms(x, weights, means, covariances, shape)
        largest = joint.max(axis=1, keepdims=True)
        densities = largest[:, 0] + np.log(np.exp(joint - largest).sum(axis=1))
        weights, means, covariances = maximize(x, np.exp(joint - densities[:, None]), shape, regularization)
        likelihood = densities.mean()
        if abs(likelihood - last) < tolerance:
            break
        last = likelihood
    joint = joint_logarithms(x, weights, means, covariances, shape)
    largest = joint.max(axis=1, keepdims=True)
    return -(largest[:, 0] + np.log(np.exp(joint - largest).sum(axis=1)))


def maximize(x, shares, shape, regularization):
    counts = shares.sum(axis=0) + 10 * np.finfo(float).eps
    means = shares.T @ x / counts[:, None]
    covariances = []
    for j, count in enumerate(counts):
        centred = x - means[j]
        if shape == "full":
            covariance = (shares[:, j, None] * centred).T @ centred / count
            covariance[np.diag_indices(x.shape[1])] += regularization
        else:
            covariance = (shares[:, j, None] * centred**2).sum(axis=0) / count + regularization
        covariances.append(covariance)
    return counts / counts.sum(), means, covariances


def joint_logarithms(x, weights, means, covariances, shape):
    columns = []
    for weight, mean, covariance in zip(weights, means, covariances):
        centred = x - mean
        if shape == "full":
            lower = cholesky(covariance)
            squares = forward(lower, centred.T)
            length, determinant = (squares**2).sum(axis=0), 2 * np.log(np.diag(lower)).sum()
        else:
            length, determinant = (centred**2 / covariance).sum(axis=1), np.log(covariance).sum()
        columns.append(np.log(weight) - (length + determinant + x.shape[1] * np.log(2 * np.longdouble(np.pi))) / 2)
    return np.stack(columns, axis=1)


def cholesky(matrix):
    lower = np.zeros_like(matrix)
    for j in range(len(matrix)):
        column = matrix[j:, j] - lower[j:, :j] @ lower[j, :j]
        lower[j:, j] = column / np.sqrt(column[0])
    return lower


def forward(lower, right):
    solved = np.zeros_like(right)
    for j in range(len(lower)):
        solved[j] = (right[j] - lower[j, :j] @ solved[:j]) / lower[j, j]
    return solved
