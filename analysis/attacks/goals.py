"""Where a sample may be led: a place in a plane of a layer, or an answer of the network.

It brings TensorFlow with it, so that workers alone import it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from .. import fisher
from ..calls import PREDICTION
from ..errors import ModelError, NotFiniteError, ParameterError, ShapeError
from ..network import Network
from ..types import Array

SURE = math.log(1e4)
"""Logarithm of the odds of one class beyond which probabilities hardly move in float32."""

_ONE = 0.01
"""By how much the probabilities of an answer may miss 1 in sum."""

_LEAST = 1e-30


class Seen(NamedTuple):
    """How a sample lies to its goal.

    Attributes:
        distance: to the goal; what is told.
        loss: not negative, 0 at the goal; what is made small.
        gradient: (1, *shape) float32 of the loss.
    """

    distance: float
    loss: float
    gradient: Array


See = Callable[[Array], Seen]
"""(1, *shape) float32 -> how it lies to the goal. Raises: NotFiniteError, ModelError."""


@dataclass(frozen=True)
class Place:
    """A place in a plane of a layer: the distance is |(f(x) - centre) @ matrix - goal|.

    Attributes:
        layer: that gives f(x), (d,) values side by side.
        centre: (d,); matrix: (d, 2); goal: (2,); all finite.
    """

    layer: str
    centre: Array
    matrix: Array
    goal: Array

    def of(self, network: Network) -> See:
        """How samples of a network lie to it.

        Raises: UnknownLayerError; ShapeError; NotFiniteError, ModelError if it cannot be computed.
        """
        d = network.operation(self.layer).size
        shapes = [np.shape(array) for array in (self.centre, self.matrix, self.goal)]
        if shapes != [(d,), (d, 2), (2,)]:
            raise ShapeError(
                f"A plane of layer '{self.layer}' has a centre ({d},), a matrix ({d}, 2) and a "
                f"goal (2,); got {', '.join(map(str, shapes))}."
            )
        _check_finite("place", self.centre, self.matrix, self.goal)
        # Probabilities are made of scores here, which still move where the probabilities do not.
        said = self.layer == PREDICTION and network.class_count > 0
        outputs = network.scores(1) if said else network.outputs(self.layer, 1)
        plane = tuple(
            tf.constant(np.asarray(array, np.float32))
            for array in (self.centre, self.matrix, self.goal)
        )

        def see(x: Array) -> Seen:
            found = _to_place(outputs, said, tf.constant(x), plane)
            if found[2] is None:
                raise _no_gradient(network, f"Layer '{self.layer}' of this network has")
            distance, loss, gradient = map(np.asarray, found)
            return Seen(float(distance), float(loss), gradient)

        return see

    def distances(self, network: Network, x: Array) -> Array:
        """(m,) float64 of samples (m, *shape)."""
        (name,) = network.input_shapes
        values = network.run({name: x}, [self.layer])[self.layer].reshape(len(x), -1)
        places = (values.astype(np.float64) - self.centre) @ self.matrix
        return np.asarray(np.linalg.norm(places - self.goal, axis=1))


@dataclass(frozen=True)
class Answer:
    """Class probabilities; the distance is the Jensen-Shannon metric between them and the
    network's.

    Attributes:
        probabilities: (classes,), not negative, 1 in sum.
    """

    probabilities: Array

    def of(self, network: Network) -> See:
        """How samples of a network lie to it.

        Raises: ModelError for an embedding, or if it cannot be computed; ShapeError;
            NotFiniteError, ParameterError for what are no probabilities.
        """
        network.check_classifies()
        wanted = np.asarray(self.probabilities, np.float64)
        if wanted.shape != (network.class_count,):
            raise ShapeError(
                f"An answer of this network has {network.class_count} probabilities; got "
                f"{wanted.shape}."
            )
        _check_finite("answer", wanted)
        if wanted.min() < 0 or abs(wanted.sum() - 1) > _ONE:
            raise ParameterError(
                "Probabilities of an answer are not negative and 1 in sum; got "
                f"{wanted.min():g} at least and a sum of {wanted.sum():g}."
            )
        wanted = wanted / wanted.sum()
        least = float((wanted * np.log(np.maximum(wanted, _LEAST))).sum())
        scores = network.scores(1)
        goal = tf.constant(wanted[None], tf.float32)

        def see(x: Array) -> Seen:
            found = _to_answer(scores, tf.constant(x), goal)
            if found[2] is None:
                raise _no_gradient(network, "The scores of this network have")
            logs, entropy, gradient = map(np.asarray, found)
            if not np.isfinite(logs).all():
                return Seen(math.nan, math.nan, gradient)
            said = np.exp(logs.astype(np.float64))
            distance = fisher.metric(said / said.sum(), wanted[None])
            return Seen(float(distance[0]), max(0.0, float(entropy) + least), gradient)

        return see

    def distances(self, network: Network, x: Array) -> Array:
        """(m,) float64 of samples (m, *shape)."""
        (name,) = network.input_shapes
        wanted = np.asarray(self.probabilities, np.float64)
        each = np.repeat((wanted / wanted.sum())[None], len(x), axis=0)
        return fisher.metric(network.predict({name: x}), each)


@tf.function
def _to_place(outputs: Callable[[Any], Any], said: bool, x: Any, plane: Any) -> Any:
    """Distance, half of its square, and the gradient of that.

    Args:
        plane: centre, matrix and goal.
        said: whether the outputs are scores, and the layer their softmax.
    """
    with tf.GradientTape() as tape:
        tape.watch(x)
        made = outputs(x)
        followed = tf.nn.softmax(made / _temperature(made)) if said else made
        loss = tf.reduce_sum(tf.square(_away(followed, *plane))) / 2
    slope = tape.gradient(loss, x)
    shown = tf.nn.softmax(made) if said else made
    distance = tf.norm(_away(shown, *plane))
    return distance, loss, None if slope is None else tf.convert_to_tensor(slope)


@tf.function
def _to_answer(scores: Callable[[Any], Any], x: Any, goal: Any) -> Any:
    """Logarithms of what is said (1, classes), the cross entropy, and its gradient."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        logs = tf.nn.log_softmax(scores(x))
        entropy = -tf.reduce_sum(goal * logs)
    slope = tape.gradient(entropy, x)
    return logs, entropy, None if slope is None else tf.convert_to_tensor(slope)


def _away(made: Any, centre: Any, matrix: Any, goal: Any) -> Any:
    return tf.linalg.matmul(made - centre, matrix) - goal


def _temperature(scores: Any) -> Any:
    """By what scores are divided so that no class is surer than SURE; 1 where none is."""
    best = tf.argmax(scores, axis=1)
    own = tf.one_hot(best, tf.shape(scores)[1], on_value=True, off_value=False, dtype=tf.bool)
    others = tf.reduce_logsumexp(tf.where(own, -np.inf, scores), axis=1)
    gap = tf.reduce_max(scores, axis=1) - others
    return tf.stop_gradient(tf.maximum(1.0, gap / SURE))[:, None]


def _check_finite(what: str, *arrays: Array) -> None:
    if not all(np.isfinite(array).all() for array in arrays):
        raise NotFiniteError(
            f"The {what} that a sample is to be led to holds NaN or infinity. Choose another one."
        )


def _no_gradient(network: Network, which: str) -> ModelError:
    (name,) = network.input_shapes
    return ModelError(
        f"{which} no gradient in its input '{name}', which it takes for whole numbers or rounds: "
        "no sample can be led along one. Choose a network whose input is float32."
    )
