"""Results on disk: round trips, damage, pickles, a full disk, two processes with one question."""

from __future__ import annotations

import multiprocessing
import pickle
import sqlite3
import stat
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.errors import StoreError
from analysis.home import Home, write_json
from analysis.store import DiskStore, MemoryStore, Store
from analysis.types import Result

KEY = "a" * 64


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def files_of(home: Home) -> list[Path]:
    return list(home.results.rglob("*.val"))


def test_round_trip(home: Home) -> None:
    arrays = {
        "order": np.arange(7, dtype=np.int32),
        "half": np.linspace(0, 1, 6, dtype=np.float16).reshape(2, 3),
        "none": np.zeros((0, 4), np.uint8),
        "mask": np.array([True, False]),
    }
    facts = {"score": 0.5, "names": ["é", ""], "nothing": None}
    DiskStore(home).put(KEY, Result(arrays, facts))
    store = DiskStore(home)  # as another process would open it
    found = store.get(KEY)
    assert found is not None
    assert found.facts == facts == store.facts(KEY)
    assert set(found.arrays) == set(arrays)
    for name, array in arrays.items():
        assert found.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(found.arrays[name], array)
        np.testing.assert_array_equal(store.array(KEY, name), array)
    assert store.array(KEY, "other") is None
    assert store.get("b" * 64) is None
    assert KEY in store


@pytest.mark.parametrize("kind", ["disk", "memory"])
def test_some_arrays_of_an_answer(home: Home, kind: str) -> None:
    store: Store = DiskStore(home) if kind == "disk" else MemoryStore()
    columns = {str(k): np.full(3, k, np.float32) for k in range(12)}
    store.put(KEY, Result(columns, {"a": 1}))
    found = store.arrays(KEY, ["10", "2", "10"])
    assert found is not None
    assert [array.tolist() for array in found] == [[10.0] * 3, [2.0] * 3, [10.0] * 3]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}
    assert store.arrays(KEY, []) == []
    assert store.arrays(KEY, ["2", "12"]) is None, "all or none"
    assert store.arrays(KEY, ["facts.json"]) is None
    assert store.arrays("b" * 64, ["2"]) is None
    assert KEY in store, "what is not there is no damage"


@pytest.mark.parametrize("kind", ["disk", "memory"])
def test_one_entry_of_an_array(home: Home, kind: str) -> None:
    store: Store = DiskStore(home) if kind == "disk" else MemoryStore()
    ways = np.arange(60, dtype=np.float32).reshape(5, 3, 2, 2)
    columns = np.asfortranarray(np.arange(6).reshape(2, 3))
    arrays = {"x": ways, "flat": np.arange(4, dtype=np.int16), "one": np.float64(7.0)}
    store.put(KEY, Result(arrays | {"columns": columns}, {}))
    for row in range(5):
        found = store.row(KEY, "x", row)
        assert found is not None
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, ways[row])
    assert store.row(KEY, "flat", 3) == 3
    np.testing.assert_array_equal(store.row(KEY, "columns", 1), [3, 4, 5])
    for name, row in (("x", 5), ("x", -1), ("other", 0), ("one", 0)):
        assert store.row(KEY, name, row) is None
    assert store.row("b" * 64, "x", 0) is None
    assert KEY in store, "what is not there is no damage"


def test_an_entry_of_a_truncated_array_is_damage(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    store = DiskStore(home)
    store.put(KEY, Result({"x": np.zeros((100, 50))}, {}))
    (file,) = files_of(home)
    file.write_bytes(file.read_bytes()[:5000])
    assert store.row(KEY, "x", 99) is None
    assert "damaged" in caplog.text


def test_a_damaged_array_is_dropped_with_its_answer(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    store = DiskStore(home)
    store.put(KEY, Result({"x": np.arange(400), "y": np.arange(400) + 1000}, {}))
    (file,) = files_of(home)
    content = file.read_bytes()
    place = content.index((1200).to_bytes(8, "little"))  # in the middle of "y"
    file.write_bytes(content[:place] + b"\xff" + content[place + 1 :])
    whole = store.arrays(KEY, ["x"])
    assert whole is not None, "the others are not read"
    np.testing.assert_array_equal(whole[0], np.arange(400))
    assert store.arrays(KEY, ["x", "y"]) is None
    assert "damaged" in caplog.text
    assert KEY not in store


def test_directory_is_private(home: Home) -> None:
    for place in (home.path, home.results, home.groups, home.board):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "remove", "pickle"])
def test_a_damaged_result_is_dropped_and_can_be_kept_again(
    home: Home, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = DiskStore(home)
    result = Result({"x": np.arange(4000)}, {"a": 1})
    store.put(KEY, result)
    (file,) = files_of(home)
    content = file.read_bytes()
    match damage:
        case "truncate":
            file.write_bytes(content[: len(content) // 2])
        case "flip":
            middle = len(content) // 2
            file.write_bytes(content[:middle] + b"\xff\x00\xff" + content[middle + 3 :])
        case "empty":
            file.write_bytes(b"")
        case "remove":
            file.unlink()
        case "pickle":
            file.write_bytes(pickle.dumps(result))
    assert store.get(KEY) is None
    if damage != "remove":
        assert "damaged" in caplog.text
    store.put(KEY, result)
    found = store.get(KEY)
    assert found is not None
    np.testing.assert_array_equal(found.arrays["x"], np.arange(4000))


class Bomb:
    """What a hostile pickle does when it is read."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.place,)


def test_a_pickle_in_the_index_is_never_read(home: Home, tmp_path: Path) -> None:
    store = DiskStore(home)
    store.put(KEY, Result({}, {}))
    store.close()
    sign = tmp_path / "exploded"
    index = sqlite3.connect(home.results / "cache.db")
    index.execute("UPDATE Cache SET mode = 4, value = ?", (pickle.dumps(Bomb(sign)),))
    index.commit()
    index.close()
    assert DiskStore(home).get(KEY) is None
    assert not sign.exists()


def test_objects_are_refused(home: Home) -> None:
    with pytest.raises(TypeError, match="cannot be kept"):
        DiskStore(home).put(KEY, Result({"x": np.array([object()])}, {}))
    with pytest.raises(ValueError, match="JSON"):
        DiskStore(home).put(KEY, Result({}, {"x": float("nan")}))
    assert files_of(home) == []


def test_full_disk_is_a_clear_error_and_leaves_nothing_behind(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DiskStore(home)
    store.put("b" * 64, Result({}, {"kept": True}))

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(StoreError, match=r"No space left on device.*Free some space"):
        store.put(KEY, Result({"x": np.arange(3)}, {}))
    monkeypatch.undo()
    assert len(files_of(home)) == 1
    assert store.get(KEY) is None
    assert store.get("b" * 64) is not None


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(StoreError, match="--home"):
        Home(blocker / "inside")


def test_a_directory_of_other_things_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "documents"
    place.mkdir()
    place.chmod(0o755)
    (place / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match="holds other files"):
        Home(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o755
    assert [path.name for path in place.iterdir()] == ["letter.txt"]


def test_a_home_that_others_may_read_is_refused(tmp_path: Path) -> None:
    Home(tmp_path / "home").path.chmod(0o755)
    with pytest.raises(StoreError, match="chmod 700"):
        Home(tmp_path / "home")


def test_a_damaged_index_is_put_aside(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    store = DiskStore(home)
    store.put(KEY, Result({}, {"a": 1}))
    store.close()
    for name in ("cache.db", "cache.db-wal", "cache.db-shm"):
        (home.results / name).unlink(missing_ok=True)
    (home.results / "cache.db").write_bytes(b"not a database at all" * 100)
    fresh = DiskStore(home)
    assert "damaged" in caplog.text
    assert fresh.get(KEY) is None
    fresh.put(KEY, Result({}, {"a": 2}))
    assert fresh.facts(KEY) == {"a": 2}


def test_json_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "groups.json"
    write_json(place, {"a": 1})
    with pytest.raises(ValueError, match="JSON"):
        write_json(place, {"a": float("nan")})
    assert place.read_text() == '{"a": 1}'
    assert [path.name for path in tmp_path.iterdir()] == ["groups.json"]


def test_the_secret_is_made_once(home: Home) -> None:
    secret = home.secret()
    assert len(secret) == 32
    assert Home(home.path).secret() == secret
    assert stat.S_IMODE((home.path / "secret").stat().st_mode) == 0o600


def ask(path: str, log: str) -> None:
    """What a worker does with a question, the computation being a line in a file."""
    store = DiskStore(Home(path))
    with store.lock(KEY):
        if store.get(KEY) is None:
            with Path(log).open("a") as file:
                file.write("computed\n")
            time.sleep(0.3)
            store.put(KEY, Result({"x": np.arange(10)}, {}))


def test_two_processes_compute_a_question_once(home: Home, tmp_path: Path) -> None:
    log = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=ask, args=(str(home.path), str(log))) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
        assert process.exitcode == 0
    assert log.read_text() == "computed\n"


def hold(path: str, ready: Any) -> None:
    with DiskStore(Home(path)).lock(KEY):
        ready.set()
        time.sleep(60)


def test_a_lock_dies_with_its_holder(home: Home) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=hold, args=(str(home.path), ready))
    process.start()
    assert ready.wait(20)
    waited: list[int] = []

    def waiting() -> None:
        waited.append(1)
        process.kill()

    with DiskStore(home).lock(KEY, waiting):
        assert waited, "the lock was not held"
    process.join(10)
