"""Inputs that people bring: what the network says of them, and the samples that were added.

A browser names a study and sends pixels or image files; where they are kept is looked up here.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis import added
from analysis.added import Added
from analysis.errors import ParameterError
from analysis.opening import Card
from analysis.splits import SPLITS
from analysis.types import Source

from . import attacks, variants
from .clouds import opened
from .studies import Studies, cut

MOST_AT_ONCE = 64
"""Inputs of one request."""

SENT = tuple(kind for kind in added.KINDS if kind != "attack")
"""Kinds of which a browser sends the values; attacked samples are looked up."""

_CONVERTING = threading.BoundedSemaphore(2)
"""Image files are held whole; so many requests at once hold them."""


def judge(studies: Studies, wish: Any, x: bytes) -> dict[str, Any]:
    """What the network says of inputs: as `own_inputs.judge`."""
    source, _ = opened(studies, wish)
    found: dict[str, Any] = studies.engine.call(
        "judge", {"source": dataclasses.asdict(source), "x": x}
    )
    return found


def convert(
    studies: Studies, wish: Any, what: Any, files: Sequence[tuple[str, bytes]]
) -> dict[str, Any]:
    """Pictures as the network takes them: as `own_inputs.convert`.

    Args:
        what: {"fit", "inverted"}.
    """
    source, _ = opened(studies, wish)
    given = what if isinstance(what, dict) else {}
    task = {
        "source": dataclasses.asdict(source),
        "files": [(name[:80], content) for name, content in files],
        "fit": str(given.get("fit", "middle"))[:20],
        "inverted": given.get("inverted") is True,
    }
    with _CONVERTING:
        found: dict[str, Any] = studies.engine.call("convert", task)
    return found


def add(studies: Studies, wish: Any, what: Any, x: bytes) -> dict[str, Any]:
    """Add inputs to the data of a study.

    Args:
        what: {"kind", "texts", "labels"} of inputs that are sent, or {"kind": "attack", "key",
            "sample", "step"} of a sample after a step of an attack that is kept.
    Returns: as `listed`.
    Raises: StudyError.
    """
    source, card = opened(studies, wish)
    if not isinstance(what, dict):
        raise ParameterError("What is to be added was not said. Reload the page.")
    base = studies.offer(variants.base_of(_named(studies, wish)))
    path = variants.added_file(studies, base.source)
    task = {"source": dataclasses.asdict(source), "path": str(path)}
    task |= _after_attack(studies, card, what) if what.get("kind") == "attack" else _sent(what, x)
    studies.engine.call("add_inputs", task)
    return listed(studies, wish)


def remove(studies: Studies, wish: Any, places: Any) -> dict[str, Any]:
    """Remove some of the samples that were added; groups keep the others.

    Args:
        places: among those that were added.
    Returns: as `listed`.
    Raises: ParameterError for places where none is.
    """
    _, card = opened(studies, wish)
    base = studies.offer(variants.base_of(_named(studies, wish)))
    path = variants.added_file(studies, base.source)
    with studies.store.lock(f"added-{path.stem}"):
        whole = added.read(path)
        if (
            not isinstance(places, list)
            or not places
            or not all(type(place) is int and 0 <= place < len(whole) for place in places)
        ):
            raise ParameterError(
                f"{len(whole)} samples are added, 0 to {len(whole) - 1}; got {cut(places)}. Reload "
                "the page to see which there are now."
            )
        grouped = _own(card, len(whole)) | _splits(studies, base.source, path, len(whole))
        added.write(path, whole.without(places))
        for data, first in grouped.items():
            studies.renumber_groups(data, first, places)
    return listed(studies, wish)


def _splits(studies: Studies, source: Source, path: Path, count: int) -> dict[str, int]:
    """As `_own`, of all splits; those that nobody has opened have no groups."""
    found: dict[str, int] = {}
    for split in SPLITS:
        for shown in ("", str(path)):
            card = studies.card(dataclasses.replace(source, split=split, added=shown))
            found |= _own(card, count) if card else {}
    return found


def _own(card: Card, count: int) -> dict[str, int]:
    """What groups of its samples are saved under, and how many are those of the data itself.

    Args:
        count: of samples that were added, if it shows them.
    """
    return {card.saved_under: card.n - (count if card.base else 0)}


def listed(studies: Studies, wish: Any) -> dict[str, Any]:
    """What was added to the data of a study.

    Returns: {"study": the name of the variant that shows them, "shown": whether it is the one that
        was asked for, "samples": [{"kind", "text", "created", "label"}]}.
    """
    name = _named(studies, wish)
    found = _read(studies, name)
    _, *parts = name.split(variants.MARK)
    with_added = name if variants.ADDED in parts else f"{name}{variants.MARK}{variants.ADDED}"
    samples = [
        {**origin, "label": int(label)}
        for origin, label in zip(found.origins, found.labels, strict=True)
    ]
    return {"study": with_added, "shown": name == with_added, "samples": samples}


def pixels(studies: Studies, wish: Any) -> Any:
    """(m, *shape) float32: the samples that were added."""
    return _read(studies, _named(studies, wish)).x


def _named(studies: Studies, wish: Mapping[str, Any]) -> str:
    return str(wish.get("study") or studies.first)


def _read(studies: Studies, name: str) -> Added:
    base = studies.offer(variants.base_of(name))
    return added.read(variants.added_file(studies, base.source))


def _sent(what: Mapping[str, Any], x: bytes) -> dict[str, Any]:
    kind, texts, labels = (what.get(name) for name in ("kind", "texts", "labels"))
    if not isinstance(texts, list) or not isinstance(labels, list):
        raise ParameterError("Every input has a text and a class, -1 for none. Reload the page.")
    if len(texts) > MOST_AT_ONCE:
        raise ParameterError(f"At most {MOST_AT_ONCE} inputs are added at once; got {len(texts)}.")
    if kind not in SENT:
        raise ParameterError(
            f"What is sent is a sketch, a picture or a sample that was led; got {cut(kind)}."
        )
    if not all(type(label) is int and -1 <= label < 2**31 for label in labels):
        raise ParameterError(f"Classes are whole numbers, -1 for none; got {cut(labels)}.")
    origins = [{"kind": kind, "text": str(text)} for text in texts]
    return {"x": x, "labels": labels, "origins": origins}


def _after_attack(studies: Studies, card: Card, what: Mapping[str, Any]) -> dict[str, Any]:
    found = attacks.kept(studies, card, what)
    place = attacks.place_of(studies, found, {**what, "steps": [what.get("step")]})
    asked, sample = found["facts"]["asked"], int(what["sample"])
    bound = "" if not asked["epsilon"] else f", epsilon {asked['epsilon']:.3g}"
    (step,) = place["steps"]
    origin = {
        "kind": "attack",
        "text": f"sample {sample} after step {step} of {asked['attack']}{bound}",
        "attack": asked,
        "sample": sample,
        "step": step,
        "key": found["key"],
    }
    return {
        "key": found["key"],
        "row": place["row"],
        "step": step,
        "labels": [int(card.labels[sample])],
        "origins": [origin],
    }
