"""What is answered between layers and between networks, against plain correlations."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl
from keras import ops

from analysis import activations, alignment, network, relations
from analysis.errors import (
    Cancelled,
    DataError,
    NotFiniteError,
    ParameterError,
    StudyError,
    UnknownLayerError,
)
from analysis.points import WHICH
from analysis.workbench import Workbench
from tests.analysis import architectures as zoo
from tests.analysis.sample_data import data_of

COUNT = 40
PLACE = 3
Array = np.ndarray[Any, Any]


def pictures(count: int = COUNT) -> Any:
    return np.random.default_rng(3).random((count, 5, 4, 2))


@cache
def opened(turned: bool = False) -> network.Network:
    """Two branches, of which "late" sees "left" alone, or the same with the features of "left"
    turned. A pixel below zero is NaN behind "sqrt"."""
    image = keras.Input((5, 4, 2), name="image")
    x = kl.Activation(ops.sqrt, name="sqrt")(image)
    left = kl.Conv2D(3, 2, padding="same", name="left")(x)
    right = kl.Conv2D(2, 2, name="right")(x)
    late = kl.Conv2D(2, 3, activation="relu", name="late")(left)
    joined = kl.Concatenate(name="join")(
        [kl.Flatten(name="flat_late")(late), kl.Flatten(name="flat_right")(right)]
    )
    out = kl.Dense(3, activation="softmax", name="dense")(joined)
    model = zoo.scramble(keras.Model(image, out), 2)
    if turned:
        turn, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))
        kernel, bias = model.get_layer("left").get_weights()
        model.get_layer("left").set_weights([2.0 * kernel @ turn, bias + 1.0])
    return network.from_keras(model)


def bench_of(net: network.Network | None = None, x: Any = None, **more: Any) -> Workbench:
    x = pictures() if x is None else x
    return Workbench(net or opened(), data_of(x, np.arange(len(x)) % 3), **more)


def outputs(bench: Workbench, layer: str) -> Array:
    """(n, *shape) float64."""
    return activations.of(bench.network, bench.dataset.inputs, layer).astype(np.float64)


def pearson(one: Array, other: Array) -> float:
    """Over the samples where both are finite; 0 for a constant."""
    good = np.isfinite(one) & np.isfinite(other)
    if one[good].std() == 0 or other[good].std() == 0:
        return 0.0
    return float(np.corrcoef(one[good], other[good])[0, 1])


def ranking(bench: Workbench, target: Array, layers: list[str]) -> dict[tuple[str, int], float]:
    """r of every feature of some layers, strongest first."""
    found = {}
    for layer in layers:
        flat = outputs(bench, layer).reshape(len(bench.dataset), -1)
        found |= {(layer, k): pearson(target, column) for k, column in enumerate(flat.T)}
    return dict(sorted(found.items(), key=lambda one: -abs(one[1])))


def told(result: Any) -> dict[tuple[str, int], float]:
    names = [result.facts["layers"][k] for k in result.arrays["layer"]]
    pairs = zip(names, result.arrays["feature"].tolist(), strict=True)
    found = dict(zip(pairs, result.arrays["r"].tolist(), strict=True))
    assert len(found) == len(names), "each once"
    return found


def same_ranking(found: dict[Any, float], expected: dict[Any, float]) -> None:
    sizes = [abs(r) for r in found.values()]
    # Equal up to rounding, features may stand in another order.
    np.testing.assert_allclose(sizes, [abs(r) for r in expected.values()][: len(sizes)], atol=2e-6)
    for key, r in found.items():
        assert r == pytest.approx(expected[key], abs=2e-6), key


@pytest.mark.parametrize("which", WHICH)
def test_correlates_are_the_strongest_of_all_earlier_layers(which: str) -> None:
    bench = bench_of()
    own = outputs(bench, "late").reshape(COUNT, -1, 2)
    place = PLACE if which == "position" else 0
    match which:
        case "samples":
            feature, target = 9, own.reshape(COUNT, -1)[:, 9]
        case "positions":
            feature, target = 1, own[:, :, 1].mean(axis=1)
        case "position":
            feature, target = 1, own[:, PLACE, 1]
        case _:
            feature = 1
            norms = np.linalg.norm(own, axis=2)
            target = own[np.arange(COUNT), norms.argmax(axis=1), 1]
    found = bench.ask("correlates", layer="late", feature=feature, which=which, position=place)
    # Nothing of the other branch, nor what comes after.
    assert found.facts["layers"] == ["image", "sqrt", "left"]
    expected = ranking(bench, target, found.facts["layers"])
    assert found.arrays["r"].dtype == np.float32
    assert len(told(found)) == sum(r != 0 for r in expected.values()) == 140
    same_ranking(told(found), expected)


def about(feature: int, which: str = "samples") -> dict[str, Any]:
    return {"feature": feature, "which": which, "position": 0}


def test_only_the_first_are_listed_and_copies_are_left_out() -> None:
    bench = bench_of()
    found = bench.ask("correlates", layer="prediction", **about(2))
    layers = ["image", "sqrt", "left", "late", "relu0", "right", "join", "dense"]
    assert found.facts["layers"] == layers, "not those that only move values"
    expected = ranking(bench, outputs(bench, "prediction")[:, 2], layers)
    assert sum(r != 0 for r in expected.values()) > len(found.arrays["r"]) == relations.LISTED
    same_ranking(told(found), expected)


@pytest.mark.parametrize("spoilt", [False, True])
@pytest.mark.parametrize("budget", [2**31, 4 * 4 * COUNT * 6])
def test_a_ranking_does_not_depend_on_the_memory(budget: int, spoilt: bool) -> None:
    x = pictures()
    if spoilt:  # here and there: a feature that is finite keeps all of its samples
        x[4:8, 0, 0] = -1.0
        x[2, 3] = -1.0
    bench = bench_of(x=x, budget=budget)
    key = {"feature": 0, "which": "position", "position": 9}
    found = bench.ask("correlates", layer="left", **key)
    target = outputs(bench, "left")[:, 2, 1, 0]
    assert np.isfinite(target).sum() == (COUNT - 1 if spoilt else COUNT)
    same_ranking(told(found), ranking(bench, target, ["image", "sqrt"]))


def test_the_first_layer_has_none_before_it() -> None:
    for which in WHICH:
        found = bench_of().ask("correlates", layer="image", **about(0, which))
        assert found.facts == {"layers": []}
        assert [array.shape for array in found.arrays.values()] == [(0,)] * 3


def test_a_dead_feature_goes_with_nothing() -> None:
    x = np.repeat(pictures(1), COUNT, axis=0)
    found = bench_of(x=x).ask("correlates", layer="late", **about(0, "positions"))
    assert found.facts["layers"] == ["image", "sqrt", "left"]
    assert not len(found.arrays["r"])


@pytest.mark.parametrize("which", WHICH)
def test_features_that_are_not_there(which: str) -> None:
    last = 11 if which == "samples" else 1
    for feature in (-1, last + 1):
        words = f"'late' has features 0 to {last} as {which}; got {feature}"
        with pytest.raises(ParameterError, match=words):
            bench_of().ask("correlates", layer="late", **about(feature, which))
    with pytest.raises(UnknownLayerError, match="late"):
        bench_of().ask("correlates", layer="lat", **about(0, which))


def test_a_sample_of_nan_counts_nowhere() -> None:
    x = pictures()
    x[7] = -1.0
    bench = bench_of(x=x)
    found = bench.ask("correlates", layer="late", **about(1, "positions"))
    target = outputs(bench, "late")[..., 1].reshape(COUNT, -1).mean(axis=1)
    assert np.isnan(target).tolist() == (np.arange(COUNT) == 7).tolist()
    same_ranking(told(found), ranking(bench, target, found.facts["layers"]))


def test_progress_rises_and_a_cancel_goes_through() -> None:
    seen: list[float] = []

    def stop(fraction: float, text: str = "") -> None:
        if text:
            raise Cancelled("Enough.")

    bench = bench_of(report=lambda fraction, text="": seen.append(fraction))
    bench.ask("correlates", layer="late", **about(1, "positions"))
    assert seen == [0.25, 0.5, 0.75, 1.0]
    with pytest.raises(Cancelled):
        bench_of(report=stop).ask("correlates", layer="late", **about(1, "positions"))


def pair(own: Workbench, other: Workbench) -> Workbench:
    own.other = other
    return own


def asked(bench: Workbench, layer: str, other_layer: str, which: str = "positions") -> Any:
    """Answers of "between" and "aligned"."""
    assert bench.other is not None
    parameters = {
        "layer": layer,
        "which": which,
        "position": PLACE if which == "position" else 0,
        "other": bench.other.study.network,
        "other_layer": other_layer,
        "other_position": PLACE if which == "position" else 0,
    }
    return bench.ask("between", **parameters), bench.ask("aligned", **parameters)


def columns(bench: Workbench, layer: str, which: str = "positions") -> Array:
    own = outputs(bench, layer)
    if which == "samples" or own.ndim == 2:
        return own.reshape(len(own), -1).T
    own = own.reshape(len(own), -1, own.shape[-1])
    if which == "position":
        return own[:, PLACE].T
    if which == "strongest":
        return own[np.arange(len(own)), np.linalg.norm(own, axis=2).argmax(axis=1)].T
    return own.reshape(-1, own.shape[-1]).T


def turned_of(result: Any) -> Array:
    names = [name for name in result.arrays if name not in {"low", "high"}]
    assert names == [str(k) for k in range(len(names))]
    return np.stack([result.arrays[name] for name in names])


@pytest.mark.parametrize("which", WHICH)
def test_a_network_beside_itself(which: str) -> None:
    bench = pair(bench_of(), bench_of())
    between, aligned = asked(bench, "left", "left", which)
    own = columns(bench, "left", which)
    assert between.arrays["r"].dtype == np.float32
    np.testing.assert_allclose(np.diagonal(between.arrays["r"]), 1.0, atol=1e-6)
    np.testing.assert_allclose(between.arrays["r"], np.corrcoef(own), atol=1e-5)
    assert between.facts["cka"] == pytest.approx(1.0)
    assert aligned.facts == {"residual": pytest.approx(0.0, abs=1e-9), "cka": pytest.approx(1.0)}
    np.testing.assert_allclose(turned_of(aligned), own, atol=1e-5)


@pytest.mark.parametrize("which", ["positions", "position"])
def test_a_turned_copy_is_turned_back(which: str) -> None:
    bench = pair(bench_of(opened(turned=True)), bench_of())
    own, theirs = columns(bench, "left", which), columns(bench.other, "left", which)
    assert np.abs(own - theirs).max() > 0.5
    between, aligned = asked(bench, "left", "left", which)
    every = np.corrcoef(np.vstack([own, theirs]))[:3, 3:]
    np.testing.assert_allclose(between.arrays["r"], every, atol=1e-5)
    assert between.facts["cka"] == pytest.approx(1.0, abs=1e-6)
    assert aligned.facts["residual"] == pytest.approx(0.0, abs=1e-6)
    turned = turned_of(aligned)
    np.testing.assert_allclose(turned, theirs, atol=1e-4)
    np.testing.assert_array_equal(aligned.arrays["low"], turned.min(axis=1))
    np.testing.assert_array_equal(aligned.arrays["high"], turned.max(axis=1))


def test_layers_of_other_widths_are_compared_sample_by_sample() -> None:
    bench = pair(bench_of(), bench_of(opened(turned=True)))
    between, aligned = asked(bench, "left", "dense", "strongest")
    own, theirs = columns(bench, "left", "strongest"), columns(bench.other, "dense")
    every = np.corrcoef(np.vstack([own, theirs]))[:3, 3:]
    np.testing.assert_allclose(between.arrays["r"], every, atol=1e-5)
    assert turned_of(aligned).shape == theirs.shape
    # What turning, scaling and moving left unexplained.
    missed = ((turned_of(aligned) - theirs) ** 2).sum()
    power = ((theirs - theirs.mean(axis=1, keepdims=True)) ** 2).sum()
    assert aligned.facts["residual"] == pytest.approx(missed / power, rel=1e-4)
    assert 0 < aligned.facts["residual"] < 1


def test_one_position_stands_beside_a_vector() -> None:
    bench = pair(bench_of(), bench_of())
    between, _ = asked(bench, "left", "dense", "position")
    own, theirs = columns(bench, "left", "position"), columns(bench, "dense")
    every = np.corrcoef(np.vstack([own, theirs]))[:3, 3:]
    np.testing.assert_allclose(between.arrays["r"], every, atol=1e-5)


@pytest.mark.parametrize(("place", "elsewhere"), [(17, 2), (2, 5)])
def test_each_layer_is_taken_at_its_own_position(place: int, elsewhere: int) -> None:
    bench = pair(bench_of(), bench_of(opened(turned=True)))
    assert bench.other is not None
    parameters = {"which": "position", "other": bench.other.study.network}
    parameters |= {"layer": "left", "position": place}  # of 5 x 4
    parameters |= {"other_layer": "late", "other_position": elsewhere}  # of 3 x 2
    own = outputs(bench, "left").reshape(COUNT, 20, 3)[:, place].T
    theirs = outputs(bench.other, "late").reshape(COUNT, 6, 2)[:, elsewhere].T
    found = bench.ask("between", **parameters).arrays["r"]
    np.testing.assert_allclose(found, alignment.between(own, theirs), atol=1e-5)
    found = turned_of(bench.ask("aligned", **parameters))
    np.testing.assert_allclose(found, alignment.procrustes(theirs, own).apply(own), atol=1e-4)
    for wrong in ({"position": 20}, {"other_position": 6}):
        with pytest.raises(ParameterError, match="row by row; got"):
            bench.ask("between", **parameters | wrong)


@pytest.mark.parametrize("question", ["between", "aligned"])
def test_pairs_that_are_none(question: str) -> None:
    bench = pair(bench_of(), bench_of())
    assert bench.other is not None
    key = {
        "layer": "left",
        "which": "positions",
        "position": 0,
        "other": bench.other.study.network,
        "other_layer": "late",
        "other_position": 0,
    }
    for other_layer in ("late", "dense"):
        words = f"'left' and '{other_layer}' have other positions.*Show one point a sample"
        with pytest.raises(ParameterError, match=words):
            bench.ask(question, **key | {"other_layer": other_layer})
    for stranger in (None, bench_of(opened(turned=True))):
        bench.other = stranger
        with pytest.raises(StudyError, match=r"not at hand\. Choose it again"):
            bench.ask(question, **key)
    bench.other = bench_of(x=pictures(COUNT - 1))
    with pytest.raises(DataError, match="on the same samples"):
        bench.ask(question, **key)


def test_representations_that_are_too_wide() -> None:
    image = keras.Input((5, 4, 2), name="image")
    wide = kl.Conv2D(60, 1, name="wide")(image)
    out = kl.Dense(3, activation="softmax", name="dense")(kl.Flatten(name="flat")(wide))
    net = network.from_keras(keras.Model(image, out))
    bench = pair(bench_of(net, pictures(5)), bench_of(net, pictures(5)))
    with pytest.raises(ParameterError, match="'wide' has 1,200 features as samples; at most 1,024"):
        asked(bench, "wide", "dense", "samples")
    between, _ = asked(bench, "wide", "wide")
    assert between.arrays["r"].shape == (60, 60)


def test_a_single_sample_has_nothing_in_common() -> None:
    bench = pair(bench_of(x=pictures(1)), bench_of(x=pictures(1)))
    between, aligned = asked(bench, "dense", "dense")
    assert not between.arrays["r"].any()
    assert between.facts == {"cka": None}
    assert aligned.facts == {"residual": None, "cka": None}
    np.testing.assert_allclose(turned_of(aligned), columns(bench, "dense"), atol=1e-6)


def test_a_sample_of_nan_is_nowhere_and_ranges_are_those_of_the_others() -> None:
    x = pictures()
    x[7] = -1.0
    bench = pair(bench_of(opened(turned=True), x), bench_of(x=x))
    between, aligned = asked(bench, "left", "left", "position")
    assert np.isfinite(between.arrays["r"]).all()
    turned, theirs = turned_of(aligned), columns(bench.other, "left", "position")
    assert np.isnan(turned).all(axis=0).tolist() == (np.arange(COUNT) == 7).tolist()
    np.testing.assert_allclose(turned, theirs, atol=1e-4)
    np.testing.assert_array_equal(aligned.arrays["low"], np.nanmin(turned, axis=1))
    np.testing.assert_array_equal(aligned.arrays["high"], np.nanmax(turned, axis=1))
    nobody = np.full((4, 5, 4, 2), -1.0)
    with pytest.raises(NotFiniteError, match="None of 4 samples is finite"):
        asked(pair(bench_of(x=nobody), bench_of(x=nobody)), "dense", "dense")
