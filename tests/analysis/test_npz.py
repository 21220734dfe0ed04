"""Bad, damaged and hostile `.npz` files."""

from __future__ import annotations

import io
import os
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import dataset
from analysis.errors import DataError, NotFiniteError, StudyError
from analysis.npz import Npz

IMAGES = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
LABELS = np.array([0, 1, 2, 0, 1, 2])


# What is refused: arrays, and what the message has to say


def with_value(value, place=(4, 2, 1), dtype=np.float64):
    x = np.zeros((6, 4, 5), dtype)
    x[place] = value
    return x


BAD = {
    "nan": ({"x": with_value(np.nan)}, NotFiniteError, ["'x'", "1 of 120", "index (4, 2, 1)"]),
    "infinite": ({"x": with_value(-np.inf)}, NotFiniteError, ["infinite", "Mend"]),
    "beyond float32": ({"x": with_value(1e300)}, NotFiniteError, ["beyond float32"]),
    "complex": ({"x": np.ones((2, 2), complex)}, DataError, ["complex128", "not numbers"]),
    "words": ({"x": np.full((2, 2), "a")}, DataError, ["not numbers"]),
    "empty": ({"x": np.zeros((0, 4, 4))}, DataError, ["(0, 4, 4)", "at least one sample"]),
    "no features": ({"x": np.zeros((4, 0))}, DataError, ["(4, 0)"]),
    "flat": ({"x": np.zeros(4)}, DataError, ["(4,)", "(n, height, width)"]),
    "scalar": ({"x": np.float32(1)}, DataError, ["()"]),
    "no x": ({"pictures": IMAGES, "y": LABELS}, DataError, ["no array 'x'", "pictures, y"]),
    "nothing": ({}, DataError, ["no array 'x'", "nothing"]),
    "other split": ({"x_train": IMAGES}, DataError, ["no test split, only train"]),
    "both": ({"x": IMAGES, "x_test": IMAGES}, DataError, ["x, x_test", "do not go together"]),
    "stray labels": ({"x_test": IMAGES, "y": LABELS}, DataError, ["x_test, y", "alike"]),
    "unlike inputs": (
        {"x_a_test": IMAGES, "x_a_train": IMAGES, "x_b_test": IMAGES},
        DataError,
        ["x_a_test, x_a_train, x_b_test"],
    ),
    "unequal inputs": ({"x_a": IMAGES, "x_b": IMAGES[:5]}, DataError, ["'x_b'", "5", "6"]),
    "too few labels": ({"x": IMAGES, "y": LABELS[:5]}, DataError, ["6 samples", "(5,)"]),
    "scalar label": ({"x": IMAGES, "y": np.int64(3)}, DataError, ["6 samples", "()"]),
    "nan label": ({"x": IMAGES, "y": LABELS + np.nan}, DataError, ["6 values", "nan at index 0"]),
    "half label": ({"x": IMAGES, "y": LABELS + 0.5}, DataError, ["not whole", "0.5"]),
    "negative label": ({"x": IMAGES, "y": LABELS - 2}, DataError, ["from -2 to 0", "from 0"]),
    "huge label": ({"x": IMAGES, "y": LABELS + 10**12}, DataError, ["below 100,000"]),
    "complex label": ({"x": IMAGES, "y": LABELS + 1j}, DataError, ["complex128"]),
    "cube of labels": ({"x": IMAGES, "y": np.zeros((6, 2, 2))}, DataError, ["(6, 2, 2)"]),
    "soft labels": ({"x": IMAGES, "y": np.full((6, 2), 0.5)}, DataError, ["row 0", "one-hot"]),
    "two-hot": ({"x": IMAGES, "y": np.ones((6, 2), int)}, DataError, ["row 0", "one-hot"]),
    "more than names": (
        {"x": IMAGES, "y": LABELS, "class_names": ["a", "b"]},
        DataError,
        ["3 classes", "holds 2"],
    ),
    "stranger": (
        {"x": IMAGES[:1], "y": ["c"], "class_names": ["a", "b"]},
        DataError,
        ["'c'", "(a, b)"],
    ),
    "twins": ({"x": IMAGES, "class_names": ["a", "a"]}, DataError, ["'a' more than once"]),
    "table of names": ({"x": IMAGES, "class_names": [["a"]]}, DataError, ["(1, 1)", "strings"]),
    "broken name": ({"x": IMAGES, "class_names": [b"\xff"]}, DataError, ["not UTF-8"]),
    "unlike labels": (
        {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES, "y_test": ["a"] * 6},
        DataError,
        ["y_train and y_test", "differ in form"],
    ),
}


@pytest.mark.parametrize(("arrays", "error", "says"), BAD.values(), ids=BAD)
def test_bad_arrays_are_refused_in_one_sentence(arrays, error, says, save):
    path = save(**arrays)
    with pytest.raises(error) as caught:
        dataset.load(path)
    assert [part for part in [*says, str(path)] if part not in str(caught.value)] == []


def test_splits_of_different_shape_are_not_joined(save):
    path = save(x_train=IMAGES, x_test=IMAGES[:, 1:])
    assert len(dataset.load(path, "test")) == 6
    with pytest.raises(DataError, match=r"\(6, 4, 5\) uint8 and \(6, 3, 5\) uint8"):
        dataset.load(path, "all")


# Damaged and hostile files


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_pickles_are_refused_and_never_run(save, tmp_path):
    trap = tmp_path / "ran"
    path = save(x=np.array([Bomb(trap)], dtype=object))
    with pytest.raises(DataError, match=r"holds Python objects.*refused"):
        dataset.load(path)
    assert not trap.exists()


def member(shape, held, dtype="<f4"):
    """A `.npy` whose header declares a shape, before so many bytes."""
    out = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(out, header)
    return out.getvalue() + b"\0" * held


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ([("x.npy", member((10**9, 10**9), 8))], "declares shape.*holds 8 bytes"),
        ([("x.npy", member((2, 2), 400))], "holds 400 bytes"),
        ([("x.npy", member((-1, -4), 16))], "declares shape|cannot be read"),
        ([("x.npy", b"not an array")], "'x'.*cannot be read"),
        ([("x.npy", b"")], "'x'.*cannot be read"),
        ([("x.npy", b"\x93NUMPY\x03\x00" + b"\0" * 99)], r"version \(3, 0\)"),
        ([("run.py", b"import os")], "'run.py', which is not an array"),
        ([("x.npy", member((2, 2), 16)), ("x.npy", member((2, 2), 16))], "'x' twice"),
        ([], "no array 'x'"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_archives_that_lie_are_refused(members, says, tmp_path):
    path = tmp_path / "odd.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    with pytest.raises(DataError, match=says):
        dataset.load(path)


def test_too_much_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, x=np.zeros((3, 2**20), np.uint8), y=np.zeros(3, np.uint8))
    assert path.stat().st_size < 10_000
    with pytest.raises(DataError, match=r"more than 0\.00195 GiB unpacked, which is the limit"):
        Npz(path, max_bytes=2 * 2**20)
    with Npz(path, max_bytes=4 * 2**20) as arrays:
        assert arrays["x"].shape == (3, 2**20)


def test_samples_that_would_not_fit_as_floats_are_refused(save, monkeypatch):
    monkeypatch.setattr(dataset, "MAX_BYTES", 100)
    path = save(x=IMAGES)
    with pytest.raises(DataError, match=r"6 samples of \(4, 5\).*--limit"):
        dataset.load(path)
    assert len(dataset.load(path, limit=1)) == 1


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_file_is_refused_or_reads_the_same(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    np.savez_compressed(path, x=IMAGES, y=LABELS)
    whole = path.read_bytes()
    good = dataset.load(path).fingerprint
    if data.draw(st.booleans()):
        broken = bytearray(whole)
        broken[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    else:
        broken = bytearray(whole[: data.draw(st.integers(0, len(whole) - 1))])
    path.write_bytes(broken)
    try:
        found = dataset.load(path)
    except StudyError as error:
        assert "damaged.npz" in str(error)
    else:
        # Damage in a field that nobody reads, or a label array whose name was lost.
        assert found.fingerprint == good or found.labels.max() == -1
