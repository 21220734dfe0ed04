"""What follows what on the Compare page: jobs, and the browser's functions."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, no_update

from analysis.errors import StudyError

from ... import filters
from ...clientside import Linker
from ...ids import frame
from ...jobs import run_tasks
from ...studies import Studies
from .layout import TASKS, ids

CLICKS = {
    "swap": "compareSwap",
    "whole": "compareWhole",
    "again": "compareAgain",
    "png": "comparePng",
    "csv": "compareCsv",
}


def register(app: Dash, studies: Studies) -> None:
    """Add the callbacks of this page."""
    tasks = {name: partial(prepare, studies) for name, prepare in TASKS.items()}
    run_tasks(app, ids, tasks)

    @app.callback(
        Output(ids("sets"), "data"),
        Output(frame("offers"), "data", allow_duplicate=True),
        Input(ids("sets-wish"), "data"),
        prevent_initial_call=True,
    )
    def _(wish: Any) -> tuple[Any, Any]:
        try:
            found = filters.kept_sets(studies, wish)
        except StudyError as error:
            return {"error": str(error)}, no_update
        return found, no_update if wish["do"] == "list" else studies.titles

    link = Linker(app)
    link.tell(
        "compareSides",
        Input(ids("left"), "value"),
        Input(ids("right"), "value"),
        State(ids("scores"), "data"),
    )
    link.tell("compareZoom", Input(ids("zoom"), "value"))
    link.tell("compareTab", Input(ids("tab"), "value"))
    link.tell("compareForm", Input(ids("form"), "value"))
    link.tell("compareSpaceHover", Input(ids("space"), "hoverData"))
    link.tell("compareSets", Input(ids("sets"), "data"))
    link.tell("compareView", Input(frame("view"), "data"))
    for task in TASKS:
        name = f"compare{task.title()}"
        link.tell(f"{name}Progress", Input(ids(f"progress-{task}"), "data"))
        link.tell(f"{name}Answer", Input(ids(f"answer-{task}"), "data"))
    for name, function in CLICKS.items():
        link.tell(function, Input(ids(name), "n_clicks"))
