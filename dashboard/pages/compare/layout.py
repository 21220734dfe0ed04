"""What the Compare page consists of."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ... import clouds, filters, ranking
from ...components.controls import (
    choice,
    explained,
    icon_button,
    segmented,
    slider,
    status_line,
    tools,
)
from ...components.page_parts import Tab, heading, left, page, side, toolbar
from ...ids import Ids
from ...theme import GRAPH_CONFIG
from .reading import TEXTS

ids = Ids("compare")

TASKS = {"means": clouds.maps_task, **filters.TASKS, "ranking": ranking.ranking_task}
"""What is computed on demand; each makes what its job is told."""

DOWNLOADS = {"png": "All three columns (PNG)", "csv": "All values (CSV)"}

_SWAP = "M7 8h13l-4-4M17 16H4l4 4"
_WHOLE = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"


def layout() -> Component:
    """The page before any study is open."""
    own = [dcc.Store(id=ids("scores"), data=ranking.NAMES)]
    return page("compare", own, _toolbar(), (_left(), _centre(), _side()))


def stores() -> list[Component]:
    """What jobs are started by and what they write to."""
    jobs = [f"{name}-{task}" for task in TASKS for name in ("wish", "progress", "answer")]
    return [dcc.Store(id=ids(name)) for name in (*jobs, "sets-wish", "sets")]


def _toolbar() -> Component:
    return toolbar(
        "What is compared",
        choice(ids("left"), "Left", {"first": "First selected"}, "first", width=210),
        icon_button(ids("swap"), _SWAP, "Change sides"),
        choice(ids("right"), "Right", {"own": "Mean of its class"}, "own", width=210),
        html.Div(
            [
                html.Span("Size", className="label"),
                slider(ids("zoom"), "Size of the maps", (1, 4, 0.5), 1, 90),
            ],
            className="choice",
        ),
        segmented(ids("form"), {"flat": "Flat", "space": "In space"}, "flat"),
        tools(
            explained(ids("help"), TEXTS, width=470),
            [icon_button(ids("whole"), _WHOLE, "Full screen, and back")],
            {ids(name): text for name, text in DOWNLOADS.items()},
        ),
    )


def _left() -> Component:
    return left(html.Div(id="legend", className="legend"))


def _centre() -> Component:
    columns = [
        html.Div(id=ids(f"maps-{name}"), className="compare-column")
        for name in ("left", "right", "difference")
    ]
    return html.Section(
        [
            heading(ids("title"), ids("subtitle")),
            html.Div(columns, id=ids("columns"), className="compare-columns"),
            _space(),
            status_line(ids("status"), ids("again")),
        ],
        id=ids("centre"),
        className="page-centre",
        **{"aria-labelledby": ids("title")},
    )


def _space() -> Component:
    """The network in space. Plotly is large: it is loaded when somebody looks."""
    graph = dcc.Graph(
        id=ids("space"),
        figure={"data": [], "layout": {}},
        config=GRAPH_CONFIG | {"modeBarButtons": [["resetCameraDefault3d", "toImage"]]},
        clear_on_unhover=True,
        className="compare-graph",
    )
    return html.Div(
        [
            html.P(id=ids("space-note"), className="quiet"),
            html.Div(
                dmc.Tabs(
                    dmc.TabsPanel(graph, value="space", keepMounted=False),
                    id=ids("space-tabs"),
                    value="none",
                    keepMounted=False,
                ),
                className="compare-scene",
                role="img",
                **{"aria-label": "The layers of the network in space, each a stack of its maps"},
            ),
            html.P(id=ids("space-over"), className="quiet", **{"aria-live": "off"}),
        ],
        id=ids("space-box"),
        className="compare-space hidden",
    )


def _side() -> Component:
    texts = {
        "layers": "Layers",
        "filters": "Filters",
        "freeze": "Freeze",
        "first": "Ranking",
        "own": "Inputs",
    }
    return side(
        ids("tab"),
        [
            Tab(name, text, html.Div(id=ids(name), className=f"compare-{name}"))
            for name, text in texts.items()
        ],
    )
