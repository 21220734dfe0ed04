"""Distances between all samples of a map, from which its neighbours follow for any lam."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.neighbors import NearestNeighbors

from . import fisher as distances
from .fisher import Scale
from .lines import Held, Lines
from .types import Array, Report, silent

EXACT = 2000
"""Most samples between all of which distances are taken."""


@dataclass(frozen=True)
class AllPairs:
    """Distances between all samples, for any lam.

    Attributes:
        fisher, euclid: (n, n) float32.
    """

    fisher: Array
    euclid: Array

    @classmethod
    def of(
        cls,
        lines: Lines,
        held: Held,
        x: Array,
        steps: int = distances.STEPS,
        *,
        report: Report = silent,
    ) -> AllPairs:
        """Both distances of all pairs.

        Args:
            held: (n) samples, made ready by the lines.
            x: (n, d) the same samples.
            report: hears the progress, may raise to stop.
        Raises: as `fisher.arcs` and `fisher.euclidean`.
        """
        n = len(held)
        first, second = np.triu_indices(n, 1)
        found = np.zeros((n, n), np.float32)
        found[first, second] = distances.arcs(
            lines, held, first, held, second, steps, report=report
        )
        found[second, first] = found[first, second]
        return cls(found, distances.euclidean(x, x))

    @classmethod
    def plain(cls, x: Array) -> AllPairs:
        """Euclidean distances (n, d) alone, for a map that knows no network."""
        found = distances.euclidean(x, x)
        return cls(np.zeros_like(found), found)

    @property
    def scale(self) -> Scale:
        return Scale.of(self.fisher, self.euclid)

    def nearest(self, k: int, lam: float) -> tuple[Array, Array]:
        """Neighbours of all samples, each its own first: two arrays (n, k), int32 and float32."""
        mixed = distances.mixed(self.fisher, self.euclid, lam, self.scale)
        np.fill_diagonal(mixed, -1.0)  # before samples that equal it
        near = np.argsort(mixed, axis=1, kind="stable")[:, :k].astype(np.int32)
        np.fill_diagonal(mixed, 0.0)
        return near, np.take_along_axis(mixed, near, axis=1)


def plain_neighbours(flat: Array, k: int) -> tuple[Array, Array]:
    """Neighbours of samples (n, d) by Euclidean distance, each among its own.

    Returns: two arrays (n, k), int32 and float32.
    """
    if len(flat) <= EXACT:
        return AllPairs.plain(flat).nearest(k, 1.0)
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(flat)
    apart, near = search.kneighbors(flat)
    return near.astype(np.int32), apart.astype(np.float32)
