"""How the questions about one layer's representation are answered: its points, feature by feature.

A *cloud* is what the Embedding page shows of a layer. It is named by the layer, by which points
its samples contribute (`points.WHICH`), by a position where one is asked for, and by the samples
where not all are meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import features as figures
from . import fitting, receptive_field
from . import overview as overviews
from . import points as clouds
from .dependences import dependences
from .errors import ParameterError
from .points import PART, Points, Which, parts_of
from .types import Array, Report, Result

if TYPE_CHECKING:
    from .workbench import Workbench


def points(
    bench: Workbench, layer: str, which: Which, position: int, samples: Sequence[int] | None
) -> Result:
    """Which sample and which position every point stands for."""
    shape = bench.network.operation(layer).shape
    count = len(bench.dataset)
    wanted = None if samples is None else np.asarray(samples, np.int64)
    if which != "strongest":
        found = clouds.pick(which, count, shape, position=position, samples=wanted)
    elif wanted is None:
        found = clouds.strongest(watched(bench, layer, bench.report), count, shape)
    else:
        chosen = clouds.pick("samples", count, shape, samples=wanted).sample
        every = _points(bench, layer, which, position, None)
        found = Points(chosen, every.position[chosen], len(chosen))
    return Result(
        arrays={
            "sample": found.sample.astype(np.int32),
            "position": found.position.astype(np.int32),
        },
        facts={"count": len(found.sample), "total": int(found.total)},
    )


def columns(
    bench: Workbench,
    *,
    layer: str,
    which: Which,
    position: int,
    samples: Sequence[int] | None,
    part: int,
) -> Result:
    """The values of some features: one array (m,) a feature, named by its number."""
    shape = bench.network.operation(layer).shape
    first = part * PART
    last = min(first + PART, clouds.features_of(which, shape))
    if first >= last:
        raise ParameterError(
            f"Layer '{layer}' has {last} features as {which}; part {part} begins at {first}."
        )
    chosen = _points(bench, layer, which, position, samples)
    batches = watched(bench, layer, bench.report, chosen.sample)
    block = clouds.gather(batches, chosen, which, shape, first, last)
    return Result(arrays={str(first + row): column for row, column in enumerate(block)})


def features(bench: Workbench, layer: str, which: Which, position: int) -> Result:
    """What can be said of every feature, orders of them, and which depend on which."""
    total = clouds.features_of(which, bench.network.operation(layer).shape)
    steps = parts_of(total) + 2  # the points first, what is said of all features together last
    chosen = _points(bench.within(0.0, 1 / steps), layer, which, position, None)
    labels = judged(bench)[chosen.sample]
    classes = classes_of(bench)
    found = []
    for part in range(parts_of(total)):
        own = bench.within((part + 1) / steps, (part + 2) / steps)
        block = part_of(own, layer, which, position, part)
        found.append(figures.statistics(block, labels, classes))
        bench.report((part + 2) / steps)
    told = figures.join(found)
    arrays = {
        "mean": told.mean,
        "deviation": told.deviation,
        "low": told.low,
        "high": told.high,
        "finite": told.finite,
        "f_ratio": told.f_ratio,
    }
    correlation = figures.correlation(block) if parts_of(total) == 1 else None
    for how in figures.ORDERS:
        if how != "clusters" or correlation is not None:
            arrays[f"order {how}"] = figures.order_by(told, how, correlation)
    facts: dict[str, Any] = {"features": total, "dead": int(figures.dead(told).sum()), "rank": None}
    if correlation is not None:
        depending = dependences(correlation)
        facts["rank"] = depending.rank
        facts["dependences"] = [
            {
                "feature": int(one.feature),
                "on": [int(number) for number in one.on],
                "weights": [float(weight) for weight in one.weights],
                "explained": float(one.explained),
            }
            for one in depending.list
        ]
    with np.errstate(over="ignore"):  # an F-ratio beyond float32 is as good as infinite
        numbers = {
            name: array.astype(np.int32 if name.startswith("order") else np.float32)
            for name, array in arrays.items()
        }
    return Result(arrays=numbers | {"dead": figures.dead(told)}, facts=facts)


def overview(bench: Workbench, layer: str, which: Which, position: int, order: str) -> Result:
    """The whole matrix as a picture; of a wide layer the first features of an order.

    Raises: ParameterError for an order that the features do not have.
    """
    total = clouds.features_of(which, bench.network.operation(layer).shape)
    shown = np.arange(total, dtype=np.int32)
    begun = 0.0
    if total > overviews.MOST_FEATURES:
        about = {"layer": layer, "which": which, "position": position}
        if bench.address("features", **about) not in bench.store:
            begun = 0.8  # they take a pass over the samples for every part
        told = bench.within(0.0, begun).ask("features", **about)
        orders = [how for how in figures.ORDERS if f"order {how}" in told.arrays]
        if order not in orders:
            raise ParameterError(
                f"The {total:,} features of layer '{layer}' have no order '{order}'. "
                f"Choose one of: {', '.join(orders)}."
            )
        shown = told.arrays[f"order {order}"][: overviews.MOST_FEATURES]
    chosen_at, drawn_from = begun + (1.0 - begun) / 4, begun + (1.0 - begun) / 2
    chosen = _points(bench.within(begun, chosen_at), layer, which, position, None)
    labels, classes = judged(bench), classes_of(bench)
    drawn = overviews.draw(
        bench.within(chosen_at, drawn_from).columns(layer, shown, which, position),
        labels[chosen.sample],
        classes,
        report=bench.within(drawn_from, 1.0).report,
    )
    count = len(chosen.sample)
    return Result(
        arrays={"owner": drawn.owner, "density": drawn.density, "features": shown},
        facts={
            "side": overviews.side_of(len(shown)),
            "shown": count,  # pages compare both
            "total": count,
            "classes": classes,
        },
    )


def fields(bench: Workbench, layer: str) -> Result:
    """Receptive field of every position: (positions, 4) top, left, bottom, right; half-open."""
    return Result(
        arrays={"boxes": receptive_field.boxes(bench.network, layer).astype(np.int32)},
    )


def judged(bench: Workbench) -> Array:
    """(n,) classes by which features are judged: true ones, or predicted ones of unlabelled data,
    or -1 where a network without classes is shown unlabelled data."""
    labels = bench.dataset.labels
    if (labels >= 0).any() or not bench.network.class_count:
        return labels
    predicted: Array = bench.predictions().arrays["predicted"].astype(np.int64)
    return predicted


def classes_of(bench: Workbench) -> int:
    """How many classes there are: those of the network, or of the data where it gives none."""
    known = int(bench.dataset.labels.max(initial=-1)) + 1
    return bench.network.class_count or max(known, len(bench.dataset.class_names))


def part_of(bench: Workbench, layer: str, which: Which, position: int, part: int) -> Array:
    """(features, m) float32: one part of the columns of all samples."""
    found = bench.ask(
        "columns", layer=layer, which=which, position=position, samples=None, part=part
    )
    return np.stack(list(found.arrays.values()))


def watched(
    bench: Workbench, layer: str, report: Report, samples: Array | None = None
) -> Iterator[tuple[int, Array]]:
    """Batches of a layer's flat outputs in the order of the samples, with progress.

    Args:
        report: hears the share of the batches done.
        samples: (k,) integers; only the batches that hold one of them run. None for all.
    Yields: as `Network.batches`, of one layer.
    """
    network = bench.network
    arranged = fitting.arrange(network.input_shapes, bench.dataset.inputs)
    size = network.batch_size
    if samples is None:
        samples = np.arange(len(arranged))
    # Each runs whole and as it always does: numbers depend on a sample's place in its batch.
    numbers = np.unique(samples // size).tolist()
    for done, number in enumerate(numbers, start=1):
        start = number * size
        own = tuple(array[start : start + size] for array in arranged.arrays)
        for _, (part,) in network.batches(fitting.Arranged(own, arranged.notes), [layer]):
            yield start, part
        report(done / len(numbers))


def _points(
    bench: Workbench, layer: str, which: Which, position: int, samples: Sequence[int] | None
) -> Points:
    found = bench.ask("points", layer=layer, which=which, position=position, samples=samples)
    return Points(found.arrays["sample"], found.arrays["position"], found.facts["total"])
