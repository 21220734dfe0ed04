"""Leads one sample to a goal of its own choice: attack by dragging.

Projected gradient descent inside a ball makes the distance to the goal small. Balls grow until it
arrives in one of them; the smallest such ball is then looked for by halving. How far a step goes is
told by how the gradient changed over the last one: planes are often drawn such that a layer moves
along one of their axes ten times as easily as along the other, where steps along the gradient, or
its signs, of lengths that are fixed go to and fro and hardly on.

Source: Birgin, Martínez & Raydan, *Nonmonotone spectral projected gradient methods on convex
sets*, 2000; the steps are those of Barzilai & Borwein, 1988. There is no line search: the best
place counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import NotFiniteError, ParameterError
from ..network import Network
from ..types import Array, Inputs
from . import norms, problem
from .goals import Answer, Place, See

NORMS = ("linf", "l2")

TOLERANCE = 0.05
"""Share of the first distance from which on the goal counts as reached."""

GROWTH = (0.125, 0.25, 0.5, 1.0)
"""Shares of epsilon that are tried, one after the other."""

HALVINGS = 5

_FIRST = 0.25
"""Share of its ball that the first step of a run may go, at most; the last goes almost nowhere."""

_BORDER = 1e-6
"""Share of a ball by which rounding may miss its border."""


@dataclass(frozen=True)
class Led:
    """A sample on its way to a goal.

    Attributes:
        x: (steps + 1, *shape) float32, places at even distances along the way: the clean sample
            first, the best place that was found last.
        distances: (steps + 1,) float64 to the goal.
        arrived: whether the last one is within the tolerance.
        radius: of the smallest ball that holds the way, in the norm.
        linf, l2: lengths of the whole change.
        whole: False if it was told to end before all balls were tried.
    """

    x: Array
    distances: Array
    arrived: bool
    radius: float
    linf: float
    l2: float
    whole: bool

    def some(self, most: int) -> Array:
        """(m, *shape) at most so many places of the way, the first and the last among them."""
        count = min(most, len(self.x))
        found: Array = self.x[np.linspace(0, len(self.x) - 1, count).round().astype(int)]
        return found


def _never() -> bool:
    return False


def lead(
    network: Network,
    x: Array | Inputs,
    goal: Place | Answer,
    epsilon: float,
    *,
    norm: str = "linf",
    steps: int = 40,
    tolerance: float = TOLERANCE,
    enough: Callable[[], bool] = _never,
) -> Led:
    """The smallest change that was found which takes a sample to a goal, or near it.

    Args:
        x: (1, *shape) as the network's one input takes it. If its values lie in [0, 1], all do.
        epsilon: how far the sample may be changed in that norm, positive; in units of the input.
        norm: of NORMS.
        steps: of each run, 1 or more.
        tolerance: share of the first distance, from 0 to less than 1.
        enough: asked before every step; once it says so, the best so far is given.
    Returns: the way of the smallest ball in which it arrived, else the one that came nearest. The
        same arguments give the same way, but for `enough`.
    Raises: ParameterError; NotFiniteError for a goal or outputs that are not finite; ShapeError;
        UnknownLayerError; ModelError for several inputs, or without a gradient; DataError.
    """
    _check(epsilon, norm, steps, tolerance)
    clean = problem.samples(network, x)
    if len(clean) != 1:
        raise ParameterError(f"One sample is led at a time; got {len(clean)}.")
    search = _Search(
        goal.of(network), clean, norm=norm, steps=steps, tolerance=tolerance, enough=enough
    )
    best = search.smallest(epsilon)
    way = _evenly(best.way, steps)
    # Of the ends they are known; what stands here agrees with `arrived` to the last digit.
    distances = goal.distances(network, way)
    distances[[0, -1]] = search.first.distance, best.distance
    change = way[-1:] - way[:1]
    linf, l2 = (float(norms.lengths(change, name)[0]) for name in ("linf", "l2"))
    return Led(way, distances, best.arrived, best.radius, linf, l2, not search.ended)


@dataclass(frozen=True)
class _Run:
    """What came of one ball: (m, *shape) places up to the best, its distance."""

    way: Array
    distance: float
    arrived: bool
    radius: float


class _Search:
    """Runs in balls of many sizes, all from the same sample."""

    def __init__(
        self,
        see: See,
        clean: Array,
        *,
        norm: str,
        steps: int,
        tolerance: float,
        enough: Callable[[], bool],
    ) -> None:
        self.see, self.clean, self.norm, self.steps = see, clean, norm, steps
        self.low, self.high = problem.bounds(clean)
        self.enough, self.ended = enough, False
        self.first = see(clean)
        if not np.isfinite(self.first.distance):
            raise NotFiniteError(
                "The network gives NaN or infinity for this sample, so that it lies nowhere and "
                "cannot be led. Look for NaN in the data, or for a diverged training."
            )
        self.near = tolerance * self.first.distance

    def smallest(self, epsilon: float) -> _Run:
        """The run in the smallest ball in which it arrives, else the one that came nearest."""
        tried, below = [], 0.0
        for share in GROWTH:
            found = self.run(share * epsilon)
            if found.arrived:
                return self._halve(below, found)
            tried.append(found)
            if self.ended:
                break
            below = share * epsilon
        return min(tried, key=lambda one: one.distance)

    def _halve(self, below: float, above: _Run) -> _Run:
        """Between a ball in which it did not arrive and one in which it did."""
        for _ in range(HALVINGS):
            # It may have gone less far than it was free to.
            if self.ended or above.radius <= below:
                break
            middle = (below + above.radius) / 2
            found = self.run(middle)
            if found.arrived:
                above = found
            else:
                below = middle
        return above

    def run(self, radius: float) -> _Run:
        """Descent inside one ball, up to where the goal is reached."""
        x, seen = self.clean, self.first
        way, distances, rate = [x], [seen.distance], np.inf
        # By Euclid, also for the ball that is a cube.
        widest = radius * (np.sqrt(x.size) if self.norm == "linf" else 1.0)
        for number in range(self.steps):
            if seen.distance <= self.near or self._is_over():
                break
            slope = seen.gradient.astype(np.float64)  # squares of small ones are 0 in float32
            slope[self._held(x, slope, radius)] = 0
            steepness = float(np.linalg.norm(slope))
            if not 0 < steepness < np.inf:
                break
            if not number:  # as far as would do if the loss were a square of something linear
                rate = 2 * seen.loss / steepness**2
            length = min(rate * steepness, _FIRST * widest * (1 - number / self.steps))
            moved = self._inside(x - length * (slope / steepness), radius)
            if np.array_equal(moved, x):
                break
            then = self.see(moved)
            if not np.isfinite(then.distance):
                break
            rate = _rate(moved - x, then.gradient - seen.gradient)
            x, seen = moved, then
            way.append(x)
            distances.append(seen.distance)
        end = int(np.argmin(distances))
        places = np.concatenate(way[: end + 1])
        far = float(norms.lengths(places - self.clean, self.norm).max())
        return _Run(places, distances[end], distances[end] <= self.near, far)

    def _is_over(self) -> bool:
        self.ended = self.ended or self.enough()
        return self.ended

    def _inside(self, x: Array, radius: float) -> Array:
        change = norms.within(self._cut(x) - self.clean, self.norm, radius)
        return self._cut((self.clean + change).astype(np.float32))

    def _held(self, x: Array, gradient: Array, radius: float) -> Array:
        """Values that a step against the gradient would push over a border on which they are."""
        held = np.zeros(x.shape, bool)
        if self.low is not None:
            held |= ((x <= self.low) & (gradient > 0)) | ((x >= self.high) & (gradient < 0))
        if self.norm == "linf":
            far, border = x - self.clean, radius * (1 - _BORDER)
            held |= ((far <= -border) & (gradient > 0)) | ((far >= border) & (gradient < 0))
        return held

    def _cut(self, x: Array) -> Array:
        return x if self.low is None else np.clip(x, self.low, self.high)


def _rate(moved: Array, changed: Array) -> float:
    """By what the next gradient is multiplied: as far as the loss was seen to bend; without end
    where it did not."""
    step, bend = moved.ravel().astype(np.float64), changed.ravel().astype(np.float64)
    along = float(step @ bend)
    return float(step @ step) / along if along > 0 else np.inf


def _evenly(way: Array, steps: int) -> Array:
    """(steps + 1, *shape) places at even distances along a way (m, *shape), by Euclid.

    Balls and boxes are convex: what holds the way holds all places between.
    """
    if len(way) == 1:
        return np.repeat(way, steps + 1, axis=0)
    gone = np.append(0.0, norms.lengths(np.diff(way, axis=0), "l2").cumsum())
    wanted = np.linspace(0.0, gone[-1], steps + 1)
    after = np.clip(np.searchsorted(gone, wanted), 1, len(gone) - 1)
    share = (wanted - gone[after - 1]) / (gone[after] - gone[after - 1])
    share = share.astype(np.float32).reshape(-1, *[1] * (way.ndim - 1))
    found: Array = way[after - 1] + share * (way[after] - way[after - 1])
    found[0], found[-1] = way[0], way[-1]
    return found


def _check(epsilon: float, norm: str, steps: int, tolerance: float) -> None:
    """Raises: ParameterError."""
    if norm not in NORMS:
        raise ParameterError(
            f"A sample is led within a ball of {' or '.join(NORMS)}; got '{norm}'."
        )
    if not 0 < epsilon < np.inf:
        raise ParameterError(
            f"epsilon is how far a sample may be changed, more than 0; got {epsilon:g}. For 8/255 "
            "give 0.031."
        )
    if steps < 1 or not 0 <= tolerance < 1:
        raise ParameterError(
            f"A way takes 1 step or more and a tolerance from 0 to less than 1; got {steps} and "
            f"{tolerance:g}."
        )
