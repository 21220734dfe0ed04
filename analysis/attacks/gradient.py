"""The fast gradient method: one step that changes every value by as much as is allowed.

Source: Goodfellow, Shlens & Szegedy, *Explaining and harnessing adversarial examples*, 2015;
computed by CleverHans 4.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from cleverhans.tf2.attacks.fast_gradient_method import fast_gradient_method

from .. import fitting
from ..errors import ModelError, ParameterError
from ..network import Network
from ..types import Array


class FastGradient:
    """Along the sign of the gradient of the loss. Steps lie on one straight line."""

    title = "Fast gradient"

    def trajectory(
        self,
        network: Network,
        x: Array,
        labels: Array,
        epsilon: float,
        *,
        steps: int = 1,
        target: int | None = None,
    ) -> Array:
        """See `kinds.Attack`."""
        given = samples(network, x)
        aims = _aims(network, labels, target, len(given))
        if not 0 <= epsilon < np.inf or steps < 1:
            raise ParameterError(
                f"A step takes an epsilon of 0 or more, and there is 1 or more; got {epsilon:g} "
                f"and {steps}."
            )
        low, high = (0.0, 1.0) if given.min() >= 0 and given.max() <= 1 else (None, None)
        found = [given]
        for step in range(1, steps + 1):
            made = fast_gradient_method(
                network.scores(len(given)),
                tf.constant(given),
                epsilon * step / steps,
                np.inf,
                clip_min=low,
                clip_max=high,
                y=tf.constant(aims, tf.int64),
                targeted=target is not None,
            )
            found.append(np.asarray(made, np.float32))
        return np.stack(found)


def samples(network: Network, x: Array) -> Array:
    """(n, *shape) float32, as the one input of a network takes them.

    Raises: ModelError for several inputs; DataError, ParameterError.
    """
    if len(network.input_shapes) > 1:
        raise ModelError(
            f"Attacks change one input; this network has {len(network.input_shapes)}, and which "
            "of them may change is not known."
        )
    (given,) = fitting.arrange(network.input_shapes, x).arrays
    if not len(given):
        raise ParameterError("An attack needs samples, one at least.")
    return given


def _aims(network: Network, labels: Array, target: int | None, n: int) -> Array:
    """(n,) classes of the loss."""
    network.check_classifies()
    aims = np.asarray(labels if target is None else np.full(n, target), np.int64)
    if aims.shape != (n,) or aims.min() < 0 or aims.max() >= network.class_count:
        raise ParameterError(
            f"An attack leaves or aims at one class of {network.class_count} for each of {n} "
            f"samples; got {aims.tolist()[:5]}."
        )
    return aims
