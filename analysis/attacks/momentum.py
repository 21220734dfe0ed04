"""The momentum iterative method: steps follow the gradients of all steps before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..types import Array
from .kinds import Plan, attack
from .norms import steepest

if TYPE_CHECKING:
    from .problem import Problem

DECAY = 1.0
"""What is left of the gradients before at every step."""

_LEAST = 1e-12


@attack(
    "momentum",
    title="Momentum iterative",
    text="Steps along the sum of all gradients so far, so that none turns back at a small bump.",
    source="Dong et al., Boosting adversarial attacks with momentum, 2018",
    norms=("linf", "l2"),
)
def path(problem: Problem, plan: Plan) -> Iterator[Array]:
    """Gradients count by their direction: each is divided by the mean size of its values."""
    x, momentum = problem.x, np.zeros_like(problem.x)
    values = tuple(range(1, x.ndim))
    for _ in range(plan.steps):
        gradient = problem.gradient(x)
        size = np.abs(gradient).mean(axis=values, keepdims=True)
        momentum = DECAY * momentum + gradient / np.maximum(size, _LEAST)
        x = problem.inside(x + steepest(momentum, problem.norm, plan.step))
        yield x
