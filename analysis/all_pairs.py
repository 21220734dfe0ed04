"""Distances between all samples of a map, from which its neighbours follow for any lam."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.neighbors import NearestNeighbors

from . import fisher as distances
from . import umap_layout
from .fisher import Scale
from .lines import Held, Lines
from .types import Array, Report, part, silent
from .umap_layout import Layout

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
        found = distances.all_arcs(lines, held, steps, report=part(report, 0.0, 0.95))
        return cls(found, distances.euclidean(x, x, part(report, 0.95, 1.0)))

    @classmethod
    def plain(cls, x: Array, report: Report = silent) -> AllPairs:
        """Euclidean distances (n, d) alone, for a map that knows no network."""
        found = distances.euclidean(x, x, report)
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


def plain_neighbours(flat: Array, k: int, report: Report = silent) -> tuple[Array, Array]:
    """Neighbours of samples (n, d) by Euclidean distance, each among its own.

    Returns: two arrays (n, k), int32 and float32.
    """
    if len(flat) <= EXACT:
        return AllPairs.plain(flat, report).nearest(k, 1.0)
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(flat)
    apart, near = search.kneighbors(flat)
    return near.astype(np.int32), apart.astype(np.float32)


def plain_layout(
    flat: Array,
    n_neighbors: int = 30,
    min_dist: float = umap_layout.MIN_DIST,
    seed: int = 0,
    report: Report = silent,
) -> Layout:
    """Samples (n, d) laid out by Euclidean distances alone, which know no network."""
    near, apart = plain_neighbours(flat, min(n_neighbors, len(flat)), part(report, 0.0, 0.3))
    rest = part(report, 0.3, 1.0)
    return umap_layout.lay_out(
        near, apart, min_dist=min_dist, seed=seed, features=flat, report=rest
    )
