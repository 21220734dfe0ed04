"""Samples that somebody adds to a data set: sketches, pictures, samples after an attack.

They stand behind the samples of the data, which keep their numbers, and are a given group of their
own. A data set's additions are one file, written as a whole; each tells where it came from.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from .errors import DataError, ParameterError, StoreError
from .home import write_whole
from .keys import fingerprint
from .npz import Npz
from .types import Array, Dataset

MOST = 1000
"""Samples that can be added to one data set."""

MAX_BYTES = 2**30
"""Of one file; what is added is few."""

GROUP = "Added"
"""Name of the group that they are."""

KINDS = ("sketch", "picture", "attack", "led")
"""Where an added sample came from."""


@dataclass(frozen=True)
class Added:
    """What was added to a data set, in the order in which it was.

    Attributes:
        x: (m, *shape) float32.
        labels: (m,) int64 true classes, -1 where nobody said one.
        origins: (m,) {"kind": one of `KINDS`, "text": for people, "created": seconds since 1970},
            with whatever else is to be known of that kind.
    """

    x: Array
    labels: Array
    origins: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.labels)

    def and_more(self, other: Added) -> Added:
        """These, and others behind them.

        Raises: ParameterError for samples of another shape, or too many.
        """
        if len(self) and self.x.shape[1:] != other.x.shape[1:]:
            raise ParameterError(
                f"The samples that were added before have the shape {self.x.shape[1:]}, these have "
                f"{other.x.shape[1:]}. Remove those first."
            )
        if len(self) + len(other) > MOST:
            raise ParameterError(
                f"{len(self)} samples are added already; {MOST:,} can be. Remove some first."
            )
        if not len(self):
            return other
        return Added(
            np.concatenate([self.x, other.x]),
            np.concatenate([self.labels, other.labels]),
            (*self.origins, *other.origins),
        )

    def without(self, places: Sequence[int]) -> Added:
        """All but those at some places."""
        kept = np.setdiff1d(np.arange(len(self)), np.asarray(places, np.int64))
        return Added(self.x[kept], self.labels[kept], tuple(self.origins[k] for k in kept))


NOTHING = Added(np.empty((0, 0), np.float32), np.empty(0, np.int64), ())


def read(path: Path) -> Added:
    """What a file holds; nothing if there is none.

    Raises: DataError if it is broken; it is left as it is.
    """
    if not path.exists():
        return NOTHING
    try:
        with Npz(path, MAX_BYTES) as arrays:
            x, labels = arrays["x"], arrays["labels"]
            origins = json.loads(arrays["origins"].tobytes())
        if not _belong(x, labels, origins):
            raise ValueError("its parts do not belong together")
    except (DataError, KeyError, ValueError, RecursionError) as error:
        raise DataError(
            f"The samples in {path} cannot be read ({error}). Repair or move that file; it is left "
            "as it is."
        ) from error
    return Added(x, labels.astype(np.int64), tuple(origins))


def _belong(x: Array, labels: Array, origins: Any) -> bool:
    """Whether these are the parts of an `Added`, as a file holds them."""
    typed = x.dtype == np.float32 and labels.dtype.kind == "i"
    told = isinstance(origins, list) and all(isinstance(origin, dict) for origin in origins)
    if not typed or not told or x.ndim < 2 or labels.ndim != 1:
        return False
    return len(x) == len(labels) == len(origins) and bool(np.isfinite(x).all())


def write(path: Path, added: Added) -> None:
    """Put them in a file, so that a reader sees those before or these, never a part; no file is
    left for none.

    Raises: StoreError if the disk is full or the place cannot be written.
    """
    if not len(added):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"Cannot remove {path}: {error.strerror or error}.") from error
        return
    told = np.frombuffer(json.dumps(added.origins, allow_nan=False).encode(), np.uint8)

    def fill(file: IO[bytes]) -> None:
        np.savez_compressed(file, x=added.x, labels=added.labels, origins=told)

    write_whole(path, fill)


def own(data: Dataset) -> int:
    """How many samples are those of the data itself."""
    return len(data) - (len(data.groups[GROUP]) if data.base else 0)


def extended(data: Dataset, added: Added) -> Dataset:
    """A data set, and behind its samples those that were added.

    Raises: DataError if they are of another shape than the data, or the data has several inputs.
    """
    if not len(added):
        return data
    if len(data.inputs) > 1:
        raise DataError(
            f"Data set '{data.name}' has {len(data.inputs)} inputs; samples can be added to data "
            "of one."
        )
    ((name, x),) = data.inputs.items()
    if x.shape[1:] != added.x.shape[1:]:
        raise DataError(
            f"The {len(added)} added samples have the shape {added.x.shape[1:]}, those of data set "
            f"'{data.name}' {x.shape[1:]}. Remove the added ones, or open the data as before."
        )
    places = len(data) + np.arange(len(added))
    inputs = {name: np.concatenate([x, added.x])}
    labels = np.concatenate([data.labels, added.labels])
    many = len(added) > 1
    return dataclasses.replace(
        data,
        inputs=inputs,
        labels=labels,
        indices=np.concatenate([data.indices, data.total + np.arange(len(added))]),
        total=data.total + len(added),
        fingerprint=fingerprint(inputs, labels, data.class_names),
        notes=(
            *data.notes,
            f"{len(added):,} added sample{'s' if many else ''} stand{'' if many else 's'} behind "
            f"the others, from number {len(data):,} on.",
        ),
        groups={**data.groups, GROUP: places},
        base=data.fingerprint,
    )
