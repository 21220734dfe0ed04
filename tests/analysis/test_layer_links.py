"""Views carried through the layers of real networks, kind by kind."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl

from analysis import activations, layer_links, network, tour_answers
from analysis.errors import ParameterError
from analysis.workbench import Workbench
from tests.analysis.sample_data import data_of

COUNT = 150
END = ["head", "prediction"]


def bench_of(model, **weights):
    """Random weights, but for those that are named."""
    draw = np.random.default_rng(0)
    for layer in model.layers:
        shapes = [w.shape for w in layer.get_weights()]
        layer.set_weights(weights.get(layer.name, [draw.uniform(0.1, 1, s) for s in shapes]))
    x = draw.random((COUNT, *model.input_shape[1:]), np.float32)
    return Workbench(network.from_keras(model), data_of(x, np.arange(COUNT) % 3, tuple("abc")))


def model_of(*layers, shape=(6,)):
    entry = x = keras.Input(shape, name="entry")
    for layer in layers:
        x = layer(x)
    return keras.Model(entry, kl.Dense(3, activation="softmax", name="head")(x))


def frame(bench, path, most=64):
    found = bench.tour_frame(path, most)
    rows = found.arrays["frame"]
    np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-9)
    return rows, dict(found.facts)


def seen(bench, path, most=64):
    """Samples in the space that all layers share, from their mean."""
    x = bench.tour_cloud(path[0], most).arrays["x"].astype(np.float64)
    return (x - x.mean(axis=0)) @ frame(bench, path, most)[0]


def rotation(seed, d):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))[0]


def test_the_prediction_is_seen_as_it_is_and_its_scores_along_the_same_classes():
    bench = bench_of(model_of(kl.Dense(5, name="dense")))
    rows, facts = frame(bench, ["prediction"])
    np.testing.assert_array_equal(rows, np.eye(3, 6))
    assert facts == {"how": "end", "least": None, "most": None, "classes": True}
    rows, facts = frame(bench, END)
    np.testing.assert_allclose(rows, np.eye(3, 6), atol=1e-12)
    assert (facts["how"], facts["classes"]) == ("component by component", True)
    assert frame(bench, ["dense", *END])[1]["classes"] is False


def test_a_dense_layer_that_rotates_moves_no_point():
    model = model_of(kl.Dense(6, name="first"), kl.Dense(6, name="turn"))
    bench = bench_of(model, turn=[rotation(1, 6), np.arange(6.0)])
    before, after = seen(bench, ["first", "turn", *END]), seen(bench, ["turn", *END])
    np.testing.assert_allclose(before, after, atol=1e-5)
    facts = frame(bench, ["first", "turn", *END])[1]
    assert facts["how"] == "matrix"
    assert [facts["least"], facts["most"]] == pytest.approx([1, 1], rel=1e-4)


def test_a_dense_layer_that_scales_moves_points_along_one_direction():
    direction = rotation(2, 6)[0]
    scaling = np.eye(6) + 2.0 * np.outer(direction, direction)
    model = model_of(kl.Dense(6, name="first"), kl.Dense(6, name="scale"))
    bench = bench_of(model, scale=[scaling @ rotation(3, 6), np.zeros(6)])
    path = ["first", "scale", *END]
    moved = seen(bench, path[1:]) - seen(bench, path)
    along = direction @ frame(bench, path)[0]
    np.testing.assert_allclose(moved - np.outer(moved @ along, along), 0, atol=1e-4)
    assert np.abs(moved @ along).max() > 0.1
    assert frame(bench, path)[1]["most"] == pytest.approx(3, rel=1e-4)


def test_a_rotation_of_a_wide_layer_moves_nothing_along_principal_axes():
    """The axes are turned with the layer, so that what is seen of it is the same."""
    model = model_of(kl.Dense(40, name="first"), kl.Dense(40, name="turn"))
    bench = bench_of(model, turn=[rotation(1, 40), np.zeros(40)])
    before = seen(bench, ["first", "turn", *END], 4)
    after = seen(bench, ["turn", *END], 4)
    np.testing.assert_allclose(before, after, atol=1e-3 * np.abs(after).max())


@pytest.mark.parametrize(
    "layer",
    [
        kl.Conv2D(2, 3, name="map"),
        kl.AveragePooling2D(2, name="map"),
        kl.DepthwiseConv2D(2, name="map"),
        kl.BatchNormalization(name="map"),
        kl.ZeroPadding2D(1, name="map"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_affine_layers_are_carried_by_their_matrix(layer):
    """What is found must be the layer: its matrix takes samples where the layer takes them."""

    bench = bench_of(model_of(layer, kl.Flatten(name="flat"), shape=(4, 4, 2)))
    before, behind = (tour_answers._space(bench, name, 64) for name in ("entry", "map"))
    matrix = layer_links.matrix_of(bench.network, before, behind)
    x, y = (
        activations.of(bench.network, bench.dataset.inputs, name).reshape(COUNT, -1)
        for name in ("entry", "map")
    )
    expected = (y - y.mean(axis=0)) @ (
        np.eye(y.shape[1]) if behind.directions is None else behind.directions
    )
    np.testing.assert_allclose((x - x.mean(axis=0)) @ matrix, expected, atol=1e-4)
    assert frame(bench, ["entry", "map", "flat", *END])[1]["how"] == "matrix"


def test_a_rectifier_keeps_the_axes_of_what_it_gets():
    bench = bench_of(model_of(kl.Dense(5, name="dense"), kl.ReLU(name="relu")))
    before, facts = frame(bench, ["dense", "relu", *END])
    np.testing.assert_allclose(before, frame(bench, ["relu", *END])[0], atol=1e-9)
    assert facts["how"] == "component by component"
    assert facts["classes"] is False


def residual():
    entry = keras.Input((6,), name="entry")
    x = kl.Dense(4, name="split")(entry)
    left = kl.Dense(4, activation="tanh", name="left")(x)
    right = kl.Dense(3, name="right")(x)
    joined = kl.Add(name="add")([x, left])
    both = kl.Concatenate(name="both")([joined, right])
    return keras.Model(entry, kl.Dense(3, activation="softmax", name="head")(both))


def test_joins_and_poolings_are_carried_by_their_samples():
    """By hand: the rotation that moves the samples least, of all that were tried."""
    bends = [2 * rotation(4, 4), np.full(4, -1.0)]
    bench = bench_of(residual(), left=bends)
    for path in (["split", "add", "both", *END], ["right", "both", *END]):
        rows, facts = frame(bench, path)
        assert facts["how"] == "samples"
        after = seen(bench, path[1:])
        x = bench.tour_cloud(path[0]).arrays["x"].astype(np.float64)
        x -= x.mean(axis=0)
        least = np.linalg.norm(x @ rows - after)
        for seed in range(50):
            other = rows @ rotation(seed, rows.shape[1])
            assert np.linalg.norm(x @ other - after) >= least - 1e-6
    pooled = bench_of(model_of(kl.MaxPooling2D(2, name="pool"), kl.Flatten(), shape=(4, 4, 2)))
    path = [node.name for node in pooled.network.graph.nodes]
    assert frame(pooled, path)[1]["how"] == "samples"


def test_another_branch_is_another_frame_of_the_same_end():
    bench = bench_of(residual())
    through_skip = frame(bench, ["entry", "split", "add", "both", *END])[0]
    through_left = frame(bench, ["entry", "split", "left", "tanh0", "add", "both", *END])[0]
    assert through_skip.shape == through_left.shape == (6, 7)
    assert not np.allclose(through_skip, through_left, atol=1e-3)


def test_what_is_no_path_is_refused():
    bench = bench_of(residual())
    with pytest.raises(ParameterError, match="'head' does not get what 'split' gives"):
        bench.tour_frame(["split", *END])
    with pytest.raises(ParameterError, match="ends at 'prediction'"):
        bench.tour_frame(["split", "right"])
    with pytest.raises(ParameterError, match="ends at 'prediction'"):
        bench.tour_frame([])
