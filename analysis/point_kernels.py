"""Compiled loops over pairs of samples, by differences of their features; see `threads`.

Where the smallest or largest of many floats is looked for, their bits are compared instead, as
integers: compilers do that with many numbers at a time, which they refuse to do with floats.
"""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import numpy as np

from .threads import kernel
from .types import Array

FEATURES_AT_ONCE = 128
"""Of a tile in `pair_tile`, so that they stay in the processor's cache."""

CANDIDATES_AT_ONCE = 512
"""Of Prim's algorithm: small enough to stay in the fastest cache."""


@kernel
def add_squares(points: Array, column: int, one: Array, out: Array) -> None:
    """out[j] += squared distance of sample column + j from `one`, feature by feature.

    Args:
        points: (d, n) float32, C order; one: (d,); out: (m,).
    """
    d = len(one)
    end = column + len(out)
    f = 0
    while f + 4 <= d:  # four at a time: fewer loads and stores of the sums
        a, b, c, e = one[f], one[f + 1], one[f + 2], one[f + 3]
        first, second = points[f][column:end], points[f + 1][column:end]
        third, fourth = points[f + 2][column:end], points[f + 3][column:end]
        for j in range(len(out)):
            p, q, r, s = first[j] - a, second[j] - b, third[j] - c, fourth[j] - e
            out[j] = (((out[j] + p * p) + q * q) + r * r) + s * s
        f += 4
    while f < d:
        a = one[f]
        first = points[f][column:end]
        for j in range(len(out)):
            p = first[j] - a
            out[j] += p * p
        f += 1


@kernel
def add_absolutes(points: Array, column: int, one: Array, out: Array) -> None:
    """Like `add_squares`, for the sum of absolute differences."""
    d = len(one)
    end = column + len(out)
    f = 0
    while f + 4 <= d:
        a, b, c, e = one[f], one[f + 1], one[f + 2], one[f + 3]
        first, second = points[f][column:end], points[f + 1][column:end]
        third, fourth = points[f + 2][column:end], points[f + 3][column:end]
        for j in range(len(out)):
            p, q, r, s = first[j] - a, second[j] - b, third[j] - c, fourth[j] - e
            out[j] = (((out[j] + abs(p)) + abs(q)) + abs(r)) + abs(s)
        f += 4
    while f < d:
        a = one[f]
        first = points[f][column:end]
        for j in range(len(out)):
            out[j] += abs(first[j] - a)
        f += 1


@kernel
def pair_tile(points: Array, rows: int, columns: int, absolute: bool, tile: Array) -> None:
    """tile[i, j] = sum of squared (or absolute) differences of samples rows + i and columns + j.

    Args:
        points: (d, n) float32.
        tile: (height, width) float32, overwritten.
    """
    d = points.shape[0]
    height, width = tile.shape
    tile[:] = np.float32(0.0)
    for first in range(0, d, FEATURES_AT_ONCE):
        part = points[first : first + FEATURES_AT_ONCE, columns : columns + width].copy()
        ones = points[first : first + FEATURES_AT_ONCE, rows : rows + height].T.copy()
        for i in range(height):
            if absolute:
                add_absolutes(part, 0, ones[i], tile[i])
            else:
                add_squares(part, 0, ones[i], tile[i])


@kernel
def tile_peaks(
    tile: Array, rows: int, columns: int, flat: Array, apart: Array, peaks: Array
) -> None:
    """Raise peaks[i] to the largest distance from sample i to a later one in this tile.

    Args:
        tile: (height, width) float32, not negative.
        apart: (1,) int32, bits of the distance of samples of which just one is flat.
        peaks: (n,) int32, bits of distances.
    """
    height, width = tile.shape
    bits = tile.view(np.int32)
    others = flat[columns : columns + width]
    for i in range(height):
        row = bits[i]
        own = flat[rows + i]
        peak = peaks[rows + i]
        for j in range(max(0, rows + i + 1 - columns), width):
            peak = max(peak, apart[0] if others[j] != own else row[j])
        peaks[rows + i] = peak


@kernel
def prim_points(
    points: Array,
    flat: Array,
    apart: Array,
    absolute: bool,
    rest: Array,
    rest_flat: Array,
    samples: Array,
    keys: Array,
    size: int,
    order: Array,
    steps: Array,
    start: int,
    stop: int,
) -> int:
    """Like `prim`, with distances computed when they are needed.

    Args:
        points: (d, n) float32.
        flat: (n,) bool; apart: (1,) int32, bits of the distance if just one of two is flat.
        rest, rest_flat, samples, keys: copies of points and flat, their indices, and their keys.
            The first `size` columns are in use; ordered samples are thrown out of them now and
            then.

    Returns: the new `size`.
    """
    largest = np.iinfo(np.int32).max
    ordered = np.iinfo(np.int32).min
    taken = 0
    sums = np.empty(CANDIDATES_AT_ONCE, np.float32)
    bits = sums.view(np.int32)  # sums are not negative: their bits are sortable as they are
    for place in range(start, stop):
        last = order[place - 1]
        one = points[:, last].copy()
        own = flat[last]
        best = largest
        best_first = 0
        for first in range(0, size, CANDIDATES_AT_ONCE):
            end = min(size, first + CANDIDATES_AT_ONCE)
            sums[:] = np.float32(0.0)
            if absolute:
                add_absolutes(rest, first, one, sums[: end - first])
            else:
                add_squares(rest, first, one, sums[: end - first])
            mine = keys[first:end]
            others = rest_flat[first:end]
            least = largest
            for j in range(len(mine)):
                key = min(mine[j], apart[0] if others[j] != own else bits[j])
                mine[j] = key
                least = min(least, largest if key == ordered else key)
            if least < best:
                best = least
                best_first = first
        j = best_first
        while keys[j] != best:
            j += 1
        order[place] = samples[j]
        steps[place] = best
        keys[j] = ordered
        taken += 1
        if taken * 16 > size:
            size = throw_out(rest, rest_flat, samples, keys, size)
            taken = 0
    return size


@kernel
def throw_out(rest: Array, flat: Array, samples: Array, keys: Array, size: int) -> int:
    """Close the gaps of ordered samples, in place and in order; returns the new size."""
    ordered = np.iinfo(np.int32).min
    for f in range(rest.shape[0]):
        row = rest[f]
        kept = 0
        for j in range(size):
            row[kept] = row[j]
            kept += keys[j] != ordered
    kept = 0
    for j in range(size):
        if keys[j] != ordered:
            samples[kept] = samples[j]
            keys[kept] = keys[j]
            flat[kept] = flat[j]
            kept += 1
    return kept
