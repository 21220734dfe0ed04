"""What holds for every page: its ids, what its callbacks name, what the browser has of it."""

from __future__ import annotations

import json
import re
from typing import Any

from dash import Dash
from dash.development.base_component import Component
from sample_site import Site

from dashboard.jobs import EngineManager
from dashboard.page import Page


def ids_in(*parts: Component) -> list[str]:
    """All ids of some layouts, as often as they stand there."""
    text = "".join(
        json.dumps(part.to_plotly_json(), default=lambda inner: inner.to_plotly_json())
        for part in parts
    )
    return re.findall(r'"id": "([^"]+)"', text)


def registered(page: Page, site: Site) -> list[dict[str, Any]]:
    """What a page registers, as Dash tells it to the browser."""
    app = Dash(page.title, background_callback_manager=EngineManager(site.studies.engine))
    page.register(app, site.studies)
    found: list[dict[str, Any]] = app._callback_list
    return found


def named_ids(callbacks: list[dict[str, Any]], prefix: str) -> set[str]:
    """Components of a page that its callbacks name."""
    named: set[str] = set()
    for callback in callbacks:
        outputs = re.findall(rf"({prefix}-[\w-]+)\.", callback["output"])
        named |= {part["id"] for part in callback["inputs"] + callback["state"]} | set(outputs)
    return {name for name in named if name.startswith(f"{prefix}-")}


def browser_functions(callbacks: list[dict[str, Any]]) -> set[str]:
    """Functions of the browser's own code that callbacks name; that of the frame's button is not
    a page's."""
    return {
        callback["clientside_function"]["function_name"]
        for callback in callbacks
        if callback.get("clientside_function")
    } - {"jobUnderWay"}
