"""What the Boundary page consists of."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from analysis.workbench import MAP

from ... import boundaries
from ...components.controls import (
    bare_select,
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
from .reading import MARKS, TEXTS

ids = Ids("boundary")

DISTANCES = {"fisher": "Fisher", "euclid": "Euclidean"}
GROUNDS = {"a": "A", "b": "B", "both": "Both"}
TOOLS = {"rectangle": "Rectangle", "lasso": "Lasso", "look": "Look", "lead": "Lead", "pan": "Move"}
DOWNLOADS = {
    "png": "Map (PNG)",
    "csv": "Samples of the map (CSV)",
    "markers-png": "Markers (PNG)",
    "markers-csv": "Markers (CSV)",
    "placed-csv": "Placed inputs (CSV)",
}

_RESET = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"


def layout() -> Component:
    """The page before any study is open."""
    own = [dcc.Store(id=ids(name)) for name in ("knobs", "plan")]
    return page("boundary", own, _toolbar(), (_left(), _centre(), _side()))


def stores() -> list[Component]:
    """What jobs are started by and what they write to, and the markers that somebody set."""
    tasks = [
        f"{name}-{task}" for task in boundaries.TASKS for name in ("wish", "progress", "answer")
    ]
    return [
        *(dcc.Store(id=ids(name)) for name in ("to-compute", "progress", "computed", *tasks)),
        dcc.Store(id=ids("kept"), storage_type="session"),
    ]


def _toolbar() -> Component:
    return toolbar(
        "How the map is made",
        choice(ids("space"), "Space", {}, "", width=132),
        choice(ids("count"), "Samples", {}, str(MAP["count"]), width=106),
        segments(ids("distance"), "Distance", DISTANCES, "fisher"),
        _share(),
        number(ids("neighbours"), "Neighbours", MAP["neighbours"], (5, 100, 5), 58),
        number(ids("mindist"), "Min. distance", MAP["min_dist"], (0, 1, 0.05), 62),
        tools(
            explained(ids("help"), TEXTS, width=470),
            [icon_button(ids("reset"), _RESET, "Show the whole map again (key 0)")],
            {ids(name): text for name, text in DOWNLOADS.items()},
        ),
    )


def _share() -> Component:
    """How much of the distance is Euclidean, and who finds that out."""
    text = (
        "Share of the Euclidean distance, 0 to 1. None: only what the network tells apart counts, "
        "and samples of a class fall onto each other. All: a plain map, which knows no network."
    )
    return html.Div(
        [
            dmc.Tooltip(
                html.Span(
                    [html.Span("Euclidean share ", className="wide-only"), "λ"], className="label"
                ),
                label=text,
                multiline=True,
                w=300,
            ),
            slider(ids("lam"), "Euclidean share λ", (0, 1, 0.05), MAP["lam"], 96, precision=2),
            dmc.Tooltip(
                dmc.Button(
                    "Propose", id=ids("propose"), size="compact-xs", variant="default", n_clicks=0
                ),
                label="Make maps with several shares and take the largest one that costs no "
                "agreement between neighbours",
                multiline=True,
                w=280,
                openDelay=400,
            ),
        ],
        id=ids("lam-box"),
        className="choice",
    )


def _left() -> Component:
    marks = (
        html.Div(
            [html.I(className=f"map-mark {name}", **{"aria-hidden": "true"}), text],
            className="key",
        )
        for name, text in MARKS.items()
    )
    return left(
        html.Div(id="legend", className="legend"),
        html.Div([html.H2("Marks"), *marks], className="map-marks"),
    )


def _centre() -> Component:
    veil = html.Div(
        [
            html.Span("Veil", className="label"),
            slider(
                ids("veil"),
                "Veil over what cannot be trusted",
                (0, 100, 5),
                0,
                110,
                updatemode="drag",
            ),
        ],
        className="choice",
    )
    return html.Section(
        [
            tool_row(
                segments(ids("tool"), "Drag", TOOLS, "rectangle"),
                html.Div(
                    segments(ids("ground"), "Ground", GROUNDS, "a"),
                    id=ids("ground-box"),
                    className="hidden",
                ),
                veil,
            ),
            heading(ids("title"), ids("subtitle")),
            html.Div(id=ids("map"), className="map-box"),
            html.Div(id=ids("place"), className="map-place"),
            status_line(ids("status"), ids("again")),
        ],
        className="page-centre",
        **{"aria-labelledby": ids("title")},
    )


def _place() -> Component:
    """What can be put on the map, how that went, and what was put there."""
    files = (
        "PNG, JPEG, BMP or WebP, up to 64 at once, also dropped onto the map. They are read as "
        "grey or colour, as the network takes them, and brought to the size of its input."
    )
    step = "One fast-gradient step: every value moves by ε to where the network errs more."
    group = bare_select(
        ids("place-group"),
        "Group of samples",
        190,
        data=[{"value": "/", "label": "The selection (0)"}],
        value="/",
        comboboxProps={"withinPortal": True},
    )
    strength = html.Div(
        [
            html.Span(id=ids("place-epsilon-now"), className="label"),
            slider(
                ids("place-epsilon"),
                "Size of the step, ε",
                (0, 0.5, 0.01),
                0.1,
                96,
                precision=2,
                updatemode="drag",
            ),
            _action("place-step", "Take the step"),
        ],
        className="place-row",
    )
    return html.Div(
        [
            html.H3("A group"),
            html.Div([group, _action("place-group-now", "Place")], className="place-row"),
            html.H3("Image files"),
            html.Div(id=ids("place-files"), className="place-row"),
            html.P(files, className="quiet"),
            html.H3("Adversarial sample"),
            html.P(step, className="quiet"),
            html.Div(id=ids("place-sample")),
            strength,
            html.Div(
                [html.Span(id=ids("place-way-from")), _action("place-way", "Place its way")],
                className="place-row",
            ),
            html.P(id=ids("place-status"), className="place-status", role="status"),
            html.Div(id=ids("placed")),
        ],
        className="boundary-placed",
    )


def _action(name: str, text: str) -> Component:
    return dmc.Button(
        text, id=ids(name), size="compact-xs", variant="default", n_clicks=0, disabled=True
    )


def _side() -> Component:
    lists = {"markers": "Markers", "pockets": "Pockets", "trust": "Trust"}
    tabs = [
        Tab(name, text, html.Div(id=ids(name), className=f"boundary-{name}"))
        for name, text in lists.items()
    ]
    return side(ids("tab"), [*tabs, Tab("placed", "Place", _place())])
