"""Outputs of layers that were kept while a network was trained, and what is spared by them."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from trainings import X, Y, recorder, small

from analysis import asked, dataset, epochs, history, network, shelf, work
from analysis.board import Desk
from analysis.epochs import epochs_in
from analysis.errors import ParameterError, UnknownLayerError
from analysis.home import Home
from analysis.opening import find_card
from analysis.store import DiskStore, MemoryStore
from analysis.types import Source, silent
from analysis.workbench import Workbench

LAYERS = ("dense", "prediction")


def deep() -> keras.Model:
    keras.utils.set_random_seed(0)
    image = keras.Input((3, 3, 1), name="data")
    x = keras.layers.Flatten(name="flatten")(image)
    x = keras.layers.Dense(80, activation="relu", name="dense")(x)
    model = keras.Model(image, keras.layers.Dense(2, activation="softmax", name="end")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two epochs of a network on pictures of bytes, with the outputs of two layers."""
    run = tmp_path_factory.mktemp("runs") / "run"
    x = np.random.default_rng(1).integers(0, 256, (300, 3, 3), np.uint8)
    y = np.arange(300) % 2
    keep = recorder(run, x, y, layers=(*LAYERS, "data"))
    deep().fit(x[..., None] / 255, y, epochs=2, verbose=0, callbacks=[keep])
    return run


@pytest.fixture
def run(recording: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    shelf.STUDIES.clear()
    shelf.DATA.clear()
    return Path(shutil.copytree(recording, tmp_path / "run"))


def bench_of(run: Path, epoch: int | None = 1, **more: object) -> Workbench:
    source = Source(model=str(run), data=str(run / "samples.npz"), epoch=epoch, **more)  # type: ignore[arg-type]
    home = Home(run.parent / "home")
    return shelf.open_bench(home, MemoryStore(), source)


def computed(bench: Workbench) -> Workbench:
    return Workbench(bench.network, bench.dataset)


@pytest.fixture
def no_run(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called on, no network may run."""

    def never(*_args: object, **_more: object) -> None:
        pytest.fail("the network was run for what was recorded")

    return lambda: monkeypatch.setattr(network.Network, "batches", never)


def test_outputs_lie_beside_every_epoch(recording: Path) -> None:
    names = sorted(path.name for path in recording.iterdir())
    assert names == [
        *(f"epoch-{number:03d}.keras" for number in range(3)),
        "history.json",
        *(f"outputs-{number:03d}.npz" for number in range(3)),
        "samples.npz",
    ]
    data = dataset.load(recording / "samples.npz")
    for epoch in epochs_in(recording):
        opened = network.load(epoch.path)
        with np.load(epochs.outputs_beside(epoch.path)) as kept:
            assert str(kept["network"]) == opened.fingerprint
            assert str(kept["data"]) == data.fingerprint
            for layer, expected in opened.run(data.x, [*LAYERS, "data"]).items():
                assert kept[f"layer {layer}"].dtype == np.float32
                np.testing.assert_array_equal(kept[f"layer {layer}"], expected)


@pytest.mark.parametrize("epoch", [0, 2, None])
def test_what_was_recorded_needs_no_network(
    run: Path, epoch: int | None, no_run: Callable[[], None]
) -> None:
    bench = bench_of(run, epoch)
    expected = computed(bench)
    for ask in (
        lambda of: of.predictions().arrays["probabilities"],
        lambda of: of.tour_cloud("prediction").arrays["x"],
        lambda of: of.tour_cloud("dense").arrays["x"],
        lambda of: of.tour_cloud("dense", most=90).arrays["x"],
        lambda of: of.order("dense"),
    ):
        bench.store, known = MemoryStore(), ask(expected)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(network.Network, "batches", lambda *_: pytest.fail("it was run"))
            np.testing.assert_array_equal(ask(bench), known)
    no_run()
    assert bench.losses().facts["loss"] == expected.losses().facts["loss"]


def test_a_worker_opens_an_epoch_without_running_it(
    run: Path, tmp_path: Path, no_run: Callable[[], None]
) -> None:
    no_run()
    home = Home(tmp_path / "home")
    store = DiskStore(home)
    source = Source(model=str(run), data=str(run / "samples.npz"), epoch=1)
    shelf.open_source(home, store, source, silent, lambda: None)
    assert find_card(store, source) is not None


def test_a_worker_draws_recorded_layers_without_running_the_network(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(model=str(run), data=str(run / "samples.npz"), epoch=1)
    knobs = {"metric": "euclidean", "preprocessing": "none", "fill": "exact", "budget": 2**28}
    bench, seen = bench_of(run), set[str]()
    expected = {layer: computed(bench).order(layer) for layer in ("flatten", *LAYERS)}
    batches = network.Network.batches

    def watched(net: network.Network, x: object, layers: list[str], *more: int) -> object:
        seen.update(layers)
        return batches(net, x, layers, *more)

    monkeypatch.setattr(network.Network, "batches", watched)
    desk = Desk(Home(tmp_path / "home"), "job")
    told = work.compute_glyphs(desk, {"source": dataclasses.asdict(source)} | knobs)
    assert not told["failed"]
    assert not seen & {*LAYERS, "data"}
    drawn = Workbench(None, None, DiskStore(desk.home), study=bench.study)
    for layer, order in expected.items():
        np.testing.assert_array_equal(drawn.order(layer), order)


def test_a_worker_plays_epochs_along_the_axes_of_the_last_without_running_any(
    run: Path, tmp_path: Path, no_run: Callable[[], None]
) -> None:
    last = Source(model=str(run), data=str(run / "samples.npz"))
    axes = bench_of(run, None).study.identity
    about = {"layer": "dense", "most": 64, "axes": axes}
    asked_for = [{"name": "cloud", "question": "tour cloud", "parameters": about}]
    steps = [
        {"source": dataclasses.asdict(source), "other": other, "questions": asked_for}
        for source in (last, dataclasses.replace(last, epoch=0))
        for other in [None if source is last else dataclasses.asdict(last)]
    ]
    no_run()
    desk = Desk(Home(tmp_path / "home"), "job")
    told = asked.answer(desk, {"steps": steps, "budget": 2**28})
    assert not told["failed"]
    assert [set(step) for step in told["steps"]] == [{"cloud"}] * 2


def test_a_part_of_the_samples_has_its_part_of_the_outputs(
    run: Path, no_run: Callable[[], None]
) -> None:
    bench = bench_of(run, limit=40, seed=3)
    expected = computed(bench).tour_cloud("prediction").arrays["x"]
    assert len(expected) == 40
    no_run()
    found = bench.tour_cloud("prediction").arrays["x"]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_network_read_as_an_embedding_has_the_same_layers(
    run: Path, no_run: Callable[[], None]
) -> None:
    bench = bench_of(run, output="embedding")
    expected = computed(bench).tour_cloud("dense").arrays["x"]
    no_run()
    np.testing.assert_array_equal(bench.tour_cloud("dense").arrays["x"], expected)


def rewritten(file: Path, **changed: np.ndarray) -> None:
    with np.load(file) as kept:
        arrays = {name.replace(" ", "_"): kept[name] for name in kept}
    np.savez(file, **{name.replace("_", " "): array for name, array in (arrays | changed).items()})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("truncated", "damaged"),
        ("another epoch's", "recorded of another network"),
        ("other samples", "recorded of other samples"),
        ("of another shape", "not float32 of shape"),
        ("not an archive", "damaged"),
        ("interrupted", ""),
        ("changed samples", "recorded of other samples"),
    ],
)
def test_outputs_that_are_not_to_be_had_are_computed(
    run: Path, wrong: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    file, more = run / "outputs-001.npz", {}
    if wrong == "truncated":
        file.write_bytes(file.read_bytes()[:-500])
    elif wrong == "another epoch's":
        shutil.copy(run / "outputs-002.npz", file)
    elif wrong == "other samples":
        rewritten(file, data=np.array("0" * 64))
    elif wrong == "of another shape":
        rewritten(file, layer_dense=np.zeros((3, 80), np.float32))
    elif wrong == "not an archive":
        file.write_bytes(b"nothing")
    elif wrong == "interrupted":
        file.unlink()
    else:
        x = np.random.default_rng(2).integers(0, 256, (300, 3, 3), np.uint8)
        np.savez(run / "samples.npz", x=x, y=np.arange(300) % 2)
        more = {"limit": 40}
    bench = bench_of(run, **more)
    found = bench.tour_cloud("dense").arrays["x"]
    np.testing.assert_array_equal(found, computed(bench).tour_cloud("dense").arrays["x"])
    assert said in caplog.text
    assert bool(caplog.text) == bool(said)


def test_other_data_and_layers_too_large_are_computed(run: Path, tmp_path: Path) -> None:
    shutil.copy(run / "samples.npz", tmp_path / "other.npz")
    source = Source(model=str(run), data=str(tmp_path / "other.npz"))
    home = Home(tmp_path / "home")
    assert not shelf.open_bench(home, DiskStore(home), source).at_hand
    assert set(bench_of(run).at_hand) == {*LAYERS, "data"}
    source = dataclasses.replace(source, data=str(run / "samples.npz"))
    narrow = shelf.open_bench(home, DiskStore(home), source, budget=2 * 300 * 4 * 79)
    assert set(narrow.at_hand) == {"prediction", "data"}


def test_layers_are_checked_before_anything_is_kept(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="are kept for samples; give some"):
        history.Recorder(tmp_path / "run", layers=["prediction"])
    keep = recorder(tmp_path / "run", layers=["prediction", "predictoin"])
    with pytest.raises(UnknownLayerError, match=r"'predictoin' .*Did you mean 'prediction'"):
        small().fit(X, Y, epochs=1, verbose=0, callbacks=[keep])
    assert not (tmp_path / "run").exists()


def test_a_recording_that_goes_on_keeps_outputs_from_then_on(tmp_path: Path) -> None:
    small().fit(X, Y, epochs=1, verbose=0, callbacks=[recorder(tmp_path)])
    keep = recorder(tmp_path, layers=["prediction"])
    small().fit(X, Y, initial_epoch=1, epochs=2, verbose=0, callbacks=[keep])
    assert [path.name for path in tmp_path.glob("outputs-*")] == ["outputs-002.npz"]
