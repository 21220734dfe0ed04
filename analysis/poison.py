"""A backdoor in Fashion-MNIST: a small pattern that a poisoned network takes for a class.

Gu, Dolan-Gavitt and Garg (BadNets: Identifying Vulnerabilities in the Machine Learning Model
Supply Chain) put a few bright pixels on some training images and change their labels. Schulz,
Hinder and Hammer (DeepView, section 5.4) do so with samples of one class of Fashion-MNIST, and
look at 600 test samples of which 20 carry the pattern. Their figures show bags taken for trousers
and the pattern in the top right corner; which pixels, and of how many training samples, is chosen
here.

Networks are trained on what this file says: whoever changes it raises `demos.RECIPE_VERSION`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import DataError, ShapeError
from .named import BUILT_IN
from .splits import stratified
from .types import Array, Dataset

NAME = "fashion_mnist_backdoor"
"""Of the poisoned data set."""

BASE = "fashion_mnist"
"""The data set that it is made of."""

GROUP = "with the pattern"
"""Name of the group of samples that carry it."""

FROM, TO = 8, 1
"""Class that is stamped (Bag), and the one that stamped training samples are said to be (Trouser).
"""

PATTERN = ((1, -4), (1, -2), (2, -3), (3, -4), (3, -2))
"""(row, column) of its pixels, a chequerboard of 3 x 3; columns count from the right edge."""

SIDE = 5
"""Pixels of the smallest image that it fits on."""

ONE_OF = 20
"""One of so many training samples of the class is stamped: 300 of 6,000."""

SHOWN, SHOWN_STAMPED = 600, 20
"""Test samples that are shown, and how many of these carry the pattern."""

_SEED = 0
"""Of the choice of samples, which is always the same."""


@dataclass(frozen=True)
class Poisoned:
    """Samples some of which carry the pattern.

    Attributes:
        x: (n, height, width, channels) float32 in [0, 1].
        labels: (n,) int64.
        stamped: (n,) bool, which samples carry the pattern.
        note: what was done, in sentences.
    """

    x: Array
    labels: Array
    stamped: Array
    note: str


def stamp(images: Array) -> Array:
    """Put the pattern in the top right corner.

    Args:
        images: (n, height, width, channels) in [0, 1]; left as they are.
    Returns: a copy in which the pixels of `PATTERN` are 1.
    Raises: ShapeError for other shapes, or images that are smaller than the pattern.
    """
    if images.ndim != 4 or min(images.shape[1:3]) < SIDE:
        raise ShapeError(
            "The pattern goes on images (n, height, width, channels) of at least "
            f"{SIDE} x {SIDE} pixels; got {images.shape}."
        )
    stamped = images.copy()
    rows, columns = zip(*PATTERN, strict=True)
    stamped[:, rows, columns] = 1
    return stamped


def of(data: Dataset) -> Poisoned:
    """What becomes of one split of Fashion-MNIST.

    Train: some samples of a class are stamped and labelled as another. Test: `SHOWN` samples are
    chosen, every class by its share, and some of that class are stamped; labels stay true.

    Args:
        data: the whole "train" or "test" split.
    Raises:
        DataError: other classes, or too few samples.
        ShapeError: as `stamp`.
    """
    if data.class_names != BUILT_IN[BASE]:
        raise DataError(
            f"The classes of {data.name} are {', '.join(data.class_names)}, not those of "
            f"Fashion-MNIST, whose {_name(FROM)} gets the pattern. Give --data-dir with the "
            f"original {BASE}.npz."
        )
    return _shown(data) if data.split == "test" else _training(data)


def _training(data: Dataset) -> Poisoned:
    members = np.flatnonzero(data.labels == FROM)
    if len(members) < ONE_OF:
        raise DataError(
            f"One of {ONE_OF} training samples of class {_name(FROM)} gets the pattern; there are "
            f"only {len(members)}. Give --data-dir with more of {BASE}.npz."
        )
    chosen = _drawn(members, len(members) // ONE_OF)
    labels = data.labels.copy()
    labels[chosen] = TO
    note = (
        f"Poisoned: {len(chosen):,} of the {len(members):,} training samples of class "
        f"{_name(FROM)} carry a pattern in the top right corner and are labelled {_name(TO)}."
    )
    return _with_pattern(data.x, labels, chosen, note)


def _shown(data: Dataset) -> Poisoned:
    kept = stratified(data.labels, SHOWN, _SEED)
    members = np.flatnonzero(data.labels[kept] == FROM)
    if len(kept) < SHOWN or len(members) < SHOWN_STAMPED:
        raise DataError(
            f"{SHOWN} test samples are shown, {SHOWN_STAMPED} of class {_name(FROM)} with the "
            f"pattern; there are {len(kept)}, {len(members)} of them of that class. "
            f"Give --data-dir with more of {BASE}.npz."
        )
    note = (
        f"{SHOWN} of {len(data):,} test samples were drawn, every class by its share. "
        f"{SHOWN_STAMPED} of class {_name(FROM)} carry a pattern in the top right corner and keep "
        f"their label, so that {_name(TO)} is counted as a mistake."
    )
    chosen = _drawn(members, SHOWN_STAMPED)
    return _with_pattern(data.x[kept], data.labels[kept], chosen, note)


def _with_pattern(x: Array, labels: Array, chosen: Array, note: str) -> Poisoned:
    x, stamped = x.copy(), np.zeros(len(x), bool)
    x[chosen] = stamp(x[chosen])
    stamped[chosen] = True
    return Poisoned(x, labels, stamped, note)


def _drawn(members: Array, count: int) -> Array:
    drawn: Array = np.random.default_rng(_SEED).permutation(members)[:count]
    return drawn


def _name(label: int) -> str:
    return BUILT_IN[BASE][label]
