"""The Network page: the network as a graph whose every node is a picture of all samples.

The browser draws (assets/clientside.mjs, assets/dom/); this file says which pictures there are,
starts what is missing, and makes the confusion matrix.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import dash_cytoscape as cyto
import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from analysis.errors import StudyError
from analysis.opening import Card
from analysis.types import FILLS, METRICS, PREPROCESSINGS

from ..clientside import linker
from ..components import reading
from ..components.controls import choice, icon_button, segments
from ..figures import confusion as figures
from ..figures.network_graph import elements, stylesheet
from ..ids import Ids, frame
from ..jobs import run_on_engine
from ..page import Page
from ..state import COLOURS
from ..studies import Studies
from ..theme import GRAPH_CONFIG, Scheme

ids = Ids("network")

_FIT = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"
_PAUSE = "M9 5v14M15 5v14"
_ENLARGE = "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7"
_HELP = "M12 3a9 9 0 100 18 9 9 0 000-18M9.5 9.5a2.5 2.5 0 114 2c-1 .8-1.5 1.2-1.5 2.3M12 17v.01"
_PAGE = "M5 5h4v4H5zM15 5h4v4h-4zM15 15h4v4h-4zM9 7h6M17 9v6"


def layout() -> Component:
    """The page before any study is open."""
    return html.Div(
        [
            dcc.Store(id=ids("plan")),
            dcc.Store(id=ids("knobs")),
            _toolbar(),
            html.Div([_picture(), _side()], className="split"),
        ],
        className="network",
    )


def stores() -> list[Component]:
    """What the job that makes the glyphs is started by and writes to."""
    return [dcc.Store(id=ids(name)) for name in ("to-compute", "progress", "computed")]


def _toolbar() -> Component:
    return html.Div(
        [
            segments(ids("colour"), "Colour", COLOURS, "class"),
            choice(ids("metric"), "Distance", METRICS, "euclidean", width=112),
            choice(ids("preprocessing"), "Activations", PREPROCESSINGS, "none", width=112),
            choice(ids("fill"), "Fill", FILLS, "exact", width=96),
            dmc.Switch(id=ids("simplified"), label="Simplified", size="xs", checked=False),
            html.Div(
                [
                    dmc.Popover(
                        [
                            dmc.PopoverTarget(icon_button(ids("help"), _HELP, "How to read this")),
                            dmc.PopoverDropdown(reading.layout()),
                        ],
                        width=430,
                        position="bottom-end",
                        shadow="md",
                        withArrow=True,
                        trapFocus=True,
                    ),
                    icon_button(ids("pause"), _PAUSE, "Pause or play the flow of data"),
                    icon_button(ids("fit"), _FIT, "Fit the network to the screen"),
                    dmc.Menu(
                        [
                            dmc.MenuTarget(
                                dmc.Button("Download", size="compact-xs", variant="default")
                            ),
                            dmc.MenuDropdown(
                                [
                                    dmc.MenuItem("Picture (SVG)", id=ids("svg"), n_clicks=0),
                                    dmc.MenuItem(
                                        "Glyph of the open layer (PNG, true pixels)",
                                        id=ids("png"),
                                        n_clicks=0,
                                    ),
                                    dmc.MenuItem(
                                        "Orders of all layers (CSV)", id=ids("orders"), n_clicks=0
                                    ),
                                    dmc.MenuItem(
                                        "Scores of all layers (CSV)", id=ids("scores"), n_clicks=0
                                    ),
                                    dmc.MenuItem(
                                        "Confusion matrix (CSV)", id=ids("confusion"), n_clicks=0
                                    ),
                                ]
                            ),
                        ]
                    ),
                ],
                className="tools",
            ),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "How the pictures are made"},
    )


def _picture() -> Component:
    return html.Section(
        [
            html.Div(
                [
                    html.H1(id=ids("title"), className="title"),
                    html.P(id=ids("subtitle"), className="quiet"),
                ],
                className="heading",
            ),
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
            html.Div(
                [
                    html.Div(id=ids("status"), className="status", role="status"),
                    dmc.Button(
                        "Go on",
                        id=ids("resume"),
                        size="compact-xs",
                        variant="default",
                        n_clicks=0,
                        className="hidden",
                    ),
                ],
                className="statusline",
            ),
        ],
        className="picture",
        **{"aria-labelledby": ids("title")},
    )


def _side() -> Component:
    return html.Aside(
        [
            html.Div(id="legend", className="legend"),
            dmc.Tabs(
                [
                    dmc.TabsList(
                        [
                            dmc.TabsTab("Layer", value="layer"),
                            dmc.TabsTab("Confusion", value="confusion"),
                        ]
                    ),
                    dmc.TabsPanel(_detail(), value="layer", className="tab-body"),
                    # Plotly is large: it is loaded when somebody opens this tab.
                    dmc.TabsPanel(
                        _confusion(), value="confusion", className="tab-body", keepMounted=False
                    ),
                ],
                id=ids("tab"),
                value="layer",
                keepMounted=True,
            ),
        ],
        className="side",
        id="side",
    )


def _detail() -> Component:
    return html.Div(
        [
            html.Div(
                [
                    html.Div(id="detail-name", className="detail-name"),
                    dmc.SegmentedControl(
                        id=ids("brush"),
                        data=[
                            {"value": "rectangle", "label": "Rectangle"},
                            {"value": "lasso", "label": "Lasso"},
                        ],
                        value="rectangle",
                        size="xs",
                    ),
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


NO_CLASSES = (
    "This network gives an embedding, not class probabilities: it says no class that could be "
    "right or wrong. See what it does to the classes on the Embedding page."
)


def plan(studies: Studies, card: Card, knobs: dict[str, Any]) -> dict[str, Any]:
    """The address of every glyph, and the facts of those that are there.

    Returns: {"layers": {layer: {"key", "facts" or None}}, "missing": number, "question"}.
    A knob whose value does not exist, as in a link that somebody wrote by hand, stands at its
    default.
    """
    question = _question(knobs)
    bench = studies.bench(card)
    layers = {}
    for node in card.graph.nodes:
        key = bench.address("glyph", layer=node.name, **question)
        layers[node.name] = {"key": key, "facts": studies.store.facts(key)}
    missing = sum(layer["facts"] is None for layer in layers.values())
    about = {"network": card.study.network, "data": card.study.data}
    return {"layers": layers, "missing": missing, "question": question | about}


def glyph_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """What `compute_glyphs` is told, from a browser's {"study", "split"} and knobs."""
    return studies.task(wish) | _question(wish) | {"budget": studies.settings.budget}


def _question(knobs: Mapping[str, Any]) -> dict[str, str]:
    return {
        "metric": _one_of(knobs.get("metric"), METRICS),
        "preprocessing": _one_of(knobs.get("preprocessing"), PREPROCESSINGS),
        "fill": _one_of(knobs.get("fill"), FILLS),
    }


def _one_of(value: Any, allowed: tuple[Any, ...]) -> str:
    return str(value if value in allowed else allowed[0])


def matrix(
    studies: Studies, card: Card, scheme: Scheme
) -> tuple[go.Figure, str, list[dict[str, Any]]]:
    """The confusion matrix, what it says in a sentence, and the commonest mistakes."""
    if card.network["output"] == "embedding":
        return figures.nothing(scheme), NO_CLASSES, []
    predictions = studies.bench(card).predictions()
    counts = predictions.arrays["confusion"]
    mistakes = [
        {"true": true, "predicted": predicted, "count": count}
        for true, predicted, count in figures.frequent(counts)
    ]
    right = predictions.facts["accuracy"]
    text = (
        "Without labels there is nothing to compare predictions with."
        if right is None
        else f"{100 * right:.1f} % of {predictions.facts['labelled']:,} labelled samples are "
        "predicted right. Click a cell to select its samples."
    )
    return figures.confusion(counts, card.class_names, scheme), text, mistakes


def register(app: Dash, studies: Studies) -> None:
    """Add the callbacks of this page."""

    def card_of(study: dict[str, Any] | None) -> Card | None:
        if not study or study["state"] != "ready":
            return None
        return studies.card(studies.wished(study["wish"]))

    @app.callback(
        Output(ids("graph"), "elements"),
        Input(frame("study"), "data"),
        Input(ids("knobs"), "data"),
    )
    def _(study: dict[str, Any] | None, knobs: dict[str, Any] | None) -> Any:
        card = card_of(study)
        if card is None or knobs is None:
            return no_update
        return elements(card.simplified if knobs["simplified"] else card.graph)

    @app.callback(
        Output(ids("plan"), "data"),
        Input(frame("study"), "data"),
        Input(ids("knobs"), "data"),
        Input(ids("resume"), "n_clicks"),
    )
    def _(study: dict[str, Any] | None, knobs: dict[str, Any] | None, _resume: int) -> Any:
        card = card_of(study)
        if card is None or knobs is None or study is None:
            return no_update
        # The browser starts the job of "wish", which outlives the page; this callback does not.
        return plan(studies, card, knobs) | {"wish": _question(knobs) | study["wish"]}

    stores = (ids("to-compute"), ids("progress"), ids("computed"))
    run_on_engine(app, stores, ("compute_glyphs", partial(glyph_task, studies)), 250)

    @app.callback(
        Output(ids("matrix"), "figure"),
        Output(ids("accuracy"), "children"),
        Output(ids("mistakes"), "data"),
        Input(frame("study"), "data"),
        Input(frame("scheme"), "data"),
    )
    def _(study: dict[str, Any] | None, scheme: str) -> Any:
        try:
            card = card_of(study)
            if card is None:
                return no_update, no_update, no_update
            return matrix(studies, card, "dark" if scheme == "dark" else "light")
        except StudyError as error:
            return no_update, str(error), []

    _clientside(app)


def _clientside(app: Dash) -> None:
    link = linker(app)
    sink = Output(frame("sink"), "data", allow_duplicate=True)
    link(
        "networkKnobs",
        [
            Output(ids("knobs"), "data"),
            Output(ids("colour"), "value"),
            Output(ids("metric"), "value"),
            Output(ids("preprocessing"), "value"),
            Output(ids("fill"), "value"),
            Output(ids("simplified"), "checked"),
        ],
        Input(frame("view"), "data"),
        Input(frame("study"), "data"),
        State(ids("knobs"), "data"),
        initial=True,
    )
    link(
        "pickKnobs",
        Output(frame("view"), "data", allow_duplicate=True),
        Input(ids("colour"), "value"),
        Input(ids("metric"), "value"),
        Input(ids("preprocessing"), "value"),
        Input(ids("fill"), "value"),
        Input(ids("simplified"), "checked"),
        State(frame("view"), "data"),
    )
    link("graphElements", sink, Input(ids("graph"), "elements"))
    link("glyphPlan", sink, Input(ids("plan"), "data"))
    link("glyphProgress", sink, Input(ids("progress"), "data"))
    link("glyphsComputed", sink, Input(ids("computed"), "data"))
    link("mistakes", sink, Input(ids("mistakes"), "data"))
    link("pickCell", Output(ids("matrix"), "clickData"), Input(ids("matrix"), "clickData"))
    link("pauseFlow", sink, Input(ids("pause"), "n_clicks"))
    link("fitGraph", sink, Input(ids("fit"), "n_clicks"))
    link("enlarge", sink, Input(ids("enlarge"), "n_clicks"))
    link("setBrush", sink, Input(ids("brush"), "value"))
    link("downloadSvg", sink, Input(ids("svg"), "n_clicks"))
    link("downloadPng", sink, Input(ids("png"), "n_clicks"))
    link("downloadOrders", sink, Input(ids("orders"), "n_clicks"))
    link("downloadScores", sink, Input(ids("scores"), "n_clicks"))
    link("downloadConfusion", sink, Input(ids("confusion"), "n_clicks"))


PAGE = Page(path="/", title="Network", icon=_PAGE, layout=layout, register=register, stores=stores)
