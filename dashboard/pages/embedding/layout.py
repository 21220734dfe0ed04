"""What the Embedding page consists of.

"a" is the open layer, "x" the layer across it, "b" the layer of the network beside.
"""

from __future__ import annotations

from collections.abc import Iterable

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ... import clouds
from ...components.controls import (
    bare_select,
    choice,
    explained,
    icon_button,
    number,
    segmented,
    segments,
    slider,
    status_line,
    tools,
)
from ...components.page_parts import Tab, left, page, side, tool_row, toolbar
from ...ids import Ids
from ...state import COLOURS
from .reading import TEXTS

ids = Ids("embedding")

CLOUDS = ("a", "x", "b")
"""What is drawn of: the open layer, the layer across it, the layer of the network beside."""

POINTS = {
    "positions": "All positions",
    "strongest": "Strongest position",
    "position": "One position",
    "samples": "Unwrapped",
}
ORDERS = {
    "": "Automatic",
    "stored": "As stored",
    "separation": "Class separation",
    "variance": "Variance",
    "clusters": "Correlation",
}
FORMS = {"matrix": "Matrix", "across": "Across layers", "cloud": "3-D"}
SHADES = {name: COLOURS[name] for name in ("class", "predicted", "correct", "beside")}
AXES = "xyz"
TOOLS = {"rectangle": "Rectangle", "lasso": "Lasso", "pan": "Move"}
MAPS_OF = {"hover": "Cursor", "selection": "Selection's mean"}
SCALINGS = {"layer": "Scale by layer", "global": "One scale"}
DOWNLOADS = {
    "png": "Plots (PNG)",
    "csv": "Points of these plots (CSV)",
    "features-csv": "All features (CSV)",
    "overview-png": "Whole matrix (PNG)",
    "maps-png": "Feature maps (PNG)",
    "maps-csv": "Feature maps (CSV)",
}

_RESET = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"


def layout() -> Component:
    """The page before any study is open."""
    own = _named(("knobs", "plan"), CLOUDS)
    return page("embedding", own, _toolbar(), (_left(), _panes(), _side()))


def stores() -> list[Component]:
    """What jobs are started by and what they write to."""
    return [
        *_named(("to-compute", "progress", "computed"), CLOUDS),
        *_named(("wish", "progress", "answer"), clouds.TASKS),
    ]


def _named(names: Iterable[str], whose: Iterable[str]) -> list[Component]:
    return [dcc.Store(id=ids(f"{name}-{one}")) for one in whose for name in names]


def _toolbar() -> Component:
    return toolbar(
        "What is shown of a layer",
        choice(ids("layer"), "Layer", {}, "", width=128),
        html.Div(
            choice(ids("points"), "Points", POINTS, "positions", width=142),
            id=ids("points-box"),
        ),
        html.Div(
            [
                number(ids("place-row"), "Row", 0, (0, None, 1), 58, debounce=300),
                number(ids("place-column"), "Column", 0, (0, None, 1), 58, debounce=300),
            ],
            id=ids("place"),
            className="choice hidden",
        ),
        choice(ids("order"), "Features by", ORDERS, "", width=132),
        segments(ids("form"), "Show", FORMS, "matrix"),
        html.Div(
            choice(ids("across"), "against", {}, "", width=120),
            id=ids("across-box"),
            className="hidden",
        ),
        html.Div([_axis(letter) for letter in AXES], id=ids("axes"), className="choice hidden"),
        html.Div(
            choice(
                ids("size"),
                "Window",
                {str(k): f"{k} x {k}" for k in range(1, 9)},
                "4",
                width=76,
            ),
            id=ids("size-box"),
        ),
        tools(
            explained(ids("help"), TEXTS, width=460),
            [icon_button(ids("reset"), _RESET, "Show all points again (key 0)")],
            {ids(name): text for name, text in DOWNLOADS.items()},
        ),
    )


def _axis(letter: str) -> Component:
    """Which feature lies along an axis of a cloud; of thousands a few are listed at a time."""
    return bare_select(
        ids(f"axis-{letter}"), f"Feature along {letter}", 92, searchable=True, limit=60
    )


def _left() -> Component:
    return left(
        html.Div(
            [
                html.H2("Whole matrix", id=ids("overview-title")),
                html.Div(id=ids("overview-a"), className="overview-box"),
                html.P(id=ids("overview-text"), className="quiet"),
            ],
            id=ids("overview-panel"),
        ),
        html.Div(
            [
                html.H2("Whole matrix of B"),
                html.Div(id=ids("overview-b"), className="overview-box"),
                html.P(id=ids("overview-text-b"), className="quiet"),
            ],
            id=ids("overview-panel-b"),
            className="hidden",
        ),
        html.Div(id="legend", className="legend"),
    )


def _panes() -> Component:
    return html.Div(
        [
            tool_row(
                segments(ids("tool"), "Drag", TOOLS, "rectangle"),
                choice(ids("colour"), "Colour", SHADES, "class", width=116),
                _slider("radius", "Size", (0.5, 6, 0.25), 1.5),
                _slider("opacity", "Opacity", (0.1, 1, 0.05), 0.7),
            ),
            html.Div([_pane("a"), _pane("b")], className="panes"),
        ],
        className="page-centre",
    )


def _slider(name: str, label: str, span: tuple[float, float, float], value: float) -> Component:
    return html.Div(
        [
            html.Span(label, className="label"),
            slider(ids(name), f"{label} of the points", span, value, 84, updatemode="drag"),
        ],
        className="choice",
    )


def _pane(which: str) -> Component:
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H1(id=ids(f"title-{which}"), className="title"),
                            *(_beside() if which == "b" else ()),
                        ],
                        className="pane-head",
                    ),
                    html.P(id=ids(f"subtitle-{which}"), className="quiet"),
                ],
                className="heading",
            ),
            html.Div(id=ids(f"plot-{which}"), className="plot-box"),
            status_line(ids(f"status-{which}"), ids(f"again-{which}")),
        ],
        id=ids(f"pane-{which}"),
        className="pane hidden" if which == "b" else "pane",
        **{"aria-labelledby": ids(f"title-{which}")},
    )


def _beside() -> list[Component]:
    """What can be chosen of the network beside."""
    return [
        bare_select(ids("layer-b"), "Layer of B", 116),
        html.Div(
            bare_select(ids("epoch-b"), "Epoch of B", 92),
            id=ids("epoch-b-box"),
            className="hidden",
        ),
        dmc.Tooltip(
            dmc.Switch(id=ids("align"), label="Turn to A", size="xs", checked=False),
            label="B's features turned and scaled as one, as near to A's as that brings them "
            "(orthogonal Procrustes), so that a mere rotation is no difference",
            multiline=True,
            w=280,
        ),
    ]


def _side() -> Component:
    def features(name: str) -> Component:
        return html.Div(id=ids(name), className="features")

    return side(
        ids("tab"),
        [
            Tab("maps", "Maps", _maps()),
            Tab("features", "Features", features("features")),
            Tab("earlier", "Earlier", features("earlier")),
            Tab("pair", "A and B", features("pair"), id=ids("pair-tab")),
        ],
    )


def _maps() -> Component:
    return html.Div(
        [
            html.Div(
                [
                    segmented(ids("maps-of"), MAPS_OF, "hover"),
                    bare_select(
                        ids("maps-class"),
                        "Mean of a class",
                        118,
                        placeholder="Class mean",
                        clearable=True,
                        allowDeselect=True,
                    ),
                ],
                className="maps-controls",
            ),
            html.Div(
                [
                    segmented(ids("maps-scaling"), SCALINGS, "layer"),
                    html.Span("Size", className="label"),
                    slider(ids("maps-zoom"), "Size of the maps", (1, 4, 0.5), 1, 70),
                ],
                className="maps-controls",
            ),
            html.Div(id=ids("maps"), className="maps-box"),
        ],
        className="maps-panel",
    )
