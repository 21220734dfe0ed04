"""What the Tour page asks for: addresses of clouds and frames, and tasks for jobs.

A browser names a study, a layer and a path; everything else is looked up here. All epochs of a
training, and all splits of its data, are shown along the axes of one study: that of the finished
network on the split that the browser calls "axes_split", or its own. Here that is the *home*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.errors import ParameterError
from analysis.graph import path_through
from analysis.opening import Card
from analysis.types import Node, Source
from analysis.workbench import TOUR_AXES

from . import attacks
from .clouds import asked_in_turn, asked_of, opened
from .studies import Studies, cut

Asked = dict[str, tuple[str, dict[str, Any]]]


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
        [{"name", "shape", "cloud": part, "frame": part}], "attack": of the samples that the
        browser's "attack" names, {"steps", "cloud": part}, None if it is none of this study,
        "epochs": [{"epoch", "cloud": part}]};
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
    attacked = _attacked(studies, home, card, knobs, node)
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
        "attack": attacked
        and {
            "steps": attacked["attacked"]["steps"],
            "cloud": part(studies, card, "attack cloud", attacked),
        },
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
    return asked_of(studies, source, {"cloud": ("tour cloud", about)}, other(home, about))


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
    return asked_of(studies, source, asked, other(home, about))


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
            steps.append((source, cloud, other(home, about)))
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
        steps.append((one, {"cloud": ("tour cloud", mine)}, other(home, mine)))
    return asked_in_turn(studies, steps)


def steps_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The samples of {"attack"} in a layer, at every step."""
    source, card = opened(studies, wish)
    home, node = Home.of(studies, wish), layer_of(card, wish)
    attacked = _attacked(studies, home, card, wish, node)
    if attacked is None:
        raise ParameterError("This attack is not kept any more. Make it again on the Attack page.")
    return asked_of(studies, source, {"steps": ("attack cloud", attacked)}, other(home, attacked))


def part(studies: Studies, card: Card, question: str, about: dict[str, Any]) -> dict[str, Any]:
    """Where an answer lies and what is known of it: {"key", "facts" or None}."""
    key = studies.bench(card).address(question, **about)
    return {"key": key, "facts": studies.store.facts(key)}


def other(home: Home, about: Mapping[str, Any]) -> Source | None:
    """The second study of a question, if its axes are another's."""
    return home.source if about["axes"] else None


TASKS: dict[str, Callable[[Studies, Any], dict[str, Any]]] = {
    "plane": plane_task,
    "layers": layers_task,
    "epochs": epochs_task,
    "steps": steps_task,
}
"""What is computed on demand beside the cloud itself, of the layer that is shown."""


def _attacked(
    studies: Studies, home: Home, card: Card, wish: Mapping[str, Any], node: Node
) -> dict[str, Any] | None:
    """The parameters of attacked samples in a layer; None without any."""
    about = home.about(card, node) if wish.get("attack") else None
    attacked = about and attacks.shown(studies, card, wish["attack"])
    return {**about, "attacked": attacked} if about and attacked else None


def _cloud(studies: Studies, home: Home, card: Card, node: Node) -> dict[str, Any]:
    about = home.about(card, node)
    if about is None:
        return {"key": None, "facts": None}
    return part(studies, card, "tour cloud", about)


def _cloud_at(
    studies: Studies, home: Home, wish: Mapping[str, Any], epoch: int, node: Node
) -> dict[str, Any]:
    card = studies.card(studies.wished({**wish, "epoch": epoch}))
    return _cloud(studies, home, card, node) if card else {"key": None, "facts": None}


def _frame(studies: Studies, home: Home, path: tuple[str, ...]) -> dict[str, Any]:
    if home.card is None:
        return {"key": None, "facts": None}
    return part(studies, home.card, "tour frame", {"path": list(path), "most": TOUR_AXES})
