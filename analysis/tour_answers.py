"""How the questions of the Tour page are answered: a layer as it is toured, and planes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import lessons, principal, tour
from .calls import PREDICTION
from .errors import MemoryBudgetError, NotFiniteError
from .representations import judged, watched
from .types import Array, Report, Result, part

if TYPE_CHECKING:
    from .workbench import Workbench


def cloud(bench: Workbench, layer: str, most: int) -> Result:
    """The samples of a layer: as they are, or along the leading principal axes of a wide one.

    Class probabilities are seen from the middle of all classes, other layers from their mean.

    Raises: MemoryBudgetError for a layer so wide that its axes do not fit.
    """
    operation = bench.network.operation(layer)
    d = operation.size
    if d <= most:
        x = _whole(bench, layer, d)
        kept = 1.0
        if layer == PREDICTION and bench.network.class_count:
            centre = np.full(d, 1.0 / d)
        else:
            good = x[np.isfinite(x).all(axis=1)]
            if not len(good):
                raise NotFiniteError(
                    f"No sample of layer '{layer}' is finite, so that there is nothing to see."
                )
            centre = good.mean(axis=0, dtype=np.float64)
    else:
        taken = principal.memory(d, most)
        if taken > bench.budget:
            raise MemoryBudgetError(
                f"{most} principal axes of the {d:,} dimensions of layer '{layer}' take {taken:,} "
                f"bytes to find; the budget is {bench.budget:,}. Choose a narrower layer, or a "
                "larger budget (--memory)."
            )
        axes = principal.leading(
            lambda: _batches(bench, layer, lambda *_: bench.report(0.0)),
            d,
            most,
            report=bench.within(0.0, 0.8).report,
        )
        rest = part(bench.report, 0.8, 1.0)
        x = np.concatenate([axes.along(batch) for batch in _batches(bench, layer, rest)])
        centre, kept = np.zeros(most), axes.kept
    return Result(
        arrays={"x": x.astype(np.float32), "centre": centre.astype(np.float32)},
        facts={"layer": layer, "dimensions": d, "axes": x.shape[1], "kept": kept},
    )


def losses(bench: Workbench) -> Result:
    """Mean of -ln p(true class): facts `loss`, and `by_class`, None for classes without samples."""
    probabilities = bench.predictions().arrays["probabilities"]
    found = lessons.losses(probabilities, bench.dataset.labels)
    told = [None if np.isnan(value) else float(value) for value in found]
    return Result(facts={"loss": told[0], "by_class": told[1:]})


def separating(bench: Workbench, layer: str, most: int, classes: Sequence[int]) -> Result:
    """The plane in which classes lie apart best on a layer; of all classes if none are named."""
    found = bench.ask("tour cloud", layer=layer, most=most).arrays
    x, labels = found["x"].astype(np.float64), judged(bench)
    counted = np.isfinite(x).all(axis=1)
    if classes:
        counted &= np.isin(labels, np.asarray(classes))
    return Result(arrays={"plane": tour.separating(x[counted], labels[counted])})


def _whole(bench: Workbench, layer: str, d: int) -> Array:
    x = np.empty((len(bench.dataset), d), np.float32)
    for start, batch in watched(bench, layer, bench.report):
        x[start : start + len(batch)] = batch
    return x


def _batches(bench: Workbench, layer: str, report: Report) -> Iterator[Array]:
    for _, batch in watched(bench, layer, report):
        yield batch
