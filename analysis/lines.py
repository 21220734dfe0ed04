"""Class probabilities along the straight lines between samples: all that Fisher distances ask for.

`of` makes them from any function that predicts. `network_lines` makes the same faster from a
network whose operations are known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .errors import NotFiniteError, ParameterError, ShapeError
from .types import Array, Report, silent

Predict = Callable[[Array], Array]
"""(m, *shape) float32 -> (m, c) class probabilities."""

BATCH = 4096
"""Most points that a function of somebody else's is asked for at once."""

BATCH_BYTES = 64 * 2**20
"""Most bytes that these points take, unless one line alone takes more."""


@dataclass(frozen=True)
class Held:
    """Samples that were made ready, so that many lines may begin or end at them.

    Attributes:
        values: (n, d) float32, what is interpolated: the samples themselves, or what an affine
            beginning of the network makes of them.
        probabilities: (n, c) float32 at the samples.
    """

    values: Array
    probabilities: Array

    def __len__(self) -> int:
        return len(self.values)


class Lines(Protocol):
    """Where lines run and what the classifier says on them."""

    def hold(self, x: Array, report: Report = silent) -> Held:
        """Make samples (n, *shape) ready; n > 0. The report may raise to stop."""
        ...

    def along(  # noqa: PLR0917 - a line has two ends, each a place among samples
        self,
        a: Held,
        first: Array,
        b: Held,
        second: Array,
        parts: Array,
        report: Report = silent,
    ) -> Array:
        """Probabilities at points (1 - t) * a[first] + t * b[second].

        Args:
            first, second: (m,) places in `a` and in `b`.
            parts: (k,) every t, in [0, 1].
            report: hears the share of the points done, after every batch; may raise to stop.
        Returns: (m, k, c) float32.
        Raises: ShapeError, ParameterError if the arguments do not go together.
        """
        ...


def check_samples(x: Array) -> None:
    """Raises: ShapeError unless x is (n, ...), n > 0; NotFiniteError."""
    if x.ndim < 2 or not x.size:
        raise ShapeError(f"Lines need samples (n, ...), n > 0; got {x.shape}.")
    bad = np.flatnonzero(~np.isfinite(x.reshape(len(x), -1)).all(axis=1))
    if len(bad):
        raise NotFiniteError(
            f"{len(bad):,} of {len(x):,} samples hold NaN or infinity, sample {bad[0]:,} first; no "
            "line leads there, and they have no place on a map. Leave them out."
        )


def check_ends(a: Held, first: Array, b: Held, second: Array, parts: Array, *, width: int) -> None:
    """Raises: ShapeError or ParameterError unless lines can be drawn between these.

    Args:
        width: values of a sample.
    """
    for held, places in ((a, first), (b, second)):
        if held.values.ndim != 2 or held.values.shape[1] != width:
            raise ShapeError(
                f"These lines run between samples of {width:,} values; got "
                f"{held.values.shape}. Make samples ready with `hold` of the same lines."
            )
        if places.shape != first.shape or places.ndim != 1:
            raise ShapeError(
                f"Lines need one place for each end; got {first.shape} and {second.shape}."
            )
        if len(places) and not 0 <= places.min() <= places.max() < len(held):
            raise ParameterError(
                f"Lines begin and end at samples 0 to {len(held) - 1}; got {places.min()} to "
                f"{places.max()}."
            )
    if parts.ndim != 1 or not np.all((parts >= 0) & (parts <= 1)):
        raise ParameterError(f"Points of a line lie at parts from 0 to 1 of it; got {parts}.")


def of(predict: Predict) -> Lines:
    """Lines of any function that predicts; samples of all calls have one shape."""
    return _Asked(predict)


class _Asked:
    """Lines of a function of which nothing is known but what it says."""

    def __init__(self, predict: Predict) -> None:
        self._predict = predict
        self._shape: tuple[int, ...] | None = None

    def hold(self, x: Array, report: Report = silent) -> Held:
        x = np.ascontiguousarray(x, np.float32)
        check_samples(x)
        if self._shape not in (None, x.shape[1:]):
            raise ShapeError(
                f"These lines run between samples of shape {self._shape}; got {x.shape[1:]}."
            )
        self._shape = x.shape[1:]
        flat = x.reshape(len(x), -1)
        points = _at_once(flat.shape[1])
        made = []
        for start in range(0, len(x), points):
            made.append(self._asked(flat[start : start + points]))
            report(min(1.0, (start + points) / len(x)))
        return Held(flat, np.concatenate(made))

    def along(  # noqa: PLR0917 - a line has two ends, each a place among samples
        self,
        a: Held,
        first: Array,
        b: Held,
        second: Array,
        parts: Array,
        report: Report = silent,
    ) -> Array:
        first, second = np.asarray(first, np.int64), np.asarray(second, np.int64)
        t = np.asarray(parts, np.float32)
        check_ends(a, first, b, second, t, width=a.values.shape[1])
        m, k, d = len(first), len(t), a.values.shape[1]
        found = np.empty((m, k, a.probabilities.shape[1]), np.float32)
        rows = max(1, _at_once(d) // max(1, k))
        for start in range(0, m if k else 0, rows):
            some = slice(start, start + rows)
            begin = a.values[first[some]][:, None]
            end = b.values[second[some]][:, None]
            points = begin + t[:, None] * (end - begin)
            found[some] = self._asked(points.reshape(-1, d)).reshape(-1, k, found.shape[2])
            report(min(1.0, (start + rows) / m))
        return found

    def _asked(self, flat: Array) -> Array:
        """(m, c) probabilities. Raises: ShapeError if that is not what the function gives."""
        made = np.asarray(self._predict(flat.reshape(len(flat), *(self._shape or ()))))
        if made.ndim != 2 or len(made) != len(flat) or not made.shape[1]:
            raise ShapeError(
                f"A function that predicts gives one row of class probabilities to every sample; "
                f"for {len(flat)} samples it gave {made.shape}."
            )
        return made.astype(np.float32, copy=False)


def _at_once(width: int) -> int:
    """Points of so many values that are asked for at once."""
    return max(1, min(BATCH, BATCH_BYTES // (4 * max(1, width))))
