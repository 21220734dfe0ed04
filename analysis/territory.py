"""Where a classifier decides what, drawn in two dimensions: a grid of decisions, sharp boundaries.

The classifier is known by a function alone that is asked for places of the plane, such as an
inverse map followed by a network. Pictures are square in pixels; row 0 is the top, where y is
largest, and a pixel stands for its centre.

Source: Schulz, Hinder, Hammer, *DeepView*, IJCAI 2020, section 4, steps 2 to 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .decisions import Decide, decided
from .errors import NotFiniteError, ParameterError, ShapeError
from .types import Array, Report, silent

MOST_SIDE = 4096

FLATTEST = 0.1
"""Shorter side of a window around points that lie on a line, as a share of the longer one."""


@dataclass(frozen=True)
class Window:
    """The part of the plane that a picture shows, in coordinates of the embedding.

    Raises: ParameterError for borders that are not finite or the wrong way round.
    """

    left: float
    right: float
    bottom: float
    top: float

    def __post_init__(self) -> None:
        borders = (self.left, self.right, self.bottom, self.top)
        sizes = (self.right - self.left, self.top - self.bottom)
        if not (all(map(math.isfinite, borders + sizes)) and min(sizes) > 0):
            raise ParameterError(
                "A window needs finite borders with left < right and bottom < top; got left "
                f"{self.left}, right {self.right}, bottom {self.bottom}, top {self.top}."
            )

    def axes(self, side: int) -> tuple[Array, Array]:
        """x of every column and y of every row (from the top), two (side,) float64.

        Raises: ParameterError for a side out of its range, or for a window so small that its
            pixels cannot be told apart.
        """
        _whole("A picture's side", side, MOST_SIDE)
        parts = (np.arange(side) + 0.5) / side
        x = self.left + parts * (self.right - self.left)
        y = self.top - parts * (self.top - self.bottom)
        if not ((np.diff(x) > 0).all() and (np.diff(y) < 0).all()):
            raise ParameterError(
                f"{side:,} pixels between {self.left} and {self.right}, {self.bottom} and "
                f"{self.top} are too close for numbers to tell them apart. Zoom out."
            )
        return x, y

    def points(self, side: int) -> Array:
        """Centres of all pixels, row by row: (side * side, 2) float64. Raises: as `axes`."""
        x, y = self.axes(side)
        return np.stack([np.tile(x, side), np.repeat(y, side)], axis=1)

    def cells(self, points: Array, side: int) -> Array:
        """The pixel that each place (m, 2) lies in.

        Returns: (m,) int64, row * side + column, -1 outside of the window; its right and lower
            borders belong to the last pixels.
        Raises: ShapeError, NotFiniteError; ParameterError for a side out of its range.
        """
        points = places(points, "Places", least=0)
        _whole("A picture's side", side, MOST_SIDE)
        across = (points[:, 0] - self.left) / (self.right - self.left)
        down = (self.top - points[:, 1]) / (self.top - self.bottom)
        inside = (across >= 0) & (across <= 1) & (down >= 0) & (down <= 1)
        column, row = (
            np.minimum(np.where(inside, part, 0) * side, side - 1).astype(np.int64)
            for part in (across, down)
        )
        return np.where(inside, row * side + column, -1)


@dataclass(frozen=True)
class Territory:
    """What is decided at every pixel of a window.

    Attributes:
        labels: (s, s) int16, the most probable class; the first of several.
        certainty: (s, s) float32 in [0, 1], 1 - entropy / log c; 1 where c is 1.
        top: (s, s) float32, probability of the most probable class.
    """

    labels: Array
    certainty: Array
    top: Array
    window: Window

    @property
    def side(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Sharp:
    """A finer picture, in which only the surroundings of boundaries were asked for.

    Attributes:
        labels: (s, s) int16.
        certainty: (s, s) float32; where nothing was asked, interpolated between coarse pixels.
        known: (s, s) bool, pixels whose class was asked for, in this picture or the coarse one.
        asked: places asked for.
    """

    labels: Array
    certainty: Array
    known: Array
    asked: int
    window: Window


def places(points: Array, what: str, *, least: int = 1) -> Array:
    """Places of the plane as (n, 2) float64.

    Raises: ShapeError for another shape or fewer than `least`; NotFiniteError.
    """
    found = np.asarray(points)
    if found.ndim != 2 or found.shape[1] != 2 or len(found) < least:
        raise ShapeError(f"{what} must be at least {least} rows (x, y); got shape {found.shape}.")
    found = found.astype(np.float64)
    lost = len(found) - int(np.isfinite(found).all(axis=1).sum())
    if lost:
        raise NotFiniteError(
            f"{what} must be finite; {lost:,} of {len(found):,} are not. Leave them out."
        )
    return found


def around(embedding: Array, margin: float = 0.1) -> Window:
    """A window that shows all points with some room around them.

    Points on a horizontal or vertical line get a window FLATTEST as high as wide, or as wide as
    high; points that are all at one place, one of size 1 (larger where numbers are so large that
    1 cannot be seen beside them).

    Args:
        embedding: (n, 2), n >= 1.
        margin: room on each side, as a share of the points' range; not negative.
    Raises: ShapeError, NotFiniteError, ParameterError.
    """
    points = places(embedding, "An embedding")
    if not 0 <= margin < math.inf:
        raise ParameterError(f"A margin must be a share, 0 or more; got {margin}.")
    least, most = points.min(axis=0), points.max(axis=0)
    sizes = most - least
    farthest = float(np.abs(points).max())
    if sizes.max() <= 1e-9 * farthest or sizes.max() == 0:
        sizes[:] = max(1.0, 1e-6 * farthest)
    sizes = np.maximum(sizes, FLATTEST * sizes.max())
    middle = least + (most - least) / 2
    low, high = (middle + sign * (0.5 + margin) * sizes for sign in (-1, 1))
    return Window(float(low[0]), float(high[0]), float(low[1]), float(high[1]))


def survey(decide: Decide, window: Window, side: int, *, report: Report = silent) -> Territory:
    """Ask what is decided at every pixel of a window.

    Args:
        decide: asked once for each pixel, as many at a time as `decisions.AT_ONCE`.
        side: pixels in a row and in a column.
    Raises:
        ParameterError: a side out of its range, or answers that are no probabilities.
        ShapeError, NotFiniteError: what is wrong with the answers.
    """
    points = window.points(side)
    labels, certainty, top = decided(decide, points, report)
    shape = (side, side)
    return Territory(labels.reshape(shape), certainty.reshape(shape), top.reshape(shape), window)


def sharpen(
    decide: Decide, territory: Territory, factor: int = 4, *, report: Report = silent
) -> Sharp:
    """A picture `factor` times as fine, asking only where classes meet.

    Asked are all fine pixels within half a coarse pixel (at least one fine one) of a coarse pixel
    of another class, because a boundary between two centres lies no farther from where the coarse
    picture draws it; all others take the class of their coarse pixel. Then boundaries are
    followed: a pixel beside an asked one (eight neighbours) of another class is asked too, until
    there is none, so that a tongue is drawn however deep it reaches into a coarse pixel.

    In the end any two neighbours of different classes have both been asked. What may be missing
    is an island that holds the centre of no coarse pixel and touches no pixel that was asked;
    everything else is as `survey` would draw it.

    Args:
        territory: of the same `decide`.
        factor: 1 or more. With an odd factor the middle of a coarse pixel is not asked again.
    Raises: as `survey`.
    """
    _whole("A factor", factor, MOST_SIDE)
    side = territory.side * factor
    x, y = territory.window.axes(side)
    labels = _repeated(territory.labels, factor)
    certainty = interpolated(territory.certainty, side)
    known = np.zeros((side, side), dtype=bool)
    if factor % 2:
        known[factor // 2 :: factor, factor // 2 :: factor] = True

    waiting = np.flatnonzero(_mixed(labels, max(1, factor // 2)) & ~known)
    asked, rounds = 0, 0
    while len(waiting):
        row, column = np.divmod(waiting, side)
        points = np.stack([x[column], y[row]], axis=1)
        found, sure, _ = decided(decide, points, _round(report, rounds))
        labels[row, column], certainty[row, column], known[row, column] = found, sure, True
        asked, rounds = asked + len(waiting), rounds + 1
        waiting = _across(labels, known, waiting)
    report(1.0)
    return Sharp(labels, certainty, known, asked, territory.window)


def interpolated(values: Array, side: int) -> Array:
    """A picture on a grid of another size, bilinear between the centres of its pixels.

    Beyond the outermost centres, so for half a pixel, values continue as they are there. A value
    that rests on a NaN with any weight is NaN.

    Args:
        values: (s, s) of the same window.
    Returns: (side, side) float32.
    Raises: ShapeError; ParameterError for a side out of its range.
    """
    values = square(values, "Values").astype(np.float64)
    _whole("A picture's side", side, MOST_SIDE)
    coarse = len(values)
    at = np.clip((np.arange(side) + 0.5) * coarse / side - 0.5, 0, coarse - 1)
    # One value in every coarse pixel lies on its centre if the factor is odd, but for rounding.
    nearest = np.rint(at)
    at = np.where(np.abs(at - nearest) < 1e-9, nearest, at)
    before = np.floor(at).astype(np.int64)
    after = np.minimum(before + 1, coarse - 1)
    part = at - before
    down = _between(values[before], values[after], part[:, None])
    found = _between(down[:, before], down[:, after], part[None, :])
    return np.ascontiguousarray(found, np.float32)


def along(start: tuple[float, float], end: tuple[float, float], count: int) -> Array:
    """Places at even distances on a line that was dragged, both ends among them.

    Args:
        count: 1 or more; a single one is the start.
    Returns: (count, 2) float64.
    Raises: ShapeError, NotFiniteError, ParameterError.
    """
    ends = places(np.array([start, end], dtype=np.float64), "The ends of a line")
    _whole("A number of points", count, MOST_SIDE)
    parts = np.arange(count)[:, None] / max(1, count - 1)
    found: Array = ends[0] * (1 - parts) + ends[1] * parts
    return found


def square(values: Array, what: str) -> Array:
    """The same, if it is a picture (s, s) of at least one pixel. Raises: ShapeError."""
    found = np.asarray(values)
    if found.ndim != 2 or found.shape[0] != found.shape[1] or not found.size:
        raise ShapeError(f"{what} must be a square picture (s, s); got shape {found.shape}.")
    return found


def _mixed(labels: Array, width: int) -> Array:
    """Pixels with another class at most `width` columns and `width` rows away."""
    size = 2 * width + 1
    most = ndimage.maximum_filter(labels, size=size, mode="nearest")
    least = ndimage.minimum_filter(labels, size=size, mode="nearest")
    mixed: Array = most != least
    return mixed


def _across(labels: Array, known: Array, asked: Array) -> Array:
    """Pixels that are not known beside just asked ones of another class, ascending.

    Earlier ones need no second look: a pixel that is not known never changes its class.
    """
    side = len(labels)
    row, column = np.divmod(asked, side)
    found = []
    for down, right in ((d, r) for d in (-1, 0, 1) for r in (-1, 0, 1) if d or r):
        r, c = row + down, column + right
        inside = (r >= 0) & (r < side) & (c >= 0) & (c < side)
        r, c, own = r[inside], c[inside], labels[row[inside], column[inside]]
        there = ~known[r, c] & (labels[r, c] != own)
        found.append(r[there] * side + c[there])
    return np.unique(np.concatenate(found))


def _round(report: Report, rounds: int) -> Report:
    """Nine tenths for the first round, which asks for most; half of the rest for each other."""
    before, after = (1 - 0.1 * 0.5 ** (r - 1) if r else 0.0 for r in (rounds, rounds + 1))

    def part(fraction: float, text: str = "") -> None:
        report(before + (after - before) * fraction, text)

    return part


def _between(one: Array, other: Array, part: Array) -> Array:
    """one * (1 - part) + other * part, without what has no weight."""
    found: Array = np.where(part == 0, one, one * (1 - part) + other * part)
    return found


def _repeated(values: Array, factor: int) -> Array:
    return values.repeat(factor, axis=0).repeat(factor, axis=1)


def _whole(what: str, value: int, most: int) -> None:
    if not isinstance(value, int | np.integer) or not 1 <= value <= most:
        raise ParameterError(f"{what} must be a whole number from 1 to {most:,}; got {value}.")
