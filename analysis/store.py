"""Answers on disk: arrays and plain JSON under their keys, never pickles.

`diskcache` keeps the index, the size limit and eviction; its stock `Disk` unpickles what it
reads (CVE-2025-69872), so ours knows a single format, an uncompressed `.npz` whose arrays are
read with `allow_pickle=False`, and refuses everything else.
"""

from __future__ import annotations

import io
import json
import logging
import math
import sqlite3
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import RLock
from typing import IO, Any, Protocol, TypeVar

import diskcache
import filelock
import numpy as np

from .errors import StoreError
from .home import Home
from .types import Array, Result

log = logging.getLogger(__name__)

_Part = TypeVar("_Part")

_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, KeyError, TypeError, NotImplementedError, RuntimeError, MemoryError),
)
"""What reading a file of any content may raise."""

_NPZ = 100  # diskcache numbers the ways in which it keeps a value; ours lies outside its own
_FACTS = "facts.json"
_KINDS = "biufU"
"""Array kinds that are kept: booleans, integers, floats, text. No objects."""


Waiting = Callable[[], None]


def _wait() -> None:
    """Nothing to do while waiting."""


class Store(Protocol):
    """Where answers are kept."""

    def get(self, key: str) -> Result | None: ...

    def array(self, key: str, name: str) -> Array | None: ...

    def arrays(self, key: str, names: Sequence[str]) -> list[Array] | None: ...

    def row(self, key: str, name: str, index: int) -> Array | None: ...

    def facts(self, key: str) -> Mapping[str, Any] | None: ...

    def put(self, key: str, result: Result) -> None: ...

    def __contains__(self, key: str) -> bool: ...

    def lock(self, key: str, waiting: Waiting = _wait) -> AbstractContextManager[None]: ...


class MemoryStore:
    """Answers of one process, for notebooks and tests."""

    def __init__(self) -> None:
        self._results: dict[str, Result] = {}
        self._lock = RLock()

    def get(self, key: str) -> Result | None:
        return self._results.get(key)

    def array(self, key: str, name: str) -> Array | None:
        result = self._results.get(key)
        return None if result is None else result.arrays.get(name)

    def arrays(self, key: str, names: Sequence[str]) -> list[Array] | None:
        result = self._results.get(key)
        if result is None or not set(names) <= set(result.arrays):
            return None
        return [result.arrays[name] for name in names]

    def row(self, key: str, name: str, index: int) -> Array | None:
        array = self.array(key, name)
        there = array is not None and array.ndim and 0 <= index < len(array)
        return np.asarray(array[index]) if array is not None and there else None

    def facts(self, key: str) -> Mapping[str, Any] | None:
        result = self._results.get(key)
        return None if result is None else result.facts

    def put(self, key: str, result: Result) -> None:
        self._results[key] = result

    def __contains__(self, key: str) -> bool:
        return key in self._results

    @contextmanager
    def lock(self, key: str, waiting: Waiting = _wait) -> Iterator[None]:
        with self._lock:
            yield


class DiskStore:
    """Answers shared by all processes that use one home directory.

    Args:
        home: the directory.
        limit: bytes; the answers stored longest ago go first.
    """

    def __init__(self, home: Home, limit: int = 20 * 2**30) -> None:
        self._home = home
        try:
            try:
                self._cache = _index(home, limit)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                # Results can be computed again: a damaged index is put aside, not mourned.
                aside = home.path / f"results-damaged-{int(time.time())}"
                log.warning("The index of the results is damaged (%s): moved to %s", error, aside)
                home.results.rename(aside)
                home.results.mkdir(mode=0o700)
                self._cache = _index(home, limit)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"Cannot open the results in {home.results}: {error}. "
                "Free some space there, or choose another directory with --home."
            ) from error

    def get(self, key: str) -> Result | None:
        """The answer, or None. A damaged one is dropped, so that it is computed again."""
        return self._read(key, lambda archive: Result(_arrays(archive), _facts(archive)))

    def array(self, key: str, name: str) -> Array | None:
        """One array of an answer without reading the others; None if there is none."""
        return self._read(key, lambda archive: _array(archive, name))

    def arrays(self, key: str, names: Sequence[str]) -> list[Array] | None:
        """Some arrays of an answer without reading the others; None if one is missing."""

        def read(archive: zipfile.ZipFile) -> list[Array] | None:
            there = set(archive.namelist())
            if not {f"{name}.npy" for name in names} <= there:
                return None
            return [_member(archive, name) for name in names]

        return self._read(key, read)

    def row(self, key: str, name: str, index: int) -> Array | None:
        """One entry along the first axis of an array, whose others never stand in memory; None if
        there is none. Unlike the others it is read without the checksum of the whole array."""
        return self._read(key, lambda archive: _row(archive, name, index))

    def facts(self, key: str) -> Mapping[str, Any] | None:
        """The small part of an answer without reading its arrays."""
        return self._read(key, _facts)

    def put(self, key: str, result: Result) -> None:
        """Keep an answer.

        Raises: StoreError if there is no room for it.
        """
        try:
            self._cache.set(key, result)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The result cannot be kept in {self._home.results}: {error}. "
                "Free some space there, or choose another directory with --home; "
                "what was computed before is still there."
            ) from error

    def __contains__(self, key: str) -> bool:
        return key in self._cache

    @contextmanager
    def lock(self, key: str, waiting: Waiting = _wait) -> Iterator[None]:
        """Held by whoever computes `key`, across threads and processes.

        The operating system lets go of it when its holder dies, which diskcache's own locks
        do not know how to do. `waiting` is called now and then while somebody else holds it.
        """
        lock = filelock.FileLock(self._home.locks / f"{key}.lock", mode=0o600, thread_local=False)
        while True:
            try:
                lock.acquire(timeout=0.5, poll_interval=0.02)
                break
            except filelock.Timeout:
                waiting()
        try:
            yield
        finally:
            lock.release()

    def drop(self, key: str) -> None:
        self._cache.delete(key)

    def close(self) -> None:
        self._cache.close()

    def _read(self, key: str, part: Callable[[zipfile.ZipFile], _Part]) -> _Part | None:
        try:
            file = self._cache.get(key)
            if file is None:
                return None
            with file, zipfile.ZipFile(file) as archive:
                return part(archive)
        except _DAMAGE as error:
            log.warning("Dropped a damaged result %s (%s); it will be computed again.", key, error)
            self._cache.delete(key)
            return None


def _index(home: Home, limit: int) -> Any:
    return diskcache.Cache(
        str(home.results),
        disk=_NpzDisk,
        size_limit=limit,
        eviction_policy="least-recently-stored",
        timeout=60,
    )


def _arrays(archive: zipfile.ZipFile) -> dict[str, Array]:
    names = [name[:-4] for name in archive.namelist() if name.endswith(".npy")]
    return {name: _member(archive, name) for name in names}


def _array(archive: zipfile.ZipFile, name: str) -> Array | None:
    return _member(archive, name) if f"{name}.npy" in archive.namelist() else None


def _member(archive: zipfile.ZipFile, name: str) -> Array:
    # Reading to the end makes zipfile compare the checksum, which catches flipped bits.
    content = io.BytesIO(archive.read(f"{name}.npy"))
    array: Array = np.lib.format.read_array(content, allow_pickle=False)
    return array


def _row(archive: zipfile.ZipFile, name: str, index: int) -> Array | None:
    if f"{name}.npy" not in archive.namelist():
        return None
    with archive.open(f"{name}.npy") as member:
        shape, by_columns, dtype = _header(member)
        if not shape or not 0 <= index < shape[0]:
            return None
        if by_columns:  # its values lie all over the file
            return np.ascontiguousarray(_member(archive, name)[index])
        size = dtype.itemsize * math.prod(shape[1:])
        member.seek(member.tell() + index * size)
        content = member.read(size)
    return np.frombuffer(content, dtype).reshape(shape[1:])


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, Any]:
    """Shape, whether columns come first, and type of the array that follows. Raises: ValueError."""
    version = np.lib.format.read_magic(member)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    shape, by_columns, dtype = read[version](member)
    if dtype.kind not in _KINDS:
        raise ValueError(f"arrays of {dtype} are not kept")
    return shape, by_columns, dtype


def _facts(archive: zipfile.ZipFile) -> dict[str, Any]:
    facts = json.loads(archive.read(_FACTS))
    if not isinstance(facts, dict):
        raise ValueError("the facts are not a mapping")  # noqa: TRY004 - damage, not a type
    return facts


class _NpzDisk(diskcache.Disk):  # type: ignore[misc]
    """How `diskcache` writes a `Result`, and the only thing that it can read back."""

    def put(self, key: Any) -> tuple[str, bool]:
        if not isinstance(key, str):
            raise TypeError(f"keys are text, not {type(key).__name__}")
        return key, True

    def get(self, key: Any, raw: bool) -> str:
        if not raw or not isinstance(key, str):
            raise ValueError("a key that we did not write")
        return key

    def store(self, value: Any, read: bool, key: Any = None) -> tuple[int, int, str, None]:
        if not isinstance(value, Result):
            raise TypeError(f"a store keeps results, not {type(value).__name__}")
        for name, array in value.arrays.items():
            if array.dtype.kind not in _KINDS:
                raise TypeError(f"array '{name}' has type {array.dtype}, which cannot be kept")
        facts = json.dumps(value.facts, allow_nan=False)
        filename, full = self.filename(key, value)
        path = Path(full)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with (
                path.open("xb") as file,
                zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive,
            ):
                archive.writestr(_FACTS, facts)
                for name, array in value.arrays.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path.stat().st_size, _NPZ, filename, None

    def fetch(self, mode: int, filename: str, value: Any, read: bool) -> io.BufferedReader:
        if mode != _NPZ:
            raise ValueError("an entry that we did not write")
        return (Path(self._directory) / filename).open("rb")
