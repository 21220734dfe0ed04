"""What the Tour page consists of."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ... import tour_beside, tour_training, tour_views, tours
from ...components.controls import (
    choice,
    explained,
    icon_button,
    number,
    segments,
    slider,
    status_line,
    tools,
)
from ...components.page_parts import Tab, heading, left, page, side, tool_row, toolbar
from ...ids import Ids
from .reading import TEXTS

ids = Ids("tour")

TASKS = tours.TASKS | {
    "losses": tour_training.losses_task,
    "views": tour_views.views_task,
    "beside": tour_beside.beside_task,
}
"""What is computed on demand beside the cloud itself."""

TOOLS = {"rectangle": "Rectangle", "lasso": "Lasso", "lead": "Lead"}
LOOKS = {"points": "Points", "images": "Images"}
DOWNLOADS = {"png": "Picture (PNG)", "csv": "Projection matrix (CSV)"}

_UNDO = "M9 14L4 9l5-5M4 9h10a6 6 0 010 12h-3"
_RESET = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"


def layout() -> Component:
    """The page before any study is open."""
    names = ("knobs", "plan", "trained", "losses", "compared", "views", "other", "beside")
    own = [dcc.Store(id=ids(name)) for name in names]
    return page("tour", own, _toolbar(), (_left(), _centre(), _side()))


def stores() -> list[Component]:
    """What jobs are started by and what they write to."""
    tasks = [f"{name}-{task}" for task in TASKS for name in ("wish", "progress", "answer")]
    return [dcc.Store(id=ids(name)) for name in ("to-compute", "progress", "computed", *tasks)]


def _toolbar() -> Component:
    return toolbar(
        "What is toured, and how",
        choice(ids("layer"), "Layer", {}, "", width=140),
        _button("play", "Play", "Let the plane turn, or halt it (Space)"),
        html.Div(
            [
                html.Span("Speed", className="label"),
                slider(ids("speed"), "Speed of the tour", (0.1, 3, 0.1), 1, 90, precision=1),
            ],
            className="choice",
        ),
        _button("direction", "New direction", "Turn another way, chosen by chance (N)"),
        _button(
            "separate",
            "Separate classes",
            "Turn to the plane in which the classes of the selection, or all of them, lie apart "
            "best (S)",
        ),
        html.Div(
            number(ids("reach"), "ε", 0.3, (0.01, 1000, 0.05), 74, debounce=False),
            id=ids("reach-box"),
            className="hidden",
            title="How far any value of a sample may be changed, so that it comes where its point "
            "is dragged",
        ),
        tools(
            explained(ids("help"), TEXTS, width=470),
            [
                icon_button(ids("undo"), _UNDO, "Back to the projection before (key U)"),
                icon_button(ids("reset"), _RESET, "Show all samples again (key 0)"),
            ],
            {ids(name): text for name, text in DOWNLOADS.items()},
        ),
    )


def _button(name: str, text: str, tip: str) -> Component:
    return dmc.Tooltip(
        dmc.Button(text, id=ids(name), size="compact-xs", variant="default", n_clicks=0),
        label=tip,
        multiline=True,
        w=260,
        openDelay=400,
    )


def _left() -> Component:
    return left(
        html.Div(id="legend", className="legend"), html.Div(id=ids("graph"), className="tour-graph")
    )


def _centre() -> Component:
    return html.Section(
        [
            tool_row(
                segments(ids("tool"), "Drag", TOOLS, "rectangle"),
                segments(ids("look"), "Show", LOOKS, "points"),
                html.Div(
                    [
                        html.Span("Size", className="label"),
                        slider(ids("radius"), "Size of the points", (1, 8, 0.5), 3, 90),
                    ],
                    className="choice",
                ),
                dmc.Switch(id=ids("handles"), label="Handles", size="xs", checked=True),
                dmc.Switch(id=ids("both"), label="Other split", size="xs", checked=False),
            ),
            heading(ids("title"), ids("subtitle")),
            html.Div(
                [
                    html.Div(id=ids("view"), className="tour-box"),
                    html.Div(id=ids("led"), className="tour-led hidden"),
                ],
                className="tour-place",
            ),
            html.Div(
                id=ids("rails"), className="tour-rails", role="group", **{"aria-label": "Playhead"}
            ),
            status_line(ids("status"), ids("again")),
        ],
        className="page-centre",
        **{"aria-labelledby": ids("title")},
    )


def _side() -> Component:
    panel = html.Div(id=ids("training"), className="tour-training")
    compare = html.Div(id=ids("compare"), className="tour-compare")
    return side(
        ids("tab"),
        [
            Tab("training", "Training", panel),
            Tab("compare", "Compare", compare),
            Tab("kept", "Kept", html.Div(id=ids("kept"), className="tour-kept")),
        ],
    )
