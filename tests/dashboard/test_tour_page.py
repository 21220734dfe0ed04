"""The Tour page without a browser: what it consists of, what its callbacks name, its plan."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from page_checks import check_ids, check_names
from sample_site import WISH, Site

from analysis.errors import ParameterError
from analysis.types import Result, Source
from dashboard import tour_training, tour_views, tours
from dashboard.pages.tour import PAGE
from dashboard.pages.tour import callbacks as tour


def test_no_id_stands_twice() -> None:
    check_ids(PAGE)


def test_callbacks_name_what_is_there(site: Site) -> None:
    named = check_names(PAGE, site, tour.CLICKS)
    assert {"tour-knobs", "tour-plan", "tour-layer", "tour-speed", "tour-answer-plane"} <= named


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


def test_attacked_samples_are_part_of_a_plan_where_they_belong_to_the_study(site: Site) -> None:
    asked = {"attack": "pgd", "epsilon": 0.1, "norm": "linf", "steps": 3, "seed": 0}
    asked |= {"step": None, "target": None}
    key = site.bench.address("attack", **asked, samples=[1, 4])
    wish = WISH | {"layer": "flatten", "attack": key}
    assert tour.tour_plan(site.studies, wish)["attack"] is None, "it is not kept"
    with pytest.raises(ParameterError, match="not kept any more"):
        tours.steps_task(site.studies, wish)
    study = [site.card.study.network, site.card.study.data]
    samples = {"samples": np.array([1, 4], np.int32)}
    site.studies.store.put(key, Result(samples, {"study": study, "asked": asked}))
    about = {"layer": "flatten", "most": 64, "axes": "", "attacked": asked | {"samples": [1, 4]}}
    (step,) = tours.steps_task(site.studies, wish)["steps"]
    assert step["questions"] == [{"name": "steps", "question": "attack cloud", "parameters": about}]
    cloud = {"key": site.bench.address("attack cloud", **about), "facts": None}
    assert tour.tour_plan(site.studies, wish)["attack"] == {"steps": 3, "cloud": cloud}
    assert tour.tour_plan(site.studies, WISH | {"layer": "flatten"})["attack"] is None
    site.studies.store.put(key, Result(samples, {"study": ["c" * 64, study[1]], "asked": asked}))
    assert tour.tour_plan(site.studies, wish)["attack"] is None, "it is another network's"


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
    task = tour_training.losses_task(site.studies, WISH)
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


def test_losses_of_both_splits_lie_beside_each_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(site, monkeypatch, split="test")
    both = WISH | {"split": "test", "both": True}
    plan = tour.training_plan(site.studies, both)
    assert plan["beside"] == {"split": "train", "missing": 3}
    monkeypatch.setattr(
        site.studies, "wished", lambda wish: Source(split=wish["split"], epoch=wish.get("epoch"))
    )
    task = tour_training.losses_task(site.studies, both)
    assert [(step["source"]["split"], step["source"]["epoch"]) for step in task["steps"]] == [
        (split, epoch) for split in ("test", "train") for epoch in (0, 1, 2)
    ]
    facts = {"loss": 0.5, "by_class": [0.1, None, 3.0]}
    site.studies.store.put(site.bench.address("losses"), Result({}, facts))
    found = tour.training_plan(site.studies, both)
    assert found["beside"] == {"split": "train", "missing": 0, "overall": [0.5] * 3}
    said = "At epoch 2 the loss is 0.5 on test samples and 0.5 on train ones."
    assert found["sentences"][-1] == said
    assert "beside" not in tour.training_plan(site.studies, WISH)
    # All samples at once have no others beside them.
    recorded(site, monkeypatch, split="all")
    assert "beside" not in tour.training_plan(site.studies, both)


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


VIEWS = WISH | {"layer": "prediction"}


def test_a_comparison_asks_for_every_drawing_at_every_epoch(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(site, monkeypatch)
    task = tour_views.views_task(site.studies, VIEWS | {"epochs": [2, 0, 2], "count": 10**9})
    assert [step["source"]["epoch"] for step in task["steps"]] == [0, None]
    cloud = {"layer": "prediction", "most": 64, "axes": ""}
    assert task["steps"][0]["questions"][0]["parameters"] == cloud
    asked = {one["name"]: one for one in task["steps"][1]["questions"]}
    assert list(asked) == ["cloud", "pca", "umap", "t-sne"]
    about = cloud | {"kind": "umap", "seed": 0, "count": 1000}
    assert asked["umap"] == {"name": "umap", "question": "tour views", "parameters": about}


def test_a_comparison_is_put_together(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(site, monkeypatch)
    wish = VIEWS | {"epochs": [0, 1]}
    plan = tour.views_plan(site.studies, wish)
    assert (plan["wish"], plan["recorded"], plan["epochs"]) == (wish, [0, 1, 2], [0, 1])
    assert (plan["missing"], plan["layer"]) == (8, "prediction")
    assert plan["jumps"] == {"pca": [None], "umap": [None], "t-sne": [None], "layer": [None]}
    places = np.random.default_rng(0).normal(size=(12, 2)).astype(np.float32)
    samples = np.arange(12, dtype=np.int32)
    drawn, cloud = (plan["cells"][0][name]["key"] for name in ("umap", "cloud"))
    site.studies.store.put(drawn, Result({"places": places, "samples": samples}, {"count": 12}))
    site.studies.store.put(cloud, Result({"x": places}, {"kept": 1.0}))
    found = tour.views_plan(site.studies, wish)
    assert found["missing"] == 4, "both epochs have the same card here"
    assert found["cells"][1]["umap"] == {"key": drawn, "facts": {"count": 12}}
    assert found["jumps"]["umap"] == [pytest.approx(0, abs=1e-6)]
    assert found["jumps"]["layer"] == [0.0]
    assert found["jumps"]["pca"] == [None]


def test_what_cannot_be_measured_is_left_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(site, monkeypatch)
    wish = VIEWS | {"epochs": [0, 1]}
    cell = tour.views_plan(site.studies, wish)["cells"][0]
    samples = np.arange(12, dtype=np.int32)
    for kind, places in {"pca": np.full((12, 2), np.nan), "umap": np.ones((12, 2))}.items():
        site.studies.store.put(
            cell[kind]["key"], Result({"places": places, "samples": samples}, {"count": 12})
        )
    jumps = tour.views_plan(site.studies, wish)["jumps"]
    assert (jumps["pca"], jumps["umap"]) == ([None], [None])


@pytest.mark.parametrize("epochs", ["0", [], [7], [True], [0.0], [[0]], {"0": 1}, list(range(99))])
def test_forged_epochs_are_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch, epochs: Any
) -> None:
    recorded(site, monkeypatch)
    with pytest.raises(ParameterError, match="Epochs of this training are from 0 to 2, 3 of them"):
        tour_views.views_task(site.studies, VIEWS | {"epochs": epochs})
    assert "from 0 to 2" in tour.views_plan(site.studies, VIEWS | {"epochs": epochs})["error"]


def test_epochs_are_spread_evenly_until_some_are_chosen(site: Site) -> None:
    def chosen(*known: int, **wish: Any) -> list[int]:
        return tour_views.compared(dataclasses.replace(site.card, epochs=known), wish)

    assert chosen(*range(31)) == [0, 8, 15, 22, 30]
    assert chosen(0, 4) == [0, 4]
    assert chosen(*range(31), epochs=[30, 2, 2]) == [2, 30]
    with pytest.raises(ParameterError, match=r"At most 12 epochs .* got 13"):
        chosen(*range(31), epochs=list(range(13)))


def test_what_cannot_be_compared_is_explained(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no epochs to compare" in tour.views_plan(site.studies, VIEWS)["error"]
    assert "no study" in tour.views_plan(site.studies, {})["error"]
    nodes = [dataclasses.replace(node, shape=(1,)) for node in site.card.graph.nodes]
    recorded(site, monkeypatch, graph=dataclasses.replace(site.card.graph, nodes=tuple(nodes)))
    assert "single dimension" in tour.views_plan(site.studies, VIEWS)["error"]


def test_a_wide_layer_is_compared_along_the_axes_of_the_finished_network(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = [dataclasses.replace(node, shape=(65,)) for node in site.card.graph.nodes]
    graph = dataclasses.replace(site.card.graph, nodes=tuple(nodes))
    card = dataclasses.replace(site.card, epochs=(0, 1), graph=graph)
    study = dataclasses.replace(card.study, network="c" * 64)
    early = dataclasses.replace(card, study=study)
    known: dict[Any, Any] = {None: card, 0: early}
    monkeypatch.setattr(site.studies, "card", lambda source: known.get(source.epoch))
    monkeypatch.setattr(site.studies, "wished", lambda wish: Source(epoch=wish.get("epoch")))
    identity = card.study.identity
    for _ in range(2):  # whether or not the first epoch was opened before
        task = tour_views.views_task(site.studies, VIEWS | {"epoch": None})
        first, last = task["steps"]
        axes = [step["questions"][1]["parameters"]["axes"] for step in (first, last)]
        assert axes == [identity, ""]
        assert (first["other"]["epoch"], last["other"]) == (None, None)
        known.pop(0, None)
    known.pop(None)
    known[0] = early
    plan = tour.views_plan(site.studies, VIEWS | {"epoch": 0})
    assert plan["cells"][0]["pca"] == {"key": None, "facts": None}
    with pytest.raises(ParameterError, match="still being computed"):
        tour_views.views_task(site.studies, VIEWS | {"epoch": 0})
