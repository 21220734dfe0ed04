"""The Compare page without a browser: what it consists of, what its callbacks name, its tasks."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from page_checks import check_ids, check_names
from sample_site import WISH, N, Site

from analysis.errors import ParameterError
from analysis.types import Graph, Node
from dashboard import filters, ranking
from dashboard.pages.compare import PAGE
from dashboard.pages.compare import callbacks as compare


@pytest.fixture
def deep(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose network has a layer of four filters."""
    card = site.card
    conv = Node("conv", "convolution", "Conv2D", (3, 3, 4), 40)
    graph = Graph((card.graph.nodes[0], conv, *card.graph.nodes[1:]), card.graph.edges)
    changed = dataclasses.replace(card, graph=graph)
    monkeypatch.setattr(site.studies, "card", lambda _: changed)
    return site


def test_no_id_stands_twice() -> None:
    check_ids(PAGE)


def test_callbacks_name_what_is_there(site: Site) -> None:
    named = check_names(PAGE, site, compare.CLICKS)
    assert {"compare-left", "compare-zoom", "compare-answer-frozen"} <= named


def asked(task: dict[str, Any]) -> dict[str, Any]:
    ((question,),) = ([*step["questions"]] for step in task["steps"])
    return question


def test_wishes_become_tasks_of_this_server(deep: Site) -> None:
    chosen = {"filters": {"conv": [3, 0, 3], "flatten": []}, "more": "left out"}
    assert asked(filters.frozen_task(deep.studies, WISH | chosen)) == {
        "name": "frozen",
        "question": "frozen",
        "parameters": {"filters": {"conv": [0, 3]}, "means": False},
    }
    assert asked(filters.worth_task(deep.studies, WISH | {"layer": "conv", "means": True})) == {
        "name": "worth",
        "question": "filters",
        "parameters": {"layer": "conv", "means": True, "samples": list(range(N))},
    }
    turning = {"layer": "conv", "samples": [4, 2], "means": "yes"}
    assert asked(filters.turning_task(deep.studies, WISH | turning))["parameters"] == {
        "layer": "conv",
        "means": False,
        "samples": [2, 4],
        "most": 16,
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "numbers, layer by layer"),
        ([1], "numbers, layer by layer"),
        ({"input": [0]}, "has no filters"),
        ({"prediction": [0]}, "has no filters"),
        ({"nowhere": [0]}, "Choose one of conv, flatten"),
        ({"conv": [4]}, "filters 0 to 3"),
        ({"conv": [-1]}, "filters 0 to 3"),
        ({"conv": [True]}, "filters 0 to 3"),
        ({"conv": "0"}, "filters 0 to 3"),
    ],
)
def test_forged_filters_are_refused(deep: Site, given: Any, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        filters.frozen_task(deep.studies, WISH | {"filters": given})


@pytest.mark.parametrize("layer", [None, "input", "prediction", "nowhere", ["conv"]])
def test_layers_without_filters_are_refused(deep: Site, layer: Any) -> None:
    for prepare in (filters.worth_task, filters.turning_task):
        with pytest.raises(ParameterError, match="has no filters"):
            prepare(deep.studies, WISH | {"layer": layer, "samples": [1]})


def test_rankings_become_tasks_of_this_server(site: Site) -> None:
    task = ranking.ranking_task(site.studies, WISH | {"score": "margin"})
    about = {"score": "margin", "other": ""}
    assert asked(task) == {"name": "ranking", "question": "ranking", "parameters": about}
    assert task["steps"][0]["other"] is None
    beside = WISH | {"score": "disagreement", "b": WISH}
    task = ranking.ranking_task(site.studies, beside)
    assert asked(task)["parameters"] == {"score": "disagreement", "other": "a" * 64}
    assert task["steps"][0]["other"]["demo"] == "digits"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"score": "beauty"}, "no score 'beauty'"),
        ({"score": None}, "no score"),
        ({"score": "disagreement"}, "name of a study"),
        ({"score": "disagreement", "b": {"study": "nonsense"}}, "no study"),
    ],
)
def test_forged_rankings_are_refused(site: Site, wish: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        ranking.ranking_task(site.studies, WISH | wish)


def test_what_tells_no_classes_apart_has_filters_worth_nothing(deep: Site) -> None:
    card = dataclasses.replace(deep.card, network={"output": "embedding"})
    with pytest.raises(ParameterError, match="embedding"):
        filters.frozen_of(card, {"filters": {}})
    with pytest.raises(ParameterError, match="select some first"):
        filters.turning_task(deep.studies, WISH | {"layer": "conv", "samples": []})
