"""Mean maps of samples and of classes, against means of the activations of every layer."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest

from analysis import activations, maps, network, responses
from analysis.errors import Cancelled, ParameterError
from analysis.types import Inputs, silent
from analysis.workbench import Workbench
from tests.analysis import architectures as zoo
from tests.analysis.sample_data import data_of

COUNT = 20


@cache
def opened(output: str = "") -> tuple[network.Network, Inputs]:
    model = zoo.make("two_inputs")
    return network.from_keras(model, output=output), zoo.samples(model, COUNT)


def bench_of(labels: Any, *, output: str = "", **more: Any) -> Workbench:
    net, inputs = opened(output)
    count = len(labels)
    inputs = {name: array[:count] for name, array in inputs.items()}
    return Workbench(net, data_of(inputs, labels, more.pop("names", ())), **more)


def reduced(values: Any) -> Any:
    """One map (*positions, features) in the shape that is shown, window by window."""
    shown, factor = maps.shown_shape(values.shape)
    found = np.empty(shown)
    for place in itertools.product(*(range(size) for size in shown[:-1])):
        window = tuple(slice(factor * p, factor * (p + 1)) for p in place)
        found[place] = values[window].reshape(-1, shown[-1]).mean(axis=0)
    return found


def naive(bench: Workbench, chosen: Any) -> Any:
    """Maps of all layers, one after the other, in the mean over some samples."""
    found = []
    for layer in bench.network.layers:
        own = activations.of(bench.network, bench.dataset.inputs, layer)[chosen]
        mean = own.astype(np.float64).mean(axis=0)
        found.append((reduced(mean) if mean.ndim > 1 else mean).ravel())
    return np.concatenate(found)


@pytest.mark.parametrize("most", [maps.MOST, 20], ids=["whole", "reduced"])
@pytest.mark.parametrize("chosen", [[3], [1, 5, 19], list(range(COUNT))])
def test_mean_maps_are_means_of_activations(
    chosen: list[int], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps, "MOST", most)
    bench = bench_of(np.arange(COUNT) % 3)
    values = bench.ask("mean maps", samples=chosen).arrays["values"]
    assert values.dtype == np.float32
    expected = naive(bench, chosen)
    assert values.shape == expected.shape
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6)
    sizes = [bench.network.operation(name).size for name in bench.network.layers]
    assert (len(values) < sum(sizes)) == (most == 20)


def test_a_single_sample_is_shown_as_it_is() -> None:
    bench = bench_of([0])
    found = responses.of_samples(bench.network, bench.dataset.inputs, [0], silent)
    own = bench.network.run(bench.dataset.inputs, bench.network.layers)
    np.testing.assert_array_equal(found, np.concatenate([array.ravel() for array in own.values()]))


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ([], r"samples 0 to 19; got 0 samples\."),
        ([-1, 2], "got 2 samples from -1 to 2"),
        ([3, 20], "got 2 samples from 3 to 20"),
    ],
)
def test_samples_that_are_not_there(samples: list[int], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        bench_of(np.zeros(COUNT)).ask("mean maps", samples=samples)


def test_class_maps_are_means_of_classes() -> None:
    labels = np.where(np.arange(COUNT) < 4, -1, np.arange(COUNT) % 2)
    bench = bench_of(labels)
    found = bench.ask("class maps").arrays
    assert list(found) == ["0", "1", "2"], "one for every class of the network"
    for k in (0, 1):
        np.testing.assert_allclose(
            found[str(k)], naive(bench, np.flatnonzero(labels == k)), rtol=1e-5, atol=1e-6
        )
    assert np.isnan(found["2"]).all(), "a class without samples has no mean"


def test_unlabelled_data_has_the_classes_that_are_predicted() -> None:
    bench = bench_of(np.full(COUNT, -1))
    predicted = bench.network.predict(bench.dataset.inputs).argmax(axis=1)
    found = bench.ask("class maps").arrays
    assert list(found) == ["0", "1", "2"]
    for k, values in enumerate(found.values()):
        chosen = np.flatnonzero(predicted == k)
        expected = naive(bench, chosen) if len(chosen) else np.full(len(values), np.nan)
        np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6)


def test_an_embedding_has_the_classes_of_the_data() -> None:
    assert dict(bench_of(np.full(COUNT, -1), output="embedding").ask("class maps").arrays) == {}
    bench = bench_of(np.arange(COUNT) % 2, output="embedding", names=("a", "b", "c", "d"))
    found = bench.ask("class maps").arrays
    assert list(found) == ["0", "1", "2", "3"]
    np.testing.assert_allclose(
        found["1"], naive(bench, np.arange(1, COUNT, 2)), rtol=1e-5, atol=1e-6
    )
    assert np.isnan(found["3"]).all()


def test_a_sample_of_nan_spoils_its_own_class_alone() -> None:
    net, inputs = opened()
    spoilt = {name: array.copy() for name, array in inputs.items()}
    spoilt["facts"][4] = np.nan
    labels = np.arange(COUNT) % 3
    found = Workbench(net, data_of(spoilt, labels)).ask("class maps").arrays
    clean = Workbench(net, data_of(inputs, labels)).ask("class maps").arrays
    for name in ("0", "2"):
        np.testing.assert_array_equal(found[name], clean[name])
    bad = np.isnan(found["1"])
    assert 0 < bad.sum() < bad.size, "what the other input alone decides is still there"
    np.testing.assert_array_equal(found["1"][~bad], clean["1"][~bad])


def test_progress_is_told_and_a_cancel_goes_through() -> None:
    seen: list[float] = []

    def stop(fraction: float, text: str = "") -> None:
        raise Cancelled("Enough.")

    labels = np.zeros(COUNT)
    for question, more in (("class maps", {}), ("mean maps", {"samples": [1, 2]})):
        bench_of(labels, report=lambda fraction, text="": seen.append(fraction)).ask(
            question, **more
        )
        with pytest.raises(Cancelled):
            bench_of(labels, report=stop).ask(question, **more)
    assert seen == [1.0, 1.0]
