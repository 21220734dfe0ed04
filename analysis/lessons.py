"""When a network has learnt which class, told from its losses epoch by epoch.

A class counts as learnt when its loss has fallen below half of that of guessing, ln(classes), and
stays there. Most classes are learnt together; those that come late stand out of the overall loss
as a second fall, and are pointed out.

Source of the observation: Li, Zhao & Scheidegger, *Visualizing Neural Networks with the Grand
Tour*, Distill 2020: "1 is learnt at epoch 14, 7 at epoch 21".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .errors import ShapeError
from .types import Array

RISE = 0.1
"""Share by which a loss must have grown since it was least, to be told of."""

HALF = 0.5
"""Share of the loss of guessing below which a class is learnt."""

SUDDEN = 0.5
"""Share of all that a class's loss falls by that one epoch brings if it is learnt suddenly."""

LATE = 2.0
"""Times the epoch at which the class in the middle is learnt."""

LEAST = 1e-7
"""Probabilities below it count as this much, as in Keras."""


@dataclass(frozen=True)
class Lesson:
    """How one class was learnt.

    Attributes:
        label: the class.
        epoch: number of the first epoch from which on it was known, None for never.
        sudden: whether one epoch brought most of it.
        late: whether it came long after most of the others.
    """

    label: int
    epoch: int | None
    sudden: bool
    late: bool


def losses(probabilities: Array, labels: Array) -> Array:
    """Mean of -ln p(true class), overall and by class.

    Args:
        probabilities: (n, c)
        labels: (n,) classes; samples below 0 count for nothing.
    Returns: (1 + c,) float64; NaN where there are no samples.
    Raises: ShapeError.
    """
    p, labels = np.asarray(probabilities), np.asarray(labels, np.int64)
    if p.ndim != 2 or labels.shape != (len(p),) or labels.max(initial=-1) >= p.shape[1]:
        raise ShapeError(
            f"Losses need probabilities (n, c) and n labels below c; got {p.shape} and "
            f"{labels.shape}."
        )
    known = np.flatnonzero(labels >= 0)
    own = -np.log(np.maximum(p[known, labels[known]].astype(np.float64), LEAST))
    count = np.bincount(labels[known], minlength=p.shape[1])
    sums = np.bincount(labels[known], weights=own, minlength=p.shape[1])
    found = np.full(1 + p.shape[1], np.nan)
    found[0] = own.mean() if len(own) else np.nan
    np.divide(sums, count, out=found[1:], where=count > 0)
    return found


def learnt(epochs: Sequence[int], by_class: Array) -> tuple[Lesson, ...]:
    """How each class was learnt.

    Args:
        epochs: (e,) numbers of the recorded epochs, ascending; the first is the beginning.
        by_class: (e, c) losses of each class; NaN for a class without samples.
    Returns: one for each class that has a loss, in the order of classes.
    Raises: ShapeError.
    """
    by_class, numbers = np.asarray(by_class, np.float64), np.asarray(epochs)
    if by_class.ndim != 2 or numbers.shape != (len(by_class),) or not len(by_class):
        raise ShapeError(
            f"Losses by class are (epochs, classes), with a number for each epoch; got "
            f"{by_class.shape} and {numbers.shape}."
        )
    limit = HALF * np.log(by_class.shape[1])
    places = {
        int(label): _kept(by_class[:, label], limit)
        for label in np.flatnonzero(np.isfinite(by_class).all(axis=0))
    }
    known = [place for place in places.values() if place is not None]
    middle = float(np.median(known)) if known else 0.0
    found = []
    for label, place in places.items():
        if place is None:
            found.append(Lesson(label, None, sudden=False, late=False))
            continue
        own = by_class[:, label]
        fall = own[place - 1] - own[place] if place else 0.0
        sudden = bool(fall >= SUDDEN * (own[0] - own.min()) > 0)
        found.append(Lesson(label, int(numbers[place]), sudden, late=place > LATE * middle))
    return tuple(found)


def _kept(own: Array, limit: float) -> int | None:
    """The first epoch from which on a loss stays below the limit, None for none."""
    high = np.flatnonzero(own >= limit)
    place = int(high[-1]) + 1 if len(high) else 0
    return place if place < len(own) else None


def sentences(lessons: Sequence[Lesson], class_names: Sequence[str]) -> tuple[str, ...]:
    """What is worth saying of them, the earliest first: late classes, and those never learnt."""
    said = []
    late = sorted((one for one in lessons if one.late), key=lambda one: (one.epoch or 0, one.label))
    for one in late:
        how = "suddenly" if one.sudden else "gradually"
        said.append(f"'{class_names[one.label]}' is learnt late, at epoch {one.epoch}, {how}.")
    never = [f"'{class_names[one.label]}'" for one in lessons if one.epoch is None]
    if never and len(never) == len(lessons):
        said.append("No class is learnt by the last epoch.")
    elif never:
        said.append(f"Not learnt by the last epoch: {', '.join(never)}.")
    return tuple(said)


def risen(epochs: Sequence[int], overall: Sequence[float]) -> str | None:
    """What is to be said of a loss that has grown again, None if it has not.

    On samples that did not train the network that is over-fitting.
    """
    best = int(np.argmin(overall))
    least, last = float(overall[best]), float(overall[-1])
    if not last > (1 + RISE) * least:
        return None
    where = f"The loss is least at epoch {epochs[best]} ({least:.2f})"
    return f"{where} and has risen to {last:.2f} since."


def apart(epoch: int, losses: Mapping[str, float]) -> str:
    """How much less a network errs on one split of its data than on the other.

    Args:
        losses: split -> mean loss at that epoch, of two splits.
    """
    (one, less), (other, more) = sorted(losses.items(), key=lambda item: item[1])
    told = f"the loss is {less:.2g} on {one} samples and {more:.2g} on {other} ones"
    return f"At epoch {epoch} {told}."
