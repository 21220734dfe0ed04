"""Lines of a network: in the space of its input, or behind one of its layers.

An affine beginning of a network (convolution, dense layer, normalisation, ...) turns straight
lines into straight lines: its outputs are interpolated instead of its inputs, so that it runs
once a sample, not once a point. The rectifier and the pooling that often follow are taken while
interpolating, before the numbers leave the processor's cache. TensorFlow runs the rest, in
batches of a fixed size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from . import affine, fitting, graph
from . import fisher_kernels as kernels
from .calls import PREDICTION, Operation
from .errors import ParameterError, ShapeError
from .lines import Held, Lines, Predict, check_ends, check_samples
from .network import Network
from .threads import in_stripes
from .types import Array, Inputs, Report, silent

INPUT = ""
"""Name of the space of the input."""

GROWTH = 16
"""At most so many times the values of a sample are what is interpolated in place of it."""

HELD = 2**30
"""Most bytes of what is interpolated, if the number of samples is known."""

BATCHES, BATCH_BYTES = 4, 64 * 2**20
"""Most batches of the network that run at once on lines, as fewer calls cost less, and most bytes
that the largest operation then makes of them, unless one batch takes more."""


def cuts(network: Network) -> tuple[str, ...]:
    """Layers behind which the rest of the network is a classifier of their activations.

    Every path from the inputs to the prediction passes through them.

    Returns: names in data-flow order; neither inputs nor the prediction are among them.
    """
    operations = [network.operations[place] for place in graph.cuts(network.operations)]
    return tuple(each.name for each in operations if not each.idle and _real(each))


def points(
    network: Network, x: Array | Inputs, space: str = INPUT, report: Report = silent
) -> Array:
    """Samples as points of a space.

    Args:
        x: samples as the network takes them.
        space: "" for the input, or one of `cuts`.
    Returns: (n, *shape) float32: the samples themselves, (n, d) side by side in the order of
        `input_shapes` if the network has several inputs, or the layer's activations.
    Raises: ParameterError, UnknownLayerError for another space; DataError if x does not fit.
    """
    _starts(network, space)
    if space:
        return network.run(x, [space], report)[space]
    arrays = fitting.arrange(network.input_shapes, x).arrays
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate([array.reshape(len(array), -1) for array in arrays], axis=1)


def rest(network: Network, space: str = INPUT) -> Predict:
    """Class probabilities of points of a space.

    Args:
        space: as in `points`.
    Returns: a function from (m, *shape) or flat (m, d) float32, as `points` gives them, to
        (m, class_count) float32, which does not depend on how many are asked.
    Raises: as `lines`.
    """
    starts = _starts(network, space)
    network.check_classifies()
    run, _ = network.between(starts, len(network.operations) - 1)
    shape = _shape(network, starts)
    return lambda x: run(_flat(x, shape))


def lines(network: Network, space: str = INPUT, *, samples: int = 0) -> Lines:
    """Lines in the space of the input, or of the activations of a layer.

    Args:
        space: as in `points`, which makes what `hold` takes.
        samples: how many will be held in all, if known: what an affine beginning makes of them
            is interpolated only if it takes at most HELD bytes, else they are themselves.
    Raises:
        ModelError: the network gives an embedding, or cannot be computed.
        ParameterError, UnknownLayerError: the space is no layer through which all paths lead.
    """
    starts = _starts(network, space)
    network.check_classifies()
    return _NetworkLines(network, starts, samples)


class _NetworkLines:
    """Lines on which a network is computed in three parts.

    What is affine runs once a sample, in `hold`; what is simple while a point is interpolated;
    the rest of the network once a point.
    """

    def __init__(self, network: Network, starts: tuple[int, ...], samples: int) -> None:
        self._shape = _shape(network, starts)
        self._size = int(np.prod(self._shape))
        operations, batches = network.operations, _batches(network)
        self._head: Callable[[Array], Array] | None = None
        self._width, behind = self._size, starts
        if len(starts) == 1:
            most = GROWTH * self._size
            most = min(most, HELD // (4 * samples)) if samples else most
            end = affine.end_of(operations, starts[0], most)
            if end > starts[0]:
                self._head, _ = network.between(starts, end, batches)
                self._width, behind = operations[end].size, (end,)
        self._opening = affine.Opening.none(behind[-1], self._width)
        if len(behind) == 1:
            self._opening = affine.opening(operations, behind[0])
            behind = (self._opening.place,)
        self._tail, self._batch = network.between(behind, len(operations) - 1, batches)
        self._classes = network.class_count
        self._buffers: list[Array] = []

    def hold(self, x: Array, report: Report = silent) -> Held:
        flat = _flat(x, self._shape)
        check_samples(flat)
        values = flat if self._head is None else self._head(flat)
        own, here = np.arange(len(flat)), np.zeros(1, np.float32)
        held = Held(values, np.empty((len(flat), self._classes), np.float32))
        return Held(values, self.along(held, own, held, own, here, report)[:, 0])

    def along(  # noqa: PLR0917 - a line has two ends, each a place among samples
        self,
        a: Held,
        first: Array,
        b: Held,
        second: Array,
        parts: Array,
        report: Report = silent,
    ) -> Array:
        first, second = (np.ascontiguousarray(places, np.int64) for places in (first, second))
        parts = np.ascontiguousarray(parts, np.float32)
        check_ends(a, first, b, second, parts, width=self._width)
        ends = [np.ascontiguousarray(held.values, np.float32) for held in (a, b)]
        found = np.empty((len(first) * len(parts), self._classes), np.float32)
        pool, least = self._opening.pool, self._opening.least

        def predict(start: int, stop: int) -> None:
            buffer = self._buffer()
            made = buffer[: stop - start]
            kernels.points(ends[0], first, ends[1], second, parts, start, pool, least, made)
            found[start:stop] = self._tail(buffer)[: stop - start]
            self._buffers.append(buffer)

        in_stripes(predict, len(found), self._batch, report)
        return found.reshape(len(first), len(parts), self._classes)

    def _buffer(self) -> Array:
        """Room for the points of a batch, used again: fresh memory costs as much as filling it."""
        try:
            return self._buffers.pop()
        except IndexError:
            return np.zeros((self._batch, self._opening.size), np.float32)


def _starts(network: Network, space: str) -> tuple[int, ...]:
    """Places in which a space begins. Raises: ParameterError, UnknownLayerError."""
    operations = network.operations
    if space == INPUT:
        return tuple(place for place, each in enumerate(operations) if each.run is None)
    wanted = network.operation(space)
    if space in cuts(network):
        return (operations.index(wanted),)
    known = ", ".join(f"'{name}'" for name in cuts(network))
    others = f" or behind {known}" if known else ""
    raise ParameterError(
        f"Lines cannot run behind '{space}': {_why_not(network, wanted)}. They run in the input "
        f"(''){others}."
    )


def _why_not(network: Network, operation: Operation) -> str:
    if operation.run is None:
        return "it is an input, which is called ''"
    if operation.name == PREDICTION:
        return "nothing comes after it"
    past = graph.bypass(network.operations, network.operations.index(operation))
    if past is not None:
        source, target = (network.operations[place].name for place in past)
        return f"'{target}' also gets '{source}' past it, so that its activations do not decide"
    if len(operation.used) > 1:
        return "it gives several outputs"
    return f"its outputs are {operation.dtype}, between which nothing lies"


def _real(operation: Operation) -> bool:
    return operation.dtype.startswith(("float", "bfloat"))


def _shape(network: Network, starts: Sequence[int]) -> tuple[int, ...]:
    """Of one point of a space."""
    begin = [network.operations[place] for place in starts]
    return begin[0].shape if len(begin) == 1 else (sum(each.size for each in begin),)


def _batches(network: Network) -> int:
    """Batches of the network that run at once."""
    largest = 4 * max(operation.size for operation in network.operations)
    return max(1, min(BATCHES, BATCH_BYTES // (largest * network.batch_size)))


def _flat(x: Array, shape: tuple[int, ...]) -> Array:
    """(m, d) float32 of points (m, *shape), or of flat ones."""
    x = np.asarray(x)
    size = int(np.prod(shape))
    if x.ndim == 0 or x.shape[1:] not in (shape, (size,)):
        raise ShapeError(
            f"Points of this space have the shape {shape}, or {size:,} values side by side; got "
            f"{x.shape[1:]}."
        )
    return np.ascontiguousarray(x.reshape(len(x), size), np.float32)
