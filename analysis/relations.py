"""How the questions between representations are answered: two layers, or two networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import activations, alignment
from . import features as figures
from . import points as clouds
from .calls import ancestors
from .errors import DataError, ParameterError, StudyError
from .points import Which, parts_of
from .representations import part_of, watched
from .types import Array, Result

if TYPE_CHECKING:
    from .workbench import Workbench

LISTED = 200
"""Features of a ranking that are kept."""


def correlates(bench: Workbench, layer: str, feature: int, which: Which, position: int) -> Result:
    """The features of all earlier layers that go with one feature, by the size of Pearson's r.

    A feature of a layer with positions counts by its mean over all of them if all are shown. Every
    r is over the samples for which both features are finite.
    """
    bench.network.operation(layer)  # says so if there is none
    earlier = before(bench, layer)
    steps = len(earlier) + 1
    target = _target(bench.within(0.0, 1.0 / steps), layer, feature, which, position)
    strengths: list[tuple[float, int, int]] = []
    for place, name in enumerate(earlier):
        start = 0
        for block in activations.blocks(
            bench.network, bench.dataset.inputs, name, budget=bench.budget // 4
        ):
            r = _correlations(target, block.T)
            best = np.argsort(-np.abs(r), kind="stable")[:LISTED]
            strengths += [(float(r[k]), place, start + int(k)) for k in best if r[k] != 0.0]
            start += block.shape[1]
        bench.report((place + 2) / steps, f"Correlating with {name}")
    strengths.sort(key=lambda one: (-abs(one[0]), one[1:]))
    kept = strengths[:LISTED]
    return Result(
        arrays={
            "r": np.array([one[0] for one in kept], np.float32),
            "layer": np.array([one[1] for one in kept], np.int32),
            "feature": np.array([one[2] for one in kept], np.int32),
        },
        facts={"layers": earlier},
    )


def _correlations(target: Array, columns: Array) -> Array:
    """(f,) r of a target (m,) with columns (f, m), which leave no points out for each other: how
    many are at hand at once depends on the memory."""
    finite = np.isfinite(columns)
    if finite.all():
        return figures.correlate(target, columns)
    found = np.empty(len(columns))
    kinds, kind = np.unique(np.packbits(finite, axis=1), axis=0, return_inverse=True)
    for number in range(len(kinds)):
        alike = kind == number
        found[alike] = figures.correlate(target, columns[alike])
    return found


def before(bench: Workbench, layer: str) -> list[str]:
    """What `layer` depends on and that does more than move values, in data-flow order."""
    operations = bench.network.operations
    place = next(k for k, one in enumerate(operations) if one.name == layer and not one.idle)
    above = ancestors(operations, [place]) - {place}
    names = {operations[k].name for k in above if not operations[k].idle}
    return [
        node.name for node in bench.network.graph.nodes if node.name in names and not node.reorders
    ]


def _target(bench: Workbench, layer: str, feature: int, which: Which, position: int) -> Array:
    """(n,) float64: one value a sample."""
    shape = bench.network.operation(layer).shape
    total = clouds.features_of(which, shape)
    if not 0 <= feature < total:
        raise ParameterError(
            f"Layer '{layer}' has features 0 to {total - 1} as {which}; got {feature}."
        )
    if which != "positions":
        column: Array = bench.columns(layer, [feature], which, position)[0]
        return column.astype(np.float64)
    positions, depth = clouds.structure(shape)
    found = np.empty(len(bench.dataset), np.float64)
    for start, part in watched(bench, layer, bench.report):
        values = part.reshape(len(part), positions, depth)[:, :, feature]
        with np.errstate(invalid="ignore"):  # infinities of both signs
            found[start : start + len(part)] = values.mean(axis=1, dtype=np.float64)
    return found


def aligned(bench: Workbench, **pair: Any) -> Result:
    """This network's representation in the axes of another's, as near as turning brings it.

    Args:
        pair: as of `_pair`.
    """
    own, theirs = _pair(bench, **pair)
    found = alignment.procrustes(theirs, own)
    turned = found.apply(own).astype(np.float32)
    return Result(
        arrays={str(row): column for row, column in enumerate(turned)}
        # A sample that is not finite is turned to NaN; there are others, or nothing was aligned.
        | {"low": np.nanmin(turned, axis=1), "high": np.nanmax(turned, axis=1)},
        facts={
            "residual": _number(found.residual),
            "cka": _number(alignment.similarity(theirs, own)),
        },
    )


def between(bench: Workbench, **pair: Any) -> Result:
    """Correlations (own features, other's features), and how alike the representations are.

    Args:
        pair: as of `_pair`.
    """
    own, theirs = _pair(bench, **pair)
    return Result(
        arrays={"r": alignment.between(own, theirs).astype(np.float32)},
        facts={"cka": _number(alignment.similarity(own, theirs))},
    )


def _pair(
    bench: Workbench,
    *,
    layer: str,
    which: Which,
    position: int,
    other: str,
    other_layer: str,
    other_position: int,
) -> tuple[Array, Array]:
    """Both representations, (features, m) each, point by point of the same samples.

    Args:
        which: of both, as far as a layer has positions to choose from.
        position, other_position: of each layer in its own grid, if `which` is "position"; the
            same number is another place where the grids differ.
        other: fingerprint of the second network.
    Raises: StudyError or DataError if `bench.other` is not that network on the same samples;
        ParameterError if a representation is too wide, or the points make no pairs.
    """
    second = bench.other
    if second is None or second.study.network != other:
        raise StudyError("The second network of this question is not at hand. Choose it again.")
    if second.study.data != bench.study.data:
        raise DataError("Two networks are compared on the same samples; these have others.")
    blocks, places = [], []
    for one, name, place in (
        (bench, layer, position),
        (second, other_layer, other_position),
    ):
        shape = one.network.operation(name).shape
        own = clouds.normalised(which, shape)
        total = clouds.features_of(own, shape)
        if parts_of(total) > 1:
            raise ParameterError(
                f"Layer '{name}' has {total:,} features as {own}; at most 1,024 are compared. "
                "Show one point a position instead of whole samples."
            )
        where = place if own == "position" else 0
        found = one.ask("points", layer=name, which=own, position=where, samples=None)
        places.append((found.arrays["sample"], found.arrays["position"], own, shape[:-1]))
        blocks.append(part_of(one, name, own, where, 0))
    _check_pairs(places, (layer, other_layer))
    return blocks[0], blocks[1]


def _check_pairs(
    places: Sequence[tuple[Array, Array, str, tuple[int, ...]]], names: tuple[str, str]
) -> None:
    (first, where, own, grid), (second, elsewhere, theirs, other) = places
    same = np.array_equal(first, second)
    if same and "positions" in (own, theirs):
        same = grid == other and np.array_equal(where, elsewhere)
    if not same:
        raise ParameterError(
            f"Layers '{names[0]}' and '{names[1]}' have other positions, so that their points "
            "make no pairs. Show one point a sample, such as the strongest position."
        )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
