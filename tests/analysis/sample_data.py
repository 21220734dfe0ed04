"""Data sets made of arrays, for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis import dataset
from analysis.types import Dataset


def data_of(inputs: Any, labels: Any = None, names: tuple[str, ...] = ()) -> Dataset:
    """A data set of arrays by input, or of one array; nothing is labelled without labels."""
    if not isinstance(inputs, dict):
        inputs = {"x": np.asarray(inputs, np.float32)}
    count = len(next(iter(inputs.values())))
    labels = np.full(count, -1, np.int64) if labels is None else np.asarray(labels, np.int64)
    return Dataset(
        name="mine",
        split="all",
        inputs=inputs,
        labels=labels,
        class_names=names,
        indices=np.arange(count),
        total=count,
        fingerprint=dataset.fingerprint(inputs, labels, names),
    )
