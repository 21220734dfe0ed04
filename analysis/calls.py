"""Operations of a network as a flat list in data-flow order, each with a name of its own.

`operations` finds the calls in a Keras model; here they are put in order, named and described.
Nothing here knows Keras.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import ModelError

Shape = tuple[int | None, ...]
Path = tuple[tuple[str, int], ...]
Values = Mapping[int, Any]
"""Value number -> tensor."""

Run = Callable[[Values], Sequence[Any]]
"""From the values made so far to the values that an operation makes."""

PREDICTION = "prediction"
"""Name of the last operation of every network."""

_MAX_BATCH, _MAX_BATCH_BYTES = 128, 64 * 2**20
"""Most samples that run at once, and most bytes that the largest operation may make of them."""

_IDLE = re.compile(
    r"ActivityRegularization|AlphaDropout|Dropout|Identity|StochasticDepth|StopGradient"
    r"|(Spatial|Gaussian)Dropout.*|GaussianNoise|RandAugment|AugMix|CutMix|MixUp|Random(?!Crop).*"
)
"""Operations that hand on what they get, unless the network is being trained. A random crop is
not among them: it takes the middle, or changes the size, when nobody trains."""


@dataclass(frozen=True)
class Call:
    """One call of a Keras layer or operation, or of the activation function in one.

    Attributes:
        name: before it is made unique.
        path: the models around it, outermost first, as (name, number of this call of it).
        fused: True for the activation function of a layer that does more.
        operation: class of the Keras object ("Conv2D"), or the function ("relu").
        layer: name of the Keras layer alone.
        shapes: of what it makes, with the batch axis.
        reads, writes: numbers of values.
        weights: (identity, number of values) of each of its weights.
        run: None for an input.
        keras: the Keras object, None if there is none.
        constants: plain numbers among its arguments.
        dtype: of the first thing that it makes.
    """

    name: str
    operation: str
    layer: str
    shapes: tuple[Shape, ...]
    writes: tuple[int, ...]
    path: Path = ()
    reads: tuple[int, ...] = ()
    run: Run | None = None
    fused: bool = False
    weights: tuple[tuple[int, int], ...] = ()
    keras: Any = None
    constants: tuple[Any, ...] = ()
    dtype: str = "float32"


@dataclass(frozen=True)
class Operation:
    """One operation of a network, as it is run and drawn.

    Attributes:
        name: unique in its network.
        operation, writes, run, keras, constants, dtype: as in `Call`.
        layer: the Keras layer it came from, after the models around it ("block/conv0").
        shape: of the output of one sample; flat if it has several outputs that are used.
        parameters: weights that no operation before it has.
        sources: places in the list of the operations that feed it.
        idle: True if it is run but not drawn, because it does something in training only, or
            because it makes a mask.
        used: numbers of those of its values that somebody reads.
    """

    name: str
    operation: str
    layer: str
    shape: tuple[int, ...]
    parameters: int
    sources: tuple[int, ...]
    idle: bool
    writes: tuple[int, ...]
    used: tuple[int, ...]
    run: Run | None
    keras: Any
    constants: tuple[Any, ...] = ()
    dtype: str = "float32"

    @property
    def size(self) -> int:
        """Values per sample."""
        return int(np.prod(self.shape, dtype=np.int64))


def describe(inputs: Sequence[Call], calls: Sequence[Call], output: int) -> tuple[Operation, ...]:
    """What the output depends on in data-flow order, the inputs first.

    Raises: ModelError if an operation has no fixed shape for one sample.
    """
    ordered = _ordered(calls, output, {call.writes[0] for call in inputs})
    read = {value for call in ordered for value in call.reads} | {output}
    ordered = [call for call in inputs if call.writes[0] in read] + ordered
    place = {value: number for number, call in enumerate(ordered) for value in call.writes}
    batch = ordered[0].shapes[0][0]
    counted: set[int] = set()
    operations: list[Operation] = []
    for call, name in zip(ordered, _names(ordered), strict=True):
        used = tuple(value for value in call.writes if value in read)
        shapes = [
            _sample_shape(shape, name, batch)
            for value, shape in zip(call.writes, call.shapes, strict=True)
            if value in used
        ]
        fresh = {key: size for key, size in call.weights if key not in counted}
        counted.update(fresh)
        sources = tuple(dict.fromkeys(place[value] for value in call.reads))
        unchanged = len(call.reads) == 1 and shapes == [operations[sources[0]].shape]
        operations.append(
            Operation(
                name=name,
                operation=call.operation,
                layer="/".join((*(name for name, _ in call.path), call.layer)),
                shape=shapes[0] if len(shapes) == 1 else (sum(map(_size, shapes)),),
                parameters=sum(fresh.values()),
                sources=sources,
                idle=call.dtype == "bool" or (unchanged and not fresh and is_idle(call)),
                writes=call.writes,
                used=used,
                run=call.run,
                keras=call.keras,
                constants=call.constants,
                dtype=call.dtype,
            )
        )
    return tuple(operations)


def ancestors(operations: Sequence[Operation], places: Sequence[int]) -> frozenset[int]:
    """Places of all operations that these depend on, with themselves."""
    found: set[int] = set()
    stack = list(places)
    while stack:
        place = stack.pop()
        if place not in found:
            found.add(place)
            stack.extend(operations[place].sources)
    return frozenset(found)


def batch_size(operations: Sequence[Operation]) -> int:
    """How many samples run at once: a property of the network, so that its results are, too."""
    largest = 4 * max(operation.size for operation in operations)
    most = max(1, min(_MAX_BATCH, _MAX_BATCH_BYTES // max(1, largest)))
    return 1 << (most.bit_length() - 1)


def _ordered(calls: Sequence[Call], output: int, known: set[int]) -> list[Call]:
    """What the output depends on, each branch in one piece, after what it depends on itself."""
    maker = {value: call for call in calls for value in call.writes}
    order: list[Call] = []
    done = set(known)
    stack: list[tuple[int, bool]] = [(output, False)]
    while stack:
        value, ready = stack.pop()
        if value in done:
            continue
        call = maker[value]
        if ready:
            done.update(call.writes)
            order.append(call)
        else:
            stack.append((value, True))
            stack.extend((read, False) for read in reversed(call.reads) if read not in done)
    return order


def _size(shape: Sequence[int]) -> int:
    return int(np.prod(shape, dtype=np.int64))


def _sample_shape(shape: Shape, name: str, batch: int | None) -> tuple[int, ...]:
    """Without the batch axis, which must come first."""
    known = [size for size in shape[1:] if size is not None]
    if not shape or len(known) < len(shape) - 1 or shape[0] != batch:
        shown = ", ".join("?" if size is None else str(size) for size in shape)
        raise ModelError(
            f"Operation '{name}' has the shape ({shown}); every size but the number of samples, "
            "which comes first, must be known. Rebuild the model with inputs of a fixed size, for "
            "instance keras.Input((64, 64, 3)), and without mixing samples."
        )
    return tuple(known)


def is_idle(call: Call | Operation) -> bool:
    """Whether, by its name, it hands on what it gets unless the network is being trained."""
    return _IDLE.fullmatch(call.operation) is not None


def _names(calls: Sequence[Call]) -> Iterator[str]:
    """A unique name for every call; those of layers are given before those of activations."""
    taken = {PREDICTION}
    places: dict[Path, str] = {(): ""}
    named: list[str] = []
    for call in calls:
        name = _place(call.path, places) + call.name
        if not call.fused:
            # The last operation alone is the prediction, whatever its layer is called.
            name = _free(f"{name} (linear)" if name == PREDICTION else name, taken)
            taken.add(name)
        named.append(name)
    running: Counter[str] = Counter()
    for call, name in zip(calls, named, strict=True):
        if not call.fused:
            yield name
            continue
        stem = f"{name}_" if name[-1].isdigit() else name
        while (numbered := f"{stem}{running[stem]}") in taken:
            running[stem] += 1
        taken.add(numbered)
        yield numbered


def _place(path: Path, places: dict[Path, str]) -> str:
    """What goes before the names in a nested model: "block/", "block (2)/" when called again."""
    if path not in places:
        place = _place(path[:-1], places) + path[-1][0]
        places[path] = f"{_free(place, {known[:-1] for known in places.values()})}/"
    return places[path]


def _free(name: str, taken: Container[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
