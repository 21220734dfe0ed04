"""What pages are put together from: a toolbar, columns below it, tabs beside the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component


@dataclass(frozen=True)
class Tab:
    """One of the panels at the side.

    Attributes:
        name: its value.
        text: what is written on it.
        content: kept while another tab is open, unless `kept` is False.
        id: of the tab itself, where something hides it.
    """

    name: str
    text: str
    content: Component
    id: str | None = None
    kept: bool = True


def page(
    name: str, stores: Sequence[Component], toolbar: Component, columns: Sequence[Component]
) -> Component:
    """A page. `name` is the class that its own style sheet goes by."""
    return html.Div(
        [*stores, toolbar, html.Div(list(columns), className="page-body")],
        className=f"page-frame {name}",
    )


def toolbar(label: str, *controls: Component) -> Component:
    """Controls above all columns; screen readers call the row by its label."""
    return html.Div(list(controls), className="toolbar", role="toolbar", **{"aria-label": label})


def left(*parts: Component) -> Component:
    """What stands before the picture: overviews and the legend."""
    return html.Aside(list(parts), className="page-left")


def tool_row(*controls: Component) -> Component:
    """Controls that belong to the picture below them."""
    return html.Div(list(controls), className="page-tools")


def heading(title: str, subtitle: str) -> Component:
    """Empty title and subtitle of a picture, by their ids."""
    return html.Div(
        [html.H1(id=title, className="title"), html.P(id=subtitle, className="quiet")],
        className="heading",
    )


def side(id: str, tabs: Sequence[Tab], *above: Component) -> Component:
    """The column beside the picture: tabs, the first of them open, and what stands above them."""
    labels = [
        dmc.TabsTab(tab.text, value=tab.name, **({"id": tab.id} if tab.id else {})) for tab in tabs
    ]
    panels = [
        dmc.TabsPanel(tab.content, value=tab.name, className="tab-body", keepMounted=tab.kept)
        for tab in tabs
    ]
    return html.Aside(
        [
            *above,
            dmc.Tabs([dmc.TabsList(labels), *panels], id=id, value=tabs[0].name, keepMounted=True),
        ],
        className="side" if above else "side full",
        id="side",
    )
