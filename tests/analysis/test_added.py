"""Samples that were added to a data set: their file, and the data set with them behind."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import added
from analysis.added import GROUP, MOST, NOTHING, Added
from analysis.errors import DataError, ParameterError, StoreError
from analysis.keys import fingerprint
from analysis.types import Dataset
from tests.analysis.sample_data import data_of

SHAPE = (3, 2, 1)


def some(count: int, seed: int = 0, shape: tuple[int, ...] = SHAPE) -> Added:
    random = np.random.default_rng(seed)
    x = random.random((count, *shape), np.float32)
    origins = tuple(
        {"kind": "sketch", "text": f"Nr. {seed}.{k} – schön", "created": 1.5} for k in range(count)
    )
    return Added(x, random.integers(-1, 3, count), origins)


def equal(one: Added, other: Added) -> None:
    np.testing.assert_array_equal(one.x, other.x)
    np.testing.assert_array_equal(one.labels, other.labels)
    assert (one.x.dtype, one.labels.dtype) == (other.x.dtype, other.labels.dtype)
    assert one.origins == other.origins


def data() -> Dataset:
    x = np.random.default_rng(9).random((5, *SHAPE), np.float32)
    return data_of(x, [0, 1, 2, 0, 1], ("a", "b", "c"))


# ------------------------------------------------------------------------------ the file


@pytest.mark.parametrize("shape", [SHAPE, (4,), (2, 2, 2, 2)])
def test_what_is_written_is_read_again(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path, one = tmp_path / "mine.npz", some(4, shape=shape)
    added.write(path, one)
    equal(added.read(path), one)
    assert list(tmp_path.iterdir()) == [path]


def test_no_file_is_nothing_and_nothing_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    assert len(added.read(path)) == 0
    added.write(path, NOTHING)
    assert list(tmp_path.iterdir()) == []
    added.write(path, some(2))
    added.write(path, some(2).without([0, 1]))
    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_the_old_or_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.npz"
    added.write(path, some(2))

    def full(file: Any, **arrays: Any) -> None:
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(StoreError, match="No space left on device"):
        added.write(path, some(3))
    equal(added.read(path), some(2))
    assert list(tmp_path.iterdir()) == [path], "no part is left"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"Cannot write .*mine.npz: No such file"):
        added.write(tmp_path / "nowhere" / "mine.npz", some(1))


def spoilt(**changed: Any) -> dict[str, Any]:
    """Arrays of a file, of which some are others; None for one that lacks."""
    one = some(2)
    told = np.frombuffer(json.dumps(one.origins).encode(), np.uint8)
    arrays = {"x": one.x, "labels": one.labels, "origins": told} | changed
    return {name: array for name, array in arrays.items() if array is not None}


def told(value: Any) -> Any:
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


BROKEN = [
    spoilt(x=None),
    spoilt(labels=None),
    spoilt(origins=None),
    spoilt(x=some(3).x),
    spoilt(x=np.float32(0.5)),
    spoilt(x=np.zeros(2, np.float32)),
    spoilt(x=some(2).x.astype(np.float64)),
    spoilt(x=np.full((2, *SHAPE), np.nan, np.float32)),
    spoilt(labels=np.int64(1)),
    spoilt(labels=np.array([0.0, np.nan])),
    spoilt(labels=np.array(["a", "b"])),
    spoilt(labels=np.zeros((2, 1), np.int64)),
    spoilt(origins=told([{}])),
    spoilt(origins=told(2)),
    spoilt(origins=told([1, 2])),
    spoilt(origins=told({"a": 1, "b": 2})),
    spoilt(origins=np.frombuffer(b"\xff{", np.uint8)),
    spoilt(origins=np.frombuffer(b"[" * 100_000, np.uint8)),
]


@pytest.mark.parametrize("arrays", BROKEN, ids=range(len(BROKEN)))
def test_parts_that_do_not_belong_together_are_said(tmp_path: Path, arrays: Any) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, **arrays)
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"mine\.npz cannot be read .* left as it is"):
        added.read(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_a_broken_file_is_said_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="Repair or move that file"):
        added.read(path)
    assert path.read_bytes() == content


def test_a_file_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, **spoilt(x=np.array([{}, {}], object)))
    with pytest.raises(DataError, match="Python objects"):
        added.read(path)


# ------------------------------------------------------------------------ more and fewer


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), max_size=4), st.data())
def test_adding_and_removing_are_those_of_a_list(counts: list[int], draw: st.DataObject) -> None:
    whole, naive = NOTHING, []
    for seed, count in enumerate(counts):
        more = some(count, seed) if count else NOTHING
        if count:
            whole = whole.and_more(more)
            naive += list(zip(more.x, more.labels, more.origins, strict=True))
    places = draw.draw(st.lists(st.integers(0, max(0, len(naive) - 1)), max_size=6))
    if not naive:
        assert len(whole) == 0
        return
    left = whole.without(places)
    expected = [one for k, one in enumerate(naive) if k not in places]
    assert len(left) == len(expected)
    for (x, label, origin), place in zip(expected, range(len(left)), strict=True):
        np.testing.assert_array_equal(left.x[place], x)
        assert (left.labels[place], left.origins[place]) == (label, origin)


def test_what_was_there_stays_as_it_was() -> None:
    one, other = some(2), some(3, seed=1)
    one.and_more(other).without([0])
    equal(one, some(2))
    equal(other, some(3, seed=1))


def test_samples_of_another_shape_do_not_stand_together() -> None:
    with pytest.raises(ParameterError, match=r"have the shape \(3, 2, 1\), these have \(4,\)"):
        some(2).and_more(some(1, shape=(4,)))


def test_so_many_can_be_added_and_no_more() -> None:
    full = some(MOST - 1, shape=(1,)).and_more(some(1, shape=(1,)))
    assert len(full) == MOST
    with pytest.raises(ParameterError, match=r"1000 samples are added already; 1,000 can be"):
        full.and_more(some(1, shape=(1,)))
    with pytest.raises(ParameterError, match="1,000 can be"):
        NOTHING.and_more(some(MOST + 1, shape=(1,)))
    assert len(full.without(range(10)).and_more(some(10, shape=(1,)))) == MOST


# ------------------------------------------------------------------------------ the data


def test_they_stand_behind_the_others() -> None:
    plain, more = data(), some(3)
    whole = added.extended(plain, more)
    np.testing.assert_array_equal(whole.x[:5], plain.x)
    np.testing.assert_array_equal(whole.x[5:], more.x)
    np.testing.assert_array_equal(whole.labels, [*plain.labels, *more.labels])
    assert len(whole) == 8
    assert list(whole.inputs) == list(plain.inputs)
    assert whole.notes[-1] == "3 added samples stand behind the others, from number 5 on."
    assert added.extended(plain, some(1)).notes[-1] == (
        "1 added sample stands behind the others, from number 5 on."
    )


def test_they_have_numbers_behind_those_of_the_whole_split() -> None:
    part = dataclasses.replace(data(), indices=np.array([3, 8, 20, 21, 99]), total=100)
    whole = added.extended(part, some(2))
    assert whole.indices.tolist() == [3, 8, 20, 21, 99, 100, 101]
    assert whole.total == 102


def test_they_are_other_data_that_know_what_they_were_added_to() -> None:
    plain = data()
    one, other = added.extended(plain, some(2)), added.extended(plain, some(2, seed=1))
    assert len({plain.fingerprint, one.fingerprint, other.fingerprint}) == 3
    assert one.base == other.base == plain.fingerprint
    assert one.fingerprint == fingerprint(one.inputs, one.labels, one.class_names)
    relabelled = dataclasses.replace(some(2), labels=np.array([-1, -1]))
    assert added.extended(plain, relabelled).fingerprint != one.fingerprint


def test_they_are_a_group_beside_those_of_the_data() -> None:
    plain = dataclasses.replace(data(), groups={"with the pattern": np.array([1, 3])})
    groups = added.extended(plain, some(2)).groups
    assert {name: places.tolist() for name, places in groups.items()} == {
        GROUP: [5, 6],
        "with the pattern": [1, 3],
    }


def test_the_data_stay_as_they_were() -> None:
    plain = data()
    added.extended(plain, some(2))
    assert plain.fingerprint == data().fingerprint
    assert (len(plain), plain.total, plain.groups, plain.base) == (5, 5, {}, "")
    assert added.extended(plain, NOTHING) is plain


def test_samples_that_do_not_fit_the_data_are_refused() -> None:
    with pytest.raises(DataError, match=r"1 added samples have the shape \(4,\)"):
        added.extended(data(), some(1, shape=(4,)))
    both = data_of({"one": np.zeros((5, *SHAPE)), "two": np.zeros((5, 2))})
    with pytest.raises(DataError, match="has 2 inputs; samples can be added to data of one"):
        added.extended(both, some(1))
