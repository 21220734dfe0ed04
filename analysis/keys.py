"""Addresses of results: the digest of a question and of everything that its answer depends on,
among that the content of a data set."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from .types import Array, Inputs, Study


def digest(value: Any) -> str:
    """SHA-256 of a JSON-able value, the same for the same content in any order of its names.

    Returns: 64 hexadecimal digits.
    Raises: TypeError or ValueError if the value is not plain JSON; a digest of something
        that does not survive a round trip would be an address that nobody finds again.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def cache_key(question: str, *, version: int, study: Study, **parameters: Any) -> str:
    """Address of an answer.

    Args:
        question: name in `questions.QUESTIONS`.
        version: of the algorithm; it rises when the numbers change.
        study: fingerprints of network and data, and what was done to them.
        parameters: every parameter of the question, JSON-able.
    """
    return digest(
        {
            "question": question,
            "version": version,
            "study": asdict(study),
            "parameters": parameters,
        }
    )


def is_key(text: str) -> bool:
    """Whether a text from outside has the form of an address."""
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)


def fingerprint(inputs: Inputs, labels: Array, class_names: tuple[str, ...]) -> str:
    """SHA-256 over the content of a data set, whatever its name and place.

    Args:
        inputs: input name -> (n, *shape) float32; their order does not matter.
        labels: (n,) int64.
    Returns: 64 hexadecimal digits.
    """
    names = sorted(inputs)
    head = {
        "format": "stratoscope data 1",
        "inputs": [[name, list(inputs[name].shape)] for name in names],
        "class_names": list(class_names),
    }
    digest = hashlib.sha256(json.dumps(head).encode())
    for name in names:
        # Little-endian on every machine; no copy on the usual ones.
        digest.update(np.ascontiguousarray(inputs[name], dtype="<f4").data)
    digest.update(np.ascontiguousarray(labels, dtype="<i8").data)
    return digest.hexdigest()
