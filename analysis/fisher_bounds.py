"""What can be said about mixed distances before a network is asked: bounds and candidates.

The square root of the Jensen-Shannon divergence is a metric, and a Fisher distance is the sum of
it over the segments of a line: so it is never below the metric of the line's two ends alone. With
the Euclidean distance, which is known, that bounds a mixed distance from below at no cost.

Source of the metric's triangle inequality: Endres, Schindelin 2003, *A new metric for probability
distributions*; it holds for each class alone, thus also where probabilities do not sum to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from . import fisher_kernels, neighbour_kernels
from .errors import NotFiniteError, ShapeError
from .fisher import Scale
from .fisher_kernels import NEVER_ZERO
from .lines import Held
from .threads import in_stripes
from .types import Array, Report

SLACK = 1e-6
"""By how much rounding may put a sum of metrics above the Fisher distance that it bounds."""

MIXING = 5e-7
"""Share by which rounding may put a bound above the mixed distance, which is a float32."""

TIE = 1e-3
"""At most so much of a candidate's key is Euclidean distance that only breaks ties."""

CELLS = 2**24
"""Pairs whose bounds are computed at a time: 64 MiB for each of two products."""

ROUNDING = 2.0**-24
"""Largest relative rounding of one operation in float32."""

LARGEST = 1e15
"""Values beyond it could leave the range of float32 when they are squared and added."""


@dataclass(frozen=True)
class Side:
    """Queries, or the samples among which neighbours are looked for.

    Attributes:
        held: ready for lines.
        x: (n, d) float32 in C order, between which Euclidean distances are taken.
    """

    held: Held
    x: Array

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Pairs:
    """Pairs whose Fisher distances are known.

    Attributes:
        first: (m,) int32, the query; if queries are samples, the lower of the two.
        second: (m,) int32, the sample.
        fisher: (m,) float32.
    """

    first: Array
    second: Array
    fisher: Array

    def __len__(self) -> int:
        return len(self.first)

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """One part after the other."""
        return cls(
            np.concatenate([np.empty(0, np.int32), *(part.first for part in parts)]),
            np.concatenate([np.empty(0, np.int32), *(part.second for part in parts)]),
            np.concatenate([np.empty(0, np.float32), *(part.fisher for part in parts)]),
        )


def alike(queries: Side, samples: Side) -> None:
    """Raises: ShapeError unless lines can run between them."""
    shapes = [(each.x.shape[1], each.held.probabilities.shape[1]) for each in (queries, samples)]
    if shapes[0] != shapes[1]:
        raise ShapeError(
            f"Queries and samples differ: {shapes[0][0]} and {shapes[1][0]} values, "
            f"{shapes[0][1]} and {shapes[1][1]} classes. Take both through the same network."
        )


def keys(first: Array, second: Array, samples: int) -> Array:
    """(m,) int64, a number for each pair of a query and one of so many samples."""
    found: Array = first.astype(np.int64) * samples + second
    return found


def unseen(found: Array, seen: Array) -> Array:
    """The different ones of `keys`, sorted, without those that were seen, which are sorted, too."""
    found = np.unique(found)
    if not len(seen):
        return found
    place = np.minimum(np.searchsorted(seen, found), len(seen) - 1)
    fresh: Array = found[seen[place] != found]
    return fresh


def side(held: Held, x: Array | None, what: str) -> Side:
    """Check that samples can be compared.

    Args:
        x: (n, ...) original samples; None if what is held are these.
        what: their name in messages.
    Raises: ShapeError, NotFiniteError.
    """
    flat = held.values if x is None else x
    if not len(held):
        raise ShapeError(f"Neighbours need {what}; got none.")
    flat = np.ascontiguousarray(np.reshape(flat, (len(flat), -1)), dtype=np.float32)
    if len(flat) != len(held):
        raise ShapeError(
            f"Euclidean distances are taken between the samples that lines run between; got "
            f"{len(flat):,} {what} for {len(held):,} held ones."
        )
    if not np.all(np.abs(flat) <= LARGEST):  # NaN is not, either
        raise NotFiniteError(
            f"The {what} hold NaN, infinity or values beyond {LARGEST:g}. Distances need finite "
            "numbers: leave such samples out, or scale the values down."
        )
    p = held.probabilities
    if not (np.isfinite(p).all() and (p >= 0).all()):
        raise NotFiniteError(
            f"The class probabilities of the {what} hold NaN, infinity or negative numbers: the "
            "network must end in probabilities. Check its last layer and its weights."
        )
    return Side(held, flat)


def euclid(a: Side, first: Array, b: Side, second: Array) -> Array:
    """(m,) float32, Euclidean distances of pairs."""
    found = np.empty(len(first), np.float32)

    def some(start: int, stop: int) -> None:
        neighbour_kernels.euclid(a.x, first, b.x, second, start, stop, found)

    in_stripes(some, len(first), 4096)
    return found


def lengths(a: Side, first: Array, b: Side, second: Array, inner: Array) -> Array:
    """(m,) float32, sums of the metric from one end of each line to the other.

    Args:
        inner: (m, any, c), probabilities at points between them, in their order.
    Raises: NotFiniteError.
    """
    p, q = a.held.probabilities, b.held.probabilities
    found = np.empty(len(first), np.float32)

    def some(start: int, stop: int) -> None:
        few = slice(start, stop)
        fisher_kernels.arcs(p, first[few], q, second[few], inner[few], found[few])

    in_stripes(some, len(first), 1024)
    if not np.isfinite(found).all():
        raise NotFiniteError(
            "The network predicts NaN, infinity or negative numbers between these samples, so "
            "that they have no Fisher distances. Look for a training that diverged."
        )
    return found


def weights(scale: Scale, lam: float) -> tuple[float, float]:
    """What a unit of Fisher and of Euclidean distance add to mixed distances, rounded down."""
    return (
        (1.0 - lam) / scale.fisher * (1.0 - MIXING) if scale.fisher > 0 else 0.0,
        lam / scale.euclid * (1.0 - MIXING) if scale.euclid > 0 else 0.0,
    )


@dataclass(frozen=True)
class Candidates:
    """For every query samples in the order of their keys, the smallest first.

    A key less `TIE` is a lower bound of the mixed distance, and so is the last key of a query less
    `TIE` for all samples that are not listed.

    Attributes:
        packed: (q, m) int64, the key's bits before those of the sample.
        complete: whether all samples are listed.
    """

    packed: Array
    complete: bool

    def samples_at(self, rows: Array, columns: Array) -> Array:
        found: Array = self.packed[rows, columns] & 0xFFFFFFFF
        return found

    def bounds_at(self, rows: Array, columns: Array) -> Array:
        """float32, of mixed distances from below; not negative."""
        # A key may have been rounded up when it became a float32: the next lower one never was.
        bits: Array = np.maximum((self.packed[rows, columns] >> 32) - 1, 0).astype(np.int32)
        bounds: Array = np.maximum(bits.view(np.float32) - np.float32(TIE), np.float32(0.0))
        return bounds


class _Prepared:
    """What the bounds of one side are made of.

    Attributes:
        x: (n, d) float32, less a centre that both sides share: short vectors round little.
        squares: (n,) float64, their squared lengths.
        p: (n, c) float64, probabilities plus `NEVER_ZERO`.
        roots: (n, c) float32, of p.
        sums: (n, 2) float64, half the sums of p and of p * log(p).
    """

    def __init__(self, of: Side, centre: Array) -> None:
        self.x = of.x - centre
        self.squares = np.einsum("nd,nd->n", self.x, self.x, dtype=np.float64)
        self.p = of.held.probabilities.astype(np.float64) + NEVER_ZERO
        self.roots = np.sqrt(self.p).astype(np.float32)
        self.sums = 0.5 * np.stack([self.p.sum(axis=1), (self.p * np.log(self.p)).sum(axis=1)], 1)


def candidates(
    queries: Side,
    samples: Side,
    scale: Scale,
    lam: float,
    most: int,
    *,
    themselves: bool,
    report: Report,
) -> Candidates:
    """The `most` samples with the smallest keys of every query; all pairs, but no network call.

    Memory: a centred copy of the values, two blocks of `CELLS` numbers, and 8 bytes a candidate.
    """
    others = len(samples) - themselves
    packed = np.empty((len(queries), min(most, others)), np.int64)
    centre = samples.x.mean(axis=0, dtype=np.float64).astype(np.float32)
    b = _Prepared(samples, centre)
    a = b if themselves else _Prepared(queries, centre)
    fisher_weight, euclid_weight = weights(scale, lam)
    tie_weight = TIE / scale.euclid if scale.euclid > 0 else 0.0
    rows = max(1, CELLS // len(samples))
    for begin in range(0, len(queries) if packed.shape[1] else 0, rows):
        block = slice(begin, min(len(queries), begin + rows))
        products, overlaps = a.x[block] @ b.x.T, a.roots[block] @ b.roots.T
        task = partial(
            _shortlist,
            products=products,
            squares=a.squares[block],
            other_squares=b.squares,
            # What the sums of d rounded products can be wrong by, at the very worst.
            margin=(b.x.shape[1] + 8) * ROUNDING,
            overlaps=overlaps,
            p=a.p[block],
            other_p=b.p,
            sums=a.sums[block],
            other_sums=b.sums,
            overlap_margin=(b.p.shape[1] + 8) * ROUNDING,
            fisher_weight=fisher_weight,
            euclid_weight=euclid_weight,
            tie=TIE,
            tie_weight=tie_weight,
            slack=SLACK,
            own=begin if themselves else -1,
            best=packed[block],
        )
        in_stripes(task, len(products), 32)
        report(block.stop / len(queries), f"Candidates of {len(queries):,} samples")
    packed.sort(axis=1)
    return Candidates(packed, packed.shape[1] == others)


def _shortlist(start: int, stop: int, **block: Any) -> None:
    neighbour_kernels.shortlist(start=start, stop=stop, **block)
