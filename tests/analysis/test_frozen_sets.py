"""Sets of frozen filters as text and as files, which anybody may have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import frozen_sets
from analysis.errors import ParameterError
from analysis.frozen_sets import FrozenSet

FORM = r'\{"filters": \{"conv0": \[1, 3\]\}, "gives": "zeros"\}'

SETS = st.builds(
    FrozenSet,
    st.dictionaries(
        st.text(),
        st.sets(st.integers(0, 2000), min_size=1).map(lambda chosen: tuple(sorted(chosen))),
        min_size=1,
        max_size=5,
    ),
    st.booleans(),
    st.sampled_from(["", "no curves", "ohne Bögen", "☂"]),
)


@given(SETS)
def test_what_is_packed_is_read_again(one: FrozenSet) -> None:
    assert frozen_sets.checked(one.pack()) == one
    assert frozen_sets.parsed(json.dumps(one.pack())) == one
    nameless = FrozenSet(one.filters, one.means)
    assert frozen_sets.parsed(one.text) == nameless


@given(SETS, SETS)
def test_a_source_names_filters_and_nothing_else(one: FrozenSet, other: FrozenSet) -> None:
    turned = FrozenSet(dict(reversed(one.filters.items())), one.means, "another name")
    assert turned.text == one.text
    alike = dict(one.filters) == dict(other.filters) and one.means == other.means
    assert (one.text == other.text) == alike


def test_order_doubles_and_empty_layers_are_of_no_account() -> None:
    one = frozen_sets.checked({"filters": {"b": [3, 1, 3], "c": [], "a": [0]}, "of": "digits"})
    assert one == FrozenSet({"a": (0,), "b": (1, 3)})
    assert list(one.pack()["filters"]) == ["a", "b"]


def test_zeros_are_given_unless_means_are_asked_for() -> None:
    filters = {"conv0": [1]}
    assert not frozen_sets.checked({"filters": filters}).means
    assert not frozen_sets.checked({"filters": filters, "gives": "zeros"}).means
    means = frozen_sets.checked({"filters": filters, "gives": "means"})
    assert means.means
    assert means.pack()["gives"] == "means"
    assert means.text != frozen_sets.checked({"filters": filters}).text


@pytest.mark.parametrize("text", ["", "{", "no JSON", "[" * 100_000, "9" * 5000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match=f"{FORM}; this is no JSON") as found:
        frozen_sets.parsed(text)
    assert len(str(found.value)) < 250


@pytest.mark.parametrize(
    "value", [None, 3, "conv0", [], [{"filters": {"a": [1]}}], {}, {"filters": [1]}, {"conv0": [1]}]
)
def test_what_has_another_form_is_refused(value: Any) -> None:
    with pytest.raises(ParameterError, match=f"{FORM}; got"):
        frozen_sets.parsed(json.dumps(value))


@pytest.mark.parametrize("filters", [{}, {"conv0": []}, {"conv0": [], "conv1": []}])
def test_a_set_of_nothing_is_none(filters: Any) -> None:
    with pytest.raises(ParameterError, match="No filter is frozen in this set"):
        frozen_sets.checked({"filters": filters})


@pytest.mark.parametrize(
    "chosen",
    [[-1], [1.0], [True], ["1"], [None], [[1]], "12", "", 3, None, {"1": 2}, [float("nan")]],
)
def test_filters_that_are_no_numbers_are_refused(chosen: Any) -> None:
    with pytest.raises(ParameterError, match="layer 'conv0' are whole numbers from 0"):
        frozen_sets.parsed(json.dumps({"filters": {"conv0": chosen, "conv1": [1]}}))


@pytest.mark.parametrize("gives", ["ones", "", None, 0, False, ["zeros"], {}])
def test_filters_give_zeros_or_means(gives: Any) -> None:
    with pytest.raises(ParameterError, match="give zeros or means; got"):
        frozen_sets.checked({"filters": {"conv0": [1]}, "gives": gives})


@pytest.mark.parametrize("name", ["a" * 61, "two\nlines", "\x1b[31m", "\u202e", "\ud800", None, 7])
def test_names_are_short_and_can_be_seen(name: Any) -> None:
    with pytest.raises(ParameterError, match="at most 60 visible letters"):
        frozen_sets.checked({"filters": {"conv0": [1]}, "name": name})


def test_needless_spaces_of_a_name_go() -> None:
    assert frozen_sets.checked({"filters": {"conv0": [1]}, "name": "  no   curves "}).name == (
        "no curves"
    )


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (FrozenSet({"conv0": (1, 3)}), "Frozen filters, which give zeros: conv0 1, 3."),
        (
            FrozenSet({"fc": tuple(range(1200)), "conv0": tuple(range(8))}, means=True),
            "Frozen filters, which give their mean over the data: conv0 0, 1, 2, 3, 4, 5, 6, 7; "
            "1,200 filters of fc.",
        ),
    ],
)
def test_a_set_says_which_filters_it_freezes(one: FrozenSet, sentence: str) -> None:
    assert one.sentence == sentence


# ------------------------------------------------------------------------------ files


def written(place: Path, **facts: Any) -> Path:
    place.write_text(json.dumps({"filters": {"conv0": [1, 3]}} | facts), encoding="utf-8")
    return place


def test_a_file_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.json", name="ohne Bögen", gives="means", note="of an exercise")
    assert frozen_sets.read(path) == FrozenSet({"conv0": (1, 3)}, True, "ohne Bögen")


@pytest.mark.parametrize("more", [{}, {"name": ""}, {"name": "   "}])
def test_a_nameless_file_is_named_after_itself(tmp_path: Path, more: dict[str, Any]) -> None:
    assert frozen_sets.read(written(tmp_path / "no-curves.json", **more)).name == "no-curves"
    long = frozen_sets.read(written(tmp_path / f"{'a' * 90}.json", **more))
    assert frozen_sets.checked(long.pack()) == long


def test_a_file_is_named_in_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    for content, words in (
        (b"{", "this is no JSON"),
        (b'{"filters": {}}', "No filter is frozen"),
        (b'{"filters": {"a": [-1]}}', "whole numbers from 0"),
        (b'\xff\xfe{"filters": {"a": [1]}}', "cannot be read: 'utf-8' codec"),
        (b" " * (frozen_sets.MAX_BYTES + 1), "more than 1 MiB"),
    ):
        path.write_bytes(content)
        with pytest.raises(ParameterError, match=words) as found:
            frozen_sets.read(path)
        assert str(found.value).count(str(path)) == 1


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.json", name="mine")
    path.write_bytes(path.read_bytes().ljust(frozen_sets.MAX_BYTES))
    assert frozen_sets.read(path).name == "mine"


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"nowhere.json cannot be read: No such file"):
        frozen_sets.read(tmp_path / "nowhere.json")
    with pytest.raises(ParameterError, match="cannot be read: Is a directory"):
        frozen_sets.read(tmp_path)
