"""How a recorded training went, as the Tour page tells it: losses epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from analysis import lessons
from analysis.opening import Card

from . import tour_beside
from .clouds import asked_in_turn, opened
from .studies import Studies
from .tours import Asked


def training(studies: Studies, wish: Any) -> dict[str, Any]:
    """What is known of how a network learnt: its losses epoch by epoch.

    Args:
        wish: with "both", the other split's losses are looked up as well, if there is one.
    Returns: {"wish", "epochs", "missing": number of epochs whose losses are not there}, and if none
        is missing {"overall": [loss], "by_class": [[loss or None] of every class], "sentences"};
        with the other split, "beside": {"split", "missing", "overall" if none is missing}.
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
    known, missing = _losses(studies, wish, card)
    found = {"wish": wish, "epochs": list(card.epochs), "missing": missing}
    other = _beside(wish, card)
    if other is not None:
        found["beside"] = beside = _overall(studies, other, card)
    if missing:
        return found
    by_class = np.array([one["by_class"] for one in known], np.float64)
    learnt = lessons.learnt(card.epochs, by_class)
    overall = [one["loss"] for one in known]
    said = [*lessons.sentences(learnt, card.class_names), lessons.risen(card.epochs, overall)]
    if other is not None and not beside["missing"]:
        ends = {card.split: overall[-1], beside["split"]: beside["overall"][-1]}
        said.append(lessons.apart(card.epochs[-1], ends))
    return found | {
        "overall": overall,
        "by_class": [[one["by_class"][k] for one in known] for k in range(by_class.shape[1])],
        "sentences": [sentence for sentence in said if sentence],
    }


def losses_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The losses of every recorded epoch; with {"both"}, of the other split, too."""
    _, card = opened(studies, wish)
    asked: Asked = {"losses": ("losses", {})}
    wishes = [one for one in (wish, _beside(wish, card)) if one is not None]
    sources = [studies.wished({**one, "epoch": epoch}) for one in wishes for epoch in card.epochs]
    return asked_in_turn(studies, [(source, asked, None) for source in sources])


def _beside(wish: Mapping[str, Any], card: Card) -> dict[str, Any] | None:
    """The wish for the other split, if it is wanted and there is one."""
    split = tour_beside.OTHER.get(card.split) if wish.get("both") else None
    return None if split is None else {**wish, "split": split}


def _overall(studies: Studies, wish: Mapping[str, Any], card: Card) -> dict[str, Any]:
    """Losses over all classes; see `training`."""
    known, missing = _losses(studies, wish, card)
    found = {"split": wish["split"], "missing": missing}
    return found if missing else found | {"overall": [one["loss"] for one in known]}


def _losses(
    studies: Studies, wish: Mapping[str, Any], card: Card
) -> tuple[list[Mapping[str, Any]], int]:
    """The facts of the losses of all epochs that are there, and how many are not."""
    cards = [studies.card(studies.wished({**wish, "epoch": epoch})) for epoch in card.epochs]
    found = [
        None if one is None else studies.store.facts(studies.bench(one).address("losses"))
        for one in cards
    ]
    known = [facts for facts in found if facts is not None]
    return known, len(found) - len(known)
