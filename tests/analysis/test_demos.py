"""The table of demonstrations, and under which key a trained network is shared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis import demos
from analysis.dataset import BUILT_IN
from analysis.errors import ParameterError


def test_the_table_holds_the_promised_demos_and_starts_with_the_default():
    assert list(demos.DEMOS) == [
        "digits",
        "lenet5-mnist",
        "lenet5-fashion",
        "lenet5-mismatch",
        "doublelenet5-fashion",
        "siamese-mnist",
        "cnn-cifar10",
        "rectified-mnist",
        "backdoor-fashion",
    ]
    assert demos.DEFAULT == "digits"


@pytest.mark.parametrize("demo", demos.DEMOS.values(), ids=lambda demo: demo.name)
def test_every_demo_is_complete(demo):
    assert demos.get(demo.name) is demo
    assert demo.title and demo.description.endswith(".")
    assert {demo.train_data, demo.shown_data} <= set(BUILT_IN)


def test_a_typing_mistake_gets_the_nearest_name():
    with pytest.raises(ParameterError, match=r"No demo 'lenet5-mnits'\. Did you mean 'lenet5-mni"):
        demos.get("lenet5-mnits")
    with pytest.raises(ParameterError, match="There are: digits, lenet5-mnist, "):
        demos.get("?")


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        demos.DEMOS["mine"] = demos.get("digits")  # type: ignore[index]


def test_only_the_mismatch_shares_its_network():
    keys = {name: demos.network_key(demo) for name, demo in demos.DEMOS.items()}
    assert keys["lenet5-mismatch"] == keys["lenet5-mnist"]
    assert len(set(keys.values())) == len(keys) - 1


@pytest.mark.parametrize(
    "change",
    [
        {"network_recipe": "lenet5"},
        {"train_data": "mnist"},
        {"epochs": 1},
        {"batch_size": 1},
        {"learning_rate": 1.0},
        {"seed": 1},
        {"method": "sgd"},
        {"samples": 100},
        {"output": "embedding"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_training_depends_on_changes_the_key(change, monkeypatch):
    demo = demos.get("digits")
    key = demos.network_key(demo)
    assert demos.network_key(replace(demo, **change)) != key
    shown = replace(demo, name="other", title="", description="", shown_data="mnist")
    assert demos.network_key(shown) == key
    monkeypatch.setattr(demos, "RECIPE_VERSION", demos.RECIPE_VERSION + 1)
    assert demos.network_key(demo) != key
