"""Why an attack may say less of a network than it seems: what is to be said beside its success.

An attack that fails because no gradient reaches the input says nothing of how much a network
withstands; see Athalye, Carlini & Wagner, *Obfuscated gradients give a false sense of security*,
2018.
"""

from __future__ import annotations

import numpy as np

from ..network import Network
from ..types import Array
from .kinds import Attack
from .problem import Problem, bounds

SURE = 1e-6
"""By how much a probability may miss 1 to be as good as 1 in single precision."""


def of(
    network: Network, x: Array, labels: Array, target: int | None, attack: Attack
) -> tuple[str, ...]:
    """Sentences about some samples, none if there is nothing to doubt.

    Args:
        x: (n, *shape); labels: (n,) classes that are to be left.
    """
    said = []
    if network.output in ("softmax", "sigmoid"):
        if network.has_scores:
            said.append(
                "The network ends in probabilities; gradients are those of the scores before them."
            )
        else:
            said.append(
                "The network ends in probabilities, and the scores before them are not to be had: "
                "where it is sure, gradients are lost in rounding."
            )
    (name,) = network.input_shapes
    sure = int((network.predict({name: x}).max(axis=1) > 1 - SURE).sum())
    if sure:
        said.append(
            f"Of {sure} of {len(x)} samples the network is so sure that a cross entropy gives no "
            "gradient; the odds of the classes, which always do, are followed instead."
        )
    flat = _flat(network, x, labels, target) if attack.gradient else 0
    if flat:
        said.append(
            f"The gradient of {flat} of {len(x)} samples is zero or not finite: they cannot move, "
            "which is no proof that the network withstands. Try SPSA, which needs no gradient."
        )
    return tuple(said)


def _flat(network: Network, x: Array, labels: Array, target: int | None) -> int:
    """How many samples have no gradient that could be followed."""
    aims = np.asarray(labels if target is None else np.full(len(x), target), np.int64)
    count, found = min(len(x), 256), 0
    for first in range(0, len(x), count):
        some = slice(first, first + count)
        problem = Problem(
            *(network, x[some].astype(np.float32), aims[some]),
            epsilon=np.inf,
            norm="linf",
            targeted=target is not None,
            count=count,
            bounds=bounds(x),
        )
        slope = problem.gradient(problem.x).reshape(len(problem.x), -1)
        found += int((~np.isfinite(slope).all(axis=1) | ~slope.any(axis=1)).sum())
    return found
