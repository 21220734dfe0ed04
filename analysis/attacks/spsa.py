"""SPSA: the gradient is guessed from what the network says nearby, so that none is needed.

At every step all values are changed at once by chance, up or down by the same amount, and again the
other way round; how the margin answers says where it falls. Adam takes the steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..types import Array
from .adam import Adam
from .kinds import Plan, attack
from .norms import anywhere

if TYPE_CHECKING:
    from .problem import Problem

NEARBY = 64
"""Pairs of places that are asked at every step, for each sample."""

FAR = 0.01
"""By how much every value is changed there."""

RATE = 0.01
"""How far Adam goes in a step."""


@attack(
    "spsa",
    title="SPSA",
    text="Guesses the gradient from 128 places nearby at every step: for networks that have none.",
    source="Uesato et al., Adversarial risk and the dangers of evaluating against weak attacks, "
    "2018",
    gradient=False,
)
def path(problem: Problem, plan: Plan) -> Iterator[Array]:
    """A sample at a time asks its places."""
    shape = problem.x.shape[1:]
    x = problem.inside(problem.x + anywhere(shape, "linf", problem.epsilon, plan.chance))
    adam = Adam(RATE)
    for _ in range(plan.steps):
        guess = np.empty_like(x)
        for k, place in enumerate(x):
            down = plan.chance.each[k].uniform(-1, 1, (NEARBY, *shape)) < 0
            around = np.where(down, -FAR, FAR).astype(np.float32)
            asked = np.concatenate([place + around, place - around])
            aims = np.full(len(asked), problem.aims[k])
            margins = problem.margin(problem.scores(asked), aims)
            rise = (margins[:NEARBY] - margins[NEARBY:]) / (2 * FAR**2)
            guess[k] = np.tensordot(rise, around, axes=1) / NEARBY
        x = problem.inside(x - adam.step(guess))
        yield x
