"""Reading of `.npz` files that came from anywhere: bounded, and without pickle."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
from numpy.lib import format as npy

from .errors import DataError
from .types import Array

MAX_BYTES = 8 * 2**30
"""Most bytes that the arrays of one file may take in memory together."""

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,  # a compression that this Python does not know
    RuntimeError,  # an encrypted member
)


class Npz(Mapping[str, Array]):
    """Array name -> array, each read when it is asked for.

    Everything that the file declares is checked when it is opened: a member
    whose header promises more or less than the member holds, an array of
    Python objects (which only pickle could read), or arrays beyond `MAX_BYTES`
    are refused before anything is unpacked. While reading, zipfile unpacks no
    more than the declared size and verifies the checksum.

    Raises: DataError, on opening and on reading.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise self._broken(error) from error
        try:
            self._members = self._read_headers(max_bytes)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Npz:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, name: str) -> Array:
        member = self._members[name]
        try:
            with self._zip.open(member) as stream:
                return npy.read_array(stream, allow_pickle=False)
        except _BROKEN as error:
            raise self._broken(error, name) from error

    def _read_headers(self, max_bytes: int) -> dict[str, zipfile.ZipInfo]:
        members: dict[str, zipfile.ZipInfo] = {}
        total = 0
        for file in self._zip.infolist():
            name = file.filename.removesuffix(".npy")
            if name == file.filename:
                raise DataError(
                    f"'{self._path}' holds '{file.filename}', which is not an array. "
                    "Write the file with numpy.savez or numpy.savez_compressed."
                )
            if name in members:
                raise DataError(f"'{self._path}' holds the array '{name}' twice.")
            total += file.file_size
            if total > max_bytes:
                raise DataError(
                    f"The arrays of '{self._path}' take more than "
                    f"{max_bytes / 2**30:.3g} GiB unpacked, which is the limit. "
                    "Save fewer samples, or as uint8 instead of float."
                )
            self._check_header(name, file)
            members[name] = file
        return members

    def _check_header(self, name: str, file: zipfile.ZipInfo) -> None:
        try:
            with self._zip.open(file) as stream:
                shape, dtype = _header(stream)
                held = file.file_size - stream.tell()
        except _BROKEN as error:
            raise self._broken(error, name) from error
        if dtype.hasobject:
            raise DataError(
                f"Array '{name}' of '{self._path}' holds Python objects; they could run code "
                "when read and are refused. Save it as numbers (or strings for class names)."
            )
        if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != held:
            raise DataError(
                f"Array '{name}' of '{self._path}' declares shape {shape} of {dtype}, but holds "
                f"{held} bytes: the file is damaged. Write it again."
            )

    def _broken(self, error: BaseException, name: str = "") -> DataError:
        if isinstance(error, PermissionError):
            return DataError(f"No permission to read '{self._path}'.")
        what = f"Array '{name}' of '{self._path}'" if name else f"'{self._path}'"
        return DataError(
            f"{what} cannot be read ({error}): the file is damaged or not a NumPy .npz archive. "
            "Write it again with numpy.savez."
        )


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type from the header of a `.npy` stream, which is left after the header."""
    version = npy.read_magic(stream)
    if version == (1, 0):
        shape, _, dtype = npy.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, _, dtype = npy.read_array_header_2_0(stream)
    else:
        raise ValueError(f"version {version} of the .npy format is not read")
    return shape, dtype
