"""What every attack is and can be asked for, and the registry of all of them.

Nothing here or in the attacks knows TensorFlow: what they need of a network is a `Problem`, which a
worker makes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ParameterError
from ..types import Array, Report, part, silent
from .norms import NORMS

if TYPE_CHECKING:
    from ..network import Network
    from .problem import Problem

CHUNK = 256
"""Samples that are attacked at once, at most."""

ROOM = 2**27
"""Bytes that their way may take meanwhile."""

ASKED = 128
"""Samples that run at once, at least, where an attack asks what the network says nearby."""

_PROBLEM = "analysis.attacks.problem"
"""By text: whoever only lists attacks does without TensorFlow."""


@dataclass(frozen=True)
class Plan:
    """How an attack goes about it.

    Attributes:
        steps: 1 or more.
        step: how far a step goes, in the attack's norm.
        chance: of these samples, whichever others are attacked with them.
        tell: hears what share is done of an attack that works long before its first step is known,
            and may stop it.
    """

    steps: int
    step: float
    chance: Chance
    tell: Callable[[float], None]


class Chance:
    """Random numbers sample by sample, the same for a seed however samples are grouped."""

    def __init__(self, seed: int, first: int, count: int) -> None:
        self.each = [np.random.default_rng([seed, first + k]) for k in range(count)]

    def uniform(self, shape: tuple[int, ...]) -> Array:
        """(n, *shape) float32 in [-1, 1)."""
        return np.stack([one.uniform(-1, 1, shape) for one in self.each]).astype(np.float32)

    def normal(self, shape: tuple[int, ...]) -> Array:
        """(n, *shape) float32."""
        return np.stack([one.standard_normal(shape) for one in self.each]).astype(np.float32)

    def shares(self) -> Array:
        """(n,) float32 in [0, 1)."""
        return np.array([one.random() for one in self.each], np.float32)


Path = Callable[["Problem", Plan], Iterator[Array]]


@dataclass(frozen=True)
class Attack:
    """A way from samples that a network gets right to ones that it gets wrong.

    Attributes:
        name: in the registry, and in links.
        title: for people.
        text: what it does, in a sentence.
        source: where it was published.
        norms: in which its steps may be measured, of `norms.NORMS`; the first is the usual one.
        steps: that are usual.
        bounded: whether it stays within epsilon; otherwise it looks for the nearest sample.
        gradient: whether it needs one.
        path: yields (n, *shape) after every step.
    """

    name: str
    title: str
    text: str
    source: str
    norms: tuple[str, ...]
    steps: int
    bounded: bool
    gradient: bool
    path: Path

    def trajectory(
        self,
        network: Network,
        x: Array,
        labels: Array,
        epsilon: float,
        steps: int | None = None,
        *,
        target: int | None = None,
        norm: str = "",
        step: float | None = None,
        seed: int = 0,
        report: Report = silent,
    ) -> Array:
        """Samples on their way.

        Args:
            x: (n, *shape) as the network's one input takes them, n > 0.
            labels: (n,) classes that are to be left.
            epsilon: how far a sample may go in that norm, not negative; in units of the input.
            steps: 1 or more; the attack's own number by default.
            target: the class that is to be reached, None for any other.
            norm: of `norms`; the first one by default.
            step: how far a step goes, at most epsilon; 2.5 epsilon / steps by default, so that a
                path may go to and fro within the ball.
            seed: of whatever is random.
            report: hears how far it is, and may stop it.
        Returns: (steps + 1, n, *shape) float32; step 0 is x. Where x lies in [0, 1], all do.
        Raises: ParameterError, ModelError, DataError.
        """
        wanted = self.steps if steps is None else steps
        norm = norm or self.norms[0]
        length = min(epsilon, 2.5 * epsilon / max(1, wanted)) if step is None else step
        self._check(epsilon, wanted, norm, length)
        problems = import_module(_PROBLEM)
        whole = problems.samples(network, x)
        aims = problems.aims(network, labels, target, len(whole))
        found = np.empty((wanted + 1, *whole.shape), np.float32)
        found[0] = whole
        bytes_each = (wanted + 1) * whole[0].nbytes
        most = max(1, min(CHUNK, ROOM // bytes_each))
        # Evenly, so that no part is filled up with more samples than it has.
        size = math.ceil(len(whole) / math.ceil(len(whole) / most))
        bounds = problems.bounds(whole)
        for first in range(0, len(whole), size):
            last = min(len(whole), first + size)
            problem = problems.Problem(
                network,
                whole[first:last],
                aims[first:last],
                epsilon=epsilon if self.bounded else np.inf,
                norm=norm,
                targeted=target is not None,
                count=size if self.gradient else max(size, ASKED),
                bounds=bounds,
            )
            if self.gradient and not first:  # it is a property of the network
                problem.check_gradient()
            share = _Share(part(report, first / len(whole), last / len(whole), self.title))
            plan = Plan(wanted, length, Chance(seed, first, last - first), share.tell)
            for number, place in enumerate(self.path(problem, plan), 1):
                found[number, first:last] = place
                share.tell(number / wanted)
        return found

    def _check(self, epsilon: float, steps: int, norm: str, step: float) -> None:
        if norm not in self.norms:
            raise ParameterError(
                f"{self.title} is measured in {' or '.join(self.norms)}; got '{norm}'."
            )
        if not 0 <= epsilon < np.inf or steps < 1:
            raise ParameterError(
                f"An attack takes an epsilon of 0 or more and 1 step or more; got {epsilon:g} and "
                f"{steps}."
            )
        if self.bounded and not 0 <= step <= epsilon:
            raise ParameterError(f"A step goes no further than epsilon, {epsilon:g}; got {step:g}.")


class _Share:
    """What is done, which never becomes less."""

    def __init__(self, report: Report) -> None:
        self._report, self._most = report, 0.0

    def tell(self, share: float) -> None:
        self._most = max(self._most, share)
        self._report(self._most)


REGISTRY: dict[str, Attack] = {}
"""What a page may ask for by name."""


def attack(name: str, **about: Any) -> Callable[[Path], Path]:
    """Put a generator into the registry.

    Args:
        about: attributes of the `Attack`; "norms", "steps", "bounded" and "gradient" may be left
            out for ("linf",), 40, True and True.
    """
    usual: Mapping[str, Any] = {"norms": ("linf",), "steps": 40, "bounded": True, "gradient": True}

    def add(path: Path) -> Path:
        made = Attack(name=name, path=path, **{**usual, **about})
        if name in REGISTRY or not set(made.norms) <= set(NORMS):
            raise ValueError(f"'{name}' is taken, or has norms beyond {', '.join(NORMS)}.")
        REGISTRY[name] = made
        return path

    return add
