"""What the Compare page asks of filters: what each is worth, and what is said without some.

A browser names a study, layers and numbers of filters; everything else is looked up here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analysis import frozen_sets
from analysis.errors import ParameterError
from analysis.frozen_sets import FrozenSet
from analysis.opening import Card
from analysis.types import Node, Source

from . import variants
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


def kept_sets(studies: Studies, wish: Any) -> dict[str, Any]:
    """Keep or forget a set of frozen filters, and say which are kept.

    Args:
        wish: a study, and "do": "keep" with a "name" and what `frozen_of` takes, "forget" with a
            "name", or "list".
    Returns: {"of": the study's name, "sets": [as in a file, with the "study" that is without
        them], "kept": name of the one that was kept now, ""}.
    Raises: StudyError.
    """
    source, card = opened(studies, wish)
    do, name = wish.get("do"), str(wish.get("name") or "")
    base = studies.offer(variants.base_of(str(wish["study"])))
    made = ""
    if do == "keep":
        made = variants.keep_frozen(
            studies, base.source, name, _all_frozen(card, source, wish)
        ).name
    elif do == "forget":
        variants.forget_frozen(studies, base.source, name)
    elif do != "list":
        raise ParameterError(f"Sets are kept, forgotten or listed; got {cut(do)}.")
    sets = [
        one.pack() | {"study": f"{base.name}{variants.MARK}{variants.slug(one.name)}"}
        for one in variants.frozen(studies, base.source)
    ]
    return {"of": base.name, "sets": sets, "kept": made}


def _all_frozen(card: Card, source: Source, wish: Mapping[str, Any]) -> FrozenSet:
    """What is frozen in the network that is shown, and what is to be frozen beside that."""
    chosen = frozen_sets.checked(
        {"filters": frozen_of(card, wish)["filters"], "gives": frozen_sets.GIVES[_means(wish)]}
    )
    if not source.frozen:
        return chosen
    before = frozen_sets.parsed(source.frozen)
    if before.means != chosen.means:
        raise ParameterError(
            "The network that is shown has frozen filters already, which give "
            f"{frozen_sets.GIVES[before.means]}. One set gives one of both: choose that, or open "
            "the whole network."
        )
    layers = {**before.filters, **chosen.filters}
    whole = {
        layer: [*before.filters.get(layer, ()), *chosen.filters.get(layer, ())] for layer in layers
    }
    return frozen_sets.checked({"filters": whole, "gives": frozen_sets.GIVES[before.means]})


TASKS: dict[str, Callable[[Studies, Any], dict[str, Any]]] = {
    "frozen": frozen_task,
    "worth": worth_task,
    "turning": turning_task,
}
"""What is computed on demand; each makes what its job is told."""


def _means(wish: Mapping[str, Any]) -> bool:
    return wish.get("means") is True
