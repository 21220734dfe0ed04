"""What a source is known by, while its files come, change and go."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from analysis import history, opening
from analysis.epochs import epochs_in
from analysis.errors import DataError, ModelError
from analysis.home import Home
from analysis.opening import find_card, identity
from analysis.shelf import open_source
from analysis.store import DiskStore
from analysis.types import Source, silent


def small() -> keras.Model:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A recording of two epochs, the last not long ago."""
    folder = tmp_path / "run"
    folder.mkdir()
    for number in (0, 1):
        history.record(small(), folder, number, {"loss": 1.0 - number})
    return folder


def of(run: Path, epoch: int | None = None) -> Source:
    return Source(model=str(run), data="digits", epoch=epoch)


def test_an_epoch_stays_what_it_is_while_more_are_recorded(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last, finished = identity(of(run, 0)), identity(of(run, 1)), identity(of(run))
    assert len({first, last, finished}) == 3
    save = keras.Model.save
    met: list[list[str]] = []

    def saved(model: keras.Model, file: Path) -> None:
        """In the middle of a recording, with half a file beside the others."""
        file.write_bytes(b"half")
        met.append([path.name for path in run.glob(".recording-*/*")])
        assert [identity(of(run, 0)), identity(of(run, 1)), identity(of(run))] == [
            *(first, last, finished)
        ]
        save(model, file)

    monkeypatch.setattr(keras.Model, "save", saved)
    history.record(small(), run, 2)
    assert met == [["epoch-002.keras"]]
    assert (identity(of(run, 0)), identity(of(run, 1))) == (first, last)
    assert identity(of(run)) != finished, "there is a newer network"
    os.utime(run / "epoch-000.keras", (1, 1))
    assert identity(of(run, 0)) != first
    assert identity(of(run, 1)) == last


def test_a_card_tells_of_epochs_that_were_recorded_since(run: Path, tmp_path: Path) -> None:
    data = tmp_path / "my.npz"
    np.savez(data, x=np.random.default_rng(0).random((9, 4), np.float32), y=np.arange(9) % 3)
    home = Home(tmp_path / "home")
    store = DiskStore(home)
    source = dataclasses.replace(of(run, 0), data=str(data))
    open_source(home, store, source, silent, lambda: None)
    before = find_card(store, source)
    assert before is not None
    assert before.epochs == (0, 1)
    history.record(small(), run, 2, {"loss": 0.25})
    card = find_card(store, source)
    assert card is not None
    assert (card.study, card.epoch, card.epochs) == (before.study, 0, (0, 1, 2))
    assert card.network["history"][2] == {"epoch": 2, "loss": 0.25}


def test_what_is_not_recorded_is_said(run: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Epoch 7 of 'run' .* the epochs 0, 1\."):
        identity(of(run, 7))
    (run / "epoch-1.keras").write_bytes(b"")
    with pytest.raises(ModelError, match="2 files of epoch 1"):
        identity(of(run, 0))
    with pytest.raises(DataError, match="no file"):
        identity(of(tmp_path / "gone", 0))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        (tmp_path / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pictures" / name).write_bytes(b"1")
    return tmp_path / "pictures"


def test_a_folder_of_data_is_all_its_files_but_hidden_ones(run: Path, pictures: Path) -> None:
    def now() -> str:
        return identity(dataclasses.replace(of(run, 0), data=str(pictures)))

    first = now()
    (pictures / ".DS_Store").write_bytes(b"1")
    (pictures / "a" / ".cache").mkdir()
    (pictures / "a" / ".cache" / "1.png").write_bytes(b"1")
    assert now() == first
    (pictures / "a" / "2.png").write_bytes(b"12")
    second = now()
    (pictures / "b" / "2.png").write_bytes(b"1")
    assert len({first, second, now()}) == 3


def test_files_that_go_while_they_are_looked_at_do_not_count(
    run: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = dataclasses.replace(of(run, 0), data=str(pictures))
    walk = os.walk

    def late(folder: Path) -> Iterator[Any]:
        for place, folders, names in walk(folder):
            yield place, folders, names + ["gone.png"] * (Path(place).name == "a")

    expected = identity(source)
    monkeypatch.setattr(opening.os, "walk", late)
    assert identity(source) == expected


def test_the_file_that_is_read_is_the_one_that_is_known(run: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    paths = [epoch.path for epoch in epochs_in(run)]
    assert [opening.model_of(home, of(run, number)) for number in (0, 1, None)] == [
        *paths,
        paths[-1],
    ]
