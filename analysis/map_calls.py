"""Calls of the Boundary page that answer at once: what lies at places, and where new inputs go.

Like all of `work`, it runs in a worker process, with TensorFlow.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import attacks, images, lead_calls
from .errors import DataError, ParameterError
from .home import Home
from .map_answers import AtHand, at_hand
from .shelf import load
from .store import DiskStore
from .types import Array, Report, Source, silent
from .workbench import Workbench

MOST = 2000
"""Inputs that are placed at once."""

MOST_BYTES = 2**27
"""Of the inputs of one answer, which a browser has to hold."""

PATIENCE = 10.0
"""Seconds after which nobody waits for an answer any more: `Engine.call`."""


def inverse_images(home: Home, task: Mapping[str, Any]) -> dict[str, Any]:
    """What a map puts at places.

    Args:
        task: {"source", "map", "points": [[x, y]], "budget"}.
    Returns: {"rows": bytes of (m, d + c) float32, the inputs and their class probabilities;
        "shape": [m, d + c]; "image": [height, width, channels], [] for what is no picture;
        "classes": c}.
    Raises: StudyError if the study or its map is not there any more.
    """
    bench, kept = _opened(home, task)
    made = kept.map.inverse(np.asarray(task["points"], np.float64))
    return _told(
        bench, task["map"]["space"], made, [made.reshape(len(made), -1), kept.map.predict(made)]
    )


def place_inputs(home: Home, task: Mapping[str, Any]) -> dict[str, Any]:
    """Where inputs lie on a map that is finished, and stays as it is.

    Args:
        task: {"source", "map", "what", "budget"} with one of {"kind": "samples", "samples":
            [index]}, {"kind": "attack", "sample": index, "epsilon": number}, {"kind": "way",
            "key", "row", "steps"} of an attack that is kept, {"kind": "lead", "sample": index,
            "point": [x, y], "epsilon": number}, the way to what the network says at a point, and
            {"kind": "images", "files": [(name, bytes)]} in "what".
    Returns: as `inverse_images`, with x and y before each row. Of a way to a point also "lead":
        how far it came, as of `lead_calls.told`.
    Raises: StudyError: what is wrong with the inputs.
    """
    begun = time.monotonic()
    bench, kept = _opened(home, task)
    what = task["what"]
    led = lead_calls.on_map(bench, kept.map, what) if what["kind"] == "lead" else None
    x = led.some(lead_calls.SHOWN) if led else _inputs(bench, what)
    points = kept.map.points(x)
    _check_size(points)
    places = kept.map.transform_points(points, _in_time(len(points), begun))
    rows = [places, points.reshape(len(points), -1), kept.map.predict(points)]
    found = _told(bench, task["map"]["space"], points, rows)
    return found | {"lead": lead_calls.told(led)} if led else found


def _opened(home: Home, task: Mapping[str, Any]) -> tuple[Workbench, AtHand]:
    store = DiskStore(home)
    network, data = load(home, Source(**task["source"]), silent)
    bench = Workbench(network, data, store, budget=task["budget"])
    if bench.address("boundary map", **task["map"]) not in store:
        raise ParameterError("This map is not there any more. Reload the page.")
    return bench, at_hand(bench, task["map"])


def _check_size(points: Array) -> None:
    if points.nbytes > MOST_BYTES:
        raise ParameterError(
            f"{len(points):,} inputs of {points[0].size:,} values each are more than one answer "
            f"can hold; place {max(1, MOST_BYTES // points[0].nbytes):,} at once or less."
        )


def _in_time(count: int, begun: float) -> Report:
    """Ends what nobody waits for any more, so that the worker is free for what is."""
    end = begun + PATIENCE

    def report(fraction: float, text: str = "") -> None:
        if time.monotonic() > end:
            raise ParameterError(
                f"Placing {count:,} inputs on this map takes more than {PATIENCE:g} s. Place fewer "
                "at once."
            )

    return report


def _told(bench: Workbench, space: str, points: Array, rows: Sequence[Array]) -> dict[str, Any]:
    """Rows for a browser, and whether they are pictures: only in the space of the input."""
    shape = bench.dataset.x.shape[1:]
    one = len(bench.dataset.inputs) == 1
    picture = one and not space and len(shape) == 3 and points[0].size == int(np.prod(shape))
    whole = np.concatenate(rows, axis=1).astype(np.float32)
    return {
        "rows": whole.tobytes(),
        "shape": list(whole.shape),
        "image": list(shape) if picture else [],
        "classes": bench.network.class_count,
    }


def _inputs(bench: Workbench, what: Mapping[str, Any]) -> Any:
    """Samples as the data has them."""
    if what["kind"] == "samples":
        chosen = _chosen(what["samples"], len(bench.dataset))
        return {name: array[chosen] for name, array in bench.dataset.inputs.items()}
    if what["kind"] == "attack":
        return _attacked(bench, what["sample"], what["epsilon"])
    if what["kind"] == "way":
        return _way(bench, what)
    return _sent(bench, what["files"])


def _way(bench: Workbench, what: Mapping[str, Any]) -> Array:
    """An attacked sample at some steps of its way."""
    way = bench.store.row(what["key"], "x", what["row"])
    if way is None:
        raise ParameterError("This attack is not kept any more. Make it again on the Attack page.")
    return way[list(what["steps"])]


def _attacked(bench: Workbench, sample: int, epsilon: float) -> Array:
    """A sample, and what one fast-gradient step makes of it. It leaves its true class, or that
    which the network takes it for if nobody knows it."""
    (place,) = _chosen([sample], len(bench.dataset))
    x = bench.dataset.x[place : place + 1]
    label = int(bench.dataset.labels[place])
    if label < 0:
        label = int(bench.network.predict({"x": x}).argmax())
    method = attacks.REGISTRY["fast gradient"]
    found = method.trajectory(bench.network, x, np.array([label]), float(epsilon))
    return found[:, 0]


def _sent(bench: Workbench, files: Sequence[tuple[str, bytes]]) -> Array:
    """Image files, brought to the size of the data's pictures."""
    shape = bench.dataset.x.shape[1:]
    if len(bench.dataset.inputs) > 1 or len(shape) != 3 or shape[2] not in (1, 3):
        raise DataError(
            f"The network of this study takes no pictures but samples of shape {shape}, so that "
            "an image file has no place on its map."
        )
    size = (int(shape[0]), int(shape[1]), int(shape[2]))
    images.check_many([content for _, content in files], size)
    return np.stack([images.unpack(content, name, size) for name, content in files])


def _chosen(samples: Sequence[int], count: int) -> Array:
    wanted = np.asarray(samples, np.int64)
    if not 0 < len(wanted) <= MOST or wanted.min() < 0 or wanted.max() >= count:
        raise ParameterError(
            f"1 to {MOST:,} samples of this study, 0 to {count - 1}, can be placed at once; got "
            f"{len(wanted):,}."
        )
    return wanted
