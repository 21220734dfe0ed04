"""What filters have learnt, against the weights that were put there."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl

from analysis import kernels, network
from analysis.errors import ParameterError, UnknownLayerError


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(3)
    image = keras.Input((6, 6, 2))
    x = kl.Conv2D(4, 3, activation="relu", name="conv")(image)
    x = kl.DepthwiseConv2D(2, depth_multiplier=3, use_bias=False, name="deep")(x)
    x = kl.BatchNormalization(name="norm")(x)
    x = kl.Flatten(name="flat")(x)
    return keras.Model(image, kl.Dense(5, activation="softmax", name="dense")(x))


@pytest.fixture(scope="module")
def net(model: keras.Model) -> network.Network:
    return network.from_keras(model)


def test_a_filter_has_its_share_of_every_weight(model: keras.Model, net: network.Network) -> None:
    kernel, bias = model.get_layer("conv").get_weights()
    found = kernels.of(net, "conv", 2)
    assert [(one.name, one.values.shape) for one in found] == [("kernel", (3, 3, 2)), ("bias", ())]
    np.testing.assert_array_equal(found[0].values, kernel[..., 2])
    assert found[1].values == bias[2]
    assert kernels.told(found) == {
        "weights": [{"name": "kernel", "shape": [3, 3, 2]}, {"name": "bias", "shape": []}]
    }


def test_filters_of_a_depthwise_convolution_go_channel_by_channel(
    model: keras.Model, net: network.Network
) -> None:
    (kernel,) = model.get_layer("deep").get_weights()
    # Of a single bright pixel in one channel, only that channel's filters see anything.
    x = np.zeros((1, 6, 6, 2), np.float32)
    x[0, 2, 2] = 1
    before, after = (net.run(x, [name])[name][0] for name in ("relu0", "deep"))
    for number in range(12):
        (own,) = kernels.of(net, "deep", number)
        np.testing.assert_array_equal(own.values, kernel[:, :, number // 3, number % 3])
        patch = before[:2, :2, number // 3]
        assert after[0, 0, number] == pytest.approx((patch * own.values).sum(), abs=1e-5)


def test_what_learns_nothing_has_no_weights(net: network.Network) -> None:
    assert kernels.of(net, "relu0", 1) == []
    assert kernels.of(net, "flat", 7) == []
    assert [one.name for one in kernels.of(net, "norm", 0)] == [
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
    ]


def test_what_is_not_there_is_said(net: network.Network, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownLayerError):
        kernels.of(net, "conb", 0)
    with pytest.raises(ParameterError, match="filters 0 to 3; got 4"):
        kernels.of(net, "conv", 4)
    with pytest.raises(ParameterError, match="has no filters"):
        kernels.of(net, "prediction", 0)
    monkeypatch.setattr(kernels, "MOST", 5)
    with pytest.raises(ParameterError, match="18 weights; at most 5"):
        kernels.of(net, "conv", 0)
