"""What the Boundary page asks for: addresses of the parts of a map, and tasks for jobs.

A browser names a study and how its samples are to be laid out; everything else is looked up here.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

from analysis.errors import ParameterError, StudyError
from analysis.opening import Card
from analysis.types import Source
from analysis.workbench import MAP

from . import attacks, leads
from .clouds import asked_of, known, opened, samples_of
from .studies import Studies, cut

COARSE, FINE = 32, 200
"""Pixels of a side of the picture that comes first, and of the one that stays."""

MOST_POINTS = 64
"""Places whose pictures are asked for at once."""

Question = tuple[str, dict[str, Any]]
"""Name of a question and its parameters."""


def map_of(card: Card, knobs: Mapping[str, Any]) -> dict[str, Any]:
    """How the samples of a map are laid out, from a browser's knobs.

    What is not there, or no number, as in a link that somebody wrote by hand, stands at its
    default.
    """
    spaces = card.network.get("spaces", [])
    space = knobs.get("space")
    distance = knobs.get("distance")
    return {
        "space": space if space in spaces else "",
        "count": min(card.n, int(_number(knobs.get("count"), 10, 10_000, MAP["count"]))),
        "seed": MAP["seed"],
        "steps": MAP["steps"],
        "lam": round(_number(knobs.get("lam"), 0, 1, MAP["lam"]), 2),
        "neighbours": int(_number(knobs.get("neighbours"), 2, 100, MAP["neighbours"])),
        "min_dist": round(_number(knobs.get("mindist"), 0, 1, MAP["min_dist"]), 2),
        "distance": distance if distance in ("fisher", "euclid") else MAP["distance"],
    }


def questions(about: dict[str, Any]) -> dict[str, Question]:
    """Name of a part -> question and parameters, in the order in which they are drawn."""
    return {
        "map": ("boundary map", about),
        "coarse": ("territory", about | {"window": None, "side": COARSE}),
        "fine": ("territory", about | {"window": None, "side": FINE}),
        "trust": ("trust", about),
        "pockets": ("pockets", about),
    }


def plan(studies: Studies, card: Card, knobs: Mapping[str, Any]) -> dict[str, Any]:
    """Where the parts of a map lie, and the facts of those that are there.

    Returns: {"map", "spaces", "parts": {name: {"key", "facts" or None}}, "missing": number,
        "errors": {name: why a part cannot be had}}, or {"error"} in words.
    """
    try:
        _decides(card)
    except StudyError as error:
        return {"error": str(error)}
    about = map_of(card, knobs)
    asked, errors = questions(about), {}
    if knobs.get("b"):
        try:
            asked["second"] = _second(studies, knobs, about)
        except StudyError as error:  # the map is there without the network beside
            errors["second"] = str(error)
    parts = known(studies, card, asked)
    return {
        "map": about,
        "spaces": card.network.get("spaces", []),
        "network": card.study.network,
        "data": card.study.data,
        "parts": parts,
        "missing": sum(part["facts"] is None for part in parts.values()),
        "errors": errors,
    }


def map_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """All parts of one map."""
    source, about = _wished(studies, wish)
    return asked_of(studies, source, questions(about))


def sweep_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """Scores of maps over lam."""
    source, about = _wished(studies, wish)
    del about["lam"], about["distance"]
    return asked_of(studies, source, {"sweep": ("lam sweep", about)})


def zoom_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """A window of a map: {"window": [left, right, bottom, top], "of": "a", "b" or "both"}."""
    source, about = _wished(studies, wish)
    seen = {"window": window_of(wish.get("window")), "side": FINE}
    asked, other = {}, None
    if wish.get("of") in ("b", "both"):
        other, second = _beside(studies, wish)
        network = {"other": second.study.network}
        asked["zoom-b"] = ("other territory", about | network | seen)
    if wish.get("of") != "b":
        asked["zoom"] = ("territory", about | seen)
    return asked_of(studies, source, asked, other)


def second_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """What the network beside decides over the map of the first: {"b": its wish}."""
    source, about = _wished(studies, wish)
    other, _ = _beside(studies, wish)
    return asked_of(studies, source, {"second": _second(studies, wish, about)}, other)


TASKS: dict[str, Callable[[Studies, Any], dict[str, Any]]] = {
    "sweep": sweep_task,
    "zoom": zoom_task,
    "second": second_task,
}
"""What is computed on demand beside the map itself; each makes what its job is told."""


def window_of(given: Any) -> list[float]:
    """[left, right, bottom, top] of a browser, rounded so that equal views are one question.

    Raises: ParameterError for anything else.
    """
    try:
        if not isinstance(given, list) or not all(type(edge) in {int, float} for edge in given):
            raise TypeError("a window is a list of numbers")
        edges = [float(edge) for edge in given]
        left, right, bottom, top = edges
        sizes = (right - left, top - bottom)
        if not all(0 < size < math.inf for size in sizes):
            raise ValueError("its edges are finite and the right way round")
    except (TypeError, ValueError, OverflowError) as error:
        raise ParameterError(
            f"A window is [left, right, bottom, top], each edge a number; got {cut(given)}."
        ) from error
    digits = 3 - math.floor(math.log10(min(sizes)))
    return [round(edge, digits) + 0.0 for edge in edges]  # -0.0 is 0.0


def points_of(text: str) -> list[list[float]]:
    """Places of the plane from "x,y;x,y".

    Raises: ParameterError for anything else, or more than `MOST_POINTS`.
    """
    try:
        points = [[float(number) for number in point.split(",")] for point in text.split(";")]
    except ValueError:
        points = []
    good = 0 < len(points) <= MOST_POINTS and all(
        len(point) == 2 and all(map(math.isfinite, point)) for point in points
    )
    if not good:
        raise ParameterError(
            f"Places are written x,y;x,y, 1 to {MOST_POINTS} of them; got {cut(text)}."
        )
    return points


def inverse_task(studies: Studies, wish: Any, text: str) -> dict[str, Any]:
    """The pictures that a map puts at places, for a call that answers at once."""
    points = points_of(text)
    _, task = _about_map(studies, wish)
    return task | {"points": points}


def _wished(studies: Studies, wish: Any) -> tuple[Source, dict[str, Any]]:
    source, card = opened(studies, wish)
    _decides(card)
    return source, map_of(card, wish)


def place_task(
    studies: Studies, wish: Any, what: Any, files: list[tuple[str, bytes]]
) -> dict[str, Any]:
    """Inputs that are to be placed on a map.

    Args:
        what: {"kind": "samples", "samples"}, {"kind": "attack", "sample", "epsilon"}, {"kind":
            "way", "key", "sample", "steps"} of an attack that was made, {"kind": "lead", "sample",
            "point", "epsilon"} of a sample that was dragged, or {"kind": "images"}.
        files: names and contents of image files.
    Raises: ParameterError for anything else.
    """
    card, task = _about_map(studies, wish)
    return task | {"what": _placed(studies, card, what, files)}


def _about_map(studies: Studies, wish: Any) -> tuple[Card, dict[str, Any]]:
    """What a call about a finished map needs.

    Raises: ParameterError for one that is not there, so that no worker is asked in vain.
    """
    source, card = opened(studies, wish)
    _decides(card)
    about = map_of(card, wish)
    if studies.bench(card).address("boundary map", **about) not in studies.store:
        raise ParameterError("This map is not there any more. Reload the page.")
    budget = studies.settings.budget
    return card, {"source": dataclasses.asdict(source), "map": about, "budget": budget}


def _placed(
    studies: Studies, card: Card, what: Any, files: list[tuple[str, bytes]]
) -> dict[str, Any]:
    kind = what.get("kind") if isinstance(what, dict) else None
    if kind == "samples":
        return {"kind": kind, "samples": samples_of(what, card.n)}
    if kind == "attack":
        sample, epsilon = what.get("sample"), what.get("epsilon")
        if type(epsilon) not in {int, float} or not 0 <= epsilon <= 1:
            raise ParameterError(f"An epsilon is a number from 0 to 1; got {cut(epsilon)}.")
        (place,) = samples_of({"samples": [sample]}, card.n)
        return {"kind": kind, "sample": place, "epsilon": float(epsilon)}
    if kind == "way":
        found = attacks.kept(studies, card, what)
        return {"kind": kind, "key": found["key"]} | attacks.place_of(studies, found, what)
    if kind == "lead":
        (place,) = samples_of({"samples": [what.get("sample")]}, card.n)
        point = leads.pair_of(what.get("point"), "A place")
        epsilon = leads.epsilon_of(what.get("epsilon"))
        return {"kind": kind, "sample": place, "point": point, "epsilon": epsilon}
    if kind == "images":
        if not 0 < len(files) <= MOST_POINTS:
            raise ParameterError(
                f"1 to {MOST_POINTS} image files can be placed at once; got {len(files)}."
            )
        return {"kind": kind, "files": [(name[:80], content) for name, content in files]}
    raise ParameterError(f"Samples, attacks or images can be placed; got {cut(kind)}.")


def _beside(studies: Studies, wish: Mapping[str, Any]) -> tuple[Source, Card]:
    """The second network, which is shown on the same map."""
    source, card = opened(studies, wish.get("b"))
    _decides(card)
    return source, card


def _second(studies: Studies, wish: Mapping[str, Any], about: dict[str, Any]) -> Question:
    _, card = _beside(studies, wish)
    other = {"other": card.study.network, "window": None, "side": FINE}
    return "other territory", about | other


def _decides(card: Card) -> None:
    """Raises: ParameterError for a network that decides nothing."""
    if card.network.get("remembered"):
        raise ParameterError(
            "This study knows what a network said of its samples, but has no network that could be "
            "asked what lies between them. Go through its epochs on the Tour page."
        )
    if card.network["output"] == "embedding":
        raise ParameterError(
            "This network gives an embedding, not class probabilities, so that it has no decision "
            "boundaries. See what it does to the classes on the Embedding page."
        )


def _number(given: Any, low: float, high: float, default: float) -> float:
    """A number within bounds; a query says it as text."""
    try:
        value = float(given)
    except (TypeError, ValueError, OverflowError):
        return default
    return min(high, max(low, value)) if math.isfinite(value) else default
