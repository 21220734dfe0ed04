"""Runs operations of a network, batch by batch, as functions compiled by TensorFlow."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf

from .calls import Operation, ancestors, is_idle
from .errors import DataError, MemoryBudgetError, ModelError, StudyError
from .types import Array

_COMPILED = 8
"""Compiled functions that are kept: each holds a graph of TensorFlow."""

_SQUASHING = frozenset({"softmax", "Softmax", "sigmoid", "Sigmoid"})
_PROBABILITIES = ("softmax", "sigmoid")
"""Outputs that are made of scores."""

_LAID_OUT = frozenset({"Flatten", "Reshape"})
"""What may follow them: values stay in their order."""

_LEAST = 1e-30
"""Smallest probability that has a logarithm in float32 with room to spare."""

EVERYTHING = int(np.iinfo(np.int32).max)
"""The end of all features."""


class Runner:
    """Runs some operations of a network and what they depend on.

    Args:
        operations: in data-flow order, the inputs first.
        batch_size: samples that always run at once; the last batch is filled up with zeros, so
            that a sample's numbers depend on its place alone and never on how many there are.
        scales: what each input is multiplied by.
    """

    def __init__(
        self, operations: Sequence[Operation], batch_size: int, scales: Sequence[float]
    ) -> None:
        # TensorFlow fuses what it sees no need to hand out, which changes last digits with the set
        # of operations that are asked for. An answer must not depend on what else was asked.
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        self.batch_size = batch_size
        self._operations = operations
        self._scales = scales
        self._lock = threading.Lock()
        self._compiled = lru_cache(maxsize=_COMPILED)(self._compile)
        self._stretches = lru_cache(maxsize=_COMPILED)(self._compile_stretch)
        self._scores = lru_cache(maxsize=_COMPILED)(self._make_scores)
        self._outputs = lru_cache(maxsize=_COMPILED)(self._make_outputs)

    def batches(
        self, arrays: Sequence[Array], places: Sequence[int], first: int = 0, last: int = EVERYTHING
    ) -> Iterator[tuple[int, list[Array]]]:
        """Outputs of some operations, flat; features [first, last) of them.

        Args:
            arrays: one per input, (n, *shape) float32.
            places: of the operations.
        Yields: place of the first sample of a batch, and one (m, width) float32 array per
            operation, which are views of TensorFlow's memory: copy what is to be kept.
        Raises: ModelError, DataError or MemoryBudgetError if it cannot be computed.
        """
        count = len(arrays[0])
        if not count:
            return
        with self._lock:  # so that two threads do not compile the same function
            function = self._compiled(tuple(places))
        bounds = [tf.constant(first, tf.int32), tf.constant(last, tf.int32)]
        for start in range(0, count, self.batch_size):
            some = slice(start, start + self.batch_size)
            batch = [_filled(array[some], self.batch_size) for array in arrays]
            made = self._computed(function, [*map(tf.constant, batch), *bounds], places)
            size = min(self.batch_size, count - start)
            yield start, [np.asarray(memoryview(part))[:size] for part in made]

    def between(self, starts: Sequence[int], end: int, batch_size: int) -> Callable[[Array], Array]:
        """What a part of the network makes of values that are given to it.

        Args:
            starts: places of operations with one output, such that every path to `end` passes
                through one of them.
            end: place of a later operation, or of one of them.
            batch_size: samples that always run at once, the last batch filled up with zeros.
        Returns: a function from (m, d) float32, the flat outputs of `starts` side by side, to
            (m, e) float32, that of `end`. Values of inputs are as in `batches`. Threads may call
            it at the same time. It raises DataError or MemoryBudgetError.
        Raises: ModelError if it cannot be computed.
        """
        with self._lock:
            function = self._stretches(tuple(starts), end, batch_size)
        size = self._operations[end].size

        def run(flat: Array) -> Array:
            found = np.empty((len(flat), size), np.float32)
            for start in range(0, len(flat), batch_size):
                given = tf.constant(_filled(flat[start : start + batch_size], batch_size))
                (made,) = self._computed(function, [given], [end])
                part = found[start : start + batch_size]
                part[...] = np.asarray(memoryview(made))[: len(part)]
            return found

        return run

    def scores(self, count: int, batch_size: int, output: str) -> Callable[[Any], Any]:
        """Class scores before the softmax, as tensors; see `Network.scores`.

        Args:
            batch_size: as of `between`.
            output: what the operation before the last, the probabilities, gives; as in
                `probabilities`.
        Returns: the same function for the same arguments: who traces it need not do so again.
        """
        with self._lock:
            return self._scores(count, batch_size, output)

    def outputs(self, place: int, count: int, batch_size: int) -> Callable[[Any], Any]:
        """What an operation gives, as tensors; see `Network.outputs`.

        Args:
            batch_size: as of `between`.
        Returns: the same function for the same arguments, as `scores` does.
        """
        with self._lock:
            return self._outputs(place, count, batch_size)

    def _make_outputs(self, place: int, count: int, batch_size: int) -> Callable[[Any], Any]:
        given = [number for number, operation in enumerate(self._operations) if not operation.run]
        function = self._stretches(tuple(given), place, batch_size)

        def run(x: Any) -> Any:
            flat = tf.reshape(tf.cast(x, tf.float32), (count, -1))
            parts = []
            for start in range(0, count, batch_size):
                size = min(batch_size, count - start)
                some = tf.pad(flat[start : start + size], [[0, batch_size - size], [0, 0]])
                parts.append(function(some)[0][:size])
            return tf.concat(parts, axis=0)

        return run

    def _make_scores(self, count: int, batch_size: int, output: str) -> Callable[[Any], Any]:
        end = len(self._operations) - 2
        bare = self._bare(output)
        outputs = self._make_outputs(end if bare is None else bare, count, batch_size)

        def run(x: Any) -> Any:
            found = outputs(x)
            if output == "softmax":
                # Where the scores themselves are not to be had, these have the same softmax.
                return found if bare is not None else tf.math.log(tf.maximum(found, _LEAST))
            if output == "sigmoid" and bare is None:
                found = tf.math.log(tf.maximum(found, _LEAST) / tf.maximum(1.0 - found, _LEAST))
            if output.startswith("sigmoid"):
                return tf.concat([tf.zeros_like(found), found], axis=1)
            return found

        return run

    def has_scores(self, output: str) -> bool:
        """Whether scores are to be had as they were before the softmax; `output` as of `scores`."""
        return output not in _PROBABILITIES or self._bare(output) is not None

    def _bare(self, output: str) -> int | None:
        """Place of the scores that probabilities are made of, None if there are none."""
        end = len(self._operations) - 2
        return self._before_softmax(end) if output in _PROBABILITIES else None

    def _before_softmax(self, place: int) -> int | None:
        """Place of what a softmax or sigmoid is taken of, if they end the network."""
        operation = self._operations[place]
        # The mark `idle` says nothing here: the operation whose place the prediction takes has it.
        while is_idle(operation) or operation.operation in _LAID_OUT:
            place = operation.sources[0]
            operation = self._operations[place]
        if operation.operation not in _SQUASHING or len(operation.sources) != 1:
            return None
        (source,) = operation.sources
        return source if self._operations[source].shape == operation.shape else None

    def _compile_stretch(self, starts: tuple[int, ...], end: int, batch_size: int) -> Any:
        """A TensorFlow function from one batch of what `starts` give to what `end` gives."""
        before = ancestors(self._operations, starts)
        needed = sorted(ancestors(self._operations, [end]) - before)
        begin = [self._operations[place] for place in starts]
        inputs = [place for place, operation in enumerate(self._operations) if not operation.run]
        scales = dict(zip(inputs, self._scales, strict=True))

        def compute(flat: Any) -> list[Any]:
            values: dict[int, Any] = {}
            parts = tf.split(flat, [operation.size for operation in begin], axis=1)
            for place, operation, part in zip(starts, begin, parts, strict=True):
                x = tf.reshape(part, (batch_size, *operation.shape))
                scale = scales.get(place, 1.0)
                x = x if scale == 1.0 else x * scale
                values[operation.used[0]] = _of_type(x, operation.dtype)
            for place in needed:
                operation = self._operations[place]
                if operation.run is not None:
                    values.update(zip(operation.writes, operation.run(values), strict=True))
            return [self._flat(end, values, batch_size)]

        width = sum(operation.size for operation in begin)
        return self._concrete(compute, [tf.TensorSpec((batch_size, width), tf.float32)], (end,))

    def _compile(self, places: tuple[int, ...]) -> Any:
        """A TensorFlow function from one batch of every input to flat outputs."""
        needed = ancestors(self._operations, places)

        def compute(*given: Any) -> list[Any]:
            *inputs, first, last = given
            values: dict[int, Any] = {}
            feeds = iter(zip(inputs, self._scales, strict=True))
            for place, operation in enumerate(self._operations):
                if operation.run is None:
                    x, scale = next(feeds)
                    x = x if scale == 1.0 else x * scale
                    values[operation.writes[0]] = _of_type(x, operation.dtype)
                elif place in needed:
                    values.update(zip(operation.writes, operation.run(values), strict=True))
            flat = [self._flat(place, values, self.batch_size) for place in places]
            return [part[:, first:last] for part in flat]

        shapes = [operation.shape for operation in self._operations if operation.run is None]
        images = [tf.TensorSpec((self.batch_size, *shape), tf.float32) for shape in shapes]
        bound = tf.TensorSpec((), tf.int32)
        return self._concrete(compute, [*images, bound, bound], places)

    def _concrete(self, compute: Any, given: Sequence[Any], places: Sequence[int]) -> Any:
        """Compile a function of tensors like those given; what does not work is said in words."""
        function = tf.function(compute, autograph=False, jit_compile=False)
        try:
            return function.get_concrete_function(*given)
        except StudyError:
            raise
        except Exception as error:  # whatever a layer raises that was built but does not work
            raise ModelError(
                f"{self._named(places)} cannot be computed: {reason(error)} The model does not "
                "describe a network that runs; save it again."
            ) from error

    def _flat(self, place: int, values: Mapping[int, Any], batch_size: int) -> Any:
        """All used outputs of an operation: (batch, features) float32."""
        operation = self._operations[place]
        parts = [values[number] for number in operation.used]
        for part in parts:
            if not part.shape.rank or part.shape[0] != batch_size:
                raise ModelError(
                    f"Operation '{operation.name}' does not keep samples apart: for "
                    f"{batch_size} samples it gives {part.shape}, so that it has no "
                    "activations of one sample."
                )
        flat = [tf.reshape(tf.cast(part, tf.float32), (batch_size, -1)) for part in parts]
        return flat[0] if len(flat) == 1 else tf.concat(flat, axis=1)

    def _computed(
        self, function: Any, arguments: Sequence[Any], places: Sequence[int]
    ) -> Sequence[Any]:
        """Call a compiled function; what TensorFlow cannot do is said in words."""
        try:
            made: Sequence[Any] = function(*arguments)
        except tf.errors.ResourceExhaustedError as error:
            raise MemoryBudgetError(
                f"{self._named(places)} needs more memory than there is. Close other programs, or "
                "use a smaller network."
            ) from error
        except tf.errors.OpError as error:
            raise DataError(
                f"{self._named(places)} cannot be computed for these samples: {reason(error)} "
                "Check that their values are what the network was trained on."
            ) from error
        return made

    def _named(self, places: Sequence[int]) -> str:
        shown = ", ".join(f"'{self._operations[place].name}'" for place in places[:3])
        return f"Operation {shown}{', ...' if len(places) > 3 else ''}"


def _filled(samples: Array, batch_size: int) -> Array:
    if len(samples) == batch_size:
        return samples
    filled = np.zeros((batch_size, *samples.shape[1:]), samples.dtype)
    filled[: len(samples)] = samples
    return filled


def _of_type(x: Any, dtype: str) -> Any:
    """Values as an input takes them; whole numbers are the nearest ones."""
    return tf.cast(tf.round(x) if tf.as_dtype(dtype).is_integer else x, dtype)


def probabilities(last: Any, output: str) -> Any:
    """Class probabilities (n, classes) float32 from the last operation of a network.

    Args:
        output: what it gives, as `Network.output` says.
    """
    last = tf.cast(last, tf.float32)
    if output == "logits":
        return tf.nn.softmax(last)
    if output == "softmax":
        return last
    second = tf.sigmoid(last) if output == "sigmoid logit" else last
    return tf.concat([1.0 - second, second], axis=1)


def exchanged(values: Any, keep: Array, instead: Array) -> Any:
    """Values (n, ..., channels) of which some channels are others, whatever they were.

    Args:
        keep: (channels,) positive where they stay; instead: (channels,) what the others are.
    """
    return tf.where(keep > 0, values, tf.cast(instead, values.dtype))


def reason(error: Exception) -> str:
    """The first of what Keras or TensorFlow says, on one line."""
    text = " ".join(re.sub(r"\x1b\[\d*m", "", str(error)).split())
    return f"{text[:200].rstrip('. ')}{'...' if len(text) > 200 else '.'}"
