"""The nearest neighbours by the mixed distance, without the distances of all pairs.

Branch and bound. The ends of a line bound its Fisher distance from below (see `fisher_bounds`), and
so do its ends with one point between them: the sum of two metrics. Every query goes through its
candidates in the order of the first bound. For those below the worst of its best k so far, the
network is asked about one point near the middle of the line, and only if the second bound is below
as well about the others. A query ends at the first candidate whose bound is not below: no sample
after it can be nearer, which proves its neighbours exact.

All queries advance side by side, so that the network is asked about many points at once, and a
pair of samples is looked at once for both of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from . import fisher, fisher_bounds, fisher_scale
from .errors import ParameterError
from .fisher import Scale
from .fisher_bounds import SLACK, Candidates, Pairs, Side, keys
from .lines import Held, Lines
from .nearest import Nearest
from .types import Array, Report, part, silent

BUDGET = 8
"""Candidates of a query by default, as a multiple of its neighbours."""

PIECE = 2**22
"""Probabilities of points that are held at a time."""

AT_LEAST = 1024
"""Pairs of a round, as far as there are any: small requests waste the network's time."""

DESCENTS = 2
"""Rounds of neighbour descent for queries whose candidates ended before a proof."""


@dataclass(frozen=True)
class Neighbours:
    """The nearest samples of every query.

    Attributes:
        indices: (q, k) int32, samples; of equally near ones the lower first.
        distances: (q, k) float32, mixed distances, ascending.
        fisher, euclid: (q, k) float32, what they were mixed from.
        proven: (q,) bool, whether no sample can be nearer than those found.
        evaluated: points of lines about which the network was asked.
        pairs: pairs of samples about which it was asked.
        scale: by which distances were mixed.
        known: every Fisher distance that was found: for the next search between these samples.
    """

    indices: Array
    distances: Array
    fisher: Array
    euclid: Array
    proven: Array
    evaluated: int
    pairs: int
    scale: Scale
    known: Pairs


def search(
    lines: Lines,
    held_queries: Held,
    held_samples: Held,
    *,
    k: int,
    lam: float,
    steps: int = 5,
    x_queries: Array | None = None,
    x_samples: Array | None = None,
    scale: Scale | None = None,
    themselves: bool = False,
    most: int | None = None,
    known: Pairs | None = None,
    seed: int = 0,
    report: Report = silent,
) -> Neighbours:
    """The k samples with the smallest mixed distance to each query.

    Between equal distances at the end of the k, whichever was found first is kept.

    Args:
        held_queries, held_samples: from `lines.hold`.
        k: neighbours; with `themselves` a sample is its own first.
        lam: share of the Euclidean distance, in [0, 1].
        steps: points between the ends of a line.
        x_queries, x_samples: (q, ...) and (n, ...), between which Euclidean distances are taken,
            if not between what is held.
        scale: of the mixed distance; by default the largest Euclidean distance of all pairs and
            an estimate of the largest Fisher distance, see `fisher_scale.estimate`.
        themselves: whether the queries are the samples, in the same order.
        most: candidates of each query; 8 k by default. More prove more, and may take longer.
        known: of an earlier search with the same queries, samples and steps, whatever its lam.
        seed: for the estimate alone.
        report: hears the progress, may raise to stop.

    Raises: ParameterError, ShapeError, NotFiniteError.
    """
    samples = fisher_bounds.side(held_samples, x_samples, "samples")
    queries = samples if themselves else fisher_bounds.side(held_queries, x_queries, "queries")
    most = BUDGET * k if most is None else most
    fisher_bounds.alike(queries, samples)
    _check(len(samples), k, lam, steps, most)
    known = known or Pairs.joined([])
    asked = 0
    if scale is None:
        scale, drawn = fisher_scale.estimate(
            lines,
            queries,
            samples,
            steps,
            themselves=themselves,
            seed=seed,
            report=part(report, 0.0, 0.1),
        )
        known, asked = Pairs.joined([known, drawn]), len(drawn)
    task = _Search(lines, queries, samples, k - themselves, lam, steps, scale, themselves)
    task.pairs, task.points = asked, asked * steps
    task.recall(known)
    candidates = fisher_bounds.candidates(
        queries,
        samples,
        scale,
        lam,
        most,
        themselves=themselves,
        report=part(report, 0.1, 0.2),
    )
    proven = task.run(candidates, part(report, 0.2, 0.9))
    if themselves and not proven.all():
        proven = task.descend(candidates, most, part(report, 0.9, 1.0))
    report(1.0, f"Neighbours of {len(queries):,} samples")
    return task.result(proven)


class _Search:
    """The nearest so far, and what there is to better them.

    Attributes:
        nearest: of every query; without itself, if it is a sample.
        position: (q,) how many candidates of each query are done with.
        seen: int64, sorted, the `keys` of pairs that are done with.
        found: pairs with their Fisher distances.
        pairs, points: about which the network was asked.
    """

    def __init__(  # noqa: PLR0917 - what is searched, and by which distance
        self,
        lines: Lines,
        queries: Side,
        samples: Side,
        k: int,
        lam: float,
        steps: int,
        scale: Scale,
        themselves: bool,
    ) -> None:
        self.lines, self.queries, self.samples = lines, queries, samples
        self.k, self.lam, self.scale, self.themselves = k, lam, scale, themselves
        self.parts = (np.arange(1, steps + 1) / (steps + 1)).astype(np.float32)
        self.middle = steps // 2
        self.others = np.delete(np.arange(steps), self.middle)
        self.nearest = Nearest(len(queries), k)
        self.position = np.zeros(len(queries), np.int64)
        self.seen = np.empty(0, np.int64)
        self.found: list[Pairs] = []
        self.pairs = self.points = 0

    def recall(self, known: Pairs) -> None:
        """Begin with pairs whose Fisher distances are known. Raises: ParameterError."""
        first, second = self._in_order(known.first, known.second)
        n = len(self.samples)
        inside = (first >= 0) & (first < len(self.queries)) & (second >= 0) & (second < n)
        if not inside.all() or (self.themselves and (first == second).any()):
            raise ParameterError(
                f"Known distances are between different ones of {len(self.queries):,} queries and "
                f"{n:,} samples; got those of another search. Leave `known` out."
            )
        self.seen, once = np.unique(keys(first, second, n), return_index=True)
        first, second = first[once], second[once]
        euclid = fisher_bounds.euclid(self.queries, first, self.samples, second)
        self._settle(first, second, known.fisher[once], euclid)

    def run(self, candidates: Candidates, report: Report) -> Array:
        """Go through the candidates; (q,) bool, whose neighbours are proven."""
        waiting = np.arange(len(self.queries))
        count = candidates.packed.shape[1]
        while len(waiting) and count:
            columns = self.position[waiting, None] + np.arange(self._width(waiting))
            rows = np.broadcast_to(waiting[:, None], columns.shape)
            bounds = candidates.bounds_at(rows, np.minimum(columns, count - 1))
            chosen = (columns < count) & (bounds < self.nearest.worst[rows])
            rows, columns = rows[chosen], columns[chosen]
            before = self._done(waiting)
            self.position[waiting] += chosen.sum(axis=1)
            waiting = waiting[chosen.all(axis=1)]
            turn = part(report, before, self._done(waiting))
            self._look(rows, candidates.samples_at(rows, columns), turn)
        return self._proven(candidates)

    def descend(self, candidates: Candidates, most: int, report: Report) -> Array:
        """Look at neighbours of neighbours of samples that are not proven; see `run`."""
        near, samples = math.isqrt(most), self.nearest.samples
        proven = self._proven(candidates)
        for turn in range(DESCENTS):
            unsure = np.flatnonzero(~proven)
            found = samples[samples[unsure, :near], :near].reshape(len(unsure), -1)
            rows = np.broadcast_to(unsure[:, None], found.shape)
            others = rows != found
            tell = part(report, turn / DESCENTS, (turn + 1) / DESCENTS)
            self._look(rows[others], found[others], tell)
            proven = self._proven(candidates)
        return proven

    def result(self, proven: Array) -> Neighbours:
        best = self.nearest.with_themselves() if self.themselves else self.nearest
        return Neighbours(
            best.samples,
            best.mixed,
            best.fisher,
            best.euclid,
            proven,
            self.points,
            self.pairs,
            self.scale,
            Pairs.joined(self.found),
        )

    def _done(self, waiting: Array) -> float:
        """Roughly what share of the work is done: most queries end before 2 k candidates."""
        left = 1.0 - np.minimum(self.position[waiting] / max(1, 2 * self.k), 1.0)
        return 1.0 - float(left.sum()) / len(self.queries)

    def _width(self, waiting: Array) -> int:
        """Candidates of each query in a round; few at first, when nothing rules any out."""
        at_least = AT_LEAST // len(waiting)
        if np.isinf(self.nearest.worst[waiting]).any():
            return max(-(-self.k // 4), min(self.k, at_least))
        return max(-(-self.k // 8), at_least)

    def _proven(self, candidates: Candidates) -> Array:
        count = candidates.packed.shape[1]
        if not count:
            return np.ones(len(self.queries), bool)
        ended = self.position == count
        bounds = candidates.bounds_at(
            np.arange(len(self.queries)), np.minimum(self.position, count - 1)
        )
        proven: Array = (bounds >= self.nearest.worst) | (ended & candidates.complete)
        return proven

    # ------------------------------------------------------------------ pairs

    def _look(self, first: Array, second: Array, report: Report) -> None:
        """Evaluate pairs that are new, as far as they matter."""
        n = len(self.samples)
        fresh = fisher_bounds.unseen(keys(*self._in_order(first, second), n), self.seen)
        self.seen = np.sort(np.concatenate([self.seen, fresh]), kind="stable")
        size = max(1, PIECE // (self.queries.held.probabilities.shape[1] * len(self.parts)))
        text = f"Neighbours of {len(self.queries):,} samples"
        for start in range(0, len(fresh), size):
            stop = min(len(fresh), start + size)
            tell = part(report, start / len(fresh), stop / len(fresh), text)
            tell(0.0)
            self._evaluate(fresh[start:stop] // n, fresh[start:stop] % n, tell)
        report(1.0, text)

    def _evaluate(self, first: Array, second: Array, report: Report) -> None:
        """From the ends of lines to their middles, to all of them: whatever is not ruled out.

        A pair that is ruled out for both its samples stays so: their k-th best only come nearer.
        """
        classes = self.queries.held.probabilities.shape[1]
        inner = np.empty((len(first), 0, classes), np.float32)
        euclid = fisher_bounds.euclid(self.queries, first, self.samples, second)
        open_ = self._matters(self._lengths(first, second, inner), euclid, first, second)
        first, second, euclid = first[open_], second[open_], euclid[open_]
        self.pairs += len(first)
        middle = self._ask(first, second, [self.middle], part(report, 0.0, 0.2))
        open_ = self._matters(self._lengths(first, second, middle), euclid, first, second)
        first, second, euclid = first[open_], second[open_], euclid[open_]
        inner = np.empty((len(first), len(self.parts), classes), np.float32)
        inner[:, self.middle] = middle[open_, 0]
        inner[:, self.others] = self._ask(first, second, self.others, part(report, 0.2, 1.0))
        self._settle(first, second, self._lengths(first, second, inner), euclid)

    def _ask(self, first: Array, second: Array, which: Array | list[int], report: Report) -> Array:
        """Probabilities (m, len(which), c) at some of the points inside lines."""
        a, b = self.queries.held, self.samples.held
        if not len(first) or not len(which):
            return np.empty((len(first), len(which), a.probabilities.shape[1]), np.float32)
        self.points += len(first) * len(which)
        return self.lines.along(a, first, b, second, self.parts[which], report=report)

    def _lengths(self, first: Array, second: Array, inner: Array) -> Array:
        return fisher_bounds.lengths(self.queries, first, self.samples, second, inner)

    def _matters(self, fishers: Array, euclids: Array, first: Array, second: Array) -> Array:
        """Whether mixed distances may be among the best; their Fisher distances are larger."""
        of_fisher, of_euclid = fisher_bounds.weights(self.scale, self.lam)
        bound = (
            np.maximum(fishers.astype(np.float64) - SLACK, 0.0) * of_fisher + euclids * of_euclid
        )
        matters: Array = bound < self.nearest.worst[first]
        if self.themselves:
            matters |= bound < self.nearest.worst[second]
        return matters

    def _settle(self, first: Array, second: Array, fishers: Array, euclids: Array) -> None:
        """Offer pairs to both of their samples."""
        mixed = fisher.mixed(fishers, euclids, self.lam, self.scale)
        self.nearest.offer(first, second, mixed, fishers, euclids)
        if self.themselves:
            self.nearest.offer(second, first, mixed, fishers, euclids)
        self.found.append(Pairs(first.astype(np.int32), second.astype(np.int32), fishers))

    def _in_order(self, first: Array, second: Array) -> tuple[Array, Array]:
        if self.themselves:
            first, second = np.minimum(first, second), np.maximum(first, second)
        return first.astype(np.int64), second.astype(np.int64)


def _check(n: int, k: int, lam: float, steps: int, most: int) -> None:
    """Raises: ParameterError."""
    if not 1 <= k <= n:
        raise ParameterError(
            f"{k} neighbours of each sample are asked for, and there are {n:,} samples: "
            f"choose 1 to {n:,}."
        )
    if not 0 <= lam <= 1:
        raise ParameterError(f"lam is the weight of the Euclidean distance, 0 to 1; got {lam:g}.")
    if not 1 <= steps <= fisher.MOST_STEPS or steps != int(steps):
        raise ParameterError(
            f"steps are the points inside a line, 1 to {fisher.MOST_STEPS} of them; got {steps}."
        )
    if most < k:
        raise ParameterError(
            f"{k} neighbours cannot be found among {most} candidates: choose `most` of {k} or more."
        )
