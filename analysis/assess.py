"""How well a network does: confusion matrix and accuracies."""

from __future__ import annotations

import numpy as np

from .errors import ParameterError, ShapeError
from .types import Array


def confusion(labels: Array, predicted: Array, classes: int) -> Array:
    """How many samples of every class were given every class.

    Args:
        labels: (n,) integers, true classes; -1 (unlabelled) is left out.
        predicted: (n,) integers 0 to classes - 1.
        classes: number of classes, at least 1.
    Returns: (classes, classes) int64, rows true, columns predicted.
    Raises:
        ShapeError: arrays of different or wrong shape.
        ParameterError: classes below 1, or a class outside them.
    """
    labels, predicted = _pair(labels, predicted)
    if classes < 1:
        raise ParameterError(f"A confusion matrix needs at least one class; got {classes}.")
    for what, values, least in (("labels", labels, -1), ("predicted", predicted, 0)):
        if len(values) and (values.min() < least or values.max() >= classes):
            raise ParameterError(
                f"{what} must lie in {least} to {classes - 1} for {classes} classes; "
                f"they run from {values.min()} to {values.max()}."
            )
    known = labels >= 0
    cells = labels[known] * classes + predicted[known]
    counts = np.bincount(cells, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64, copy=False)


def accuracy(labels: Array, predicted: Array) -> float:
    """Share of the labelled samples that are given their own class; NaN if none is labelled.

    Args:
        labels: (n,) integers, -1 where unlabelled.
        predicted: (n,) integers.
    Raises: ShapeError.
    """
    labels, predicted = _pair(labels, predicted)
    known = labels >= 0
    if not known.any():
        return float("nan")
    return float(np.mean(labels[known] == predicted[known]))


def accuracy_by_class(labels: Array, predicted: Array, classes: int) -> Array:
    """Share of every class' samples that are given that class (recall).

    Args, Raises: as `confusion`.
    Returns: (classes,) float64, NaN for a class without samples.
    """
    counts = confusion(labels, predicted, classes)
    samples = counts.sum(axis=1)
    shares = np.full(classes, np.nan)
    np.divide(np.diagonal(counts), samples, out=shares, where=samples > 0)
    return shares


def _pair(labels: Array, predicted: Array) -> tuple[Array, Array]:
    """Both as int64, of one length."""
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    if labels.ndim != 1 or labels.shape != predicted.shape:
        raise ShapeError(
            f"labels and predicted must be two (n,) arrays; got {labels.shape} "
            f"and {predicted.shape}."
        )
    # An empty list becomes a float array; every other non-integer is a mistake.
    if len(labels) and not (labels.dtype.kind in "iu" and predicted.dtype.kind in "iu"):
        raise ShapeError(
            f"labels and predicted must be integers; got {labels.dtype} and {predicted.dtype}."
        )
    return labels.astype(np.int64), predicted.astype(np.int64)
