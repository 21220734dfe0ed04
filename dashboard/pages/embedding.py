"""The Embedding page: a layer's representation of all samples, feature against feature.

The browser draws (assets/pages/embedding.mjs); this file lays the page out, says where the parts
of what is shown lie, and starts what is missing. "a" is the open layer, "x" the layer across it,
"b" the layer of the network beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from analysis.errors import StudyError

from .. import clouds
from ..clientside import linker
from ..components import looking
from ..components.controls import choice, icon_button, segments
from ..ids import Ids, frame
from ..jobs import run_on_engine
from ..page import Page
from ..state import COLOURS
from ..studies import Studies

ids = Ids("embedding")

CLOUDS = ("a", "x", "b")
"""What is drawn of: the open layer, the layer across it, the layer of the network beside."""

TASKS: dict[str, Callable[[Studies, Any], dict[str, Any]]] = {
    "focus": clouds.focus_task,
    "correlates": clouds.correlates_task,
    "maps": clouds.maps_task,
    "pair": clouds.pair_task,
    "epochs": clouds.epochs_task,
}
"""What is computed on demand, beside the clouds themselves."""

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
SHADES = {name: COLOURS[name] for name in ("class", "predicted", "correct")}
AXES = "xyz"
TOOLS = {"rectangle": "Rectangle", "lasso": "Lasso", "pan": "Move"}

_RESET = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"
_HELP = "M12 3a9 9 0 100 18 9 9 0 000-18M9.5 9.5a2.5 2.5 0 114 2c-1 .8-1.5 1.2-1.5 2.3M12 17v.01"
_PAGE = "M4 4h16v16H4zM4 9.3h16M4 14.6h16M9.3 4v16M14.6 4v16"


def layout() -> Component:
    """The page before any study is open."""
    return html.Div(
        [
            *_named(("knobs", "plan"), CLOUDS),
            _toolbar(),
            html.Div([_left(), _panes(), _side()], className="embedding-body"),
        ],
        className="embedding",
    )


def stores() -> list[Component]:
    """What jobs are started by and what they write to."""
    return [
        *_named(("to-compute", "progress", "computed"), CLOUDS),
        *_named(("wish", "progress", "answer"), TASKS),
    ]


def _named(names: Iterable[str], whose: Iterable[str]) -> list[Component]:
    return [dcc.Store(id=ids(f"{name}-{one}")) for one in whose for name in names]


def _toolbar() -> Component:
    return html.Div(
        [
            choice(ids("layer"), "Layer", {}, "", width=128),
            html.Div(
                choice(ids("points"), "Points", POINTS, "positions", width=142),
                id=ids("points-box"),
            ),
            html.Div(
                [
                    _number("row", "Row"),
                    _number("column", "Column"),
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
            html.Div(
                [
                    dmc.Popover(
                        [
                            dmc.PopoverTarget(icon_button(ids("help"), _HELP, "How to read this")),
                            dmc.PopoverDropdown(looking.layout()),
                        ],
                        width=460,
                        position="bottom-end",
                        shadow="md",
                        withArrow=True,
                        trapFocus=True,
                    ),
                    icon_button(ids("reset"), _RESET, "Show all points again (key 0)"),
                    dmc.Menu(
                        [
                            dmc.MenuTarget(
                                dmc.Button("Download", size="compact-xs", variant="default")
                            ),
                            dmc.MenuDropdown(
                                [
                                    dmc.MenuItem("Plots (PNG)", id=ids("png"), n_clicks=0),
                                    dmc.MenuItem(
                                        "Points of these plots (CSV)", id=ids("csv"), n_clicks=0
                                    ),
                                    dmc.MenuItem(
                                        "All features (CSV)", id=ids("features-csv"), n_clicks=0
                                    ),
                                    dmc.MenuItem(
                                        "Whole matrix (PNG)", id=ids("overview-png"), n_clicks=0
                                    ),
                                    dmc.MenuItem(
                                        "Feature maps (PNG)", id=ids("maps-png"), n_clicks=0
                                    ),
                                    dmc.MenuItem(
                                        "Feature maps (CSV)", id=ids("maps-csv"), n_clicks=0
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
        **{"aria-label": "What is shown of a layer"},
    )


def _axis(letter: str) -> Component:
    """Which feature lies along an axis of a cloud; of thousands a few are listed at a time."""
    return dmc.Select(
        id=ids(f"axis-{letter}"),
        data=[],
        value="",
        size="xs",
        w=92,
        searchable=True,
        limit=60,
        allowDeselect=False,
        **{"aria-label": f"Feature along {letter}"},
    )


def _number(name: str, label: str) -> Component:
    return html.Div(
        [
            html.Label(label, htmlFor=ids(f"place-{name}"), className="label"),
            dmc.NumberInput(id=ids(f"place-{name}"), value=0, min=0, size="xs", w=58, debounce=300),
        ],
        className="choice",
    )


def _left() -> Component:
    return html.Aside(
        [
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
        ],
        className="embedding-left",
    )


def _panes() -> Component:
    return html.Div(
        [
            html.Div(
                [
                    segments(ids("tool"), "Drag", TOOLS, "rectangle"),
                    choice(ids("colour"), "Colour", SHADES, "class", width=116),
                    _slider("radius", "Size", (0.5, 6, 0.25), 1.5),
                    _slider("opacity", "Opacity", (0.1, 1, 0.05), 0.7),
                ],
                className="embedding-tools",
            ),
            html.Div([_pane("a"), _pane("b")], className="panes"),
        ],
        className="embedding-centre",
    )


def _slider(name: str, label: str, span: tuple[float, float, float], value: float) -> Component:
    low, high, step = span
    return html.Div(
        [
            html.Span(label, className="label"),
            dmc.Slider(
                id=ids(name),
                min=low,
                max=high,
                step=step,
                value=value,
                size="sm",
                w=84,
                updatemode="drag",
                thumbLabel=f"{label} of the points",
            ),
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
            html.Div(
                [
                    html.Div(id=ids(f"status-{which}"), className="status", role="status"),
                    dmc.Button(
                        "Go on",
                        id=ids(f"again-{which}"),
                        size="compact-xs",
                        variant="default",
                        n_clicks=0,
                        className="hidden",
                    ),
                ],
                className="statusline",
            ),
        ],
        id=ids(f"pane-{which}"),
        className="pane hidden" if which == "b" else "pane",
        **{"aria-labelledby": ids(f"title-{which}")},
    )


def _beside() -> list[Component]:
    """What can be chosen of the network beside."""
    return [
        _bare("layer-b", "Layer of B", 116),
        html.Div(_bare("epoch-b", "Epoch of B", 92), id=ids("epoch-b-box"), className="hidden"),
        dmc.Tooltip(
            dmc.Switch(id=ids("align"), label="Turn to A", size="xs", checked=False),
            label="B's features turned and scaled as one, as near to A's as that brings them "
            "(orthogonal Procrustes), so that a mere rotation is no difference",
            multiline=True,
            w=280,
        ),
    ]


def _bare(name: str, label: str, width: int) -> Component:
    """A drop-down whose name only screen readers need."""
    return dmc.Select(
        id=ids(name),
        data=[],
        value="",
        size="xs",
        w=width,
        allowDeselect=False,
        **{"aria-label": label},
    )


def _side() -> Component:
    def panel(name: str, *children: Component) -> Component:
        return dmc.TabsPanel(list(children), value=name, className="tab-body")

    return html.Aside(
        [
            dmc.Tabs(
                [
                    dmc.TabsList(
                        [
                            dmc.TabsTab("Maps", value="maps"),
                            dmc.TabsTab("Features", value="features"),
                            dmc.TabsTab("Earlier", value="earlier"),
                            dmc.TabsTab("A and B", value="pair", id=ids("pair-tab")),
                        ]
                    ),
                    panel("maps", _maps()),
                    panel("features", html.Div(id=ids("features"), className="features")),
                    panel("earlier", html.Div(id=ids("earlier"), className="features")),
                    panel("pair", html.Div(id=ids("pair"), className="features")),
                ],
                id=ids("tab"),
                value="maps",
                keepMounted=True,
            )
        ],
        className="side",
        id="side",
    )


def _maps() -> Component:
    return html.Div(
        [
            html.Div(
                [
                    dmc.SegmentedControl(
                        id=ids("maps-of"),
                        data=[
                            {"value": "hover", "label": "Cursor"},
                            {"value": "selection", "label": "Selection's mean"},
                        ],
                        value="hover",
                        size="xs",
                    ),
                    dmc.Select(
                        id=ids("maps-class"),
                        data=[],
                        placeholder="Class mean",
                        size="xs",
                        w=118,
                        clearable=True,
                        **{"aria-label": "Mean of a class"},
                    ),
                ],
                className="maps-controls",
            ),
            html.Div(
                [
                    dmc.SegmentedControl(
                        id=ids("maps-scaling"),
                        data=[
                            {"value": "layer", "label": "Scale by layer"},
                            {"value": "global", "label": "One scale"},
                        ],
                        value="layer",
                        size="xs",
                    ),
                    html.Span("Size", className="label"),
                    dmc.Slider(
                        id=ids("maps-zoom"),
                        min=1,
                        max=4,
                        step=0.5,
                        value=1,
                        size="sm",
                        w=70,
                        thumbLabel="Size of the maps",
                    ),
                ],
                className="maps-controls",
            ),
            html.Div(id=ids("maps"), className="maps-box"),
        ],
        className="maps-panel",
    )


def cloud_plan(studies: Studies, knobs: Any) -> dict[str, Any]:
    """The parts of a cloud, or {"error"} in words."""
    try:
        _, card = clouds.opened(studies, knobs)
        return clouds.plan(studies, card, knobs)
    except StudyError as error:
        return {"error": str(error)}


def register(app: Dash, studies: Studies) -> None:
    """Add the callbacks of this page."""
    for cloud in CLOUDS:
        _cloud(app, studies, cloud)
    for task, prepare in TASKS.items():
        stores = (ids(f"wish-{task}"), ids(f"progress-{task}"), ids(f"answer-{task}"))
        run_on_engine(app, stores, ("answer", partial(prepare, studies)), 150)
    _clientside(app)


def _cloud(app: Dash, studies: Studies, cloud: str) -> None:
    """Callbacks of one cloud."""
    again = () if cloud == "x" else (Input(ids(f"again-{cloud}"), "n_clicks"),)

    @app.callback(
        Output(ids(f"plan-{cloud}"), "data"),
        Input(ids(f"knobs-{cloud}"), "data"),
        *again,
    )
    def _(knobs: dict[str, Any] | None, *_again: int) -> Any:
        # The browser starts the job of "wish", which outlives the page; this callback does not.
        return cloud_plan(studies, knobs) | {"wish": knobs} if knobs else None

    stores = (ids(f"to-compute-{cloud}"), ids(f"progress-{cloud}"), ids(f"computed-{cloud}"))
    run_on_engine(app, stores, ("answer", partial(clouds.cloud_task, studies)), 150)


def _clientside(app: Dash) -> None:
    link = linker(app)
    sink = Output(frame("sink"), "data", allow_duplicate=True)
    link(
        "embeddingKnobs",
        [
            *(Output(ids(f"knobs-{cloud}"), "data") for cloud in CLOUDS),
            Output(ids("layer"), "value"),
            Output(ids("points"), "value"),
            Output(ids("order"), "value"),
            Output(ids("form"), "value"),
            Output(ids("across"), "value"),
            Output(ids("size"), "value"),
            Output(ids("layer-b"), "value"),
            Output(ids("epoch-b"), "value"),
            Output(ids("align"), "checked"),
        ],
        Input(frame("view"), "data"),
        Input(frame("study"), "data"),
        Input(frame("study-b"), "data"),
        *(State(ids(f"knobs-{cloud}"), "data") for cloud in CLOUDS),
        initial=True,
    )
    link(
        "pickEmbedding",
        Output(frame("view"), "data", allow_duplicate=True),
        Input(ids("layer"), "value"),
        Input(ids("points"), "value"),
        Input(ids("order"), "value"),
        Input(ids("form"), "value"),
        Input(ids("across"), "value"),
        Input(ids("size"), "value"),
        Input(ids("layer-b"), "value"),
        Input(ids("epoch-b"), "value"),
        Input(ids("align"), "checked"),
        State(frame("view"), "data"),
    )
    link(
        "pickAxes",
        Output(frame("view"), "data", allow_duplicate=True),
        *(Input(ids(f"axis-{letter}"), "value") for letter in AXES),
        State(frame("view"), "data"),
    )
    link(
        "pickShade",
        Output(frame("view"), "data", allow_duplicate=True),
        Input(ids("colour"), "value"),
        State(frame("view"), "data"),
    )
    link(
        "pickPlace",
        Output(frame("view"), "data", allow_duplicate=True),
        Input(ids("place-row"), "value"),
        Input(ids("place-column"), "value"),
        State(frame("view"), "data"),
    )
    for cloud in CLOUDS:
        name = cloud.upper()
        link(f"cloudPlan{name}", sink, Input(ids(f"plan-{cloud}"), "data"))
        link(f"cloudProgress{name}", sink, Input(ids(f"progress-{cloud}"), "data"))
        link(f"cloudComputed{name}", sink, Input(ids(f"computed-{cloud}"), "data"))
    for task in TASKS:
        link(f"{task}Progress", sink, Input(ids(f"progress-{task}"), "data"))
        link(f"{task}Answer", sink, Input(ids(f"answer-{task}"), "data"))
    link(
        "pointStyle",
        sink,
        Input(ids("tool"), "value"),
        Input(ids("radius"), "value"),
        Input(ids("opacity"), "value"),
    )
    link(
        "mapsStyle",
        sink,
        Input(ids("maps-of"), "value"),
        Input(ids("maps-class"), "value"),
        Input(ids("maps-scaling"), "value"),
        Input(ids("maps-zoom"), "value"),
    )
    clicks = {
        "reset": "resetPlots",
        "png": "plotsPng",
        "csv": "plotsCsv",
        "features-csv": "featuresCsv",
        "overview-png": "overviewPng",
        "maps-png": "mapsPng",
        "maps-csv": "mapsCsv",
    }
    for name, function in clicks.items():
        link(function, sink, Input(ids(name), "n_clicks"))


PAGE = Page(
    path="/embedding",
    title="Embedding",
    icon=_PAGE,
    layout=layout,
    register=register,
    stores=stores,
)
