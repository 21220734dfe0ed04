"""Compiled loops of the search for neighbours by the mixed distance; see `threads`."""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import math

import numpy as np

from .threads import kernel
from .types import Array

LEAST_RATIO = math.log(2.0)
"""The Jensen-Shannon divergence is at least so many times the squared Hellinger distance, and the
divergence of disjoint distributions is exactly that."""


@kernel
def shortlist(
    products: Array,
    squares: Array,
    other_squares: Array,
    margin: float,
    overlaps: Array,
    p: Array,
    other_p: Array,
    sums: Array,
    other_sums: Array,
    overlap_margin: float,
    fisher_weight: float,
    euclid_weight: float,
    tie: float,
    tie_weight: float,
    slack: float,
    own: int,
    start: int,
    stop: int,
    best: Array,
) -> None:
    """For queries [start, stop) of a block the samples with the smallest keys, in no order.

    A key is a lower bound of the mixed distance plus the Euclidean distance times `tie_weight`,
    but no more than `tie`: where bounds are alike, near samples come first.

    Args:
        products: (b, n) float32, inner products of queries and samples.
        squares, other_squares: (b,), (n,) float64, squared lengths of queries and of samples.
        margin: share of the squared lengths by which a squared distance may be rounded up.
        overlaps: (b, n) float32, sums of the roots of p * q.
        p, other_p: (b, c), (n, c) float64, probabilities with what is added to them.
        sums, other_sums: (b, 2), (n, 2) float64, half the sums of p and of p * log(p).
        overlap_margin: share by which an overlap may be rounded down.
        fisher_weight, euclid_weight: of one nat to 1/2 and of one unit in the mixed distance.
        slack: what is taken from each bound of a Fisher distance for rounding.
        own: the sample that is the first query of the block; negative if queries are no samples.
        best: (b, m) int64, filled in: bits of the key as float32 before 32 bits of the sample.
    """
    c = p.shape[1]
    m = best.shape[1]
    largest = np.int64(0x7FFFFFFFFFFFFFFF)
    for i in range(start, stop):
        heap = best[i]  # the largest on top, each not below the two after it
        heap[:] = largest
        top = np.inf
        line, overlap, mine = products[i], overlaps[i], p[i]
        for j in range(len(line)):
            if own >= 0 and j == own + i:
                continue
            both = squares[i] + other_squares[j]
            euclid = math.sqrt(max(0.0, both * (1.0 - margin) - 2.0 * np.float64(line[j])))
            known = euclid * euclid_weight + min(tie, euclid * tie_weight)
            if known > top:
                continue
            mass = sums[i, 0] + other_sums[j, 0]
            fisher = LEAST_RATIO * (mass * (1.0 - overlap_margin) - np.float64(overlap[j]))
            fisher = max(0.0, math.sqrt(max(0.0, fisher)) - slack)
            if fisher * fisher_weight + known > top:
                continue
            theirs = other_p[j]
            divergence = sums[i, 1] + other_sums[j, 1]
            for k in range(c):
                middle = 0.5 * (mine[k] + theirs[k])
                divergence -= middle * math.log(middle)
            fisher = max(0.0, math.sqrt(max(0.0, divergence)) - slack)
            key = np.float32(fisher * fisher_weight + known)
            value = (np.int64(key.view(np.int32)) << 32) | np.int64(j)
            if value >= heap[0]:
                continue
            place = 0
            while True:
                child = 2 * place + 1
                if child >= m:
                    break
                if child + 1 < m and heap[child + 1] > heap[child]:
                    child += 1
                if heap[child] <= value:
                    break
                heap[place] = heap[child]
                place = child
            heap[place] = value
            if heap[0] != largest:
                top = np.float64(np.int32(heap[0] >> 32).view(np.float32))


@kernel
def euclid(
    a: Array, first: Array, b: Array, second: Array, start: int, stop: int, out: Array
) -> None:
    """out[i]: Euclidean distance of rows a[first[i]] and b[second[i]], for i in [start, stop).

    Args:
        a, b: (n, d), (m, d) float32; out: (pairs,) float32. Sums are float64, in a fixed order.
    """
    d = a.shape[1]
    whole = d - d % 4
    for i in range(start, stop):
        x, y = a[first[i]], b[second[i]]
        sum0 = sum1 = sum2 = sum3 = 0.0  # four at a time, or each addition waits for the last
        for k in range(0, whole, 4):
            away0 = np.float64(x[k]) - np.float64(y[k])
            away1 = np.float64(x[k + 1]) - np.float64(y[k + 1])
            away2 = np.float64(x[k + 2]) - np.float64(y[k + 2])
            away3 = np.float64(x[k + 3]) - np.float64(y[k + 3])
            sum0 += away0 * away0
            sum1 += away1 * away1
            sum2 += away2 * away2
            sum3 += away3 * away3
        for k in range(whole, d):
            away0 = np.float64(x[k]) - np.float64(y[k])
            sum0 += away0 * away0
        out[i] = math.sqrt((sum0 + sum1) + (sum2 + sum3))


@kernel
def offer(
    queries: Array,
    samples: Array,
    mixed: Array,
    fisher: Array,
    euclid: Array,
    best: Array,
    places: Array,
    fishers: Array,
    euclids: Array,
) -> None:
    """Put each sample among its query's best where it belongs; of equal distances lower ones first.

    Args:
        queries, samples: (pairs,) integers, none twice; mixed, fisher, euclid: (pairs,) float32.
        best, places, fishers, euclids: (q, k), sorted by best, then places; changed in place.
    """
    k = best.shape[1]
    for i in range(len(queries)):
        row, sample, value = queries[i], samples[i], mixed[i]
        place = k
        while place > 0 and (
            value < best[row, place - 1]
            or (value == best[row, place - 1] and sample < places[row, place - 1])
        ):
            place -= 1
        if place == k:
            continue
        for j in range(k - 1, place, -1):
            best[row, j] = best[row, j - 1]
            places[row, j] = places[row, j - 1]
            fishers[row, j] = fishers[row, j - 1]
            euclids[row, j] = euclids[row, j - 1]
        best[row, place] = value
        places[row, place] = sample
        fishers[row, place] = fisher[i]
        euclids[row, place] = euclid[i]
