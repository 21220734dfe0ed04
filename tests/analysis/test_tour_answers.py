"""What is answered about tours, against the network itself."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from analysis import activations, network, tour, tour_answers
from analysis.errors import (
    MemoryBudgetError,
    NotFiniteError,
    ParameterError,
    StudyError,
    UnknownLayerError,
)
from analysis.workbench import Workbench
from tests.analysis.sample_data import data_of

COUNT = 120


def model_of(seed):
    image = keras.Input((8, 8, 1), name="image")
    x = kl.Conv2D(3, 3, name="conv")(image)
    x = kl.Flatten(name="flatten")(x)
    x = kl.Dense(6, activation="relu", name="dense")(x)
    model = keras.Model(image, kl.Dense(3, activation="softmax", name="head")(x))
    for layer in model.layers:
        layer.set_weights(
            [np.random.default_rng(seed).normal(size=w.shape) for w in layer.get_weights()]
        )
    return model


@pytest.fixture(scope="module")
def bench():
    draw = np.random.default_rng(0)
    labels = np.arange(COUNT) % 3
    images = draw.random((COUNT, 8, 8, 1), np.float32)
    images[:, :4] += labels[:, None, None, None] / 3
    return Workbench(
        network.from_keras(model_of(1)), data_of(np.clip(images, 0, 1), labels, ("a", "b", "c"))
    )


def test_probabilities_are_seen_from_the_middle_of_all_classes(bench):
    found = bench.tour_cloud("prediction")
    expected = bench.network.predict(bench.dataset.inputs)
    np.testing.assert_array_equal(found.arrays["x"], expected)
    np.testing.assert_allclose(found.arrays["centre"], 1 / 3, rtol=1e-6)
    assert dict(found.facts) == {"layer": "prediction", "dimensions": 3, "axes": 3, "kept": 1.0}


def test_a_narrow_layer_is_seen_as_it_is_from_its_mean(bench):
    found = bench.tour_cloud("dense")
    expected = activations.of(bench.network, bench.dataset.inputs, "dense")
    np.testing.assert_array_equal(found.arrays["x"], expected)
    np.testing.assert_allclose(found.arrays["centre"], expected.mean(axis=0), rtol=1e-5)


def test_a_wide_layer_is_seen_along_its_principal_axes(bench):
    found = bench.tour_cloud("conv", most=10)
    expected = activations.of(bench.network, bench.dataset.inputs, "conv").reshape(COUNT, -1)
    peer = PCA(10).fit(expected.astype(np.float64))
    assert found.arrays["x"].shape == (COUNT, 10)
    assert found.facts["dimensions"] == 108
    assert found.facts["kept"] == pytest.approx(peer.explained_variance_ratio_.sum(), rel=1e-4)
    np.testing.assert_array_equal(found.arrays["centre"], 0)
    turned = np.abs(peer.transform(expected.astype(np.float64)))
    np.testing.assert_allclose(np.abs(found.arrays["x"])[:, :5], turned[:, :5], atol=2e-3)


def test_a_plane_separates_all_classes_or_some(bench):
    cloud = bench.tour_cloud("dense").arrays["x"].astype(np.float64)
    labels = bench.dataset.labels
    whole = bench.tour_plane("dense").arrays["plane"]
    assert subspace_angles(whole, tour.separating(cloud, labels)).max() < 1e-6
    some = labels < 2
    pair = bench.tour_plane("dense", [1, 0, 1]).arrays["plane"]
    assert subspace_angles(pair, tour.separating(cloud[some], labels[some])).max() < 1e-6
    assert subspace_angles(pair, whole).max() > 1e-3


def test_what_cannot_be_is_refused(bench):
    with pytest.raises(UnknownLayerError):
        bench.tour_cloud("nothing")
    with pytest.raises(ParameterError, match="two classes or more"):
        bench.tour_plane("dense", [2])
    tight = Workbench(bench.network, bench.dataset, budget=1000)
    with pytest.raises(MemoryBudgetError, match=r"10 principal axes of the 108 dimensions"):
        tight.tour_cloud("conv", most=10)


def test_a_layer_without_finite_samples_is_refused():
    vector = keras.Input((4,), name="vector")
    made = kl.Dense(3, name="dense")(vector)
    model = keras.Model(vector, kl.Dense(2, activation="softmax", name="head")(made))
    model.get_layer("dense").set_weights([np.full((4, 3), np.nan), np.zeros(3)])
    bench = Workbench(
        network.from_keras(model),
        data_of(np.ones((9, 4), np.float32), np.arange(9) % 2, ("a", "b")),
    )
    with pytest.raises(NotFiniteError, match="No sample of layer 'dense' is finite"):
        bench.tour_cloud("dense")


def test_losses_are_facts(bench):
    p, labels = bench.network.predict(bench.dataset.inputs), bench.dataset.labels
    own = -np.log(np.maximum(p[np.arange(COUNT), labels].astype(np.float64), 1e-7))
    found = bench.losses()
    assert found.facts["loss"] == pytest.approx(own.mean())
    assert found.facts["by_class"] == pytest.approx([own[labels == k].mean() for k in range(3)])


def test_another_network_is_seen_along_the_axes_of_the_finished_one(bench):
    """As epochs of a training are: else every one would lie in a space of its own."""
    early = Workbench(network.from_keras(model_of(2)), bench.dataset)
    early.other = bench
    finished = bench.study.identity
    found = early.ask("tour cloud", layer="conv", most=10, axes=finished)
    raw = activations.of(early.network, bench.dataset.inputs, "conv").reshape(COUNT, -1)
    axes = bench.ask("tour axes", layer="conv", most=10).arrays
    expected = (raw - axes["mean"]) @ axes["directions"]
    np.testing.assert_allclose(found.arrays["x"], expected, atol=1e-4)
    share = expected.var(axis=0).sum() / raw.astype(np.float64).var(axis=0).sum()
    assert found.facts["kept"] == pytest.approx(share, rel=1e-5)
    early.other = None
    with pytest.raises(StudyError, match="finished network, which is not at hand"):
        early.ask("tour cloud", layer="conv", most=9, axes=finished)


def test_a_layer_too_large_to_be_held_is_gone_through_again_and_again(bench):
    held = bench.ask("tour cloud", layer="dense", most=3, axes="").arrays["x"]
    small = Workbench(bench.network, bench.dataset, budget=2000)
    assert tour_answers._Passes(bench, "dense").whole is not None
    assert tour_answers._Passes(small, "dense").whole is None
    found = small.ask("tour cloud", layer="dense", most=3, axes="").arrays["x"]
    np.testing.assert_allclose(found, held, atol=1e-4)
