"""Pages and session without a browser: plans, look-ups, groups, figures."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dash import no_update
from dash.development.base_component import Component
from sample_site import N, Site

from analysis.engine import Engine
from analysis.errors import ParameterError, StudyError
from analysis.opening import Card, identity
from analysis.store import DiskStore
from analysis.types import Result, Source
from dashboard import theme
from dashboard.components import frame as frame_layout
from dashboard.figures.confusion import confusion, frequent
from dashboard.figures.network_graph import elements
from dashboard.page import Page
from dashboard.pages import PAGES
from dashboard.pages.network import callbacks as network
from dashboard.session import has_grown, look_up
from dashboard.state import DEFAULTS, first_colour

ASSETS = Path(__file__).parents[2] / "assets"
KNOBS = {"metric": "euclidean", "preprocessing": "none", "fill": "exact", "simplified": False}


def test_a_card_survives_the_store(site: Site) -> None:
    found = site.studies.card(site.studies.source("digits"))
    assert found is not None
    assert found.graph == site.card.graph
    assert found.simplified == site.card.simplified
    assert found.study == site.card.study
    assert found.class_names == site.card.class_names
    np.testing.assert_array_equal(found.labels, site.card.labels)


def test_an_open_study_is_summed_up_without_arrays(site: Site) -> None:
    study, to_open = look_up(site.studies, {"study": "digits", "split": ""}, None)
    assert study["state"] == "ready"
    assert study["n"] == N
    assert study["accuracy"] == pytest.approx(11 / 12)
    assert to_open is no_update
    assert len(json.dumps(study)) < 4000


def test_an_unopened_study_is_opened(site: Site) -> None:
    study, to_open = look_up(site.studies, {"study": "lenet5-mnist", "split": "train"}, None)
    assert study["state"] == "opening"
    assert to_open == {"study": "lenet5-mnist", "split": "train"}


@pytest.mark.parametrize(
    "wish",
    [
        None,
        [],
        {},
        {"study": "/etc/passwd"},
        {"source": {"model": "/tmp/x.h5", "trusted": True}},
        {"study": "digits", "split": "../"},
    ],
)
def test_a_forged_wish_is_refused(site: Site, wish: object) -> None:
    with pytest.raises(ParameterError):
        network.glyph_task(site.studies, wish)


def test_a_wish_becomes_a_task_of_this_server(site: Site) -> None:
    wish = {"study": "digits", "split": "train", "metric": "?", "budget": 10**15, "trusted": True}
    task = network.glyph_task(site.studies, wish | {"source": {"model": "/tmp/x.h5"}})
    assert task["source"]["demo"] == "digits"
    assert task["source"]["model"] == ""
    assert not task["source"]["trusted"]
    assert (task["metric"], task["budget"]) == ("euclidean", site.studies.settings.budget)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"study": "nonsense", "split": ""}, "no study 'nonsense'"),
        ({"study": "digits", "split": "validation"}, "no split 'validation'"),
    ],
)
def test_a_link_to_nothing_is_explained(site: Site, asked: dict[str, str], words: str) -> None:
    study, _ = look_up(site.studies, asked, None)
    assert study["state"] == "failed"
    assert words in study["error"]


def test_how_opening_ended_is_shown(site: Site) -> None:
    ended = {"state": "cancelled", "error": "Cancelled.", "reference": "", "result": None}
    study, _ = look_up(site.studies, {"study": "lenet5-mnist", "split": ""}, ended)
    assert study == {"state": "cancelled", "error": "Cancelled.", "reference": ""}


def test_a_plan_knows_what_is_there(site: Site) -> None:
    key = site.bench.address(
        "glyph", layer="flatten", metric="euclidean", preprocessing="none", fill="exact"
    )
    site.studies.store.put(key, Result({"grid": np.zeros((3, 4), np.int32)}, {"separation": 0.5}))
    plan = network.plan(site.studies, site.card, KNOBS)
    assert list(plan["layers"]) == ["input", "flatten", "prediction"]
    assert plan["missing"] == 2
    assert plan["layers"]["flatten"] == {"key": key, "facts": {"separation": 0.5}}
    other = network.plan(site.studies, site.card, KNOBS | {"metric": "cosine"})
    assert other["missing"] == 3
    assert other["layers"]["input"]["key"] != plan["layers"]["input"]["key"]


def ids_in(layout: Component) -> list[str]:
    text = json.dumps(layout.to_plotly_json(), default=lambda part: part.to_plotly_json())
    return re.findall(r'"id": "([^"]+)"', text)


def test_no_id_stands_twice_in_the_frame_and_a_page() -> None:
    whole = ids_in(frame_layout.layout(PAGES, {"digits": "Digits"}, "digits"))
    for page in PAGES:
        ids = whole + ids_in(page.layout())
        assert [name for name, times in Counter(ids).items() if times > 1] == [], page.title


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_layouts_compute_nothing(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def computed(*_: object, **__: object) -> None:
        raise AssertionError("a layout asked for something")

    for owner, names in ((DiskStore, ("get", "facts", "array")), (Engine, ("submit", "call"))):
        for name in names:
            monkeypatch.setattr(owner, name, computed)
    page.layout()
    page.stores()


@pytest.mark.parametrize(
    "question", [{"question": "thumbnails", "side": 64}, {"question": "predictions"}]
)
def test_what_was_evicted_is_made_again(site: Site, question: dict[str, Any]) -> None:
    site.studies.store.drop(site.bench.address(**question))
    _, to_open = look_up(site.studies, {"study": "digits", "split": ""}, None)
    assert to_open is not no_update
    assert to_open["study"] == "digits"


def test_elements_of_a_graph(site: Site) -> None:
    items = elements(site.card.graph)
    nodes = [item["data"] for item in items if "source" not in item["data"]]
    edges = [item["data"] for item in items if "source" in item["data"]]
    assert [node["id"] for node in nodes] == ["input", "flatten", "prediction"]
    assert [(edge["source"], edge["target"]) for edge in edges] == list(site.card.graph.edges)
    assert nodes[2]["parameters"] == 51


def test_confusion_figure_shows_the_counts() -> None:
    counts = np.array([[50, 3, 0], [1, 40, 9], [0, 0, 0]])
    figure = confusion(counts, ["a", "b", "a very long class name"])
    heat = figure.data[0]
    assert [list(row) for row in heat.customdata] == counts.tolist()
    assert heat.text[0][1] == "3"
    assert heat.text[0][2] == ""
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.yaxis.ticktext[2] == "a very lon…"
    many = confusion(np.eye(50, dtype=int), [str(k) for k in range(50)])
    assert many.data[0].text is None


def test_frequent_mistakes() -> None:
    counts = np.array([[50, 3, 0], [1, 40, 9], [0, 0, 7]])
    assert frequent(counts) == [(1, 2, 9), (0, 1, 3), (1, 0, 1)]
    assert frequent(counts, 1) == [(1, 2, 9)]
    assert frequent(np.diag([1, 2, 3])) == []


def test_groups_are_kept_and_checked(site: Site) -> None:
    studies, data = site.studies, site.card.study.data
    studies.save_group(data, "  odd   ones ", [5, 1, 3, 3], N)
    studies.save_group(data, "all", list(range(N)), N)
    found = {group["name"]: group["indices"] for group in studies.groups(data)}
    assert found == {"odd ones": [1, 3, 5], "all": list(range(N))}
    for name, indices, words in [
        ("", [1], "needs a name"),
        ("x" * 61, [1], "1 to 60"),
        ("x", [], "Nothing is selected"),
        ("x", [N], "not among the 12"),
        ("x", [-1], "not among the 12"),
    ]:
        with pytest.raises(ParameterError, match=words):
            studies.save_group(data, name, indices, N)
    studies.delete_group(data, "all")
    assert [group["name"] for group in studies.groups(data)] == ["odd ones"]


@pytest.mark.parametrize("data", ["../secret", "/tmp/x", "", "None", "A" * 64])
def test_groups_are_files_of_a_fingerprint_alone(site: Site, data: str) -> None:
    studies = site.studies
    with pytest.raises(ParameterError, match="fingerprint"):
        studies.groups(data)
    with pytest.raises(ParameterError, match="fingerprint"):
        studies.save_group(data, "x", [1], N)
    with pytest.raises(ParameterError, match="fingerprint"):
        studies.delete_group(data, "x")
    assert not list(studies.home.locks.rglob("*groups*"))


def test_a_taken_name_is_not_overwritten(site: Site) -> None:
    data = site.card.study.data
    site.studies.save_group(data, "mine", [1, 2], N)
    with pytest.raises(ParameterError, match="2 other samples"):
        site.studies.save_group(data, "mine", [3], N)
    assert site.studies.groups(data)[0]["indices"] == [1, 2]


@pytest.mark.parametrize("content", ["{}", "[1]", '[{"name": 1, "indices": []}]'])
def test_groups_of_another_form_are_left_alone(site: Site, content: str) -> None:
    if content == "{}":
        content = '{"name": "x"}'
    place = site.studies.home.groups / f"{site.card.study.data}.json"
    place.write_text(content)
    with pytest.raises(StudyError, match="left as it is"):
        site.studies.groups(site.card.study.data)


def test_damaged_groups_are_left_alone(site: Site) -> None:
    place = site.studies.home.groups / f"{site.card.study.data}.json"
    place.write_text("{not json")
    with pytest.raises(StudyError, match="left as it is"):
        site.studies.groups(site.card.study.data)
    assert place.read_text() == "{not json"


@pytest.mark.parametrize(
    ("classes", "labelled", "colour"), [(10, 5, "class"), (10, 0, "predicted"), (21, 5, "relative")]
)
def test_first_colour(classes: int, labelled: int, colour: str) -> None:
    assert first_colour(classes, labelled) == colour


def test_theme_and_style_sheet_agree() -> None:
    css = (ASSETS / "theme.css").read_text()
    light, dark = css.split("[data-mantine-color-scheme")
    for scheme, text in (("light", light), ("dark", dark)):
        for name, values in (
            ("ink", theme.INK),
            ("quiet", theme.QUIET),
            ("line", theme.LINE),
            ("ground", theme.GROUND),
        ):
            assert f"--{name}: {values[scheme]};" in text, (scheme, name)


def test_links_carry_the_same_fields_on_both_sides() -> None:
    script = (ASSETS / "lib" / "address.mjs").read_text()
    block = script.split("const FIELDS = {")[1].split("};")[0]
    assert set(re.findall(r"^\s*(\w+)[:,]", block, re.MULTILINE)) == set(DEFAULTS)


def test_identity_changes_with_the_files(tmp_path: Path, site: Site) -> None:
    import dataclasses
    import os

    file = tmp_path / "my.npz"
    np.savez(file, x=np.zeros(3))
    source = dataclasses.replace(
        site.studies.source("digits"), demo="", model=str(file), data=str(file)
    )
    before = identity(source)
    assert identity(source) == before
    os.utime(file, (1, 1))
    assert identity(source) != before
    file.unlink()
    with pytest.raises(StudyError, match="no file"):
        identity(source)


def test_unpacking_ignores_nothing(site: Site) -> None:
    packed = site.card.pack()
    assert Card.unpack(packed).pack().facts == packed.facts


def test_a_training_that_goes_on_is_noticed(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "epoch-000.keras").touch()
    monkeypatch.setattr(site.studies, "wished", lambda wish: Source(model=str(folder)))
    study = {"state": "ready", "wish": {"study": "run"}, "epochs": [0]}
    assert not has_grown(site.studies, study)
    (folder / "epoch-001.keras").touch()
    assert has_grown(site.studies, study)
    assert not has_grown(site.studies, study | {"epochs": [0, 1]})
    for nothing in (None, {"state": "opening"}, study | {"state": "failed"}):
        assert not has_grown(site.studies, nothing)
    monkeypatch.setattr(site.studies, "wished", lambda wish: Source(model="gone"))
    assert not has_grown(site.studies, study)
