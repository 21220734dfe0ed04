"""Receptive fields: the pixels of the input that a position of a layer can depend on.

They follow from the architecture alone. Every operation takes boxes of pixels from what it reads
to what it makes, exactly where `reach` knows it: windows (convolution, pooling), whatever works
value by value, along given axes, or only moves values. An operation that it does not know may
depend on all that it reads, so that its box is never too small.

Source: Araujo, Norris, Sim, *Computing Receptive Fields of Convolutional Neural Networks*; here
position by position, so that borders and paths of unlike padding come out right, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .calls import Operation, Run, ancestors
from .errors import DataError, ParameterError
from .reach import Reach, known, moves
from .types import Array

if TYPE_CHECKING:
    from .network import Network


def box(
    network: Network, layer: str, row: int, column: int, source: str | None = None
) -> tuple[int, int, int, int]:
    """The pixels that one position of a layer can depend on.

    Args:
        row, column: of the position. A layer (length, channels) has one column, one with more than
            two axes of positions has all but the first in its columns, a vector has (0, 0) alone.
        source: as of `boxes`.

    Returns: (top, left, bottom, right), half-open; (0, 0, 0, 0) if there are none.
    Raises: ParameterError if there is no such position; as `boxes`.
    """
    rows, *others = (*network.operation(layer).shape[:-1], 1)
    columns = int(np.prod(others, dtype=np.int64))
    if not (0 <= row < rows and 0 <= column < columns):
        raise ParameterError(
            f"Layer '{layer}' has {rows} x {columns} positions: rows 0 to {rows - 1}, columns 0 to "
            f"{columns - 1}. Got row {row}, column {column}."
        )
    top, left, bottom, right = map(int, boxes(network, layer, source)[row * columns + column])
    return top, left, bottom, right


def boxes(network: Network, layer: str, source: str | None = None) -> Array:
    """The pixels that each position of a layer can depend on, as the smallest box around them.

    Weights have no say: a kernel of zeros depends on its whole window.

    Args:
        source: the input whose pixels are meant; by default the first with shape (height, width,
            channels).

    Returns: (positions, 4) int32: top, left, bottom, right, half-open and within the image, zeros
        where a position depends on no pixel. Positions are all axes of the layer's shape but the
        last, row by row; a vector is one position that sees what any of its values does, and so
        is a layer of several outputs.
    Raises: UnknownLayerError; DataError if no input is an image; ParameterError if `source` is
        none.
    """
    wanted = network.operation(layer)
    image = _image(network.input_shapes, source)
    height, width, _ = network.input_shapes[image]
    place = [operation.name for operation in network.operations].index(layer)
    values: dict[int, Reach] = {}
    for number in sorted(ancestors(network.operations, [place])):
        operation = network.operations[number]
        if operation.run is None:
            far = _pixels(height, width) if operation.name == image else np.zeros(4, np.int32)
            values[operation.writes[0]] = _reach(operation.shape, far)
        else:
            given = _given(network, operation, operation.run, values)
            values.update(_made(operation, operation.run, given, network.batch_size))
    found = _union(values[value] for value in wanted.used)
    if len(wanted.used) == 1 and wanted.shape:
        far = values[wanted.used[0]].far.max(axis=-2)
        found = np.broadcast_to(far, (*wanted.shape[:-1], 4))
    found = found.reshape(-1, 4)
    made = np.array([height, width, 0, 0]) + found * np.array([-1, -1, 1, 1])
    return np.where(found[:, :1] > 0, made, 0).astype(np.int32)


def _reach(shape: Sequence[int], far: Array) -> Reach:
    missing = len(shape) + 1 - far.ndim
    return Reach(tuple(shape), far.reshape((1,) * missing + far.shape))


def _union(reaches: Iterable[Reach]) -> Array:
    """(4,): what any value of any of them depends on."""
    found: Array = np.max([reach.far.reshape(-1, 4).max(axis=0) for reach in reaches], axis=0)
    return found


def _image(shapes: Mapping[str, Sequence[int | None]], source: str | None) -> str:
    """The name of the input whose pixels are meant."""
    shown = ", ".join(
        f"'{name}' ({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"
        for name, shape in shapes.items()
    )
    images = [name for name, shape in shapes.items() if len(shape) == 3]
    if source is None and not images:
        raise DataError(
            f"There are no pixels that a layer could look at: the network takes {shown}. Receptive "
            "fields need an input of shape (height, width, channels)."
        )
    if source is not None and source not in images:
        what = f"No input '{source}'"
        if source in shapes:
            what = f"Input '{source}' is no image: there are no pixels in it"
        raise ParameterError(
            f"{what}. The network takes {shown}; choose one of shape (height, width, channels)."
        )
    return images[0] if source is None else source


def _pixels(height: int, width: int) -> Array:
    """(height, width, 1, 4): every pixel depends on itself."""
    rows, columns = np.mgrid[:height, :width].astype(np.int32)
    far = np.stack([height - rows, width - columns, rows + 1, columns + 1], axis=-1)
    return far[:, :, np.newaxis]


class _Watched(dict[int, Any]):
    """Values that remember which of them were read."""

    def __init__(self, values: Mapping[int, Array]) -> None:
        super().__init__(values)
        self.read: set[int] = set()

    def __getitem__(self, number: int) -> Any:
        self.read.add(number)
        return super().__getitem__(number)


def _given(
    network: Network, operation: Operation, run: Run, values: Mapping[int, Reach]
) -> dict[int, Reach]:
    """What an operation reads, by the numbers of the values."""
    used = [network.operations[source].used for source in operation.sources]
    given = {value: values[value] for several in used for value in several}
    if len(given) == len(used):
        return given
    # Which of several outputs it reads is known to its call alone.
    watched = _Watched(_zeros(given, network.batch_size))
    run(watched)
    return {value: reach for value, reach in given.items() if value in watched.read}


def _zeros(given: Mapping[int, Reach], rows: int) -> dict[int, Array]:
    return {value: np.zeros((rows, *reach.shape), np.float32) for value, reach in given.items()}


def _made(
    operation: Operation, run: Run, given: Mapping[int, Reach], batch: int
) -> dict[int, Reach]:
    """What an operation makes, by the numbers of the values."""
    if moves(operation, len(given)):
        # The operation itself moves the boxes of its values: exact whatever its arguments are.
        largest = max(int(reach.far.max()) for reach in given.values())
        digits = max(1, (largest.bit_length() + 7) // 8)
        planes = {value: _planes(reach, digits) for value, reach in given.items()}
        moved = map(_from_planes, _asked(run, planes, batch))
        return dict(zip(operation.writes, moved, strict=True))
    everything = _union(given.values())
    if len(operation.used) == 1:
        far = known(operation, list(given.values()))
        return {operation.used[0]: _reach(operation.shape, everything if far is None else far)}
    shapes = [made.shape[1:] for made in run(_zeros(given, batch))]
    return {
        value: _reach(tuple(map(int, shape)), everything)
        for value, shape in zip(operation.writes, shapes, strict=True)
    }


def _planes(reach: Reach, digits: int) -> Array:
    """(4 * digits + 1, *shape): digits of 8 bits, which every float type holds, and zeros."""
    far = np.moveaxis(np.broadcast_to(reach.far, (*reach.shape, 4)), -1, 0)
    planes = np.zeros((4 * digits + 1, *reach.shape), np.float32)
    for digit in range(digits):
        planes[4 * digit : 4 * digit + 4] = (far >> 8 * digit) & 255
    return planes


def _from_planes(planes: Array) -> Reach:
    """The other way round. What was made of the zeros is a constant and depends on nothing."""
    values = planes.astype(np.float32)
    digits = (values[:-1] - values[-1]).astype(np.int32).reshape(-1, 4, *planes.shape[1:])
    far = sum(part << 8 * place for place, part in enumerate(digits))
    far = np.moveaxis(far, 0, -1)
    alike = far.ndim > 1 and bool((far == far[..., :1, :]).all())
    return _reach(planes.shape[1:], far[..., :1, :] if alike else far)


def _asked(run: Run, arrays: Mapping[int, Array], batch: int) -> list[Array]:
    """What an operation itself makes of arrays (rows, *shape).

    They are filled up to the batch size of the network, which may insist on it.
    """
    rows = len(next(iter(arrays.values())))
    parts = []
    for start in range(0, rows, batch):
        given = {}
        for value, array in arrays.items():
            given[value] = np.zeros((batch, *array.shape[1:]), np.float32)
            given[value][: rows - start] = array[start : start + batch]
        parts.append([np.asarray(made) for made in run(given)])
    return [np.concatenate(several)[:rows] for several in zip(*parts, strict=True)]
