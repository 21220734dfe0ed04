"""Grand tours: which plane of a space of many dimensions is looked at, and how it moves.

A frame is an orthonormal matrix G (d, d). Samples x are rows; x G are their coordinates in the
view, of which the first two columns are drawn and the others are hidden. The same arithmetic runs
in the browser (`assets/lib/tour.mjs`) and is compared with this one in the tests.

Source: Asimov, *The grand tour*, SIAM J. Sci. Stat. Comput. 6, 1985; Li, Zhao & Scheidegger,
*Visualizing Neural Networks with the Grand Tour*, Distill 2020; Buja, Cook, Asimov & Hurley,
*Computational methods for high-dimensional rotations in data visualization*, 2005, for the way
from one plane to another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import NotFiniteError, ParameterError, ShapeError
from .types import Array

MOST = 256
"""Dimensions of the largest frame."""

HIDDEN = 0.5
"""How fast hidden directions are mixed with each other, beside how fast the drawn plane turns."""

_SAME = 1e-9
"""Share of a length below which a direction is nothing but rounding."""


@dataclass(frozen=True)
class Velocity:
    """How a frame turns: in planes of two columns each, at constant speeds.

    Attributes:
        planes: (m, 2) int64, columns of the frame.
        speeds: (m,) float64, radians per second.
    """

    planes: Array
    speeds: Array


def start(d: int, seed: int = 0) -> Array:
    """A random frame (d, d) float64, all of them equally likely.

    Source: Mezzadri, *How to generate random matrices from the classical compact groups*, 2007.
    """
    _dimensions(d)
    q, r = np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))
    return np.asarray(q * np.where(np.diag(r) < 0, -1.0, 1.0))


def velocity(d: int, seed: int = 0) -> Velocity:
    """A random way to turn, by which the drawn plane moves at one radian per second.

    Each drawn column is turned against every hidden one, which is all that moves the picture but
    for its own spin; each hidden column is turned against the next, so that in time all of them
    are seen. The root of the sum of the squared speeds of the former is 1, whatever d: so fast
    moves the plane on the Grassmannian. A space of two dimensions has one plane, which spins.
    """
    _dimensions(d)
    if d < 3:
        return Velocity(np.array([[0, 1]]), np.array([1.0]))
    draw = np.random.default_rng(seed)
    seen = [(drawn, hidden) for hidden in range(2, d) for drawn in (0, 1)]
    behind = [(hidden, hidden + 1) for hidden in range(2, d - 1)]
    # Speeds near each other let no direction stand still; their signs are free.
    of_seen, of_behind = (
        draw.uniform(0.5, 1.5, len(some)) * draw.choice([-1.0, 1.0], len(some))
        for some in (seen, behind)
    )
    of_seen /= np.linalg.norm(of_seen)
    return Velocity(np.array(seen + behind), np.concatenate([of_seen, HIDDEN * of_behind]))


def turned(frame: Array, way: Velocity, seconds: float) -> Array:
    """The frame a little later: its columns rotated plane by plane, in their order.

    Rotations lose no more than rounding: after a million of them rows and columns are orthonormal
    to about 1e-10.
    """
    found = _frame(frame).copy()
    for (one, other), speed in zip(way.planes, way.speeds, strict=True):
        cosine, sine = np.cos(speed * seconds), np.sin(speed * seconds)
        first, second = found[:, one].copy(), found[:, other]
        found[:, one] = cosine * first - sine * second
        found[:, other] = sine * first + cosine * second
    return found


def drawn(x: Array, frame: Array, centre: Array) -> Array:
    """Places (n, 2) of samples (n, d), the centre (d,) at the origin."""
    found: Array = (np.asarray(x, np.float64) - centre) @ _frame(frame)[:, :2]
    return found


def placed(frame: Array, vector: Array, target: Array) -> Array:
    """The frame after a point is dragged: the smallest rotation takes it where it is wanted.

    It lands at the target if that is possible, which is to say no farther from the origin than the
    point is in its space; else as near as it can. What it lacks or has too much of in the plane,
    its hidden part gives or takes. An axis is dragged as its unit vector: to first order that is
    the published way, which adds to the two drawn entries of a row and makes the others orthogonal
    to it again, but no axis comes before another.

    Args:
        vector: (d,) of the point, relative to the centre; a zero vector moves nothing.
        target: (2,) where it is to be drawn.
    Returns: (d, d), orthonormal.
    Raises: ShapeError, NotFiniteError.
    """
    frame, vector = _frame(frame), np.asarray(vector, np.float64)
    target = np.array(target, np.float64)
    d = len(frame)
    if vector.shape != (d,) or target.shape != (2,):
        raise ShapeError(
            f"A point of a frame of {d} dimensions is dragged as a vector ({d},) to a place (2,); "
            f"got {vector.shape} and {target.shape}."
        )
    if not (np.isfinite(vector).all() and np.isfinite(target).all()):
        raise NotFiniteError("A point is dragged from a finite place to a finite place.")
    length = float(np.linalg.norm(vector))
    if length == 0:
        return frame.copy()
    before = vector @ frame / length
    after = _wanted(before, target / length)
    return _rotated(frame, before, after)


def _wanted(before: Array, target: Array) -> Array:
    """Where a unit vector of the view comes to lie, its drawn part at the target if it can."""
    far = float(np.hypot(*target))
    if far > 1 or len(before) == 2:
        if far == 0:
            return before
        target = target / far
    hidden = before[2:]
    depth = np.sqrt(1.0 - far**2) if far < 1 else 0.0
    size = float(np.linalg.norm(hidden))
    if size > _SAME:
        hidden = hidden * (depth / size)
    else:  # a point in the picture's plane leaves it in the direction of the third column
        hidden = np.where(np.arange(len(hidden)) == 0, depth, 0.0)
    return np.concatenate([target, hidden])


def _rotated(frame: Array, before: Array, after: Array) -> Array:
    """Columns rotated in the plane of two unit vectors of the view, from one to the other."""
    cosine = float(np.clip(before @ after, -1.0, 1.0))
    across = after - cosine * before
    sine = float(np.linalg.norm(across))
    if sine < _SAME:
        if cosine > 0:
            return frame.copy()
        # To the opposite side every way is as short; the one through the farthest column is taken.
        across = np.zeros_like(before)
        across[int(np.argmin(np.abs(before)))] = 1.0
        across -= (across @ before) * before
        across /= np.linalg.norm(across)
        sine = 0.0
    else:
        across /= sine
    along = (frame @ before)[:, None] * ((cosine - 1.0) * before + sine * across)
    aside = (frame @ across)[:, None] * ((cosine - 1.0) * across - sine * before)
    found: Array = frame + along + aside
    return found


def towards(frame: Array, plane: Array, part: float) -> Array:
    """A frame on the shortest way to where a plane is drawn.

    The drawn plane is rotated by its principal angles with the other one, without spin: what is
    drawn at the end is the plane in the orientation that is nearest to the one before.

    Args:
        plane: (d, 2), two independent directions.
        part: of the way, 0 to 1.
    Returns: (d, d), orthonormal.
    Raises: ShapeError; ParameterError for directions that are not independent.
    """
    frame, plane = _frame(frame), np.asarray(plane, np.float64)
    if plane.shape != (len(frame), 2):
        raise ShapeError(
            f"A plane of {len(frame)} dimensions is given by two columns; got {plane.shape}."
        )
    goal, r = np.linalg.qr(plane)
    if np.abs(np.diag(r)).min() <= _SAME * np.abs(r).max():
        raise ParameterError("A plane needs two directions that are not the same.")
    left, cosines, right = np.linalg.svd(frame[:, :2].T @ goal)
    begin, end = frame[:, :2] @ left, goal @ right.T
    found = frame.copy()
    for k, cosine in enumerate(np.clip(cosines, -1.0, 1.0)):
        a = begin[:, k]
        across = end[:, k] - cosine * a
        sine = float(np.linalg.norm(across))
        if sine < _SAME:
            continue
        b = across / sine
        angle = part * np.arctan2(sine, cosine)
        c, s = np.cos(angle), np.sin(angle)
        found += np.outer((c - 1.0) * a + s * b, a @ frame)
        found += np.outer((c - 1.0) * b - s * a, b @ frame)
    return found


def carried(frame: Array, link: Array) -> Array:
    """The frame of another layer that draws the same plane, or the one nearest to it.

    Args:
        frame: (d, d) of this layer.
        link: (e, d), from directions of this layer to those of the other: F_other F_this^T of
            their frames in the space that they share (`layer_frames`).
    Returns: (e, e), orthonormal. Where the plane does not lie in the other layer, its two
        directions become the orthonormal ones that are nearest.
    Raises: ShapeError.
    """
    frame, link = _frame(frame), np.asarray(link, np.float64)
    if link.ndim != 2 or link.shape[1] != len(frame):
        raise ShapeError(
            f"A frame of {len(frame)} dimensions is carried by a matrix of as many columns; got "
            f"{link.shape}."
        )
    _dimensions(len(link))
    left, _, right = np.linalg.svd(link @ frame[:, :2], full_matrices=True)
    # A direction that the other layer has nothing of is drawn by any that is left.
    return np.concatenate([left[:, :2] @ right, left[:, 2:]], axis=1)


def separating(x: Array, labels: Array, ridge: float = 1e-3) -> Array:
    """The plane in which classes lie apart best, as Fisher's discriminant has it.

    The two directions of the largest ratio of the variance between class means to that within
    classes, each class counting alike; of two classes the second direction is the one of the
    largest variance within them that is left.

    Args:
        x: (n, d) samples.
        labels: (n,) classes; samples below 0 count for nothing.
        ridge: share of the mean variance that is added to each direction within classes.
    Returns: (d, 2) float64, orthonormal.
    Raises: ParameterError for fewer than two classes or dimensions; ShapeError, NotFiniteError.
    Source: Rao, *The utilization of multiple measurements in problems of biological
        classification*, 1948.
    """
    x, labels = np.asarray(x, np.float64), np.asarray(labels)
    if x.ndim != 2 or labels.shape != (len(x),):
        raise ShapeError(
            f"Classes are separated in samples (n, d) with n labels; got {x.shape} and "
            f"{labels.shape}."
        )
    classes = np.unique(labels[labels >= 0])
    if len(classes) < 2 or x.shape[1] < 2:
        raise ParameterError(
            f"A separating projection needs two classes and two dimensions; got {len(classes)} "
            f"and {x.shape[1]}. Select samples of two classes or more."
        )
    if not np.isfinite(x).all():
        raise NotFiniteError("Only finite samples can be separated; leave the others out.")
    means = np.stack([x[labels == k].mean(axis=0) for k in classes])
    within = np.mean([np.cov(x[labels == k].T, bias=True) for k in classes], axis=0)
    spread = float(np.trace(within)) / len(within)
    within = within + np.eye(len(within)) * (ridge * spread or 1.0)
    between = np.cov(means.T, bias=True)
    values, directions = np.linalg.eigh(within)
    white = directions / np.sqrt(values)
    powers, best = np.linalg.eigh(white.T @ between @ white)
    first = white @ best[:, ::-1]
    if powers[-2] > _SAME * powers[-1]:
        return np.asarray(np.linalg.qr(first[:, :2])[0])
    one = first[:, 0] / np.linalg.norm(first[:, 0])
    rest = np.eye(len(one)) - np.outer(one, one)
    _, axes = np.linalg.eigh(rest @ within @ rest)
    return np.asarray(np.linalg.qr(np.stack([one, axes[:, -1]], axis=1))[0])


def _frame(frame: Array) -> Array:
    found = np.asarray(frame, np.float64)
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise ShapeError(f"A frame is a square matrix; got {found.shape}.")
    _dimensions(len(found))
    return found


def _dimensions(d: int) -> None:
    if not 2 <= d <= MOST:
        raise ParameterError(
            f"A tour goes through 2 to {MOST} dimensions; got {d}. Reduce the layer to its leading "
            "principal axes first."
        )
