"""The jobs of a worker on real networks and data: opening, glyphs, what goes wrong on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from analysis import activations, dataset, demos, network, opening, shelf, training, work
from analysis.board import Board, Desk
from analysis.errors import Cancelled, DataError, ModelError, StudyError
from analysis.home import Home
from analysis.opening import Card, find_card
from analysis.store import DiskStore
from analysis.types import Source, silent
from analysis.workbench import Workbench

KNOBS = {"metric": "euclidean", "preprocessing": "none", "fill": "exact", "budget": 2**28}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A small untrained network and its data."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(3, 3, activation="relu", name="conv0"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(3, activation="softmax", name="dense0"),
        ]
    )
    model.save(tmp_path / "my.keras")
    random = np.random.default_rng(0)
    np.savez(
        tmp_path / "my.npz",
        x=random.random((40, 6, 6), np.float32),
        y=random.integers(0, 3, 40),
        class_names=np.array(["a", "b", "c"]),
    )
    return tmp_path / "my.keras", tmp_path / "my.npz"


def source_of(files: tuple[Path, Path], **more: Any) -> dict[str, Any]:
    model, data = files
    return dataclasses.asdict(Source(model=str(model), data=str(data), **more))


def test_opening_keeps_a_card_that_needs_no_network(home: Home, files: tuple[Path, Path]) -> None:
    source = source_of(files)
    result = work.open_study(Desk(home, "job"), {"source": source})
    store = DiskStore(home)
    card = find_card(store, Source(**source))
    assert card is not None
    assert result["card"] in store
    assert card.n == 40
    assert card.class_names == ("a", "b", "c")
    names = [node.name for node in card.graph.nodes]
    assert names[1:] == ["conv0", "relu0", "flatten", "dense0", "prediction"]
    assert "flatten" not in [node.name for node in card.simplified.nodes]
    bench = Workbench(None, None, store, study=card.study)
    expected = network.load(files[0]).predict(dataset.load(str(files[1])).inputs)
    np.testing.assert_array_equal(bench.predictions().arrays["probabilities"], expected)
    images = bench.thumbnails()
    assert images is not None
    assert images.shape == (40, 6, 6, 1)


def test_glyphs_are_vat_orders_of_the_activations(home: Home, files: tuple[Path, Path]) -> None:
    task = {"source": source_of(files)}
    result = work.compute_glyphs(Desk(home, "job"), task | KNOBS)
    assert result["failed"] == {}
    loaded, data = network.load(files[0]), dataset.load(str(files[1]))
    bench = Workbench(loaded, data, DiskStore(home))
    assert list(result["done"]) == [node.name for node in loaded.graph.nodes]
    for name in ("conv0", "prediction"):
        features = activations.of(loaded, data.inputs, name).reshape(40, -1).astype(np.float64)
        assert bench.order(name).tolist() == prim(squareform(pdist(features)))
    assert bench.order("flatten").tolist() == bench.order("relu0").tolist()


def prim(distances: np.ndarray[Any, Any]) -> list[int]:
    """VAT in so many words."""
    order = [int(np.unravel_index(distances.argmax(), distances.shape)[0])]
    left = [k for k in range(len(distances)) if k != order[0]]
    while left:
        nearest = min(left, key=lambda k: (min(distances[k, j] for j in order), k))
        order.append(nearest)
        left.remove(nearest)
    return order


def test_a_second_run_computes_nothing(
    home: Home, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    task = {"source": source_of(files)} | KNOBS
    first = work.compute_glyphs(Desk(home, "one"), task)
    monkeypatch.setattr(Workbench, "ask", lambda *_a, **_k: pytest.fail("computed again"))
    assert work.compute_glyphs(Desk(home, "two"), task) == first


def test_progress_counts_up_to_the_whole(home: Home, files: tuple[Path, Path]) -> None:
    seen: list[float] = []

    class Listener(Desk):
        def tell(self, progress: Any, *, now: bool = False) -> None:
            seen.append(progress[0]["fraction"])

    work.compute_glyphs(Listener(home, "job"), {"source": source_of(files)} | KNOBS)
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert 0.9 < seen[-1] <= 1.0


def test_cancel_keeps_what_is_done(home: Home, files: tuple[Path, Path]) -> None:
    class Impatient(Desk):
        def tell(self, progress: Any, *, now: bool = False) -> None:
            if progress[0]["done"]:
                Board(self.home.board).ask_to_stop("job")
            self.check()

    task = {"source": source_of(files)} | KNOBS
    with pytest.raises(Cancelled):
        work.compute_glyphs(Impatient(home, "job"), task)
    again = work.compute_glyphs(Desk(home, "other"), task)
    assert again["failed"] == {}


def test_a_layer_of_nan_is_named_and_the_others_are_drawn(
    home: Home, files: tuple[Path, Path]
) -> None:
    model = keras.models.load_model(files[0])
    kernel, bias = model.get_layer("conv0").get_weights()
    kernel[0, 0, 0, 0] = np.nan
    model.get_layer("conv0").set_weights([kernel, bias])
    model.save(files[0])
    result = work.compute_glyphs(Desk(home, "job"), {"source": source_of(files)} | KNOBS)
    assert "input" in result["done"]
    assert "conv0" in result["failed"]
    assert "'conv0'" in result["failed"]["conv0"]


@pytest.mark.parametrize("question", [("predictions", {}), ("thumbnails", {"side": 64})])
def test_an_evicted_answer_is_given_again(
    home: Home, files: tuple[Path, Path], question: tuple[str, dict[str, Any]]
) -> None:
    source = source_of(files)
    work.open_study(Desk(home, "job"), {"source": source})
    store = DiskStore(home)
    card = find_card(store, Source(**source))
    assert card is not None
    name, parameters = question
    key = Workbench(None, None, store, study=card.study).address(name, **parameters)
    store.drop(key)
    work.open_study(Desk(home, "job"), {"source": source})
    assert key in store


def test_a_layer_that_fails_does_not_stop_its_group(
    home: Home, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = network.Network.batches

    def failing(self: Any, x: Any, layers: Any, *more: Any) -> Any:
        if "relu0" in layers:
            raise DataError("Operation 'relu0' cannot be computed for these samples.")
        return whole(self, x, layers, *more)

    monkeypatch.setattr(network.Network, "batches", failing)
    result = work.compute_glyphs(Desk(home, "job"), {"source": source_of(files)} | KNOBS)
    assert set(result["done"]) == {"input", "conv0", "dense0", "prediction"}
    # What only rearranges a failed layer has no order either.
    assert set(result["failed"]) == {"relu0", "flatten"}


def test_a_changed_model_is_noticed(
    home: Home, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(files)
    work.open_study(Desk(home, "job"), {"source": source})
    same = opening.identity(Source(**source))  # as if size and time had stayed the same
    model = keras.models.load_model(files[0])
    model.get_layer("dense0").set_weights([w + 1 for w in model.get_layer("dense0").get_weights()])
    model.save(files[0])
    shelf.STUDIES.clear()
    monkeypatch.setattr(shelf, "identity", lambda _source: same)
    with pytest.raises(ModelError, match="has changed"):
        work.compute_glyphs(Desk(home, "job"), {"source": source} | KNOBS)
    assert same not in DiskStore(home), "the card is dropped"


def more_labels(data: dict[str, Any]) -> None:
    data["y"] = data["y"] + 5


def other_shape(data: dict[str, Any]) -> None:
    data["x"] = np.zeros((40, 7, 6), np.float32)


def with_nan(data: dict[str, Any]) -> None:
    data["x"][3, 2, 1] = np.nan


def too_few_labels(data: dict[str, Any]) -> None:
    data["y"] = data["y"][:-1]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (more_labels, "class"),
        (other_shape, r"\(7, 6, 1\)|7 x 6"),
        (with_nan, "NaN|not a number|finite"),
        (too_few_labels, "39"),
    ],
)
def test_data_that_does_not_fit(
    home: Home, files: tuple[Path, Path], spoil: Callable[[dict[str, Any]], None], words: str
) -> None:
    with np.load(files[1]) as stored:
        data = {name: stored[name] for name in stored.files if name != "class_names"}
    spoil(data)
    np.savez(files[1], **data)
    with pytest.raises(StudyError, match=words):
        work.open_study(Desk(home, "job"), {"source": source_of(files)})


def test_unlabelled_data_is_judged_by_predictions(home: Home, files: tuple[Path, Path]) -> None:
    with np.load(files[1]) as stored:
        x = stored["x"]
    np.savez(files[1], x=x)
    task = {"source": source_of(files)}
    work.open_study(Desk(home, "job"), task)
    result = work.compute_glyphs(Desk(home, "job"), task | KNOBS)
    assert result["done"]["prediction"]["separation"] is not None
    card = find_card(DiskStore(home), Source(**task["source"]))
    assert card is not None
    assert (card.labels == -1).all()


def test_a_demo_is_trained_once_and_kept(home: Home) -> None:
    source = dataclasses.asdict(Source(demo="digits"))
    work.open_study(Desk(home, "job"), {"source": source})
    epochs, kept = sorted(home.networks.iterdir(), key=lambda path: path.suffix)
    assert kept.name == f"{epochs.name}.keras"
    before = kept.stat().st_mtime_ns
    shelf.STUDIES.clear()
    DiskStore(home).drop(opening.identity(Source(demo="digits")))
    work.open_study(Desk(home, "job"), {"source": source})
    assert kept.stat().st_mtime_ns == before
    card = find_card(DiskStore(home), Source(demo="digits"))
    assert card is not None
    assert card.n == 625
    assert (card.epochs, card.epoch) == (tuple(range(31)), None)
    assert [entry["epoch"] for entry in card.network["history"]] == list(card.epochs)
    early = Source(demo="digits", epoch=0)
    work.open_study(Desk(home, "job"), {"source": dataclasses.asdict(early)})
    first = find_card(DiskStore(home), early)
    assert first is not None
    assert (first.epochs, first.epoch) == (card.epochs, 0)
    assert first.study.data == card.study.data
    assert first.study.network != card.study.network
    late = dataclasses.asdict(Source(demo="digits", epoch=30))
    assert shelf.load(home, Source(**late), silent)[0].fingerprint == card.study.network
    missing = dataclasses.asdict(Source(demo="digits", epoch=31))
    with pytest.raises(DataError, match=r"Epoch 31 of demo 'digits' .* the epochs 0 to 30\."):
        work.open_study(Desk(home, "job"), {"source": missing})


def test_a_demo_on_other_data(home: Home, tmp_path: Path) -> None:
    place = opening.place_of(home, demos.get("digits"))
    training.build("digits-cnn").save(place)
    random = np.random.default_rng(0)
    np.savez(tmp_path / "my.npz", x=random.random((9, 8, 8), np.float32))
    source = Source(demo="digits", data=str(tmp_path / "my.npz"))
    work.open_study(Desk(home, "job"), {"source": dataclasses.asdict(source)})
    card = find_card(DiskStore(home), source)
    assert card is not None
    assert (card.title, card.description) == ("Small network on digits, shown my", "")
    assert (card.n, card.epochs) == (9, ())
    assert opening.identity(Source(demo="digits", data="digits")) == opening.identity(
        Source(demo="digits")
    )


@pytest.fixture
def embedding(files: tuple[Path, Path]) -> tuple[Path, Path]:
    """The network ending in two values instead, and its data of three classes."""
    model = keras.models.load_model(files[0])
    point = keras.layers.Dense(2, name="dense1")(model.get_layer("flatten").output)
    keras.Model(model.inputs, point).save(files[0])
    return files


def card_of(home: Home, source: dict[str, Any]) -> Card:
    work.open_study(Desk(home, "job"), {"source": source})
    card = find_card(DiskStore(home), Source(**source))
    assert card is not None
    return card


def test_fewer_values_than_classes_are_an_embedding(
    home: Home, embedding: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(embedding)
    card = card_of(home, source)
    assert card.network["output"] == "embedding"
    assert card.class_names == ("a", "b", "c")
    assert card.graph.nodes[-1].name == "dense1"
    note = (
        "The network gives 2 values for data of 3 classes, so that its output is taken as an "
        "embedding, not as class scores."
    )
    assert note in card.notes
    assert not any("softmax" in said for said in card.notes)
    store = DiskStore(home)
    bench = Workbench(None, None, store, study=card.study)
    assert bench.address("predictions") not in store
    result = work.compute_glyphs(Desk(home, "job"), {"source": source} | KNOBS)
    assert result["failed"] == {}
    assert len(result["done"]["dense1"]["separation_by_class"]) == 3
    monkeypatch.setattr(shelf, "load", lambda *_: pytest.fail("opened again"))
    work.open_study(Desk(home, "again"), {"source": source})


def test_a_classifier_is_opened_once(
    home: Home, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(files)
    first = work.open_study(Desk(home, "job"), {"source": source})
    monkeypatch.setattr(shelf, "load", lambda *_: pytest.fail("opened again"))
    assert work.open_study(Desk(home, "again"), {"source": source}) == first


def test_an_embedding_of_unlabelled_data_has_no_classes(
    home: Home, embedding: tuple[Path, Path]
) -> None:
    with np.load(embedding[1]) as stored:
        x = stored["x"]
    np.savez(embedding[1], x=x)
    assert card_of(home, source_of(embedding)).network["output"] == "logits"
    source = source_of(embedding, output="embedding")
    card = card_of(home, source)
    assert card.class_names == ()
    result = work.compute_glyphs(Desk(home, "job"), {"source": source} | KNOBS)
    assert result["failed"] == {}
    facts = result["done"]["dense1"]
    assert (facts["separation"], facts["separation_by_class"]) == (None, [])


def test_a_folder_of_epochs_is_a_network(home: Home, files: tuple[Path, Path]) -> None:
    folder = files[0].parent / "run7"
    folder.mkdir()
    model = keras.models.load_model(files[0])
    for number in (0, 5):
        model.get_layer("conv0").set_weights(
            [weights + number for weights in model.get_layer("conv0").get_weights()]
        )
        model.save(folder / f"model_{number}.keras")
    files = (folder, files[1])
    last, early = card_of(home, source_of(files)), card_of(home, source_of(files, epoch=0))
    assert last.title == "run7 on my"
    assert (last.epochs, last.epoch, early.epoch) == ((0, 5), None, 0)
    assert last.network["history"] == [{"epoch": 0}, {"epoch": 5}]
    assert last.study.network == network.load(folder / "model_5.keras").fingerprint
    assert early.study.network == network.load(folder / "model_0.keras").fingerprint
    with pytest.raises(DataError, match=r"Epoch 1 of 'run7' .* the epochs 0, 5\."):
        card_of(home, source_of(files, epoch=1))


def test_a_single_file_has_no_epochs(home: Home, files: tuple[Path, Path]) -> None:
    (files[0].with_suffix("")).mkdir()  # of something else
    assert card_of(home, source_of(files)).epochs == ()
    with pytest.raises(DataError, match=r"Epoch 3 of 'my\.keras' was not recorded"):
        card_of(home, source_of(files, epoch=3))


def test_data_of_a_demo_that_cannot_be_had(home: Home, tmp_path: Path) -> None:
    def offline(name: str) -> Any:
        raise DataError(f"No network to fetch {name}. Give --data-dir.")

    source = Source(demo="lenet5-mnist", data_dir=str(tmp_path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf.keras_datasets, "fetch", offline)
        with pytest.raises(DataError, match="--data-dir"):
            work.open_study(Desk(home, "job"), {"source": dataclasses.asdict(source)})
    assert list(home.networks.iterdir()) == []
