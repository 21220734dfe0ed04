"""Calls about a map that is there: what lies at places, and where new inputs go."""

from __future__ import annotations

import inspect
import io

import numpy as np
import pytest
from PIL import Image
from test_map_answers import ABOUT, bench_of, digits, opened

from analysis import map_answers, map_calls
from analysis.engine import Engine
from analysis.errors import DataError, ParameterError, ShapeError
from analysis.home import Home
from analysis.store import DiskStore
from tests.analysis.sample_data import data_of

PLACES = [[0.0, 0.0], [1.0, -2.0], [0.5, 3.0]]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home directory whose store holds one map."""
    home = Home(tmp_path_factory.mktemp("home") / "home")
    bench_of(store=DiskStore(home)).ask("boundary map", **ABOUT)
    return home


@pytest.fixture(autouse=True)
def studies(monkeypatch):
    monkeypatch.setattr(map_calls, "load", lambda *_: (bench_of().network, bench_of().dataset))


def task(**more):
    return {"source": {}, "map": ABOUT, "budget": 2**28} | more


def rows_of(found):
    return np.frombuffer(found["rows"], np.float32).reshape(found["shape"])


def png(side=8, mode="L", value=128):
    file = io.BytesIO()
    Image.new(mode, (side, side), value if mode == "L" else (value,) * 3).save(file, "PNG")
    return file.getvalue()


def test_what_lies_at_places_and_what_the_network_says_of_it(home):
    found = map_calls.inverse_images(home, task(points=PLACES))
    assert found["image"] == [8, 8, 1]
    assert found["classes"] == 10
    rows = rows_of(found)
    assert rows.shape == (3, 64 + 10)
    images = rows[:, :64].reshape(3, 8, 8, 1)
    kept = map_answers.at_hand(bench_of(store=DiskStore(home)), ABOUT)
    np.testing.assert_array_equal(images, kept.map.inverse(np.array(PLACES)))
    np.testing.assert_allclose(rows[:, 64:], opened().predict(images), atol=1e-6)


def test_samples_of_the_map_are_placed_where_they_are(home):
    kept = map_answers.at_hand(bench_of(store=DiskStore(home)), ABOUT)
    some = kept.samples[::6]
    what = {"kind": "samples", "samples": some.tolist()}
    rows = rows_of(map_calls.place_inputs(home, task(what=what)))
    missed = np.linalg.norm(rows[:, :2] - kept.map.embedding[::6], axis=1)
    assert np.median(missed) < 0.3
    x, _ = digits()
    np.testing.assert_array_equal(rows[:, 2:66], x[some].reshape(len(some), 64))
    np.testing.assert_allclose(rows[:, 66:], opened().predict(x[some]), atol=1e-6)


def test_an_attack_is_a_sample_and_one_step_from_it(home):
    what = {"kind": "attack", "sample": 3, "epsilon": 0.3}
    rows = rows_of(map_calls.place_inputs(home, task(what=what)))
    assert len(rows) == 2
    x, y = digits()
    clean, attacked = rows[:, 2:66]
    np.testing.assert_array_equal(clean, x[3].ravel())
    assert 0 < np.abs(attacked - clean).max() <= 0.3 + 1e-6
    assert rows[1, 66 + y[3]] < rows[0, 66 + y[3]], "its own class is left"
    assert np.linalg.norm(rows[1, :2] - rows[0, :2]) > 0.01


def test_the_way_of_an_attacked_sample_is_placed_step_by_step(home):
    about = {"attack": "pgd", "samples": [3, 8], "epsilon": 0.2, "norm": "linf", "steps": 4}
    about |= {"step": None, "target": None, "seed": 0}
    bench = bench_of(store=DiskStore(home))
    way = bench.ask("attack", **about).arrays["x"][1]
    what = {"kind": "way", "key": bench.address("attack", **about), "row": 1, "steps": [0, 2, 4]}
    rows = rows_of(map_calls.place_inputs(home, task(what=what)))
    np.testing.assert_array_equal(rows[:, 2:66], way[[0, 2, 4]].reshape(3, 64))
    with pytest.raises(ParameterError, match="not kept any more"):
        map_calls.place_inputs(home, task(what=what | {"key": "0" * 64}))


@pytest.mark.parametrize(("side", "mode"), [(8, "L"), (32, "RGB")])
def test_image_files_are_brought_to_size(home, side, mode):
    files = [("one.png", png(side, mode)), ("two.png", png(side, mode, 255))]
    rows = rows_of(map_calls.place_inputs(home, task(what={"kind": "images", "files": files})))
    np.testing.assert_allclose(rows[0, 2:66], 128 / 255, atol=1e-6)
    np.testing.assert_allclose(rows[1, 2:66], 1.0, atol=1e-6)
    assert np.isfinite(rows).all()


def test_a_file_that_is_no_picture_is_named(home):
    what = {"kind": "images", "files": [("cat.png", b"no picture")]}
    with pytest.raises(
        DataError, match=r"'cat.png' cannot be read \(it is none of PNG.*leave it out"
    ):
        map_calls.place_inputs(home, task(what=what))


@pytest.mark.parametrize(("side", "count"), [(5800, 1), (4000, 3), (9500, 1), (14_000, 1)])
def test_small_files_that_unpack_to_much_are_not_unpacked(home, side, count, monkeypatch):
    content = png(side)
    assert len(content) < 2**18
    monkeypatch.setattr(map_calls.images, "unpack", lambda *_: pytest.fail("it was unpacked"))
    what = {"kind": "images", "files": [(f"{k}.png", content) for k in range(count)]}
    with pytest.raises(DataError, match=r"pixels in all.*the network takes 8 x 8"):
        map_calls.place_inputs(home, task(what=what))


def test_an_answer_fits_a_browser(home, monkeypatch):
    monkeypatch.setattr(map_calls, "MOST_BYTES", 64 * 4 * 5)
    what = {"kind": "samples", "samples": list(range(5))}
    assert len(rows_of(map_calls.place_inputs(home, task(what=what)))) == 5
    with pytest.raises(ParameterError, match=r"6 inputs of 64 values .* place 5 at once"):
        map_calls.place_inputs(home, task(what=what | {"samples": list(range(6))}))


def test_what_nobody_waits_for_any_more_is_ended(home, monkeypatch):
    monkeypatch.setattr(map_calls, "PATIENCE", 0.0)
    what = {"kind": "samples", "samples": list(range(100))}
    with pytest.raises(ParameterError, match=r"Placing 100 inputs .* Place fewer"):
        map_calls.place_inputs(home, task(what=what))


def test_patience_is_that_of_who_asks():
    call = inspect.signature(Engine.call)
    assert call.parameters["patience"].default == map_calls.PATIENCE


def test_samples_that_are_none_are_refused(home):
    for samples in ([], [150], [-1], list(range(3000))):
        with pytest.raises(ParameterError, match="0 to 149"):
            map_calls.place_inputs(home, task(what={"kind": "samples", "samples": samples}))


def test_a_map_that_is_gone_is_not_made_again(home):
    with pytest.raises(ParameterError, match="not there any more"):
        map_calls.inverse_images(home, task(points=PLACES, map=ABOUT | {"lam": 0.1}))
    with pytest.raises(ShapeError, match="rows"):
        map_calls.inverse_images(home, task(points=[[1.0]]))


def test_vectors_are_no_pictures(home, monkeypatch):
    x, y = digits()
    flat = data_of(x.reshape(len(x), 64), y)
    monkeypatch.setattr(map_calls, "load", lambda *_: (opened(), flat))
    bench = map_calls.Workbench(opened(), flat, DiskStore(home))
    bench.ask("boundary map", **ABOUT)
    assert map_calls.inverse_images(home, task(points=PLACES))["image"] == []
    with pytest.raises(DataError, match="takes no pictures"):
        map_calls.place_inputs(home, task(what={"kind": "images", "files": [("cat.png", png())]}))
