"""What follows what on the Compare page: jobs, and the browser's functions."""

from __future__ import annotations

from functools import partial

from dash import Dash, Input, State

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
    link = Linker(app)
    link.tell(
        "compareSides",
        Input(ids("left"), "value"),
        Input(ids("right"), "value"),
        State(ids("scores"), "data"),
    )
    link.tell("compareZoom", Input(ids("zoom"), "value"))
    link.tell("compareView", Input(frame("view"), "data"))
    for task in TASKS:
        name = f"compare{task.title()}"
        link.tell(f"{name}Progress", Input(ids(f"progress-{task}"), "data"))
        link.tell(f"{name}Answer", Input(ids(f"answer-{task}"), "data"))
    for name, function in CLICKS.items():
        link.tell(function, Input(ids(name), "n_clicks"))
