"""What is answered about filters, against networks of which they are really frozen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from stripes import striped
from test_attack_answers import shown

from analysis import added, mutation, network
from analysis.added import Added
from analysis.errors import MemoryBudgetError, ParameterError, UnknownLayerError
from analysis.workbench import Workbench


@pytest.fixture(scope="module")
def net() -> network.Network:
    return network.from_keras(striped())


@pytest.fixture
def bench(net: network.Network) -> Workbench:
    return Workbench(net, shown(60))


@pytest.mark.parametrize("means", [False, True])
def test_what_is_said_without_filters_is_what_the_mutant_says(
    bench: Workbench, means: bool
) -> None:
    wanted = {"conv": [3, 0, 3]}
    x, labels = bench.dataset.x, bench.dataset.labels
    given = {"conv": bench.network.run(x, ["conv"])["conv"].mean(axis=(0, 1, 2))}
    mutant = mutation.freeze(bench.network, wanted, given if means else None)
    expected = mutant.predict(x)
    found = bench.frozen(wanted, means=means)
    np.testing.assert_allclose(found.arrays["probabilities"], expected, atol=1e-5)
    after, before = expected.argmax(axis=1), bench.network.predict(x).argmax(axis=1)
    np.testing.assert_array_equal(found.arrays["predicted"], after)
    assert found.arrays["confusion"].sum() == 60
    assert found.facts == {
        "before": pytest.approx((before == labels).mean()),
        "accuracy": pytest.approx((after == labels).mean()),
        "changed": int((after != before).sum()),
    }


@pytest.mark.parametrize("budget", [2**30, 2**12])
def test_means_are_those_of_the_data_without_what_was_added(
    net: network.Network, budget: int
) -> None:
    data = shown(60)
    more = Added(
        np.ones((3, *data.x.shape[1:]), np.float32), np.full(3, -1), ({"kind": "sketch"},) * 3
    )
    bench = Workbench(net, added.extended(data, more), budget=budget)
    filters = {"conv": [1], "flatten": [4]}
    mutant = mutation.freeze(net, filters, mutation.means(net, data.x, filters))
    found = bench.frozen(filters, means=True).arrays["probabilities"]
    np.testing.assert_allclose(found, mutant.predict(bench.dataset.x), atol=1e-5)


def test_freezing_nothing_changes_nothing(bench: Workbench) -> None:
    found = bench.frozen({"conv": []})
    np.testing.assert_array_equal(
        found.arrays["probabilities"], bench.predictions().arrays["probabilities"]
    )
    assert found.facts["changed"] == 0


def test_freezing_all_gives_one_answer(bench: Workbench) -> None:
    every = range(mutation.filters_of(bench.network, "conv"))
    said = bench.frozen({"conv": list(every)}).arrays["probabilities"]
    np.testing.assert_allclose(said, np.broadcast_to(said[0], said.shape), atol=1e-6)


def test_what_filters_are_worth_agrees_with_freezing_each(bench: Workbench) -> None:
    some = range(5, 45)
    found = bench.filters("conv", some)
    truth = bench.dataset.labels[5:45]
    before = bench.predictions().arrays["predicted"][5:45]
    assert found.facts == {"accuracy": pytest.approx((before == truth).mean()), "counted": 40}
    for number in range(len(found.arrays["loss"])):
        after = bench.frozen({"conv": [number]}).arrays["predicted"][5:45]
        loss = (before == truth).mean() - (after == truth).mean()
        assert found.arrays["loss"][number] == pytest.approx(loss, abs=1e-6)
        assert found.arrays["changed"][number] == pytest.approx((after != before).mean(), abs=1e-6)


def test_samples_without_a_class_are_not_counted(net: network.Network) -> None:
    data = shown(20)
    labels = data.labels.copy()
    labels[::2] = -1
    bench = Workbench(net, dataclasses.replace(data, labels=labels))
    assert bench.filters("conv").facts["counted"] == 10
    with pytest.raises(ParameterError, match="none here"):
        bench.filters("conv", [0, 2])


def test_filters_that_turn_a_group_do(bench: Workbench) -> None:
    group = np.flatnonzero(bench.predictions().arrays["predicted"] == 1)[:6]
    found = bench.flipping("conv", group.tolist()).arrays
    assert (np.diff(found["flipped"]) >= 0).all() or found["flipped"][-1] == len(group)
    after = bench.frozen({"conv": found["filters"].tolist()}).arrays["predicted"][group]
    np.testing.assert_array_equal(after, found["classes"])
    assert (after != 1).sum() == found["flipped"][-1] > 0


def test_what_cannot_be_answered_says_why(bench: Workbench, net: network.Network) -> None:
    with pytest.raises(UnknownLayerError):
        bench.filters("nowhere")
    with pytest.raises(ParameterError, match="no filters"):
        bench.frozen({"prediction": [0]})
    with pytest.raises(ParameterError, match="select some first"):
        bench.flipping("conv", [])
    with pytest.raises(ParameterError, match="select some first"):
        bench.flipping("conv", [60])
    tight = Workbench(net, shown(60), budget=1000)
    with pytest.raises(MemoryBudgetError, match=r"What passes layer 'conv' takes [\d,]+ bytes"):
        tight.filters("conv")
