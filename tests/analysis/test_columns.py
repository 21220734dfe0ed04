"""Columns of a cloud: no more is held, read or run than is asked for, and progress is true."""

from __future__ import annotations

import tracemalloc
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

from analysis import activations, network
from analysis.errors import ParameterError
from analysis.home import Home
from analysis.points import WHICH
from analysis.store import DiskStore, MemoryStore
from analysis.types import Report, silent
from analysis.workbench import Workbench
from tests.analysis import architectures as zoo
from tests.analysis.sample_data import data_of

SIZE = 4200
"""Values of "broad", in five parts."""


@cache
def opened() -> network.Network:
    """30 positions of 140 features, and 12 positions of 3."""
    image = keras.Input((6, 5, 2), name="image")
    broad = kl.Conv2D(140, 1, name="broad")(image)
    small = kl.Conv2D(3, 3, name="small")(broad)
    flat = kl.Flatten(name="flatten")(small)
    out = kl.Dense(3, activation="softmax", name="dense")(flat)
    return network.from_keras(zoo.scramble(keras.Model(image, out)))


def bench_of(count: int, store: Any = None, report: Report = silent) -> Workbench:
    x = np.random.default_rng(7).random((count, 6, 5, 2))
    return Workbench(opened(), data_of(x, np.arange(count) % 3), store, report=report)


def test_some_features_take_the_memory_of_one_part_beside_their_own(tmp_path: Path) -> None:
    count = 1500
    bench = bench_of(count, DiskStore(Home(tmp_path / "home")))
    wanted = np.arange(SIZE)[::-5]
    flat = activations.of(opened(), bench.dataset.inputs, "broad").reshape(count, SIZE)
    part = 4 * 1024 * count
    bench_of(4).columns("broad", [0], "samples")  # whatever is imported or compiled for it
    for most in (2 * part, part):  # computed at first, with a batch beside it; then read
        tracemalloc.start()
        found = bench.columns("broad", wanted, "samples")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak - found.nbytes < most
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found.T, flat[:, wanted])


def test_no_features_and_features_that_are_not_there() -> None:
    bench = bench_of(4)
    assert bench.columns("small", []).shape == (0, 12 * 4)
    for wrong in ([0, 3], [-1], [5000]):
        with pytest.raises(ParameterError, match="'small' has features 0 to 2 as positions; got"):
            bench.columns("small", wrong)


def cloud(bench: Workbench, which: str, samples: list[int] | None) -> list[Any]:
    """Samples, positions, and the columns of the first part."""
    about = {"layer": "small", "which": which, "position": 5, "samples": samples}
    points = bench.ask("points", **about).arrays
    columns = bench.ask("columns", **about, part=0).arrays
    return [points["sample"], points["position"], np.stack(list(columns.values()))]


@pytest.mark.parametrize("which", WHICH)
def test_a_focus_runs_the_batches_of_its_samples_alone(
    which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = opened().batch_size
    count = 3 * size + 7
    bench = bench_of(count)
    every = cloud(bench, which, None)
    ran: list[int] = []
    whole = network.Network.batches

    def counted(self: Any, x: Any, layers: Any, *more: Any) -> Any:
        for start, parts in whole(self, x, layers, *more):
            ran.append(len(parts[0]))
            yield start, parts

    monkeypatch.setattr(network.Network, "batches", counted)
    for samples, sizes in (([size + 3, 2 * size - 1], [size]), ([0, count - 1], [size, 7])):
        ran.clear()
        few = cloud(bench, which, samples)
        assert ran == sizes
        kept = np.isin(every[0], samples)
        for found, expected in zip(few, every, strict=True):
            np.testing.assert_array_equal(found, expected[..., kept])


def progress(which: str, question: str, store: Any, **more: Any) -> Any:
    """What is reported, each share once; it never falls."""
    seen: list[float] = []
    bench = bench_of(8, store, lambda fraction, text="": seen.append(fraction))
    bench.ask(question, layer="broad", which=which, position=0, **more)
    assert seen == sorted(seen)
    return np.unique(seen)


def test_progress_of_wide_features_is_that_of_all_parts() -> None:
    store = MemoryStore()
    # Points of whole samples take no time; five parts follow, and what is said of all together.
    steps = np.arange(2, 7) / 7
    np.testing.assert_allclose(progress("samples", "features", store), steps)
    drawn = progress("samples", "overview", store, order="separation")
    assert drawn[0] <= 0.5, "features that are known take no share"
    assert drawn[-1] == 1.0
    whole = progress("samples", "overview", MemoryStore(), order="separation")
    np.testing.assert_allclose(whole[:5], 0.8 * steps)
    assert whole[5] > 0.8
    assert whole[-1] == 1.0


def test_progress_counts_the_search_for_the_strongest_position() -> None:
    np.testing.assert_allclose(
        progress("strongest", "features", MemoryStore()), np.array([1, 2]) / 3
    )
    drawn = progress("strongest", "overview", MemoryStore(), order="stored")
    np.testing.assert_allclose(drawn[:2], [0.25, 0.5])
    assert drawn[-1] == 1.0
