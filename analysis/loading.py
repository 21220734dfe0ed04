"""Reads Keras models and their weights from files, which are looked into before anything is built.

It runs in the worker process alone: Keras and TensorFlow come with it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import keras

from . import archive, weights
from .epochs import WEIGHTS, finished, has_weights_alone
from .errors import ModelError, UnsafeModelError
from .fitting import Shape
from .operations import reason


class Loaded(NamedTuple):
    """A model, the SHA-256 of its content, and a name for people."""

    model: keras.Model
    fingerprint: str
    name: str


def model(path: str | Path, *, trusted: bool = False) -> Loaded:
    """Load a model from a file.

    A `.keras` file is looked into first, whoever gave it; what is then loaded is a private copy
    of the very bytes that were checked.

    Args:
        path: a `.keras` file, or a folder with one per epoch, the last of which is loaded; with
            `trusted`, also a legacy `.h5` file.
        trusted: True only for files that the person who runs the server named.
    Raises:
        ModelError: no such file, damaged, or no network that can be opened up.
        UnsafeModelError: it may run code, or would need to be trusted.
    """
    path = Path(path)
    if not archive.is_there(path):
        raise archive.missing(path)
    path = finished(path)
    if _is_legacy(path):
        return Loaded(*_legacy(path, trusted), path.stem)
    with tempfile.TemporaryDirectory(prefix="stratoscope-") as place:
        folder = Path(place)
        info = archive.unpack(path, folder)
        weights.check(folder / archive.WEIGHTS, path.name)
        return Loaded(_keras_load(folder, path.name), info.fingerprint, path.stem)


def with_weights(architecture: str | Path, path: str | Path, *, trusted: bool = False) -> Loaded:
    """Load a model with other weights than those in its file.

    Like all that is loaded, the weights are a private copy of the very bytes that were checked.

    Args:
        architecture: file of the network, as of `model`.
        path: a `.weights.h5` file of Keras 3.
        trusted: as of `model`.
    Raises:
        ModelError: no such file, damaged, or the weights of another network.
        UnsafeModelError: as `model`, or the weights reach out of their file.
    """
    architecture, path = Path(architecture), Path(path)
    for file in (architecture, path):
        if not archive.is_there(file):
            raise archive.missing(file)
    with tempfile.TemporaryDirectory(prefix="stratoscope-") as place:
        folder, kept = Path(place), Path(place) / f"checkpoint{WEIGHTS}"
        own = folder / archive.WEIGHTS
        if _is_legacy(architecture):
            found, content = _legacy(architecture, trusted)
            found.save_weights(own)
        else:
            info = archive.unpack(architecture, folder)
            weights.check(own, architecture.name)
            found, content = _keras_load(folder, architecture.name), info.layers
        digest = archive.copy_weights(path, kept)
        weights.check(kept, path.name)
        _check_fit(weights.shapes(own), weights.shapes(kept), path.name, architecture.name)
        try:
            found.load_weights(kept)
        except Exception as error:  # Keras lets through whatever its layers raise
            raise ModelError(
                f"Keras {keras.__version__} cannot take the weights in '{path.name}' for the "
                f"network in '{architecture.name}': {reason(error)} Save both again with the same "
                "Keras 3."
            ) from error
    fingerprint = hashlib.sha256(f"{content} with weights {digest}".encode()).hexdigest()
    name = path.name[: -len(WEIGHTS)] if has_weights_alone(path) else path.stem
    return Loaded(found, fingerprint, name)


def _check_fit(
    wanted: Mapping[str, Shape], found: Mapping[str, Shape], name: str, architecture: str
) -> None:
    """Raises: ModelError unless a file holds the weights of a network, all of them and no others.

    Keras itself overlooks layers that the network lacks.
    """
    wrong = sorted(place for place in {*wanted, *found} if wanted.get(place) != found.get(place))
    if wrong:
        place = wrong[0]
        has, needs = (
            f"of shape {shapes[place]}" if place in shapes else "not there"
            for shapes in (found, wanted)
        )
        raise ModelError(
            f"'{name}' holds the weights of another network than '{architecture}': '{place}' is "
            f"{has} in it and {needs} in the network, and so on for {len(wrong)} of "
            f"{len({*wanted, *found})} weights. Give the network that was trained with --model, "
            "and its own checkpoints with --checkpoints."
        )


def _keras_load(path: Path, name: str) -> keras.Model:
    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras lets through whatever its layers raise
        raise ModelError(
            f"Keras {keras.__version__} cannot build the network in '{name}': {reason(error)} "
            "Save it again with a recent Keras 3."
        ) from error


def _is_legacy(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() in (".h5", ".hdf5")


def _legacy(path: Path, trusted: bool) -> tuple[keras.Model, str]:
    """A model in a format that may hold code, and the SHA-256 of its file; only for files of the
    person who runs the server."""
    if has_weights_alone(path):
        raise ModelError(
            f"'{path.name}' holds weights without a network. Name the network that they belong to, "
            "and the folder of its weights: --model my.keras --checkpoints FOLDER."
        )
    what = "a folder (SavedModel)" if path.is_dir() else f"a {path.suffix} file"
    if not trusted:
        raise UnsafeModelError(
            f"'{path.name}' is {what}, which may run code when it is loaded. Save it as a .keras "
            "file, or name it with --model on the command line of the server."
        )
    if path.is_dir():
        raise ModelError(
            f"'{path.name}' is {what}; Keras 3 cannot see the layers in it. Load it where it was "
            "made and save it with model.save('my.keras')."
        )
    weights.check(path, path.name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return _keras_load(path, path.name), digest
