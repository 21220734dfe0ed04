"""The one directory where everything is kept, and what lies where in it.

results/    answers, under their keys; may be evicted, is computed again
networks/   trained demo networks
groups/     named groups of samples; made by the user, never evicted
frozen/     named sets of frozen filters, likewise
added/      samples that were added to data sets, likewise
board/      what running jobs say of themselves
locks/      one file per question being answered
scratch/    working space of the engine
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from .errors import StoreError


class Home:
    """A private directory (mode 0700) and the places in it.

    Raises: StoreError if it cannot be made or written to, or belongs to somebody else.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser().resolve()
        try:
            if self.path.exists():
                self._check()
            for place in (self.path, *(self.path / name for name in _PLACES)):
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"Cannot keep results in {self.path}: {error.strerror or error}. "
                "Choose a writable directory with --home."
            ) from error

    def _check(self) -> None:
        """See that an existing directory is ours, or empty and private, before it is used."""
        status = self.path.stat()
        if hasattr(os, "getuid") and status.st_uid != os.getuid():
            raise StoreError(
                f"{self.path} belongs to another user (id {status.st_uid}). "
                "Choose a directory of your own with --home."
            )
        ours = (self.path / _PLACES[0]).is_dir()
        if not ours and any(self.path.iterdir()):
            raise StoreError(
                f"{self.path} holds other files. Choose a new or empty directory with --home."
            )
        if status.st_mode & 0o077:
            if ours:
                raise StoreError(
                    f"{self.path} can be read by other users (mode {status.st_mode & 0o777:o}). "
                    f"Close it with: chmod 700 {self.path}"
                )
            self.path.chmod(0o700)  # empty, and from now on ours

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return type(self), (str(self.path),)

    @property
    def results(self) -> Path:
        return self.path / "results"

    @property
    def networks(self) -> Path:
        return self.path / "networks"

    @property
    def groups(self) -> Path:
        return self.path / "groups"

    @property
    def frozen(self) -> Path:
        return self.path / "frozen"

    @property
    def added(self) -> Path:
        return self.path / "added"

    @property
    def board(self) -> Path:
        return self.path / "board"

    @property
    def locks(self) -> Path:
        return self.path / "locks"

    @property
    def scratch(self) -> Path:
        return self.path / "scratch"

    def secret(self) -> bytes:
        """A random secret of this directory, made once, shared by all processes that use it."""
        place = self.path / "secret"
        if place.is_dir():
            raise StoreError(f"{place} is a folder, where a file belongs. Remove it.")
        if place.exists() and place.stat().st_size != _SECRET:
            place.unlink()  # cut off when it was written; links signed with it are lost anyway
        if not place.exists():
            handle, name = tempfile.mkstemp(dir=self.path)  # mode 0600
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_SECRET))
            # Linking fails if the place is taken, so that the first of two processes wins.
            with contextlib.suppress(FileExistsError):
                os.link(name, place)
            Path(name).unlink()
        return place.read_bytes()


_SECRET = 32
"""Bytes of the secret."""

_PLACES = ("results", "networks", "groups", "frozen", "added", "board", "locks", "scratch")


def write_json(path: Path, value: Any) -> None:
    """Write JSON as `write_whole` does.

    Raises: StoreError if the disk is full or the place cannot be written.
    """
    content = json.dumps(value, allow_nan=False).encode()
    write_whole(path, lambda file: file.write(content))


def write_whole(path: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part.

    Raises: StoreError if the disk is full or the place cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                fill(file)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(
            f"Cannot write {path}: {error.strerror or error}. "
            "Free some space there, or choose another directory with --home."
        ) from error
