"""The k nearest samples of every query, of all that were offered so far."""

from __future__ import annotations

import numpy as np

from . import neighbour_kernels
from .types import Array


class Nearest:
    """A table that pairs are offered to, in any order.

    Attributes:
        samples: (q, k) int32, the largest integer where there is none yet; of equally near ones
            the lower first.
        mixed: (q, k) float32, ascending, infinity where there is none yet.
        fisher, euclid: (q, k) float32, what they were mixed from.
    """

    def __init__(self, queries: int, k: int) -> None:
        self.samples = np.full((queries, k), np.iinfo(np.int32).max, np.int32)
        self.mixed = np.full((queries, k), np.inf, np.float32)
        self.fisher, self.euclid = np.zeros((2, queries, k), np.float32)

    @property
    def worst(self) -> Array:
        """(q,) float32, what another sample must be nearer than; 0 if none is wanted."""
        if not self.mixed.shape[1]:
            return np.zeros(len(self.mixed), np.float32)
        worst: Array = self.mixed[:, -1]
        return worst

    def offer(
        self, queries: Array, samples: Array, mixed: Array, fisher: Array, euclid: Array
    ) -> None:
        """Take in pairs, (m,) each, that were not offered before."""
        if self.mixed.shape[1]:
            neighbour_kernels.offer(
                queries,
                samples,
                mixed,
                fisher,
                euclid,
                self.mixed,
                self.samples,
                self.fisher,
                self.euclid,
            )

    def with_themselves(self) -> Nearest:
        """The table of samples among themselves: before its neighbours each stands itself."""
        count, k = self.mixed.shape
        found = Nearest(count, k + 1)
        found.samples[:, 0] = np.arange(count)
        found.mixed[:, 0] = 0.0
        found.samples[:, 1:], found.mixed[:, 1:] = self.samples, self.mixed
        found.fisher[:, 1:], found.euclid[:, 1:] = self.fisher, self.euclid
        return found
