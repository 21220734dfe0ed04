"""Attacks against what a gradient worked out by hand says."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl

from analysis import attacks, network
from analysis.attacks import problem
from analysis.attacks.problem import odds
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
    # And away from the class it is sure of, though 1 - p is 0 even in float64.
    away = ATTACK.trajectory(net, x, labels, 0.05)
    scores = 2000.0 * (x.reshape(5, 12) @ WEIGHTS + BIAS)
    second = np.argsort(scores, axis=1)[:, -2]
    wanted = x + 0.05 * np.sign((WEIGHTS[:, second] - WEIGHTS[:, labels]).T.reshape(x.shape))
    np.testing.assert_allclose(away[1], wanted, atol=1e-6)


def test_one_unit_has_two_classes():
    x, labels = samples(), np.array([0, 1, 0, 1, 1])
    away = np.sign(WEIGHTS[:, 0]).reshape(2, 6, 1)
    for ending in ("sigmoid", "logits"):
        found = ATTACK.trajectory(linear(ending, width=1), x, labels, 0.1)
        sign = np.where(labels == 0, 1, -1)[:, None, None, None]
        np.testing.assert_allclose(found[1], x + 0.1 * sign * away, atol=1e-6)


def averaged(vector):
    return kl.Average()([kl.Dense(3, activation="softmax")(vector) for _ in range(2)])


def turned(vector):
    return keras.ops.flip(kl.Dense(3, activation="softmax")(vector), axis=1)


def laid_out(vector):
    return kl.Flatten()(kl.Softmax()(kl.Reshape((1, 1, 3))(kl.Dense(3)(vector))))


@pytest.mark.parametrize("end", [averaged, turned, laid_out])
def test_scores_are_those_of_the_whole_network_whatever_follows_a_softmax(end):
    keras.utils.set_random_seed(0)
    vector = keras.Input((12,))
    net = network.from_keras(keras.Model(vector, end(vector)))
    x = samples().reshape(5, 12)
    scores = net.scores(5)(x)
    np.testing.assert_allclose(keras.ops.softmax(scores), net.predict(x), atol=1e-6)


def insisting(batch):
    """The linear network, as one that takes only so many samples at once."""
    image = keras.Input(batch_shape=(batch, 2, 6, 1))
    dense = kl.Dense(3, activation="softmax")
    model = keras.Model(image, dense(keras.ops.reshape(image, (batch, 12))))
    dense.set_weights([WEIGHTS, BIAS])
    return network.from_keras(model)


@pytest.mark.parametrize("n", [1, 4, 5])
def test_a_network_that_insists_on_a_batch_gets_it(n):
    x, labels = samples(n), np.arange(n) % 3
    found = ATTACK.trajectory(insisting(4), x, labels, 0.1)
    np.testing.assert_allclose(found[1], x + 0.1 * np.sign(gradient(x, labels)), atol=1e-6)


def test_a_network_is_traced_once():
    x, net = samples(), linear("softmax")
    ATTACK.trajectory(net, x, [0] * 5, 0.1)
    traced = problem._gradient.experimental_get_tracing_count()
    ATTACK.trajectory(net, x, [1] * 5, 0.2, steps=3)
    assert problem._gradient.experimental_get_tracing_count() == traced


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


def test_the_loss_has_the_signs_of_the_cross_entropy():
    logits = np.random.default_rng(2).normal(size=(40, 4)).astype(np.float32) * 3
    labels = np.arange(40) % 4
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = grown / grown.sum(axis=1, keepdims=True)
    own = p[np.arange(40), labels]
    found = odds(labels, keras.ops.convert_to_tensor(logits))
    np.testing.assert_allclose(np.log1p(np.exp(found)), -np.log(own), rtol=1e-4)


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
    words = keras.Input((6,), dtype="int32", name="words")
    y = kl.Dense(2, activation="softmax")(kl.Flatten()(kl.Embedding(5, 4)(words)))
    with pytest.raises(ModelError, match="no gradient in its input 'words'"):
        ATTACK.trajectory(network.from_keras(keras.Model(words, y)), np.ones((1, 6)), [0], 0.1)
    one, other = keras.Input((4,), name="one"), keras.Input((4,), name="other")
    both = keras.Model([one, other], kl.Dense(2, activation="softmax")(kl.Add()([one, other])))
    with pytest.raises(ModelError, match="this network has 2"):
        ATTACK.trajectory(network.from_keras(both), np.zeros((1, 4)), [0], 0.1)
