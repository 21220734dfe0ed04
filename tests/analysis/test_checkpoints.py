"""Epochs as Keras' own callback keeps them: networks, or their weights alone."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from analysis import network, opening, shelf
from analysis.epochs import epochs_in, epochs_of, finished
from analysis.errors import DataError, ModelError, UnsafeModelError
from analysis.home import Home
from analysis.opening import find_card, identity
from analysis.store import DiskStore
from analysis.types import Source, silent

X = np.random.default_rng(0).random((20, 4), dtype=np.float32)
Y = np.arange(20) % 3


def small(width: int = 5) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(width, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training of three epochs, kept by Keras in both ways; the network, and its data."""
    place = tmp_path_factory.mktemp("training")
    model = small()
    model.save(place / "my.keras")
    model.save(place / "my.h5")
    weights, whole = str(place / "weights/{epoch:02d}"), str(place / "whole/epoch-{epoch:02d}")
    keeps = [
        keras.callbacks.ModelCheckpoint(f"{weights}.weights.h5", save_weights_only=True),
        keras.callbacks.ModelCheckpoint(f"{whole}.keras"),
    ]
    for folder in ("weights", "whole"):
        (place / folder).mkdir()
    model.fit(X, Y, epochs=3, verbose=0, callbacks=keeps)
    np.savez(place / "my.npz", x=X, y=Y)
    return place


def of(place: Path, folder: str = "weights", epoch: int | None = None) -> Source:
    return Source(
        model=str(place / "my.keras"),
        data=str(place / "my.npz"),
        checkpoints=str(place / folder),
        epoch=epoch,
        trusted=True,
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    shelf.STUDIES.clear()
    shelf.DATA.clear()
    return Home(tmp_path / "home")


def test_both_kinds_are_the_same_networks(place: Path, home: Home) -> None:
    prints = set()
    for epoch in (1, 2, 3, None):
        source = of(place, epoch=epoch)
        opened, data = shelf.load(home, source, silent)
        whole, _ = shelf.load(home, of(place, "whole", epoch), silent)
        np.testing.assert_array_equal(opened.predict(data.x), whole.predict(data.x))
        assert opened.name == f"{epoch or 3:02d}"
        prints.add(opened.fingerprint)
    assert len(prints) == 3, "the finished network is the last checkpoint"
    start = network.load(place / "my.keras")
    assert not np.array_equal(start.predict(X), opened.predict(X))


def test_a_legacy_file_gives_the_layers_to_those_who_may(place: Path) -> None:
    file = place / "weights" / "02.weights.h5"
    trusted = network.load_weights(place / "my.h5", file, trusted=True)
    expected = network.load(place / "whole" / "epoch-02.keras")
    np.testing.assert_array_equal(trusted.predict(X), expected.predict(X))
    with pytest.raises(UnsafeModelError, match="may run code"):
        network.load_weights(place / "my.h5", file)


def test_fingerprints_are_those_of_layers_and_weights(place: Path, tmp_path: Path) -> None:
    file = place / "weights" / "02.weights.h5"
    known = network.load_weights(place / "my.keras", file).fingerprint
    for path in (place / "whole").iterdir():  # the layers alone count, not the weights with them
        assert network.load_weights(path, file).fingerprint == known
    copy = tmp_path / "9.weights.h5"
    copy.write_bytes(file.read_bytes())
    assert network.load_weights(place / "my.keras", copy).fingerprint == known
    read = network.load_weights(place / "my.keras", copy, output="embedding")
    assert (read.output, read.fingerprint != known) == ("embedding", True)


def test_a_study_of_checkpoints_is_opened_with_its_epochs(place: Path, home: Home) -> None:
    store = DiskStore(home)
    cards = {}
    for epoch in (1, None):
        shelf.open_source(home, store, of(place, epoch=epoch), silent, lambda: None)
        cards[epoch] = find_card(store, of(place, epoch=epoch))
    assert [card.epochs for card in cards.values() if card] == [(1, 2, 3)] * 2
    assert cards[1] and cards[None] and cards[1].study != cards[None].study
    assert cards[1].title == "my on my"
    assert opening.history_of(home, of(place)) == tuple({"epoch": number} for number in (1, 2, 3))
    with pytest.raises(DataError, match=r"Epoch 7 of 'weights' was not recorded.*1 to 3"):
        identity(of(place, epoch=7))


def test_both_files_count_for_what_a_study_is(place: Path) -> None:
    names = [of(place, epoch=epoch) for epoch in (1, 3, None)]
    before = [identity(source) for source in names]
    assert len({*before, identity(dataclasses.replace(of(place), checkpoints=""))}) == 4
    os.utime(place / "weights" / "03.weights.h5", (1, 1))
    after = [identity(source) for source in names]
    assert [one == two for one, two in zip(before, after, strict=True)] == [True, False, False]
    os.utime(place / "my.keras", (1, 1))
    assert all(one != identity(source) for one, source in zip(after, names, strict=True))


def test_data_are_shared_by_all_checkpoints(place: Path, home: Home) -> None:
    pairs = [shelf.load(home, of(place, epoch=epoch), silent) for epoch in (1, 2)]
    assert pairs[0][1].x is pairs[1][1].x


def test_weights_alone_are_no_networks(place: Path) -> None:
    with pytest.raises(ModelError, match=r"weights alone, such as 01\.weights\.h5.*--checkpoints"):
        finished(place / "weights")
    with pytest.raises(ModelError, match=r"'01\.weights\.h5' holds weights without a network"):
        network.load(place / "weights" / "01.weights.h5", trusted=True)
    assert [epoch.number for epoch in epochs_in(place / "weights", weights=True)] == [1, 2, 3]
    assert epochs_of(Source(demo="digits")) == ()


@pytest.mark.parametrize("which", ["wider", "fewer layers", "more layers"])
def test_weights_of_another_network_are_refused(which: str, place: Path, tmp_path: Path) -> None:
    """Keras itself takes the second without a word."""
    layers = small(6 if which == "wider" else 5).layers
    if which == "fewer layers":
        layers = layers[:2]
    if which == "more layers":
        layers = [*layers, keras.layers.Dense(3), keras.layers.Softmax()]
    other = keras.Sequential([keras.Input((4,)), *layers])
    other.save(tmp_path / "other.keras")
    words = (
        r"'01\.weights\.h5' holds the weights of another network than 'other\.keras': "
        r"'layers/.*' is (of shape|not there).* in it and (of shape|not there).* in the network.*"
        "--checkpoints"
    )
    with pytest.raises(ModelError, match=words):
        network.load_weights(tmp_path / "other.keras", place / "weights" / "01.weights.h5")


def test_what_reaches_out_is_damaged_or_gone_is_refused(place: Path, tmp_path: Path) -> None:
    good = place / "weights" / "01.weights.h5"
    bad = tmp_path / "01.weights.h5"
    bad.write_bytes(good.read_bytes())
    with h5py.File(bad, "r+") as file:
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = h5py.ExternalLink(str(good), "layers/dense/vars/0")
    with pytest.raises(UnsafeModelError, match="is a link that may lead to another file"):
        network.load_weights(place / "my.keras", bad)
    bad.write_bytes(good.read_bytes()[:3000])
    with pytest.raises(ModelError, match=r"'01\.weights\.h5' has damaged weights"):
        network.load_weights(place / "my.keras", bad)
    bad.unlink()
    with pytest.raises(ModelError, match="There is no file"):
        network.load_weights(place / "my.keras", bad)
    bad.mkdir()
    with pytest.raises(ModelError, match="is not a file"):
        network.load_weights(place / "my.keras", bad)


def test_what_was_checked_is_what_is_loaded(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happens to the file meanwhile."""
    file = tmp_path / "1.weights.h5"
    file.write_bytes((place / "weights" / "01.weights.h5").read_bytes())
    load = keras.Model.load_weights

    def loaded(model: keras.Model, path: Path) -> None:
        file.write_bytes(b"other bytes")
        load(model, path)

    monkeypatch.setattr(keras.Model, "load_weights", loaded)
    found = network.load_weights(place / "my.keras", file)
    assert found.predict(X).shape == (20, 3)
    assert file.read_bytes() == b"other bytes"
