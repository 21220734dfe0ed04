"""Jobs that answer questions in a row, and single samples at once, as a worker does it."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from analysis import activations, asked, dataset, network, shelf
from analysis.board import Board, Desk
from analysis.errors import Cancelled, DataError, ModelError, ParameterError
from analysis.home import Home
from analysis.store import DiskStore
from analysis.types import Source
from analysis.workbench import MAP, Workbench
from tests.analysis import architectures as zoo

COUNT = 20
BUDGET = 2**28
POINTS = {"layer": "conv", "which": "positions", "position": 0}
EVERY = POINTS | {"samples": None}


class Listener(Desk):
    """A desk that remembers all that it is told."""

    def __init__(self, home: Home, job: str = "job") -> None:
        super().__init__(home, job)
        self.heard: list[dict[str, Any]] = []

    def tell(self, progress: Any, *, now: bool = False) -> None:
        (state,) = progress
        self.heard.append(state)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A training of two epochs, and its data."""
    place = tmp_path_factory.mktemp("files")
    folder = place / "run"
    folder.mkdir()
    image = keras.Input((6, 6, 1), name="image")
    x = keras.layers.Conv2D(2, 3, name="conv")(image)
    x = keras.layers.Flatten(name="flatten")(x)
    model = keras.Model(image, keras.layers.Dense(3, activation="softmax", name="dense")(x))
    for number in (0, 4):
        zoo.scramble(model, number).save(folder / f"epoch-{number}.keras")
    random = np.random.default_rng(0)
    np.savez(place / "my.npz", x=random.random((COUNT, 6, 6), np.float32), y=np.arange(COUNT) % 3)
    return folder, place / "my.npz"


def source_of(files: tuple[Path, Path], **more: Any) -> dict[str, Any]:
    model, data = files
    return dataclasses.asdict(Source(model=str(model), data=str(data), **more))


def step(source: Any, *questions: tuple[str, dict[str, Any]], other: Any = None) -> dict[str, Any]:
    """Questions under names of their own: "points" is asked as "my points"."""
    listed = [
        {"name": f"my {question}", "question": question, "parameters": parameters}
        for question, parameters in questions
    ]
    return {"source": source, "other": other, "questions": listed}


def task(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"steps": list(steps), "budget": BUDGET}


def activations_of(files: tuple[Path, Path], epoch: int, layer: str) -> Any:
    net = network.load(files[0] / f"epoch-{epoch}.keras")
    return activations.of(net, dataset.load(str(files[1])).inputs, layer)


def test_answers_are_kept_under_what_is_returned(home: Home, files: tuple[Path, Path]) -> None:
    desk = Listener(home)
    wanted = task(
        step(
            source_of(files),
            ("points", EVERY),
            ("columns", EVERY | {"part": 0}),
            ("fields", {"layer": "conv"}),
        )
    )
    result = asked.answer(desk, wanted)
    assert result["failed"] == {}
    assert result["steps"] == [result["done"]]
    assert list(result["done"]) == ["my points", "my columns", "my fields"]
    assert result["done"]["my points"]["facts"] == {"count": 320, "total": 320}
    found = DiskStore(home).get(result["done"]["my columns"]["key"])
    assert found is not None
    expected = activations_of(files, 4, "conv").reshape(-1, 2)
    np.testing.assert_array_equal(np.stack(list(found.arrays.values())).T, expected)


def test_progress_is_told_question_by_question(home: Home, files: tuple[Path, Path]) -> None:
    desk = Listener(home)
    # The features ask for points and columns themselves, each with a progress of its own.
    wanted = task(
        step(source_of(files), ("features", POINTS | {"which": "strongest"}), ("points", EVERY))
    )
    result = asked.answer(desk, wanted)
    shares = [state["fraction"] for state in desk.heard]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    begun = [state for state in desk.heard if state["text"] == "Choosing points"]
    assert [state["text"] for state in desk.heard[:-1]] == ["Looking at features"] * (
        len(desk.heard) - 1
    )
    assert begun == desk.heard[-1:]
    assert begun[0]["fraction"] == 0.5
    assert begun[0]["done"] == {"my features": result["done"]["my features"]}
    assert set(begun[0]) == {"done", "failed", "fraction", "text", "left"}


def test_a_map_takes_longer_than_what_is_drawn_of_it(home: Home, files: tuple[Path, Path]) -> None:
    desk = Listener(home)
    about = {**MAP, "count": COUNT, "neighbours": 5}
    wanted = task(
        step(
            source_of(files),
            ("boundary map", about),
            ("territory", about | {"window": None, "side": 8}),
            ("pockets", about),
        )
    )
    assert asked.answer(desk, wanted)["failed"] == {}
    begun = {state["text"]: state["fraction"] for state in reversed(desk.heard)}
    assert begun["Asking what is decided where"] > 0.8
    assert begun["Looking for pockets"] > 0.9


def test_every_epoch_is_a_step(home: Home, files: tuple[Path, Path]) -> None:
    desk = Listener(home)
    about = EVERY | {"part": 0}
    wanted = [step(source_of(files, epoch=number), ("columns", about)) for number in (0, 4)]
    result = asked.answer(desk, task(*wanted))
    keys = [answers["my columns"]["key"] for answers in result["steps"]]
    assert len(set(keys)) == 2
    for epoch, key in zip((0, 4), keys, strict=True):
        column = DiskStore(home).array(key, "1")
        own = activations_of(files, epoch, "conv")[..., 1].ravel()
        np.testing.assert_array_equal(column, own)
    texts = dict.fromkeys(state["text"] for state in desk.heard)
    assert list(texts) == ["epoch 0: Taking activations", "epoch 4: Taking activations"]
    assert desk.heard[-1]["done"] == result["steps"][0], "what is shown is that of the first step"


def test_a_question_that_fails_leaves_the_others_alone(
    home: Home, files: tuple[Path, Path]
) -> None:
    desk = Listener(home)
    bad = EVERY | {"which": "position", "position": 16}
    wanted = task(
        step(
            source_of(files),
            ("points", bad),
            ("fields", {"layer": "cnv"}),
            ("columns", EVERY | {"part": 0}),
        )
    )
    result = asked.answer(desk, wanted)
    assert list(result["done"]) == ["my columns"]
    assert result["failed"] == {
        "my points": "The layer has a grid of 4 × 4 positions, 0 to 15 row by row; got 16.",
        "my fields": "No layer 'cnv' in this network (5 layers). Did you mean 'conv'?",
    }
    assert desk.heard[-1]["failed"] == result["failed"]


def test_a_defect_is_not_taken_for_an_answer(
    home: Home, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, question: str, **_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(Workbench, "ask", broken)
    monkeypatch.setattr(asked, "open_source", lambda *_: "")
    with pytest.raises(ZeroDivisionError):
        asked.answer(Listener(home), task(step(source_of(files), ("points", EVERY))))


def test_a_cancel_keeps_what_is_done(home: Home, files: tuple[Path, Path]) -> None:
    class Impatient(Listener):
        def tell(self, progress: Any, *, now: bool = False) -> None:
            super().tell(progress, now=now)
            if progress[0]["done"]:
                Board(self.home.board).ask_to_stop("job")
            self.check()

    desk = Impatient(home)
    wanted = task(step(source_of(files), ("points", EVERY), ("columns", EVERY | {"part": 0})))
    with pytest.raises(Cancelled):
        asked.answer(desk, wanted)
    key = desk.heard[-1]["done"]["my points"]["key"]
    assert key in DiskStore(home)


def test_what_is_there_is_looked_up(
    home: Home, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = task(step(source_of(files), ("columns", EVERY | {"part": 0}), ("class maps", {})))
    first = asked.answer(Listener(home), wanted)
    monkeypatch.setattr(network.Network, "batches", lambda *_: pytest.fail("computed again"))
    monkeypatch.setattr(DiskStore, "get", lambda *_: pytest.fail("read whole"))
    monkeypatch.setattr(asked, "open_source", lambda *_: "")
    monkeypatch.setattr(shelf, "_verify", lambda *_: None)
    assert asked.answer(Listener(home, "again"), wanted) == first


def test_two_networks_side_by_side(home: Home, files: tuple[Path, Path]) -> None:
    early, late = source_of(files, epoch=0), source_of(files, epoch=4)
    names = [network.load(files[0] / f"epoch-{number}.keras").fingerprint for number in (0, 4)]
    key = POINTS | {"layer": "conv", "other_layer": "conv", "other_position": 0}
    wanted = task(
        step(early, ("between", key | {"other": names[1]}), other=late),
        step(late, ("aligned", key | {"other": names[0]}), other=early),
        step(late, ("between", key | {"other": names[0]})),
    )
    result = asked.answer(Listener(home), wanted)
    assert [list(answers) for answers in result["steps"]] == [["my between"], ["my aligned"], []]
    assert result["failed"] == {
        "step 3: my between": "The second network of this question is not at hand. Choose it again."
    }
    store = DiskStore(home)
    own, theirs = (activations_of(files, number, "conv").reshape(-1, 2) for number in (0, 4))
    r = store.array(result["steps"][0]["my between"]["key"], "r")
    every = np.corrcoef(np.hstack([own, theirs]).T)[:2, 2:]
    np.testing.assert_allclose(r, every, atol=1e-5)
    assert result["done"]["my between"] == result["steps"][0]["my between"]
    assert 0 <= result["done"]["my aligned"]["facts"]["residual"] <= 1


def test_a_study_that_cannot_be_opened_says_why(home: Home, files: tuple[Path, Path]) -> None:
    with pytest.raises(DataError, match="Epoch 3 of 'run' was not recorded"):
        asked.answer(Listener(home), task(step(source_of(files, epoch=3), ("points", EVERY))))


@pytest.fixture
def spoilt(files: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """The same training with an epoch 2 of which only the beginning was kept."""
    folder = tmp_path / "run"
    shutil.copytree(files[0], folder)
    (folder / "epoch-2.keras").write_bytes(b"cut off")
    return folder, files[1]


def epochs_of(files: tuple[Path, Path], *numbers: int) -> dict[str, Any]:
    questions = ("points", EVERY), ("columns", EVERY | {"part": 0})
    return task(*(step(source_of(files, epoch=number), *questions) for number in numbers))


def test_a_study_that_cannot_be_opened_leaves_the_others_alone(
    home: Home, spoilt: tuple[Path, Path]
) -> None:
    desk = Listener(home)
    result = asked.answer(desk, epochs_of(spoilt, 0, 2, 4))
    first, second, third = result["steps"]
    assert list(first) == list(third) == ["my points", "my columns"]
    assert (second, result["done"]) == ({}, first)
    assert list(result["failed"]) == ["step 2: my points", "step 2: my columns"]
    assert all("epoch-2.keras" in reason for reason in result["failed"].values())
    assert next(state["fraction"] for state in desk.heard if state["failed"]) == 4 / 6
    assert desk.heard[-1]["failed"] == result["failed"]
    assert desk.heard[-1]["done"] == result["done"]


def test_the_first_study_may_be_the_one_that_cannot_be_opened(
    home: Home, spoilt: tuple[Path, Path]
) -> None:
    result = asked.answer(Listener(home), epochs_of(spoilt, 2, 4))
    assert [list(answers) for answers in result["steps"]] == [[], ["my points", "my columns"]]
    assert result["done"] == {}, "names are those of the first step"
    assert list(result["failed"]) == ["my points", "my columns"]


def test_a_job_of_which_no_study_can_be_opened_fails_as_a_whole(
    home: Home, spoilt: tuple[Path, Path]
) -> None:
    for epochs in ((2,), (2, 3)):
        with pytest.raises(ModelError, match=r"epoch-2\.keras"):
            asked.answer(Listener(home), epochs_of(spoilt, *epochs))


def test_what_fails_later_leaves_the_answer_of_the_same_name(
    home: Home, files: tuple[Path, Path]
) -> None:
    steps = [step(source_of(files, epoch=number), ("points", EVERY)) for number in (0, 4)]
    steps[1]["questions"][0]["parameters"] = EVERY | {"which": "position", "position": 99}
    result = asked.answer(Listener(home), task(*steps))
    assert result["done"] == result["steps"][0]
    assert list(result["failed"]) == ["step 2: my points"]
    result = asked.answer(Listener(home, "turned"), task(*reversed(steps)))
    assert result["done"] == {}
    assert list(result["steps"][1]) == list(result["failed"]) == ["my points"]


def test_an_embedding_of_unlabelled_data(
    home: Home, files: tuple[Path, Path], tmp_path: Path
) -> None:
    with np.load(files[1]) as stored:
        np.savez(tmp_path / "blank.npz", x=stored["x"])
    source = source_of((files[0], tmp_path / "blank.npz"), output="embedding")
    overview = ("overview", POINTS | {"order": "stored"})
    wanted = task(step(source, ("features", POINTS), overview, ("class maps", {})))
    result = asked.answer(Listener(home), wanted)
    assert result["failed"] == {}
    assert result["done"]["my overview"]["facts"]["classes"] == 0


@pytest.mark.parametrize("samples", [[7], [1, 2, 19]])
def test_maps_of_samples_come_as_bytes(
    home: Home, files: tuple[Path, Path], samples: list[int]
) -> None:
    found = asked.sample_maps(home, {"source": source_of(files, epoch=0), "samples": samples})
    assert isinstance(found, bytes)
    layers = network.load(files[0] / "epoch-0.keras").layers
    expected = [
        activations_of(files, 0, layer)[samples].astype(np.float64).mean(axis=0).ravel()
        for layer in layers
    ]
    numbers = np.frombuffer(found, np.float32)
    np.testing.assert_allclose(numbers, np.concatenate(expected), rtol=1e-5, atol=1e-6)
    with pytest.raises(ParameterError, match="samples 0 to 19"):
        asked.sample_maps(home, {"source": source_of(files), "samples": [COUNT]})


def test_maps_of_an_attacked_sample_come_as_bytes(home: Home, files: tuple[Path, Path]) -> None:
    source = source_of(files, epoch=0)
    about = {"attack": "pgd", "samples": [2, 7], "epsilon": 0.1, "norm": "linf", "steps": 3}
    about |= {"step": None, "target": None, "seed": 0}
    done = asked.answer(Listener(home), task(step(source, ("attack", about))))["done"]
    key = done["my attack"]["key"]
    wanted = {"source": source, "key": key, "row": 1}
    clean = asked.attacked_maps(home, wanted | {"steps": [0]})
    expected = np.frombuffer(
        asked.sample_maps(home, {"source": source, "samples": [7]}), np.float32
    )
    np.testing.assert_allclose(np.frombuffer(clean, np.float32), expected, rtol=1e-5, atol=1e-6)
    moved = np.frombuffer(asked.attacked_maps(home, wanted | {"steps": [3]}), np.float32)
    assert np.abs(moved - expected).max() > 1e-3
    with pytest.raises(ParameterError, match="not kept any more"):
        asked.attacked_maps(home, wanted | {"key": "0" * 64, "steps": [0]})


def test_a_study_is_read_once(
    home: Home, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"source": source_of(files), "samples": [0]}
    shelf.STUDIES.clear()
    first = asked.sample_maps(home, wanted)
    monkeypatch.setattr(shelf.networks, "load", lambda *_, **__: pytest.fail("read again"))
    assert asked.sample_maps(home, wanted) == first
