"""The attack of Carlini and Wagner: the nearest sample, by Euclid's distance, that does it.

It makes the squared distance small, plus a constant times the margin by which the network still
says what it shall not. The smallest constant that does it is looked for by halving, for every
sample on its own. Values are the tanh of what is changed, so that they stay between their bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ParameterError
from ..types import Array
from .adam import Adam
from .kinds import Plan, attack

if TYPE_CHECKING:
    from .problem import Problem

SEARCHES = 5
FIRST = 1.0
"""Constant of the first search."""

RATE = 0.05
"""How far Adam goes in a step, in the space before the tanh."""

_NEARLY = 0.999999
_NEVER = 1e10


@attack(
    "carlini-wagner",
    title="Carlini-Wagner",
    text="Looks for the nearest sample that is taken for another class, however far it is.",
    source="Carlini & Wagner, Towards evaluating the robustness of neural networks, 2017",
    norms=("l2",),
    steps=100,
    bounded=False,
)
def path(problem: Problem, plan: Plan) -> Iterator[Array]:
    """The way of the search that came nearest, up to where it did; samples that no search moves
    over stay where they are."""
    if problem.low is None or problem.high is None:
        raise ParameterError(
            "Carlini-Wagner changes samples whose values lie in [0, 1]; these do not. Scale them, "
            "or choose another attack."
        )
    search = _Search(problem)
    for number in range(SEARCHES):
        search.run(plan.steps, plan.tell, number)
    if search.way is not None:
        yield from search.best_way(search.way)


class _Search:
    """Constants between which the best one lies, and the best way so far, sample by sample."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        count = len(problem.x)
        self.start = np.arctanh((2 * problem.x - 1) * np.float32(_NEARLY))
        self.origin = (np.tanh(self.start) + 1) / 2
        self.constant = np.full(count, FIRST)
        self.low, self.high = np.zeros(count), np.full(count, _NEVER)
        self.distance = np.full(count, np.inf)  # squared
        self.way: Array | None = None  # (steps, n, *shape)
        self.place = np.zeros(count, np.int64)  # where on its way a sample is best

    def run(self, steps: int, tell: Callable[[float], None], before: int) -> None:
        """One search with the constants that there are; then they are changed.

        Args:
            tell: hears what share of all searches is done.
            before: searches that were.
        """
        problem, adam = self.problem, Adam(RATE)
        change = np.zeros_like(self.start)
        values = tuple(range(1, change.ndim))
        way = np.empty((steps, *change.shape), np.float32)
        reached, better = (np.zeros(len(change), bool) for _ in range(2))
        for number in range(steps):
            tanh = np.tanh(self.start + change)
            x = way[number] = (tanh + 1) / 2
            margin, downhill = problem.margin_gradient(x)
            away = x - self.origin
            distance = np.square(away).sum(axis=values)
            nearer = (margin < 0) & (distance < self.distance)
            self.distance[nearer], self.place[nearer] = distance[nearer], number
            reached |= margin < 0
            better |= nearer
            pull = np.where(margin > 0, self.constant, 0.0).astype(np.float32)
            slope = 2 * away - _each(pull, x) * downhill
            change = change - adam.step(slope * (1 - np.square(tanh)) / 2)
            tell((before + (number + 1) / steps) / SEARCHES)
        if self.way is None:
            self.way = way
        else:
            self.way[:, better] = way[:, better]
        self._halve(reached)

    def _halve(self, done: Array) -> None:
        """Smaller constants where the last did it, else larger ones."""
        self.high = np.where(done, np.minimum(self.high, self.constant), self.high)
        self.low = np.where(done, self.low, np.maximum(self.low, self.constant))
        known = self.high < _NEVER
        self.constant = np.where(known, (self.low + self.high) / 2, self.constant * 10)

    def best_way(self, way: Array) -> Iterator[Array]:
        """Samples up to where they are best, where they stay."""
        every = np.arange(len(self.place))
        moves = _each(np.isfinite(self.distance), way[0])
        for number in range(len(way)):
            yield np.where(moves, way[np.minimum(number, self.place), every], self.problem.x)


def _each(values: Array, of: Array) -> Array:
    """(n,) -> (n, 1, ...)."""
    return values.reshape(-1, *[1] * (of.ndim - 1))
