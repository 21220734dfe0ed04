"""The Tour page without a browser: what it consists of, what its callbacks name, its plan."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_checks import browser_functions, ids_in, named_ids, registered
from sample_site import Site

from analysis.errors import ParameterError
from analysis.types import Result, Source
from dashboard import tours
from dashboard.components import frame as frame_layout
from dashboard.pages.tour import PAGE
from dashboard.pages.tour import callbacks as tour

ASSETS = Path(__file__).parents[2] / "assets"
WISH = {"study": "digits", "split": "test"}


def test_no_id_stands_twice() -> None:
    whole = frame_layout.layout((PAGE,), {"digits": "Digits"}, "digits")
    ids = ids_in(whole, PAGE.layout())
    assert [name for name, times in Counter(ids).items() if times > 1] == []


def test_callbacks_name_what_is_there(site: Site) -> None:
    callbacks = registered(PAGE, site)
    named = named_ids(callbacks, "tour")
    assert named <= set(ids_in(PAGE.layout(), *PAGE.stores()))
    assert {"tour-knobs", "tour-plan", "tour-layer", "tour-speed", "tour-answer-plane"} <= named
    scripts = [ASSETS / "pages" / "tour.mjs", *(ASSETS / "pages" / "tour").glob("*.mjs")]
    code = "\n".join(script.read_text() for script in scripts)
    functions = browser_functions(callbacks)
    assert {name for name in functions if not re.search(rf"\b{name}\b", code)} == set()
    clicks = (ASSETS / "clientside.mjs").read_text()
    for function in tour.CLICKS.values():
        assert f'"{function}",' in clicks, f"a button that appears would click {function}"


def test_a_plan_knows_what_is_there(site: Site) -> None:
    plan = tour.tour_plan(site.studies, WISH | {"layer": "flatten"})
    assert (plan["layer"], plan["missing"]) == ("flatten", 1)
    key = plan["parts"]["cloud"]["key"]
    site.studies.store.put(key, Result({}, {"kept": 1.0}))
    again = tour.tour_plan(site.studies, WISH | {"layer": "flatten"})
    assert again["parts"]["cloud"] == {"key": key, "facts": {"kept": 1.0}}
    assert again["missing"] == 0
    other = tour.tour_plan(site.studies, WISH | {"layer": "gone"})
    assert other["layer"] == "prediction"
    assert other["parts"]["cloud"]["key"] != key


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({}, "no study"),
        ({"study": "nonsense"}, "no study 'nonsense'"),
        ([], "name of a study"),
        ({"study": "lenet5-mnist"}, "not open any more"),
    ],
)
def test_a_tour_of_nothing_is_explained(site: Site, knobs: Any, words: str) -> None:
    assert words in tour.tour_plan(site.studies, knobs)["error"]


def test_a_wish_becomes_a_task_of_this_server(site: Site) -> None:
    task = tours.cloud_task(site.studies, WISH | {"layer": "flatten", "most": 10**9})
    (step,) = task["steps"]
    about = {"layer": "flatten", "most": 64, "axes": ""}
    assert step["questions"] == [{"name": "cloud", "question": "tour cloud", "parameters": about}]
    task = tours.plane_task(site.studies, WISH | {"layer": "flatten", "classes": [2, 0, 2]})
    (asked,) = task["steps"][0]["questions"]
    assert asked["parameters"] == about | {"classes": [0, 2]}


@pytest.mark.parametrize("classes", [None, "0", [10**6], [-1], [True], [0.5], [[0]]])
def test_forged_classes_are_refused(site: Site, classes: Any) -> None:
    with pytest.raises(ParameterError, match="Classes are numbers"):
        tours.plane_task(site.studies, WISH | {"layer": "flatten", "classes": classes})


def test_a_training_that_was_not_recorded_is_explained(site: Site) -> None:
    assert "not recorded" in tour.training_plan(site.studies, WISH)["error"]
    assert "no study" in tour.training_plan(site.studies, {})["error"]


def recorded(site: Site, monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    """The site's study as one of three recorded epochs, all with the finished card."""
    card = dataclasses.replace(site.card, epochs=(0, 1, 2), **more)
    monkeypatch.setattr(site.studies, "card", lambda source: card)
    monkeypatch.setattr(site.studies, "wished", lambda wish: Source(epoch=wish.get("epoch")))


def test_losses_of_a_training_are_put_together(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(site, monkeypatch)
    plan = tour.training_plan(site.studies, WISH)
    assert plan == {"wish": WISH, "epochs": [0, 1, 2], "missing": 3}
    task = tours.losses_task(site.studies, WISH)
    assert [step["source"]["epoch"] for step in task["steps"]] == [0, 1, 2]
    assert task["steps"][0]["questions"] == [
        {"name": "losses", "question": "losses", "parameters": {}}
    ]
    facts = {"loss": 0.5, "by_class": [0.1, None, 3.0]}
    site.studies.store.put(site.bench.address("losses"), Result({}, facts))
    found = tour.training_plan(site.studies, WISH)
    assert (found["missing"], found["overall"]) == (0, [0.5] * 3)
    assert found["by_class"][:2] == [[0.1] * 3, [None] * 3]
    assert found["sentences"] == ["Not learnt by the last epoch: 'two'."]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": np.full(12, -1, np.int32)}, "Without true classes"),
        ({"network": {"output": "embedding"}}, "gives an embedding"),
    ],
)
def test_what_has_no_loss_is_explained(
    site: Site, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], words: str
) -> None:
    recorded(site, monkeypatch, **change)
    assert words in tour.training_plan(site.studies, WISH)["error"]
