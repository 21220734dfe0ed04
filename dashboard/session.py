"""Callbacks of the frame: opening a study, naming groups; what needs no server is clientside."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update

from analysis import maps
from analysis.epochs import epochs_of, folder_of
from analysis.errors import StudyError
from analysis.opening import Card, identity, starting_points
from analysis.types import Source
from analysis.workbench import THUMBNAIL_SIDE

from .clientside import Linker
from .ids import frame
from .jobs import run_on_engine
from .state import first_colour
from .studies import Studies

log = logging.getLogger(__name__)


def summary(studies: Studies, name: str, source: Source, card: Card) -> dict[str, Any]:
    """What the browser needs to know of an open study; arrays stay behind their keys."""
    bench = studies.bench(card)
    predictions = bench.address("predictions") if classifies(card) else None
    facts = (studies.store.facts(predictions) if predictions else None) or {}
    labelled = int((card.labels >= 0).sum())
    pictures = card.image_shape is not None
    return {
        "state": "ready",
        "name": name,
        "title": card.title,
        "description": card.description,
        "network": dict(card.network),
        "networkKey": card.study.network,
        "split": card.split,
        "epoch": card.epoch,
        "epochs": list(card.epochs),
        "live": folder_of(source) is not None,
        "n": card.n,
        "total": card.total,
        "data": card.data,
        "dataKey": card.study.data,
        "classes": list(card.class_names),
        "labelled": labelled,
        "accuracy": facts.get("accuracy"),
        "notes": list(card.notes),
        "colour": first_colour(len(card.class_names), labelled),
        "imageShape": list(card.image_shape) if card.image_shape else None,
        "layers": [
            {
                "name": node.name,
                "kind": node.kind,
                "operation": node.operation,
                "shape": list(node.shape),
                "parameters": node.parameters,
                "reorders": node.reorders,
            }
            for node in card.graph.nodes
        ],
        "pieces": [
            {"start": start, "shape": list(shape), "factor": factor}
            for start, shape, factor in maps.offsets([node.shape for node in card.graph.nodes])
        ],
        "keys": {
            "card": identity(source),
            "predictions": predictions,
            "thumbnails": bench.address("thumbnails", side=THUMBNAIL_SIDE) if pictures else None,
        },
    }


def classifies(card: Card) -> bool:
    """Whether the network says classes, and not only an embedding."""
    return card.network["output"] != "embedding"


def look_up(
    studies: Studies, asked: dict[str, Any], opened: dict[str, Any] | None
) -> tuple[Any, Any]:
    """A study as it is now, and what to open if it is not.

    Args:
        asked: what a view names: {"study", "split", "epoch"}, and {"data_of"} for a network that
            is shown another study's data.
        opened: how opening it has just ended, None before it was tried.
    """
    try:
        wish = asked | {"study": asked["study"] or studies.first}
        if "data_of" in wish:
            wish["data_of"] = wish["data_of"] or studies.first
        source = studies.wished(wish)
        card = studies.card(source)
        if card is not None and _at_hand(studies, card):
            return summary(studies, wish["study"], source, card) | {"wish": wish}, no_update
    except StudyError as error:
        return {"state": "failed", "error": str(error), "reference": ""}, no_update
    if opened is None:
        title = studies.offer(wish["study"]).title
        return {"state": "opening", "title": title}, wish | {"split": source.split}
    return {
        "state": opened["state"],
        "error": opened["error"] or "The study was opened but its card is gone. Try again.",
        "reference": opened["reference"],
    }, no_update


def _at_hand(studies: Studies, card: Card) -> bool:
    """Whether what a page starts from has not been evicted."""
    return all(key in studies.store for key in starting_points(studies.bench(card), card))


def register(app: Dash, studies: Studies) -> None:
    """Add the callbacks of the frame."""

    for which in ("", "-b"):
        _opening(app, studies, which)

    @app.callback(
        Output(frame("groups"), "data"),
        Output(frame("toast"), "children"),
        Input(frame("study"), "data"),
        Input(frame("group-save"), "n_clicks"),
        Input(frame("group-name"), "n_submit"),
        Input(frame("group-delete"), "n_clicks"),
        State(frame("group-name"), "value"),
        State(frame("group-picker"), "value"),
        State(frame("selection"), "data"),
        prevent_initial_call=True,
    )
    def _(
        study: dict[str, Any] | None,
        _save: int,
        _submit: int,
        _delete: int,
        name: str,
        picked: str | None,
        selection: dict[str, Any],
    ) -> tuple[Any, Any]:
        if not study or study["state"] != "ready":
            return [], no_update
        try:
            # Only the name of the study is taken from the browser, whose word may be forged.
            card = studies.card(studies.wished(study["wish"]))
            if card is None:
                return [], no_update
            data, given = card.saved_under, card.groups
            if ctx.triggered_id in {frame("group-save"), frame("group-name")}:
                indices = [index for index in selection["indices"] if isinstance(index, int)]
                groups = studies.save_group(data, str(name), indices, card.n, given)
                return _shown(
                    groups, card.n
                ), f"Saved '{' '.join(name.split())}' with {len(indices)} samples."
            if ctx.triggered_id == frame("group-delete") and picked:
                groups = studies.delete_group(data, picked, given)
                return _shown(groups, card.n), f"Deleted the group '{picked}'."
            return _shown(studies.groups(data, given), card.n), no_update
        except StudyError as error:
            return no_update, str(error)

    @app.callback(
        Output(frame("asked"), "data", allow_duplicate=True),
        Input(frame("live"), "n_intervals"),
        State(frame("study"), "data"),
        State(frame("asked"), "data"),
        prevent_initial_call=True,
    )
    def _(_times: int, study: dict[str, Any] | None, asked: dict[str, Any] | None) -> Any:
        # Asked once more, the study is what it has become.
        return asked if asked and has_grown(studies, study) else no_update

    clientside(app)


def _shown(groups: list[dict[str, Any]], n: int) -> list[dict[str, Any]]:
    """Groups of the samples that are shown: others may have been added to the data elsewhere."""
    found = [
        group | {"indices": [index for index in group["indices"] if index < n]} for group in groups
    ]
    return [group for group in found if group["indices"]]


def has_grown(studies: Studies, study: Any) -> bool:
    """Whether a training that is looked at has been recorded further since."""
    if not isinstance(study, dict) or study.get("state") != "ready":
        return False
    try:
        source = studies.wished(study.get("wish"))
        if folder_of(source) is None:
            return False
        return [epoch.number for epoch in epochs_of(source)] != study.get("epochs")
    except StudyError as error:
        log.warning("The training cannot be looked at again: %s", error)
        return False


def _opening(app: Dash, studies: Studies, which: str) -> None:
    """Callbacks that open the study, or with "-b" the one beside it."""

    @app.callback(
        Output(frame(f"study{which}"), "data"),
        Output(frame(f"to-open{which}"), "data"),
        Input(frame(f"asked{which}"), "data"),
        Input(frame(f"tried{which}"), "data"),
        prevent_initial_call=True,
    )
    def _(asked: dict[str, Any] | None, tried: dict[str, Any] | None) -> tuple[Any, Any]:
        if not asked:
            return None if which else no_update, no_update
        ended = ctx.triggered_id == frame(f"tried{which}")
        return look_up(studies, asked, tried if ended else None)

    stores = (f"to-open{which}", f"open-progress{which}", f"opened{which}")
    wish, progress, end = map(frame, stores)
    run_on_engine(app, (wish, progress, end), ("open_study", studies.task), 300)


def clientside(app: Dash) -> None:
    """Links that stay in the browser; `assets/clientside.mjs` has the functions."""

    link = Linker(app)
    link(
        "readLink",
        Output(frame("view"), "data"),
        Input(frame("url"), "search"),
        State(frame("view"), "data"),
        initial=True,
    )
    link(
        "viewChanged",
        [
            Output(frame("asked"), "data"),
            Output(frame("asked-b"), "data"),
            Output(frame("study-picker"), "value"),
            Output(frame("split-picker"), "value"),
            Output(frame("b-picker"), "value"),
        ],
        Input(frame("view"), "data"),
        State(frame("asked"), "data"),
        State(frame("asked-b"), "data"),
    )
    link(
        "offersChanged",
        [Output(frame("study-picker"), "data"), Output(frame("b-picker"), "data")],
        Input(frame("offers"), "data"),
    )
    link.change_view(
        "pickStudy",
        Input(frame("study-picker"), "value"),
        Input(frame("split-picker"), "value"),
        Input(frame("b-picker"), "value"),
    )
    # "opened" must not lead back to what starts the opening, or Dash would see a circle.
    link.tell("studyOpened", Input(frame("opened"), "data"))
    link.tell("secondOpened", Input(frame("opened-b"), "data"))
    link.tell("studyChanged", Input(frame("study"), "data"))
    link.tell("secondChanged", Input(frame("study-b"), "data"))
    link.tell("secondProgress", Input(frame("open-progress-b"), "data"))
    link.tell("openProgress", Input(frame("open-progress"), "data"))
    link(
        "selectionChanged",
        [
            Output(frame("group-save"), "disabled"),
            Output(frame("selection-csv"), "disabled"),
            Output(frame("selection-clear"), "disabled"),
        ],
        Input(frame("selection"), "data"),
    )
    link.tell("setHow", Input(frame("how"), "value"))
    link(
        "groupsChanged",
        [
            Output(frame("group-picker"), "data"),
            Output(frame("group-picker"), "value"),
            Output(frame("group-name"), "value"),
        ],
        Input(frame("groups"), "data"),
        State(frame("view"), "data"),
        State(frame("group-picker"), "value"),
    )
    link(
        "pickGroup",
        Output(frame("group-delete"), "disabled"),
        Input(frame("group-picker"), "value"),
    )
    link.tell("selectionCsv", Input(frame("selection-csv"), "n_clicks"))
    link.tell("clearSelection", Input(frame("selection-clear"), "n_clicks"))
    link.tell("share", Input(frame("share"), "n_clicks"))
    link.tell("toast", Input(frame("toast"), "children"))
    link(
        "theme",
        [Output(frame("provider"), "forceColorScheme"), Output(frame("scheme"), "data")],
        Input(frame("theme"), "n_clicks"),
        State(frame("scheme"), "data"),
        initial=True,
    )


def report_unexpected(error: Exception) -> None:
    """Log what no callback expected, under a number that the page shows as well."""
    reference = uuid.uuid4().hex[:8]
    log.error("[%s] a callback failed", reference, exc_info=error)
    ctx.set_props(
        frame("toast"),
        {"children": f"Something unexpected went wrong (reference {reference}, see the log)."},
    )
