"""Data sets: named ones, `.npz` files and folders of images, read into `types.Dataset`.

This file imports neither TensorFlow nor Keras: the web process imports it.
`keras_datasets.fetch` can be handed in where a named set may be downloaded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

import numpy as np

from . import images, poison, samples
from .errors import DataError, ParameterError
from .images import thumbnails
from .keys import fingerprint
from .named import BUILT_IN
from .npz import MAX_BYTES, Npz
from .splits import SPLITS, pick, quotas, stratified
from .types import Array, Dataset, Inputs, Report, silent

__all__ = ["BUILT_IN", "SPLITS", "fingerprint", "load", "stratified", "thumbnails"]

DIGITS_TEST = 625
"""Test samples of `digits`: 25 x 25, so that its pictures fill a square exactly."""

Fetch = Callable[[str], tuple[Array, Array, Array, Array]]
"""Name -> x_train, y_train, x_test, y_test."""


def load(
    source: str | Path,
    split: str = "test",
    limit: int | None = None,
    seed: int = 0,
    *,
    data_dir: str | Path | None = None,
    fetch: Fetch | None = None,
    size: images.Size | None = None,
    report: Report = silent,
) -> Dataset:
    """Read a data set.

    A `.npz` holds `x` (n, ...) and `y` (n,), or `x_train`, `y_train`, `x_test`,
    `y_test`; several inputs are `x_<input name>`, split ones
    `x_<input name>_train` and `x_<input name>_test` (so that no input name may
    itself end in `_train` or `_test`). Labels may be missing (all samples are
    then unlabelled), class numbers, one-hot or strings; `class_names` may name
    the classes. A file without splits serves for every split. A folder holds
    image files in one folder per class, see `images.find`.

    Args:
        source: a name of `BUILT_IN`, or the path of a `.npz` file or a folder.
        split: "train", "test" or "all" (first train, then test).
        limit: at most so many samples, drawn by `stratified`; None for all.
        seed: of that draw.
        data_dir: folder in which `<name>.npz` of a named data set is looked for.
        fetch: gets a named data set that is not there; None where there is no network.
        size: (height, width, channels) to read the images of a folder as.
        report: hears the fraction done.
    Raises:
        ParameterError: unknown split, limit below 1, wrong size.
        DataError: nothing there under that name, or nothing usable in it.
        NotFiniteError: NaN or infinite values.
    """
    if split not in SPLITS:
        raise ParameterError(f"No split '{split}'. There are: {', '.join(SPLITS)}.")
    if limit is not None and limit < 1:
        raise ParameterError(f"limit must be at least 1 sample; got {limit}. Leave it out for all.")
    asked = _Asked(split, limit, seed, report)
    report(0.0, f"reading {source}")
    if source == poison.NAME:
        return _load_backdoor(asked, data_dir, fetch)
    if isinstance(source, str) and source in BUILT_IN:
        return _load_named(source, asked, data_dir, fetch)
    path = Path(source).expanduser()
    if path.is_dir():
        return _from_folder(path, asked, size)
    if not path.exists():
        raise DataError(_not_there(str(source), path))
    if path.suffix.lower() != ".npz":
        raise DataError(
            f"'{path}' is neither a .npz file nor a folder of images. Save the data with "
            "numpy.savez(path, x=..., y=...)."
        )
    with Npz(path) as arrays:
        return _from_arrays(path.stem, f"'{path}'", arrays, asked)


@dataclass(frozen=True)
class _Asked:
    """Which samples are wanted, and who hears about it."""

    split: str
    limit: int | None
    seed: int
    report: Report


def _load_named(
    name: str, asked: _Asked, data_dir: str | Path | None, fetch: Fetch | None
) -> Dataset:
    source = f"data set '{name}'"
    if name == "digits":
        note = "Pixel values 0 to 16 were divided by 16, to lie in [0, 1]."
        return _from_arrays(
            name, source, _digits(), asked, class_names=BUILT_IN[name], notes=(note,)
        )
    file = None if data_dir is None else Path(data_dir).expanduser() / f"{name}.npz"
    if file is not None and file.exists():
        with Npz(file) as stored:
            return _from_arrays(name, f"'{file}'", stored, asked, class_names=BUILT_IN[name])
    if fetch is None:
        looked = "no --data-dir was given" if file is None else f"'{file}' is not there"
        raise DataError(
            f"No {source} here: {looked}, and nothing may be downloaded. Give --data-dir with a "
            f"folder that holds {name}.npz, or connect to the network."
        )
    keys = ("x_train", "y_train", "x_test", "y_test")
    fetched = dict(zip(keys, fetch(name), strict=True))
    return _from_arrays(name, source, fetched, asked, class_names=BUILT_IN[name])


def _load_backdoor(asked: _Asked, data_dir: str | Path | None, fetch: Fetch | None) -> Dataset:
    parts = ("train", "test") if asked.split == "all" else (asked.split,)
    whole = [
        _load_named(poison.BASE, _Asked(part, None, asked.seed, silent), data_dir, fetch)
        for part in parts
    ]
    asked.report(0.5, "putting the pattern on samples")
    pieces = [poison.of(data) for data in whole]
    labels = np.concatenate([piece.labels for piece in pieces])
    stamped = np.concatenate([piece.stamped for piece in pieces])
    # Samples with the pattern count as a class of their own, so that a draw keeps their share.
    kept = stratified(2 * labels + stamped, asked.limit, asked.seed)
    marked = np.flatnonzero(stamped[kept])
    notes = [*dict.fromkeys(note for data in whole for note in data.notes)]
    fewer = (f"{len(marked):,} of those carry the pattern.",) if len(kept) < len(labels) else ()
    return _dataset(
        poison.NAME,
        asked,
        inputs={"x": np.concatenate([piece.x for piece in pieces])[kept]},
        labels=samples.Labels(labels, BUILT_IN[poison.NAME], fewer),
        kept=kept,
        notes=[*(piece.note for piece in pieces), *notes],
        groups={poison.GROUP: marked} if len(marked) else {},
    )


def _from_arrays(
    name: str,
    source: str,
    arrays: Mapping[str, Array],
    asked: _Asked,
    *,
    class_names: tuple[str, ...] | None = None,
    notes: tuple[str, ...] = (),
) -> Dataset:
    raw = pick(arrays, asked.split, source, class_names)
    kept = stratified(raw.labels.values, asked.limit, asked.seed)
    asked.report(0.5, f"scaling {len(kept):,} samples")
    inputs: dict[str, Array] = {}
    said = [*notes, *raw.notes]
    for key, array in raw.inputs.items():
        _require_memory(len(kept), array.shape[1:], source)
        reading = samples.reading(array, raw.keys[key], source)
        inputs[key] = reading.apply(array if len(kept) == len(array) else array[kept])
        said += reading.notes
    return _dataset(name, asked, inputs=inputs, labels=raw.labels, kept=kept, notes=said)


def _from_folder(path: Path, asked: _Asked, size: images.Size | None) -> Dataset:
    found = images.find(path, asked.split, size, asked.report)
    kept = stratified(found.labels, asked.limit, asked.seed)
    _require_memory(len(kept), found.size, f"'{path}'")
    x = found.read(kept, lambda fraction, text="": asked.report(0.9 * fraction, text))
    labels = samples.Labels(found.labels, found.class_names)
    name = path.resolve().name
    return _dataset(name, asked, inputs={"x": x}, labels=labels, kept=kept, notes=list(found.notes))


def _dataset(
    name: str,
    asked: _Asked,
    *,
    inputs: Inputs,
    labels: samples.Labels,
    kept: Array,
    notes: list[str],
    groups: Mapping[str, Array] = MappingProxyType({}),
) -> Dataset:
    """Put together what was read; `labels` are those of the whole split."""
    total = len(labels.values)
    if len(kept) < total:
        notes.append(f"{len(kept):,} of {total:,} samples were drawn, every class by its share.")
    asked.report(0.9, "fingerprint")
    own = labels.values[kept]
    data = Dataset(
        name=name,
        split=asked.split,
        inputs=inputs,
        labels=own,
        class_names=labels.class_names,
        indices=kept,
        total=total,
        fingerprint=fingerprint(inputs, own, labels.class_names),
        notes=(*notes, *labels.notes),
        groups=groups,
    )
    asked.report(1.0)
    return data


def _require_memory(n: int, shape: tuple[int, ...], source: str) -> None:
    needed = 4 * n * math.prod(shape)
    if needed > MAX_BYTES:
        raise DataError(
            f"{n:,} samples of {shape} from {source} take {needed / 2**30:.1f} GiB as float32; "
            f"the limit is {MAX_BYTES / 2**30:.3g} GiB. Take fewer samples with --limit."
        )


def _not_there(source: str, path: Path) -> str:
    """What to say about a name or path that leads nowhere."""
    if path.name == source and not path.suffix:
        close = get_close_matches(source, BUILT_IN, n=1)
        hint = f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(BUILT_IN)}."
        return f"No data set '{source}'. {hint} Anything else is the path of a .npz or a folder."
    folder = path.parent
    if not folder.is_dir():
        return f"No file '{path}': there is no folder '{folder}'. Check the path."
    entries = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    close = get_close_matches(path.name, entries, n=3)
    if close:
        return f"No file '{path}'. Did you mean {' or '.join(repr(name) for name in close)}?"
    fitting = [name for name in entries if name.endswith(".npz") or (folder / name).is_dir()]
    there = ", ".join(fitting[:12]) or "no .npz file and no folder"
    return f"No file '{path}'. In '{folder.resolve()}' there is: {there}."


def _digits() -> dict[str, Array]:
    """The 1,797 digits of scikit-learn, in [0, 1], split 1,172 to 625.

    The split does not depend on any seed: of every class, test samples are
    taken at even distances in file order. So both splits hold all writers.
    """
    # Most of a second to import, so only when needed: the web process imports this file.
    from sklearn.datasets import load_digits  # noqa: PLC0415

    digits = load_digits()
    x = (digits.images / 16).astype(np.float32)
    y = digits.target.astype(np.int64)
    members = [np.flatnonzero(y == label) for label in range(10)]
    test = np.zeros(len(y), bool)
    for of_class, quota in zip(members, quotas(members, DIGITS_TEST, len(y)), strict=True):
        test[of_class[(2 * np.arange(quota) + 1) * len(of_class) // (2 * quota)]] = True
    return {"x_train": x[~test], "y_train": y[~test], "x_test": x[test], "y_test": y[test]}
