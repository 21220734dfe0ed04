"""Lengths of perturbations, the balls of a length, and the steepest step of a length.

All arrays are (n, *shape), a sample each. The same arithmetic as in `cleverhans.tf2.utils`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import ParameterError
from ..types import Array

if TYPE_CHECKING:
    from .kinds import Chance

NORMS = ("linf", "l2", "l1")
"""The largest change of a value; the root of the sum of squares; the sum of all changes."""

_LEAST = 1e-12


def lengths(change: Array, norm: str) -> Array:
    """(n,) float64."""
    flat = change.reshape(len(change), -1).astype(np.float64)
    if norm == "linf":
        return np.asarray(np.abs(flat).max(axis=1, initial=0.0))
    if norm == "l1":
        return np.asarray(np.abs(flat).sum(axis=1))
    return np.asarray(np.sqrt(np.square(flat).sum(axis=1)))


def within(change: Array, norm: str, epsilon: float) -> Array:
    """The change that is nearest by Euclid's distance and not longer.

    Raises: ParameterError for a norm whose balls no attack projects onto.
    """
    if epsilon == np.inf:
        return change
    if norm == "linf":
        return np.clip(change, -epsilon, epsilon)
    if norm == "l2":
        flat = change.reshape(len(change), -1)
        size = np.sqrt(np.maximum(_LEAST, np.square(flat).sum(axis=1)))
        return change * _each(np.minimum(1.0, epsilon / size), change)
    raise ParameterError(f"Nothing is projected onto balls of {norm}.")


def steepest(gradient: Array, norm: str, length: float) -> Array:
    """The step of a length along which a linear function with this gradient grows most."""
    if norm == "linf":
        return np.asarray(length * np.sign(gradient))
    flat = gradient.reshape(len(gradient), -1)
    if norm == "l2":
        size = np.sqrt(np.maximum(_LEAST, np.square(flat).sum(axis=1)))
        return np.asarray(length * gradient / _each(size, gradient))
    most = np.abs(flat) == np.abs(flat).max(axis=1, keepdims=True)
    step = np.sign(flat) * most / most.sum(axis=1, keepdims=True)
    return np.asarray(length * step.reshape(gradient.shape))


def anywhere(shape: tuple[int, ...], norm: str, epsilon: float, chance: Chance) -> Array:
    """(n, *shape) changes, evenly spread over a ball.

    Source, of l2: Calafiore et al., *A probabilistic framework for problems with real structured
    uncertainty in systems and control*, 1998.
    """
    if norm == "linf":
        return np.float32(epsilon) * chance.uniform(shape)
    found = chance.normal(shape)
    size = np.sqrt(np.square(found.reshape(len(found), -1)).sum(axis=1))
    radius = epsilon * chance.shares() ** (1.0 / max(1, int(np.prod(shape))))
    return found * _each(radius / np.maximum(_LEAST, size), found)


def _each(values: Array, of: Array) -> Array:
    """(n,) -> (n, 1, ...), a factor for every sample."""
    return np.asarray(values, of.dtype).reshape(-1, *[1] * (of.ndim - 1))
