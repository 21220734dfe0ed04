"""The fast gradient method: one step that changes every value by as much as is allowed.

Source: Goodfellow, Shlens & Szegedy, *Explaining and harnessing adversarial examples*, 2015;
computed by CleverHans 4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
        scores = network.scores(len(given))
        _check_gradient(scores, given, network)
        found = [given]
        for step in range(1, steps + 1):
            made = fast_gradient_method(
                scores,
                tf.constant(given),
                epsilon * step / steps,
                np.inf,
                loss_fn=odds,
                clip_min=low,
                clip_max=high,
                y=tf.constant(aims, tf.int64),
                targeted=target is not None,
            )
            found.append(np.asarray(made, np.float32))
        return np.stack(found)


def odds(labels: Any, logits: Any) -> Any:
    """How much likelier all other classes are than one: logarithms of the quotients.

    The cross entropy is softplus of it, so that gradients have the same signs; but that of the
    cross entropy vanishes in float32 where a network is sure.

    Args:
        labels: tensor (n,) int64; logits: (n, c) float32, c > 1.
    Returns: tensor (n,) float32.
    """
    own = tf.one_hot(labels, tf.shape(logits)[1], on_value=True, off_value=False, dtype=tf.bool)
    others = tf.reduce_logsumexp(tf.where(own, -np.inf, logits), axis=1)
    return others - tf.reduce_sum(tf.where(own, logits, 0.0), axis=1)


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


def _check_gradient(scores: Callable[[Any], Any], x: Array, network: Network) -> None:
    """Raises: ModelError if nothing leads from the scores back to the input."""
    given = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(given)
        made = scores(given)
    if tape.gradient(made, given) is None:
        (name,) = network.input_shapes
        raise ModelError(
            f"The scores of this network have no gradient in its input '{name}', which it takes "
            "for whole numbers or rounds: no attack can follow one. Try a network whose input is "
            "float32."
        )


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
