"""Attacks against what a gradient worked out by hand says."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl

from analysis import attacks, network
from analysis.errors import DataError, ModelError, ParameterError

ATTACK = attacks.REGISTRY["fast gradient"]
WEIGHTS = np.random.default_rng(0).standard_normal((12, 3)).astype(np.float32)
BIAS = np.array([0.2, -0.1, 0.0], np.float32)


def linear(ending, sharpness=1.0, width=3):
    """A network of one dense layer, whose gradients are known."""
    image = keras.Input((2, 6, 1))
    dense = kl.Dense(width, activation=None if ending in ("logits", "layer") else ending)
    out = dense(kl.Flatten()(image))
    if ending == "layer":
        out = kl.Softmax()(out)
    model = keras.Model(image, out)
    dense.set_weights([sharpness * WEIGHTS[:, :width], sharpness * BIAS[:width]])
    return network.from_keras(model)


def samples(n=5):
    return np.random.default_rng(1).uniform(0.2, 0.8, (n, 2, 6, 1)).astype(np.float32)


def gradient(x, labels, sharpness=1.0):
    """Of the cross entropy of a softmax over x W + b: W (p - y)."""
    scores = sharpness * (x.reshape(len(x), 12).astype(np.float64) @ WEIGHTS + BIAS)
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = grown / grown.sum(axis=1, keepdims=True)
    p[np.arange(len(x)), labels] -= 1
    return (p @ WEIGHTS.T).reshape(x.shape)


@pytest.mark.parametrize("ending", ["softmax", "layer", "logits"])
def test_one_step_is_the_sign_of_the_gradient(ending):
    x, labels = samples(), np.array([0, 1, 2, 0, 1])
    found = ATTACK.trajectory(linear(ending), x, labels, 0.1)
    assert found.shape == (2, 5, 2, 6, 1)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[0], x)
    wanted = x + 0.1 * np.sign(gradient(x, labels))
    np.testing.assert_allclose(found[1], wanted, atol=1e-6)


@pytest.mark.parametrize("ending", ["softmax", "layer"])
def test_a_network_that_is_sure_has_a_gradient_too(ending):
    """Of probabilities that are 1 and 0 in float32, only the scores before still tell."""
    x = samples()
    net = linear(ending, sharpness=2000.0)
    labels = net.predict(x).argmax(axis=1)
    assert (net.predict(x).max(axis=1) > 1 - 1e-6).all()
    again = ATTACK.trajectory(net, x, (labels + 1) % 3, 0.05)
    wanted = x + 0.05 * np.sign(gradient(x, (labels + 1) % 3, 2000.0))
    np.testing.assert_allclose(again[1], wanted, atol=1e-6)


def test_one_unit_has_two_classes():
    x, labels = samples(), np.array([0, 1, 0, 1, 1])
    away = np.sign(WEIGHTS[:, 0]).reshape(2, 6, 1)
    for ending in ("sigmoid", "logits"):
        found = ATTACK.trajectory(linear(ending, width=1), x, labels, 0.1)
        sign = np.where(labels == 0, 1, -1)[:, None, None, None]
        np.testing.assert_allclose(found[1], x + 0.1 * sign * away, atol=1e-6)


def test_steps_lead_there_and_stay_in_the_range_of_pixels():
    x, labels = samples(), np.zeros(5, int)
    found = ATTACK.trajectory(linear("softmax"), x, labels, 0.5, steps=4)
    assert found.shape[0] == 5
    assert found.min() >= 0
    assert found.max() <= 1
    way = np.abs(found[1:] - x).reshape(4, -1).max(axis=1)
    np.testing.assert_allclose(way, [0.125, 0.25, 0.375, 0.5], atol=1e-6)
    beyond = ATTACK.trajectory(linear("softmax"), x * 9, labels, 0.5)
    assert beyond.max() > 1, "values that are no pixels are not cut off"


def test_a_target_is_approached():
    x, net = samples(), linear("softmax")
    found = ATTACK.trajectory(net, x, np.zeros(5, int), 0.2, target=2)
    assert (net.predict(found[1])[:, 2] > net.predict(x)[:, 2]).all()
    np.testing.assert_allclose(found[1], x - 0.2 * np.sign(gradient(x, np.full(5, 2))), atol=1e-6)


def test_no_epsilon_changes_nothing():
    x = samples()
    np.testing.assert_array_equal(ATTACK.trajectory(linear("softmax"), x, [0] * 5, 0.0)[1], x)


def test_what_cannot_be_attacked_is_said():
    net, x = linear("softmax"), samples()
    for labels, words in (([0] * 4, "5 samples"), ([3] * 5, "one class of 3"), ([-1] * 5, "class")):
        with pytest.raises(ParameterError, match=words):
            ATTACK.trajectory(net, x, labels, 0.1)
    with pytest.raises(ParameterError, match="epsilon of 0 or more"):
        ATTACK.trajectory(net, x, [0] * 5, -0.1)
    with pytest.raises(ParameterError, match="one at least"):
        ATTACK.trajectory(net, x[:0], [], 0.1)
    with pytest.raises(DataError):
        ATTACK.trajectory(net, np.zeros((5, 3, 3, 1)), [0] * 5, 0.1)
    points = network.from_keras(
        keras.Sequential([keras.Input((4,)), kl.Dense(2)]), output="embedding"
    )
    with pytest.raises(ModelError, match="no class probabilities"):
        ATTACK.trajectory(points, np.zeros((1, 4)), [0], 0.1)
    one, other = keras.Input((4,), name="one"), keras.Input((4,), name="other")
    both = keras.Model([one, other], kl.Dense(2, activation="softmax")(kl.Add()([one, other])))
    with pytest.raises(ModelError, match="this network has 2"):
        ATTACK.trajectory(network.from_keras(both), np.zeros((1, 4)), [0], 0.1)
