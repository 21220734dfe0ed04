"""Sets of frozen filters as text: as a source names them, and as people hand them on in files.

A file is JSON: {"filters": {layer: [number, ...]}, "gives": "zeros" or "means"}, with a "name" and
whatever else somebody wrote beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ParameterError

MAX_BYTES = 2**20
"""Of a file: every filter of the widest networks takes less."""

MAX_NAME = 60
"""Letters in the name of a set."""

GIVES = ("zeros", "means")
"""What a frozen filter gives: zeros, or its mean over the data."""

_FORM = 'A set of frozen filters is {"filters": {"conv0": [1, 3]}, "gives": "zeros"}'


@dataclass(frozen=True)
class FrozenSet:
    """Which filters of which layers are frozen.

    Attributes:
        filters: layer -> its filters, ascending; at least one.
        means: whether they give their mean over the data, instead of zeros.
        name: that somebody gave it, "" for none.
    """

    filters: Mapping[str, tuple[int, ...]]
    means: bool = False
    name: str = ""

    def pack(self) -> dict[str, Any]:
        """As it stands in a file."""
        filters = {layer: list(chosen) for layer, chosen in sorted(self.filters.items())}
        return {"name": self.name, "filters": filters, "gives": GIVES[self.means]}

    @property
    def text(self) -> str:
        """As a source names it: the same for the same filters, whatever they are called."""
        facts = self.pack()
        del facts["name"]
        return json.dumps(facts, sort_keys=True)

    @property
    def sentence(self) -> str:
        """Which filters they are, in words."""
        layers = [
            f"{len(chosen):,} filters of {layer}"
            if len(chosen) > 8
            else f"{layer} {', '.join(map(str, chosen))}"
            for layer, chosen in sorted(self.filters.items())
        ]
        gives = "their mean over the data" if self.means else "zeros"
        return f"Frozen filters, which give {gives}: {'; '.join(layers)}."


def read(path: Path) -> FrozenSet:
    """A set from a file, named after it if it has no name of its own.

    Raises: ParameterError if it cannot be read or is none.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ParameterError(f"The file has more than {MAX_BYTES // 2**20} MiB. {_FORM}.")
        found = parsed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ParameterError(f"The frozen filters in {path} cannot be read: {why}.") from error
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from error
    return found if found.name else FrozenSet(found.filters, found.means, path.stem[:MAX_NAME])


def parsed(text: str) -> FrozenSet:
    """A set from JSON.

    Raises: ParameterError if it is none.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"{_FORM}; this is no JSON ({str(error)[:80]}).") from error
    return checked(value)


def checked(value: Any) -> FrozenSet:
    """A set from what JSON says.

    Raises: ParameterError if it is none.
    """
    if not isinstance(value, dict) or not isinstance(value.get("filters"), dict):
        raise ParameterError(f"{_FORM}; got {str(value)[:60]!r}.")
    filters = {
        layer: tuple(sorted(set(chosen)))
        for layer, chosen in value["filters"].items()
        if _are_numbers(layer, chosen)
    }
    if not filters:
        raise ParameterError("No filter is frozen in this set. Choose one at least.")
    gives = value.get("gives", GIVES[0])
    if gives not in GIVES:
        raise ParameterError(f"Frozen filters give {' or '.join(GIVES)}; got {str(gives)[:40]!r}.")
    name = value.get("name", "")
    if not isinstance(name, str) or len(name) > MAX_NAME or not name.isprintable():
        raise ParameterError(f"A set's name has at most {MAX_NAME} visible letters.")
    return FrozenSet(filters, gives == GIVES[1], " ".join(name.split()))


def _are_numbers(layer: str, chosen: Any) -> bool:
    """Whether there are any.

    Raises: ParameterError if they are none.
    """
    whole = isinstance(chosen, Sequence) and all(type(one) is int and one >= 0 for one in chosen)
    if not whole or isinstance(chosen, str):
        raise ParameterError(
            f"Filters of layer {layer[:40]!r} are whole numbers from 0; got {str(chosen)[:60]!r}."
        )
    return bool(chosen)
