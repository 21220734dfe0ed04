"""What is asked when a sample's point was dragged: only what makes sense reaches a worker."""

from __future__ import annotations

import math
from typing import Any

import pytest
from sample_site import N, Site

from analysis.errors import ParameterError
from dashboard import leads

WISH = {"study": "digits", "split": "test", "layer": "flatten"}
WHAT = {"sample": 3, "pose": [[1, 0]] * 15 + [[0, 1.5]], "goal": [0.25, -1], "epsilon": 0.3}


def test_a_dragged_sample_becomes_a_task(site: Site) -> None:
    task = leads.task(site.studies, WISH, WHAT)
    assert task["source"]["demo"] == "digits"
    assert task["other"] is None
    assert (task["layer"], task["axes"], task["sample"]) == ("flatten", "", 3)
    assert task["pose"][-1] == [0.0, 1.5]
    assert (task["goal"], task["epsilon"], task["steps"]) == ([0.25, -1.0], 0.3, leads.STEPS)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"sample": N}, "Samples are numbers"),
        ({"sample": True}, "Samples are numbers"),
        ({"sample": None}, "Samples are numbers"),
        ({"pose": []}, "1 to 64 axes"),
        ({"pose": [[1, 0]] * 65}, "1 to 64 axes"),
        ({"pose": "flat"}, "1 to 64 axes"),
        ({"pose": [[1, 0, 0]]}, "An axis is two numbers"),
        ({"pose": [[1, math.nan]]}, "An axis is two numbers"),
        ({"pose": [[1, True]]}, "An axis is two numbers"),
        ({"goal": [math.inf, 0]}, "A place is two numbers"),
        ({"goal": None}, "A place is two numbers"),
        ({"epsilon": 0}, "above 0"),
        ({"epsilon": -0.1}, "above 0"),
        ({"epsilon": math.nan}, "above 0"),
        ({"epsilon": "0.3"}, "above 0"),
        ({"epsilon": 1e6}, "at most 1000"),
    ],
)
def test_what_makes_no_sense_is_refused(site: Site, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        leads.task(site.studies, WISH, WHAT | more)


@pytest.mark.parametrize("what", [None, [], "x", 3])
def test_whatever_is_sent_is_refused_in_words(site: Site, what: Any) -> None:
    with pytest.raises(ParameterError):
        leads.task(site.studies, WISH, what)
