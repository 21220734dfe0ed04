"""What the Compare page asks of filters: what each is worth, and what is said without some.

A browser names a study, layers and numbers of filters; everything else is looked up here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analysis.errors import ParameterError
from analysis.opening import Card
from analysis.types import Node

from .attacks import check_classifies, drawn
from .clouds import asked_of, opened, samples_of
from .studies import Studies, cut

COUNTED = 2000
"""Samples over which a filter's worth is counted."""

MOST_TURNING = 16
"""Filters of a set that turns a group, at most."""

FIXED = ("input", "output")
"""Kinds of layers that have no filters."""


def layer_of(card: Card, name: Any) -> Node:
    """The layer of that name, which has filters.

    Raises: ParameterError.
    """
    found = {node.name: node for node in card.graph.nodes if node.kind not in FIXED}
    if not isinstance(name, str) or name not in found:
        raise ParameterError(
            f"Layer {cut(name)} has no filters that could be frozen. Choose one of "
            f"{', '.join(found) or 'a network that has some'}."
        )
    return found[name]


def frozen_of(card: Card, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Which filters are frozen: {"filters": {layer: [number]}, "means"}.

    Raises: ParameterError.
    """
    check_classifies(card)
    given = wish.get("filters")
    if not isinstance(given, dict):
        raise ParameterError(f"Frozen filters are numbers, layer by layer; got {cut(given)}.")
    found = {}
    for name, numbers in given.items():
        node = layer_of(card, name)
        count = node.shape[-1] if node.shape else 1
        if not isinstance(numbers, list) or not all(
            type(one) is int and 0 <= one < count for one in numbers
        ):
            raise ParameterError(
                f"Layer '{name}' has the filters 0 to {count - 1}; got {cut(numbers)}."
            )
        if numbers:
            found[name] = sorted(set(numbers))
    return {"filters": found, "means": _means(wish)}


def worth_of(card: Card, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Whose worth is asked for, and over which samples.

    Raises: ParameterError.
    """
    check_classifies(card)
    node = layer_of(card, wish.get("layer"))
    return {"layer": node.name, "means": _means(wish), "samples": drawn(card, COUNTED)}


def turning_of(card: Card, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Of which layer few filters are to be found that turn {"samples"}.

    Raises: ParameterError.
    """
    check_classifies(card)
    node = layer_of(card, wish.get("layer"))
    chosen = samples_of(wish, card.n)
    return {"layer": node.name, "means": _means(wish), "samples": chosen, "most": MOST_TURNING}


def frozen_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """What is said without some filters."""
    source, card = opened(studies, wish)
    return asked_of(studies, source, {"frozen": ("frozen", frozen_of(card, wish))})


def worth_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """What every filter of a layer is worth."""
    source, card = opened(studies, wish)
    return asked_of(studies, source, {"worth": ("filters", worth_of(card, wish))})


def turning_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """Few filters of a layer that turn some samples."""
    source, card = opened(studies, wish)
    return asked_of(studies, source, {"turning": ("flipping", turning_of(card, wish))})


TASKS: dict[str, Callable[[Studies, Any], dict[str, Any]]] = {
    "frozen": frozen_task,
    "worth": worth_task,
    "turning": turning_task,
}
"""What is computed on demand; each makes what its job is told."""


def _means(wish: Mapping[str, Any]) -> bool:
    return wish.get("means") is True
