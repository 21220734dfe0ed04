"""How the questions of the Tour page are answered: a layer as it is toured, and planes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from . import layer_links, lessons, principal, tour
from .calls import PREDICTION
from .errors import MemoryBudgetError, NotFiniteError, StudyError
from .representations import judged, watched
from .types import Array, Result, part

if TYPE_CHECKING:
    from .workbench import Workbench

PART = 512
"""Samples of a layer that is at hand which are looked at together."""


def axes(bench: Workbench, layer: str, most: int) -> Result:
    """The leading principal axes of a wide layer.

    Raises: MemoryBudgetError for a layer so wide that its axes do not fit.
    """
    d = bench.network.operation(layer).size
    taken = principal.memory(d, most)
    if taken > bench.budget:
        raise MemoryBudgetError(
            f"{most} principal axes of the {d:,} dimensions of layer '{layer}' take {taken:,} "
            f"bytes to find; the budget is {bench.budget:,}. Choose a narrower layer, or a "
            "larger budget (--memory)."
        )
    passes = _Passes(bench.within(0.0, 0.3), layer)
    found = principal.leading(passes, d, most, report=part(bench.report, 0.3, 1.0))
    return Result(
        arrays={
            "mean": found.mean,
            "directions": found.directions.astype(np.float32),
            "variances": found.variances,
        },
        facts={"layer": layer, "dimensions": d, "kept": found.kept},
    )


def cloud(bench: Workbench, layer: str, most: int, axes: str = "") -> Result:
    """The samples of a layer: as they are, or along the leading principal axes of a wide one.

    Class probabilities are seen from the middle of all classes, other layers from their mean.

    Args:
        axes: `Study.identity` of the study whose axes are meant, "" for this one's own: so that
            all epochs of a training lie in one space. `bench.other` holds it.
    Raises: MemoryBudgetError as `axes`; StudyError if that study is not at hand.
    """
    d = bench.network.operation(layer).size
    if d <= most:
        x, centre, kept = _as_it_is(bench, layer, d)
    else:
        x, kept = _along_axes(bench, layer, most, axes)
        centre = np.zeros(most)
    return Result(
        arrays={"x": x.astype(np.float32), "centre": centre.astype(np.float32)},
        facts={"layer": layer, "dimensions": d, "axes": x.shape[1], "kept": kept},
    )


def frame(bench: Workbench, path: Sequence[str], most: int) -> Result:
    """How the first layer of a path to the prediction is turned, so that what moves on the way to
    the next one is real change: see `layer_frames`.

    Returns: array `frame` (d, w), w the dimensions of the widest cloud of the network; facts "how"
        ("end", "component by component", "matrix", "samples"), "least" and "most" (by how much a
        matrix stretches, None elsewhere), "classes" (whether axes are those of the prediction).
    """
    network = bench.network
    layer_links.check_path(network.graph, path)
    width = max(min(most, node.size) for node in network.graph.nodes)
    layer, *rest = path
    d = min(most, network.operation(layer).size)
    if not rest:
        facts = {"how": "end", "least": None, "most": None, "classes": bool(network.class_count)}
        return Result(arrays={"frame": np.eye(d, width)}, facts=facts)
    after = bench.within(0.0, 0.7).ask("tour frame", path=rest, most=most)
    rest_of = bench.within(0.7, 1.0)
    before, behind = (_space(rest_of, name, most) for name in (layer, rest[0]))
    link = layer_links.link(network, before, behind, after.arrays["frame"])
    same = link.how == layer_links.COMPONENTWISE and d == network.operation(rest[0]).size
    return Result(
        arrays={"frame": link.frame},
        facts={
            "how": link.how,
            "least": link.least,
            "most": link.most,
            "classes": same and bool(after.facts["classes"]),
        },
    )


def losses(bench: Workbench) -> Result:
    """Mean of -ln p(true class): facts `loss`, and `by_class`, None for classes without samples."""
    probabilities = bench.predictions().arrays["probabilities"]
    found = lessons.losses(probabilities, bench.dataset.labels)
    told = [None if np.isnan(value) else float(value) for value in found]
    return Result(facts={"loss": told[0], "by_class": told[1:]})


def separating(
    bench: Workbench, layer: str, most: int, classes: Sequence[int], axes: str = ""
) -> Result:
    """The plane in which classes lie apart best on a layer; of all classes if none are named."""
    found = bench.ask("tour cloud", layer=layer, most=most, axes=axes).arrays
    x, labels = found["x"].astype(np.float64), judged(bench)
    counted = np.isfinite(x).all(axis=1)
    if classes:
        counted &= np.isin(labels, np.asarray(classes))
    return Result(arrays={"plane": tour.separating(x[counted], labels[counted])})


def _as_it_is(bench: Workbench, layer: str, d: int) -> tuple[Array, Array, float]:
    x = _whole(bench, layer, d)
    if layer == PREDICTION and bench.network.class_count:
        return x, np.full(d, 1.0 / d), 1.0
    good = x[np.isfinite(x).all(axis=1)]
    if not len(good):
        raise NotFiniteError(
            f"No sample of layer '{layer}' is finite, so that there is nothing to see."
        )
    return x, good.mean(axis=0, dtype=np.float64), 1.0


def _along_axes(bench: Workbench, layer: str, most: int, owner: str) -> tuple[Array, float]:
    """Samples (n, most) along principal axes, and the share of their variance that they keep."""
    own = owner in ("", bench.study.identity)
    passes = _Passes(bench.within(0.0, 0.3), layer)
    # The same activations serve for both.
    whole = {layer: passes.whole} if own and passes.whole is not None else {}
    space, kept = space_of(bench.within(0.3, 0.9), layer, most, owner, whole)
    x = np.concatenate([space.along(batch) for batch in passes()])
    bench.report(1.0)
    if own:
        return x, kept
    total = principal.variance(passes, bench.network.operation(layer).size)
    good = x[np.isfinite(x).all(axis=1)]
    return x, float(good.var(axis=0).sum() / total) if total > 0 else 1.0


def space_of(
    bench: Workbench,
    layer: str,
    most: int,
    owner: str,
    at_hand: Mapping[str, Array] = MappingProxyType({}),
) -> tuple[principal.Axes, float]:
    """The principal axes along which a wide layer is toured, and the share of variance that they
    keep of the samples of the study whose axes they are.

    Args:
        owner: `Study.identity` of that study, "" for the bench's own.
        at_hand: activations of it that have been computed.
    Raises: MemoryBudgetError as `axes`; StudyError if that study is not at hand.
    """
    own = owner in ("", bench.study.identity)
    of = bench if own else bench.other
    if of is None or (not own and of.study.identity != owner):
        raise StudyError(
            f"The axes of layer '{layer}' are those of the finished network, which is not at hand. "
            "Open it first."
        )
    asked = of.watched(bench.report)
    if own:
        asked.at_hand = {**of.at_hand, **at_hand}
    found = asked.ask("tour axes", layer=layer, most=most)
    directions = found.arrays["directions"].astype(np.float64)
    axes = principal.Axes(found.arrays["mean"], directions, found.arrays["variances"], 0.0)
    return axes, float(found.facts["kept"])


def _space(bench: Workbench, layer: str, most: int) -> layer_links.Space:
    """A layer as the links between layers need it."""
    found = bench.ask("tour cloud", layer=layer, most=most, axes="")
    x, centre = (found.arrays[name].astype(np.float64) for name in ("x", "centre"))
    if found.facts["dimensions"] <= most:
        return layer_links.Space(layer, x, centre, None)
    known = bench.ask("tour axes", layer=layer, most=most).arrays
    return layer_links.Space(layer, x, known["mean"], known["directions"].astype(np.float64))


class _Passes:
    """Passes over a layer's samples: from memory where they fit into half of the budget.

    Attributes:
        whole: (n, d) float32; None where they do not fit, and every pass runs the network.
    """

    def __init__(self, bench: Workbench, layer: str) -> None:
        self._bench, self._layer = bench, layer
        d = bench.network.operation(layer).size
        self.whole: Array | None = None
        if layer in bench.at_hand or 4 * d * len(bench.dataset) <= bench.budget // 2:
            self.whole = _whole(bench, layer, d)

    def __call__(self) -> Iterator[Array]:
        if self.whole is None:
            for _, batch in watched(self._bench, self._layer, lambda *_: self._bench.report(0.0)):
                yield batch
        else:
            for start in range(0, len(self.whole), PART):
                self._bench.report(1.0)
                yield self.whole[start : start + PART]


def _whole(bench: Workbench, layer: str, d: int) -> Array:
    """(n, d) float32: what is at hand, or else what the network gives."""
    at_hand = bench.at_hand.get(layer)
    if at_hand is not None:
        bench.report(1.0)
        return at_hand.reshape(len(at_hand), d)
    x = np.empty((len(bench.dataset), d), np.float32)
    for start, batch in watched(bench, layer, bench.report):
        x[start : start + len(batch)] = batch
    return x
