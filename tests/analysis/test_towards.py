"""Samples led to goals: against closed forms, and what every way keeps to."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl
from scipy.optimize import linprog

from analysis import fisher, network
from analysis.attacks import norms
from analysis.attacks.goals import Answer, Place
from analysis.attacks.towards import NORMS, TOLERANCE, lead
from analysis.errors import (
    ModelError,
    NotFiniteError,
    ParameterError,
    ShapeError,
    UnknownLayerError,
)

D, WIDTH = 40, 6
WEIGHTS = np.random.default_rng(0).standard_normal((D, WIDTH)).astype(np.float32)
PLANE = np.linalg.qr(np.random.default_rng(1).standard_normal((WIDTH, 2)))[0]
CENTRE = np.linspace(-1, 1, WIDTH)


def made(sharpness=1.0, batch=None):
    """A linear layer, a bent one, and three classes."""
    image = keras.Input(batch_shape=(batch, 4, 10, 1), name="image")
    flat = keras.ops.reshape(image, (batch or -1, D))
    first = kl.Dense(WIDTH, name="line")
    second = kl.Dense(5, activation="tanh", name="bent")
    last = kl.Dense(3, activation="softmax", name="head")
    model = keras.Model(image, last(second(first(flat))))
    draw = np.random.default_rng(2)
    first.set_weights([WEIGHTS, np.zeros(WIDTH)])
    second.set_weights([draw.standard_normal((WIDTH, 5)) / 3, np.zeros(5)])
    last.set_weights([sharpness * draw.standard_normal((5, 3)), np.zeros(3)])
    return network.from_keras(model)


@pytest.fixture(scope="module")
def net():
    return made()


def samples(n=2):
    return np.random.default_rng(3).uniform(0.3, 0.7, (n, 4, 10, 1)).astype(np.float32)


def placed(x, plane=PLANE):
    return (x.reshape(len(x), D).astype(np.float64) @ WEIGHTS - CENTRE) @ plane


def to(goal, plane=PLANE, layer="line"):
    return Place(layer, CENTRE, plane, np.asarray(goal))


def shortest(jacobian, away, norm):
    """The smallest linear change that comes within the tolerance of what is wanted."""
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    near = TOLERANCE * np.linalg.norm(away) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    if norm == "l2":
        changes = (away + near) @ np.linalg.inv(jacobian.T @ jacobian) @ jacobian.T
        return np.linalg.norm(changes, axis=1).min()
    one = np.eye(D)
    within = np.block([[one, -np.ones((D, 1))], [-one, -np.ones((D, 1))]])
    reached = np.c_[jacobian.T, np.zeros(2)]
    bounds = [(None, None)] * D + [(0, None)]
    cost = np.eye(D + 1)[-1]
    return min(
        linprog(cost, within, np.zeros(2 * D), reached, wanted, bounds).fun
        for wanted in away + near[::4]
    )


@pytest.mark.parametrize("uneven", [1.0, 5.0])
@pytest.mark.parametrize("norm", NORMS)
def test_the_change_is_the_smallest_there_is(net, norm, uneven):
    """Also where a layer moves along one axis of the plane much more easily."""
    x = samples(1)
    plane = PLANE / [1.0, uneven]
    away = np.array([-1.2, 0.9]) / [1.0, uneven]
    led = lead(
        net, x, to(placed(x, plane)[0] + away, plane), 0.15 if norm == "linf" else 1, norm=norm
    )
    assert led.arrived
    least = shortest(WEIGHTS @ plane, away, norm)
    assert 0.99 * least < getattr(led, norm) < 1.06 * least
    assert led.distances[0] == pytest.approx(np.linalg.norm(away), rel=1e-4)
    assert led.distances[-1] <= TOLERANCE * led.distances[0]
    assert led.whole


def answer(net, x):
    return Answer(net.predict(x)[0])


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("what", ["place", "answer"])
def test_a_way_stays_in_its_ball_and_among_pixels(net, norm, what):
    x, other = samples(1), 1 - samples(2)[1:]
    x[0, :2] = 0.0  # at a border from the start
    x[0, 2, :3] = 1.0
    goal = to(placed(other)[0]) if what == "place" else answer(net, other)
    epsilon = 0.1 if norm == "linf" else 0.4
    led = lead(net, x, goal, epsilon, norm=norm, steps=25)
    assert led.x.shape == (26, 4, 10, 1)
    assert led.x.dtype == np.float32
    assert led.distances.shape == (26,)
    np.testing.assert_array_equal(led.x[0], x[0])
    assert led.x.min() >= 0
    assert led.x.max() <= 1
    lengths = norms.lengths(led.x - x, norm)
    assert lengths.max() <= led.radius * (1 + 1e-5) <= epsilon * (1 + 2e-5)
    assert led.linf == np.abs(led.x[-1] - x[0]).max()
    assert led.l2 == pytest.approx(np.linalg.norm(led.x[-1] - x[0]), rel=1e-5)
    assert led.distances[-1] < led.distances[0]


def test_distances_are_those_of_the_places_of_the_way(net):
    x, other = samples(2)[:1], samples(2)[1:]
    goal = placed(other)[0]
    led = lead(net, x, to(goal), 0.3)
    assert led.arrived, "the place of a sample can be reached"
    wanted = np.linalg.norm(placed(led.x) - goal, axis=1)
    np.testing.assert_allclose(led.distances, wanted, atol=1e-4)
    steps = np.linalg.norm(np.diff(led.x.reshape(41, D), axis=0), axis=1)
    assert steps.max() < 4 * steps.mean(), "places are evenly along it"
    said = answer(net, other)
    led = lead(net, x, said, 0.3)
    assert led.arrived
    each = np.repeat(said.probabilities[None], 41, axis=0)
    np.testing.assert_allclose(led.distances, fisher.metric(net.predict(led.x), each), atol=1e-3)


@pytest.mark.parametrize("norm", NORMS)
def test_what_is_too_far_is_neared_as_far_as_it_goes(net, norm):
    x, epsilon = samples(1), 1e-3
    away = np.array([1.0, 1.0])
    led = lead(net, x, to(placed(x)[0] + away), epsilon, norm=norm)
    assert not led.arrived
    assert led.radius == pytest.approx(epsilon, rel=1e-3)
    # So far from the goal, the best is straight downhill.
    slope = WEIGHTS @ PLANE @ away / np.linalg.norm(away)
    gain = epsilon * np.linalg.norm(slope, 1 if norm == "linf" else 2)
    assert led.distances[0] - led.distances[-1] == pytest.approx(gain, rel=0.02)


def test_the_same_comes_again(net):
    x = samples(1)
    goals = (to(placed(x)[0] + [1.0, -1.0]), Answer(np.array([0.1, 0.2, 0.7])))
    for goal in goals:
        one, other = (lead(made(), x, goal, 0.2) for _ in range(2))
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.distances, other.distances)
        np.testing.assert_array_equal(one.x, lead(net, x, goal, 0.2).x)


def test_nothing_is_changed_where_the_goal_is(net):
    x = samples(1)
    for goal in (to(placed(x)[0].astype(np.float32)), answer(net, x)):
        led = lead(net, x, goal, 0.2, tolerance=0.5)
        assert led.linf < 1e-4
        assert led.distances[0] < 1e-3


@pytest.mark.parametrize("what", ["place", "answer"])
def test_a_network_that_is_sure_is_led_too(what):
    """Where probabilities are 1 and 0 in float32, and have no gradient."""
    net, x = made(sharpness=300.0), samples(1)
    begin = int(net.predict(x).argmax())
    assert net.predict(x).max() == 1
    wanted = np.eye(3)[(begin + 1) % 3]
    third = np.full(3, 1 / 3)
    plane = np.linalg.qr(np.eye(3) - third)[0][:, :2]
    goal = Place("prediction", third, plane, (wanted - third) @ plane)
    led = lead(net, x, goal if what == "place" else Answer(wanted), 0.4)
    assert led.arrived
    assert net.predict(led.x[-1:]).argmax() == wanted.argmax()


def test_values_that_are_no_pixels_have_no_bounds(net):
    x = 5 * samples(1)
    led = lead(net, x, to(placed(x)[0] + 1.0), 2.0)
    assert led.arrived
    assert led.x.max() > 1


def test_a_network_that_insists_on_a_batch_gets_it(net):
    x = samples(1)
    goal = to(placed(x)[0] + [1.0, 0.5])
    np.testing.assert_allclose(
        lead(made(batch=4), x, goal, 0.2).distances, lead(net, x, goal, 0.2).distances, atol=1e-3
    )


def test_it_ends_when_it_is_told_to(net):
    x = samples(1)
    asked = iter(range(100))
    led = lead(net, x, to(placed(x)[0] + [1.0, 0.5]), 0.2, enough=lambda: next(asked) >= 5)
    assert not led.whole
    assert 0 < led.distances[-1] < led.distances[0]
    never = lead(net, x, to(placed(x)[0] + [1.0, 0.5]), 0.2, enough=lambda: True)
    np.testing.assert_array_equal(never.x, np.repeat(x, 41, axis=0))


def test_some_places_of_a_way(net):
    x = samples(1)
    led = lead(net, x, to(placed(x)[0] + 1.0), 0.2, steps=5)
    some = led.some(3)
    assert len(some) == 3
    np.testing.assert_array_equal(some[[0, -1]], led.x[[0, -1]])
    np.testing.assert_array_equal(led.some(12), led.x)


def test_bad_arguments_are_named(net):
    x = samples(1)
    goal = to([0.0, 0.0])
    for epsilon in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ParameterError, match="epsilon is how far"):
            lead(net, x, goal, epsilon)
    with pytest.raises(ParameterError, match="linf or l2; got 'l1'"):
        lead(net, x, goal, 0.1, norm="l1")
    with pytest.raises(ParameterError, match="1 step or more"):
        lead(net, x, goal, 0.1, steps=0)
    with pytest.raises(ParameterError, match="tolerance"):
        lead(net, x, goal, 0.1, tolerance=1.0)
    with pytest.raises(ParameterError, match=r"One sample .* got 2"):
        lead(net, samples(2), goal, 0.1)
    with pytest.raises(NotFiniteError, match="led to"):
        lead(net, x, to([np.nan, 0.0]), 0.1)
    with pytest.raises(ShapeError, match=r"a goal \(2,\)"):
        lead(net, x, to([0.0, 0.0, 0.0]), 0.1)
    with pytest.raises(UnknownLayerError):
        lead(net, x, to([0.0, 0.0], layer="lime"), 0.1)
    with pytest.raises(ShapeError, match="3 probabilities"):
        lead(net, x, Answer(np.ones(2) / 2), 0.1)
    with pytest.raises(NotFiniteError, match="answer"):
        lead(net, x, Answer(np.array([np.nan, 0.5, 0.5])), 0.1)
    with pytest.raises(ParameterError, match=r"a sum of 1\.5"):
        lead(net, x, Answer(np.ones(3) / 2), 0.1)


def test_networks_that_cannot_be_led_are_named():
    words = keras.Input((6,), dtype="int32", name="words")
    known = kl.Flatten(name="flat")(kl.Embedding(5, 4)(words))
    net = network.from_keras(keras.Model(words, kl.Dense(2, activation="softmax")(known)))
    place = Place("flat", np.zeros(24), np.eye(24, 2), np.ones(2))
    for goal in (place, Answer(np.array([0.5, 0.5]))):
        with pytest.raises(ModelError, match="no gradient in its input 'words'"):
            lead(net, np.ones((1, 6)), goal, 0.1)
    one, other = keras.Input((4,), name="one"), keras.Input((4,), name="other")
    end = kl.Dense(2, activation="softmax")(kl.Add()([one, other]))
    net = network.from_keras(keras.Model([one, other], end))
    both = {"one": np.zeros((1, 4)), "other": np.zeros((1, 4))}
    with pytest.raises(ModelError, match="this network has 2"):
        lead(net, both, Answer(np.array([0.5, 0.5])), 0.1)
    vector = keras.Input((4,))
    points = network.from_keras(keras.Model(vector, kl.Dense(2)(vector)), output="embedding")
    with pytest.raises(ModelError, match="no class probabilities"):
        lead(points, np.zeros((1, 4)), Answer(np.array([0.5, 0.5])), 0.1)
    end = points.layers[-1]
    place = Place(end, np.zeros(2), np.eye(2), points.run(np.ones((1, 4)) / 9, [end])[end][0])
    assert lead(points, np.zeros((1, 4)), place, 0.2).arrived, "an embedding has places"


def test_a_sample_without_a_gradient_stays(net):
    """What is cut off by a rectifier moves nowhere, which is no error."""
    vector = keras.Input((4,))
    dense = kl.Dense(3, activation="relu", name="cut")
    model = keras.Model(vector, kl.Dense(2, activation="softmax")(dense(vector)))
    dense.set_weights([np.ones((4, 3)), np.full(3, -9.0)])
    cut = network.from_keras(model)
    place = Place(cut.layers[2], np.zeros(3), np.eye(3, 2), np.ones(2))
    led = lead(cut, np.full((1, 4), 0.5), place, 0.1)
    assert not led.arrived
    assert led.linf == led.radius == 0
    with pytest.raises(NotFiniteError, match="this sample"):
        lead(net, np.full((1, 4, 10, 1), np.nan), to([0.0, 0.0]), 0.1)
