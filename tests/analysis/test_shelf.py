"""What a worker keeps at hand between questions; opening itself is tested with the jobs."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import network, shelf
from analysis.errors import ModelError
from analysis.home import Home
from analysis.shelf import Shelf
from analysis.types import Source, silent
from tests.analysis import architectures as zoo


@given(
    places=st.integers(1, 4),
    moves=st.lists(st.tuples(st.booleans(), st.sampled_from("abcdef"))),
)
def test_what_was_used_last_is_kept(places: int, moves: list[tuple[bool, str]]) -> None:
    kept: Shelf[int] = Shelf(places)
    used: list[tuple[str, int]] = []  # last used last
    for number, (put, key) in enumerate(moves):
        known = dict(used)
        if put:
            kept.put(key, number)
            known[key] = number
        else:
            assert kept.take(key) == known.get(key)
        if key in known:
            used = [one for one in used if one[0] != key] + [(key, known[key])]
        used = used[-places:]
    for key in "abcdef":
        assert kept.take(key) == dict(used).get(key)
    kept.clear()
    assert [kept.take(key) for key in "abcdef"] == [None] * 6


def test_threads_share_a_shelf() -> None:
    kept: Shelf[int] = Shelf(3)
    faults: list[Exception] = []

    def use(seed: int) -> None:
        draw = np.random.default_rng(seed)
        try:
            for number in draw.integers(0, 6, 500).tolist():
                kept.put(str(number), number)
                assert kept.take(str(number)) in {None, number}
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sum(kept.take(str(k)) is not None for k in range(6)) == 3


@pytest.fixture
def home(tmp_path: Path) -> Home:
    shelf.STUDIES.clear()
    shelf.DATA.clear()
    return Home(tmp_path / "home")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    np.savez(tmp_path / "my.npz", x=random.random((9, 12), np.float32), y=np.arange(9) % 3)
    return tmp_path / "my.npz"


def saved(place: Path, seed: int) -> Path:
    zoo.scramble(zoo.mlp(), seed).save(place)
    return place


def test_networks_on_the_same_data_share_it(home: Home, data: Path, tmp_path: Path) -> None:
    models = [saved(tmp_path / f"{seed}.keras", seed) for seed in (1, 2)]
    sources = [Source(model=str(model), data=str(data)) for model in models]
    sources.append(Source(model=str(models[0]), data=str(data), output="embedding"))
    pairs = [shelf.load(home, source, silent) for source in sources]
    assert len({pair[0].fingerprint for pair in pairs}) == 3
    assert pairs[0][1].x is pairs[1][1].x is pairs[2][1].x
    assert shelf.load(home, sources[1], silent) is pairs[1]
    fewer = Source(model=str(models[0]), data=str(data), limit=6)
    assert len(shelf.load(home, fewer, silent)[1]) == 6


def test_a_file_that_was_written_again_is_read_again(
    home: Home, data: Path, tmp_path: Path
) -> None:
    model = saved(tmp_path / "my.keras", 1)
    source = Source(model=str(model), data=str(data))
    first, _ = shelf.load(home, source, silent)
    saved(model, 2)
    os.utime(model, (1, 1))
    second, _ = shelf.load(home, source, silent)
    assert first.fingerprint != second.fingerprint == network.load(model).fingerprint


def test_what_cannot_be_read_is_not_kept(home: Home, data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"no network")
    for _ in range(2):
        with pytest.raises(ModelError, match="broken"):
            shelf.load(home, Source(model=str(broken), data=str(data)), silent)
