"""From arrays as people save them to samples as everything here takes them.

Images become float32 in [0, 1] with a channel axis at the end, labels int64
class numbers. Whatever is decided on the way is said in a note, a sentence for
the user.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .errors import DataError, NotFiniteError
from .types import Array

MAX_CLASSES = 100_000
"""Beyond that, labels are taken for something else than class numbers."""

_BLOCK = 16 * 2**20
"""Values looked at in one go, so that a check needs little memory of its own."""


@dataclass(frozen=True)
class Reading:
    """How the raw values of one input are read; decided on all samples of a split.

    Attributes:
        divisor: raw values are divided by it.
        layout: "as it is"; "add channel" for (n, h, w); "channels first" for
            (n, c, h, w), which become (n, h, w, c).
        notes: what is done, as sentences.
    """

    divisor: float
    layout: Literal["as it is", "add channel", "channels first"]
    notes: tuple[str, ...]

    def apply(self, raw: Array) -> Array:
        """(m, *raw shape) of any numeric type -> (m, *shape) float32, C-contiguous."""
        x = raw.astype(np.float32)
        if self.divisor != 1:
            x /= np.float32(self.divisor)
        if self.layout == "add channel":
            x = x[..., np.newaxis]
        elif self.layout == "channels first":
            x = np.moveaxis(x, 1, -1)
        return np.ascontiguousarray(x)


def reading(raw: Array, name: str, source: str) -> Reading:
    """Decide how the values of one input are read.

    Three axes are grey images, four are images with channels; two are plain
    vectors, whose values are taken as they are unless they are uint8.

    Args:
        raw: (n, ...) boolean, integer or floating, n at least 1.
        name: of the array in its source, for messages.
        source: file or data set, for messages.
    Raises:
        DataError: not numbers, or no samples, or no features.
        NotFiniteError: NaN, or values beyond float32.
    """
    what = f"Array '{name}' of {source}"
    if raw.dtype.kind not in "biuf":
        raise DataError(
            f"{what} holds {raw.dtype} values, not numbers. "
            "Save it as uint8 (0 to 255) or float32 (0 to 1)."
        )
    require_samples(raw, name, source)
    if raw.dtype.kind == "f":
        _require_finite(raw, what)
    notes: list[str] = []
    divisor = 1.0 if raw.dtype.kind == "b" else _divisor(raw, name, notes)
    layout: Literal["as it is", "add channel", "channels first"] = "as it is"
    if raw.ndim == 3:
        layout = "add channel"
        notes.append(f"{name}: {raw.shape[1:]} was read as grey images with one channel.")
    # Only where the axes cannot be meant otherwise: few channels before a large picture.
    elif raw.ndim == 4 and raw.shape[1] in (1, 3) and min(raw.shape[2:]) > 4:
        layout = "channels first"
        notes.append(
            f"{name}: the channel axis was moved from the front {raw.shape[1:]} to the end."
        )
    return Reading(divisor, layout, tuple(notes))


def require_samples(raw: Array, name: str, source: str) -> None:
    """Refuse arrays that hold no samples.

    Args: as of `reading`.
    Raises: DataError.
    """
    if raw.ndim < 2 or raw.size == 0:
        raise DataError(
            f"Array '{name}' of {source} has shape {raw.shape}; expected at least one sample, as "
            "(n, features), (n, height, width) or (n, height, width, channels)."
        )


def _divisor(raw: Array, name: str, notes: list[str]) -> float:
    """What brings the values to [0, 1]; 1 if they are there or not clearly pixels."""
    low, high = raw.min(), raw.max()
    images = raw.ndim > 2
    integers = raw.dtype.kind in "iu"
    if low >= 0 and high <= 1:
        if integers and images:
            notes.append(f"{name}: {raw.dtype} values are 0 and 1 only and were kept.")
        return 1.0
    eight_bit = low >= 0 and high <= 255 and (integers or (high > 1.5 and _whole(raw)))
    if raw.dtype == np.uint8 or (images and eight_bit):
        notes.append(f"{name}: {raw.dtype} values 0 to 255 were divided by 255, to lie in [0, 1].")
        return 255.0
    if images and raw.dtype == np.uint16:
        notes.append(f"{name}: uint16 values were divided by 65,535, to lie in [0, 1].")
        return 65_535.0
    if images:
        notes.append(f"{name}: values from {low:.6g} to {high:.6g} are not pixels; they were kept.")
    return 1.0


def _blocks(raw: Array) -> list[slice]:
    """Slices of the first axis of about `_BLOCK` values."""
    step = max(1, _BLOCK * len(raw) // raw.size)
    return [slice(start, start + step) for start in range(0, len(raw), step)]


def _whole(raw: Array) -> bool:
    return all(bool((raw[rows] == np.floor(raw[rows])).all()) for rows in _blocks(raw))


def _require_finite(raw: Array, what: str) -> None:
    bad, first = 0, ""
    for rows in _blocks(raw):
        with np.errstate(over="ignore"):
            wrong = ~np.isfinite(raw[rows].astype(np.float32, copy=False))
        count = int(wrong.sum())
        if count and not bad:
            place = np.argwhere(wrong)[0]
            first = ", ".join(str(i) for i in (place[0] + rows.start, *place[1:]))
        bad += count
    if bad:
        raise NotFiniteError(
            f"{what} holds {bad} of {raw.size} values that are NaN, infinite or beyond float32, "
            f"the first at index ({first}). Mend or leave out those samples."
        )


@dataclass(frozen=True)
class Labels:
    """Class numbers and what they mean.

    Attributes:
        values: (n,) int64, -1 where unlabelled.
        class_names: one per class; longer than the greatest label.
        notes: what was done, as sentences.
    """

    values: Array
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def labels(raw: Array, names: tuple[str, ...] | None, name: str, source: str) -> Labels:
    """Read labels in any of their usual forms.

    Args:
        raw: (n,) or (n, 1) integers, whole floats, booleans or strings, -1 where
            unlabelled; or (n, classes) one-hot.
        names: class names, if the source gives them.
        name, source: for messages.
    Raises: DataError for anything else, or labels beyond the class names.
    """
    what = f"Labels '{name}' of {source}"
    notes: tuple[str, ...] = ()
    if raw.ndim == 2 and raw.shape[1] == 1:
        raw = raw[:, 0]
    if raw.ndim == 2 and raw.dtype.kind in "biuf":
        values, count = _from_one_hot(raw, what), raw.shape[1]
        notes = (f"{name}: one-hot rows were read as class numbers.",)
    elif raw.ndim != 1:
        raise DataError(
            f"{what} have shape {raw.shape}; expected (n,) class numbers or (n, classes) one-hot."
        )
    elif raw.dtype.kind in "US":
        return _from_strings(raw, names, name, what)
    else:
        values = _from_numbers(raw, what)
        count = int(values.max(initial=-1)) + 1
    if names is None:
        names = tuple(str(number) for number in range(count))
    elif count > len(names):
        raise DataError(
            f"{what} need {count} classes, but class_names holds {len(names)}. "
            "Give one name per class, in class-number order from 0."
        )
    return Labels(values, names, notes)


def class_names(raw: Array, source: str) -> tuple[str, ...]:
    """Class names from an array of strings (or numbers).

    Args:
        raw: (classes,), in class-number order.
    Raises: DataError if there are none, they are not a list of words, or one stands twice.
    """
    if raw.ndim != 1 or len(raw) == 0 or raw.dtype.kind not in "USiu":
        raise DataError(
            f"class_names of {source} is {raw.dtype} of shape {raw.shape}; "
            "expected a list of strings, one per class."
        )
    names = tuple(_text(entry, "class_names of " + source) for entry in raw)
    if len(set(names)) < len(names):
        twice = next(entry for entry in names if names.count(entry) > 1)
        raise DataError(
            f"class_names of {source} has '{twice}' more than once. Give every class its own name."
        )
    return names


def _text(entry: object, what: str) -> str:
    if not isinstance(entry, bytes):
        return str(entry)
    try:
        return entry.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"{what}: {entry!r} is not UTF-8 text. Save it as a string.") from error


def _from_one_hot(raw: Array, what: str) -> Array:
    right = ((raw == 0) | (raw == 1)).all(axis=1) & ((raw == 1).sum(axis=1) == 1)
    if not right.all():
        raise DataError(
            f"{what} have shape {raw.shape}, but row {int(np.argmin(right))} is not one-hot "
            "(a single 1 among zeros). Save class numbers of shape (n,)."
        )
    numbers: Array = np.argmax(raw, axis=1).astype(np.int64)
    return numbers


def _from_strings(raw: Array, names: tuple[str, ...] | None, name: str, what: str) -> Labels:
    words, place = np.unique(raw, return_inverse=True)
    found = tuple(_text(word, what) for word in words)
    if names is None:
        note = f"{name}: {len(found)} class names were found and numbered in alphabetical order."
        return Labels(place.astype(np.int64), found, (note,))
    strangers = [word for word in found if word not in names]
    if strangers:
        raise DataError(
            f"{what} hold '{strangers[0]}', which is not among class_names "
            f"({', '.join(names[:12])}). Add it there or correct the label."
        )
    number = np.array([names.index(word) for word in found], dtype=np.int64)
    return Labels(number[place], names)


def _from_numbers(raw: Array, what: str) -> Array:
    if raw.dtype.kind not in "biuf":
        raise DataError(f"{what} hold {raw.dtype} values. Save class numbers as integers from 0.")
    if raw.dtype.kind == "f":
        wrong = ~np.isfinite(raw) | (raw != np.floor(raw))
        if wrong.any():
            first = int(np.argmax(wrong))
            raise DataError(
                f"{what} hold {int(wrong.sum())} values that are not whole numbers, the first "
                f"{raw[first]} at index {first}. Save class numbers as integers from 0."
            )
    if raw.size and (raw.min() < -1 or raw.max() >= MAX_CLASSES):
        raise DataError(
            f"{what} run from {raw.min()} to {raw.max()}; expected class numbers "
            f"from 0 (-1 for unlabelled) below {MAX_CLASSES:,}."
        )
    return raw.astype(np.int64)
