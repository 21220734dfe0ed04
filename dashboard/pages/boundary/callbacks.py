"""What follows what on the Boundary page: plans of maps, jobs, and the browser's functions."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State

from ... import boundaries, clouds
from ...clientside import Linker
from ...ids import frame
from ...jobs import run_on_engine, run_tasks
from ...studies import Studies
from .layout import ids

KNOBS = ("space", "count", "lam", "neighbours", "mindist", "distance", "ground", "veil")
"""Controls that follow the view and that the view follows."""

NEWEST = {"zoom"}
"""Tasks about what is seen just now: their older answers are of no use."""

CLICKS = {
    "propose": "boundaryPropose",
    "reset": "boundaryReset",
    "png": "boundaryPng",
    "csv": "boundaryCsv",
    "markers-png": "boundaryMarkersPng",
    "markers-csv": "boundaryMarkersCsv",
    "placed-csv": "boundaryPlacedCsv",
    "place-group-now": "boundaryPlace",
    "place-step": "boundaryStep",
    "place-way": "boundaryWay",
}


def map_plan(studies: Studies, knobs: Any) -> dict[str, Any]:
    """The parts of a map, or {"error"} in words."""
    return clouds.planned(studies, knobs, boundaries.plan)


def register(app: Dash, studies: Studies) -> None:
    """Add the callbacks of this page."""

    @app.callback(
        Output(ids("plan"), "data"),
        Input(ids("knobs"), "data"),
        Input(ids("again"), "n_clicks"),
    )
    def _(knobs: dict[str, Any] | None, _again: int) -> Any:
        # The browser starts the job of "wish", which outlives the page; this callback does not.
        return map_plan(studies, knobs) | {"wish": knobs} if knobs else None

    stores = (ids("to-compute"), ids("progress"), ids("computed"))
    run_on_engine(app, stores, ("answer", partial(boundaries.map_task, studies)), 150)
    tasks = {name: partial(prepare, studies) for name, prepare in boundaries.TASKS.items()}
    run_tasks(app, ids, tasks, NEWEST)
    _clientside(app)


def _clientside(app: Dash) -> None:
    link = Linker(app)
    link(
        "boundaryKnobs",
        [Output(ids("knobs"), "data"), *(Output(ids(name), "value") for name in KNOBS)],
        Input(frame("view"), "data"),
        Input(frame("study"), "data"),
        Input(frame("study-b"), "data"),
        State(ids("knobs"), "data"),
        initial=True,
    )
    picked = (name for name in KNOBS if name != "veil")  # which is drawn while it is dragged
    link.change_view("pickBoundary", *(Input(ids(name), "value") for name in picked))
    link.tell("boundaryVeil", Input(ids("veil"), "value"))
    link.tell("boundaryTool", Input(ids("tool"), "value"))
    link.tell("boundaryPlan", Input(ids("plan"), "data"))
    link.tell("boundaryProgress", Input(ids("progress"), "data"))
    link.tell("boundaryComputed", Input(ids("computed"), "data"))
    link.tell("boundaryKept", Input(ids("kept"), "data"))
    link.tell("boundaryGroups", Input(frame("groups"), "data"))
    link.tell("boundaryGroup", Input(ids("place-group"), "value"))
    link.tell("boundaryEpsilon", Input(ids("place-epsilon"), "value"))
    for task in boundaries.TASKS:
        name = f"boundary{task.title()}"
        link.tell(f"{name}Progress", Input(ids(f"progress-{task}"), "data"))
        link.tell(f"{name}Answer", Input(ids(f"answer-{task}"), "data"))
    for name, function in CLICKS.items():
        link.tell(function, Input(ids(name), "n_clicks"))
