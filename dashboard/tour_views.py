"""A layer drawn by other methods beside its tour, at some epochs of a training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from analysis import jumps
from analysis.errors import ParameterError, StudyError
from analysis.opening import Card
from analysis.types import Array, Source
from analysis.workbench import VIEWED

from . import tours
from .clouds import asked_in_turn, opened
from .studies import Studies, cut
from .tours import Asked, Home

COMPARED = 5
"""Epochs of a comparison before anybody chooses."""

MOST_COMPARED = 12
"""Epochs that fit beside each other."""


def views_plan(studies: Studies, wish: Any) -> dict[str, Any]:
    """What is known of a layer drawn by other methods, at some epochs of a training.

    Returns: {"wish", "layer", "recorded": all epochs, "epochs": those that are compared, "missing":
        number of parts that are not there, "cells": of every epoch {"epoch", "cloud": part} and a
        part for every kind of `jumps.KINDS`, "jumps": {kind or "layer": how far samples move
        from each epoch to the next, None where that is not known}}; parts as of `tours.plan`.
        {"error"} in words for a layer that cannot be compared.
    Raises: as `clouds.opened`; ParameterError for epochs that are not recorded.
    """
    _, card = opened(studies, wish)
    node = tours.layer_of(card, wish)
    if len(card.epochs) < 2:
        return {
            "error": "There are no epochs to compare: this network was not recorded while it was "
            "trained. Record a training with analysis.history.Recorder, and open its folder with "
            "--model."
        }
    if node.size < 2:
        return {
            "error": f"Layer '{node.name}' has a single dimension, of which there is no plane. "
            "Choose another layer."
        }
    epochs = compared(card, wish)
    home = Home.of(studies, wish)
    cells = [_views_at(studies, home, wish, epoch, card) for epoch in epochs]
    parts = [cell[name] for cell in cells for name in ("cloud", *jumps.KINDS)]
    return {
        "wish": wish,
        "layer": node.name,
        "recorded": list(card.epochs),
        "epochs": epochs,
        "missing": sum(part["facts"] is None for part in parts),
        "cells": cells,
        "jumps": _jumps(studies, cells),
    }


def views_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """A layer drawn by every method of `jumps.KINDS`, at {"epochs"}."""
    _, card = opened(studies, wish)
    home, node = Home.of(studies, wish), tours.layer_of(card, wish)
    steps: list[tuple[Source, Asked, Source | None]] = []
    for epoch in compared(card, wish):
        one = _at(studies, wish, epoch, card)
        known = studies.card(one)
        about = home.about(known, node) if known else home.away(node)
        if about is None:
            raise ParameterError("This layer is still being computed. Ask again once it is shown.")
        asked: Asked = {"cloud": ("tour cloud", about)}
        asked |= {kind: ("tour views", _view(about, kind)) for kind in jumps.KINDS}
        steps.append((one, asked, tours.other(home, about)))
    return asked_in_turn(studies, steps)


def compared(card: Card, wish: Mapping[str, Any]) -> list[int]:
    """The epochs that a browser wants to compare, ascending; if it names none, COMPARED of them
    that are evenly spread, from the first to the last.

    Raises: ParameterError for anything but epochs of this training.
    """
    given, known = wish.get("epochs"), card.epochs
    if given is None:
        last = len(known) - 1
        places = {round(last * k / (COMPARED - 1)) for k in range(COMPARED)}
        return [known[place] for place in sorted(places)]
    if (
        not isinstance(given, list)
        or not given
        or not all(type(one) is int and one in known for one in given)
    ):
        raise ParameterError(
            f"Epochs of this training are from {known[0]} to {known[-1]}, {len(known)} of them; "
            f"got {cut(given)}."
        )
    chosen = sorted(set(given))
    if len(chosen) > MOST_COMPARED:
        raise ParameterError(
            f"At most {MOST_COMPARED} epochs are compared at a time; got {len(chosen)}."
        )
    return chosen


def _at(studies: Studies, wish: Mapping[str, Any], epoch: int, card: Card) -> Source:
    """A study at one of its epochs; its last one is the finished network."""
    return studies.wished({**wish, "epoch": None if epoch == card.epochs[-1] else epoch})


def _view(about: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The parameters of a drawing of a cloud."""
    return {**about, "kind": kind, "seed": 0, "count": VIEWED}


def _views_at(
    studies: Studies, home: Home, wish: Mapping[str, Any], epoch: int, card: Card
) -> dict[str, Any]:
    """What there is of one epoch; see `views_plan`."""
    one = studies.card(_at(studies, wish, epoch, card))
    about = home.about(one, tours.layer_of(card, wish)) if one else None
    if one is None or about is None:
        unknown = {"key": None, "facts": None}
        return {"epoch": epoch} | dict.fromkeys(("cloud", *jumps.KINDS), unknown)
    asked = {kind: ("tour views", _view(about, kind)) for kind in jumps.KINDS}
    asked["cloud"] = ("tour cloud", about)
    parts = {
        name: tours.part(studies, one, question, more) for name, (question, more) in asked.items()
    }
    return {"epoch": epoch} | parts


def _jumps(studies: Studies, cells: Sequence[Mapping[str, Any]]) -> dict[str, list[float | None]]:
    """How far samples move from epoch to epoch, in every drawing and in the layer itself."""
    found: dict[str, list[float | None]] = {}
    for kind in jumps.KINDS:
        places = [_array(studies, cell[kind], "places") for cell in cells]
        found[kind] = _moved(places, aligned=True)
    samples = next(
        (
            drawn
            for cell in cells
            for kind in jumps.KINDS
            if (drawn := _array(studies, cell[kind], "samples")) is not None
        ),
        None,
    )
    if samples is None:
        return found | {"layer": [None] * (len(cells) - 1)}
    clouds = [_array(studies, cell["cloud"], "x") for cell in cells]
    own = [None if x is None else x[samples] for x in clouds]
    return found | {"layer": _moved(own, aligned=False)}


def _array(studies: Studies, part: Mapping[str, Any], name: str) -> Array | None:
    return None if part["facts"] is None else studies.store.array(part["key"], name)


def _moved(drawings: Sequence[Array | None], *, aligned: bool) -> list[float | None]:
    """From each drawing to the next; None where one is missing, or nothing can be said."""
    found: list[float | None] = []
    for one, other in pairwise(drawings):
        value = math.nan
        if one is not None and other is not None:
            try:
                value = jumps.jump(one, other, aligned=aligned)
            except StudyError:  # too few finite samples: the epoch's drawing says so
                value = math.nan
        found.append(value if math.isfinite(value) else None)
    return found
