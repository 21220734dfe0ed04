"""Other drawings of a toured layer, against the functions that make them."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl

from analysis import jumps, network, projections
from analysis.errors import ParameterError
from analysis.workbench import Workbench
from tests.analysis.sample_data import data_of

COUNT = 60


def bench_of(count, report=lambda *_: None):
    image = keras.Input((6,), name="vector")
    model = keras.Model(image, kl.Dense(3, activation="softmax", name="head")(image))
    model.get_layer("head").set_weights([np.random.default_rng(0).normal(size=(6, 3)), np.zeros(3)])
    x = np.random.default_rng(1).random((count, 6), np.float32)
    data = data_of(x, np.arange(count) % 3, ("a", "b", "c"))
    return Workbench(network.from_keras(model), data, report=report)


@pytest.fixture(scope="module")
def bench():
    return bench_of(COUNT)


@pytest.mark.parametrize("kind", jumps.KINDS)
def test_a_layer_is_drawn_from_its_cloud(bench, kind):
    found = bench.tour_views("prediction", kind)
    cloud = bench.tour_cloud("prediction").arrays["x"]
    expected = projections.draw(kind, cloud).astype(np.float32)
    np.testing.assert_array_equal(found.arrays["places"], expected)
    np.testing.assert_array_equal(found.arrays["samples"], np.arange(COUNT))
    assert dict(found.facts) == {"kind": kind, "count": COUNT}


def test_of_many_samples_some_are_drawn_the_same_by_every_method(bench):
    one, other = (bench.tour_views("prediction", kind, 4, 20).arrays for kind in ("pca", "t-sne"))
    np.testing.assert_array_equal(one["samples"], projections.chosen(COUNT, 20, 4))
    np.testing.assert_array_equal(one["samples"], other["samples"])
    assert one["places"].shape == (20, 2)


def test_what_is_done_is_said():
    heard = []
    bench = bench_of(20, lambda fraction, text="": heard.append((fraction, text)))
    bench.tour_views("prediction", "umap")
    assert (0.3, "Drawing by umap") in heard
    assert [fraction for fraction, _ in heard] == sorted(fraction for fraction, _ in heard)


def test_what_cannot_be_drawn_is_refused(bench):
    with pytest.raises(ParameterError, match="drawn by pca, umap, t-sne"):
        bench.tour_views("prediction", "isomap")
    with pytest.raises(ParameterError, match="5 samples or more"):
        bench_of(4).tour_views("prediction", "pca")
