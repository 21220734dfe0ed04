"""The Attack page without a browser: what it consists of, what its callbacks name, its plans."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from page_checks import check_ids, check_names
from sample_site import N, Site

from analysis.attacks import REGISTRY
from analysis.errors import ParameterError
from analysis.types import Result
from dashboard import attacks
from dashboard.pages.attack import PAGE
from dashboard.pages.attack import callbacks as attack

STUDY = {"study": "digits", "split": "test"}
WISH = STUDY | {
    "attack": "pgd",
    "samples": [3, 1, 1],
    "epsilon": "8/255",
    "norm": "linf",
    "steps": 40,
    "step": "",
    "target": None,
    "seed": 0,
}
CURVES = STUDY | {"attacks": ["pgd"], "most": "0.2", "norm": "linf", "count": 200}


def test_no_id_stands_twice() -> None:
    check_ids(PAGE)


def test_callbacks_name_what_is_there(site: Site) -> None:
    named = check_names(PAGE, site, attack.CLICKS)
    assert {"attack-link", "attack-curve", "attack-epsilon", "attack-answer-way"} <= named


def test_the_browser_knows_every_attack() -> None:
    told = {one["name"]: one for one in attacks.methods()}
    assert set(told) == set(REGISTRY)
    assert told["carlini-wagner"]["bounded"] is False
    assert told["spsa"]["gradient"] is False
    assert all(one["steps"] > 1 for one in told.values()), "a way has places in between"
    assert all(one["text"] and one["source"] and one["norms"] for one in told.values())


def test_a_wish_becomes_a_task_of_this_server(site: Site) -> None:
    (step,) = attacks.way_task(site.studies, WISH | {"budget": 10**15})["steps"]
    assert step["questions"] == [
        {
            "name": "attack",
            "question": "attack",
            "parameters": {
                "attack": "pgd",
                "samples": [1, 3],
                "epsilon": 8 / 255,
                "norm": "linf",
                "steps": 40,
                "step": None,
                "target": None,
                "seed": 0,
            },
        }
    ]
    key = site.bench.address("attack", **step["questions"][0]["parameters"])
    assert key == site.bench.address("attack", **attacks.way_of(site.card, WISH))


def test_a_single_step_has_no_length_of_its_own(site: Site) -> None:
    wish = WISH | {"attack": "fast gradient", "step": "0.01"}
    assert attacks.way_of(site.card, wish)["step"] is None


def test_an_attack_without_bounds_has_one_address_whatever_is_written_beside_it(
    site: Site,
) -> None:
    wish = WISH | {"attack": "carlini-wagner", "norm": "l2", "step": "3"}
    ways = [attacks.way_of(site.card, wish | {"epsilon": text}) for text in ("0.1", "", None)]
    assert ways[0] == ways[1] == ways[2]
    assert (ways[0]["epsilon"], ways[0]["step"]) == (0.0, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8/255", 8 / 255),
        ("0.1", 0.1),
        (0.3, 0.3),
        (1, 1.0),
        ("0,05", 0.05),
        (" 2 / 255 ", 2 / 255),
    ],
)
def test_lengths_as_people_write_them(text: Any, value: float) -> None:
    assert attacks.length_of(text, "An epsilon") == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["", "a", "1/0", "-1", "nan", "inf", "1/2/3", None, True, [], {}, 10**400, "1e9", "/2"]
)
def test_what_is_no_length_is_refused(text: Any) -> None:
    with pytest.raises(ParameterError, match=r"An epsilon is a number from 0 to 1000 .* 8/255"):
        attacks.length_of(text, "An epsilon")


@pytest.mark.parametrize(
    ("forged", "words"),
    [
        ({"attack": "magic"}, "No attack 'magic'"),
        ({"attack": None}, "No attack"),
        ({"samples": []}, "select some first"),
        ({"samples": [N]}, "select some first"),
        ({"samples": "all"}, "select some first"),
        ({"norm": "l7"}, "measured in linf or l2"),
        ({"norm": None}, "measured in linf or l2"),
        ({"steps": 0}, "Steps are a whole number from 1 to 1000"),
        ({"steps": 10**6}, "Steps are"),
        ({"steps": 1.5}, "Steps are"),
        ({"steps": True}, "Steps are"),
        ({"seed": -1}, "A seed is a whole number"),
        ({"target": 3}, "A target is a class, 0 to 2"),
        ({"target": "1"}, "A target is a class"),
        ({"step": "1"}, "no further than epsilon"),
        ({"step": "x"}, "A step is a number"),
        ({"epsilon": "x"}, "An epsilon is a number"),
        ({"study": "nonsense"}, "no study 'nonsense'"),
        ({"study": "lenet5-mnist"}, "not open any more"),
    ],
)
def test_forged_wishes_are_refused(site: Site, forged: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        attacks.way_task(site.studies, WISH | forged)


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ({"output": "embedding"}, "embedding"),
        ({"output": "softmax", "remembered": True}, "no netw"),
    ],
)
def test_what_cannot_be_attacked_says_why(site: Site, network: dict[str, Any], words: str) -> None:
    card = dataclasses.replace(site.card, network=network)
    with pytest.raises(ParameterError, match=words):
        attacks.way_of(card, WISH)
    with pytest.raises(ParameterError, match=words):
        attacks.curves_of(card, CURVES)


def kept(site: Site, **facts: Any) -> str:
    """The address of an attack in the store of a site."""
    key = site.bench.address("attack", **attacks.way_of(site.card, WISH))
    about = {"study": [site.card.study.network, site.card.study.data], "asked": {}}
    site.studies.store.put(key, Result({"x": np.zeros((2, 3, 4, 4, 1), np.float32)}, about | facts))
    return key


def test_a_link_finds_the_attack_that_it_names(site: Site) -> None:
    key = kept(site, success=0.5)
    found = attack.found(site.studies, STUDY | {"key": key})
    assert (found["key"], found["facts"]["success"]) == (key, 0.5)


@pytest.mark.parametrize("key", [None, "", 7, "../" * 20, "g" * 64])
def test_a_link_to_no_address_is_refused(site: Site, key: Any) -> None:
    assert "no address" in attack.found(site.studies, STUDY | {"key": key})["error"]


def test_a_link_to_what_is_gone_or_of_another_network_is_explained(site: Site) -> None:
    other = site.bench.address("predictions")
    for key in ("0" * 64, other):
        assert "not kept any more" in attack.found(site.studies, STUDY | {"key": key})["error"]
    key = kept(site, study=["c" * 64, site.card.study.data])
    assert "on another network" in attack.found(site.studies, STUDY | {"key": key})["error"]


def test_the_way_of_one_sample_comes_by_itself(site: Site) -> None:
    key = kept(site)
    response = site.client.get(f"/result/{key}/x/1")
    assert (response.status_code, response.headers["X-Shape"]) == (200, "3,4,4,1")
    assert len(response.data) == 3 * 16 * 4
    for address in (f"{key}/x/2", f"{key}/y/0", f"{'0' * 64}/x/0", "a/x/0"):
        assert site.client.get(f"/result/{address}").status_code == 404


def test_curves_are_planned_attack_by_attack(site: Site) -> None:
    wish = CURVES | {"attacks": ["pgd", "fast gradient"]}
    plan = attack.curves_plan(site.studies, wish)
    assert (plan["missing"], plan["samples"], plan["of"]) == (2, N, N)
    task = attacks.curves_task(site.studies, wish)
    asked = {one["name"]: one["parameters"] for one in task["steps"][0]["questions"]}
    assert set(asked) == {"pgd", "fast gradient"}
    about = asked["pgd"]
    np.testing.assert_allclose(about["epsilons"], np.arange(1, 9) * 0.025, rtol=1e-6)
    assert (about["steps"], about["norm"], about["samples"]) == (40, "linf", list(range(N)))
    key = plan["parts"]["pgd"]["key"]
    site.studies.store.put(key, Result({}, {"accuracy": [1.0]}))
    again = attack.curves_plan(site.studies, wish)
    assert (again["missing"], again["parts"]["pgd"]["facts"]) == (1, {"accuracy": [1.0]})


def test_samples_of_a_curve_are_those_with_a_class_and_always_the_same(site: Site) -> None:
    many = dataclasses.replace(site.card, labels=np.arange(5000, dtype=np.int32) % 3 - 1, n=5000)
    chosen = attacks.drawn(many, 500)
    assert len(chosen) == 500 == len(set(chosen))
    assert chosen == sorted(chosen) == attacks.drawn(many, 500)
    assert all(many.labels[one] >= 0 for one in chosen)
    assert len(attacks.drawn(many, "many")) == 200, "a number that nobody offers"
    none = dataclasses.replace(many, labels=np.full(5000, -1, np.int32))
    assert len(attacks.drawn(none, 100)) == 100


@pytest.mark.parametrize(
    ("forged", "words"),
    [
        ({"attacks": []}, "at least one attack"),
        ({"attacks": "pgd"}, "at least one attack"),
        ({"attacks": ["magic"]}, "No attack 'magic'"),
        ({"attacks": ["carlini-wagner"]}, "has no bound"),
        ({"norm": "l1"}, "measured in linf or l2"),
        ({"most": "0"}, "more than 0"),
        ({"most": "x"}, "The largest epsilon is a number"),
    ],
)
def test_curves_that_cannot_be_had_say_why(site: Site, forged: dict[str, Any], words: str) -> None:
    assert words in attack.curves_plan(site.studies, CURVES | forged)["error"]
