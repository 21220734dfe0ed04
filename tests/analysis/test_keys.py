"""Addresses of results."""

from __future__ import annotations

import dataclasses

import pytest

from analysis.keys import cache_key, digest, is_key
from analysis.types import Study

STUDY = Study(network="a" * 64, data="b" * 64)


def test_order_of_names_does_not_matter() -> None:
    assert digest({"a": 1, "b": [2, None]}) == digest({"b": [2, None], "a": 1})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes", {1, 2}])
def test_what_is_not_plain_json_has_no_address(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        digest({"value": value})


@pytest.mark.parametrize(
    "change",
    [
        {"network": "c" * 64},
        {"data": "c" * 64},
        {"epoch": 3},
        {"frozen": (("conv0", (1, 2)),)},
        {"attack": "d" * 64},
    ],
)
def test_every_part_of_a_study_changes_the_address(change: dict[str, object]) -> None:
    other = dataclasses.replace(STUDY, **change)  # type: ignore[arg-type]
    assert cache_key("order", version=1, study=STUDY) != cache_key("order", version=1, study=other)


def test_question_version_and_parameters_change_the_address() -> None:
    keys = {
        cache_key("order", version=1, study=STUDY, layer="conv0"),
        cache_key("order", version=2, study=STUDY, layer="conv0"),
        cache_key("glyph", version=1, study=STUDY, layer="conv0"),
        cache_key("order", version=1, study=STUDY, layer="conv1"),
        cache_key("order", version=1, study=STUDY),
    }
    assert len(keys) == 5
    assert all(is_key(key) for key in keys)


@pytest.mark.parametrize("text", ["", "a" * 63, "A" * 64, "../" + "a" * 61, "g" * 64])
def test_what_is_no_key(text: str) -> None:
    assert not is_key(text)
