"""The Boundary page without a browser: what it consists of, what its callbacks name, its plan."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from page_checks import browser_functions, ids_in, named_ids, registered
from sample_site import Site

from analysis.workbench import MAP
from dashboard import boundaries
from dashboard.components import frame as frame_layout
from dashboard.pages.boundary import PAGE
from dashboard.pages.boundary import callbacks as boundary

ASSETS = Path(__file__).parents[2] / "assets"


@pytest.fixture
def callbacks(site: Site) -> list[dict[str, Any]]:
    """What the page registers, as Dash tells it to the browser."""
    return registered(PAGE, site)


def test_no_id_stands_twice() -> None:
    whole = frame_layout.layout((PAGE,), {"digits": "Digits"}, "digits")
    ids = ids_in(whole, PAGE.layout())
    assert [name for name, times in Counter(ids).items() if times > 1] == []


def test_callbacks_name_what_is_there(callbacks: list[dict[str, Any]]) -> None:
    named = named_ids(callbacks, "boundary")
    assert named <= set(ids_in(PAGE.layout(), *PAGE.stores()))
    own = {"knobs", "plan", "veil", "kept", "place-group", "place-epsilon", "place-step"}
    assert {f"boundary-{name}" for name in own} <= named


def test_the_browser_has_every_function(callbacks: list[dict[str, Any]]) -> None:
    named = browser_functions(callbacks)
    scripts = [ASSETS / "pages" / "boundary.mjs", *(ASSETS / "pages" / "boundary").glob("*.mjs")]
    code = "\n".join(script.read_text() for script in scripts)
    made = {f"boundary{task.title()}Progress" for task in boundaries.TASKS}
    for task in re.findall(r'\["(\w+)", "(\w+)", "(\w+)"\]\.map', code):
        made -= {f"boundary{name}Progress" for name in task}
    assert not made, "tasks without a word on how far they are"
    plain = {name for name in named if not name.endswith("Progress") or name == "boundaryProgress"}
    assert {name for name in plain if not re.search(rf"\b{name}\b", code)} == set()
    clicks = (ASSETS / "clientside.mjs").read_text()
    for function in boundary.CLICKS.values():
        assert f'"{function}",' in clicks, f"a button that appears would click {function}"


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({}, "no study"),
        ({"study": "nonsense"}, "no study 'nonsense'"),
        ([], "name of a study"),
        ({"study": "lenet5-mnist"}, "not open any more"),
    ],
)
def test_a_map_of_nothing_is_explained(site: Site, knobs: Any, words: str) -> None:
    assert words in boundary.map_plan(site.studies, knobs)["error"]


def test_browser_and_server_begin_with_the_same_map() -> None:
    code = (ASSETS / "pages" / "boundary" / "knobs.mjs").read_text()
    names = {"count": "count", "lam": "lam", "neighbours": "neighbours", "mindist": "min_dist"}
    for name, theirs in names.items():
        found = re.search(rf"USUAL = .*\b{name}: ([\d.]+)", code)
        assert found, name
        assert float(found[1]) == MAP[theirs]
