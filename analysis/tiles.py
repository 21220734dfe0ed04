"""Sums over features for all pairs of samples, tile by tile.

Fixed tiles, each computed by one thread, are what makes results independent of the number of
threads: BLAS sums differently at the edges of whatever it cuts itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import matrix_kernels, point_kernels
from .threads import in_stripes
from .types import Array, Metric, Report

TILE = 384
"""Rows and columns of a tile: 576 KiB of sums, which stay in a processor's own cache."""


@dataclass(frozen=True)
class Scale:
    """From numbers in the order of the distances, which are cheaper, to the distances.

    Attributes:
        metric: which distance.
        exponent: features were multiplied by 2**exponent, so that no square leaves float32.
    """

    metric: Metric
    exponent: int = 0

    @property
    def apart(self) -> float:
        """The number for a cosine or correlation distance of 1."""
        return math.ldexp(2.0, 2 * self.exponent)

    def real(self, values: Array) -> Array:
        """Distances, float32, written over the float32 `values`; infinite beyond its range."""
        if self.metric == "euclidean":
            np.sqrt(values, out=values)
        shift = -self.exponent
        if self.metric in {"cosine", "correlation"}:
            shift = 2 * shift - 1
        if shift:
            with np.errstate(over="ignore"):
                np.ldexp(values, shift, out=values)
        return values


Product = Callable[[int, int, Array], None]
"""Fills a (height, width) tile with sums; takes its first row, its first column and the tile."""


def products(values: Array) -> Product:
    """Inner products of samples; values: (n, width) float32."""

    def product(top: int, left: int, tile: Array) -> None:
        rows, columns = values[top : top + len(tile)], values[left : left + tile.shape[1]]
        np.matmul(rows, columns.T, out=tile)

    return product


def differences(points: Array, absolute: bool) -> Product:
    """Sums of squared (or absolute) differences; points: (d, n) float32, C order."""

    def product(top: int, left: int, tile: Array) -> None:
        point_kernels.pair_tile(points, top, left, absolute, tile)

    return product


@dataclass(frozen=True)
class Tiles:
    """One panel's share of all sums, tile by tile on and above the diagonal.

    Fixed tiles, each computed by one thread, are what makes results independent of the number
    of threads; BLAS sums differently at the edges of whatever it cuts itself.

    Attributes:
        out: (n, n) float32; its upper half holds the sums of the panels before.
        product: the panel's sums.
        flat: (n,) bool, see `Points`.
        first, final: whether no panel came before, or comes after: then the sums become
            distances, in both halves.
        norms: (n,) float64 if sums are inner products.
        weight: of the panels before.
    """

    out: Array
    product: Product
    flat: Array
    first: bool = True
    final: bool = True
    norms: Array | None = None
    weight: float = 1.0

    def run(self, scale: Scale, report: Report) -> None:
        """Add the panel's sums; `report` hears the share done, and may raise to stop."""
        in_stripes(
            lambda top, bottom: self._stripe(scale, top, bottom), len(self.out), TILE, report
        )

    def _stripe(self, scale: Scale, top: int, bottom: int) -> None:
        n = len(self.out)
        for left in range(top, n, TILE):
            right = min(n, left + TILE)
            tile = np.empty((bottom - top, right - left), dtype=np.float32)
            self.product(top, left, tile)
            kept = self.out[top:bottom, left:right]
            if not self.first:
                if self.weight != 1.0:
                    kept *= np.float32(self.weight)
                tile += kept
            if self.final:
                gram = self.norms is not None
                norms = np.zeros(n) if self.norms is None else self.norms
                matrix_kernels.finish_tile(
                    tile,
                    norms[top:bottom],
                    norms[left:right],
                    gram,
                    self.flat[top:bottom],
                    self.flat[left:right],
                    scale.apart,
                    top == left,
                    kept,
                    self.out[left:right, top:bottom],
                )
            else:
                kept[...] = tile
