"""The fast gradient method: the gradient is looked at once, and followed straight on.

The steps lie on one line; the last one changes the samples by all that is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..types import Array
from .kinds import Plan, attack
from .norms import steepest

if TYPE_CHECKING:
    from .problem import Problem


@attack(
    "fast gradient",
    title="Fast gradient",
    text="One step along the gradient of the loss; its steps are places on the way there.",
    source="Goodfellow, Shlens & Szegedy, Explaining and harnessing adversarial examples, 2015",
    norms=("linf", "l2", "l1"),
    steps=1,
)
def path(problem: Problem, plan: Plan) -> Iterator[Array]:
    """Samples on the line from where they are to where the step ends."""
    gradient = problem.gradient(problem.x)
    for number in range(1, plan.steps + 1):
        length = problem.epsilon * number / plan.steps
        yield problem.cut(problem.x + steepest(gradient, problem.norm, length))
