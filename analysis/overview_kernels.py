"""Compiled loops over the cells of a scatter-plot matrix; see `threads` for how they are run.

Every raster line of a feature (one of its `side` bins) is a set of points, kept as one bit a point.
A pixel of cell (r, c) is where a line of r and a line of c cross, so its points are those in both
sets, and are counted 64 at a time: for a feature of three bins that is far less work than to look
at every point of every cell. Points are sorted by class and every class starts a new word, so
that sums over runs of words are those of classes.
"""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import numpy as np

from .threads import kernel
from .types import Array

LAST = 2**16 - 1
"""The largest number by which a class can be painted."""


@kernel
def ranges(columns: Array, low: Array, high: Array) -> None:
    """Smallest and largest finite value of every feature; both stay as they are without one.

    Args:
        columns: (d, m) float32.
        low, high: (d,) float32.
    """
    for f in range(len(columns)):
        column = columns[f]
        least, largest = np.float32(np.inf), np.float32(-np.inf)
        for j in range(len(column)):
            if np.isfinite(column[j]):
                least = min(least, column[j])
                largest = max(largest, column[j])
        if least <= largest:
            low[f], high[f] = least, largest


@kernel
def fill_lines(
    columns: Array, points: Array, slots: Array, low: Array, high: Array, side: int, lines: Array
) -> None:
    """Put every point into the set of its line, for each feature; not where it is not finite.

    Args:
        columns: (d, m) float32, within low and high (d,).
        points: (k,) int64, columns that are drawn; slots: (k,) int64, the bit of each.
        lines: (d * side, words) uint64, zeros.
    """
    for f in range(len(columns)):
        column = columns[f]
        start = np.float64(low[f])
        width = np.float64(high[f]) - start
        for j in range(len(points)):
            value = column[points[j]]
            if not np.isfinite(value):
                continue
            place = side // 2
            if width > 0:
                place = min(side - 1, int((np.float64(value) - start) / width * side))
            slot = slots[j]
            lines[f * side + place, slot >> 6] |= np.uint64(1) << np.uint64(slot & 63)


@kernel
def cells(
    lines: Array,
    used: Array,
    goes_on: Array,
    owners: Array,
    side: int,
    first: int,
    last: int,
    owner: Array,
    density: Array,
) -> None:
    """Paint the cells of rows [first, last) right of the diagonal, their mirror images, and the
    diagonal between them.

    Args:
        lines: (d * side, words) uint64, see `fill_lines`.
        used: (d * side,) bool, lines that have points.
        goes_on: (words,) int64, all bits set where a word belongs to the class of the word before
            it, 0 where a class starts.
        owners: (words,) int64, ascending: the number by which the class of a word is painted, 1 to
            LAST.
        owner, density: (d * side, d * side), zeros in these cells.
    """
    who = np.zeros((side, side), np.int64)
    count = np.zeros((side, side), np.int64)
    for r in range(first, last):
        top = r * side
        for j in range(side):
            one = lines[top + j]
            who[0, j], count[0, j] = most_frequent(one, one, goes_on, owners)
        paint_bars(who[0], count[0], top, owner, density)
        for left in range(top + side, len(lines), side):
            for j in range(side):
                for i in range(side):
                    count[j, i] = 0
                    if used[top + j] and used[left + i]:
                        who[j, i], count[j, i] = most_frequent(
                            lines[top + j], lines[left + i], goes_on, owners
                        )
            paint_cell(who, count, top, left, owner, density)


@kernel
def most_frequent(
    one: Array, other: Array, goes_on: Array, owners: Array
) -> tuple[np.int64, np.int64]:
    """The owner with most points in both lines (the first of equals), and the points of all.

    Without a branch: points so far of a class take part in the comparison too, but never exceed
    the points of the whole class.
    """
    points = np.int64(0)
    total = np.int64(0)
    best = np.int64(0)
    for w in range(len(owners)):
        here = np.int64(ones(one[w] & other[w]))
        points = (points & goes_on[w]) + here
        total += here
        best = max(best, (points << 16) + (LAST - owners[w]))
    return LAST - (best & LAST), total


@kernel
def ones(word: np.uint64) -> np.uint64:
    """Bits of a uint64 that are set; compilers know this form as one instruction."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@kernel
def paint_cell(who: Array, count: Array, top: int, left: int, owner: Array, density: Array) -> None:
    """Paint a cell at (top, left) from its crossings (line of the row, line of the column).

    Lines of rows run upwards. The cell across the diagonal has the axes exchanged, which makes it
    the mirror image at the other diagonal.
    """
    side = len(count)
    peak = count.max()
    if peak == 0:
        return
    scale = 255.0 / np.log1p(np.float64(peak))
    for j in range(side):
        for i in range(side):
            if count[j, i] == 0:
                continue
            level = int(np.log1p(np.float64(count[j, i])) * scale + 0.5)
            owner[top + side - 1 - j, left + i] = who[j, i]
            density[top + side - 1 - j, left + i] = level
            owner[left + side - 1 - i, top + j] = who[j, i]
            density[left + side - 1 - i, top + j] = level


@kernel
def paint_bars(who: Array, count: Array, top: int, owner: Array, density: Array) -> None:
    """Paint the cell on the diagonal at (top, top): a bar for every line with points."""
    side = len(count)
    peak = count.max()
    for i in range(side):
        if count[i] == 0:
            continue
        height = max(1, int(np.sqrt(count[i] / peak) * side + 0.5))
        owner[top + side - height : top + side, top + i] = who[i]
        density[top + side - height : top + side, top + i] = 255
