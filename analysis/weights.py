"""Looks into the weights of a model file before Keras does.

HDF5 files may point at other files: by links, by external storage, by virtual data sets; and may
declare arrays far larger than what they hold. HDF5 is a large C library, so that this runs where
Keras runs: in the worker process, never in the web process.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import h5py

from .errors import ModelError, UnsafeModelError

MAX_OBJECTS = 100_000
"""Groups and arrays in one file."""

MAX_BYTES = 4 * 2**30
"""Of all arrays together."""

MAX_RATIO, RATIO_FLOOR = 100, 16 * 2**20
"""How many times larger than its stored bytes an array of more than `RATIO_FLOOR` may be."""

_FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32"}
"""Those built into HDF5; any other number makes it look for a plug-in to load."""

_KINDS = "biufc"
"""NumPy kinds of plain numbers. No text, no objects, no references."""


def check(file: IO[bytes] | Path, name: str) -> None:
    """Refuse an HDF5 file that reaches out of itself or claims absurd sizes.

    Args:
        name: of the user's file, for the message.
    Raises:
        UnsafeModelError: links, external or virtual storage, plug-ins, bombs.
        ModelError: no HDF5 file, damaged.
    """
    try:
        with h5py.File(file, "r") as content:
            total = 0
            for place, array in _arrays(content, name):
                total += _bytes(array, place, name)
                if total > MAX_BYTES:
                    raise UnsafeModelError(
                        f"'{name}' has weights of more than {MAX_BYTES:,} bytes; "
                        "that is more than is allowed. Use a smaller network."
                    )
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise ModelError(
            f"'{name}' has damaged weights ({error}). Copy or save it again."
        ) from error


def shapes(file: IO[bytes] | Path) -> dict[str, tuple[int, ...]]:
    """Weight -> shape of a file that Keras wrote, without what the optimiser remembers.

    Raises: OSError if it is no HDF5 file, or damaged.
    """
    found: dict[str, tuple[int, ...]] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and name.split("/", maxsplit=1)[0] != "optimizer":
            found[name] = item.shape

    with h5py.File(file, "r") as stored:
        stored.visititems(visit)
    return found


def _arrays(content: h5py.File, name: str) -> Iterator[tuple[str, h5py.Dataset]]:
    """All arrays with their paths; hard links may form circles, so each object counts once."""
    seen = set()
    stack: list[tuple[str, h5py.Group]] = [("", content)]
    while stack:
        path, group = stack.pop()
        for key in group:
            place = f"{path}/{key}"
            link = group.get(key, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise _unsafe(name, place, "is a link that may lead to another file")
            item = group[key]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                continue
            seen.add(address)
            if len(seen) > MAX_OBJECTS:
                raise _unsafe(name, place, f"is one of more than {MAX_OBJECTS:,} objects")
            if isinstance(item, h5py.Group):
                stack.append((place, item))
            elif isinstance(item, h5py.Dataset):
                yield place, item
            else:
                raise _unsafe(name, place, "is neither a group nor an array")


def _bytes(array: h5py.Dataset, place: str, name: str) -> int:
    """Bytes that an array takes in memory, if it is a plain one."""
    if array.external:
        raise _unsafe(name, place, "is stored in another file")
    if array.is_virtual:
        raise _unsafe(name, place, "is put together from other files")
    if array.dtype.kind not in _KINDS:
        raise _unsafe(name, place, f"holds {array.dtype}, not numbers")
    properties = array.id.get_create_plist()
    for number in range(properties.get_nfilters()):
        code = properties.get_filter(number)[0]
        if code not in _FILTERS:
            raise _unsafe(name, place, f"needs a plug-in to be read (filter {code})")
    declared = int(array.size or 0) * int(array.dtype.itemsize)
    stored = array.id.get_storage_size()
    if declared > max(RATIO_FLOOR, MAX_RATIO * stored):
        raise _unsafe(name, place, f"claims {declared:,} bytes and stores {stored:,}")
    return declared


def _unsafe(name: str, place: str, what: str) -> UnsafeModelError:
    return UnsafeModelError(
        f"'{name}' has weights of which '{place}' {what}. Check where the file comes from, "
        "or save the model again with Keras 3."
    )
