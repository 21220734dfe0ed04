"""Receptive fields: the pixels of the input that a position of a layer can depend on.

They follow from the architecture alone. Every operation takes boxes of pixels from what it reads
to what it makes, exactly where this file knows it: windows (convolution, pooling), whatever works
value by value, along given axes, or only moves values. An operation that it does not know may
depend on all that it reads, so that its box is never too small.

Source: Araujo, Norris, Sim, *Computing Receptive Fields of Convolutional Neural Networks*; here
position by position, so that borders and paths of unlike padding come out right, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from .allowed import FUNCTIONS
from .calls import PREDICTION, Operation, Run, ancestors
from .errors import DataError, ParameterError
from .types import Array

if TYPE_CHECKING:
    from .network import Network


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALONG = _words(
    """
    softmax log_softmax sparsemax glu Softmax LogSoftmax Sparsemax Glu Dense Cumprod Cumsum
    LayerNorm LayerNormalization Normalize RMSNorm RMSNormalization Sort UnitNormalization
    """
)
"""Operations that mix what lies along their axes, the last one unless they name others."""

_ELEMENTWISE = (FUNCTIONS - _ALONG) | _words(
    """
    BatchNormalization ELU LayerScale LeakyReLU Normalization PReLU ReLU Rescaling
    Absolute Add Average Cast Cbrt Ceil Clip Copy Cos Cosh Divide DivideNoNan Equal Erf Exp Exp2
    Expm1 Floor FloorDivide Greater GreaterEqual Less LessEqual Log Log10 Log1p Log2 LogicalAnd
    LogicalNot LogicalOr Logaddexp Maximum Minimum Mod Multiply NanToNum Negative NotEqual Power
    Reciprocal Round Rsqrt Sign Sin Sinh Sqrt Square Subtract Tan Tanh TrueDivide Trunc Where
    Celu Elu Gelu HardShrink HardSigmoid HardSilu HardTanh LeakyRelu LogSigmoid Relu Relu6 Selu
    Sigmoid Silu SoftShrink Softplus Softsign SparsePlus SparseSigmoid Squareplus TanhShrink
    Threshold
    """
)
"""Operations that work value by value; several tensors are broadcast."""

_REDUCTIONS = _words(
    "Amax Amin Argmax Argmin Average Logsumexp Max Mean Median Min Norm Prod Std Sum Var"
)
"""Operations that take axes together, if they name them: `Average` is also a layer that merges."""

_JOINS = frozenset({"Append", "Concatenate", "Hstack", "Stack"})
_MOVES = _words(
    """
    CropImages Cropping1D Cropping2D Cropping3D DepthToSpace ExpandDims Flatten Flip Fliplr Flipud
    GetItem Moveaxis Pad PadImages Permute Ravel Rearrange Repeat RepeatVector Reshape Roll Rot90
    Slice SpaceToDepth Split Squeeze Swapaxes Tile Transpose Unstack UpSampling1D UpSampling3D
    ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """
)
_RESIZES = frozenset({"Resize", "Resizing", "UpSampling2D"})

_POOLS = re.compile(r"(Max|Average)Pool(ing\dD)?")
_WINDOWS = re.compile(_POOLS.pattern + r"|(Depthwise|Separable)?Conv\dD|Conv\dDTranspose")
_GLOBAL = re.compile(r"Global(Max|Average)Pooling\dD")

_LAST = "channels_last"
_UNEVEN = ("antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio")


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
    values: dict[int, _Reach] = {}
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


@dataclass(frozen=True)
class _Reach:
    """What the values of a tensor depend on.

    Attributes:
        shape: of the tensor for one sample.
        far: (*shape, 4) int32, with 1 for a size along which all values depend on the same. How
            far the pixels reach from the opposite border: (height - top, width - left, bottom,
            right). So the union of boxes is the maximum, and no pixel at all is zeros, which is
            also what padding puts in.
    """

    shape: tuple[int, ...]
    far: Array


def _reach(shape: Sequence[int], far: Array) -> _Reach:
    missing = len(shape) + 1 - far.ndim
    return _Reach(tuple(shape), far.reshape((1,) * missing + far.shape))


def _union(reaches: Iterable[_Reach]) -> Array:
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
    network: Network, operation: Operation, run: Run, values: Mapping[int, _Reach]
) -> dict[int, _Reach]:
    """What an operation reads, by the numbers of the values."""
    used = [network.operations[source].used for source in operation.sources]
    given = {value: values[value] for several in used for value in several}
    if len(given) == len(used):
        return given
    # Which of several outputs it reads is known to its call alone.
    watched = _Watched(_zeros(given, network.batch_size))
    run(watched)
    return {value: reach for value, reach in given.items() if value in watched.read}


def _zeros(given: Mapping[int, _Reach], rows: int) -> dict[int, Array]:
    return {value: np.zeros((rows, *reach.shape), np.float32) for value, reach in given.items()}


def _made(
    operation: Operation, run: Run, given: Mapping[int, _Reach], batch: int
) -> dict[int, _Reach]:
    """What an operation makes, by the numbers of the values."""
    if _moves(operation, len(given)):
        # The operation itself moves the boxes of its values: exact whatever its arguments are.
        largest = max(int(reach.far.max()) for reach in given.values())
        digits = max(1, (largest.bit_length() + 7) // 8)
        planes = {value: _planes(reach, digits) for value, reach in given.items()}
        moved = map(_from_planes, _asked(run, planes, batch))
        return dict(zip(operation.writes, moved, strict=True))
    everything = _union(given.values())
    if len(operation.used) == 1:
        far = _known(operation, list(given.values()))
        return {operation.used[0]: _reach(operation.shape, everything if far is None else far)}
    shapes = [made.shape[1:] for made in run(_zeros(given, batch))]
    return {
        value: _reach(tuple(map(int, shape)), everything)
        for value, shape in zip(operation.writes, shapes, strict=True)
    }


def _owner(operation: Operation) -> Any:
    """The object of Keras' own that an operation is named after, else None."""
    layer = owner = operation.keras
    if type(layer).__name__ != operation.operation:
        owner = getattr(layer, "activation", None)
    modules = [str(getattr(thing, "__module__", "")) for thing in (layer, owner)]
    return owner if all(module.startswith("keras.") for module in modules) else None


def _moves(operation: Operation, reads: int) -> bool:
    """Whether all that an operation makes are values that it reads, or constants."""
    title, owner = operation.operation, _owner(operation)
    if owner is None or operation.name == PREDICTION:
        return False
    if title in _RESIZES:
        return reads == 1 and owner.interpolation == "nearest"
    return title in _JOINS or (title in _MOVES and reads == 1)


def _planes(reach: _Reach, digits: int) -> Array:
    """(4 * digits + 1, *shape): digits of 8 bits, which every float type holds, and zeros."""
    far = np.moveaxis(np.broadcast_to(reach.far, (*reach.shape, 4)), -1, 0)
    planes = np.zeros((4 * digits + 1, *reach.shape), np.float32)
    for digit in range(digits):
        planes[4 * digit : 4 * digit + 4] = (far >> 8 * digit) & 255
    return planes


def _from_planes(planes: Array) -> _Reach:
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


def _known(operation: Operation, given: Sequence[_Reach]) -> Array | None:
    """Where the only output of an operation reaches; None if it may be everywhere."""
    title, owner, first = operation.operation, _owner(operation), given[0]
    if operation.idle and operation.dtype != "bool" and first.shape == operation.shape:
        return first.far if len(given) == 1 else None
    if owner is None or operation.name == PREDICTION:
        return None
    reduces = title in _REDUCTIONS and hasattr(owner, "axis")
    if title in _ELEMENTWISE and not reduces:
        fits = all(_broadcasts(reach.shape, operation.shape) for reach in given)
        return reduce(np.maximum, (reach.far for reach in given)) if fits else None
    if len(given) > 1 or getattr(owner, "data_format", _LAST) != _LAST:
        return None
    if title in _ALONG or reduces:
        return _along(owner, first.far, keep=title in _ALONG or getattr(owner, "keepdims", False))
    if _GLOBAL.fullmatch(title):
        axes = tuple(range(len(first.shape) - 1))
        made: Array = first.far.max(axis=axes, keepdims=owner.keepdims)
        return made
    if _WINDOWS.fullmatch(title):
        return _windowed(operation, owner, first)
    plain = title in _RESIZES and owner.interpolation == "bilinear"
    if plain and not any(getattr(owner, name, False) for name in _UNEVEN):
        return _interpolated(first, operation.shape)
    return None


def _broadcasts(shape: Sequence[int], made: Sequence[int]) -> bool:
    pairs = zip(reversed(shape), reversed(made), strict=False)
    return len(shape) <= len(made) and all(size in (1, out) for size, out in pairs)


def _along(owner: Any, far: Array, keep: bool) -> Array | None:
    """The union along the axes that Keras' object names."""
    axes = getattr(owner, "axis", -1)
    axes = axes if isinstance(axes, list | tuple) else (axes,)
    if None in axes or 0 in axes:  # beyond one sample
        return None
    # Its axes begin with the batch, ours end with the four sides: both are one further.
    made: Array = far.max(axis=tuple(axis - 1 for axis in axes), keepdims=keep)
    return made


def _windowed(operation: Operation, owner: Any, reach: _Reach) -> Array:
    """What windows see that move along all axes but the last."""
    title, axes = operation.operation, len(reach.shape) - 1
    pools, transposed = _POOLS.fullmatch(title), title.endswith("Transpose")
    sizes = _each(owner.pool_size if pools else owner.kernel_size, axes)
    strides = _each(sizes if owner.strides is None else owner.strides, axes)
    dilations = _each(getattr(owner, "dilation_rate", 1), axes)
    far = np.broadcast_to(reach.far, (*reach.shape[:-1], *reach.far.shape[-2:]))
    if not pools:
        groups = reach.shape[-1] if title.startswith("Depthwise") else getattr(owner, "groups", 1)
        far = _mixed(far, groups, operation.shape[-1])
    for axis in range(axes):
        ends = reach.shape[axis], operation.shape[axis]
        long, short = reversed(ends) if transposed else ends
        offsets = np.arange(sizes[axis]) * dilations[axis]
        before = 0
        if owner.padding == "same":
            # As TensorFlow pads, with the odd one behind.
            before = max((short - 1) * strides[axis] + offsets[-1] + 1 - long, 0) // 2
        elif owner.padding == "causal":
            before = offsets[-1]
        if transposed:
            moved = np.arange(long)[:, np.newaxis] + before - offsets
            places = np.where(moved % strides[axis], -1, moved // strides[axis])
        else:
            places = np.arange(short)[:, np.newaxis] * strides[axis] + offsets - before
        far = _gathered(far, axis, places)
    return far


def _each(value: Any, axes: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,) * axes


def _mixed(far: Array, groups: int, filters: int) -> Array:
    """The union over the channels of each group, for each of its filters."""
    if groups == 1 or far.shape[-2] == 1:
        made: Array = far.max(axis=-2, keepdims=True)
        return made
    parts = far.reshape(*far.shape[:-2], groups, -1, 4).max(axis=-2)
    return np.repeat(parts, filters // groups, axis=-2)


def _interpolated(reach: _Reach, shape: Sequence[int]) -> Array:
    """What bilinear interpolation takes from pixels whose centres lie at halves."""
    far = np.broadcast_to(reach.far, (*reach.shape[:-1], *reach.far.shape[-2:]))
    for axis in (0, 1):
        size, made = reach.shape[axis], shape[axis]
        low, rest = np.divmod((2 * np.arange(made) + 1) * size - made, 2 * made)
        places = np.stack([low, low + (rest > 0)], axis=1)
        far = _gathered(far, axis, places.clip(0, size - 1))
    return far


def _gathered(far: Array, axis: int, places: Array) -> Array:
    """The union, along an axis, of the places (made, k) that each makes; none beyond its ends."""
    size = far.shape[axis]
    nothing = np.zeros_like(far.take([0], axis))
    far = np.concatenate([far, nothing], axis)
    inside = np.where((places >= 0) & (places < size), places, size)
    return reduce(np.maximum, (far.take(column, axis) for column in inside.T))
