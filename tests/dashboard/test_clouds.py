"""What the Embedding page asks for: clouds, questions and tasks, from whatever a browser says."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from sample_site import N, Site

from analysis.errors import ParameterError
from analysis.types import Node, Result
from dashboard import clouds
from dashboard.pages.embedding import callbacks as embedding

WISH: dict[str, Any] = {"study": "digits", "split": "", "epoch": None, "layer": "input"}


def test_a_layer_with_positions_has_a_point_at_each(site: Site) -> None:
    cloud = clouds.cloud_of(site.card, WISH)
    assert (cloud.which, cloud.positions, cloud.features) == ("positions", 16, 1)
    whole = clouds.cloud_of(site.card, WISH | {"points": "samples"})
    assert (whole.which, whole.features) == ("samples", 16)
    one = clouds.cloud_of(site.card, WISH | {"points": "position", "position": 7})
    assert one.parameters == {"layer": "input", "which": "position", "position": 7}


def test_a_vector_has_no_positions(site: Site) -> None:
    wish = WISH | {"layer": "prediction", "points": "position", "position": 3}
    cloud = clouds.cloud_of(site.card, wish)
    assert (cloud.which, cloud.position, cloud.features) == ("samples", 0, 3)


@pytest.mark.parametrize(
    "wish",
    [
        {"layer": "nonsense"},
        {"layer": None, "points": "everything", "position": -4},
        {"layer": ["prediction"], "points": {"a": 1}, "position": "7"},
    ],
)
def test_what_is_no_layer_stands_at_the_last(site: Site, wish: dict[str, Any]) -> None:
    cloud = clouds.cloud_of(site.card, wish)
    assert cloud.node.name == "prediction"


@pytest.mark.parametrize("position", [-1, 16, 2.5, "3", None, True])
def test_what_is_no_position_is_the_middle(site: Site, position: object) -> None:
    cloud = clouds.cloud_of(site.card, WISH | {"points": "position", "position": position})
    assert cloud.position == 8


def test_a_plan_knows_what_is_there(site: Site) -> None:
    plan = clouds.plan(site.studies, site.card, WISH)
    assert list(plan["parts"]) == ["points", "columns0", "features", "fields", "overview"]
    assert plan["missing"] == 5
    key = plan["parts"]["points"]["key"]
    found = Result({"sample": np.zeros(2, np.int32)}, {"count": 2, "total": 9})
    site.studies.store.put(key, found)
    again = clouds.plan(site.studies, site.card, WISH)
    assert again["missing"] == 4
    assert again["parts"]["points"]["facts"] == {"count": 2, "total": 9}
    assert len(json.dumps(again)) < 2000


def test_a_wide_layer_is_kept_in_parts_and_drawn_in_an_order(site: Site) -> None:
    wide = Node("wide", "dense", "Dense", (2500,), 0)
    cloud = clouds.Cloud(wide, "samples", 0, 1, 2500)
    asked = clouds.questions(site.card, cloud, "variance")
    assert [name for name in asked if name.startswith("columns")] == [
        f"columns{part}" for part in range(3)
    ]
    assert asked["overview"][1]["order"] == "variance"
    # The order by correlation is not known of so many features.
    assert clouds.questions(site.card, cloud, "clusters")["overview"][1]["order"] == "separation"
    narrow = clouds.Cloud(wide, "samples", 0, 1, 200)
    assert clouds.questions(site.card, narrow, "variance")["overview"][1]["order"] == "stored"


def test_a_task_names_only_what_is_on_this_server(site: Site) -> None:
    task = clouds.cloud_task(site.studies, WISH | {"source": {"model": "/tmp/x.h5"}, "budget": 1})
    (step,) = task["steps"]
    assert step["source"]["demo"] == "digits"
    assert step["source"]["model"] == ""
    assert step["other"] is None
    assert task["budget"] == site.studies.settings.budget
    parts = [asked["name"] for asked in step["questions"]]
    assert parts == ["points", "columns0", "features", "fields", "overview"]


@pytest.mark.parametrize("prepare", [clouds.cloud_task, *clouds.TASKS.values()])
@pytest.mark.parametrize(
    "wish", [None, [], {}, {"study": "/etc/passwd"}, {"study": "digits", "split": "../"}]
)
def test_a_forged_wish_is_refused(site: Site, prepare: Any, wish: object) -> None:
    with pytest.raises(ParameterError):
        prepare(site.studies, wish)


@pytest.mark.parametrize(
    "samples", [None, [], [0, N], [-1], [1.5], ["3"], [True], [*range(N), 2**70], "012"]
)
def test_samples_are_those_of_the_study(site: Site, samples: object) -> None:
    with pytest.raises(ParameterError, match="Samples are numbers"):
        clouds.focus_task(site.studies, WISH | {"samples": samples})


def test_samples_are_put_in_order(site: Site) -> None:
    task = clouds.focus_task(site.studies, WISH | {"samples": [5, 2, 5, 0]})
    asked = task["steps"][0]["questions"]
    assert [one["parameters"]["samples"] for one in asked] == [[0, 2, 5]] * 2


@pytest.mark.parametrize("feature", [None, -1, 3, "1", 1.0, True, "1" * 10**6])
def test_correlates_are_of_a_feature_of_the_layer(site: Site, feature: object) -> None:
    wish = WISH | {"layer": "prediction", "feature": feature}
    with pytest.raises(ParameterError, match="features 0 to 2") as refused:
        clouds.correlates_task(site.studies, wish)
    assert len(str(refused.value)) < 200


def test_a_selection_that_is_too_large_is_named_as_such(site: Site) -> None:
    samples = [0] * (clouds.MOST_SAMPLES + 1)
    with pytest.raises(ParameterError, match="Select fewer"):
        clouds.focus_task(site.studies, WISH | {"samples": samples})


def test_a_layer_too_wide_to_keep_is_refused_before_anything_is_computed(site: Site) -> None:
    wide = Node("wide", "convolution", "Conv2D", (20_000, 20_000, 64), 0)
    with pytest.raises(ParameterError, match="Show all positions"):
        clouds.questions(site.card, clouds.Cloud(wide, "samples", 0, 1, 64 * 400_000_000), "")
    asked = clouds.questions(site.card, clouds.Cloud(wide, "positions", 0, 400_000_000, 64), "")
    assert "columns0" in asked


def test_points_that_make_no_pairs_are_refused_before_anything_is_computed(site: Site) -> None:
    wish = WISH | {"b": dict(WISH), "blayer": "prediction"}
    with pytest.raises(ParameterError, match="make no pairs"):
        clouds.pair_task(site.studies, wish)
    pair = clouds.pair_task(site.studies, wish | {"points": "samples"})
    first, second = pair["steps"]
    assert first["questions"][0]["parameters"]["other_layer"] == "prediction"
    assert second["questions"][0]["parameters"]["other_layer"] == "input"
    assert first["other"] == second["source"]


GRID, OTHER_GRID = Node("grid", "c", "C", (5, 4, 3), 0), Node("other", "c", "C", (3, 2, 2), 0)
VECTOR = Node("vector", "dense", "Dense", (7,), 0)


def pair_of(
    site: Site, monkeypatch: pytest.MonkeyPatch, one: Node, second: Node, **more: Any
) -> Any:
    """Parameters of both questions about one layer beside another."""
    graph = dataclasses.replace(site.card.graph, nodes=(one, second))
    card = dataclasses.replace(site.card, graph=graph)
    source = site.studies.source("digits")
    monkeypatch.setattr(clouds, "opened", lambda *_: (source, card))
    wish = WISH | {"layer": one.name, "b": dict(WISH), "blayer": second.name} | more
    steps = clouds.pair_task(site.studies, wish)["steps"]
    (between,), (aligned,) = (step["questions"] for step in steps)
    assert (between["question"], aligned["question"]) == ("between", "aligned")
    return between["parameters"], aligned["parameters"]


@pytest.mark.parametrize(("position", "places"), [(17, (17, 3)), (2, (2, 2)), (None, (10, 3))])
def test_a_pair_is_asked_for_at_the_positions_that_are_shown(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    position: int | None,
    places: tuple[int, int],
) -> None:
    shown = {"points": "position", "position": position}
    between, aligned = pair_of(site, monkeypatch, GRID, OTHER_GRID, **shown)
    assert (between["layer"], between["other_layer"]) == ("grid", "other")
    assert (aligned["layer"], aligned["other_layer"]) == ("other", "grid")
    assert (between["position"], between["other_position"]) == places
    assert (aligned["other_position"], aligned["position"]) == places
    assert between["which"] == aligned["which"] == "position"


@pytest.mark.parametrize("points", ["samples", "strongest", "position"])
@pytest.mark.parametrize(("one", "second"), [(GRID, VECTOR), (VECTOR, GRID)])
def test_a_vector_beside_a_grid_leaves_the_grid_its_points(
    site: Site, monkeypatch: pytest.MonkeyPatch, one: Node, second: Node, points: str
) -> None:
    shown = {"points": points, "position": 17}
    between, aligned = pair_of(site, monkeypatch, one, second, **shown)
    assert between["which"] == aligned["which"] == points
    place = 17 if points == "position" else 0
    assert {between["position"], between["other_position"]} == {place, 0}


def test_the_page_says_what_is_wrong(site: Site) -> None:
    assert "no study" in embedding.cloud_plan(site.studies, {"study": "elsewhere"})["error"]
    assert "not open" in embedding.cloud_plan(site.studies, {"study": "lenet5-mnist"})["error"]
