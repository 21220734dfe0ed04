"""What an attack is to solve, and all that it may ask of the network.

It brings TensorFlow with it, so that workers alone import it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from .. import fitting
from ..errors import ModelError, ParameterError
from ..network import Network
from ..types import Array, Inputs
from . import norms


class Problem:
    """Samples, the class that is to be left or reached, and how far they may go.

    Attributes:
        x: (n, *shape) float32.
        aims: (n,) int64, of every sample the class that is to be left, or with `targeted` reached.
        epsilon: in `norm`; infinite where nothing bounds an attack.
        low, high: of all values; None where they have no bounds.
    """

    def __init__(
        self,
        network: Network,
        x: Array,
        aims: Array,
        *,
        epsilon: float,
        norm: str,
        targeted: bool,
        count: int,
        bounds: tuple[float | None, float | None],
    ) -> None:
        self.x, self.aims, self.targeted = x, aims, targeted
        self.epsilon, self.norm = epsilon, norm
        self.low, self.high = bounds
        self._network, self._count = network, count
        self._scores = network.scores(count)

    def scores(self, x: Array) -> Array:
        """(m, classes) float32 of as many samples as one likes: what the softmax is taken of."""
        flat = [x[k : k + self._count] for k in range(0, len(x), self._count)]
        return np.concatenate([self._run(part) for part in flat])

    def gradient(self, x: Array) -> Array:
        """Where these samples come nearer to what is wanted, (n, *shape): uphill to leave a class,
        downhill to reach one, of how much likelier all other classes are."""
        _, found = self._slope(odds, x)
        return -found if self.targeted else found

    def margin_gradient(self, x: Array) -> tuple[Array, Array]:
        """The margin by which these samples are not yet what is wanted, (n,), and where it falls
        fastest, (n, *shape)."""
        others, found = self._slope(_margins, x)
        return (others, -found) if self.targeted else (-others, found)

    def margin(self, scores: Array, aims: Array) -> Array:
        """(m,): by how much the best score beside that of an aim is below it, or with a target
        above; what is wanted is reached where it is negative."""
        every = np.arange(len(scores))
        others = scores.copy()
        others[every, aims] = -np.inf
        found = scores[every, aims] - others.max(axis=1)
        return -found if self.targeted else found

    def inside(self, x: Array) -> Array:
        """The nearest samples whose changes are not too long and whose values within bounds."""
        change = norms.within(x - self.x, self.norm, self.epsilon)
        return self.cut(self.x + change)

    def cut(self, x: Array) -> Array:
        """Values within bounds."""
        return x if self.low is None else np.clip(x, self.low, self.high)

    def check_gradient(self) -> None:
        """Raises: ModelError if nothing leads from the scores back to the input."""
        given = tf.constant(self._filled(self.x))
        with tf.GradientTape() as tape:
            tape.watch(given)
            made = self._scores(given)
        if tape.gradient(made, given) is None:
            (name,) = self._network.input_shapes
            raise ModelError(
                f"The scores of this network have no gradient in its input '{name}', which it "
                "takes for whole numbers or rounds: no attack can follow one. Try SPSA, which "
                "needs none, or a network whose input is float32."
            )

    def _run(self, x: Array) -> Array:
        return np.asarray(_scored(self._scores, tf.constant(self._filled(x))))[: len(x)]

    def _slope(self, loss: Callable[[Any, Any], Any], x: Array) -> tuple[Array, Array]:
        """Loss (n,) and its gradient (n, *shape) for the samples of the problem, moved to x."""
        aims = np.concatenate([self.aims, np.repeat(self.aims[:1], self._count - len(x))])
        given = tf.constant(self._filled(x))
        found = _gradient(self._scores, loss, given, tf.constant(aims))
        value, gradient = (np.asarray(one)[: len(x)] for one in found)
        return value, gradient

    def _filled(self, x: Array) -> Array:
        """As many samples as are always run at once: a network is compiled once."""
        missing = self._count - len(x)
        if not missing:
            return np.ascontiguousarray(x, np.float32)
        return np.concatenate([x, np.repeat(x[:1], missing, axis=0)]).astype(np.float32)


@tf.function
def _scored(scores: Callable[[Any], Any], x: Any) -> Any:
    return scores(x)


@tf.function
def _gradient(
    scores: Callable[[Any], Any], loss: Callable[[Any, Any], Any], x: Any, aims: Any
) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(x)
        made = loss(aims, scores(x))
    return made, tape.gradient(made, x)


def odds(labels: Any, logits: Any) -> Any:
    """How much likelier all other classes are than one: logarithms of the quotients.

    The cross entropy is softplus of it, so that gradients have the same directions; but that of the
    cross entropy vanishes in float32 where a network is sure.

    Args:
        labels: tensor (n,) int64; logits: (n, c) float32, c > 1.
    Returns: tensor (n,) float32.
    """
    own = tf.one_hot(labels, tf.shape(logits)[1], on_value=True, off_value=False, dtype=tf.bool)
    others = tf.reduce_logsumexp(tf.where(own, -np.inf, logits), axis=1)
    return others - tf.reduce_sum(tf.where(own, logits, 0.0), axis=1)


def _margins(labels: Any, logits: Any) -> Any:
    """The best other score, less that of one class."""
    own = tf.one_hot(labels, tf.shape(logits)[1], on_value=True, off_value=False, dtype=tf.bool)
    others = tf.reduce_max(tf.where(own, -np.inf, logits), axis=1)
    return others - tf.reduce_sum(tf.where(own, logits, 0.0), axis=1)


def samples(network: Network, x: Array | Inputs) -> Array:
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


def aims(network: Network, labels: Array, target: int | None, n: int) -> Array:
    """(n,) int64 classes that are left or reached. Raises: ModelError, ParameterError."""
    network.check_classifies()
    found = np.asarray(labels if target is None else np.full(n, target), np.int64)
    if found.shape != (n,) or found.min() < 0 or found.max() >= network.class_count:
        raise ParameterError(
            f"An attack leaves or aims at one class of {network.class_count} for each of {n} "
            f"samples; got {found.tolist()[:5]}."
        )
    return found


def bounds(x: Array) -> tuple[float | None, float | None]:
    """Of pixels, 0 and 1; none of other values."""
    return (0.0, 1.0) if x.min() >= 0 and x.max() <= 1 else (None, None)
