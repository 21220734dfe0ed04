"""Compiled loops over a matrix of all pairs of samples; see `threads`.

Where the smallest or largest of many floats is looked for, their bits are compared instead, as
integers: compilers do that with many numbers at a time, which they refuse to do with floats.
"""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import numpy as np

from .threads import kernel
from .types import Array

CANDIDATES_AT_ONCE = 512
"""Of Prim's algorithm: small enough to stay in the fastest cache."""


@kernel
def finish_tile(
    tile: Array,
    rows: Array,
    columns: Array,
    gram: bool,
    flat_rows: Array,
    flat_columns: Array,
    apart: float,
    diagonal: bool,
    upper: Array,
    lower: Array,
) -> None:
    """Turn sums of a tile into distances, and write them to both halves of a matrix.

    Args:
        tile: (height, width) float32, overwritten.
        rows, columns: (height,), (width,) float64, squared lengths of samples; used if gram.
        gram: whether the tile holds inner products (else distances already).
        flat_rows, flat_columns, apart: samples of which just one is flat are `apart`.
        diagonal: whether rows and columns are the same samples.
        upper, lower: (height, width), (width, height), views of the matrix.
    """
    height, width = tile.shape
    for i in range(height):
        line = tile[i]
        flat = flat_rows[i]
        if gram:
            for j in range(width):
                value = np.float32(rows[i] + columns[j] - 2.0 * np.float64(line[j]))
                line[j] = max(value, np.float32(0.0))
        for j in range(width):
            line[j] = np.float32(apart) if flat_columns[j] != flat else line[j]
    if diagonal:  # the lower half must be the upper one to the bit
        for i in range(height):
            tile[i, i] = np.float32(0.0)
            for j in range(i):
                tile[i, j] = tile[j, i]
        upper[:] = tile
        return
    upper[:] = tile
    for first in range(0, height, 32):  # pieces of lines that stay in the cache
        last = min(height, first + 32)
        for j in range(width):
            out = lower[j]
            for i in range(first, last):
                out[i] = tile[i, j]


@kernel
def copy_twins(values: Array, twins: Array, originals: Array, start: int, stop: int) -> None:
    """values[i, twins] = values[i, originals] for a range of rows."""
    for i in range(start, stop):
        row = values[i]
        for k in range(len(twins)):
            row[twins[k]] = row[originals[k]]


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
