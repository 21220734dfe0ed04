"""Frozen filters, against the network's own layers put together by hand."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from stripes import samples, striped

from analysis import graph, mutation, network
from analysis.errors import ParameterError, UnknownLayerError
from tests.analysis import architectures as zoo


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return striped()


@pytest.fixture(scope="module")
def net(model: keras.Model) -> network.Network:
    return network.from_keras(model)


def by_hand(model: keras.Model, x: np.ndarray, filters: list[int], instead: float) -> np.ndarray:
    """The convolution's channels are replaced before its tanh."""
    kernel, bias = model.get_layer("conv").get_weights()
    made = np.array(keras.ops.conv(x, kernel) + bias)
    made[..., filters] = instead
    return np.asarray(model.get_layer("end")(np.tanh(made).reshape(len(x), -1)))


@pytest.mark.parametrize("filters", [[0], [2, 5], list(range(6))])
def test_frozen_filters_pass_zeros_on(
    model: keras.Model, net: network.Network, filters: list[int]
) -> None:
    x, _ = samples(200)
    mutant = mutation.freeze(net, {"conv": filters})
    np.testing.assert_allclose(mutant.predict(x), by_hand(model, x, filters, 0.0), atol=1e-5)
    ran = mutant.run(x, ["conv"])["conv"]
    assert (ran[..., filters] == 0).all()
    others = [k for k in range(6) if k not in filters]
    np.testing.assert_array_equal(ran[..., others], net.run(x, ["conv"])["conv"][..., others])


def test_frozen_filters_may_give_their_mean(model: keras.Model, net: network.Network) -> None:
    x, _ = samples(50)
    means = np.arange(6) / 7
    mutant = mutation.freeze(net, {"conv": [3]}, {"conv": means})
    np.testing.assert_allclose(mutant.predict(x), by_hand(model, x, [3], 3 / 7), atol=1e-5)


def test_freezing_nothing_changes_nothing(net: network.Network) -> None:
    assert mutation.freeze(net, {}) is net
    assert mutation.freeze(net, {"conv": []}) is net


def test_freezing_all_gives_one_answer(net: network.Network) -> None:
    x, _ = samples(40)
    found = mutation.freeze(net, {"conv": range(6)}).predict(x)
    np.testing.assert_allclose(found, np.repeat(found[:1], 40, axis=0), atol=1e-6)


def test_the_network_itself_stays_what_it_was(net: network.Network) -> None:
    x, _ = samples(20)
    before = net.predict(x)
    mutant = mutation.freeze(net, {"conv": [1], "flatten": [0, 3]})
    mutant.predict(x)
    np.testing.assert_array_equal(net.predict(x), before)
    assert mutant.layers == net.layers
    assert mutant.graph == net.graph
    assert mutant.parameters == net.parameters


def test_a_mutant_is_called_by_what_is_frozen(net: network.Network) -> None:
    def name(frozen: dict[str, list[int]], **more: object) -> str:
        return mutation.freeze(net, frozen, **more).fingerprint  # type: ignore[arg-type]

    first = name({"conv": [1, 2], "flatten": [7]})
    assert first == name({"flatten": [7, 7], "conv": [2, 1]})
    others = {
        net.fingerprint,
        name({"conv": [1, 2]}),
        name({"conv": [1, 3], "flatten": [7]}),
        name({"conv": [1, 2], "flatten": [7]}, given={"conv": np.ones(6)}),
    }
    assert len(others) == 4
    assert first not in others
    # What those give that are not frozen is of no account.
    ones, other = np.ones(6), np.ones(6)
    other[5] = 3.0
    assert name({"conv": [1]}, given={"conv": ones}) == name({"conv": [1]}, given={"conv": other})


def test_what_is_not_finite_is_silenced_too() -> None:
    image = keras.Input((4,))
    dense = keras.layers.Dense(3, name="wild")
    out = keras.layers.Dense(2, activation="softmax")(dense(image))
    wild = keras.Model(image, out)
    dense.set_weights([np.full((4, 3), np.inf, np.float32), np.zeros(3, np.float32)])
    mutant = mutation.freeze(network.from_keras(wild), {"wild": [0, 1, 2]})
    assert np.isfinite(mutant.predict(np.ones((3, 4), np.float32))).all()


@pytest.mark.parametrize("name", ["lenet", "mlp", "residual"])
def test_downstream_alone_is_what_a_whole_pass_gives(name: str) -> None:
    """Values that are kept, changed and handed on give what the mutant gives."""
    model = zoo.make(name)
    net = network.from_keras(model)
    x = zoo.samples(model, 12)
    cuts = [place for place in graph.cuts(net.operations) if not net.operations[place].idle]
    assert cuts
    for place in cuts[:: max(1, len(cuts) // 4)]:
        layer = net.operations[place].name
        if layer == "prediction":
            continue
        run, _ = net.between([place], len(net.operations) - 1)
        kept = net.run(x, [layer])[layer].copy()
        kept[..., 0] = 0
        mutant = mutation.freeze(net, {layer: [0]})
        np.testing.assert_allclose(mutant.predict(x), run(kept.reshape(12, -1)), atol=1e-5)


def test_what_cannot_be_frozen_is_said(net: network.Network) -> None:
    with pytest.raises(UnknownLayerError, match="Did you mean 'conv'"):
        mutation.freeze(net, {"cnov": [1]})
    for filters in ([6], [-1], [1.5], [True]):
        with pytest.raises(ParameterError, match="has the filters 0 to 5"):
            mutation.freeze(net, {"conv": filters})
    with pytest.raises(ParameterError, match="is the input of the network"):
        mutation.freeze(net, {"picture": [0]})
    with pytest.raises(ParameterError, match="is the prediction of the network"):
        mutation.freeze(net, {"prediction": [0]})
    for mean in (np.zeros(5), np.full(6, np.nan)):
        with pytest.raises(ParameterError, match="one finite mean each"):
            mutation.freeze(net, {"conv": [0]}, {"conv": mean})
