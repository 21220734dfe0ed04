"""What follows what on the Tour page: plans of clouds, jobs, and the browser's functions."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State

from analysis.errors import StudyError

from ... import clouds, tour_beside, tour_training, tour_views, tours
from ...clientside import Linker
from ...ids import frame
from ...jobs import run_on_engine, run_tasks
from ...studies import Studies
from .layout import TASKS, ids

NEWEST = {"plane"}
"""Tasks about what is selected just now: their older answers are of no use."""

CLICKS = {
    "play": "tourPlay",
    "direction": "tourDirection",
    "separate": "tourSeparate",
    "undo": "tourUndo",
    "reset": "tourReset",
    "png": "tourPng",
    "csv": "tourCsv",
}


def tour_plan(studies: Studies, knobs: Any) -> dict[str, Any]:
    """Where a layer's cloud lies, or {"error"} in words."""
    return clouds.planned(studies, knobs, tours.plan)


def training_plan(studies: Studies, wish: Any) -> dict[str, Any]:
    """What is known of how a network learnt, or {"error"} in words."""
    try:
        return tour_training.training(studies, wish)
    except StudyError as error:
        return {"error": str(error)}


def views_plan(studies: Studies, wish: Any) -> dict[str, Any]:
    """What is known of a layer drawn by other methods, or {"error"} in words."""
    try:
        return tour_views.views_plan(studies, wish)
    except StudyError as error:
        return {"error": str(error)}


def beside(studies: Studies, wish: Any) -> dict[str, Any]:
    """Where the other split's clouds lie, or {"error"} in words."""
    try:
        return tour_beside.beside_plan(studies, wish)
    except StudyError as error:
        return {"error": str(error)}


def register(app: Dash, studies: Studies) -> None:
    """Add the callbacks of this page."""

    @app.callback(
        Output(ids("plan"), "data"),
        Input(ids("knobs"), "data"),
        Input(ids("again"), "n_clicks"),
    )
    def _(knobs: dict[str, Any] | None, _again: int) -> Any:
        # The browser starts the job of "wish", which outlives the page; this callback does not.
        return tour_plan(studies, knobs) | {"wish": knobs} if knobs else None

    @app.callback(Output(ids("losses"), "data"), Input(ids("trained"), "data"))
    def _(wish: dict[str, Any] | None) -> Any:
        return training_plan(studies, wish) if wish else None

    @app.callback(Output(ids("views"), "data"), Input(ids("compared"), "data"))
    def _(wish: dict[str, Any] | None) -> Any:
        return views_plan(studies, wish) | {"wish": wish} if wish else None

    @app.callback(Output(ids("beside"), "data"), Input(ids("other"), "data"))
    def _(wish: dict[str, Any] | None) -> Any:
        return beside(studies, wish) | {"wish": wish} if wish else None

    stores = (ids("to-compute"), ids("progress"), ids("computed"))
    run_on_engine(app, stores, ("answer", partial(tours.cloud_task, studies)), 150)
    tasks = {name: partial(prepare, studies) for name, prepare in TASKS.items()}
    run_tasks(app, ids, tasks, NEWEST)
    _clientside(app)


def _clientside(app: Dash) -> None:
    link = Linker(app)
    link(
        "tourKnobs",
        [Output(ids("knobs"), "data"), Output(ids("trained"), "data")],
        Input(frame("view"), "data"),
        Input(frame("study"), "data"),
        State(ids("knobs"), "data"),
        State(ids("trained"), "data"),
        initial=True,
    )
    link.change_view("pickTourLayer", Input(ids("layer"), "value"))
    link.tell("tourPlan", Input(ids("plan"), "data"))
    link.tell("tourProgress", Input(ids("progress"), "data"))
    link.tell("tourComputed", Input(ids("computed"), "data"))
    link.tell("tourPlaneAnswer", Input(ids("answer-plane"), "data"))
    link.tell("tourLayersProgress", Input(ids("progress-layers"), "data"))
    link.tell("tourLayersAnswer", Input(ids("answer-layers"), "data"))
    link.tell("tourEpochsProgress", Input(ids("progress-epochs"), "data"))
    link.tell("tourEpochsAnswer", Input(ids("answer-epochs"), "data"))
    link.tell("tourStepsProgress", Input(ids("progress-steps"), "data"))
    link.tell("tourStepsAnswer", Input(ids("answer-steps"), "data"))
    link.tell("tourLosses", Input(ids("losses"), "data"))
    link.tell("tourLossesProgress", Input(ids("progress-losses"), "data"))
    link.tell("tourLossesAnswer", Input(ids("answer-losses"), "data"))
    link.tell("tourViews", Input(ids("views"), "data"))
    link.tell("tourViewsProgress", Input(ids("progress-views"), "data"))
    link.tell("tourViewsAnswer", Input(ids("answer-views"), "data"))
    link.tell("tourBeside", Input(ids("beside"), "data"))
    link.tell("tourBesideProgress", Input(ids("progress-beside"), "data"))
    link.tell("tourBesideAnswer", Input(ids("answer-beside"), "data"))
    link.tell("tourSplits", Input(ids("both"), "checked"))
    link.tell(
        "tourStyle",
        Input(ids("tool"), "value"),
        Input(ids("look"), "value"),
        Input(ids("radius"), "value"),
        Input(ids("handles"), "checked"),
        Input(ids("speed"), "value"),
    )
    link.tell("tourReach", Input(ids("reach"), "value"))
    for name, function in CLICKS.items():
        link.tell(function, Input(ids(name), "n_clicks"))
