"""Calls that lead a sample to where somebody has dragged it, and answer at once.

Like all of `work`, it runs in a worker process, with TensorFlow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import tour_answers
from .attacks import towards
from .attacks.goals import Answer, Place
from .boundary import BoundaryMap
from .calls import PREDICTION
from .errors import NotFiniteError, ParameterError, ShapeError
from .home import Home
from .shelf import load
from .store import DiskStore
from .types import Array, Inputs, Source, silent
from .workbench import TOUR_AXES, Workbench

STEPS = 40
"""Of a run, where nobody says how many."""

MOST_STEPS = 200

MOST_BYTES = 2**27
"""Of the inputs of one way."""

SECONDS = 4.0
"""After which no better way is looked for, so that the best so far comes while somebody waits."""

SHOWN = 12
"""Places of a way that are put on a map, at most: each takes its time."""


def lead_in_plane(home: Home, task: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest change that was found which takes a sample to a place of the Tour.

    Args:
        task: {"source", "sample", "layer", "most", "axes", "pose": (w, 2) the columns by which
            the layer's cloud is drawn, "goal": [x, y] in the same coordinates, "epsilon"};
            "other": source of the study whose axes they are, if "axes" names one; "norm",
            "steps" and "budget" may be left out for "linf", STEPS and the bench's own, "most" and
            "axes" for those of the study's own cloud.
    Returns: {"path": bytes of (steps + 1, w) float32, places of the sample on its way in the
        cloud, relative to the cloud's centre: times the pose, where the tour draws it; "clean":
        bytes of the sample as it was;
        "probabilities": bytes of (steps + 1, classes) float32, empty for an embedding; "x": bytes
        of the last input, float32; "shape": of that; "steps", "classes"; "arrived"; "distance":
        [first, last] to the goal; "radius", "linf", "l2"; "whole"}, as of `towards.Led`.
    Raises: StudyError: what is wrong with the task, or that the cloud is not kept any more.
    """
    enough = _patience()
    bench = _bench(home, task)
    layer, most = task["layer"], int(task.get("most", TOUR_AXES))
    about = {"layer": layer, "most": most, "axes": task.get("axes", "")}
    pose, goal = _pose(task["pose"]), np.asarray(task["goal"], np.float64)
    kept = bench.store.arrays(bench.address("tour cloud", **about), ["centre"])
    if kept is None:
        raise ParameterError("This layer is not drawn any more. Reload the page.")
    centre = kept[0].astype(np.float64)
    if len(pose) != len(centre):
        raise ShapeError(
            f"Layer '{layer}' is drawn along {len(centre)} axes; got a pose of {len(pose)}."
        )
    along = _space(bench, centre, about)
    led = towards.lead(
        bench.network,
        _sample(bench, task["sample"]),
        Place(layer, along.middle, along.directions @ pose, goal),
        float(task["epsilon"]),
        **_knobs(bench, task),
        enough=enough,
    )
    classes = bench.network.class_count
    # Both at once: a network that is large runs once.
    wanted = dict.fromkeys([layer, PREDICTION] if classes else [layer])
    (name,) = bench.network.input_shapes
    made = bench.network.run({name: led.x}, list(wanted))
    path = along.axes(made[layer].reshape(len(led.x), -1))
    return {
        "path": _bytes(path),
        "probabilities": _bytes(made[PREDICTION]) if classes else b"",
        "clean": _bytes(led.x[0]),
        "x": _bytes(led.x[-1]),
        "shape": list(led.x.shape[1:]),
        "steps": len(led.x) - 1,
        "classes": classes,
        **told(led),
    }


def on_map(bench: Workbench, made: BoundaryMap, what: Mapping[str, Any]) -> towards.Led:
    """The way of a sample to the answer that a map has at a point.

    Args:
        what: {"sample", "point": [x, y], "epsilon"}; "norm" and "steps" as of `lead_in_plane`.
    Raises: StudyError: what is wrong with that.
    """
    enough = _patience()
    point = np.asarray(what["point"], np.float64)
    if point.shape != (2,) or not np.isfinite(point).all():
        raise ParameterError(f"A point of a map is [x, y], both finite; got {what['point']}.")
    (wanted,) = made.predict(made.inverse(point[None]))
    return towards.lead(
        bench.network,
        _sample(bench, what["sample"]),
        Answer(wanted),
        float(what["epsilon"]),
        **_knobs(bench, what),
        enough=enough,
    )


def told(led: towards.Led) -> dict[str, Any]:
    """How far a sample came: {"arrived", "distance", "radius", "linf", "l2", "whole"}."""
    return {
        "arrived": led.arrived,
        "distance": [float(led.distances[0]), float(led.distances[-1])],
        "radius": led.radius,
        "linf": led.linf,
        "l2": led.l2,
        "whole": led.whole,
    }


@dataclass(frozen=True)
class _Space:
    """The space in which the tour draws a layer.

    Attributes:
        middle: (d,) of the layer, from which it is drawn.
        directions: (d, w)
        axes: from values (m, d) of the layer to (m, w), as its cloud has them, from the middle.
    """

    middle: Array
    directions: Array
    axes: Callable[[Array], Array]


def _space(bench: Workbench, centre: Array, about: Mapping[str, Any]) -> _Space:
    """As the cloud's own arithmetic has it."""
    layer, most = about["layer"], about["most"]
    if bench.network.operation(layer).size <= most:
        return _Space(centre, np.eye(len(centre)), lambda x: x.astype(np.float64) - centre)
    axes, _ = tour_answers.space_of(bench, layer, most, about["axes"])
    # A cloud holds float32.
    return _Space(
        axes.mean + axes.directions @ centre,
        axes.directions,
        lambda x: axes.along(x).astype(np.float32).astype(np.float64) - centre,
    )


def _bench(home: Home, task: Mapping[str, Any]) -> Workbench:
    """A workbench on the study, and on the second one if the task names one."""
    store = DiskStore(home)
    more = {"budget": task["budget"]} if "budget" in task else {}
    benches = [
        Workbench(*load(home, Source(**fields), silent), store, **more)
        for fields in (task["source"], task.get("other"))
        if fields is not None
    ]
    benches[0].other = benches[1] if len(benches) > 1 else None
    return benches[0]


def _pose(given: Any) -> Array:
    pose = np.asarray(given, np.float64)
    if pose.ndim != 2 or pose.shape[1] != 2:
        raise ShapeError(f"A pose has two columns, a row for each axis; got {pose.shape}.")
    if not np.isfinite(pose).all():
        raise NotFiniteError("The pose that a layer is drawn by holds NaN or infinity.")
    return pose


def _sample(bench: Workbench, sample: Any) -> Inputs:
    count = len(bench.dataset)
    if not 0 <= int(sample) < count:
        raise ParameterError(f"This study has samples 0 to {count - 1}; got {sample}.")
    some = slice(int(sample), int(sample) + 1)
    return {name: array[some] for name, array in bench.dataset.inputs.items()}


def _knobs(bench: Workbench, task: Mapping[str, Any]) -> dict[str, Any]:
    """Norm and steps that fit a call."""
    steps = int(task.get("steps", STEPS))
    each = 4 * bench.dataset.x[0].size
    most = min(MOST_STEPS, MOST_BYTES // each - 1)
    if not 1 <= steps <= most:
        raise ParameterError(f"A way of this sample takes 1 to {most} steps; got {steps}.")
    return {"norm": task.get("norm", "linf"), "steps": steps}


def _bytes(values: Array) -> bytes:
    return np.ascontiguousarray(values, np.float32).tobytes()


def _patience() -> Callable[[], bool]:
    """Whether SECONDS have gone since now."""
    end = time.monotonic() + SECONDS
    return lambda: time.monotonic() > end
