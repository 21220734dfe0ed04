"""Pockets: islands of one class inside another, found on a map of decisions.

A pocket of 'car' inside 'ship' holds images that people see as ships and the network as cars: the
surroundings of an adversarial sample, or of samples that carry a backdoor.

Source: Schulz, Hinder, Hammer, *DeepView*, IJCAI 2020, sections 5.3 and 5.4; Feinman, Curtin,
Shintre & Gardner, *Detecting adversarial samples from artifacts*, 2017, for the word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.spatial import KDTree

from .decisions import MOST_CLASSES
from .errors import NotFiniteError, ParameterError, ShapeError
from .islands import Island, Shore, components, shore
from .territory import Window, places, square
from .trust import extent, near, percent, spacing
from .types import Array

RIM_SHARE = 0.8
"""Share of an island's rim that must be of one other class."""

NEIGHBOURS = 5
"""Nearest samples that are named for each pocket."""

Order = Literal["suspicion", "size"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True)
class Samples:
    """Samples on the map.

    Attributes:
        embedding: (n, 2), n >= 1, all samples of the map.
        labels: (n,) integers, true classes, -1 for a sample that is of none; where there are no
            true classes at all, the predicted ones, which then turn nothing.
    """

    embedding: Array
    labels: Array


@dataclass(frozen=True)
class Pocket:
    """An island of one class inside another. Plain numbers, so that it can be sent as it is.

    Attributes:
        label, inside: its class, and the one around it.
        pixels: its size; share: of the picture.
        row, column: the pixel at its centre, the one farthest from its shore; of several, the
            most certain, then the uppermost, then the one farthest left. It always lies in the
            island, where the mean of a ring or a crescent does not.
        centre: (x, y) of that pixel on the map.
        box: the window that its pixels just fill.
        certainty: at the centre.
        rim_share: share of its rim that is of the class `inside`.
        cut: whether it touches the border of the picture, and may go on behind it.
        samples: indices of the samples that lie in it, ascending.
        turned: how many of these are truly of the class around it.
        nearest: indices of the samples nearest to the centre, nearest first.
        distances: theirs, in shares of the map's extent.
        near: the distance up to which a sample is near, see `trust.near`; 0 without samples.
        suspicion: see `find`.
    """

    label: int
    inside: int
    pixels: int
    share: float
    row: int
    column: int
    centre: tuple[float, float]
    box: Window
    certainty: float
    rim_share: float
    cut: bool
    samples: tuple[int, ...]
    turned: int
    nearest: tuple[int, ...]
    distances: tuple[float, ...]
    near: float
    suspicion: float


@dataclass(frozen=True)
class Pockets:
    """What was found.

    Attributes:
        listed: the first ones in the order asked for.
        left_out: further pockets that there are.
        too_small: islands with too few pixels, whatever lies around them.
    """

    listed: tuple[Pocket, ...]
    left_out: int
    too_small: int


def find(
    labels: Array,
    certainty: Array,
    window: Window,
    samples: Samples | None = None,
    *,
    smallest: int = 3,
    most: int = 100,
    order: Order = "suspicion",
) -> Pockets:
    """Find the islands of one class inside another.

    An island is a component of pixels of one class (four neighbours) that is not the largest of
    its class: that one is its main territory. Its rim are the pixels that touch it (eight
    neighbours) from outside; holes in it, with all that lies in them, have no part in this. It is
    a pocket if RIM_SHARE of the rim or more is of one other class. Islands within islands are
    judged each by its own rim.

    What lies beyond the border of the picture is unknown, and counts as a part of the rim that
    is of no class: an island that has more than a fifth of its rim there is no pocket.

    Suspicious is what is decided firmly where no sample of that class is near, and what holds
    samples that are truly of the class around it. Suspicion is the sum of

    - certainty at the centre times d / (d + near), with d from the centre to the nearest sample
      that is truly of the island's class and `near` as in `Pocket`; d is infinite if there is none;
    - turned / (held + 1), with `held` the number of samples in the island.

    Both lie in [0, 1]. Among equals the larger, then the upper, then the left one comes first.

    Args:
        labels: (s, s) integers, 0 or more.
        certainty: (s, s) in [0, 1].
        window: what the picture shows.
        samples: those of the map; without them none is near.
        smallest: pixels of the smallest island that counts, 1 or more.
        most: pockets that are listed, 0 or more.
        order: most suspicious or largest first.
    Raises: ShapeError, NotFiniteError, ParameterError.
    """
    labels, certainty = _pictures(labels, certainty)
    if smallest < 1 or most < 0 or order not in ORDERS:
        raise ParameterError(
            "Pockets are found with smallest >= 1, most >= 0 and an order of "
            f"{' or '.join(ORDERS)}; got {smallest}, {most} and '{order}'."
        )
    beside = _Beside(samples, window, len(labels))
    islands, too_small = components(labels, smallest)
    shores = ((island, shore(labels, island)) for island in islands)
    found = [
        _pocket(island, rim, certainty, window, beside)
        for island, rim in shores
        if rim.share >= RIM_SHARE
    ]
    found.sort(key=_rank(order))
    return Pockets(tuple(found[:most]), max(0, len(found) - most), too_small)


def sentence(pocket: Pocket, class_names: Sequence[str]) -> str:
    """What there is to say of a pocket in a line.

    Args:
        class_names: of at least as many classes as are drawn.
    """
    own, other = class_names[pocket.label], class_names[pocket.inside]
    pixels = f"{pocket.pixels:,} pixel{'s' if pocket.pixels > 1 else ''}"
    text = f"{pixels} of '{own}' inside '{other}'"
    if pocket.samples:
        held = len(pocket.samples)
        text += f", {held:,} sample{'s' if held > 1 else ''} in it"
        if pocket.turned:
            text += f", {'all' if pocket.turned == held > 1 else f'{pocket.turned:,}'} "
            text += f"truly '{other}'"
    elif pocket.distances and pocket.distances[0] <= pocket.near:
        text += f", the nearest sample {percent(pocket.distances[0])} of the map away"
    else:
        text += ", no sample near"
    return f"{text}; it may go on beyond the picture" if pocket.cut else text


class _Beside:
    """Which samples lie in an island, and which ones near a place."""

    def __init__(self, samples: Samples | None, window: Window, side: int) -> None:
        self.near = 0.0
        self._trees: dict[int, KDTree] = {}
        self._count = 0
        if samples is None:
            self._order = self._cells = self._labels = np.zeros(0, np.int64)
            return
        points = places(samples.embedding, "An embedding")
        self._labels = np.asarray(samples.labels)
        if self._labels.shape != (len(points),) or self._labels.dtype.kind not in "iu":
            raise ShapeError(
                f"{len(points):,} samples need as many true classes, integers; got "
                f"{self._labels.dtype} {self._labels.shape}."
            )
        cells = window.cells(points, side)
        self._order = np.argsort(cells)
        self._cells = cells[self._order]
        self._count = len(points)
        self._tree = KDTree(points)
        self._points = points
        self._unit = extent(points)
        self.near = near(spacing(points))

    def held(self, cells: Array) -> Array:
        """Samples in pixels (k,), numbered row by row: indices, ascending."""
        first, last = (np.searchsorted(self._cells, cells, side) for side in ("left", "right"))
        some = [self._order[a:b] for a, b in zip(first, last, strict=True) if b > a]
        return np.sort(np.concatenate(some)) if some else np.zeros(0, np.int64)

    def turned(self, held: Array, label: int) -> int:
        return int(np.count_nonzero(self._labels[held] == label))

    def nearest(self, centre: tuple[float, float]) -> tuple[tuple[int, ...], tuple[float, ...]]:
        if not self._count:
            return (), ()
        distance, index = self._tree.query(centre, k=range(1, min(NEIGHBOURS, self._count) + 1))
        return tuple(index.tolist()), tuple((distance / self._unit).tolist())

    def remote(self, centre: tuple[float, float], label: int) -> float:
        """d / (d + near) for the nearest sample of a class; 1 without any."""
        own = self._labels == label
        if not own.any():
            return 1.0
        if label not in self._trees:
            self._trees[label] = KDTree(self._points[own])
        distance = float(self._trees[label].query(centre)[0]) / self._unit
        return distance / (distance + self.near) if distance > 0 else 0.0


def _pocket(
    island: Island, rim: Shore, certainty: Array, window: Window, beside: _Beside
) -> Pocket:
    side = len(certainty)
    row, column = island.cells()
    sure = certainty[row, column]
    # Stable: among pixels that are as deep and as certain the first in reading order.
    middle = int(np.lexsort((-sure, -island.depths()))[0])
    x, y = window.axes(side)
    centre = float(x[column[middle]]), float(y[row[middle]])
    held = beside.held(row * side + column)
    turned = beside.turned(held, rim.inside)
    nearest, distances = beside.nearest(centre)
    certain = float(sure[middle])
    return Pocket(
        label=island.label,
        inside=rim.inside,
        pixels=island.pixels,
        share=island.pixels / side**2,
        row=int(row[middle]),
        column=int(column[middle]),
        centre=centre,
        box=_box(row, column, window, side),
        certainty=certain,
        rim_share=rim.share,
        cut=rim.cut,
        samples=tuple(held.tolist()),
        turned=turned,
        nearest=nearest,
        distances=distances,
        near=beside.near,
        suspicion=certain * beside.remote(centre, island.label) + turned / (len(held) + 1),
    )


def _box(row: Array, column: Array, window: Window, side: int) -> Window:
    wide, high = (window.right - window.left) / side, (window.top - window.bottom) / side
    return Window(
        left=window.left + wide * int(column.min()),
        right=window.left + wide * (int(column.max()) + 1),
        bottom=window.top - high * (int(row.max()) + 1),
        top=window.top - high * int(row.min()),
    )


def _rank(order: Order) -> Callable[[Pocket], tuple[float, ...]]:
    if order == "size":
        return lambda p: (-p.pixels, -p.suspicion, p.row, p.column)
    return lambda p: (-p.suspicion, -p.pixels, p.row, p.column)


def _pictures(labels: Array, certainty: Array) -> tuple[Array, Array]:
    labels, certainty = square(labels, "Labels"), square(certainty, "Certainties")
    if labels.shape != certainty.shape or labels.dtype.kind not in "iu":
        raise ShapeError(
            "Labels must be integers, with a certainty for each pixel; got labels "
            f"{labels.dtype} {labels.shape} and certainties {certainty.shape}."
        )
    if labels.min() < 0 or labels.max() > MOST_CLASSES:
        raise ParameterError(
            f"Labels must lie in 0 to {MOST_CLASSES:,}; they run from {labels.min()} to "
            f"{labels.max()}."
        )
    if not np.isfinite(certainty).all():
        raise NotFiniteError("Certainties must be finite; leave out what was not decided.")
    return labels.astype(np.int64), certainty
