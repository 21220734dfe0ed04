"""Compiled loops of UMAP's membership strengths; see `threads` for how they are run."""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import numpy as np

from .threads import kernel
from .types import Array

ROUNDS = 64
"""Halvings of an interval for the width of a neighbourhood, as in umap-learn."""

TOLERANCE = 1e-5
LEAST = 1e-3
"""Smallest width, as a share of the mean distance to the neighbours, as in umap-learn."""

SOFT = 1e-3
"""Added to squared distances where samples repel, as in umap-learn."""

MOST = 4.0
"""Longest step along an axis, as in umap-learn."""


@kernel
def memberships(others: Array, distances: Array, strengths: Array) -> None:
    """How strongly each row belongs to each of its neighbours: smooth nearest neighbours.

    strengths = exp(-max(0, distance - rho) / sigma), where rho is the smallest distance that is
    not 0 and sigma makes the strengths of m neighbours log2(m + 1) in sum.

    Args:
        others: (n, k) bool, which entries count: neighbours, not the row itself.
        distances: (n, k) float32, not negative, in any order.
        strengths: (n, k) float32, overwritten; 0 for entries that do not count.
    """
    for i in range(len(distances)):
        row, counts, out = distances[i], others[i], strengths[i]
        count = 0
        total = 0.0
        rho = np.inf
        for j in range(len(row)):
            if counts[j]:
                count += 1
                total += row[j]
                if row[j] > 0.0:
                    rho = min(rho, row[j])
        if rho == np.inf:  # no neighbour, or none that is elsewhere
            rho = 0.0
        target = np.log2(count + 1.0)
        low, high, sigma = 0.0, np.inf, 1.0
        for _ in range(ROUNDS):
            found = 0.0
            for j in range(len(row)):
                if counts[j]:
                    found += np.exp(-max(0.0, row[j] - rho) / sigma)
            if abs(found - target) < TOLERANCE:
                break
            if found > target:
                high = sigma
                sigma = (low + high) / 2.0
            else:
                low = sigma
                sigma = sigma * 2.0 if high == np.inf else (low + high) / 2.0
        sigma = max(sigma, LEAST * total / (count + 1.0))
        for j in range(len(row)):
            out[j] = np.exp(-max(0.0, row[j] - rho) / sigma) if counts[j] else 0.0


@kernel
def settle(
    embedding: Array,
    neighbours: Array,
    strengths: Array,
    a: float,
    b: float,
    repulsion: float,
    steps: int,
    places: Array,
) -> None:
    """Move every point to where UMAP's attraction and repulsion are even, all samples held fast.

    Args:
        embedding: (n, 2) float64, the samples, in units of UMAP.
        neighbours, strengths: (q, k) int32 and float32.
        a, b: of UMAP's curve.
        repulsion: of each sample, as a share of the sum of a point's strengths.
        steps: their length falls from 1 to 0.
        places: (q, 2) float64, where points begin; overwritten.
    """
    for i in range(len(places)):
        x, y = places[i, 0], places[i, 1]
        total = 0.0
        for j in range(neighbours.shape[1]):
            total += strengths[i, j]
        if total <= 0.0:
            continue
        for step in range(steps):
            across = down = 0.0
            for j in range(neighbours.shape[1]):
                if strengths[i, j] > 0.0:
                    sample = embedding[neighbours[i, j]]
                    dx, dy = x - sample[0], y - sample[1]
                    square = dx * dx + dy * dy
                    if square > 0.0:
                        power = a * square**b
                        pull = -2.0 * b * power / (square * (1.0 + power)) * strengths[i, j] / total
                        across += pull * dx
                        down += pull * dy
            for j in range(len(embedding)):
                dx, dy = x - embedding[j, 0], y - embedding[j, 1]
                square = dx * dx + dy * dy
                push = 2.0 * b * repulsion / ((SOFT + square) * (1.0 + a * square**b))
                across += push * dx
                down += push * dy
            length = 1.0 - step / steps
            x += length * max(-MOST, min(MOST, across))
            y += length * max(-MOST, min(MOST, down))
        places[i, 0], places[i, 1] = x, y
