"""By what the mixed distances of many samples are divided: the largest distances, found cheaply."""

from __future__ import annotations

import numpy as np

from . import fisher
from .fisher import Scale
from .fisher_bounds import CELLS, Pairs, Side, euclid, keys
from .lines import Lines
from .types import Array, Report, part

DRAWN = 4000
"""Pairs by which the largest Fisher distance is estimated first."""

EXTREME = 32
"""Of the drawn pairs, those whose samples are then all compared with each other."""


def estimate(
    lines: Lines,
    queries: Side,
    samples: Side,
    steps: int,
    *,
    themselves: bool,
    seed: int,
    report: Report,
) -> tuple[Scale, Pairs]:
    """The largest Euclidean distance of all pairs, and nearly the largest Fisher distance.

    The Fisher distance is the largest of `DRAWN` random pairs and of all pairs between the samples
    of the `EXTREME` largest of these; of all pairs if there are not more.

    Returns: the scale, and the pairs that were evaluated for it.
    """
    far = largest_euclid(queries, samples, part(report, 0.0, 0.3))
    first, second = _drawn(len(queries), len(samples), themselves, seed)
    tell = part(report, 0.3, 0.8)
    found = fisher.arcs(lines, queries.held, first, samples.held, second, steps, report=tell)
    report(0.8, "Largest Fisher distance")
    top = np.argsort(-found, kind="stable")[:EXTREME]
    starts, ends = _crossed(first[top], second[top], len(samples), themselves)
    fresh = ~np.isin(keys(starts, ends, len(samples)), keys(first, second, len(samples)))
    starts, ends = starts[fresh], ends[fresh]
    more = fisher.arcs(lines, queries.held, starts, samples.held, ends, steps)
    report(1.0, "Largest Fisher distance")
    pairs = Pairs.joined([Pairs(first, second, found), Pairs(starts, ends, more)])
    return Scale(float(pairs.fisher.max(initial=0.0)), far), pairs


def largest_euclid(queries: Side, samples: Side, report: Report) -> float:
    """The largest Euclidean distance of a query and a sample.

    Both lie in balls around one centre, and no pair is farther apart than its two radii: taken in
    the order of their radii, most pairs need not be looked at.
    """
    centre = samples.x.mean(axis=0, dtype=np.float64).astype(np.float32)
    radii = [np.linalg.norm(each.x - centre, axis=1) for each in (queries, samples)]
    orders = [np.argsort(-radius, kind="stable") for radius in radii]
    near = samples.x[orders[1]] - centre
    reach = radii[1][orders[1]]
    squares = np.einsum("nd,nd->n", near, near)
    best, rows = 0.0, max(1, min(256, CELLS // len(samples)))
    for start in range(0, len(queries), rows):
        chosen = orders[0][start : start + rows]
        radius = radii[0][chosen[0]]
        count = int(np.searchsorted(-reach, -(best * (1 - 1e-6) - radius), side="right"))
        if not count:
            break
        apart = squares[:count] - 2.0 * ((queries.x[chosen] - centre) @ near[:count].T)
        best = max(best, float(euclid(queries, chosen, samples, orders[1][apart.argmax(1)]).max()))
        report(start / len(queries), "Largest distance")
    return best


def _drawn(queries: int, samples: int, themselves: bool, seed: int) -> tuple[Array, Array]:
    """Pairs, each once; all if these are not more than `DRAWN`. Those of samples ascend."""
    total = samples * (samples - 1) // 2 if themselves else queries * samples
    if total <= DRAWN:
        first, second = (
            np.triu_indices(samples, 1) if themselves else np.indices((queries, samples))
        )
        return first.ravel().astype(np.int32), second.ravel().astype(np.int32)
    generator = np.random.default_rng(seed)
    first = generator.integers(0, queries, DRAWN)
    if themselves:
        second = (first + generator.integers(1, samples, DRAWN)) % samples
    else:
        second = generator.integers(0, samples, DRAWN)
    return _different(first, second, samples, themselves)


def _crossed(first: Array, second: Array, samples: int, themselves: bool) -> tuple[Array, Array]:
    """All pairs between the ends of pairs."""
    starts = np.concatenate([first, second]) if themselves else first
    ends = np.concatenate([first, second]) if themselves else second
    pairs = np.repeat(starts, len(ends)), np.tile(ends, len(starts))
    return _different(*pairs, samples, themselves)


def _different(first: Array, second: Array, samples: int, themselves: bool) -> tuple[Array, Array]:
    if themselves:
        first, second = np.minimum(first, second), np.maximum(first, second)
    unlike = first != second if themselves else np.ones(len(first), bool)
    pairs = np.unique(keys(first[unlike], second[unlike], samples))
    return (pairs // samples).astype(np.int32), (pairs % samples).astype(np.int32)
