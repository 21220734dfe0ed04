"""Lines of networks: the same numbers as from the plain prediction, in every space."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from unittest.mock import patch

import keras
import numpy as np
import pytest
from keras import layers as kl

from analysis import fisher, lines, network, network_lines, threads
from analysis.errors import (
    Cancelled,
    DataError,
    ModelError,
    NotFiniteError,
    ParameterError,
    ShapeError,
    UnknownLayerError,
)
from tests.analysis import architectures as zoo

SHARED = Path(__file__).parents[3] / "shared"
REFERENCE = SHARED / "reference" / "deepview"
FASHION = SHARED / "data" / "fashion_mnist.npz"


@cache
def opened(name):
    model = zoo.scramble(zoo.ZOO[name](), seed=1)  # with which none of them says one thing only
    return network.from_keras(model), zoo.samples(model, 7)


def built(*layers, shape=(12, 12, 2), seed=0):
    """A network of these layers and a small head, with random weights, and samples for it."""
    head = [kl.Flatten(), kl.Dense(3), kl.Softmax()]
    model = zoo.scramble(keras.Sequential([keras.Input(shape), *layers, *head]), seed)
    x = np.random.default_rng(0).random((7, *shape), np.float32)
    return network.from_keras(model), x


def by_prediction(net, x):
    """Distances with nothing but `predict`, of inputs side by side."""
    sizes = np.cumsum([int(np.prod(shape)) for shape in net.input_shapes.values()])

    def predict(flat):
        parts = zip(net.input_shapes.items(), np.split(flat, sizes[:-1], axis=1), strict=True)
        return net.predict({name: part.reshape(-1, *shape) for (name, shape), part in parts})

    return fisher.distances(predict, flat(network_lines.points(net, x)))


def flat(x):
    return x.reshape(len(x), -1)


EVERY_INPUT = (
    *("mlp", "lenet", "lenet_separate", "residual", "two_inputs", "shared", "preprocessing"),
    *("mobile", "one_sigmoid", "one_logit", "conv1d", "operators", "masked", "nested"),
)


@pytest.mark.parametrize("name", EVERY_INPUT)
def test_lines_of_a_network_are_those_of_its_prediction(name):
    net, x = opened(name)
    between = network_lines.lines(net)
    points = network_lines.points(net, x)
    found = fisher.distances(between, points)
    np.testing.assert_allclose(found, by_prediction(net, x), atol=1e-4)
    assert found.max() > 1e-3
    np.testing.assert_allclose(between.hold(points).probabilities, net.predict(x), atol=1e-6)
    np.testing.assert_allclose(network_lines.rest(net)(points), net.predict(x), atol=1e-6)


@pytest.mark.parametrize(
    ("layers", "shape", "width"),  # a width of 3 is affine to the scores
    [
        ([kl.Conv2D(4, 3), kl.ReLU(), kl.MaxPooling2D()], (12, 12, 2), 10 * 10 * 4),
        ([kl.Conv2D(5, 4, activation="relu"), kl.MaxPooling2D((2, 3))], (12, 14, 2), 9 * 11 * 5),
        ([kl.Conv2D(4, 3, padding="same"), kl.MaxPooling2D(3), kl.ReLU()], (12, 12, 2), 576),
        ([kl.MaxPooling2D(3), kl.Conv2D(4, 3)], (12, 12, 2), 288),
        ([kl.ReLU(negative_slope=0.1), kl.Dense(4)], (6,), 6),
        ([kl.Dense(9), kl.ReLU(max_value=1.0)], (6,), 9),
        ([kl.Dense(9), kl.ReLU(threshold=0.5)], (6,), 9),
        ([kl.Conv2D(4, 3), kl.MaxPooling2D(2, strides=1)], (8, 8, 1), 144),
        ([kl.Conv2D(4, 3), kl.MaxPooling2D(2, padding="same")], (9, 9, 1), 196),
        ([kl.Conv2D(4, 3), kl.Dropout(0.5), kl.BatchNormalization()], (8, 8, 1), 3),
        ([kl.Conv2D(4, 3), kl.Dropout(0.5), kl.ReLU(), kl.Dropout(0.5)], (8, 8, 1), 144),
        ([kl.Rescaling(1 / 255), kl.Conv2D(4, 3)], (8, 8, 1), 3),
        ([kl.Conv2D(17, 3, padding="same"), kl.ReLU()], (8, 8, 1), 64),  # grows too much
        ([kl.Conv2D(17, 3, padding="same"), kl.Conv2D(3, 3), kl.ReLU()], (8, 8, 1), 108),
        ([kl.Dense(8, activation="tanh"), kl.ReLU()], (6,), 8),
        ([kl.UnitNormalization(), kl.Dense(5)], (6,), 6),
        ([], (6,), 3),
    ],
)
def test_what_is_affine_runs_once_a_sample(layers, shape, width):
    """And whatever follows, rectifiers and pooling of all kinds, changes no number."""
    net, x = built(*layers, shape=shape)
    between = network_lines.lines(net)
    assert between.hold(x).values.shape == (7, width)
    np.testing.assert_allclose(fisher.distances(between, x), by_prediction(net, x), atol=1e-4)


def test_values_that_would_not_fit_the_memory_stay_samples():
    net, x = built(kl.Conv2D(4, 3), kl.ReLU())
    wide = network_lines.lines(net, samples=7)
    narrow = network_lines.lines(net, samples=network_lines.HELD // (4 * 400) + 1)
    assert wide.hold(x).values.shape == (7, 400)
    np.testing.assert_array_equal(narrow.hold(x).values, flat(x))
    found = [fisher.distances(between, x) for between in (wide, narrow)]
    np.testing.assert_allclose(*found, atol=1e-4)


def test_low_precision_is_not_affine():
    low = {"dtype": "mixed_float16"}
    net, x = built(kl.Conv2D(4, 3, **low), kl.ReLU(**low), kl.MaxPooling2D(**low))
    between = network_lines.lines(net)
    np.testing.assert_array_equal(between.hold(x).values, flat(x))
    np.testing.assert_allclose(fisher.distances(between, x), by_prediction(net, x), atol=1e-3)


def without(drawn, left_out):
    """Whether the prediction still depends on an input when a node is taken away."""
    reached = {node.name for node in drawn.nodes if node.kind == "input"} - {left_out}
    for node in drawn.nodes:
        if node.name != left_out and any((name, node.name) in drawn.edges for name in reached):
            reached.add(node.name)
    return "prediction" in reached


@pytest.mark.parametrize("name", sorted(set(zoo.ZOO) - {"mobilenet_v2"}))
def test_cuts_are_the_layers_that_no_path_avoids(name):
    net, _ = opened(name)
    found = network_lines.cuts(net)
    wanted = [
        node.name
        for node in net.graph.nodes
        if node.kind not in ("input", "output") and not without(net.graph, node.name)
    ]
    several = [each for each in wanted if len(net.operation(each).used) > 1]
    assert list(found) == [each for each in wanted if each not in several]


@pytest.mark.parametrize(
    ("name", "some", "others"),
    [
        (
            "residual",
            ("stem", "add0", "relu0b", "add1", "relu1b", "pool"),
            ("conv0a", "norm0a", "relu1a", "norm1b"),
        ),
        ("inception", ("join", "shrink", "flatten"), ("one", "three", "pool")),
        ("two_inputs", ("join",), ("conv", "flatten", "dense")),
        ("masked", ("lstm",), ("embedding", "dense")),  # the mask of the words goes past them
        ("attention", ("add0", "add1", "pool"), ("norm0", "attention", "up", "down")),
    ],
)
def test_layers_with_a_way_past_them_are_no_space(name, some, others):
    net, _ = opened(name)
    found = network_lines.cuts(net)
    assert set(some) <= set(found)
    assert not set(others) & set(found)
    for layer in others:
        with pytest.raises(ParameterError, match="past it, so that its activations"):
            network_lines.lines(net, layer)


SPACES = [
    ("mlp", "dense0"),
    ("mlp", "relu0"),
    ("lenet", "conv0"),
    ("lenet", "relu1"),
    ("lenet", "flatten"),
    ("lenet_separate", "act"),
    ("residual", "stem"),
    ("residual", "add0"),
    ("two_inputs", "join"),
    ("preprocessing", "rescale"),
    ("one_logit", "head"),
]


@pytest.mark.parametrize(("name", "space"), SPACES)
def test_lines_behind_a_layer_interpolate_its_activations(name, space):
    net, x = opened(name)
    points = network_lines.points(net, x, space)
    np.testing.assert_array_equal(points, net.run(x, [space])[space])
    rest = network_lines.rest(net, space)
    np.testing.assert_allclose(rest(points), net.predict(x), atol=1e-6)
    np.testing.assert_allclose(rest(flat(points)), net.predict(x), atol=1e-6)
    found = fisher.distances(network_lines.lines(net, space), points)
    np.testing.assert_allclose(found, fisher.distances(lines.of(rest), points), atol=1e-4)
    assert found.max() > 1e-3


def test_a_point_behind_a_layer_is_worked_out_by_hand():
    """The rest of the network against NumPy, not against the network itself."""
    model = zoo.make("mlp")
    net = network.from_keras(model)
    kernel, bias = (np.asarray(weight, np.float64) for weight in model.get_layer("dense1").weights)
    between = network_lines.lines(net, "dense0")
    a = np.random.default_rng(0).standard_normal((2, 8)).astype(np.float32)
    held = between.hold(a)
    found = between.along(held, np.array([0]), held, np.array([1]), np.array([0.25]))
    hidden = np.maximum(0.75 * a[0].astype(np.float64) + 0.25 * a[1], 0)
    scores = np.exp(hidden @ kernel + bias)
    np.testing.assert_allclose(found[0, 0], scores / scores.sum(), atol=1e-6)


def test_numbers_do_not_depend_on_what_else_is_asked():
    """To the bit: in pieces, in any order, by any number of threads, and again."""
    net, _ = opened("lenet")
    x = np.random.default_rng(0).random((40, 12, 12, 1), np.float32)
    between = network_lines.lines(net)
    whole = fisher.distances(between, x)
    np.testing.assert_array_equal(fisher.distances(network_lines.lines(net), x), whole)
    with patch.object(fisher, "_VALUES", 333), patch.object(threads, "thread_count", lambda: 7):
        np.testing.assert_array_equal(fisher.distances(between, x), whole)
    a, b = between.hold(x[:25]), between.hold(x[25:])
    first, second = (places.ravel() for places in np.indices((25, 15))[:, ::-1])
    found = fisher.arcs(between, a, first, b, second)
    np.testing.assert_array_equal(found, whole[first, second + 25])


def test_a_network_that_insists_on_its_batches_gets_them():
    image = keras.Input(batch_shape=(4, 6, 6, 1), name="image")
    y = kl.MaxPooling2D()(kl.Conv2D(3, 3, activation="relu")(image))
    model = keras.Model(image, kl.Dense(3, activation="softmax")(kl.Flatten()(y)))
    net = network.from_keras(zoo.scramble(model))
    x = np.random.default_rng(0).random((7, 6, 6, 1), np.float32)
    found = fisher.distances(network_lines.lines(net), x)
    np.testing.assert_allclose(found, fisher.distances(net.predict, x), atol=1e-4)


def test_equal_samples_and_saturated_networks():
    net, x = built(kl.Conv2D(4, 3, activation="relu"), kl.Rescaling(1e4), seed=5)
    points = np.concatenate([x[:3], x[:3]])
    found = fisher.distances(network_lines.lines(net), points)
    assert not np.diag(found[:3, 3:]).any()
    np.testing.assert_allclose(found, by_prediction(net, points), atol=1e-4)
    steps = found[:3, :3] / np.sqrt(np.log(2))
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-4)
    assert steps.max() > 0.5


def test_a_cancel_stops_within_a_batch():
    net, x = opened("lenet")
    between = network_lines.lines(net)
    told = []

    def stop(fraction, text=""):
        told.append(fraction)
        if fraction > 0.3:
            raise Cancelled

    many = np.random.default_rng(0).random((60, 12, 12, 1), np.float32)
    with pytest.raises(Cancelled):
        fisher.distances(between, many, report=stop)
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] < 0.4
    found = fisher.distances(between, x["image"])  # and the lines can be used again
    np.testing.assert_allclose(found, by_prediction(net, x), atol=1e-4)


def test_spaces_that_are_none_are_refused():
    net, x = opened("residual")
    for ask in (network_lines.lines, network_lines.rest):
        with pytest.raises(UnknownLayerError, match="Did you mean 'stem'"):
            ask(net, "stemm")
        with pytest.raises(ParameterError, match="it is an input, which is called ''"):
            ask(net, "image")
        with pytest.raises(ParameterError, match="nothing comes after it"):
            ask(net, "prediction")
        with pytest.raises(
            ParameterError, match=r"'add0' also gets 'stem' past it.*input \(''\) or behind 'stem'"
        ):
            ask(net, "conv0a")
    with pytest.raises(ParameterError, match="'add0' also gets"):
        network_lines.points(net, x, "norm0b")
    with pytest.raises(ParameterError, match=r"They run in the input \(''\)\.$"):
        network_lines.lines(opened("ensemble")[0], "head0")


def test_outputs_that_are_no_real_numbers_are_no_space():
    words = keras.Input((6,), name="words")
    whole = keras.ops.cast(words, "int32")
    y = kl.Flatten()(kl.Embedding(5, 4)(whole))
    model = keras.Model(words, kl.Dense(3, activation="softmax")(y))
    net = network.from_keras(zoo.scramble(model))
    cast = net.layers[1]
    assert cast not in network_lines.cuts(net)
    with pytest.raises(ParameterError, match="its outputs are int32, between which nothing lies"):
        network_lines.lines(net, cast)
    x = np.random.default_rng(0).integers(0, 5, (6, 6)).astype(np.float32)
    found = fisher.distances(network_lines.lines(net), x)
    np.testing.assert_allclose(found, by_prediction(net, x), atol=1e-4)


def test_whole_numbers_are_the_nearest_ones():
    """An image of whole numbers comes back as 2.9999, which is a 3."""
    words = keras.Input((6,), dtype="int32", name="words")
    y = kl.Flatten()(kl.Embedding(5, 4)(words))
    net = network.from_keras(zoo.scramble(keras.Model(words, kl.Dense(3, activation="softmax")(y))))
    x = np.random.default_rng(0).integers(0, 5, (6, 6)).astype(np.float32)
    for near in (np.maximum(x - 0.4, 0), np.minimum(x + 0.4, 4)):
        np.testing.assert_array_equal(net.predict(near), net.predict(x))
        np.testing.assert_array_equal(network_lines.rest(net)(near), net.predict(x))


@pytest.mark.parametrize("space", ["", "dense0"])
def test_making_samples_ready_may_be_stopped(space):
    net, x = opened("lenet")

    def stop(fraction, text=""):
        raise InterruptedError

    between = network_lines.lines(net, space)
    with pytest.raises(InterruptedError):
        between.hold(network_lines.points(net, x, space), stop)


def test_samples_that_do_not_fit_are_refused():
    net, x = opened("lenet")
    between = network_lines.lines(net)
    image = x["image"]
    with pytest.raises(ShapeError, match=r"\(12, 12, 1\), or 144 values.*got \(12, 12\)"):
        between.hold(image[..., 0])
    with pytest.raises(ShapeError, match=r"n > 0; got \(0, 144\)"):
        between.hold(image[:0])
    with pytest.raises(DataError):
        network_lines.points(net, np.ones((2, 11, 12, 1)))
    spoiled = image.copy()
    spoiled[2, 0, 0], spoiled[5, 0, 0] = np.nan, np.inf
    with pytest.raises(NotFiniteError, match="2 of 7 samples hold NaN or infinity, sample 2"):
        between.hold(spoiled)
    held = between.hold(image)
    other = network_lines.lines(*[opened("lenet")[0]], "dense0").hold(np.ones((3, 10)))
    with pytest.raises(ShapeError, match="of the same lines"):
        fisher.arcs(between, held, np.zeros(1), other, np.zeros(1))
    with pytest.raises(ParameterError, match="samples 0 to 6"):
        fisher.arcs(between, held, np.zeros(1), held, np.array([7]))


def test_an_embedding_has_no_lines():
    net = network.from_keras(zoo.make("mlp"), output="embedding")
    for ask in (network_lines.lines, network_lines.rest):
        with pytest.raises(ModelError, match="embedding of 3 values"):
            ask(net)


def test_distances_are_those_of_the_published_program():
    """Through the model file, on images that were measured once; see the reference's README."""
    if not (REFERENCE.exists() and FASHION.exists()):
        pytest.skip(f"no numbers to compare with: {REFERENCE} or {FASHION} is missing")
    net = network.load(REFERENCE / "lenet_fashion.keras")
    with np.load(REFERENCE / "fisher_fashion.npz") as found, np.load(FASHION) as images:
        index, wanted, euclid = (found[name] for name in ("index", "fisher", "euclid"))
        x = images["x_test"][index[:120], ..., None].astype(np.float32) / 255
    made = fisher.distances(network_lines.lines(net), x)
    np.testing.assert_allclose(made, wanted[:120, :120], atol=5e-5)
    np.testing.assert_allclose(fisher.euclidean(flat(x), flat(x)), euclid[:120, :120], atol=2e-5)
