"""Calls that lead a sample to where it was dragged, on the Tour and on a map."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl
from test_map_answers import ABOUT, bench_of, digits, opened
from test_map_answers import COUNT as MAPPED

from analysis import fisher, lead_calls, map_answers, map_calls, network, work
from analysis.errors import ModelError, NotFiniteError, ParameterError, ShapeError, StudyError
from analysis.home import Home
from analysis.store import DiskStore
from analysis.workbench import TOUR_AXES, Workbench
from tests.analysis.sample_data import data_of

COUNT = 90


def model_of(seed):
    image = keras.Input((8, 8, 1), name="image")
    x = kl.Conv2D(3, 3, name="conv")(image)
    x = kl.Flatten(name="flatten")(x)
    x = kl.Dense(6, activation="relu", name="dense")(x)
    model = keras.Model(image, kl.Dense(3, activation="softmax", name="head")(x))
    draw = np.random.default_rng(seed)
    for layer in model.layers:
        layer.set_weights([draw.normal(size=w.shape) / 3 for w in layer.get_weights()])
    return model


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("home") / "home")


@pytest.fixture(scope="module")
def data():
    images = np.random.default_rng(0).random((COUNT, 8, 8, 1), np.float32)
    return data_of(images, np.arange(COUNT) % 3, ("a", "b", "c"))


@pytest.fixture(scope="module")
def bench(home, data):
    return Workbench(network.from_keras(model_of(1)), data, DiskStore(home))


@pytest.fixture(scope="module")
def early(home, data):
    """The same network at another epoch."""
    return Workbench(network.from_keras(model_of(2)), data, DiskStore(home))


@pytest.fixture(autouse=True)
def studies(bench, early, monkeypatch):
    known = {"": bench, "early": early}
    monkeypatch.setattr(
        lead_calls,
        "load",
        lambda _, source, __: (known[source.model].network, known[source.model].dataset),
    )


def pose_of(w, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((w, 2)))[0]


def drawn(bench, layer, pose, most=TOUR_AXES):
    """Where the tour draws all samples of a layer."""
    cloud = bench.tour_cloud(layer, most).arrays
    return (cloud["x"].astype(np.float64) - cloud["centre"]) @ pose


def task(layer, pose, goal, **more):
    about = {"source": {}, "layer": layer, "sample": 4, "pose": pose.tolist(), "goal": list(goal)}
    return about | {"epsilon": 0.5, "budget": 2**28} | more


def places(found, pose):
    """Where the tour draws a sample on its way."""
    return np.frombuffer(found["path"], np.float32).reshape(-1, len(pose)) @ pose


@pytest.mark.parametrize(
    ("layer", "width", "most"),
    [("conv", 64, 64), ("conv", 10, 10), ("dense", 6, 64), ("prediction", 3, 64)],
)
def test_a_sample_is_led_from_where_the_tour_draws_it(home, bench, layer, width, most):
    pose = pose_of(width)
    every = drawn(bench, layer, pose, most)
    goal = every[12]
    found = work.lead_in_plane(home, task(layer, pose, goal, most=most, steps=20))
    way = places(found, pose)
    assert way.shape == (21, 2)
    np.testing.assert_allclose(way[0], every[4], atol=1e-5)
    assert found["arrived"]
    ends = np.linalg.norm(way[[0, -1]] - goal, axis=1)
    np.testing.assert_allclose(found["distance"], ends, atol=1e-4)
    assert ends[1] <= 0.051 * ends[0]
    x = np.frombuffer(found["x"], np.float32).reshape(found["shape"])
    clean = bench.dataset.x[4]
    assert found["clean"] == clean.tobytes()
    assert found["linf"] == pytest.approx(np.abs(x - clean).max())
    assert found["l2"] == pytest.approx(np.linalg.norm(x - clean), rel=1e-5)
    assert found["linf"] <= found["radius"] * (1 + 1e-5) <= 0.5 * (1 + 2e-5)
    said = np.frombuffer(found["probabilities"], np.float32).reshape(-1, found["classes"])
    assert said.shape == (21, 3)
    np.testing.assert_allclose(said[0], bench.network.predict(bench.dataset.x[4:5])[0], atol=1e-6)
    np.testing.assert_allclose(said[-1], bench.network.predict(x[None])[0], atol=1e-6)
    assert (found["steps"], found["classes"], found["whole"]) == (20, 3, True)


def test_what_is_out_of_reach_is_neared(home, bench):
    pose = pose_of(6)
    drawn(bench, "dense", pose)
    found = lead_calls.lead_in_plane(
        home, task("dense", pose, [99.0, 0.0], epsilon=0.01, norm="l2")
    )
    assert not found["arrived"]
    assert found["distance"][1] < found["distance"][0]
    assert found["l2"] <= 0.01 * (1 + 1e-5)


def test_another_epoch_is_led_along_the_axes_of_the_finished_network(home, bench, early):
    bench.tour_cloud("conv", 10)
    about = {"layer": "conv", "most": 10, "axes": bench.study.identity}
    watched = early.watched(early.report)
    watched.other = bench
    pose = pose_of(10)
    every = watched.ask("tour cloud", **about).arrays["x"] @ pose
    asked = task("conv", pose, every[9]) | about | {"source": {"model": "early"}}
    found = lead_calls.lead_in_plane(home, asked | {"other": {}})
    np.testing.assert_allclose(places(found, pose)[0], every[4], atol=1e-5)
    assert found["arrived"]
    with pytest.raises(StudyError, match="not at hand"):
        lead_calls.lead_in_plane(home, asked)


def test_bad_tasks_are_named(home, bench):
    pose = pose_of(6)
    drawn(bench, "dense", pose)

    def call(**more):
        lead_calls.lead_in_plane(home, task("dense", pose, [0.0, 0.0]) | more)

    for sample in (-1, COUNT):
        with pytest.raises(ParameterError, match=f"0 to {COUNT - 1}"):
            call(sample=sample)
    with pytest.raises(ShapeError, match="drawn along 6 axes; got a pose of 5"):
        call(pose=pose[:5].tolist())
    with pytest.raises(ShapeError, match="two columns"):
        call(pose=[1.0, 2.0])
    with pytest.raises(ShapeError, match="goal"):
        call(goal=[0.0])
    for bad in ({"goal": [0.0, float("nan")]}, {"pose": np.full((6, 2), np.inf).tolist()}):
        with pytest.raises(NotFiniteError, match="NaN or infinity"):
            call(**bad)
    for steps in (0, 201):
        with pytest.raises(ParameterError, match="1 to 200 steps"):
            call(steps=steps)
    with pytest.raises(ParameterError, match="epsilon"):
        call(epsilon=0)
    with pytest.raises(ParameterError, match="not drawn any more"):
        call(most=5)


def test_the_best_so_far_comes_while_somebody_waits(home, bench, monkeypatch):
    pose = pose_of(6)
    goal = drawn(bench, "dense", pose)[7]
    monkeypatch.setattr(lead_calls, "SECONDS", -1.0)
    found = lead_calls.lead_in_plane(home, task("dense", pose, goal))
    assert not found["whole"]
    assert found["linf"] == 0
    assert lead_calls.SECONDS < map_calls.PATIENCE


# ---------------------------------------------------------------------- on a map


@pytest.fixture(scope="module", params=["", "dense"])
def mapped(request, tmp_path_factory):
    """A home directory whose store holds one map, and the map."""
    home = Home(tmp_path_factory.mktemp("mapped") / "home")
    about = ABOUT | {"space": request.param}
    bench = bench_of(store=DiskStore(home))
    bench.ask("boundary map", **about)
    return home, about, map_answers.at_hand(bench, about)


@pytest.fixture
def ask(mapped, monkeypatch):
    home, about, _ = mapped
    monkeypatch.setattr(map_calls, "load", lambda *_: (bench_of().network, bench_of().dataset))

    def call(**what):
        asked = {"kind": "lead", "sample": 3, "epsilon": 1.0} | what
        given = {"source": {}, "map": about, "budget": 2**28, "what": asked}
        found = map_calls.place_inputs(home, given)
        return found, np.frombuffer(found["rows"], np.float32).reshape(found["shape"])

    return call


def test_a_sample_is_led_to_the_answer_at_a_point_of_a_map(mapped, ask):
    _, _, kept = mapped
    labels = kept.map.labels
    other = int(np.flatnonzero(labels != labels[3])[5])
    point = kept.map.embedding[other].tolist()
    found, rows = ask(point=point)
    assert len(rows) == lead_calls.SHOWN
    assert set(found["lead"]) == {"arrived", "distance", "radius", "linf", "l2", "whole"}
    x, _ = digits()
    assert len(x) == MAPPED
    begin = kept.map.points(x[3:4])
    np.testing.assert_allclose(rows[0, 2:-10], begin.ravel(), atol=1e-5)
    np.testing.assert_allclose(rows[0, -10:], opened().predict(x[3:4])[0], atol=1e-5)
    wanted = kept.map.predict(kept.map.inverse(np.array([point])))
    assert found["lead"]["arrived"]
    assert rows[-1, -10:].argmax() == wanted.argmax()
    ends = [float(fisher.metric(rows[[row], -10:], wanted)[0]) for row in (0, -1)]
    np.testing.assert_allclose(found["lead"]["distance"], ends, atol=2e-3)
    _, fewer = ask(point=point, steps=4, norm="l2", epsilon=20.0)
    assert len(fewer) == 5


def test_points_and_samples_that_are_none_are_refused(ask):
    for point in ([0.0], [0.0, float("nan")]):
        with pytest.raises(ParameterError, match="point of a map"):
            ask(point=point)
    with pytest.raises(ParameterError, match="0 to 149"):
        ask(point=[0.0, 0.0], sample=150)


def test_a_network_of_whole_numbers_cannot_be_led(home, monkeypatch):
    words = keras.Input((6,), dtype="int32", name="words")
    known = kl.Flatten(name="flat")(kl.Embedding(5, 4, name="known")(words))
    model = keras.Model(words, kl.Dense(2, activation="softmax", name="head")(known))
    x = np.random.default_rng(0).integers(0, 5, (30, 6)).astype(np.float32)
    bench = Workbench(
        network.from_keras(model), data_of(x, np.arange(30) % 2, ("a", "b")), DiskStore(home)
    )
    bench.tour_cloud("flat")
    monkeypatch.setattr(lead_calls, "load", lambda *_: (bench.network, bench.dataset))
    with pytest.raises(ModelError, match="no gradient in its input 'words'"):
        lead_calls.lead_in_plane(home, task("flat", pose_of(24), [1.0, 0.0]))
