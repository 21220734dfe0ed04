"""What a page is, and the list of those that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dash import Dash
from dash.development.base_component import Component

if TYPE_CHECKING:
    from .studies import Studies


@dataclass(frozen=True)
class Page:
    """One entry of the rail.

    Attributes:
        path: in the URL; "/" for the first page.
        title: in the rail and in the browser's tab.
        icon: path data of a 24 x 24 line drawing.
        layout: builds the page; called often, computes nothing.
        register: adds the page's callbacks.
        stores: what its jobs write to; it stays when the page is left, because the jobs go on.
    """

    path: str
    title: str
    icon: str
    layout: Callable[[], Component]
    register: Callable[[Dash, Studies], None]
    stores: Callable[[], list[Component]] = list
