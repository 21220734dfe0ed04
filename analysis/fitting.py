"""Whether a data set fits a network, and how its arrays become the network's inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .errors import DataError
from .types import Array, Dataset, Inputs

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Arranged:
    """Arrays as a network takes them.

    Attributes:
        arrays: one per input, in the network's order: (n, *shape) float32.
        notes: what was done to them, as sentences.
    """

    arrays: tuple[Array, ...]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.arrays[0])


def arrange(wanted: Mapping[str, Shape], x: Array | Inputs, what: str = "the data") -> Arranged:
    """Bring arrays into the order and shapes of a network's inputs.

    Only axes of length one are added or removed, and pictures of one channel laid out flat or
    put together again: everything else might silently mix up values.

    Args:
        wanted: input name -> shape of one sample.
        x: (n, *shape), or one such array per input name.
        what: the data are called in messages.
    Raises: DataError if names, shapes or lengths do not fit.
    """
    given = x if isinstance(x, Mapping) else {"x": x}
    if len(wanted) == 1 and len(given) == 1:
        named = dict(zip(wanted, given.values(), strict=True))
    elif set(wanted) == set(given):
        named = {name: given[name] for name in wanted}
    else:
        raise DataError(
            f"The network takes {_listed(wanted)}; {what} has {_listed(given)}. Give one array "
            f"per input: {', '.join(f'x_{name}' for name in wanted)} in an .npz file."
        )
    arrays, notes = [], []
    for name, array in named.items():
        shape = wanted[name]
        found = tuple(array.shape[1:])
        if array.ndim == 0 or not _fits(found, shape):
            raise DataError(
                f"The network takes {_shown(shape)} for input '{name}', {what} has "
                f"{_shown(found)} samples. {_advice(found, shape)}"
            )
        if found != shape:
            notes.append(f"Samples of shape {_shown(found)} were laid out as {_shown(shape)}.")
        numbers = np.asarray(array, dtype=np.float32)
        arrays.append(np.ascontiguousarray(numbers).reshape(len(array), *shape))
    if len({len(array) for array in arrays}) > 1:
        counts = ", ".join(f"'{name}' {len(array)}" for name, array in named.items())
        raise DataError(f"Every input needs the same number of samples; {what} has {counts}.")
    return Arranged(tuple(arrays), tuple(notes))


def check_labels(dataset: Dataset, classes: int) -> None:
    """Raises: DataError if a sample belongs to a class that the network does not know.

    Args:
        classes: that the network tells apart; 0 for an embedding, which any data may have.
    """
    if classes and len(dataset) and int(dataset.labels.max()) >= classes:
        raise DataError(
            f"The network tells {classes} classes apart (0 to {classes - 1}), data set "
            f"'{dataset.name}' has the label {int(dataset.labels.max())}. Use data with the "
            "classes that the network was trained for."
        )


def check_pixels(arrays: Sequence[Array], scales: Sequence[float], name: str) -> None:
    """Raises: DataError if an input that is scaled up to [0, 255] has pixels beyond [0, 1]."""
    for array, scale in zip(arrays, scales, strict=True):
        if scale == 1.0 or not array.size:
            continue
        low, high = float(array.min()), float(array.max())
        if low < 0.0 or high > 1.0:
            raise DataError(
                f"The network scales its images down itself, so that pixels in [0, 1] are "
                f"multiplied by {scale:g} first; data set '{name}' has pixels from {low:g} to "
                f"{high:g}. Save them as uint8, or divide them by {scale:g}."
            )


def class_names(dataset: Dataset, classes: int) -> tuple[str, ...]:
    """Names of the classes that a network tells apart; those of the data for an embedding.

    Args:
        classes: as in `check_labels`.
    Raises: DataError if the data has more of them.
    """
    names = dataset.class_names
    if not classes:
        return names if (dataset.labels >= 0).any() else ()
    if len(names) > classes:
        raise DataError(
            f"The data has {len(names)} classes, the network tells {classes} apart. "
            "Use the data that it was trained for, or a network for these classes."
        )
    return names + tuple(str(k) for k in range(len(names), classes))


def _fits(found: Shape, wanted: Shape) -> bool:
    if found == wanted:
        return True
    one, other = _squeezed(found), _squeezed(wanted)
    if one == other:
        return True
    flat, picture = sorted((one, other), key=len)
    return len(flat) == 1 and len(picture) == 2 and flat[0] == picture[0] * picture[1]


def _squeezed(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _advice(found: Shape, wanted: Shape) -> str:
    if len(found) == len(wanted) == 3:
        if found[:2] == wanted[:2]:
            return f"Give images with {wanted[2]} channel{'s' if wanted[2] > 1 else ''}."
        if found == (wanted[1], wanted[2], wanted[0]):
            return "The network wants channels first; rebuild it with channels last."
        return f"Resize the images to {wanted[0]} x {wanted[1]} pixels."
    return "Use the data that the network was trained for."


def _listed(names: Mapping[str, object]) -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return f"{len(names)} input{'s' if len(names) != 1 else ''} ({listed})"


def _shown(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
