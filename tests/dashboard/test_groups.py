"""Groups of samples: those that come with a data set, and what becomes of them on its variants."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_site import N, Site, put_card, put_samples

from analysis import added
from analysis.engine import Engine
from analysis.errors import ParameterError
from analysis.home import Home
from analysis.opening import identity
from analysis.types import Study
from dashboard import kept
from dashboard.ids import frame
from dashboard.settings import Settings
from dashboard.studies import Studies

GIVEN = {"with the pattern": (2, 5, 8)}


@pytest.fixture
def marked(site: Site) -> Site:
    """The site, whose study now has a group of its own."""
    site.card = replace(site.card, groups=GIVEN)
    site.studies.store.put(identity(site.studies.source("digits")), site.card.pack())
    return site


def asked(site: Site, clicked: str, study: str = "digits", **state: Any) -> Any:
    """What the browser gets when something of a study's group bar was clicked."""
    values = {"name": "", "picked": None, "indices": []} | state

    def part(name: str, what: str, value: Any) -> dict[str, Any]:
        return {"id": frame(name), "property": what, "value": value}

    inputs = [
        part("study", "data", {"state": "ready", "wish": {"study": study, "split": "test"}}),
        part("group-save", "n_clicks", 1),
        part("group-name", "n_submit", 0),
        part("group-delete", "n_clicks", 1),
    ]
    (changed,) = (item["property"] for item in inputs if item["id"] == frame(clicked))
    body = {
        "output": f"..{frame('groups')}.data...{frame('toast')}.children..",
        "outputs": [
            {"id": frame("groups"), "property": "data"},
            {"id": frame("toast"), "property": "children"},
        ],
        "inputs": inputs,
        "state": [
            part("group-name", "value", values["name"]),
            part("group-picker", "value", values["picked"]),
            part("selection", "data", {"indices": values["indices"]}),
        ],
        "changedPropIds": [f"{frame(clicked)}.{changed}"],
    }
    answer = site.client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["response"]


def groups_of(site: Site, study: str, clicked: str = "study", **state: Any) -> dict[str, list[int]]:
    """The groups that the bar shows then, by name."""
    found = asked(site, clicked, study, **state)["frame-groups"]["data"]
    return {group["name"]: group["indices"] for group in found}


def test_a_card_keeps_its_groups(marked: Site) -> None:
    card = marked.studies.card(marked.studies.source("digits"))
    assert card is not None and card.groups == GIVEN


def test_it_is_offered_without_having_been_saved(marked: Site) -> None:
    (group,) = asked(marked, "study")["frame-groups"]["data"]
    assert group == {"name": "with the pattern", "indices": [2, 5, 8], "given": True}
    assert not list(marked.studies.home.groups.iterdir())


def test_it_stands_before_saved_ones(marked: Site) -> None:
    saved = asked(marked, "group-save", name="a few", indices=[1, 2])
    names = [(group["name"], group["given"]) for group in saved["frame-groups"]["data"]]
    assert names == [("with the pattern", True), ("a few", False)]
    (place,) = marked.studies.home.groups.iterdir()
    (group,) = json.loads(place.read_text())
    assert set(group) == {"name", "indices", "created"} and group["name"] == "a few"


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


# ------------------------------------------------------------------- of variants


@pytest.fixture
def extended(site: Site) -> Site:
    """A site to whose data three samples were added."""
    put_samples(site.studies, 3)
    given, base = {added.GROUP: (N, N + 1, N + 2)}, site.card.study.data
    study = Study(site.card.study.network, "d" * 64)
    put_card(site, "digits.added", n=N + 3, groups=given, base=base, study=study)
    return site


def test_groups_of_the_data_are_there_on_its_variants(extended: Site) -> None:
    groups_of(extended, "digits", "group-save", name="a few", indices=[1, 2])
    whole = [N, N + 1, N + 2]
    assert groups_of(extended, "digits.added") == {added.GROUP: whole, "a few": [1, 2]}
    groups_of(extended, "digits.added", "group-save", name="mixed", indices=[3, N, N + 2])
    groups_of(extended, "digits.added", "group-save", name="new", indices=[N + 1])
    assert groups_of(extended, "digits.added") == {
        added.GROUP: whole,
        "a few": [1, 2],
        "mixed": [3, N, N + 2],
        "new": [N + 1],
    }
    assert groups_of(extended, "digits") == {"a few": [1, 2], "mixed": [3]}
    groups_of(extended, "digits", "group-delete", picked="a few")
    assert "a few" not in groups_of(extended, "digits.added")


def test_the_plain_data_has_no_group_of_what_was_added(extended: Site) -> None:
    with pytest.raises(KeyError):  # the bar stays as it was, and the toast says why
        groups_of(extended, "digits", "group-save", name="new", indices=[N])
    assert groups_of(extended, "digits") == {}


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Studies:
    """A home of its own, for many examples."""
    home = Home(tmp_path_factory.mktemp("home") / "home")
    return Studies(Settings(home=home.path), home, Engine(home))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 4),
    st.integers(1, 5).flatmap(
        lambda count: st.tuples(
            st.just(count), st.lists(st.integers(0, count - 1), min_size=1, max_size=6)
        )
    ),
    st.lists(st.sets(st.integers(0, 8), min_size=1), max_size=4),
)
def test_groups_keep_their_samples_when_others_go(
    apart: Studies, first: int, removal: tuple[int, list[int]], chosen: list[set[int]]
) -> None:
    count, removed = removal
    samples = [f"sample {k}" for k in range(first)] + [f"added {k}" for k in range(count)]
    left = [name for k, name in enumerate(samples) if k - first not in removed]
    groups = {
        f"group {k}": sorted(index for index in some if index < len(samples))
        for k, some in enumerate(chosen)
    }
    entries = [{"name": name, "indices": some, "created": 1.0} for name, some in groups.items()]
    kept.write(apart.home.groups / f"{'c' * 64}.json", entries)
    apart.renumber_groups("c" * 64, first, removed)
    found = {group["name"]: group["indices"] for group in apart.groups("c" * 64)}
    expected = {}
    for name, some in groups.items():
        names = {samples[index] for index in some}
        if stay := [k for k, one in enumerate(left) if one in names]:
            expected[name] = stay
    assert found == expected
