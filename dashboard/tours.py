"""What the Tour page asks for: addresses of a layer's cloud, and tasks for jobs.

A browser names a study and a layer; everything else is looked up here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from analysis import lessons
from analysis.errors import ParameterError
from analysis.opening import Card
from analysis.types import Node
from analysis.workbench import TOUR_AXES

from .clouds import asked_in_turn, asked_of, opened
from .studies import Studies, cut


def layer_of(card: Card, knobs: Mapping[str, Any]) -> Node:
    """The layer that a browser names; the last one if there is none of that name."""
    named = {node.name: node for node in card.graph.nodes}
    return named.get(str(knobs.get("layer")), card.graph.nodes[-1])


def plan(studies: Studies, card: Card, knobs: Mapping[str, Any]) -> dict[str, Any]:
    """Where a layer's cloud lies.

    Returns: {"layer", "shape", "network", "parts": {"cloud": {"key", "facts" or None}}, "missing"};
        {"error"} in words for a layer of a single dimension.
    """
    node = layer_of(card, knobs)
    if node.size < 2:
        return {
            "error": f"Layer '{node.name}' has a single dimension, through which no tour leads. "
            "Choose another layer."
        }
    key = studies.bench(card).address("tour cloud", **_about(node))
    facts = studies.store.facts(key)
    return {
        "layer": node.name,
        "shape": list(node.shape),
        "network": card.study.network,
        "parts": {"cloud": {"key": key, "facts": facts}},
        "missing": int(facts is None),
    }


def cloud_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The cloud of one layer."""
    source, card = opened(studies, wish)
    return asked_of(studies, source, {"cloud": ("tour cloud", _about(layer_of(card, wish)))})


def plane_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The plane in which {"classes"} lie apart best; all classes if none are named."""
    source, card = opened(studies, wish)
    given = wish.get("classes")
    count = len(card.class_names)
    if not isinstance(given, list) or not all(type(k) is int and 0 <= k < count for k in given):
        raise ParameterError(f"Classes are numbers from 0 to {count - 1}; got {cut(given)}.")
    about = _about(layer_of(card, wish)) | {"classes": sorted(set(given))}
    return asked_of(studies, source, {"plane": ("tour plane", about)})


def training(studies: Studies, wish: Any) -> dict[str, Any]:
    """What is known of how a network learnt: its losses epoch by epoch.

    Returns: {"wish", "epochs", "missing": number of epochs whose losses are not there}, and if none
        is missing {"overall": [loss], "by_class": [[loss or None] of every class], "sentences"};
        {"error"} in words for a network of which there is nothing to say.
    Raises: as `clouds.opened`.
    """
    _, card = opened(studies, wish)
    if card.network["output"] == "embedding":
        return {"error": "This network gives an embedding: there is no loss by class."}
    if not (card.labels >= 0).any():
        return {"error": "Without true classes there is no loss."}
    if len(card.epochs) < 2:
        return {
            "error": "This network was not recorded while it was trained. Record a training with "
            "analysis.history.Recorder, and open its folder with --model."
        }
    facts = [_losses(studies, wish, epoch) for epoch in card.epochs]
    known = [one for one in facts if one is not None]
    found = {"wish": wish, "epochs": list(card.epochs), "missing": len(facts) - len(known)}
    if found["missing"]:
        return found
    by_class = np.array([one["by_class"] for one in known], np.float64)
    learnt = lessons.learnt(card.epochs, by_class)
    return found | {
        "overall": [one["loss"] for one in known],
        "by_class": [[one["by_class"][k] for one in known] for k in range(by_class.shape[1])],
        "sentences": list(lessons.sentences(learnt, card.class_names)),
    }


def losses_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The losses of every recorded epoch."""
    _, card = opened(studies, wish)
    return asked_in_turn(
        studies,
        [
            (studies.wished(wish | {"epoch": epoch}), {"losses": ("losses", {})})
            for epoch in card.epochs
        ],
    )


def _losses(studies: Studies, wish: Mapping[str, Any], epoch: int) -> Mapping[str, Any] | None:
    """The facts of an epoch's losses, None if they are not there."""
    card = studies.card(studies.wished({**wish, "epoch": epoch}))
    if card is None:
        return None
    return studies.store.facts(studies.bench(card).address("losses"))


TASKS: dict[str, Callable[[Studies, Any], dict[str, Any]]] = {
    "plane": plane_task,
    "losses": losses_task,
}
"""What is computed on demand beside the cloud itself."""


def _about(node: Node) -> dict[str, Any]:
    return {"layer": node.name, "most": TOUR_AXES}
