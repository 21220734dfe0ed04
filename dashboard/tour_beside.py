"""The other split beside a tour: the same network, layer and axes, on the samples not shown.

What a network has only learnt by heart lies apart in the one split and together in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.errors import ParameterError
from analysis.opening import Card, identity
from analysis.workbench import THUMBNAIL_SIDE

from . import clouds, tours
from .studies import Studies

OTHER = {"test": "train", "train": "test"}

RAILS = {"layers": tours.layers_task, "epochs": tours.epochs_task}


def beside_plan(studies: Studies, wish: Any) -> dict[str, Any]:
    """Where the other split's clouds lie.

    Returns: as `tours.plan`, with "split", "n", "accuracy" (None if it is not known), "card",
        under whose address the labels lie, and "pictures", the address of the samples' images,
        which are there if those of the split that is shown are; "card" None and nothing planned
        before that split was opened.
    Raises: as `clouds.opened`; ParameterError if there is no other split.
    """
    _, own = clouds.opened(studies, wish)
    wanted = _beside(own, wish)
    source = studies.wished(wanted)
    card = studies.card(source)
    if card is None:
        nothing = {"cloud": {"key": None, "facts": None}}
        return {
            "split": wanted["split"],
            "card": None,
            "parts": nothing,
            "layers": [],
            "epochs": [],
        }
    bench = studies.bench(card)
    facts = studies.store.facts(bench.address("predictions")) or {}
    told = {
        "split": card.split,
        "n": card.n,
        "card": identity(source),
        "accuracy": facts.get("accuracy"),
        "pictures": bench.address("thumbnails", side=THUMBNAIL_SIDE),
    }
    return tours.plan(studies, card, wanted) | told


def beside_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The other split's cloud, or with {"rail"} those of all layers or epochs.

    Raises: as `beside_plan`.
    """
    _, own = clouds.opened(studies, wish)
    wanted = _beside(own, wish)
    rail = wish.get("rail")
    if rail in RAILS and studies.card(studies.wished(wanted)) is not None:
        return RAILS[rail](studies, wanted)
    home, node = tours.Home.of(studies, wanted), tours.layer_of(own, wanted)
    about = home.away(node)
    if about is None:
        raise ParameterError("This layer is still being computed. Ask again once it is shown.")
    asked = {"cloud": ("tour cloud", about)}
    return clouds.asked_of(studies, studies.wished(wanted), asked, tours.other(home, about))


def _beside(card: Card, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The wish for the other split, along the axes of this one."""
    if card.split not in OTHER:
        raise ParameterError(
            "Training and test samples are beside each other if one of both is shown. Choose the "
            "split 'train' or 'test'."
        )
    return {**wish, "split": OTHER[card.split], "axes_split": card.split}
