"""What filters are worth, against networks of which they are really frozen."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl
from stripes import SIDE, samples, striped

from analysis import filter_importance, mutation, network
from analysis.errors import Cancelled, ParameterError, UnknownLayerError
from analysis.filter_importance import Downstream
from tests.analysis import architectures as zoo


@pytest.fixture(scope="module")
def net() -> network.Network:
    return network.from_keras(striped())


@pytest.mark.parametrize("means", [False, True])
def test_every_filter_costs_what_freezing_it_costs(net: network.Network, means: bool) -> None:
    x, labels = samples(90, 3)
    labels = labels.copy()
    labels[:9] = 0  # so that some are wrong
    found = filter_importance.importance(net, x, labels, "conv", means=means)
    before = net.predict(x).argmax(axis=1)
    assert found.accuracy == pytest.approx((before == labels).mean())
    given = {"conv": net.run(x, ["conv"])["conv"].mean(axis=(0, 1, 2))} if means else None
    for number in range(6):
        mutant = mutation.freeze(net, {"conv": [number]}, given)
        after = mutant.predict(x).argmax(axis=1)
        loss = (before == labels).mean() - (after == labels).mean()
        assert found.loss[number] == pytest.approx(loss)
        assert found.changed[number] == pytest.approx((after != before).mean())
        for k in range(3):
            own = labels == k
            by_class = (before == labels)[own].mean() - (after == labels)[own].mean()
            assert found.by_class[number, k] == pytest.approx(by_class)


@pytest.mark.parametrize("name", ["lenet", "residual", "inception", "two_inputs", "shared"])
def test_branches_that_pass_a_layer_by_are_kept(name: str) -> None:
    model = zoo.make(name)
    net = network.from_keras(model)
    x = zoo.samples(model, 7)
    layers = [
        layer
        for layer in net.layers[:-1]
        if net.operation(layer).run is not None and net.operation(layer).shape
    ]
    for layer in layers[:: max(1, len(layers) // 4)]:
        behind = Downstream(net, x, layer)
        np.testing.assert_allclose(behind.predict(), net.predict(x), atol=1e-5)
        mutant = mutation.freeze(net, {layer: [0]})
        np.testing.assert_allclose(behind.predict([0]), mutant.predict(x), atol=1e-5)
        np.testing.assert_allclose(
            behind.predict([0], np.array([5, 2])), mutant.predict(x)[[5, 2]], atol=1e-5
        )


def doubled() -> network.Network:
    """Six filters: the fourth says nothing, the fifth minus three times what the second does."""
    keras.utils.set_random_seed(0)
    image = keras.Input(SIDE)
    conv = kl.Conv2D(6, 3, name="conv")
    y = kl.Dense(3, activation="softmax")(kl.Flatten()(conv(image)))
    model = keras.Model(image, y)
    kernel, bias = conv.get_weights()
    kernel[..., 3] = 0.0
    kernel[..., 4] = -3.0 * kernel[..., 1]
    bias[:] = [0, 0.1, 0, 0.7, 2.0, 0]
    conv.set_weights([kernel, bias])
    return network.from_keras(model)


def test_dead_and_double_filters_are_told_of() -> None:
    x, labels = samples(30)
    found = filter_importance.importance(doubled(), x, labels, "conv")
    assert found.dead.tolist() == [False, False, False, True, False, False]
    assert found.twin.tolist() == [-1, -1, -1, -1, 1, -1]
    # A filter that gives its mean is missed by nobody if it never gives anything else.
    mean = filter_importance.importance(doubled(), x, labels, "conv", means=True)
    assert mean.changed[3] == 0


def test_classes_without_samples_have_no_loss(net: network.Network) -> None:
    x, labels = samples(30)
    some = labels != 1
    found = filter_importance.importance(net, x[some], labels[some], "conv")
    assert np.isnan(found.by_class[:, 1]).all()
    assert np.isfinite(found.by_class[:, [0, 2]]).all()


def test_a_group_is_turned_by_what_is_said_to_turn_it(net: network.Network) -> None:
    x, labels = samples(60, 4)
    behind = Downstream(net, x, "conv")
    group = np.flatnonzero(labels == 2)
    found = filter_importance.flipping(behind, group)
    first = net.predict(x[group]).argmax(axis=1)
    for number in range(len(found.filters)):
        mutant = mutation.freeze(net, {"conv": list(found.filters[: number + 1])})
        said = mutant.predict(x[group]).argmax(axis=1)
        assert (said != first).sum() == found.flipped[number]
    np.testing.assert_array_equal(said, found.classes)
    assert all(before < found.flipped[-1] for before in found.flipped[:-1]), "none is in vain"
    # The first one is the best single filter.
    alone = [
        (mutation.freeze(net, {"conv": [k]}).predict(x[group]).argmax(axis=1) != first).sum()
        for k in range(6)
    ]
    assert found.flipped[0] == max(alone)
    one = filter_importance.flipping(behind, group, most=1)
    assert len(one.filters) == (max(alone) > 0)
    assert (one.classes != first).sum() == max(alone)


def test_it_can_be_stopped(net: network.Network) -> None:
    x, labels = samples(10)
    heard: list[float] = []
    filter_importance.importance(
        net, x, labels, "conv", report=lambda share, _text="": heard.append(share)
    )
    np.testing.assert_allclose(heard, np.arange(1, 7) / 6)

    def stop(_share: float, _text: str = "") -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        filter_importance.importance(net, x, labels, "conv", report=stop)


def test_what_makes_no_sense_is_said(net: network.Network) -> None:
    x, labels = samples(10)
    with pytest.raises(UnknownLayerError):
        Downstream(net, x, "cnov")
    with pytest.raises(ParameterError, match="has no filters"):
        Downstream(net, x, "prediction")
    for wrong in (labels[:9], np.full(10, 3), np.full(10, -1)):
        with pytest.raises(ParameterError, match="true class of each of 10 samples"):
            filter_importance.importance(net, x, wrong, "conv")
    with pytest.raises(ParameterError, match="one at least"):
        filter_importance.flipping(Downstream(net, x, "conv"), np.array([], int))
