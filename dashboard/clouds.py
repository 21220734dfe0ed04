"""What a view of a layer's representation asks for: addresses of its parts, and tasks for jobs.

A browser names a study ({"study", "split", "epoch", "data_of"}), a layer and which points it
wants; everything else is looked up here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis import points as clouds
from analysis.errors import ParameterError, StudyError
from analysis.opening import Card
from analysis.types import Node, Source

from .studies import Studies, cut

WIDE = 1024
"""Features up to which a whole matrix is drawn as one picture."""

ORDERS = ("stored", "separation", "variance", "clusters")
MOST_SAMPLES = 100_000
"""Samples that a browser may name one by one."""

MOST_BYTES = 4 * 2**30
"""Values of one cloud that are computed and kept: a fifth of the store."""


@dataclass(frozen=True)
class Cloud:
    """The points of one layer.

    Attributes:
        node: the layer.
        which: `analysis.points.WHICH`.
        position: the one that is shown if `which` is "position", else 0.
        positions: there are in the layer.
        features: of every point.
    """

    node: Node
    which: clouds.Which
    position: int
    positions: int
    features: int

    @property
    def parameters(self) -> dict[str, Any]:
        """What the questions about it are asked with."""
        return {"layer": self.node.name, "which": self.which, "position": self.position}


def cloud_of(card: Card, knobs: Mapping[str, Any]) -> Cloud:
    """The cloud that a browser's knobs name: {"layer", "points", "position"}.

    A layer that is not there, or a word that nobody knows, as in a link that somebody wrote by
    hand, stands at its default: the last layer, all positions.
    """
    named = {node.name: node for node in card.graph.nodes}
    node = named.get(str(knobs.get("layer")), card.graph.nodes[-1])
    word = knobs.get("points")
    which = clouds.normalised(word if word in clouds.WHICH else "positions", node.shape)
    positions, _ = clouds.structure(node.shape)
    place = knobs.get("position")
    fits = which == "position" and type(place) is int and 0 <= place < positions
    middle = positions // 2 if which == "position" else 0
    return Cloud(
        node=node,
        which=which,
        position=int(place) if fits and place is not None else middle,
        positions=positions,
        features=clouds.features_of(which, node.shape),
    )


def questions(card: Card, cloud: Cloud, order: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name of a part -> question and parameters, in the order in which they are drawn.

    Raises: ParameterError if the cloud is larger than what is kept.
    """
    points = card.n if cloud.which != "positions" else 0  # those of all positions are bounded
    if 4 * points * cloud.features > MOST_BYTES:
        raise ParameterError(
            f"Layer '{cloud.node.name}' has {cloud.features:,} features unwrapped; of {card.n:,} "
            f"samples they take {4 * points * cloud.features / 2**30:,.0f} GiB, and at most "
            f"{MOST_BYTES / 2**30:.0f} GiB are kept. Show all positions, the strongest or one."
        )
    about = cloud.parameters
    every = about | {"samples": None}
    asked: dict[str, tuple[str, dict[str, Any]]] = {"points": ("points", every)}
    for part in range(clouds.parts_of(cloud.features)):
        asked[f"columns{part}"] = ("columns", every | {"part": part})
    asked["features"] = ("features", about)
    if cloud.positions > 1 and cloud.which != "samples" and card.image_shape is not None:
        asked["fields"] = ("fields", {"layer": cloud.node.name})
    # A wide layer's picture shows the first features of an order; others are put in order by
    # the browser.
    known = order if order in ORDERS and order != "clusters" else "separation"
    asked["overview"] = (
        "overview",
        about | {"order": known if cloud.features > WIDE else "stored"},
    )
    return asked


def plan(studies: Studies, card: Card, knobs: Mapping[str, Any]) -> dict[str, Any]:
    """Where the parts of a cloud lie, and the facts of those that are there.

    Returns: {"layer", "which", "position", "positions", "features", "shape",
        "parts": {name: {"key", "facts" or None}}, "missing": number, "question"}.
    """
    cloud = cloud_of(card, knobs)
    parts = known(studies, card, questions(card, cloud, knobs.get("order")))
    return {
        "layer": cloud.node.name,
        "which": cloud.which,
        "position": cloud.position,
        "positions": cloud.positions,
        "features": cloud.features,
        "shape": list(cloud.node.shape),
        "network": card.study.network,
        "parts": parts,
        "missing": sum(part["facts"] is None for part in parts.values()),
    }


def cloud_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """All parts of one cloud."""
    source, card = opened(studies, wish)
    cloud = cloud_of(card, wish)
    return _task(studies, [_step(source, questions(card, cloud, wish.get("order")))])


def epochs_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """What going through a recorded training needs: one layer at every epoch."""
    _, card = opened(studies, wish)
    parts = questions(card, cloud_of(card, wish), wish.get("order"))
    sources = [studies.wished(wish | {"epoch": number}) for number in card.epochs]
    return _task(studies, [_step(source, parts) for source in sources])


def focus_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """All positions of some samples, of which the whole cloud may only hold a part."""
    source, card = opened(studies, wish)
    cloud = cloud_of(card, wish)
    about = cloud.parameters | {"samples": samples_of(wish, card.n)}
    parts = {
        name: (question, about | ({"part": parameters["part"]} if question == "columns" else {}))
        for name, (question, parameters) in questions(card, cloud, None).items()
        if question in {"points", "columns"}
    }
    return _task(studies, [_step(source, parts)])


def correlates_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The earlier features that go with one feature: {"feature"}."""
    source, card = opened(studies, wish)
    cloud = cloud_of(card, wish)
    feature = wish.get("feature")
    if type(feature) is not int or not 0 <= feature < cloud.features:
        raise ParameterError(
            f"Layer '{cloud.node.name}' has features 0 to {cloud.features - 1}; got {cut(feature)}."
        )
    asked = {"correlates": ("correlates", cloud.parameters | {"feature": feature})}
    return _task(studies, [_step(source, asked)])


def maps_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """Mean responses: of every class, or of {"samples"}."""
    source, card = opened(studies, wish)
    if wish.get("samples") is None:
        return _task(studies, [_step(source, {"class maps": ("class maps", {})})])
    asked = {"mean maps": ("mean maps", {"samples": samples_of(wish, card.n)})}
    return _task(studies, [_step(source, asked)])


def pair_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """How two networks' representations go together: {"b": the second's wish, "blayer"}."""
    source, card = opened(studies, wish)
    second, other = opened(studies, wish.get("b"))
    cloud = cloud_of(card, wish)
    beside = cloud_of(other, {**wish, "layer": wish.get("blayer")})
    # A vector has no positions to choose from: the word for both is that of the other layer.
    word = beside.which if cloud.which == "samples" else cloud.which

    def asked(one: Cloud, second: Cloud, network: str) -> dict[str, Any]:
        return {
            "layer": one.node.name,
            "which": word,
            "position": one.position,
            "other": network,
            "other_layer": second.node.name,
            "other_position": second.position,
        }

    if cloud.which != beside.which and "positions" in (cloud.which, beside.which):
        raise ParameterError(
            f"'{cloud.node.name}' is shown by all positions, '{beside.node.name}' by samples, so "
            "that their points make no pairs. Show one point a sample."
        )
    steps = [
        _step(source, {"between": ("between", asked(cloud, beside, other.study.network))}, second),
        _step(second, {"aligned": ("aligned", asked(beside, cloud, card.study.network))}, source),
    ]
    return _task(studies, steps)


def opened(studies: Studies, wish: Any) -> tuple[Source, Card]:
    """The study that a browser names, which must be open.

    Raises: ParameterError if it is none of this server, or has not been opened.
    """
    if not isinstance(wish, dict):
        raise ParameterError("A job needs the name of a study.")
    source = studies.wished(wish)
    card = studies.card(source)
    if card is None:
        raise ParameterError("This study is not open any more. Reload the page.")
    return source, card


def planned(
    studies: Studies, knobs: Any, plan: Callable[[Studies, Card, Any], dict[str, Any]]
) -> dict[str, Any]:
    """A page's plan of the study that a browser names, or {"error"} in words."""
    try:
        _, card = opened(studies, knobs)
        return plan(studies, card, knobs)
    except StudyError as error:
        return {"error": str(error)}


def known(
    studies: Studies, card: Card, asked: Mapping[str, tuple[str, dict[str, Any]]]
) -> dict[str, dict[str, Any]]:
    """Where the answers to {name: (question, parameters)} lie and what is known of them:
    {name: {"key", "facts" or None}}."""
    bench, found = studies.bench(card), {}
    for name, (question, parameters) in asked.items():
        key = bench.address(question, **parameters)
        found[name] = {"key": key, "facts": studies.store.facts(key)}
    return found


def samples_of(wish: Mapping[str, Any], count: int) -> list[int]:
    """The samples that a browser names, sorted, without doubles.

    Raises: ParameterError for anything but samples of this study.
    """
    given = wish.get("samples")
    if isinstance(given, list) and len(given) > MOST_SAMPLES:
        raise ParameterError(
            f"{len(given):,} samples are selected; at most {MOST_SAMPLES:,} can be looked at "
            "one by one. Select fewer."
        )
    if (
        not isinstance(given, list)
        or not given
        or not all(type(one) is int and 0 <= one < count for one in given)
    ):
        raise ParameterError(f"Samples are numbers from 0 to {count - 1}; select some first.")
    return sorted(set(given))


def asked_of(
    studies: Studies,
    source: Source,
    asked: Mapping[str, tuple[str, dict[str, Any]]],
    other: Source | None = None,
) -> dict[str, Any]:
    """The task of one job on one study: {name: (question, parameters)}."""
    return _task(studies, [_step(source, asked, other)])


def asked_in_turn(
    studies: Studies,
    asked: Sequence[tuple[Source, Mapping[str, tuple[str, dict[str, Any]]], Source | None]],
) -> dict[str, Any]:
    """The task of one job on several studies, one after the other: (study, {name: (question,
    parameters)}, the second study of questions about two)."""
    return _task(studies, [_step(source, parts, other) for source, parts, other in asked])


def _step(
    source: Source,
    asked: Mapping[str, tuple[str, dict[str, Any]]],
    other: Source | None = None,
) -> dict[str, Any]:
    return {
        "source": dataclasses.asdict(source),
        "other": None if other is None else dataclasses.asdict(other),
        "questions": [
            {"name": name, "question": question, "parameters": parameters}
            for name, (question, parameters) in asked.items()
        ],
    }


def _task(studies: Studies, steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"steps": list(steps), "budget": studies.settings.budget}


TASKS: dict[str, Callable[[Studies, Any], dict[str, Any]]] = {
    "focus": focus_task,
    "correlates": correlates_task,
    "maps": maps_task,
    "pair": pair_task,
    "epochs": epochs_task,
}
"""What is computed on demand beside the clouds themselves; each makes what its job is told."""
