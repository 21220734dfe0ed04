"""What a network expects at its start, and what it says at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .calls import Operation
from .errors import ModelError
from .graph import reorders

Output = Literal["softmax", "logits", "sigmoid", "sigmoid logit", "embedding"]

_SOFTMAX = frozenset({"softmax", "Softmax", "sparsemax", "Sparsemax"})
_SIGMOID = frozenset({"sigmoid", "Sigmoid", "hard_sigmoid", "HardSigmoid"})
_LINEAR = frozenset({"Dense", "EinsumDense", "Flatten", "Reshape", "GlobalAveragePooling2D"})
_BOUNDED = frozenset({"relu", "ReLU", "Relu", "relu6", "Relu6", "tanh", "Tanh", "softsign", "elu"})

_BEFORE = frozenset({"Resizing", "CenterCrop", "RandomCrop", "Cast", "GetItem", "Resize"})
"""What may stand between an input and the layer that scales it."""


@dataclass(frozen=True)
class Ending:
    """How the last operation is to be read.

    Attributes:
        output: what it gives; None if that can only be seen from its numbers.
        place: of the operation that gives it, the last one that is drawn.
        classes: how many it tells apart, 0 for an embedding.
        notes: what a user should know of this reading, as sentences.
    """

    output: Output | None
    place: int
    classes: int
    notes: tuple[str, ...] = ()


def ending(operations: Sequence[Operation]) -> Ending:
    """Read the end of a network.

    Raises: ModelError if it does not end in one value per class, or in several independent ones.
    """
    shape = _shape(operations, "classifier ends in one value per class, (classes,)")
    place = _place(operations)
    kind = _kind(operations, place)
    if shape[0] == 1:
        return _single(operations, place, kind)
    if kind == "sigmoid":
        raise ModelError(
            f"The network ends in {shape[0]} independent sigmoids: several classes may be true at "
            "once. Only networks whose classes exclude each other can be opened; end it in a "
            "softmax."
        )
    if kind == "softmax":
        return Ending("softmax", place, shape[0])
    title = operations[place].operation
    if kind == "linear" or title in _BOUNDED:
        what = "logits" if kind == "linear" else f"the scores of '{title}'"
        note = f"The network ends in {what}; a softmax was added to get class probabilities."
        return Ending("logits", place, shape[0], (note,))
    return Ending(None, place, shape[0])


def embedding(operations: Sequence[Operation]) -> Ending:
    """Read the end of a network as a point of some space, whatever it was meant for.

    Raises: ModelError if it does not end in one value per dimension of that space.
    """
    _shape(operations, "point of an embedding is one value per dimension, (dimensions,)")
    return Ending("embedding", _place(operations), 0)


def _shape(operations: Sequence[Operation], wanted: str) -> tuple[int, ...]:
    """Shape of what the network gives for one sample, if it is a vector."""
    shape = operations[-1].shape
    if len(shape) != 1 or shape[0] < 1:
        raise ModelError(
            f"The network ends in '{operations[-1].name}' with shape {shape} for one sample; a "
            f"{wanted}. Add a pooling or flatten layer and a dense layer."
        )
    return shape


def _place(operations: Sequence[Operation]) -> int:
    """Of the last operation that is drawn."""
    place = len(operations) - 1
    while operations[place].idle:
        place = operations[place].sources[0]
    return place


def _single(operations: Sequence[Operation], place: int, kind: str) -> Ending:
    """One unit: the probability or the logit of the second of two classes."""
    if kind == "sigmoid":
        return Ending("sigmoid", place, 2)
    if kind == "linear":
        note = "The network ends in one linear unit, read as the logit of the second class."
        return Ending("sigmoid logit", place, 2, (note,))
    raise ModelError(
        f"The network ends in one unit of '{operations[place].operation}', which is no class "
        "probability. End it in one sigmoid, or in one softmax unit per class."
    )


def _kind(operations: Sequence[Operation], place: int) -> str:
    """ "softmax", "sigmoid", "linear" or "" if the operation does not tell."""
    operation = operations[place]
    title = operation.operation
    if title in _SOFTMAX:
        return "softmax"
    if title in _SIGMOID:
        return "sigmoid"
    if operation.idle or (reorders(operation) and operation.sources):
        found = _kind(operations, operation.sources[0])
        return found if found != "" else "linear"
    if title == "Average":
        kinds = {_kind(operations, source) for source in operation.sources}
        return kinds.pop() if len(kinds) == 1 else ""
    return "linear" if title in _LINEAR or title.startswith("Conv") else ""


def scale(operations: Sequence[Operation], place: int) -> float:
    """By what pixels in [0, 1] are multiplied before they enter an input: 1 or 255.

    A network that scales its input down itself was trained on pixels in [0, 255].
    """
    image = len(operations[place].shape) == 3
    follow = [place]
    for number, operation in enumerate(operations):
        if not set(operation.sources) & set(follow):
            continue
        if operation.idle or operation.operation in _BEFORE or reorders(operation):
            follow.append(number)
        elif _shrinks(operation, image):
            return 255.0
    return 1.0


def _shrinks(operation: Operation, image: bool) -> bool:
    """Whether an operation brings [0, 255] to about [-1, 1]."""
    title, keras, numbers = operation.operation, operation.keras, operation.constants
    if title == "Rescaling":
        return _largest(keras.scale) <= 0.01
    if title == "Normalization" and image and not keras.invert:
        # Pixels in [0, 1] have neither a mean nor a deviation beyond one half.
        return bool(_largest(keras.mean) > 1.0 or _largest(keras.variance) > 1.0)
    if title == "Multiply":
        return any(0 < abs(number) <= 0.01 for number in numbers)
    if title in ("Divide", "TrueDivide"):
        return any(number >= 100 for number in numbers)
    if title == "Subtract" and image:
        return any(number > 1 for number in numbers)
    return False


def _largest(values: Any) -> float:
    """Largest magnitude, NaN (neither small nor large) for what is no array of numbers."""
    try:
        return float(np.abs(np.asarray(values, dtype=np.float64)).max())
    except (TypeError, ValueError):
        return float("nan")
