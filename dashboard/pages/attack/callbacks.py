"""What follows what on the Attack page: looking attacks up, jobs, and the browser's functions."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State

from ... import attacks, clouds
from ...clientside import Linker
from ...ids import frame
from ...jobs import run_tasks
from ...studies import Studies
from .layout import ids

CLICKS = {
    "go": "attackGo",
    "again": "attackGo",
    "png": "attackPng",
    "csv": "attackCsv",
    "curves-csv": "attackCurvesCsv",
}

FORM = ("of", "method", "target", "epsilon", "norm", "steps", "step", "seed")
"""Controls that say what is attacked and how."""


def found(studies: Studies, wish: Any) -> dict[str, Any]:
    """An attack that a link names, or {"error"} in words."""
    return clouds.planned(studies, wish, attacks.kept)


def curves_plan(studies: Studies, wish: Any) -> dict[str, Any]:
    """What is known of how much a network withstands, or {"error"} in words."""
    return clouds.planned(studies, wish, attacks.curves_plan)


def register(app: Dash, studies: Studies) -> None:
    """Add the callbacks of this page."""

    @app.callback(Output(ids("found"), "data"), Input(ids("link"), "data"))
    def _(wish: dict[str, Any] | None) -> Any:
        return found(studies, wish) | {"wish": wish} if wish else None

    @app.callback(Output(ids("curves"), "data"), Input(ids("curve"), "data"))
    def _(wish: dict[str, Any] | None) -> Any:
        return curves_plan(studies, wish) | {"wish": wish} if wish else None

    tasks = {name: partial(prepare, studies) for name, prepare in attacks.TASKS.items()}
    run_tasks(app, ids, tasks)
    _clientside(app)


def _clientside(app: Dash) -> None:
    link = Linker(app)
    link.tell(
        "attackForm",
        *(Input(ids(name), "value") for name in FORM),
        State(ids("methods"), "data"),
    )
    link.tell("attackView", Input(frame("view"), "data"))
    link.tell("attackFound", Input(ids("found"), "data"))
    link.tell("attackCurves", Input(ids("curves"), "data"))
    for task in attacks.TASKS:
        name = f"attack{task.title()}"
        link.tell(f"{name}Progress", Input(ids(f"progress-{task}"), "data"))
        link.tell(f"{name}Answer", Input(ids(f"answer-{task}"), "data"))
    for name, function in CLICKS.items():
        link.tell(function, Input(ids(name), "n_clicks"))
