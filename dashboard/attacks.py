"""What the Attack page asks for: ways of attacked samples, and how much a network withstands.

A browser names a study, samples and how they are to be attacked; everything else is looked up here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from analysis import attacks
from analysis.errors import ParameterError
from analysis.keys import is_key
from analysis.opening import Card

from .clouds import asked_of, known, opened, samples_of
from .studies import Studies, cut

MOST_STEPS = 1000
LARGEST = 1000.0
"""An epsilon that no change of an image reaches."""

IN_BETWEEN = 20
"""Places on the way of an attack of a single step."""

CURVE = 8
"""Epsilons of a curve, evenly up to the largest."""

TRIED = (100, 200, 500, 1000, 2000)
"""Numbers of samples over which a curve may be taken."""

MOST_AT_ONCE = 64
"""Steps of a way that are asked for at once."""

SEED = 0
"""By which the samples of a curve are drawn."""


def methods() -> list[dict[str, Any]]:
    """What a browser needs to know of every attack: [{"name", "title", "text", "source", "norms",
    "steps", "bounded", "single" (one step, and places on its way), "gradient"}]."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "text": one.text,
            "source": one.source,
            "norms": list(one.norms),
            "steps": one.steps if one.steps > 1 else IN_BETWEEN,
            "bounded": one.bounded,
            "single": one.steps == 1,
            "gradient": one.gradient,
        }
        for one in attacks.REGISTRY.values()
    ]


def way_of(card: Card, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of an attack that a browser describes: {"attack", "samples", "epsilon",
    "norm", "steps", "step", "target", "seed"}.

    Raises: ParameterError, which says what is to be given instead.
    """
    check_classifies(card)
    method = attacks.get(str(wish.get("attack")))
    epsilon = length_of(wish.get("epsilon"), "An epsilon") if method.bounded else 0.0
    step = wish.get("step")
    if step in (None, "") or not method.bounded or method.steps == 1:
        step = None
    else:
        step = length_of(step, "A step")
        if step > epsilon:
            raise ParameterError(
                f"A step goes no further than epsilon, {epsilon:g}; got {step:g}. Leave it empty "
                "for the usual one."
            )
    return {
        "attack": method.name,
        "samples": samples_of(wish, card.n),
        "epsilon": epsilon,
        "norm": _norm(method, wish),
        "steps": _whole(wish.get("steps"), (1, MOST_STEPS), "Steps are"),
        "step": step,
        "target": _target(card, wish.get("target")),
        "seed": _whole(wish.get("seed"), (0, 2**31 - 1), "A seed is"),
    }


def way_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """The way of {"samples"}."""
    source, card = opened(studies, wish)
    return asked_of(studies, source, {"attack": ("attack", way_of(card, wish))})


def kept(studies: Studies, card: Card, wish: Mapping[str, Any]) -> dict[str, Any]:
    """An attack that was made before, by the address that a link names: {"key", "facts"}.

    Raises: ParameterError if there is none, or it is one on another network or other data.
    """
    key = wish.get("key")
    if not isinstance(key, str) or not is_key(key):
        raise ParameterError(f"{cut(key)} is no address of an attack.")
    facts = studies.store.facts(key)
    if facts is None or "asked" not in facts:
        raise ParameterError(
            "This attack is not kept any more. Choose samples and attack them again."
        )
    network, data = facts["study"]
    if data != card.study.data:
        raise ParameterError(
            "This attack was made on other samples, such as those of another split. "
            "Attack again to see what it does here, or go back to them."
        )
    if network != card.study.network:
        raise ParameterError(
            "This attack was made on another network, or another epoch of this one. "
            "Attack again to see what it does here, or go back to it."
        )
    return {"key": key, "facts": facts}


def shown(studies: Studies, card: Card, key: Any) -> dict[str, Any] | None:
    """The parameters of the attack at an address, with its samples; None if there is none of this
    study."""
    try:
        facts = kept(studies, card, {"key": key})["facts"]
    except ParameterError:
        return None  # the page that shows attacks says why
    samples = studies.store.array(key, "samples")
    return None if samples is None else {**facts["asked"], "samples": samples.tolist()}


def place_of(studies: Studies, found: Mapping[str, Any], what: Mapping[str, Any]) -> dict[str, Any]:
    """Which of the attacked samples a browser means, and at which steps: {"row", "steps"}.

    Args:
        found: as of `kept`.
        what: {"sample", "steps"}, from outside.
    Raises: ParameterError.
    """
    samples = studies.store.array(found["key"], "samples")
    sample = what.get("sample")
    rows = [] if samples is None else np.flatnonzero(samples == sample).tolist()
    if type(sample) is not int or not rows:
        raise ParameterError(f"Sample {cut(sample)} is none of those attacked.")
    steps, last = what.get("steps"), found["facts"]["asked"]["steps"]
    if (
        not isinstance(steps, list)
        or not 0 < len(steps) <= MOST_AT_ONCE
        or not all(type(step) is int and 0 <= step <= last for step in steps)
    ):
        raise ParameterError(
            f"1 to {MOST_AT_ONCE} steps from 0 to {last} can be asked for at once; got "
            f"{cut(steps)}."
        )
    return {"row": rows[0], "steps": steps}


def curves_plan(studies: Studies, card: Card, wish: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of how much a network withstands.

    Returns: {"parts": {attack: {"key", "facts" or None}}, "missing": number, "samples": how many
        were drawn of "of"}.
    Raises: ParameterError.
    """
    parts = known(studies, card, curves_of(card, wish))
    return {
        "parts": parts,
        "missing": sum(part["facts"] is None for part in parts.values()),
        "samples": len(drawn(card, wish.get("count"))),
        "of": card.n,
    }


def curves_of(card: Card, wish: Mapping[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Attack -> question and parameters, of {"attacks", "most", "norm", "count"}.

    Raises: ParameterError.
    """
    check_classifies(card)
    names = wish.get("attacks")
    if not isinstance(names, list) or not names:
        raise ParameterError("Choose at least one attack for the curve.")
    most = length_of(wish.get("most"), "The largest epsilon")
    if most == 0:
        raise ParameterError("The largest epsilon of a curve is more than 0.")
    epsilons = [float(f"{most * k / CURVE:.6g}") for k in range(1, CURVE + 1)]
    samples = drawn(card, wish.get("count"))
    asked = {}
    for method in sorted({str(name) for name in names}):
        found = attacks.get(method)
        if not found.bounded:
            raise ParameterError(
                f"{found.title} has no bound, so that there is no curve over epsilon."
            )
        parameters = {
            "attack": method,
            "samples": samples,
            "epsilons": epsilons,
            "norm": _norm(found, wish),
            "steps": found.steps,
            "seed": SEED,
        }
        asked[method] = ("robustness", parameters)
    return asked


def curves_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """All curves of {"attacks"}."""
    source, card = opened(studies, wish)
    return asked_of(studies, source, curves_of(card, wish))


TASKS: dict[str, Callable[[Studies, Any], dict[str, Any]]] = {
    "way": way_task,
    "curves": curves_task,
}
"""What is computed on demand; each makes what its job is told."""


def drawn(card: Card, count: Any) -> list[int]:
    """The samples over which a curve is taken: drawn by chance, the same for everybody; of those
    with a true class where there are any."""
    wanted = count if count in TRIED else TRIED[1]
    labelled = np.flatnonzero(card.labels >= 0)
    those = labelled if len(labelled) else np.arange(card.n)
    if wanted >= len(those):
        return [int(one) for one in those]
    chosen = np.random.default_rng(SEED).choice(those, wanted, replace=False)
    return [int(one) for one in np.sort(chosen)]


def length_of(given: Any, what: str) -> float:
    """A length as people write it, "8/255" or "0.03".

    Raises: ParameterError for anything else.
    """
    try:
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            raise TypeError("a length is text or a number")
        above, _, below = str(given).replace(",", ".").partition("/")
        value = float(above) / (float(below) if below else 1.0)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        value = math.nan
    if not 0 <= value <= LARGEST:
        raise ParameterError(
            f"{what} is a number from 0 to {LARGEST:g} like 0.1 or 8/255; got {cut(given)}."
        )
    return value


def _whole(given: Any, span: tuple[int, int], what: str) -> int:
    low, high = span
    if type(given) is not int or not low <= given <= high:
        raise ParameterError(f"{what} a whole number from {low} to {high}; got {cut(given)}.")
    return given


def _norm(method: attacks.Attack, wish: Mapping[str, Any]) -> str:
    norm = wish.get("norm")
    if norm not in method.norms:
        raise ParameterError(
            f"{method.title} is measured in {' or '.join(method.norms)}; got {cut(norm)}."
        )
    return str(norm)


def _target(card: Card, given: Any) -> int | None:
    if given is None:
        return None
    count = len(card.class_names)
    if type(given) is not int or not 0 <= given < count:
        raise ParameterError(f"A target is a class, 0 to {count - 1}; got {cut(given)}.")
    return given


def check_classifies(card: Card) -> None:
    """Raises: ParameterError for a study whose network tells no classes apart, or has none."""
    if card.network.get("remembered"):
        raise ParameterError(
            "This study knows what a network said of its samples, but has no network that could be "
            "asked anything else. Open a network with --model."
        )
    if card.network["output"] == "embedding":
        raise ParameterError(
            "This network gives an embedding, not class probabilities: there is no class that a "
            "sample could leave. See what it does to the classes on the Embedding page."
        )
