"""Projected gradient descent: step after step along the gradient, back into the ball after each.

The three attacks here differ in where they begin: at the sample, anywhere in the ball, or anywhere
within 0.3 of it as in the experiments of Madry et al.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..types import Array
from .kinds import Plan, attack
from .norms import anywhere, steepest

if TYPE_CHECKING:
    from .problem import Problem

_MADRY = "Madry et al., Towards deep learning models resistant to adversarial attacks, 2018"

WIDE = 0.3
"""Radius in which Madry et al. begin on MNIST."""


@attack(
    "basic iterative",
    title="Basic iterative",
    text="Steps along the gradient, beginning at the sample.",
    source="Kurakin, Goodfellow & Bengio, Adversarial examples in the physical world, 2017",
    norms=("linf", "l2"),
)
def from_the_sample(problem: Problem, plan: Plan) -> Iterator[Array]:
    """Each step begins where the last one ended."""
    yield from _climb(problem, plan, problem.x)


@attack(
    "pgd",
    title="Projected gradient",
    text="Steps along the gradient, beginning anywhere within epsilon of the sample.",
    source=_MADRY,
    norms=("linf", "l2"),
)
def from_anywhere(problem: Problem, plan: Plan) -> Iterator[Array]:
    """The first step is taken from a place in the ball that is drawn by chance."""
    yield from _climb(problem, plan, _begin(problem, plan, problem.epsilon))


@attack(
    "madry",
    title="Madry et al.",
    text="Projected gradient that begins anywhere within 0.3 of the sample, cut to epsilon.",
    source=_MADRY,
    norms=("linf", "l2"),
)
def from_anywhere_wide(problem: Problem, plan: Plan) -> Iterator[Array]:
    """With a small epsilon nearly all samples begin on the border of the ball."""
    yield from _climb(problem, plan, _begin(problem, plan, WIDE))


def _begin(problem: Problem, plan: Plan, radius: float) -> Array:
    change = anywhere(problem.x.shape[1:], problem.norm, radius, plan.chance)
    return problem.inside(problem.x + change)


def _climb(problem: Problem, plan: Plan, x: Array) -> Iterator[Array]:
    for _ in range(plan.steps):
        step = steepest(problem.gradient(x), problem.norm, plan.step)
        x = problem.inside(problem.cut(x + step))
        yield x
