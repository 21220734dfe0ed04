"""What the Tour page asks for: addresses of clouds and frames, and tasks for jobs.

A browser names a study, a layer and a path; everything else is looked up here. All epochs of a
training, and all splits of its data, are shown along the axes of one study: that of the finished
network on the split that the browser calls "axes_split", or its own. Here that is the *home*.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from analysis import jumps, lessons
from analysis.errors import ParameterError, StudyError
from analysis.graph import path_through
from analysis.opening import Card
from analysis.types import Array, Node, Source
from analysis.workbench import TOUR_AXES, VIEWED

from .clouds import asked_in_turn, asked_of, opened
from .studies import Studies, cut

Asked = dict[str, tuple[str, dict[str, Any]]]

COMPARED = 5
"""Epochs of a comparison before anybody chooses."""

MOST_COMPARED = 12
"""Epochs that fit beside each other."""


@dataclass(frozen=True)
class Home:
    """The study along whose axes others are shown.

    Attributes:
        source: where it comes from.
        card: None before it was opened.
    """

    source: Source
    card: Card | None

    @classmethod
    def of(cls, studies: Studies, wish: Mapping[str, Any]) -> Home:
        split = wish.get("axes_split") or wish.get("split")
        source = studies.wished({**wish, "split": split, "epoch": None})
        return cls(source, studies.card(source))

    def about(self, card: Card, node: Node) -> dict[str, Any] | None:
        """The parameters of a layer's cloud; None as long as nobody knows whose axes they are."""
        if self.card is not None and self.card.study == card.study:
            return {"layer": node.name, "most": TOUR_AXES, "axes": ""}
        return self.away(node)

    def away(self, node: Node) -> dict[str, Any] | None:
        """The same of another study than this one, whether or not it was opened."""
        about = {"layer": node.name, "most": TOUR_AXES, "axes": ""}
        if node.size <= TOUR_AXES:
            return about
        return None if self.card is None else about | {"axes": self.card.study.identity}


def layer_of(card: Card, knobs: Mapping[str, Any]) -> Node:
    """The layer that a browser names; the last one if there is none of that name."""
    named = {node.name: node for node in card.graph.nodes}
    return named.get(str(knobs.get("layer")), card.graph.nodes[-1])


def path_of(card: Card, knobs: Mapping[str, Any]) -> tuple[str, ...]:
    """Layers from an input to the last one by way of the one that is shown, along those that the
    browser's "path" names as far as possible."""
    given = knobs.get("path")
    preferred = {name for name in given if isinstance(name, str)} if isinstance(given, list) else ()
    return path_through(card.graph, layer_of(card, knobs).name, preferred)


def plan(studies: Studies, card: Card, knobs: Mapping[str, Any]) -> dict[str, Any]:
    """Where a layer's cloud lies, and those that lie beside it.

    Returns: {"layer", "shape", "network", "home": fingerprint of the network whose axes are shown,
        "parts": {"cloud": part}, "missing", "edges": [[from, to]], "layers": of the path,
        [{"name", "shape", "cloud": part, "frame": part}], "epochs": [{"epoch", "cloud": part}]};
        a part is {"key", "facts"}, facts None as long as it is not computed, both None before
        anybody knows its address. {"error"} in words for a layer of a single dimension.
    """
    node = layer_of(card, knobs)
    if node.size < 2:
        return {
            "error": f"Layer '{node.name}' has a single dimension, through which no tour leads. "
            "Choose another layer."
        }
    home = Home.of(studies, knobs)
    path = path_of(card, knobs)
    own = _cloud(studies, home, card, node)
    return {
        "layer": node.name,
        "shape": list(node.shape),
        "network": card.study.network,
        "home": home.card.study.network if home.card else None,
        "parts": {"cloud": own},
        "missing": int(own["facts"] is None),
        "edges": [list(edge) for edge in card.graph.edges],
        "layers": [
            {
                "name": name,
                "shape": list(card.graph.node(name).shape),
                "cloud": _cloud(studies, home, card, card.graph.node(name)),
                "frame": _frame(studies, home, path[place:]),
            }
            for place, name in enumerate(path)
        ],
        "epochs": [
            {"epoch": epoch, "cloud": _cloud_at(studies, home, knobs, epoch, node)}
            for epoch in (card.epochs if len(card.epochs) > 1 else ())
        ],
    }


def cloud_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The cloud of one layer; as long as its axes are nobody's, those."""
    source, card = opened(studies, wish)
    home, node = Home.of(studies, wish), layer_of(card, wish)
    about = home.about(card, node)
    if about is None:
        axes = {"layer": node.name, "most": TOUR_AXES}
        return asked_of(studies, home.source, {"axes": ("tour axes", axes)})
    return asked_of(studies, source, {"cloud": ("tour cloud", about)}, _other(home, about))


def plane_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The plane in which {"classes"} lie apart best; all classes if none are named."""
    source, card = opened(studies, wish)
    given = wish.get("classes")
    count = len(card.class_names)
    if not isinstance(given, list) or not all(type(k) is int and 0 <= k < count for k in given):
        raise ParameterError(f"Classes are numbers from 0 to {count - 1}; got {cut(given)}.")
    home = Home.of(studies, wish)
    about = home.about(card, layer_of(card, wish))
    if about is None:
        raise ParameterError("This layer is still being computed. Ask again once it is shown.")
    asked = {"plane": ("tour plane", about | {"classes": sorted(set(given))})}
    return asked_of(studies, source, asked, _other(home, about))


def layers_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """All layers of a path, turned towards each other: from the last one backwards, which is the
    order in which a view is carried."""
    source, card = opened(studies, wish)
    home, path = Home.of(studies, wish), path_of(card, wish)
    steps: list[tuple[Source, Asked, Source | None]] = []
    for place in reversed(range(len(path))):
        name = path[place]
        about = home.about(card, card.graph.node(name))
        if about is not None:
            cloud: Asked = {f"cloud {name}": ("tour cloud", about)}
            steps.append((source, cloud, _other(home, about)))
        frame = {"path": list(path[place:]), "most": TOUR_AXES}
        steps.append((home.source, {f"frame {name}": ("tour frame", frame)}, None))
    return asked_in_turn(studies, steps)


def epochs_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """One layer at every epoch."""
    _, card = opened(studies, wish)
    home, node = Home.of(studies, wish), layer_of(card, wish)
    about = home.away(node)
    if about is None:
        raise ParameterError("This layer is still being computed. Ask again once it is shown.")
    steps: list[tuple[Source, Asked, Source | None]] = []
    for epoch in card.epochs:
        one = studies.wished({**wish, "epoch": epoch})
        known = studies.card(one)
        mine = home.about(known, node) if known else about
        mine = about if mine is None else mine
        steps.append((one, {"cloud": ("tour cloud", mine)}, _other(home, mine)))
    return asked_in_turn(studies, steps)


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
    grown = lessons.risen(card.epochs, [one["loss"] for one in known])
    return found | {
        "overall": [one["loss"] for one in known],
        "by_class": [[one["by_class"][k] for one in known] for k in range(by_class.shape[1])],
        "sentences": [*lessons.sentences(learnt, card.class_names), *([grown] if grown else [])],
    }


def losses_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The losses of every recorded epoch."""
    _, card = opened(studies, wish)
    asked: Asked = {"losses": ("losses", {})}
    sources = [studies.wished(wish | {"epoch": epoch}) for epoch in card.epochs]
    return asked_in_turn(studies, [(source, asked, None) for source in sources])


def views_plan(studies: Studies, wish: Any) -> dict[str, Any]:
    """What is known of a layer drawn by other methods, at some epochs of a training.

    Returns: {"wish", "layer", "recorded": all epochs, "epochs": those that are compared, "missing":
        number of parts that are not there, "cells": of every epoch {"epoch", "cloud": part} and a
        part for every kind of `jumps.KINDS`, "jumps": {kind or "layer": how far samples move
        from each epoch to the next, None where that is not known}}; parts as of `plan`. {"error"}
        in words for a layer that cannot be compared.
    Raises: as `clouds.opened`; ParameterError for epochs that are not recorded.
    """
    _, card = opened(studies, wish)
    node = layer_of(card, wish)
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
    home, node = Home.of(studies, wish), layer_of(card, wish)
    steps: list[tuple[Source, Asked, Source | None]] = []
    for epoch in compared(card, wish):
        one = _at(studies, wish, epoch, card)
        known = studies.card(one)
        about = home.about(known, node) if known else home.away(node)
        if about is None:
            raise ParameterError("This layer is still being computed. Ask again once it is shown.")
        asked: Asked = {"cloud": ("tour cloud", about)}
        asked |= {kind: ("tour views", _view(about, kind)) for kind in jumps.KINDS}
        steps.append((one, asked, _other(home, about)))
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


TASKS: dict[str, Callable[[Studies, Any], dict[str, Any]]] = {
    "plane": plane_task,
    "losses": losses_task,
    "layers": layers_task,
    "epochs": epochs_task,
    "views": views_task,
}
"""What is computed on demand beside the cloud itself."""


def _cloud(studies: Studies, home: Home, card: Card, node: Node) -> dict[str, Any]:
    about = home.about(card, node)
    if about is None:
        return {"key": None, "facts": None}
    return _part(studies, card, "tour cloud", about)


def _cloud_at(
    studies: Studies, home: Home, wish: Mapping[str, Any], epoch: int, node: Node
) -> dict[str, Any]:
    card = studies.card(studies.wished({**wish, "epoch": epoch}))
    return _cloud(studies, home, card, node) if card else {"key": None, "facts": None}


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
    about = home.about(one, layer_of(card, wish)) if one else None
    if one is None or about is None:
        unknown = {"key": None, "facts": None}
        return {"epoch": epoch} | dict.fromkeys(("cloud", *jumps.KINDS), unknown)
    asked = {kind: ("tour views", _view(about, kind)) for kind in jumps.KINDS}
    asked["cloud"] = ("tour cloud", about)
    parts = {name: _part(studies, one, question, more) for name, (question, more) in asked.items()}
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


def _frame(studies: Studies, home: Home, path: tuple[str, ...]) -> dict[str, Any]:
    if home.card is None:
        return {"key": None, "facts": None}
    return _part(studies, home.card, "tour frame", {"path": list(path), "most": TOUR_AXES})


def _part(studies: Studies, card: Card, question: str, about: dict[str, Any]) -> dict[str, Any]:
    key = studies.bench(card).address(question, **about)
    return {"key": key, "facts": studies.store.facts(key)}


def _other(home: Home, about: Mapping[str, Any]) -> Source | None:
    """The second study of a question, if its axes are another's."""
    return home.source if about["axes"] else None


def _losses(studies: Studies, wish: Mapping[str, Any], epoch: int) -> Mapping[str, Any] | None:
    """The facts of an epoch's losses, None if they are not there."""
    card = studies.card(studies.wished({**wish, "epoch": epoch}))
    if card is None:
        return None
    return studies.store.facts(studies.bench(card).address("losses"))
