"""Opens Keras models up and runs them: class probabilities, and the output of every operation.

It runs in the worker process alone: Keras and TensorFlow come with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from . import fitting, graph, loading
from .allowed import without_training
from .calls import PREDICTION, Operation, batch_size
from .ends import Ending, embedding, ending, scale
from .errors import ModelError, ParameterError, UnknownLayerError
from .fitting import Arranged, Shape
from .operations import EVERYTHING, Runner, probabilities
from .softmax_history import INPUT
from .tracing import check_form, inner_graph, trace
from .types import Array, Dataset, Graph, Inputs, Report, silent


def load(path: str | Path, *, trusted: bool = False, output: str = "") -> Network:
    """Load a trained network from a file.

    Args:
        path, trusted: as of `loading.model`.
        output: "embedding" if what it gives is not to be read as class scores.
    Raises: as `loading.model`.
    """
    found = loading.model(path, trusted=trusted)
    return Network(found.model, found.fingerprint, name=found.name, output=output)


def load_weights(
    architecture: str | Path, path: str | Path, *, trusted: bool = False, output: str = ""
) -> Network:
    """Load a network with other weights than those in its file, such as a checkpoint of its
    training.

    Args:
        architecture, path, trusted: as of `loading.with_weights`.
        output: as of `load`.
    Raises: as `loading.with_weights`.
    """
    found = loading.with_weights(architecture, path, trusted=trusted)
    return Network(found.model, found.fingerprint, name=found.name, output=output)


def from_keras(model: keras.Model, fingerprint: str | None = None, *, output: str = "") -> Network:
    """Open up a model that is in memory; it must not be trained further meanwhile.

    Args:
        fingerprint: of its content; worked out from layers and weights by default.
        output: as of `load`.
    Raises: ModelError if it is no network that can be opened up.
    """
    check_form(model)
    return Network(model, fingerprint or _fingerprint(model), name=model.name, output=output)


def lookup(table: Array, fingerprint: str, name: str) -> Network:
    """A network that knows its answers by heart: its input is the number of a sample.

    Args:
        table: (n, classes) float32, rows of probabilities; what was rounded to 0 is the least that
            half precision holds.
        fingerprint: of its content.
    """
    entry = keras.Input((1,), name=INPUT)
    known = keras.layers.Embedding(*table.shape, name="lookup")
    scores = keras.layers.Reshape(table.shape[1:], name="recorded")(known(entry))
    model = keras.Model(entry, keras.layers.Softmax(name="softmax")(scores))
    known.set_weights([np.log(np.maximum(table, np.finfo(np.float16).smallest_subnormal))])
    return Network(model, fingerprint, name=name)


class Network:
    """A trained network, opened up into its operations.

    Every method takes samples as one array (n, *shape) or as a mapping from input names to such
    arrays, images in [0, 1]. Results do not depend on how many samples are given at once: the
    samples run in batches of a size that is a property of the network, the last one filled up.

    Attributes:
        name: for people; never part of a key.
        fingerprint: SHA-256 of the content; another one where it is read as an embedding.
        output: what the model ends in: "softmax", "logits", "sigmoid" (one unit),
            "sigmoid logit" (one linear unit) or "embedding".
        class_count: 2 for one unit, 0 for an embedding.
        parameters: number of weights.
        input_shapes: input name -> shape of one sample.
        pixel_range: of the images that the model itself takes, (0, 1) or (0, 255).
        batch_size: samples that run at once.
        notes: what a user should know of how the model is read, as sentences.
        operations: all that is run, the inputs first, the class probabilities or the embedding
            last.
    """

    def __init__(
        self, model: keras.Model, fingerprint: str, *, name: str = "", output: str = ""
    ) -> None:
        if output not in ("", "embedding"):
            raise ParameterError(f"An output is read as 'embedding' or not; got '{output}'.")
        check_form(model)
        traced = trace(model, keras.tree.flatten, keras.ops.cast)
        inputs = [place for place, operation in enumerate(traced) if operation.run is None]
        self.name = name
        self.fingerprint = as_embedding(fingerprint) if output else fingerprint
        self.parameters = int(model.count_params())
        self.input_shapes: Mapping[str, Shape] = {
            traced[place].name: traced[place].shape for place in inputs
        }
        self._scales = tuple(scale(traced, place) for place in inputs)
        fixed = inner_graph(model).inputs[0].shape[0]
        self.batch_size = batch_size(traced) if fixed is None else int(fixed)
        self._any_batch = fixed is None
        end = embedding(traced) if output else ending(traced)
        if end.output is None:
            end = self._settled(end, traced)
        self.output = end.output
        self.class_count = end.classes
        self.pixel_range = (0.0, max(self._scales))
        self.operations: tuple[Operation, ...] = (
            # What comes after the place of an embedding hands it on as it is.
            tuple(traced[: end.place + 1]) if output else _with_prediction(traced, end)
        )
        self.notes = end.notes + self._input_notes(model)
        self._places = {
            operation.name: place
            for place, operation in enumerate(self.operations)
            if not operation.idle
        }
        self._runner = Runner(self.operations, self.batch_size, self._scales)

    def changed(self, operations: Sequence[Operation], fingerprint: str) -> Network:
        """The network with other operations in the places of its own, of the same shapes.

        Args:
            fingerprint: of what it has become.
        """
        other = copy(self)
        other.operations, other.fingerprint = tuple(operations), fingerprint
        other.__dict__.pop("graph", None)
        other._runner = Runner(other.operations, self.batch_size, self._scales)
        return other

    @cached_property
    def graph(self) -> Graph:
        """The operations as they are drawn."""
        return graph.draw(self.operations)

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """Names of all drawn operations in data-flow order."""
        return tuple(node.name for node in self.graph.nodes)

    def check(self, dataset: Dataset) -> tuple[str, ...]:
        """Whether a data set fits.

        Returns: what will be done to it before the network sees it, as sentences.
        Raises: DataError if inputs, shapes, pixels or labels do not fit.
        """
        what = f"data set '{dataset.name}'"
        arranged = fitting.arrange(self.input_shapes, dataset.inputs, what)
        fitting.check_labels(dataset, self.class_count)
        fitting.check_pixels(arranged.arrays, self._scales, dataset.name)
        return arranged.notes

    def predict(self, x: Array | Inputs, report: Report = silent) -> Array:
        """Class probabilities: (n, class_count) float32, rows sum to 1.

        Raises: ModelError if it gives an embedding; DataError if the samples do not fit.
        """
        self.check_classifies()
        return self.run(x, [PREDICTION], report)[PREDICTION]

    def check_classifies(self) -> None:
        """Raises: ModelError if it gives an embedding instead of class probabilities."""
        if self.output == "embedding":
            width = self.operations[-1].size
            raise ModelError(
                f"This network gives an embedding of {width} value{'s' if width > 1 else ''}, no "
                "class probabilities; predictions, confusion and boundaries need a classifier."
            )

    def between(
        self, starts: Sequence[int], end: int, batches: int = 1
    ) -> tuple[Callable[[Array], Array], int]:
        """A part of the network, as a function of flat values.

        Args:
            starts, end: places in `operations`, as `Runner.between` takes them.
            batches: of `batch_size` samples that run at once, if the network does not insist on
                one.
        Returns: the function (m, d) -> (m, e), and how many samples run at once in it.
        Raises: ModelError if it cannot be computed.
        """
        size = self.batch_size * (batches if self._any_batch else 1)
        return self._runner.between(starts, end, size), size

    def frontier(self, layer: str) -> list[int]:
        """Places in `operations` that all that comes after a layer can be computed from, that of
        the layer among them. Raises: UnknownLayerError."""
        place = self._place(layer)
        later = self.operations[place + 1 :]
        needed = {source for operation in later for source in operation.sources if source <= place}
        return sorted(needed | {place})

    def values(self, x: Array | Inputs, places: Sequence[int]) -> list[Array]:
        """What operations give, also those that are not drawn: (n, width) float32 each.

        Raises: DataError if the samples do not fit.
        """
        arranged = fitting.arrange(self.input_shapes, x)
        parts: list[list[Array]] = [[] for _ in places]
        for _, made in self._runner.batches(arranged.arrays, list(places)):
            for kept, part in zip(parts, made, strict=True):
                kept.append(part.copy())
        return [np.concatenate(kept) for kept in parts]

    def scores(self, count: int) -> Callable[[Any], Any]:
        """Class scores, whose softmax are the class probabilities, for gradients.

        Args:
            count: samples that are given at once.
        Returns: a function from a tensor (count, *shape), of the one input, to a tensor
            (count, class_count), through which TensorFlow takes gradients.
        Raises: ModelError for an embedding, or if it cannot be computed.
        """
        self.check_classifies()
        size = count if self._any_batch else self.batch_size
        return self._runner.scores(count, size, str(self.output))

    def outputs(self, layer: str, count: int) -> Callable[[Any], Any]:
        """What a layer gives, for gradients.

        Args:
            count: samples that are given at once.
        Returns: a function from a tensor (count, *shape), of the one input, to a tensor
            (count, size) float32 of the layer's values side by side, through which TensorFlow
            takes gradients.
        Raises: UnknownLayerError; ModelError if it cannot be computed.
        """
        size = count if self._any_batch else self.batch_size
        return self._runner.outputs(self._place(layer), count, size)

    @property
    def has_scores(self) -> bool:
        """Whether the scores that its probabilities are made of are to be had."""
        return self._runner.has_scores(str(self.output))

    def run(
        self, x: Array | Inputs, layers: Sequence[str], report: Report = silent
    ) -> dict[str, Array]:
        """Outputs of some operations: name -> (n, *shape) float32.

        Raises: UnknownLayerError; DataError if the samples do not fit.
        """
        shapes = {name: self.operation(name).shape for name in layers}
        arranged = fitting.arrange(self.input_shapes, x)
        result = {
            name: np.empty((len(arranged), *shape), np.float32) for name, shape in shapes.items()
        }
        flat = [result[name].reshape(len(arranged), self.operation(name).size) for name in layers]
        for start, parts in self.batches(arranged, layers):
            for whole, part in zip(flat, parts, strict=True):
                whole[start : start + len(part)] = part
            report(min(1.0, (start + self.batch_size) / len(arranged)))
        return result

    def batches(
        self,
        x: Array | Inputs | Arranged,
        layers: Sequence[str],
        first: int = 0,
        last: int = EVERYTHING,
    ) -> Iterator[tuple[int, list[Array]]]:
        """Outputs of some operations batch by batch, flat, or features [first, last) of them.

        Yields: place of the first sample of the batch, and one (m, width) float32 array per
            operation. They are only lent: copy what is to be kept.
        Raises: UnknownLayerError; DataError if the samples do not fit.
        """
        arranged = x if isinstance(x, Arranged) else fitting.arrange(self.input_shapes, x)
        places = [self._place(name) for name in layers]
        yield from self._runner.batches(arranged.arrays, places, first, last)

    def operation(self, name: str) -> Operation:
        """The drawn operation of that name. Raises: UnknownLayerError."""
        return self.operations[self._place(name)]

    def _place(self, name: str) -> int:
        if name not in self._places:
            raise UnknownLayerError(name, self.layers)
        return self._places[name]

    def _settled(self, end: Ending, traced: Sequence[Operation]) -> Ending:
        """See from a few numbers whether an unusual end gives probabilities or scores."""
        draw = np.random.default_rng(0)
        given = [
            draw.random((self.batch_size, *shape), np.float32)
            for shape in self.input_shapes.values()
        ]
        runner = Runner(traced, self.batch_size, self._scales)
        _, (made,) = next(runner.batches(given, [len(traced) - 1]))
        if made.min() >= 0 and np.allclose(made.sum(axis=1), 1, atol=1e-3):
            return replace(end, output="softmax")
        title = traced[end.place].operation
        note = f"The network ends in the scores of '{title}'; a softmax was added."
        return replace(end, output="logits", notes=(note,))

    def _input_notes(self, model: keras.Model) -> tuple[str, ...]:
        notes = []
        for name, factor in zip(self.input_shapes, self._scales, strict=True):
            if factor != 1.0:
                notes.append(
                    f"The network scales its input '{name}' down itself, so that pixels in "
                    f"[0, 1] are multiplied by {factor:g} before it."
                )
        unused = len(inner_graph(model).inputs) - len(self.input_shapes)
        if unused:
            notes.append(f"{unused} of the network's inputs have no effect and are left out.")
        return tuple(notes)


def as_embedding(fingerprint: str) -> str:
    """The fingerprint of the same network that tells no classes apart: its answers differ."""
    return hashlib.sha256(f"{fingerprint} as an embedding".encode()).hexdigest()


def _fingerprint(model: keras.Model) -> str:
    config = without_training(json.loads(model.to_json()))
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for array in model.get_weights():
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _with_prediction(operations: Sequence[Operation], end: Ending) -> tuple[Operation, ...]:
    """The operations, and the class probabilities at their end.

    Where the network gives probabilities itself, the last operation takes the place of the one
    that made them, which is still run but no longer drawn.
    """
    made = operations[end.place]
    given = end.output in ("softmax", "sigmoid")
    (value,) = operations[-1].used
    prediction = Operation(
        name=PREDICTION,
        operation=made.operation if given else str(end.output).removesuffix(" logit"),
        layer=made.layer if given else "",
        shape=(end.classes,),
        parameters=made.parameters if given else 0,
        sources=(len(operations) - 1,),
        idle=False,
        writes=(-1,),
        used=(-1,),
        run=lambda values: [probabilities(values[value], str(end.output))],
        keras=made.keras if given else None,
    )
    if end.output == "logits":
        prediction = replace(prediction, operation="softmax")
    before = [
        replace(operation, idle=True) if given and place == end.place else operation
        for place, operation in enumerate(operations)
    ]
    return (*before, prediction)
