"""What the Network page consists of."""

from __future__ import annotations

import dash_cytoscape as cyto
import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from analysis.types import FILLS, METRICS, PREPROCESSINGS

from ...components.controls import (
    choice,
    explained,
    icon_button,
    segmented,
    segments,
    status_line,
    tools,
)
from ...components.page_parts import Tab, heading, page, side, toolbar
from ...figures.network_graph import stylesheet
from ...ids import Ids
from ...state import COLOURS
from ...theme import GRAPH_CONFIG
from .reading import TEXTS, marks

ids = Ids("network")

BRUSHES = {"rectangle": "Rectangle", "lasso": "Lasso"}
DOWNLOADS = {
    "svg": "Picture (SVG)",
    "png": "Glyph of the open layer (PNG, true pixels)",
    "orders": "Orders of all layers (CSV)",
    "scores": "Scores of all layers (CSV)",
    "confusion": "Confusion matrix (CSV)",
}

_FIT = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"
_PAUSE = "M9 5v14M15 5v14"
_ENLARGE = "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7"


def layout() -> Component:
    """The page before any study is open."""
    own = [dcc.Store(id=ids(name)) for name in ("plan", "knobs")]
    return page("network", own, _toolbar(), (_picture(), _side()))


def stores() -> list[Component]:
    """What the job that makes the glyphs is started by and writes to."""
    return [dcc.Store(id=ids(name)) for name in ("to-compute", "progress", "computed")]


def _toolbar() -> Component:
    return toolbar(
        "How the pictures are made",
        segments(ids("colour"), "Colour", COLOURS, "class"),
        choice(ids("metric"), "Distance", METRICS, "euclidean", width=112),
        choice(ids("preprocessing"), "Activations", PREPROCESSINGS, "none", width=112),
        choice(ids("fill"), "Fill", FILLS, "exact", width=96),
        dmc.Switch(id=ids("simplified"), label="Simplified", size="xs", checked=False),
        tools(
            explained(ids("help"), TEXTS, 430, marks()),
            [
                icon_button(ids("pause"), _PAUSE, "Pause or play the flow of data"),
                icon_button(ids("fit"), _FIT, "Fit the network to the screen"),
            ],
            {ids(name): text for name, text in DOWNLOADS.items()},
        ),
    )


def _picture() -> Component:
    return html.Section(
        [
            heading(ids("title"), ids("subtitle")),
            html.Div(
                [
                    cyto.Cytoscape(
                        id=ids("graph"),
                        elements=[],
                        stylesheet=stylesheet(),
                        layout={"name": "preset"},
                        style={"width": "100%", "height": "100%"},
                        wheelSensitivity=0.25,
                        minZoom=0.05,
                        maxZoom=8,
                        boxSelectionEnabled=False,
                        autounselectify=True,
                        autoungrabify=True,
                    ),
                    html.Div(id="graph-layer", className="graph-layer"),
                    html.Canvas(id="graph-dots", className="graph-dots", **{"aria-hidden": "true"}),
                ],
                id="graph-box",
                className="graph-box",
            ),
            status_line(ids("status"), ids("resume")),
        ],
        className="page-centre",
        **{"aria-labelledby": ids("title")},
    )


def _side() -> Component:
    return side(
        ids("tab"),
        [
            Tab("layer", "Layer", _detail()),
            # Plotly is large: it is loaded when somebody opens this tab.
            Tab("confusion", "Confusion", _confusion(), kept=False),
        ],
        html.Div(id="legend", className="legend"),
    )


def _detail() -> Component:
    return html.Div(
        [
            html.Div(
                [
                    html.Div(id="detail-name", className="detail-name"),
                    segmented(ids("brush"), BRUSHES, "rectangle"),
                    icon_button(ids("enlarge"), _ENLARGE, "Enlarge or shrink this panel"),
                ],
                className="detail-head",
            ),
            html.Div(id="detail", className="detail"),
            html.Div(id="detail-facts", className="facts"),
        ]
    )


def _confusion() -> Component:
    return html.Div(
        [
            dcc.Store(id=ids("mistakes")),
            html.P(id=ids("accuracy"), className="quiet"),
            dcc.Graph(
                id=ids("matrix"),
                figure={"data": [], "layout": {}},
                config=GRAPH_CONFIG,
                className="matrix",
            ),
            html.H3("Most frequent mistakes"),
            html.Div(id="mistakes", className="mistakes"),
        ]
    )
