"""What the Attack page consists of."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ... import attacks
from ...components.controls import choice, explained, number, status_line, tools
from ...components.page_parts import Tab, heading, left, page, side, tool_row, toolbar
from ...ids import Ids
from .reading import TEXTS

ids = Ids("attack")

USUAL = "pgd"
"""The attack that is offered first."""

NORMS = {"linf": "L∞", "l2": "L2", "l1": "L1"}
DOWNLOADS = {
    "png": "Pictures (PNG)",
    "csv": "Attacked samples (CSV)",
    "curves-csv": "Robustness (CSV)",
}


def layout() -> Component:
    """The page before any study is open."""
    own = [
        dcc.Store(id=ids("methods"), data=attacks.methods()),
        *(dcc.Store(id=ids(name)) for name in ("curve", "curves")),
    ]
    return page("attack", own, _toolbar(), (_left(), _centre(), _side()))


def stores() -> list[Component]:
    """What jobs are started by and what they write to, and the attack of a link, which all pages
    know of."""
    tasks = [f"{name}-{task}" for task in attacks.TASKS for name in ("wish", "progress", "answer")]
    return [dcc.Store(id=ids(name)) for name in ("link", "found", *tasks)]


def _toolbar() -> Component:
    named = {one["name"]: one["title"] for one in attacks.methods()}
    return toolbar(
        "What is attacked, and how",
        choice(ids("of"), "Samples", {"each": "One of each class"}, "each", width=176),
        choice(ids("method"), "Attack", named, USUAL, width=150),
        choice(ids("target"), "Into", {"": "any other class"}, "", width=132),
        _typed("epsilon", "ε", "Largest change, in units of the input, such as 0.1 or 8/255", 68),
        dmc.Button("Attack", id=ids("go"), size="compact-xs", n_clicks=0),
        tools(
            explained(ids("help"), TEXTS, width=470),
            [],
            {ids(name): text for name, text in DOWNLOADS.items()},
        ),
    )


def _typed(name: str, label: str, tip: str, width: int) -> Component:
    """A length to type, also as a fraction."""
    return html.Div(
        [
            dmc.Tooltip(
                html.Label(label, htmlFor=ids(name), className="label"),
                label=tip,
                multiline=True,
                w=260,
            ),
            dmc.TextInput(id=ids(name), value="", size="xs", w=width),
        ],
        className="choice",
    )


def _left() -> Component:
    return left(
        html.Div(id="legend", className="legend"),
        html.Div(id=ids("list"), className="attack-list"),
    )


def _centre() -> Component:
    return html.Section(
        [
            tool_row(
                choice(ids("norm"), "Norm", NORMS, "linf", width=72),
                number(ids("steps"), "Steps", 40, (1, attacks.MOST_STEPS, 10), 70, debounce=False),
                _typed("step", "Step", "Length of a step; empty for 2.5 ε / steps", 68),
                number(ids("seed"), "Seed", 0, (0, 2**31 - 1, 1), 62, debounce=False),
                html.Span(id=ids("about"), className="quiet attack-about"),
            ),
            html.Div(id=ids("trouble"), className="attack-trouble", role="alert"),
            heading(ids("title"), ids("subtitle")),
            html.Div(id=ids("view"), className="attack-view"),
            status_line(ids("status"), ids("again")),
        ],
        className="page-centre",
        **{"aria-labelledby": ids("title")},
    )


def _side() -> Component:
    texts = {"result": "Result", "layers": "Layers", "robust": "Robustness"}
    return side(
        ids("tab"),
        [
            Tab(name, text, html.Div(id=ids(name), className=f"attack-{name}"))
            for name, text in texts.items()
        ],
    )
