"""Looks into a `.keras` file before Keras does, and unpacks what it has looked at.

A `.keras` file is a zip archive of three members: `metadata.json`, `config.json` and
`model.weights.h5`. Nothing here imports Keras, TensorFlow or HDF5, so that any process may look.
"""

from __future__ import annotations

import errno
import hashlib
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any

from . import allowed
from .errors import ModelError, StoreError, UnsafeModelError

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"

LIMITS: Mapping[str, int] = {CONFIG: 8 * 2**20, METADATA: 64 * 2**10, WEIGHTS: 2 * 2**30}
"""Bytes that a member may have when unpacked."""

MAX_FILE = sum(LIMITS.values())
"""Bytes of a whole file."""

MAX_RATIO, RATIO_FLOOR = 100, 2**20
"""How many times larger than its packed bytes a member of more than `RATIO_FLOOR` bytes may be.
Keras packs nothing; text packs about ten times."""

MAX_MEMBERS = 16
"""Entries of which the archive's own directory may speak before it is read at all."""

_CHUNK = 2**20
_END, _END64 = b"PK\x05\x06", b"PK\x06\x07"
_FORMATS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class ArchiveInfo:
    """What a `.keras` file says of itself.

    Attributes:
        name: of the file, for messages.
        fingerprint: SHA-256 of configuration and weights; neither the file's name, nor dates,
            nor what was compiled for training change it.
        layers: SHA-256 of the configuration alone.
        config: the configuration, every object of which is on the list of `allowed`.
        keras_version: that wrote it, "" if it does not say.
        weights: bytes of `model.weights.h5`.
    """

    name: str
    fingerprint: str
    layers: str
    config: Mapping[str, Any]
    keras_version: str
    weights: int


def inspect(path: str | Path) -> ArchiveInfo:
    """Check all of a file but the inside of its weights.

    Raises:
        ModelError: no such file, not a `.keras` file, damaged.
        UnsafeModelError: it asks for more than layers and weights.
    """
    return _read(Path(path), None)


def unpack(path: str | Path, folder: Path) -> ArchiveInfo:
    """Check a file, and write the members that were checked into a folder, which Keras can load.

    The bytes in the folder are the ones that were looked at, whatever happens to `path` meanwhile.

    Raises: as `inspect`.
    """
    return _read(Path(path), folder)


def is_there(path: Path) -> bool:
    """Whether a path leads anywhere; one that no file could have does not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def missing(path: Path) -> ModelError:
    """The error for a path where nothing is, with the nearest names beside it."""
    folder = path.parent
    if not is_there(folder):
        return ModelError(f"There is no file '{path}': the folder '{folder}' does not exist.")
    suffixes = (".keras", ".h5", ".hdf5")
    models: list[str] = []
    with suppress(OSError):  # a folder that may not be read has no names to offer
        models = sorted(item.name for item in folder.iterdir() if item.suffix.lower() in suffixes)
    close = get_close_matches(path.name, models, n=3)
    if close:
        hint = "Did you mean " + " or ".join(f"'{name}'" for name in close) + "?"
    elif models:
        hint = f"Models in that folder: {', '.join(models[:8])}."
    else:
        hint = "There are no models in that folder. Check the path."
    return ModelError(f"There is no file '{path}'. {hint}")


def _read(path: Path, folder: Path | None) -> ArchiveInfo:
    name = path.name
    if not is_there(path):
        raise missing(path)
    if not path.is_file():
        raise ModelError(f"'{path}' is not a file. A model is a .keras file.")
    digest = hashlib.sha256()
    with _damage(name), path.open("rb") as file:
        _check_end(file, name)
        with zipfile.ZipFile(file) as archive:
            members = _members(archive, name)
            version = _keras_version(_small(archive, members[METADATA], name), name)
            config = _config(_small(archive, members[CONFIG], name), name)
            text = json.dumps(config, sort_keys=True, separators=(",", ":")).encode()
            digest.update(len(text).to_bytes(8, "big") + text)
            layers = digest.hexdigest()
            weights = _chunks(archive, members[WEIGHTS], name)
            if folder is None:
                size = sum(_feed(digest, chunk) for chunk in weights)
            else:
                (folder / METADATA).write_text(json.dumps({"keras_version": version}))
                (folder / CONFIG).write_bytes(text)
                with (folder / WEIGHTS).open("xb") as out:
                    size = sum(_feed(digest, chunk, out) for chunk in weights)
    return ArchiveInfo(name, digest.hexdigest(), layers, config, version, size)


def copy_weights(path: Path, to: Path) -> str:
    """Copy a file of weights, of which nothing is checked but the size.

    Returns: SHA-256 of the bytes that were copied.
    Raises: ModelError for no plain file, or one that cannot be read; UnsafeModelError for one that
        is too large.
    """
    if not path.is_file():
        raise ModelError(f"'{path}' is not a file. Weights are a .weights.h5 file.")
    digest, size = hashlib.sha256(), 0
    with _damage(path.name), path.open("rb") as file, to.open("xb") as out:
        while chunk := file.read(_CHUNK):
            size += _feed(digest, chunk, out)
            if size > LIMITS[WEIGHTS]:
                raise UnsafeModelError(
                    f"'{path.name}' has more than {LIMITS[WEIGHTS]:,} bytes, which is more than is "
                    "allowed for weights. Use a smaller network."
                )
    return digest.hexdigest()


def _feed(digest: Any, chunk: bytes, out: IO[bytes] | None = None) -> int:
    digest.update(chunk)
    if out is not None:
        out.write(chunk)
    return len(chunk)


@contextmanager
def _damage(name: str) -> Iterator[None]:
    """What reading a damaged archive raises, in words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(
                f"There is no room for a copy of '{name}': {error.strerror}. Free some space."
            ) from error
        raise ModelError(f"'{name}' cannot be read: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise ModelError(
            f"'{name}' is damaged or incomplete ({error}). Copy or save it again."
        ) from error


def _check_end(file: IO[bytes], name: str) -> None:
    """Look at the archive's last record, before anything of the directory it points at is read.

    A directory may claim millions of entries, which `zipfile` would read into memory at once.
    """
    size = file.seek(0, 2)
    if size > MAX_FILE:
        raise UnsafeModelError(
            f"'{name}' has {size:,} bytes; at most {MAX_FILE:,} are allowed for a model."
        )
    file.seek(0)
    if file.read(2) != b"PK":
        raise ModelError(
            f"'{name}' is not a .keras file: it is no zip archive. Save the model with "
            "model.save('my.keras')."
        )
    file.seek(max(0, size - 42))
    tail = file.read()
    end = tail[-22:]
    # Keras writes no comment after the last record, which is therefore exactly here.
    if len(end) < 22 or not end.startswith(_END) or end[-2:] != b"\0\0":
        raise ModelError(f"'{name}' is damaged or incomplete: it has no end. Copy it again.")
    entries, directory = struct.unpack("<HL", end[10:16])
    if tail[:-22].startswith(_END64) or entries > MAX_MEMBERS or directory > _CHUNK:
        raise UnsafeModelError(
            f"'{name}' claims more than {MAX_MEMBERS} members; a .keras file has three: "
            f"{METADATA}, {CONFIG} and {WEIGHTS}. Check where it comes from."
        )


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """The three members by name, if they are all there, alone and plain files."""
    members: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        raw = member.orig_filename
        if raw.startswith(("/", "\\")) or ".." in raw or ":" in raw or "\0" in raw:
            raise _unsafe(name, f"a member named {raw!r}, which points out of the archive")
        mode = stat.S_IFMT(member.external_attr >> 16)
        if mode == stat.S_IFLNK:
            raise _unsafe(name, f"'{raw}' as a link to another file")
        if raw not in LIMITS:
            raise _unsafe(name, f"an unexpected member '{raw[:80]}'")
        if mode not in (0, stat.S_IFREG):
            raise _unsafe(name, f"'{raw}' as a special file")
        if raw in members:
            raise _unsafe(name, f"two members named '{raw}'")
        if member.flag_bits & 0x2041:
            raise _unsafe(name, f"'{raw}' encrypted")
        if member.compress_type not in _FORMATS:
            raise _unsafe(name, f"'{raw}' packed by an unusual method ({member.compress_type})")
        if member.file_size > LIMITS[raw]:
            raise _unsafe(
                name,
                f"'{raw}' with {member.file_size:,} bytes; at most {LIMITS[raw]:,} are allowed",
            )
        if member.file_size > max(RATIO_FLOOR, MAX_RATIO * member.compress_size):
            raise _unsafe(
                name,
                f"'{raw}' packed from {member.file_size:,} into {member.compress_size:,} bytes, "
                "as zip bombs are",
            )
        members[raw] = member
    for wanted in LIMITS:
        if wanted not in members:
            raise ModelError(
                f"'{name}' is a zip archive without '{wanted}', so it is no .keras file. "
                "Save the model with model.save('my.keras')."
            )
    return members


def _unsafe(name: str, what: str) -> UnsafeModelError:
    return UnsafeModelError(
        f"'{name}' holds {what}. A .keras file has three plain members, {METADATA}, {CONFIG} and "
        f"{WEIGHTS}; save the model again with model.save('my.keras')."
    )


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The unpacked bytes, counted as they come: what a header claims is not relied on."""
    size = 0
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > LIMITS[member.filename]:
                raise _unsafe(name, f"'{member.filename}' with more bytes than it claims")
            yield chunk
    if size != member.file_size:
        raise ModelError(
            f"'{name}' is damaged: '{member.filename}' ends after {size:,} of "
            f"{member.file_size:,} bytes. Copy it again."
        )


def _small(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> str:
    content = b"".join(_chunks(archive, member, name))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(f"'{name}' is damaged: '{member.filename}' is no text.") from error


def _json(text: str, name: str, member: str) -> Any:
    allowed.check_text(text, name)
    try:
        return json.loads(text)
    except ValueError as error:
        raise ModelError(
            f"'{name}' is damaged: '{member}' is no JSON ({error}). Save the model again."
        ) from error


def _config(text: str, name: str) -> dict[str, Any]:
    config = allowed.without_training(_json(text, name, CONFIG))
    allowed.check(config, name)
    checked: dict[str, Any] = config
    return checked


def _keras_version(text: str, name: str) -> str:
    metadata = _json(text, name, METADATA)
    version = metadata.get("keras_version", "") if isinstance(metadata, dict) else ""
    return version[:40] if isinstance(version, str) else ""
