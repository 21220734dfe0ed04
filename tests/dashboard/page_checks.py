"""What holds for every page: its ids, what its callbacks name, what the browser has of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dash import Dash
from dash.development.base_component import Component
from sample_site import Site

from dashboard.components import frame
from dashboard.jobs import EngineManager
from dashboard.page import Page

ASSETS = Path(__file__).parents[2] / "assets"


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


def check_ids(page: Page) -> None:
    """No id stands twice, on a page or in the frame around it."""
    ids = ids_in(frame.layout((page,), {"digits": "Digits"}, "digits"), page.layout())
    assert [name for name, times in Counter(ids).items() if times > 1] == []


def check_names(page: Page, site: Site, clicks: Mapping[str, str]) -> set[str]:
    """Callbacks name what is there, in Python and in the browser.

    Args:
        clicks: button -> function, of all that a click calls.
    Returns: ids that they name.
    """
    prefix = page.title.lower()
    callbacks = registered(page, site)
    named = named_ids(callbacks, prefix)
    assert named <= set(ids_in(page.layout(), *page.stores()))
    scripts = [ASSETS / "pages" / f"{prefix}.mjs", *(ASSETS / "pages" / prefix).glob("*.mjs")]
    code = "\n".join(script.read_text() for script in scripts)
    functions = browser_functions(callbacks)
    assert {name for name in functions if not re.search(rf"\b{name}\b", code)} == set()
    known = (ASSETS / "clientside.mjs").read_text()
    for function in clicks.values():
        assert f'"{function}",' in known, f"a button that appears would click {function}"
    return named


def browser_functions(callbacks: list[dict[str, Any]]) -> set[str]:
    """Functions of the browser's own code that callbacks name; that of the frame's button is not
    a page's."""
    return {
        callback["clientside_function"]["function_name"]
        for callback in callbacks
        if callback.get("clientside_function")
    } - {"jobUnderWay"}
