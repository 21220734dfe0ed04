"""Compiled loops of Fisher distances; see `threads`."""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import math

import numpy as np

from .threads import kernel
from .types import Array

NEVER_ZERO = 1e-10
"""What is added to every probability, as the published DeepView does."""

_BOTH = 2 * NEVER_ZERO


@kernel
def apart(p: Array, q: Array) -> float:
    """Square root of the Jensen-Shannon divergence of two rows of probabilities.

    With m = (p + q) / 2 and r = (p - q) / (p + q) the divergence is the sum of m * g(r), where
    g(r) = ((1 + r) log(1 + r) + (1 - r) log(1 - r)) / 2 is nowhere negative: nothing cancels, so
    that small divergences keep their digits, and equal rows are exactly 0 apart.
    """
    total = 0.0
    for c in range(len(p)):
        one, other = np.float64(p[c]), np.float64(q[c])
        both = one + other + _BOTH
        r = (one - other) / both
        s = r * r
        if s < 0.0625:
            # s^k / (2k (2k - 1)), summed: what is left out is below 1e-12 of the sum.
            high = 1 / 90 + s * (1 / 132 + s * (1 / 182 + s / 240))
            total += both * s * (0.5 + s * (1 / 12 + s * (1 / 30 + s * (1 / 56 + s * high))))
        else:
            total += 0.5 * both * ((1.0 + r) * math.log1p(r) + (1.0 - r) * math.log1p(-r))
    return math.sqrt(0.5 * total)


@kernel
def apart_by_row(p: Array, q: Array, out: Array) -> None:
    """out[i] = `apart` of p[i] and q[i]; p, q: (n, c); out: (n,)."""
    for i in range(len(out)):
        out[i] = apart(p[i], q[i])


@kernel
def arcs(p: Array, first: Array, q: Array, second: Array, inner: Array, out: Array) -> None:
    """out[i] = sum of `apart` from p[first[i]] over all of inner[i] to q[second[i]].

    Args:
        p, q: (n, c), (n', c); first, second: (m,) int64; inner: (m, k, c); out: (m,).
    """
    for i in range(len(out)):
        before = p[first[i]]
        total = 0.0
        for k in range(inner.shape[1]):
            total += apart(before, inner[i, k])
            before = inner[i, k]
        out[i] = total + apart(before, q[second[i]])


@kernel
def points(
    a: Array,
    first: Array,
    b: Array,
    second: Array,
    parts: Array,
    start: int,
    pool: tuple[int, int, int, int, int],
    least: float,
    out: Array,
) -> None:
    """Points of lines, and the largest value in each window of them.

    Point number j lies on line j // k, at parts[j % k] of it. The values of a point are a picture
    of height x width x channels; windows do not overlap, and rows and columns that fill no
    window are left out.

    Args:
        a, b: (n, d), (n', d) float32, d = height * width * channels; first, second: (m,) int64.
        parts: (k,) float32.
        start: number of the first point.
        pool: (height, width, channels, window height, window width).
        least: values below are raised to it: float32 0 for a rectifier, -infinity for none.
        out: (points, values of a pooled picture) float32.
    """
    height, width, channels, tall, wide = pool
    line = width * channels
    row = np.empty(line, np.float32)
    for j in range(len(out)):
        one, other = a[first[(start + j) // len(parts)]], b[second[(start + j) // len(parts)]]
        t = parts[(start + j) % len(parts)]
        made = out[j]
        place = 0
        for top in range(0, height - tall + 1, tall):
            begin, end = one[top * line : (top + 1) * line], other[top * line : (top + 1) * line]
            for i in range(line):
                row[i] = begin[i] + t * (end[i] - begin[i])
            for y in range(top + 1, top + tall):
                begin, end = one[y * line : (y + 1) * line], other[y * line : (y + 1) * line]
                for i in range(line):
                    value = begin[i] + t * (end[i] - begin[i])
                    row[i] = value if value > row[i] else row[i]
            for left in range(0, width - wide + 1, wide):
                window = row[left * channels : (left + wide) * channels]
                target = made[place : place + channels]
                for i in range(channels):
                    target[i] = window[i] if window[i] > least else least
                for x in range(1, wide):
                    beside = window[x * channels : (x + 1) * channels]
                    for i in range(channels):
                        target[i] = beside[i] if beside[i] > target[i] else target[i]
                place += channels
