"""Which points the samples of a layer become, and their features as columns.

The last axis of a layer's output are its features, the axes before it are positions, row by row.
A layer with more than one position is *structured*: every position of a sample is a point of its
own in one space of features, because the same filters look at every one of them.

Source: Schmidt, *Seein' In*, section 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .errors import ParameterError, ShapeError
from .types import Array

Which = Literal["samples", "positions", "strongest", "position"]
WHICH: tuple[Which, ...] = ("samples", "positions", "strongest", "position")
"""What becomes a point: a sample with all its values unwrapped, every position of a sample, the
position that responds most strongly to it, or one position that is the same for all."""

Batches = Iterator[tuple[int, Array]]
"""(place of the first sample, (b, size) float32 flat outputs) in the order of the samples; the
arrays are only lent."""


@dataclass(frozen=True)
class Points:
    """What each point stands for.

    Attributes:
        sample: (m,) int32, ascending.
        position: (m,) int32, ascending within a sample; 0 where whole samples are points.
        total: points that there would be without a limit.
    """

    sample: Array
    position: Array
    total: int


def structure(shape: Sequence[int]) -> tuple[int, int]:
    """(positions, features) of a layer, from the shape of its output for one sample."""
    return math.prod(shape[:-1]), shape[-1] if shape else 1


def normalised(which: str, shape: Sequence[int]) -> Which:
    """The same choice, or "samples" for a layer without positions to choose from.

    Raises: ParameterError for a word that is not in `WHICH`.
    """
    if which not in WHICH:
        raise ParameterError(f"No points '{which}'. Choose one of: {', '.join(WHICH)}.")
    positions, _ = structure(shape)
    return which if positions > 1 else "samples"


def features_of(which: str, shape: Sequence[int]) -> int:
    """Features of one point. Raises: ParameterError."""
    positions, features = structure(shape)
    return positions * features if normalised(which, shape) == "samples" else features


def pick(
    which: str,
    count: int,
    shape: Sequence[int],
    *,
    position: int = 0,
    most: int = 60_000,
    seed: int = 0,
    samples: Array | None = None,
) -> Points:
    """Choose points by the shape of a layer alone.

    "positions" are thinned out where they are too many: every sample keeps the same number, drawn
    without replacement, and the samples 0 to count - 1 together use all positions equally often,
    give or take one. Which ones a sample keeps depends on nothing but its number, how many it
    keeps, the shape and the seed: not on the samples beside it.

    Args:
        count: samples of the study.
        shape: of the layer's output for one sample.
        position: the one that is shown if `which` is "position".
        most: points, as far as a point a sample allows.
        samples: only these, numbers below `count`; None for all.

    Raises: ParameterError, also for "strongest", which only values can tell: see `strongest`.
    """
    which = normalised(which, shape)
    chosen = _samples(samples, count)
    positions, _ = structure(shape)
    if which == "strongest":
        raise ParameterError(
            "Which position is the strongest depends on a layer's values, not on its shape: "
            "'strongest' points come from points.strongest(), not from points.pick()."
        )
    if which == "positions":
        kept = min(max(1, most // max(1, len(chosen))), positions)
        return Points(
            sample=np.repeat(chosen, kept),
            position=_spread(chosen, positions, kept, seed).ravel(),
            total=len(chosen) * positions,
        )
    place = _checked(position, shape) if which == "position" else 0
    return Points(chosen, np.full(len(chosen), place, np.int32), len(chosen))


def strongest(batches: Batches, count: int, shape: Sequence[int]) -> Points:
    """One point a sample: the position whose features have the largest Euclidean norm.

    The first one of equals; one that holds NaN only where all do. For a layer without positions
    the samples themselves.

    Args:
        batches: see `Batches`; of all samples.
        count: samples of the study.
        shape: of the layer's output for one sample.
    Raises: ShapeError if the batches are not those of `count` samples of that shape.
    """
    positions, _ = structure(shape)
    found = np.zeros(count, np.int32)
    if positions > 1:
        done = 0
        for start, batch in batches:
            if start != done or start + len(batch) > count:
                raise ShapeError(
                    f"Expected the batch of sample {done:,} of {count:,}; got samples {start:,} to "
                    f"{start + len(batch):,}. Give all samples once, in their order."
                )
            values = _by_position(batch, shape).astype(np.float64)
            squares = np.einsum("spf,spf->sp", values, values)
            squares[np.isnan(squares)] = -1.0
            found[start : start + len(batch)] = squares.argmax(axis=1)
            done += len(batch)
        _complete(done, count, "samples")
    return Points(np.arange(count, dtype=np.int32), found, count)


def gather(  # noqa: PLR0917 - what, of whom, and which part
    batches: Batches,
    points: Points,
    which: str,
    shape: Sequence[int],
    first: int = 0,
    last: int | None = None,
) -> Array:
    """Features [first, last) of points, one row a feature.

    Batches after the last point are not asked for.

    Args:
        batches: see `Batches`.
        points: of `which`, as `pick` or `strongest` chose them.
        shape: of the layer's output for one sample.
        last: None for all features.

    Returns: (last - first, m) float32 in C order.
    Raises:
        ParameterError: there are no such features.
        ShapeError: the batches do not have the shape, or end before the last point.
    """
    features = features_of(which, shape)
    last = features if last is None else last
    if not 0 <= first <= last <= features:
        raise ParameterError(
            f"Points have features 0 to {features} (excluded) as {which}; got {first} to {last}."
        )
    whole = normalised(which, shape) == "samples"
    found = np.empty((last - first, len(points.sample)), np.float32)
    done = 0
    while done < len(points.sample):
        following = next(batches, None)
        if following is None:
            break
        start, batch = following
        begin, end = np.searchsorted(points.sample, (start, start + len(batch)))
        if begin != done:
            break
        values = _by_position(batch, shape)
        rows = points.sample[begin:end] - start
        # A copy side by side in memory first: turning it is much faster than turning the batch.
        part = (
            values.reshape(len(batch), features)[rows, first:last]
            if whole
            else values[rows, points.position[begin:end], first:last]
        )
        found[:, begin:end] = part.T
        done = int(end)
    _complete(done, len(points.sample), "points")
    return found


def _samples(samples: Array | None, count: int) -> Array:
    """(n,) int32, sorted, without doubles."""
    if samples is None:
        return np.arange(count, dtype=np.int32)
    chosen = np.unique(np.asarray(samples))
    if len(chosen) and (chosen.dtype.kind not in "iu" or chosen[0] < 0 or chosen[-1] >= count):
        raise ParameterError(
            f"Samples are whole numbers from 0 to {count - 1}; got {chosen[0]} to {chosen[-1]}."
        )
    return chosen.astype(np.int32)


def _checked(position: int, shape: Sequence[int]) -> int:
    positions, _ = structure(shape)
    if not 0 <= position < positions:
        grid = " × ".join(map(str, shape[:-1]))
        raise ParameterError(
            f"The layer has a grid of {grid} positions, 0 to {positions - 1} row by row; "
            f"got {position}."
        )
    return position


def _spread(samples: Array, positions: int, kept: int, seed: int) -> Array:
    """(n, kept) int32, the positions of each sample in ascending order.

    Samples come in rounds. In a round all positions are put in a random order, and its samples
    take the next `kept` of them in turn, round and round, until every one was used equally often.
    """
    if kept == positions:
        return np.tile(np.arange(positions, dtype=np.int32), (len(samples), 1))
    length = positions // math.gcd(positions, kept)
    numbers, turn = np.divmod(samples, length)
    found = np.empty((len(samples), kept), np.int32)
    rounds, starts = np.unique(numbers, return_index=True)
    ends = np.append(starts[1:], len(samples))
    for number, start, end in zip(rounds, starts, ends, strict=True):
        shuffled = np.random.default_rng((seed, number)).permutation(positions)
        turns = turn[start:end, None].astype(np.int64) * kept + np.arange(kept)
        found[start:end] = shuffled[turns % positions]
    return np.sort(found, axis=1)


def _by_position(batch: Array, shape: Sequence[int]) -> Array:
    """(b, positions, features), a view."""
    positions, features = structure(shape)
    if batch.ndim != 2 or batch.shape[1] != positions * features:
        raise ShapeError(
            f"A layer of shape {tuple(shape)} gives batches (b, {positions * features}); "
            f"got {batch.shape}."
        )
    return batch.reshape(len(batch), positions, features)


def _complete(done: int, count: int, what: str) -> None:
    if done != count:
        raise ShapeError(
            f"The batches hold {done:,} of {count:,} {what}. Give all samples, in their order."
        )


PART = 1024
"""Features of a cloud that are computed and kept together."""


def parts_of(features: int) -> int:
    """Into how many parts the features of a cloud are divided."""
    return -(-features // PART)
