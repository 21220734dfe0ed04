"""What is asked when a sample's point was dragged elsewhere: how it can be changed to get there."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from analysis.errors import ParameterError

from . import tours
from .clouds import opened, samples_of
from .studies import Studies, cut

MOST = 1000.0
"""Largest change that can be asked for; pixels go from 0 to 1, other inputs further."""

STEPS = 40
"""Of one search."""


def task(studies: Studies, wish: Any, what: Any) -> dict[str, Any]:
    """The task of `lead_in_plane`.

    Args:
        wish: a study, with the "layer" that the Tour shows.
        what: {"sample", "pose": [[x, y] of every axis], "goal": [x, y], "epsilon"}, from outside.
    Raises: ParameterError.
    """
    source, card = opened(studies, wish)
    given: Mapping[str, Any] = what if isinstance(what, dict) else {}
    node = tours.layer_of(card, wish)
    home = tours.Home.of(studies, wish)
    about = home.about(card, node)
    if about is None:
        raise ParameterError("This layer is not drawn any more. Reload the page.")
    (sample,) = samples_of({"samples": [given.get("sample")]}, card.n)
    pose = given.get("pose")
    if not isinstance(pose, list) or not 0 < len(pose) <= about["most"]:
        raise ParameterError(f"A plane has 1 to {about['most']} axes; got {cut(pose)}.")
    other = tours.other(home, about)
    return {
        "source": dataclasses.asdict(source),
        "other": None if other is None else dataclasses.asdict(other),
        **about,
        "sample": sample,
        "pose": [pair_of(axis, "An axis") for axis in pose],
        "goal": pair_of(given.get("goal"), "A place"),
        "epsilon": epsilon_of(given.get("epsilon")),
        "steps": STEPS,
        "budget": studies.settings.budget,
    }


def epsilon_of(value: Any) -> float:
    """How far a sample may be changed.

    Raises: ParameterError.
    """
    if type(value) not in {int, float} or not 0 < value <= MOST:
        raise ParameterError(f"ε is a number above 0, at most {MOST:g}; got {cut(value)}.")
    return float(value)


def pair_of(value: Any, what: str) -> list[float]:
    """A place, or an axis.

    Args:
        what: it is, for the message.
    Raises: ParameterError.
    """
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(type(one) in {int, float} and math.isfinite(one) for one in value)
    ):
        raise ParameterError(f"{what} is two numbers, x and y; got {cut(value)}.")
    return [float(one) for one in value]
