"""How far what an operation makes reaches back into the image, where Keras' own is known.

Windows (convolution, pooling), whatever works value by value, along given axes, or only moves
values. Of any other operation nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from .allowed import FUNCTIONS
from .calls import PREDICTION, Operation
from .types import Array


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


@dataclass(frozen=True)
class Reach:
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


def _owner(operation: Operation) -> Any:
    """The object of Keras' own that an operation is named after, else None."""
    layer = owner = operation.keras
    if type(layer).__name__ != operation.operation:
        owner = getattr(layer, "activation", None)
    modules = [str(getattr(thing, "__module__", "")) for thing in (layer, owner)]
    return owner if all(module.startswith("keras.") for module in modules) else None


def moves(operation: Operation, reads: int) -> bool:
    """Whether all that an operation makes are values that it reads, or constants.

    Args:
        reads: number of tensors that it reads.
    """
    title, owner = operation.operation, _owner(operation)
    if owner is None or operation.name == PREDICTION:
        return False
    if title in _RESIZES:
        return reads == 1 and owner.interpolation == "nearest"
    return title in _JOINS or (title in _MOVES and reads == 1)


def known(operation: Operation, given: Sequence[Reach]) -> Array | None:
    """Where the only output of an operation reaches.

    Args:
        given: what it reads.
    Returns: `far` of the output, leading axes of size 1 may be missing; None if it may reach
        wherever anything that it reads does.
    """
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


def _windowed(operation: Operation, owner: Any, reach: Reach) -> Array:
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


def _interpolated(reach: Reach, shape: Sequence[int]) -> Array:
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
