"""What follows what on the Embedding page: plans of clouds, jobs, and the browser's functions."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State

from ... import clouds
from ...clientside import Linker
from ...ids import frame
from ...jobs import run_on_engine, run_tasks
from ...studies import Studies
from .layout import AXES, CLOUDS, ids

KNOBS = (
    ("layer", "value"),
    ("points", "value"),
    ("order", "value"),
    ("form", "value"),
    ("across", "value"),
    ("size", "value"),
    ("layer-b", "value"),
    ("epoch-b", "value"),
    ("align", "checked"),
)
"""Controls that follow the view and that the view follows, with what of them counts."""

NEWEST = {"focus", "correlates", "maps"}
"""Tasks about what is selected or pointed at just now: their older answers are of no use."""


def cloud_plan(studies: Studies, knobs: Any) -> dict[str, Any]:
    """The parts of a cloud, or {"error"} in words."""
    return clouds.planned(studies, knobs, clouds.plan)


def register(app: Dash, studies: Studies) -> None:
    """Add the callbacks of this page."""
    for cloud in CLOUDS:
        _cloud(app, studies, cloud)
    tasks = {name: partial(prepare, studies) for name, prepare in clouds.TASKS.items()}
    run_tasks(app, ids, tasks, NEWEST)
    _clientside(app)


def _cloud(app: Dash, studies: Studies, cloud: str) -> None:
    """Callbacks of one cloud."""
    again = () if cloud == "x" else (Input(ids(f"again-{cloud}"), "n_clicks"),)

    @app.callback(
        Output(ids(f"plan-{cloud}"), "data"),
        Input(ids(f"knobs-{cloud}"), "data"),
        *again,
    )
    def _(knobs: dict[str, Any] | None, *_again: int) -> Any:
        # The browser starts the job of "wish", which outlives the page; this callback does not.
        return cloud_plan(studies, knobs) | {"wish": knobs} if knobs else None

    stores = (ids(f"to-compute-{cloud}"), ids(f"progress-{cloud}"), ids(f"computed-{cloud}"))
    run_on_engine(app, stores, ("answer", partial(clouds.cloud_task, studies)), 150)


def _clientside(app: Dash) -> None:
    link = Linker(app)
    link(
        "embeddingKnobs",
        [
            *(Output(ids(f"knobs-{cloud}"), "data") for cloud in CLOUDS),
            *(Output(ids(name), value) for name, value in KNOBS),
        ],
        Input(frame("view"), "data"),
        Input(frame("study"), "data"),
        Input(frame("study-b"), "data"),
        *(State(ids(f"knobs-{cloud}"), "data") for cloud in CLOUDS),
        initial=True,
    )
    link.change_view("pickEmbedding", *(Input(ids(name), value) for name, value in KNOBS))
    link.change_view("pickAxes", *(Input(ids(f"axis-{letter}"), "value") for letter in AXES))
    link.change_view("pickShade", Input(ids("colour"), "value"))
    link.change_view(
        "pickPlace",
        Input(ids("place-row"), "value"),
        Input(ids("place-column"), "value"),
    )
    for cloud in CLOUDS:
        name = cloud.upper()
        link.tell(f"cloudPlan{name}", Input(ids(f"plan-{cloud}"), "data"))
        link.tell(f"cloudProgress{name}", Input(ids(f"progress-{cloud}"), "data"))
        link.tell(f"cloudComputed{name}", Input(ids(f"computed-{cloud}"), "data"))
    for task in clouds.TASKS:
        link.tell(f"{task}Progress", Input(ids(f"progress-{task}"), "data"))
        link.tell(f"{task}Answer", Input(ids(f"answer-{task}"), "data"))
    link.tell(
        "pointStyle",
        Input(ids("tool"), "value"),
        Input(ids("radius"), "value"),
        Input(ids("opacity"), "value"),
    )
    link.tell(
        "mapsStyle",
        Input(ids("maps-of"), "value"),
        Input(ids("maps-class"), "value"),
        Input(ids("maps-scaling"), "value"),
        Input(ids("maps-zoom"), "value"),
    )
    clicks = {
        "reset": "resetPlots",
        "png": "plotsPng",
        "csv": "plotsCsv",
        "features-csv": "featuresCsv",
        "overview-png": "overviewPng",
        "maps-png": "mapsPng",
        "maps-csv": "mapsCsv",
    }
    for name, function in clicks.items():
        link.tell(function, Input(ids(name), "n_clicks"))
