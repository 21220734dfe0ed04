"""How every question is answered: algorithms put together, none of them knowing of the store."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from . import activations, assess, ordering, priorities
from . import dataset as datasets
from . import glyph as glyphs
from .calls import PREDICTION
from .errors import ParameterError, StudyError
from .types import Array, Fill, Graph, Metric, Preprocessing, Result

if TYPE_CHECKING:
    from .workbench import Workbench


def predictions(bench: Workbench) -> Result:
    """Class probabilities of all samples, and how often the network is right."""
    bench.network.check_classifies()
    at_hand = bench.at_hand.get(PREDICTION)
    probabilities = bench.network.predict(bench.dataset.inputs) if at_hand is None else at_hand
    predicted = probabilities.argmax(axis=1).astype(np.int32)
    labels = bench.dataset.labels
    classes = bench.network.class_count
    known = labels >= 0
    right = float((predicted == labels)[known].mean()) if known.any() else None
    return Result(
        arrays={
            "probabilities": probabilities.astype(np.float32),
            "predicted": predicted,
            "confidence": probabilities.max(axis=1).astype(np.float32),
            "confusion": assess.confusion(labels, predicted, classes),
            "accuracy_by_class": assess.accuracy_by_class(labels, predicted, classes),
        },
        facts={"accuracy": right, "labelled": int(known.sum())},
    )


def ranking(bench: Workbench, score: str, other: str = "") -> Result:
    """Which samples to look at first.

    Args:
        score: a name in `priorities.SCORES`, or "disagreement" with `bench.other`.
        other: fingerprint of that network, "" for the other scores; a part of the address alone.
    Returns: arrays `order` (n,), `score` (n,), and where there are true classes `found` (m + 1,):
        the share of all errors among the first k of the m samples that have one, in that order;
        facts `errors` and `gain`, None without any.
    Raises: ParameterError for another score; StudyError without the network beside.
    """
    p = bench.within(0.0, 0.5).predictions().arrays["probabilities"]
    if score == "disagreement":
        if bench.other is None or bench.other.study.network != other:
            raise StudyError("Two networks are needed to disagree. Choose one beside first.")
        others = bench.other.watched(bench.report).predictions().arrays["probabilities"]
        scores = priorities.disagreement(p, others)
    elif score in priorities.SCORES:
        scores = priorities.SCORES[score](p)
    else:
        raise ParameterError(
            f"No score '{score}'; choose {', '.join(priorities.SCORES)} or disagreement."
        )
    order = priorities.ranked(scores)
    arrays = {"order": order, "score": scores.astype(np.float32)}
    facts: dict[str, Any] = {"errors": None, "gain": None}
    truth = bench.dataset.labels
    known = np.flatnonzero(truth >= 0)
    if len(known):
        place = np.full(len(truth), -1)
        place[known] = np.arange(len(known))
        own = place[order[truth[order] >= 0]]
        wrong = p.argmax(axis=1)[known] != truth[known]
        arrays["found"] = priorities.found(own, wrong).astype(np.float32)
        facts = {"errors": int(wrong.sum()), "gain": priorities.gain(own, wrong)}
    return Result(arrays=arrays, facts=facts)


def thumbnails(bench: Workbench, side: int) -> Result:
    """Small pictures of all samples, for people; plain vectors have none."""
    pictures = datasets.thumbnails(bench.dataset, side)
    return Result(arrays={} if pictures is None else {"images": pictures})


def order(bench: Workbench, layer: str, metric: Metric, preprocessing: Preprocessing) -> Result:
    """VAT order of all samples by one layer's activations.

    An operation that only moves values leaves every distance as it was, so that it has the order
    of what feeds it.
    """
    before = unmoved(bench.network.graph, layer)
    if before is not None:
        return bench.ask("order", layer=before, metric=metric, preprocessing=preprocessing)
    found = ordering.vat_from_blocks(
        partial(_blocks, bench, layer),
        len(bench.dataset),
        metric=metric,
        preprocessing=preprocessing,
        budget=bench.budget,
        report=bench.report,
        what=f"the activations of layer '{layer}'",
        features=bench.network.operation(layer).size,
    )
    return Result(
        arrays={"order": found.order.astype(np.int32), "steps": found.steps.astype(np.float32)}
    )


def _blocks(bench: Workbench, layer: str) -> Iterator[Array]:
    at_hand = bench.at_hand.get(layer)
    if at_hand is not None:
        yield at_hand.reshape(len(at_hand), -1)
        return
    yield from activations.blocks(
        bench.network, bench.dataset.inputs, layer, budget=bench.budget // 2
    )


def unmoved(graph: Graph, layer: str) -> str | None:
    """The single node whose values `layer` hands on in another arrangement, if there is one."""
    feeders = [source for source, target in graph.edges if target == layer]
    if len(feeders) != 1 or layer not in {node.name for node in graph.nodes if node.reorders}:
        return None
    return feeders[0] if graph.node(feeders[0]).size == graph.node(layer).size else None


def glyph(
    bench: Workbench, layer: str, metric: Metric, preprocessing: Preprocessing, fill: Fill
) -> Result:
    """The picture of one layer: which sample is where, and how well classes keep together.

    Unlabelled data is judged by the predicted class; by none if the network gives an embedding.
    """
    sequence = bench.order(layer, metric, preprocessing)
    labels = bench.dataset.labels
    classes = bench.network.class_count
    if not classes:
        classes = max(len(bench.dataset.class_names), int(labels.max(initial=-1)) + 1)
    elif not (labels >= 0).any():
        labels = bench.predictions().arrays["predicted"]
    picture = glyphs.grid(sequence, fill)
    by_class = glyphs.separation_by_class(picture, labels, classes)
    score = glyphs.separation(picture, labels)
    return Result(
        arrays={
            "grid": picture.astype(np.int32),
            "levels": glyphs.levels(sequence, labels),
            "order": sequence.astype(np.int32),
        },
        facts={
            "layer": layer,
            "separation": None if np.isnan(score) else score,
            "separation_by_class": [
                None if np.isnan(value) else float(value) for value in by_class
            ],
            "height": picture.shape[0],
            "width": picture.shape[1],
        },
    )
