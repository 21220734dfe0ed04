"""What follows what on the Network page: which pictures there are, jobs, the confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import plotly.graph_objects as go
from dash import Dash, Input, Output, State, no_update

from analysis.errors import StudyError
from analysis.opening import Card
from analysis.types import FILLS, METRICS, PREPROCESSINGS

from ...clientside import Linker
from ...figures import confusion as figures
from ...figures.network_graph import elements
from ...ids import frame
from ...jobs import run_on_engine
from ...studies import Studies
from ...theme import Scheme
from .layout import ids

KNOBS = (
    ("colour", "value"),
    ("metric", "value"),
    ("preprocessing", "value"),
    ("fill", "value"),
    ("simplified", "checked"),
)
"""Controls that follow the view and that the view follows, with what of them counts."""

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
    link = Linker(app)
    link(
        "networkKnobs",
        [
            Output(ids("knobs"), "data"),
            *(Output(ids(name), value) for name, value in KNOBS),
        ],
        Input(frame("view"), "data"),
        Input(frame("study"), "data"),
        State(ids("knobs"), "data"),
        initial=True,
    )
    link.change_view("pickKnobs", *(Input(ids(name), value) for name, value in KNOBS))
    link.tell("graphElements", Input(ids("graph"), "elements"))
    link.tell("glyphPlan", Input(ids("plan"), "data"))
    link.tell("glyphProgress", Input(ids("progress"), "data"))
    link.tell("glyphsComputed", Input(ids("computed"), "data"))
    link.tell("mistakes", Input(ids("mistakes"), "data"))
    link("pickCell", Output(ids("matrix"), "clickData"), Input(ids("matrix"), "clickData"))
    link.tell("pauseFlow", Input(ids("pause"), "n_clicks"))
    link.tell("fitGraph", Input(ids("fit"), "n_clicks"))
    link.tell("enlarge", Input(ids("enlarge"), "n_clicks"))
    link.tell("setBrush", Input(ids("brush"), "value"))
    link.tell("downloadSvg", Input(ids("svg"), "n_clicks"))
    link.tell("downloadPng", Input(ids("png"), "n_clicks"))
    link.tell("downloadOrders", Input(ids("orders"), "n_clicks"))
    link.tell("downloadScores", Input(ids("scores"), "n_clicks"))
    link.tell("downloadConfusion", Input(ids("confusion"), "n_clicks"))
