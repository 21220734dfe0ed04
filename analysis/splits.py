"""Which samples are shown: the split that was asked for, and a fair draw from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from . import samples
from .errors import DataError
from .types import Array

SPLITS = ("train", "test", "all")


def stratified(labels: Array, limit: int | None, seed: int) -> Array:
    """Draw samples without replacement so that classes keep their shares.

    Every class gives its share of `limit`, rounded down or up: the largest
    remainders are rounded up, of equal ones those of the lower class. Unlabelled
    samples count as a class.

    Args:
        labels: (n,) int64.
        limit: how many to draw; None, or n and above, for all.
        seed: of the draw within a class.
    Returns: (min(n, limit),) int64, ascending indices.
    """
    n = len(labels)
    if limit is None or limit >= n:
        return np.arange(n, dtype=np.int64)
    generator = np.random.default_rng(seed)
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    drawn = [
        generator.permutation(of_class)[:quota]
        for of_class, quota in zip(members, quotas(members, limit, n), strict=True)
    ]
    return np.sort(np.concatenate(drawn)).astype(np.int64)


def quotas(members: list[Array], limit: int, n: int) -> Array:
    """How many of `limit` samples every class gives: its share, by largest remainders.

    Args:
        members: the samples of every class, n in all.
        limit: at most n.
    Returns: (classes,) int64, adding up to `limit`; of equal remainders those of
        the first classes are rounded up.
    """
    counts = np.array([len(of_class) for of_class in members], dtype=np.int64)
    quotas, remainders = np.divmod(counts * limit, n)
    for_remainders = np.argsort(-remainders, kind="stable")[: limit - quotas.sum()]
    quotas[for_remainders] += 1
    return quotas


@dataclass(frozen=True)
class Raw:
    """Arrays of one split, not yet scaled.

    Attributes:
        inputs: input name -> (n, ...), all of one length.
        keys: input name -> name of its array or arrays, for messages.
        labels: of the same n samples.
        notes: what was found, as sentences.
    """

    inputs: Mapping[str, Array]
    keys: Mapping[str, str]
    labels: samples.Labels
    notes: tuple[str, ...]


Keys = Mapping[str, str]
"""Split ("train", "test", or "" if there is none) -> name of an array."""


def pick(
    arrays: Mapping[str, Array], split: str, source: str, names: tuple[str, ...] | None = None
) -> Raw:
    """The samples of a split out of named arrays; `dataset.load` says how they are named.

    Args:
        arrays: array name -> array; only what is needed is asked for.
        split: "train", "test" or "all".
        source: for messages.
        names: class names, where the arrays hold none.
    Raises: DataError if arrays are missing or do not fit each other.
    """
    inputs, labels, ignored = _sort(arrays)
    if not inputs:
        raise DataError(
            f"{source} holds no array 'x', 'x_train' or 'x_test', "
            f"only: {', '.join(arrays) or 'nothing'}. Name the samples x and the labels y."
        )
    _require_alike(inputs, labels, source)
    parts = _parts(set().union(*inputs.values()), split, source)
    notes = [f"Arrays that are not used: {', '.join(ignored)}."] if ignored else []
    if parts == [""]:
        notes.append(f"The data are not split; all samples serve as {split} data.")
    raw: dict[str, Array] = {}
    keys: dict[str, str] = {}
    lengths: dict[str, int] = {}
    for name, by_split in inputs.items():
        pieces = {part: arrays[by_split[part]] for part in parts}
        for part, piece in pieces.items():
            samples.require_samples(piece, by_split[part], source)
            if lengths.setdefault(part, len(piece)) != len(piece):
                raise DataError(
                    f"Array '{by_split[part]}' of {source} has {len(piece):,} samples, but "
                    f"another input has {lengths[part]:,}. Every input needs every sample."
                )
        # A single input is "x", whatever its array is called.
        kept = name if len(inputs) > 1 else "x"
        keys[kept] = " and ".join(by_split[part] for part in parts)
        raw[kept] = _joined(list(pieces.values()), keys[kept], source)
    if "class_names" in arrays:
        names = samples.class_names(arrays["class_names"], source)
    return Raw(raw, keys, _labels(arrays, labels, lengths, names, source), tuple(notes))


def _sort(names: Iterable[str]) -> tuple[dict[str, Keys], Keys, list[str]]:
    """Array names as inputs (input name -> keys), labels, and those that mean nothing here."""
    inputs: dict[str, dict[str, str]] = {}
    labels: dict[str, str] = {}
    ignored: list[str] = []
    for key in names:
        split = next((part for part in ("train", "test") if key.endswith(f"_{part}")), "")
        base = key.removesuffix(f"_{split}")
        if base == "y":
            labels[split] = key
        elif base == "x" or (base.startswith("x_") and base != "x_"):
            inputs.setdefault(base.removeprefix("x_"), {})[split] = key
        elif key != "class_names":
            ignored.append(key)
    return dict(inputs), labels, ignored


def _require_alike(inputs: Mapping[str, Keys], labels: Keys, source: str) -> None:
    """Inputs must be split in the same way, and labels not otherwise."""
    splits = set().union(*inputs.values())
    unlike = "" in splits and len(splits) > 1
    if unlike or any(set(keys) != splits for keys in inputs.values()) or set(labels) - splits:
        held = sorted(
            [*labels.values(), *(key for keys in inputs.values() for key in keys.values())]
        )
        raise DataError(
            f"{source} holds {', '.join(held)}, which do not go together. Name the arrays alike: "
            "x and y, or x_train, y_train, x_test and y_test, and so for every input."
        )


def _parts(splits: set[str], split: str, source: str) -> list[str]:
    """Which of the splits that are there answer to the one asked for."""
    if "" in splits:
        return [""]
    if split == "all":
        return sorted(splits, reverse=True)
    if split not in splits:
        raise DataError(
            f"{source} has no {split} split, only {', '.join(splits)}. Choose that, or 'all'."
        )
    return [split]


def _joined(pieces: list[Array], keys: str, source: str) -> Array:
    """Train and test samples one after another."""
    if len(pieces) == 1:
        return pieces[0]
    shapes = {(piece.shape[1:], piece.dtype) for piece in pieces}
    if len(shapes) > 1:
        raise DataError(
            f"Arrays {keys} of {source} differ in shape or type "
            f"({' and '.join(f'{piece.shape} {piece.dtype}' for piece in pieces)}), "
            "so that they cannot be shown as one. Choose the split train or test."
        )
    return np.concatenate(pieces)


def _labels(
    arrays: Mapping[str, Array],
    keys: Keys,
    lengths: Mapping[str, int],
    names: tuple[str, ...] | None,
    source: str,
) -> samples.Labels:
    """Labels of the splits in `lengths`, -1 where there are none.

    Those of all splits are read together, so that a class has the same number
    whichever split is shown.
    """
    pieces = {split: arrays[key] for split, key in keys.items()}
    for split, piece in pieces.items():
        if split in lengths and piece.shape[:1] != (lengths[split],):
            raise DataError(
                f"{source} holds {lengths[split]:,} samples, but labels '{keys[split]}' "
                f"have shape {piece.shape}. Give one label per sample (-1 for unlabelled)."
            )
    missing = [split for split in lengths if split not in pieces]
    notes = (f"There are no labels{_of(missing)}.",) if missing else ()
    if not pieces:
        found = samples.Labels(np.empty(0, np.int64), names or ())
    else:
        text = " and ".join(keys.values())
        if len({(piece.shape[1:], piece.dtype.kind in "US") for piece in pieces.values()}) > 1:
            raise DataError(
                f"Labels {text} of {source} differ in form "
                f"({' and '.join(f'{piece.shape} {piece.dtype}' for piece in pieces.values())}). "
                "Save both in the same way."
            )
        found = samples.labels(np.concatenate(list(pieces.values())), names, text, source)
    ends = np.cumsum([len(piece) for piece in pieces.values()])[:-1]
    values = dict(zip(pieces, np.split(found.values, ends), strict=True)) if pieces else {}
    none = {split: np.full(lengths[split], -1, np.int64) for split in missing}
    kept = np.concatenate([{**values, **none}[split] for split in lengths])
    return samples.Labels(kept, found.class_names, (*notes, *found.notes))


def _of(splits: list[str]) -> str:
    return "" if splits == [""] else f" of the {' and the '.join(splits)} split"
