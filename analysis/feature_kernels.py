"""Compiled loops over the features of all samples; see `threads` for how they are run.

Sums run feature by feature in the order of the features, and sample by sample within a feature,
so that they do not depend on how the features were cut.
"""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import numpy as np

from .threads import kernel
from .types import Array


@kernel
def all_finite(bits: Array) -> bool:
    """Whether float32 numbers, of which these are the bits as uint32, hold no NaN or infinity."""
    exponent = np.uint32(0x7F800000)
    for i in range(len(bits)):
        row = bits[i]
        largest = np.uint32(0)
        for j in range(len(row)):
            largest = max(largest, row[j] & exponent)
        if largest == exponent:
            return False
    return True


@kernel
def varying(block: Array, flags: Array) -> None:
    """flags[j]: whether feature j differs between any two samples of (n, width)."""
    one = block[0]
    for i in range(1, block.shape[0]):
        row = block[i]
        for j in range(len(flags)):
            flags[j] |= row[j] != one[j]


@kernel
def moments(block: Array, mean: Array, power: Array, spread: Array) -> None:
    """Mean, mean squared deviation and largest deviation of every feature of (n, width).

    Numbers are taken relative to the first sample, so that an offset that all of them share
    cancels exactly: a constant feature has a deviation of exactly 0.

    Args:
        mean, power, spread: (width,) float64, overwritten.
    """
    n, width = block.shape
    one = block[0]
    mean[:] = 0.0
    power[:] = 0.0
    spread[:] = 0.0
    for i in range(n):
        row = block[i]
        for j in range(width):
            mean[j] += np.float64(row[j]) - np.float64(one[j])
    for j in range(width):
        mean[j] = np.float64(one[j]) + mean[j] / n
    for i in range(n):
        row = block[i]
        for j in range(width):
            away = np.float64(row[j]) - mean[j]
            power[j] += away * away
            spread[j] = max(spread[j], abs(away))
    for j in range(width):
        power[j] /= n


@kernel
def prepare(
    block: Array, mean: Array, inverse: Array, shift: Array, factor: Array, out: Array
) -> None:
    """out[i, j] = (standardised block[i, j] - shift[i]) * factor[i]; all (rows, width)."""
    for i in range(len(block)):
        row, line = block[i], out[i]
        for j in range(len(row)):
            value = np.float32((np.float64(row[j]) - mean[j]) * inverse[j])
            line[j] = (np.float64(value) - shift[i]) * factor[i]


@kernel
def row_sums(block: Array, base: Array, total: Array, square: Array) -> None:
    """Add every row, relative to base[i], to its sum and its sum of squares."""
    for i in range(len(block)):
        row = block[i]
        sum_here = total[i]
        square_here = square[i]
        for j in range(len(row)):
            away = np.float64(row[j]) - base[i]
            sum_here += away
            square_here += away * away
        total[i] = sum_here
        square[i] = square_here


@kernel
def centre(panel: Array, middle: Array, scale: float, norms: Array, digests: Array) -> None:
    """panel = (panel - middle) * scale in place, row by row.

    Args:
        panel: (rows, width) float32.
        norms: (rows,) float64; the squares of the new values are added.
        digests: (rows,) uint64; takes in the bits of the old values, so that rows with equal
            digests are equal (but for one chance in 2**64 a pair).
    """
    bits = np.empty(1, np.float32)
    word = bits.view(np.uint32)
    for i in range(len(panel)):
        row = panel[i]
        digest = digests[i]
        norm = norms[i]
        for j in range(len(row)):
            bits[0] = row[j] + np.float32(0.0)  # makes a negative zero positive
            digest = (digest ^ np.uint64(word[0])) * np.uint64(0x9E3779B97F4A7C15)
            digest ^= digest >> np.uint64(29)
            value = np.float32((np.float64(row[j]) - middle[j]) * scale)
            row[j] = value
            norm += np.float64(value) * np.float64(value)
        digests[i] = digest
        norms[i] = norm
