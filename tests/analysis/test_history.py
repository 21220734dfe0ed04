"""Recorded trainings: which files are epochs, what their history says, and the recorder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trainings import X, Y, fit, recorder, small

from analysis import archive, dataset, epochs, history
from analysis.epochs import epochs_in, finished, history_in, is_recorded
from analysis.errors import DataError, ModelError, ParameterError, StoreError


def folder_of(place: Path, *names: str) -> Path:
    place.mkdir()
    for name in names:
        (place / name).write_bytes(b"")
    return place


def test_epochs_are_sorted_by_number(tmp_path: Path) -> None:
    run = folder_of(
        tmp_path / "run",
        *("epoch-10.keras", "model_9.keras", "v2-100.keras", "7.keras", "X03.KERAS"),
        *("best.keras", "epoch-11.h5", "notes.txt", "epoch-12.keras.part", "epoch-5b.keras"),
    )
    (run / "epoch-77.keras").mkdir()
    assert [epoch.number for epoch in epochs_in(run)] == [3, 7, 9, 10, 100]
    assert epochs_in(run)[2].path == run / "model_9.keras"
    assert finished(run) == run / "v2-100.keras"


@given(st.sets(st.integers(0, 10**9), min_size=1), st.text("abc-_.", max_size=5))
def test_any_name_before_the_number_will_do(numbers: set[int], name: str) -> None:
    matches = [epochs._NUMBERED.fullmatch(f"{name}{number}") for number in numbers]
    assert {int(match[1]) for match in matches if match} == numbers


def test_folders_that_are_no_training_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds no epochs: \.keras files whose names end in"):
        epochs_in(folder_of(tmp_path / "none", "best.keras"))
    twice = folder_of(tmp_path / "twice", "epoch-7.keras", "epoch-07.keras", "epoch-8.keras")
    with pytest.raises(ModelError, match=r"2 files of epoch 7: epoch-07\.keras and epoch-7\.keras"):
        epochs_in(twice)
    with pytest.raises(ModelError, match=r"Cannot read the folder .*missing: No such file"):
        epochs_in(tmp_path / "missing")


def test_files_and_saved_models_are_no_trainings(tmp_path: Path) -> None:
    saved = folder_of(tmp_path / "saved", "saved_model.pb", "epoch-1.keras")
    for path in (saved, saved / "epoch-1.keras", tmp_path / "missing", Path("a\0b")):
        assert not is_recorded(path)
        assert finished(path) == path


def test_what_is_missing_is_named_with_what_is_there(tmp_path: Path) -> None:
    run = epochs_in(folder_of(tmp_path / "run", *(f"{number}.keras" for number in range(0, 40, 2))))
    assert epochs.chosen(run, 38, "it").name == "38.keras"
    with pytest.raises(DataError, match=r"Epoch 3 of it .* 0, 2, 4, .*, 22 and 8 more\."):
        epochs.chosen(run, 3, "it")
    with pytest.raises(DataError, match="No epoch of it was"):
        epochs.chosen((), 3, "it")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"loss": [1, 2]}', '[{"epoch": "1"}, 5, {"epoch": true}, {}]', "\xff"],
)
def test_a_history_of_another_form_says_nothing(tmp_path: Path, text: str) -> None:
    run = folder_of(tmp_path / "run", "1.keras", "2.keras")
    (run / "history.json").write_bytes(text.encode("latin-1"))
    assert history_in(run) == ({"epoch": 1}, {"epoch": 2})


def test_a_history_is_that_of_the_files(tmp_path: Path) -> None:
    run = folder_of(tmp_path / "run", "1.keras", "2.keras")
    assert history_in(run) == ({"epoch": 1}, {"epoch": 2})
    entries = [{"epoch": 2, "loss": 0.5, "lr": "high", "bad": float("nan")}, {"epoch": 3}]
    (run / "history.json").write_text(json.dumps(entries))
    assert history_in(run) == ({"epoch": 1}, {"epoch": 2, "loss": 0.5})


def test_the_recorder_keeps_every_epoch(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "run7"
    model = fit(run, 3)
    assert sorted(path.name for path in run.iterdir()) == [
        *(f"epoch-{number:03d}.keras" for number in range(4)),
        "history.json",
    ]
    kept = [keras.models.load_model(epoch.path, compile=False) for epoch in epochs_in(run)]
    np.testing.assert_array_equal(kept[0].get_weights()[0], small().get_weights()[0])
    np.testing.assert_array_equal(kept[3].get_weights()[0], model.get_weights()[0])
    assert len({archive.inspect(epoch.path).fingerprint for epoch in epochs_in(run)}) == 4
    before, *after = history_in(run)
    assert before == {"epoch": 0}
    assert [entry["epoch"] for entry in after] == [1, 2, 3]
    assert set(after[0]) == {"epoch", "loss", "accuracy", "val_loss", "val_accuracy"}


def test_a_training_goes_on_where_it_ended_and_nowhere_else(tmp_path: Path) -> None:
    fit(tmp_path / "run", 1)
    fit(tmp_path / "run", 3, first=1)
    assert [entry["epoch"] for entry in history_in(tmp_path / "run")] == [0, 1, 2, 3]
    assert all("loss" in entry for entry in history_in(tmp_path / "run")[1:])
    for first in (0, 2):
        with pytest.raises(DataError, match=f"up to epoch 3 already; this one begins .* {first}"):
            fit(tmp_path / "run", 5, first=first)


def test_what_is_not_finite_is_left_out(tmp_path: Path) -> None:
    history.record(small(), tmp_path, 2, {"loss": float("nan"), "accuracy": np.float32(0.5)})
    history.record(small(), tmp_path, 1, {"loss": 1})
    assert json.loads((tmp_path / "history.json").read_text()) == [{"epoch": 1, "loss": 1.0}]


def test_a_full_disk_is_said_and_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_model: keras.Model, file: Path) -> None:
        Path(file).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras.Model, "save", full)
    with pytest.raises(StoreError, match=r"No space left on device\. Free some space"):
        history.record(small(), tmp_path, 0)
    assert list(tmp_path.iterdir()) == []


def test_looking_at_epochs_needs_no_keras() -> None:
    code = "import sys, analysis.epochs, analysis.opening; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ------------------------------------------------------------------ with samples


def test_samples_are_kept_once_and_read_again(tmp_path: Path) -> None:
    run = tmp_path / "run"
    model = small()
    model.fit(X, Y, epochs=1, verbose=0, callbacks=[recorder(run, class_names=("a", "b"))])
    data = dataset.load(run / "samples.npz")
    np.testing.assert_array_equal(data.x, X)
    np.testing.assert_array_equal(data.labels, Y)
    assert data.class_names == ("a", "b")
    before = (run / "samples.npz").stat().st_mtime_ns
    again = recorder(run, class_names=("a", "b"))
    model.fit(X, Y, initial_epoch=1, epochs=2, verbose=0, callbacks=[again])
    assert (run / "samples.npz").stat().st_mtime_ns == before
    assert [epoch.number for epoch in epochs_in(run)] == [0, 1, 2]


def test_several_inputs_are_kept_by_name(tmp_path: Path) -> None:
    small().fit(
        *(X, Y), epochs=1, verbose=0, callbacks=[recorder(tmp_path, {"a": X, "b": X[:, :1]})]
    )
    with np.load(tmp_path / "samples.npz") as kept:
        assert set(kept) == {"x_a", "x_b", "y"}


def test_other_samples_in_the_same_folder_are_refused(tmp_path: Path) -> None:
    small().fit(X, Y, epochs=1, verbose=0, callbacks=[recorder(tmp_path)])
    other = recorder(tmp_path, X + 1)
    with pytest.raises(DataError, match="other samples"):
        small().fit(X, Y, initial_epoch=1, epochs=2, verbose=0, callbacks=[other])
    assert [epoch.number for epoch in epochs_in(tmp_path)] == [0, 1]


def test_samples_and_classes_of_other_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="x: 20, y: 19"):
        recorder(tmp_path, X, Y[:19])


def test_the_training_of_another_network_is_refused(tmp_path: Path) -> None:
    fit(tmp_path, 1)
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    other.compile("adam", "sparse_categorical_crossentropy")
    with pytest.raises(DataError, match="training of another network"):
        other.fit(
            X, Y, initial_epoch=1, epochs=2, verbose=0, callbacks=[history.Recorder(tmp_path)]
        )
    # Another optimiser is no other network.
    same = small()
    same.compile("sgd", "sparse_categorical_crossentropy")
    same.fit(X, Y, initial_epoch=1, epochs=2, verbose=0, callbacks=[history.Recorder(tmp_path)])
    assert [epoch.number for epoch in epochs_in(tmp_path)] == [0, 1, 2]


def test_a_damaged_last_epoch_is_told_before_training_goes_on(tmp_path: Path) -> None:
    fit(tmp_path, 1)
    file = tmp_path / "epoch-001.keras"
    file.write_bytes(file.read_bytes()[:-300])
    with pytest.raises(DataError, match=r"epoch-001.keras is damaged"):
        fit(tmp_path, 2, first=1)
