"""Groups that come with a data set: offered beside saved ones, never changed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sample_site import N, Site

from analysis.errors import ParameterError
from analysis.opening import identity
from dashboard.ids import frame
from dashboard.studies import Studies

GIVEN = {"with the pattern": (2, 5, 8)}


@pytest.fixture
def marked(site: Site) -> Site:
    """The site, whose study now has a group of its own."""
    site.card = replace(site.card, groups=GIVEN)
    site.studies.store.put(identity(site.studies.source("digits")), site.card.pack())
    return site


def asked(site: Site, clicked: str, **state: Any) -> Any:
    """What the browser gets when something of the group bar was clicked."""
    values = {"name": "", "picked": None, "indices": []} | state
    outputs = [{"id": frame("groups"), "property": "data"}]
    outputs += [{"id": frame("toast"), "property": "children"}]

    def given(part: str, name: str, value: Any) -> dict[str, Any]:
        return {"id": frame(part), "property": name, "value": value}

    inputs = [
        given("study", "data", {"state": "ready", "wish": {"study": "digits", "split": "test"}}),
        given("group-save", "n_clicks", 1),
        given("group-name", "n_submit", 0),
        given("group-delete", "n_clicks", 1),
    ]
    (changed,) = [item["property"] for item in inputs if item["id"] == frame(clicked)]
    body = {
        "output": f"..{frame('groups')}.data...{frame('toast')}.children..",
        "outputs": outputs,
        "inputs": inputs,
        "state": [
            given("group-name", "value", values["name"]),
            given("group-picker", "value", values["picked"]),
            given("selection", "data", {"indices": values["indices"]}),
        ],
        "changedPropIds": [f"{frame(clicked)}.{changed}"],
    }
    answer = site.client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["response"]


def test_a_card_keeps_its_groups(marked: Site) -> None:
    kept = marked.studies.card(marked.studies.source("digits"))
    assert kept is not None and kept.groups == GIVEN


def test_it_is_offered_without_having_been_saved(marked: Site) -> None:
    (group,) = asked(marked, "study")["frame-groups"]["data"]
    assert group == {"name": "with the pattern", "indices": [2, 5, 8], "given": True}
    assert not list(marked.studies.home.groups.iterdir())


def test_it_stands_before_saved_ones(marked: Site) -> None:
    saved = asked(marked, "group-save", name="a few", indices=[1, 2])
    names = [(group["name"], group["given"]) for group in saved["frame-groups"]["data"]]
    assert names == [("with the pattern", True), ("a few", False)]
    (place,) = marked.studies.home.groups.iterdir()
    (kept,) = json.loads(place.read_text())
    assert set(kept) == {"name", "indices", "created"} and kept["name"] == "a few"


def test_it_cannot_be_deleted(marked: Site) -> None:
    answer = asked(marked, "group-delete", picked="with the pattern")
    assert "comes with the data and cannot be deleted" in answer["frame-toast"]["children"]
    assert "frame-groups" not in answer
    asked(marked, "group-save", name="a few", indices=[1, 2])
    left = asked(marked, "group-delete", picked="a few")["frame-groups"]["data"]
    assert [group["name"] for group in left] == ["with the pattern"]


def test_its_name_is_taken(marked: Site) -> None:
    data = marked.card.study.data
    for indices in ([1], [2, 5, 8]):
        with pytest.raises(ParameterError, match="comes with the data already"):
            marked.studies.save_group(data, " with the  pattern", indices, N, GIVEN)
    assert not list(marked.studies.home.groups.iterdir())


def test_another_group_of_its_name_stays_where_it_is(marked: Site) -> None:
    studies, data = marked.studies, marked.card.study.data
    studies.save_group(data, "with the pattern", [0], N)  # the same samples, read from a file
    assert [group["indices"] for group in studies.groups(data, GIVEN)] == [[2, 5, 8]]
    with pytest.raises(ParameterError, match="cannot be deleted"):
        studies.delete_group(data, "with the pattern", GIVEN)
    studies.save_group(data, "a few", [1], N, GIVEN)
    studies.delete_group(data, "a few", GIVEN)
    assert [group["indices"] for group in studies.groups(data)] == [[0]]


def test_it_survives_a_restart(marked: Site) -> None:
    studies = marked.studies
    again = Studies(studies.settings, studies.home, studies.engine)
    card = again.card(again.source("digits"))
    assert card is not None
    assert [group["name"] for group in again.groups(card.study.data, card.groups)] == [*GIVEN]
