"""Calls about inputs that people bring: what the network says of them, and adding them to the data.

Like all of `work`, it runs in a worker process, with TensorFlow.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import added, images, softmax_history
from .added import Added
from .errors import DataError, ModelError, ParameterError
from .home import Home
from .network import Network
from .shelf import load
from .store import DiskStore
from .types import Array, Dataset, Source, silent

MOST_FILES = 64
"""Pictures that are converted at once."""

_APART = 0.6
"""Difference of two grounds from which on they are opposites."""

MAX_TEXT = 200
"""Letters of what is told of an added sample."""


def judge(home: Home, task: Mapping[str, Any]) -> dict[str, Any]:
    """What a network says of inputs.

    Args:
        task: {"source", "x": bytes of (m, *shape) float32}.
    Returns: {"probabilities": bytes of (m, classes) float32, "classes": number}.
    Raises: DataError if they are no inputs of the study's kind.
    """
    network, data = _opened(home, task)
    return _judged(network, _inputs(data, task["x"]))


def convert(home: Home, task: Mapping[str, Any]) -> dict[str, Any]:
    """Pictures as the network of a study takes them.

    Args:
        task: {"source", "files": [(name, bytes)], "fit": one of `images.FITS`, "inverted"}.
    Returns: {"x": bytes of (m, *shape) float32, "shape": [m, *shape], "notes": (m,) what was done
        to each, "places": (m,) of each among the files, "failed": why others cannot be read}, and
        what `judge` says.
    Raises: DataError for a study without pictures, or if no file can be read: why the first one.
    """
    network, data = _opened(home, task)
    size = _picture_size(data)
    files: Sequence[tuple[str, bytes]] = task["files"]
    if not 0 < len(files) <= MOST_FILES:
        raise ParameterError(f"1 to {MOST_FILES} pictures are converted at once; got {len(files)}.")
    images.check_many([content for _, content in files], size)
    border = _border(data)
    made, places, failed = [], [], []
    for place, (name, content) in enumerate(files):
        try:
            pixels, note = images.converted(
                content, name, size, fit=task["fit"], inverted=task["inverted"], empty=border
            )
        except DataError as error:
            failed.append(error)
            continue
        made.append((pixels, note + _hint(pixels, border)))
        places.append(place)
    if not made:
        raise failed[0]
    x = np.stack([pixels for pixels, _ in made])
    told = {
        "x": x.tobytes(),
        "shape": list(x.shape),
        "notes": [note for _, note in made],
        "places": places,
        "failed": [str(error) for error in failed],
    }
    return told | _judged(network, x)


def add_inputs(home: Home, task: Mapping[str, Any]) -> dict[str, Any]:
    """Add inputs to the data of a study.

    Args:
        task: {"source", "path" of the file of what was added, "origins", "labels"} and either {"x":
            as of `judge`} or {"key", "row", "step"} of an attack that is kept.
    Returns: {"count": that are added in all}.
    Raises: StudyError if they do not belong there.
    """
    network, data = _opened(home, task)
    x = _attacked(home, data, task) if "key" in task else _inputs(data, task["x"])
    labels = np.asarray(task["labels"], np.int64)
    most = max(network.class_count, len(data.class_names)) - 1
    if len(labels) != len(x) or labels.min() < -1 or labels.max() > most:
        raise ParameterError(f"Each of {len(x)} inputs has a class from 0 to {most}, -1 for none.")
    now = time.time()
    origins = tuple(_origin(origin) | {"created": now} for origin in task["origins"])
    if len(origins) != len(x):
        raise ParameterError(f"{len(x)} inputs were given, and where {len(origins)} came from.")
    path = Path(task["path"])
    with DiskStore(home).lock(f"added-{path.stem}"):
        whole = added.read(path).and_more(Added(x, labels, origins))
        added.write(path, whole)
    return {"count": len(whole)}


def _opened(home: Home, task: Mapping[str, Any]) -> tuple[Network, Dataset]:
    """Network and data of the study of a task. Raises: ModelError if it has no network."""
    source = Source(**task["source"])
    if softmax_history.is_history(source.model):
        raise ModelError(
            "There is no network here, only what one said of its samples: nothing can be shown to "
            "it. Open the network with --model."
        )
    return load(home, source, silent)


def _judged(network: Network, x: Array) -> dict[str, Any]:
    """Nothing of a network that only gives an embedding."""
    if network.output == "embedding":
        return {"probabilities": b"", "classes": 0}
    return {"probabilities": network.predict(x).tobytes(), "classes": network.class_count}


def _inputs(data: Dataset, content: bytes) -> Array:
    """(m, *shape) float32 from bytes, as the samples of the data are."""
    if len(data.inputs) > 1:
        raise DataError(
            f"The network takes {len(data.inputs)} inputs at once; those of one's own can be given "
            "to networks of one."
        )
    shape = data.x.shape[1:]
    each = 4 * int(np.prod(shape))
    if not content or len(content) % each:
        raise DataError(
            f"Inputs of this study have the shape {shape}, {each:,} bytes each as float32; got "
            f"{len(content):,} bytes."
        )
    x = np.frombuffer(content, np.float32).reshape(-1, *shape)
    if not np.isfinite(x).all() or x.min() < 0 or x.max() > 1:
        raise DataError("Inputs of one's own are pixels from 0 to 1; these are not.")
    return x


def _picture_size(data: Dataset) -> images.Size:
    shape = data.x.shape[1:]
    if len(data.inputs) > 1 or len(shape) != 3 or shape[2] not in (1, 3):
        raise DataError(
            f"The network of this study takes no pictures but samples of shape {shape}, so that an "
            "image file cannot be shown to it."
        )
    return int(shape[0]), int(shape[1]), int(shape[2])


def _border(data: Dataset) -> float:
    """How bright the data's pictures are at their edge: what is empty is drawn like that."""
    some = data.x[:200]
    edge = [some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1]]
    return float(np.median(np.concatenate([part.ravel() for part in edge])))


def _hint(pixels: Array, border: float) -> str:
    """What to try for a picture whose ground is the opposite of that of the data's own."""
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    apart = abs(float(np.median(edge)) - border)
    return (
        " Its ground is not that of the data's own: 'inverted' may suit it."
        if apart > _APART
        else ""
    )


def _attacked(home: Home, data: Dataset, task: Mapping[str, Any]) -> Array:
    """(1, *shape) as the samples of the data are; an attack has them as the network takes them."""
    way = DiskStore(home).row(task["key"], "x", task["row"])
    if way is None:
        raise ParameterError("This attack is not kept any more. Make it again on the Attack page.")
    return way[task["step"] : task["step"] + 1].reshape(-1, *data.x.shape[1:])


def _origin(origin: Any) -> dict[str, Any]:
    """Where a sample came from, as it is kept."""
    if not isinstance(origin, dict) or origin.get("kind") not in added.KINDS:
        raise ParameterError(f"An added sample is one of {', '.join(added.KINDS)}.")
    text = str(origin.get("text", ""))
    if len(text) > MAX_TEXT or not text.isprintable():
        raise ParameterError(f"What is told of a sample has at most {MAX_TEXT} visible letters.")
    return {**origin, "text": text}
