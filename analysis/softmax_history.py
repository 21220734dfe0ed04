"""What a network said of its samples epoch by epoch, where neither network nor samples are at hand.

Such a file is opened as a network that looks its answer up: its only input is the number of a
sample. Nothing here knows Keras; `network.lookup` makes that network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from .errors import DataError
from .keys import fingerprint
from .npz import Npz
from .splits import stratified
from .types import Array, Dataset

INPUT = "sample"
"""Name of the input: a number, counted through all splits."""

_SUM = 1e-2
"""By how much probabilities that were rounded to half precision may miss a sum of 1."""


@dataclass(frozen=True)
class History:
    """Probabilities of every epoch.

    Attributes:
        values: split -> (epochs, n, classes) float32; one split "all" where there is no other.
        labels: split -> (n,) int64.
        class_names: one per class.
        fingerprint: SHA-256 of the content.
    """

    values: Mapping[str, Array]
    labels: Mapping[str, Array]
    class_names: tuple[str, ...]
    fingerprint: str

    @property
    def epochs(self) -> int:
        return len(next(iter(self.values.values())))

    def table(self, epoch: int | None) -> Array:
        """(n, classes) of all splits, one after the other; of the last epoch if none is named.

        Raises: DataError for an epoch that is not there.
        """
        last = self.epochs - 1
        number = last if epoch is None else epoch
        if not 0 <= number <= last:
            raise DataError(f"This history has the epochs 0 to {last}; got {number}.")
        return np.concatenate([values[number] for values in self.values.values()])

    def fingerprint_of(self, epoch: int | None) -> str:
        """Of what was said after one epoch."""
        number = self.epochs - 1 if epoch is None else epoch
        return hashlib.sha256(f"{self.fingerprint} {number}".encode()).hexdigest()


def is_history(path: str) -> bool:
    """Whether the network of a study is such a file."""
    return Path(path).suffix.lower() == ".npz"


def read(path: str | Path) -> History:
    """Read `softmax_train`, `softmax_test` (epochs, n, classes), `labels_train`, `labels_test` (n,)
    and, if they are there, `class_names`; or `softmax` and `labels` of a single split.

    Raises: DataError for a file that holds no such arrays, or arrays that are no probabilities.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise DataError(f"There is no file {path}. Check the path given with --softmax.")
    state = path.stat()
    return _read(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=2)  # every epoch is a study of its own, and all of them lie in one file
def _read(path: Path, _size: int, _time: int) -> History:
    with Npz(path) as arrays:
        splits = [name for name in ("train", "test") if f"softmax_{name}" in arrays]
        keys = {name: (f"softmax_{name}", f"labels_{name}") for name in splits}
        if not splits and "softmax" in arrays:
            keys = {"all": ("softmax", "labels")}
        if not keys:
            raise DataError(
                f"'{path}' holds no softmax_train, softmax_test or softmax, but "
                f"{', '.join(sorted(arrays)) or 'nothing'}. Save the probabilities of every epoch "
                "as an array (epochs, samples, classes)."
            )
        values = {name: _probabilities(arrays, of, path) for name, (of, _) in keys.items()}
        shapes = {(each.shape[0], each.shape[2]) for each in values.values()}
        if len(shapes) > 1:
            raise DataError(
                f"'{path}' has splits of different epochs or classes: {sorted(shapes)}. Give one "
                "training in a file."
            )
        _, classes = shapes.pop()
        labels = {
            name: _labels(arrays, of, len(values[name][0]), classes, path)
            for name, (_, of) in keys.items()
        }
        named = [str(name) for name in arrays["class_names"]] if "class_names" in arrays else []
    if named and len(named) != classes:
        raise DataError(f"'{path}' has {len(named)} class_names for {classes} classes.")
    digest = hashlib.sha256(b"stratoscope softmax history 1")
    for name, value in values.items():
        digest.update(f"{name}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value, "<f4").tobytes())
    names = tuple(named) or tuple(str(k) for k in range(classes))
    return History(values, labels, names, digest.hexdigest())


def data_of(path: str | Path, split: str, limit: int | None, seed: int) -> Dataset:
    """The samples of a history, as numbers, drawn as those of other data.

    Raises: as `read`.
    """
    history = read(path)
    wanted = [name for name in history.values if split == "all" or name in (split, "all")]
    if not wanted:
        raise DataError(f"'{path}' has no split '{split}'; choose {' or '.join(history.values)}.")
    starts, count = {}, 0
    for name, values in history.values.items():
        starts[name] = count
        count += values.shape[1]
    numbers = np.concatenate(
        [starts[name] + np.arange(len(history.labels[name])) for name in wanted]
    )
    labels = np.concatenate([history.labels[name] for name in wanted])
    kept = stratified(labels, limit, seed)
    inputs = {INPUT: numbers[kept, None].astype(np.float32)}
    return Dataset(
        name=Path(path).stem,
        split=split,
        inputs=inputs,
        labels=labels[kept],
        class_names=history.class_names,
        indices=kept,
        total=len(labels),
        fingerprint=fingerprint(inputs, labels[kept], history.class_names),
        notes=(
            "There is neither a network nor a picture here, but what a network said of numbered "
            "samples, epoch by epoch.",
        ),
    )


def measured(path: str | Path) -> tuple[Mapping[str, float], ...]:
    """One mapping {"epoch", "accuracy"} per epoch, of all splits."""
    history = read(path)
    labels = np.concatenate(list(history.labels.values()))
    known = labels >= 0
    found = []
    for epoch in range(history.epochs):
        right = history.table(epoch).argmax(axis=1)[known] == labels[known]
        accuracy = {"accuracy": float(right.mean())} if known.any() else {}
        found.append({"epoch": epoch} | accuracy)
    return tuple(found)


def _probabilities(arrays: Mapping[str, Array], name: str, path: Path) -> Array:
    raw = arrays[name]
    what = f"'{name}' of '{path}'"
    if raw.ndim != 3 or raw.dtype.kind != "f" or not raw.size or raw.shape[2] < 2:
        raise DataError(
            f"{what} is {raw.dtype} of shape {raw.shape}; probabilities are floats (epochs, "
            "samples, classes) of two classes or more."
        )
    found = np.ascontiguousarray(raw, np.float32)
    if not (found >= 0).all() or np.abs(found.sum(axis=2) - 1).max() > _SUM:
        raise DataError(
            f"{what} holds numbers that are no probabilities: each row must be at least 0 and sum "
            "to 1. Save what comes out of the softmax."
        )
    return found


def _labels(arrays: Mapping[str, Array], name: str, n: int, classes: int, path: Path) -> Array:
    if name not in arrays:
        return np.full(n, -1, np.int64)
    found = arrays[name]
    if found.shape != (n,) or found.dtype.kind not in "iu":
        raise DataError(
            f"'{name}' of '{path}' is {found.dtype} of shape {found.shape}; {n} class numbers are "
            "needed."
        )
    labels = found.astype(np.int64)
    if labels.min(initial=0) < -1 or labels.max(initial=0) >= classes:
        raise DataError(f"'{name}' of '{path}' names classes beyond the {classes} there are.")
    return labels
