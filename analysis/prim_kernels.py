"""Compiled loops of the VAT order: largest distances, Prim's algorithm; see `threads`.

Where the smallest or largest of many floats is looked for, their bits are compared instead, as
integers: compilers do that with many numbers at a time, which they refuse to do with floats.
"""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import numpy as np

from .pair_kernels import add_absolutes, add_squares
from .threads import kernel
from .types import Array

CANDIDATES_AT_ONCE = 512
"""Of Prim's algorithm: small enough to stay in the fastest cache."""


@kernel
def sortable(bits: int, shift: int, largest: int) -> int:
    """The bits of a float as an integer in the same order; both zeros become 0.

    Args:
        bits: a signed integer of 32 or 64 bits; shift: 31 or 63; largest: such integer.
    """
    value = bits ^ ((bits >> shift) & largest)
    return 0 if value == -1 else value  # -1 is the negative zero


@kernel
def row_extremes(bits: Array, largest: Array, smallest: Array, start: int, stop: int) -> None:
    """largest[i], smallest[i]: of row i, `sortable`.

    Args:
        bits: (n, n) int32 or int64, the bits of floats; the others (n,) of the same type.
    """
    shift = 8 * bits.itemsize - 1
    most = np.iinfo(bits.dtype).max
    for i in range(start, stop):
        row = bits[i]
        high = np.iinfo(bits.dtype).min
        low = most
        for j in range(len(row)):
            value = sortable(row[j], shift, most)
            high = max(high, value)
            low = min(low, value)
        largest[i] = high
        smallest[i] = low


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
def prim(bits: Array, keys: Array, order: Array, steps: Array, start: int, stop: int) -> None:
    """Places start..stop of Prim's order from a matrix; order[start - 1] is settled already.

    Args:
        bits: (n, n) int32 or int64, the bits of finite floats; keys and steps of that type, too.
        keys: (n,) `sortable` distance of every sample to the ordered ones, the largest integer
            before there is one; the smallest integer for ordered samples themselves.
        order, steps: (n,), filled in: the sample at each place, and its key when it joined.
    """
    n = len(keys)
    shift = 8 * bits.itemsize - 1
    largest = np.iinfo(bits.dtype).max
    ordered = np.iinfo(bits.dtype).min
    for place in range(start, stop):
        row = bits[order[place - 1]]
        best = largest
        best_first = 0
        for first in range(0, n, CANDIDATES_AT_ONCE):
            mine = keys[first : first + CANDIDATES_AT_ONCE]
            news = row[first : first + CANDIDATES_AT_ONCE]
            least = largest
            for j in range(len(mine)):
                key = min(mine[j], sortable(news[j], shift, largest))
                mine[j] = key
                least = min(least, largest if key == ordered else key)
            if least < best:
                best = least
                best_first = first
        j = best_first
        while keys[j] != best:  # the lowest index among ties
            j += 1
        order[place] = j
        steps[place] = best
        keys[j] = ordered


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
