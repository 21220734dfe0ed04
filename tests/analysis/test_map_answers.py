"""What is answered about maps of boundaries, against the network itself."""

from __future__ import annotations

import json
from functools import cache

import keras
import numpy as np
import pytest
from keras import layers as kl
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from analysis import all_pairs, map_answers, map_samples, network, trust
from analysis.boundary import BoundaryMap
from analysis.errors import Cancelled, MemoryBudgetError, ParameterError
from analysis.territory import Window
from analysis.types import Result
from analysis.workbench import MAP, Workbench
from tests.analysis.sample_data import data_of

ABOUT = {
    "space": "",
    "count": 120,
    "seed": 0,
    "steps": 5,
    "lam": 0.65,
    "neighbours": 15,
    "min_dist": 0.1,
    "distance": "fisher",
}
COUNT = 150


@cache
def digits():
    found = load_digits()
    x = (found.images / 16).astype(np.float32)[..., None]
    return x[:COUNT], found.target[:COUNT]


@cache
def opened(strength=1.0):
    """A linear classifier of digits, and one of little strength."""
    x, y = digits()
    fitted = LogisticRegression(C=strength, max_iter=300).fit(x.reshape(len(x), 64), y)
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), kl.Flatten(), kl.Dense(10, name="dense"), kl.Softmax(name="soft")]
    )
    model.layers[1].set_weights([fitted.coef_.T, fitted.intercept_])
    return network.from_keras(model)


def bench_of(labelled=True, **more):
    x, y = digits()
    names = tuple(f"class {k}" for k in range(10))
    return Workbench(opened(), data_of(x, y if labelled else None, names), **more)


@pytest.fixture(scope="module")
def bench():
    return bench_of()


@pytest.fixture(scope="module")
def made(bench):
    return bench.ask("boundary map", **ABOUT)


def inverse(bench, points, about=ABOUT):
    return map_answers.at_hand(bench, about).map.inverse(points)


def test_a_map_tells_what_it_is_of(bench, made):
    samples, embedding = made.arrays["samples"], made.arrays["embedding"]
    assert samples.dtype == np.int32
    assert len(np.unique(samples)) == len(embedding) == 120
    assert samples.tolist() == sorted(samples)
    x, _ = digits()
    np.testing.assert_array_equal(
        made.arrays["labels"], opened().predict(x[samples]).argmax(axis=1)
    )
    facts = made.facts
    assert facts["count"] == 120
    assert facts["exact"]
    assert facts["proven"] == 1
    assert facts["evaluated"] == 120 + 120 * 119 // 2 * 5
    assert facts["extent"] == pytest.approx(np.ptp(embedding, axis=0).mean())
    left, right, bottom, top = facts["window"]
    assert left < embedding[:, 0].min() < embedding[:, 0].max() < right
    assert bottom < embedding[:, 1].min() < embedding[:, 1].max() < top
    scores = facts["scores"]
    assert set(scores) == {"q_knn", "q_knn_euclid", "q_data", "q_not_data"}
    assert scores["q_knn"] > 0.85
    assert scores["q_data"] > 0.95


@pytest.mark.parametrize(("window", "side"), [(None, 32), ((-2.0, 1.0, -1.0, 1.5), 200)])
def test_a_territory_is_what_the_network_says_of_inverse_images(bench, made, window, side):
    window = None if window is None else list(window)
    found = bench.ask("territory", window=window, side=side, **ABOUT)
    shown = Window(*(window or made.facts["window"]))
    assert found.facts == {
        "window": [shown.left, shown.right, shown.bottom, shown.top],
        "side": side,
    }
    said = opened().predict(inverse(bench, shown.points(side)))
    np.testing.assert_array_equal(found.arrays["label"].ravel(), said.argmax(axis=1))
    entropy = -(said * np.log(np.maximum(said, 1e-30))).sum(axis=1)
    certain = found.arrays["certainty"].ravel() / 255
    np.testing.assert_allclose(certain, 1 - entropy / np.log(10), atol=0.003)
    assert found.arrays["label"].dtype == found.arrays["certainty"].dtype == np.uint8
    if side == 32:
        assert "sharp" not in found.arrays
        return
    sharp = found.arrays["sharp"]
    assert sharp.shape == (800, 800)
    whole = opened().predict(inverse(bench, shown.points(800))).argmax(axis=1)
    assert (sharp.ravel() == whole).mean() > 0.9995


def test_another_lam_needs_no_network(bench, made, monkeypatch):
    monkeypatch.setattr(all_pairs.AllPairs, "of", lambda *a, **b: pytest.fail("asked again"))
    other = bench.ask("boundary map", **ABOUT | {"lam": 0.3, "neighbours": 10})
    assert np.abs(other.arrays["embedding"] - made.arrays["embedding"]).max() > 0.01


def test_a_plain_map_takes_no_fisher_distances(monkeypatch):
    monkeypatch.setattr(all_pairs.AllPairs, "of", lambda *a, **b: pytest.fail("asked"))
    bench = bench_of()
    found = bench.ask("boundary map", **ABOUT | {"distance": "euclid"})
    assert found.facts["evaluated"] == 0
    knobs = {name: ABOUT[name] for name in ("space", "count", "seed", "neighbours", "min_dist")}
    assert bench.address("plain layout", **knobs) not in bench.store, "it is plain itself"
    plain = bench.ask("plain layout", **knobs).arrays["embedding"]
    np.testing.assert_array_equal(plain, found.arrays["embedding"])
    assert found.facts["scores"]["q_knn"] == found.facts["scores"]["q_knn_euclid"]


def test_a_map_that_was_put_away_is_the_same(bench, made):
    points = np.array([[0.0, 0.0], [2.0, -1.0]])
    x = digits()[0][-4:]
    first = map_answers.at_hand(bench, ABOUT).map
    map_answers.MAPS.clear()
    again = map_answers.at_hand(bench, ABOUT).map
    assert again is not first
    np.testing.assert_array_equal(first.inverse(points), again.inverse(points))
    np.testing.assert_array_equal(first.transform(x), again.transform(x))


def test_taking_a_map_up_again_may_be_stopped(bench, made):
    map_answers.MAPS.clear()

    def stop(fraction, text=""):
        assert fraction == 0, "a map that is taken up is no progress of what is asked"
        raise Cancelled

    with pytest.raises(Cancelled):
        map_answers.at_hand(bench.watched(stop), ABOUT)


def test_another_network_decides_over_the_same_map(made):
    bench, weak = bench_of(), opened(1e-4)
    bench.other = Workbench(weak, bench.dataset)
    asked = {"other": weak.fingerprint, "window": None, "side": 32}
    found = bench.ask("other territory", **asked, **ABOUT)
    shown = Window(*made.facts["window"])
    said = weak.predict(inverse(bench, shown.points(32))).argmax(axis=1)
    np.testing.assert_array_equal(found.arrays["label"].ravel(), said)
    own = bench.ask("territory", window=None, side=32, **ABOUT).arrays["label"]
    assert (own != found.arrays["label"]).any()
    with pytest.raises(ParameterError, match="without this network"):
        bench.ask("other territory", **asked | {"other": "c" * 64}, **ABOUT)
    inner = ABOUT | {"space": "flatten"}
    with pytest.raises(ParameterError, match="map the space of the input"):
        bench.ask("other territory", **asked, **inner)


def test_trust_says_where_and_whom_to_believe(bench, made):
    found = bench.ask("trust", **ABOUT)
    error, reach, mask = (found.arrays[name] for name in ("error", "reach", "mask"))
    assert error.shape == reach.shape == mask.shape == (200, 200)
    limits = found.facts["thresholds"]
    with np.errstate(invalid="ignore"):
        good = (reach <= limits["reach"]) & (error <= limits["error"])
    np.testing.assert_array_equal(mask.astype(bool), good)
    assert found.facts["share"] == pytest.approx(mask.mean())
    assert not np.isnan(error).any(), "every pixel went round"
    window, embedding = Window(*made.facts["window"]), made.arrays["embedding"]
    sharp = bench.ask("territory", window=None, side=200, **ABOUT).arrays["sharp"]
    at = sharp.ravel()[window.cells(embedding, 800)]
    wrong = np.flatnonzero(at != made.arrays["labels"])
    np.testing.assert_array_equal(found.arrays["contradicting"], wrong)
    # The round trip of one pixel that is near a sample, step by step.
    side = map_answers.TRIPS
    points = window.points(side)
    place = int(np.argmin(((points - embedding[7]) ** 2).sum(axis=1)))
    back = map_answers.at_hand(bench, ABOUT).map.transform_points(
        inverse(bench, points[place : place + 1])
    )
    missed = np.linalg.norm(back[0] - points[place]) / trust.extent(embedding)
    coarse = error.reshape(side, 200 // side, side, 200 // side)[place // side, :, place % side, :]
    assert coarse.min() - 1e-3 <= missed <= coarse.max() + 0.02


def test_pockets_can_be_sent(made):
    """A bench to which a picture was given, of two classes with an island beside their own."""
    bench = bench_of()
    label = np.zeros((200, 200), np.uint8)
    label[:, 150:], label[180:, :150] = 3, 5
    label[20:40, 30:60], label[120:150, 100:110] = 3, 5
    drawn = {"label": label, "certainty": np.full_like(label, 255)}
    key = bench.address("territory", window=None, side=200, **ABOUT)
    bench.store.put(key, Result(arrays=drawn, facts={"window": made.facts["window"]}))
    found = bench.ask("pockets", **ABOUT)
    json.dumps(found.facts)
    assert found.facts["more"] == 0
    assert {pocket["label"] for pocket in found.facts["pockets"]} == {3, 5}
    for pocket in found.facts["pockets"]:
        assert pocket["inside"] == 0
        assert pocket["pixels"] == {3: 600, 5: 300}[pocket["label"]]
        assert pocket["sentence"].startswith(f"{pocket['pixels']:,} pixel")
        assert len(pocket["box"]) == 4
        assert all(0 <= sample < 120 for sample in pocket["samples"])


def test_samples_that_err_together_are_told(made):
    """A bench whose labels call a group of alike samples by a wrong name."""
    x, y = digits()
    samples = made.arrays["samples"]
    zeros = samples[(y[samples] == 0) & (made.arrays["labels"] == 0)][:6]
    wrong = y.copy()
    wrong[zeros] = 4
    bench = Workbench(opened(), data_of(x, wrong, tuple(f"class {k}" for k in range(10))))
    facts = bench.ask("pockets", **ABOUT).facts
    json.dumps(facts)
    first = facts["clusters"][0]
    assert (first["true"], first["taken_for"]) == (4, 0)
    assert set(samples[list(first["samples"])]) <= set(zeros)
    assert len(first["samples"]) >= 3
    assert "of 'class 4' taken for 'class 0' lie together" in first["sentence"]
    assert facts["more_clusters"] == 0


def test_a_sweep_proposes_one_of_its_shares(bench):
    about = {name: value for name, value in ABOUT.items() if name not in ("lam", "distance")}
    facts = bench.ask("lam sweep", **about).facts
    assert facts["lams"] == [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    assert facts["proposed"] in facts["lams"]
    assert len(facts["q_knn"]) == 7
    alone = bench.ask("boundary map", **ABOUT | {"lam": 0.3}).facts["scores"]["q_knn"]
    assert facts["q_knn"][1] == pytest.approx(alone)


def test_a_map_behind_a_layer(bench):
    about = ABOUT | {"space": "dense", "count": 60}
    found = bench.ask("boundary map", **about)
    assert found.arrays["prototypes"].shape[1] == 10
    assert found.facts["scores"]["q_data"] > 0.9


def test_unlabelled_samples_are_judged_by_what_they_are_taken_for(made):
    bench = bench_of(labelled=False)
    window, embedding = made.facts["window"], made.arrays["embedding"]
    # All is decided as the first sample's class but a strip and an island around that sample.
    cell = Window(*window).cells(embedding[:1], 200)[0]
    own = int(made.arrays["labels"][0])
    label = np.full((200, 200), own, np.uint8)
    label[:, :5] = (own + 1) % 10
    row, column = divmod(int(cell), 200)
    label[row - 8 : row + 8, column - 8 : column + 8] = (own + 1) % 10
    drawn = {"label": label, "certainty": np.full_like(label, 255)}
    key = bench.address("territory", window=None, side=200, **ABOUT)
    bench.store.put(key, Result(arrays=drawn, facts={"window": window}))
    (pocket,) = bench.ask("pockets", **ABOUT).facts["pockets"]
    assert 0 in pocket["samples"]
    assert pocket["turned"] > 0


def test_the_workbench_asks_them_all(bench, made):
    knobs = {"count": 120, "neighbours": 15, "min_dist": 0.1}
    assert bench.boundary_map(**knobs).facts == made.facts
    assert bench.territory(32, **knobs).facts["side"] == 32
    assert bench.trust(**knobs).facts["share"] > 0
    assert "clusters" in bench.pockets(**knobs).facts
    assert bench.lam_sweep(**knobs).facts["proposed"] in bench.lam_sweep(**knobs).facts["lams"]


def test_defaults_are_those_of_the_map():
    """The page, the notebook and the class that does it agree."""
    made = BoundaryMap()
    knobs = (made.lam, made.n_neighbors, made.min_dist, made.seed, made.steps)
    assert knobs == tuple(MAP[name] for name in ("lam", "neighbours", "min_dist", "seed", "steps"))


def test_few_samples_have_a_map_without_scores():
    x, y = digits()
    bench = Workbench(opened(), data_of(x[:5], y[:5]))
    found = bench.ask("boundary map", **ABOUT)
    assert found.facts["scores"] == {}
    assert found.facts["count"] == 5
    for question in ("trust", "pockets"):
        assert bench.ask(question, **ABOUT).facts


def test_a_map_that_would_not_fit_is_refused_in_words():
    small = bench_of(budget=2 * 4 * 64 * 50)
    for question in ("boundary map", "plain layout", "fisher distances", "lam sweep"):
        with pytest.raises(
            MemoryBudgetError, match=r"120 samples of 64 values takes 61,440 bytes.*Choose 50"
        ):
            small.ask(question, **ABOUT)
    assert small.ask("boundary map", **ABOUT | {"count": 50}).facts["count"] == 50
    assert small.ask("boundary map", **ABOUT | {"space": "dense"}).facts["count"] == 120


def test_all_samples_are_not_copied():
    inputs = {"x": digits()[0]}
    assert map_samples.taken(inputs, np.arange(COUNT))["x"] is inputs["x"]
    assert len(map_samples.taken(inputs, np.arange(7))["x"]) == 7


def test_samples_are_chosen_by_the_seed():
    one, other = (map_samples.chosen(1000, 100, seed) for seed in (0, 1))
    assert len(np.unique(one)) == 100
    assert one.tolist() == sorted(one)
    assert one.tolist() != other.tolist()
    assert map_samples.chosen(7, 100, 0).tolist() == list(range(7))


def test_samples_that_were_added_are_on_every_map():
    plain = map_samples.chosen(1000, 100, 5)
    found = map_samples.chosen(1003, 100, 5, own=1000)
    assert len(np.unique(found)) == 100
    assert found[-3:].tolist() == [1000, 1001, 1002]
    assert len(np.intersect1d(plain, found)) == 97, "the others are those of the map without them"
    assert map_samples.chosen(1150, 100, 5, own=1000).tolist() == list(range(1050, 1150))
    assert map_samples.chosen(103, 100, 5, own=4)[-1] == 102
    assert len(map_samples.chosen(103, 100, 5, own=4)) == 100


def test_no_step_of_a_map_is_silent():
    heard = []
    watched = bench_of(report=lambda fraction, text="": heard.append((fraction, text)))
    watched.ask("boundary map", **ABOUT)
    shares = np.array([fraction for fraction, _ in heard])
    assert np.diff(shares).max() < 0.11
    assert np.diff(shares).min() >= -1e-9
    assert shares[-1] == pytest.approx(1.0)
    said = list(dict.fromkeys(text for _, text in heard if text))
    assert said == ["Fisher distances", "Laying out", "Inverse map", "Scores"]


@pytest.mark.parametrize("question", ["boundary map", "trust", "lam sweep"])
def test_each_can_be_stopped(question):
    def stop(fraction, text=""):
        if fraction > 0.02:
            raise Cancelled

    about = dict(ABOUT)
    if question == "lam sweep":
        del about["lam"], about["distance"]
    with pytest.raises(Cancelled):
        bench_of(report=stop).ask(question, **about)
