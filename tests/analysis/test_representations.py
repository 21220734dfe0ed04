"""What is answered about one layer, against the activations themselves, on real networks."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl
from keras import ops

from analysis import activations, network, overview, points, representations
from analysis.errors import Cancelled, DataError, ParameterError, UnknownLayerError
from analysis.points import WHICH
from analysis.types import Dataset
from analysis.workbench import Workbench
from tests.analysis import architectures as zoo
from tests.analysis.sample_data import data_of

COUNT = 30
PLACE = 5
GRID = (4, 3)
WIDE = 12 * 90


def pictures(count: int = COUNT) -> Any:
    return np.random.default_rng(7).random((count, 6, 5, 2))


@cache
def model() -> keras.Model:
    """A grid of 4 x 3 positions, once with 3 features, once with 90; one of each is
    dead."""
    image = keras.Input((6, 5, 2), name="image")
    x = kl.Conv2D(3, 3, name="conv0")(image)
    x = kl.Conv2D(90, 1, activation="relu", name="wide")(x)
    x = kl.Flatten(name="flatten")(x)
    made = zoo.scramble(keras.Model(image, kl.Dense(3, activation="softmax", name="dense")(x)))
    for name in ("conv0", "wide"):
        kernel, bias = made.get_layer(name).get_weights()
        kernel[..., 1] = 0.0
        made.get_layer(name).set_weights([kernel, bias])
    return made


@cache
def opened() -> network.Network:
    return network.from_keras(model())


@cache
def as_embedding() -> network.Network:
    return network.from_keras(model(), output="embedding")


@cache
def rooted() -> network.Network:
    """A pixel below zero is NaN behind "sqrt"."""
    image = keras.Input((6, 5, 2), name="image")
    x = kl.Conv2D(3, 3, name="conv0")(kl.Activation(ops.sqrt, name="sqrt")(image))
    x = kl.Flatten(name="flatten")(x)
    out = kl.Dense(3, activation="softmax", name="dense")(x)
    return network.from_keras(zoo.scramble(keras.Model(image, out), 1))


def labels_of(count: int = COUNT) -> Any:
    return np.arange(count) % 3


def bench_of(
    net: network.Network | None = None, data: Dataset | None = None, **more: Any
) -> Workbench:
    return Workbench(net or opened(), data or data_of(pictures(), labels_of()), **more)


def cloud(bench: Workbench, layer: str, which: str, position: int = 0, **more: Any) -> Any:
    """Points and all columns: samples, positions, (features, m)."""
    about = {"layer": layer, "which": which, "position": position, "samples": None} | more
    found = bench.ask("points", **about)
    total = points.features_of(which, bench.network.operation(layer).shape)
    parts = [
        bench.ask("columns", **about, part=part).arrays for part in range(points.parts_of(total))
    ]
    named = {int(name): column for part in parts for name, column in part.items()}
    assert list(named) == list(range(total))
    return found.arrays["sample"], found.arrays["position"], np.stack(list(named.values()))


def by_position(bench: Workbench, layer: str) -> Any:
    """(n, positions, features)."""
    found = activations.of(bench.network, bench.dataset.inputs, layer)
    return found.reshape(len(found), -1, found.shape[-1])


@pytest.mark.parametrize("layer", ["conv0", "wide"])
@pytest.mark.parametrize("which", WHICH)
def test_columns_are_the_activations_at_the_points(which: str, layer: str) -> None:
    bench = bench_of()
    own = by_position(bench, layer)
    place = PLACE if which == "position" else 0
    sample, position, columns = cloud(bench, layer, which, place)
    expected = own.reshape(COUNT, -1) if which == "samples" else own[sample, position]
    assert columns.dtype == np.float32
    np.testing.assert_array_equal(columns.T, expected)
    match which:
        case "positions":
            assert sample.tolist() == np.repeat(np.arange(COUNT), 12).tolist()
            assert position.tolist() == list(range(12)) * COUNT
        case "strongest":
            assert sample.tolist() == list(range(COUNT))
            norms = np.linalg.norm(own.astype(np.float64), axis=2)
            assert position.tolist() == norms.argmax(axis=1).tolist()
        case _:
            assert sample.tolist() == list(range(COUNT))
            assert set(position.tolist()) == {place}


def test_many_features_come_in_parts() -> None:
    bench = bench_of()
    about = {"layer": "wide", "which": "samples", "position": 0, "samples": None}
    names = [list(bench.ask("columns", **about, part=part).arrays) for part in (0, 1)]
    assert names[0] == [str(k) for k in range(1024)]
    assert names[1] == [str(k) for k in range(1024, WIDE)]
    for part, words in (
        (2, "has 1080 features as samples; part 2 begins at 2048"),
        (-1, "got -1024 to 0"),
    ):
        with pytest.raises(ParameterError, match=words):
            bench.ask("columns", **about, part=part)
    picked = bench.columns("wide", [1079, 3, 1024], "samples")
    flat = by_position(bench, "wide").reshape(COUNT, WIDE)
    np.testing.assert_array_equal(picked.T, flat[:, [1079, 3, 1024]])


@pytest.mark.parametrize("which", WHICH)
def test_a_vector_leaves_no_choice(which: str) -> None:
    bench = bench_of()
    sample, position, columns = cloud(bench, "dense", which)
    assert sample.tolist() == list(range(COUNT))
    assert not position.any()
    own = activations.of(bench.network, bench.dataset.inputs, "dense")
    np.testing.assert_array_equal(columns.T, own)


def test_a_focus_has_all_positions_of_its_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of()
    monkeypatch.setattr(points, "pick", partial(points.pick, most=90))
    sample, _, _ = cloud(bench, "conv0", "positions")
    assert np.bincount(sample).tolist() == [3] * COUNT
    assert bench.ask(
        "points", layer="conv0", which="positions", position=0, samples=None
    ).facts == {
        "count": 90,
        "total": 12 * COUNT,
    }
    sample, position, columns = cloud(bench, "conv0", "positions", samples=[4, 21])
    assert sample.tolist() == [4] * 12 + [21] * 12
    assert position.tolist() == list(range(12)) * 2
    own = by_position(bench, "conv0")[[4, 21]].reshape(24, 3)
    np.testing.assert_array_equal(columns.T, own)


@pytest.mark.parametrize("which", WHICH)
def test_a_focus_holds_nobody_else(which: str) -> None:
    bench = bench_of()
    every = cloud(bench, "conv0", which, PLACE)
    few = cloud(bench, "conv0", which, PLACE, samples=[17, 2, 2])
    kept = np.isin(every[0], [2, 17])
    for found, expected in zip(few, every, strict=True):
        np.testing.assert_array_equal(found, expected[..., kept])
    for samples in ([COUNT], [-1, 3]):
        with pytest.raises(ParameterError, match="whole numbers from 0 to 29"):
            bench.ask("points", layer="conv0", which=which, position=0, samples=samples)


def test_questions_about_nothing() -> None:
    bench = bench_of()
    about: dict[str, Any] = {"layer": "conv0", "which": "position", "position": 0}
    with pytest.raises(UnknownLayerError, match="conv0"):
        bench.ask("features", **about | {"layer": "conv"})
    with pytest.raises(ParameterError, match="samples, positions, strongest, position"):
        bench.ask("features", **about | {"which": "every"})
    with pytest.raises(ParameterError, match="4 × 3 positions, 0 to 11"):
        bench.ask("points", **about | {"position": 12}, samples=None)


@pytest.mark.parametrize(
    ("layer", "which"), [("conv0", "positions"), ("conv0", "samples"), ("wide", "samples")]
)
def test_features_are_described_and_put_in_order(layer: str, which: str) -> None:
    bench = bench_of()
    sample, _, columns = cloud(bench, layer, which)
    told = bench.ask("features", layer=layer, which=which, position=0)
    numbers = columns.astype(np.float64)
    close = partial(np.testing.assert_allclose, rtol=1e-5, atol=1e-6)
    close(told.arrays["mean"], numbers.mean(axis=1))
    close(told.arrays["deviation"], numbers.std(axis=1))
    np.testing.assert_array_equal(told.arrays["low"], columns.min(axis=1))
    np.testing.assert_array_equal(told.arrays["high"], columns.max(axis=1))
    assert (told.arrays["finite"] == 1).all()
    dead = columns.min(axis=1) == columns.max(axis=1)
    assert dead.any()
    np.testing.assert_array_equal(told.arrays["dead"], dead)
    groups = [numbers[:, labels_of()[sample] == k] for k in range(3)]
    means = np.stack([group.mean(axis=1) for group in groups])
    sizes = np.array([group.shape[1] for group in groups])[:, None]
    between = (sizes * (means - numbers.mean(axis=1)) ** 2).sum(axis=0) / 2
    within = sum((group.var(axis=1) * group.shape[1]) for group in groups) / (len(sample) - 3)
    live = ~dead
    ratio = between[live] / within[live]
    np.testing.assert_allclose(told.arrays["f_ratio"][live], ratio, rtol=1e-3)
    falling = {"separation": told.arrays["f_ratio"], "variance": told.arrays["deviation"]}
    narrow = len(columns) <= 1024
    orders = [name for name in told.arrays if name.startswith("order ")]
    assert len(orders) == 3 + narrow
    for name in orders:
        order = told.arrays[name]
        assert order.dtype == np.int32
        assert sorted(order.tolist()) == list(range(len(columns)))
        how = name.removeprefix("order ")
        if how != "stored":
            assert dead[order].tolist() == sorted(dead.tolist()), "dead ones come last"
        if how in falling:
            values = falling[how][order][: live.sum()]
            assert (np.diff(values) <= 1e-6 * values[:-1]).all()
    assert told.facts["features"] == len(columns)
    assert told.facts["dead"] == dead.sum()
    # Means add nothing: the rank is that of the deviations, in units of each.
    centred = numbers[live] - numbers[live].mean(axis=1, keepdims=True)
    rank = np.linalg.matrix_rank(centred / centred.std(axis=1, keepdims=True), tol=1e-3)
    assert told.facts["rank"] == (rank if narrow else None)
    assert ("dependences" in told.facts) == narrow


def test_a_copy_depends_on_its_original() -> None:
    x = np.random.default_rng(0).random((COUNT, 12), np.float32)
    x[:, 8] = 0.5 - 2 * x[:, 3]
    bench = bench_of(network.from_keras(zoo.make("mlp")), data_of(x, labels_of()))
    told = bench.ask("features", layer="vector", which="samples", position=0)
    (one,) = told.facts["dependences"]
    assert {one["feature"], *one["on"]} == {3, 8}
    assert one["weights"] == pytest.approx([-1.0], abs=1e-5)
    assert one["explained"] == pytest.approx(1.0, abs=1e-6)
    assert told.facts["rank"] == 11


def test_an_overview_is_drawn_from_the_columns() -> None:
    bench = bench_of()
    sample, _, columns = cloud(bench, "conv0", "positions")
    found = bench.ask("overview", layer="conv0", which="positions", position=0, order="stored")
    assert found.arrays["features"].tolist() == [0, 1, 2]
    assert found.facts == {"side": 64, "shown": 360, "total": 360, "classes": 3}
    drawn = overview.draw(columns, labels_of()[sample], 3)
    np.testing.assert_array_equal(found.arrays["owner"], drawn.owner)
    np.testing.assert_array_equal(found.arrays["density"], drawn.density)
    assert set(np.unique(drawn.owner)) == {0, 1, 2, 3}


def test_a_wide_overview_shows_the_first_of_an_order() -> None:
    bench = bench_of(data=data_of(pictures(4), [0, 1, 0, 1]))
    about = {"layer": "wide", "which": "samples", "position": 0}
    told = bench.ask("features", **about)
    found = bench.ask("overview", **about, order="variance")
    first = told.arrays["order variance"][:1024]
    np.testing.assert_array_equal(found.arrays["features"], first)
    assert found.arrays["owner"].shape == found.arrays["density"].shape == (2048, 2048)
    assert found.facts["side"] == 2
    for order in ("clusters", "beauty"):
        words = f"1,080 features of layer 'wide' have no order '{order}'.*stored, separation, varia"
        with pytest.raises(ParameterError, match=words):
            bench.ask("overview", **about, order=order)


def test_fields_are_the_windows_of_the_filters() -> None:
    boxes = bench_of().ask("fields", layer="conv0").arrays["boxes"]
    rows, columns = GRID
    expected = [[r, c, r + 3, c + 3] for r in range(rows) for c in range(columns)]
    assert (boxes.dtype, boxes.tolist()) == (np.int32, expected)
    vectors = data_of(np.zeros((4, 12)), [0, 1, 2, 0])
    with pytest.raises(DataError):
        bench_of(network.from_keras(zoo.make("mlp")), vectors).ask("fields", layer="dense0")


def test_who_judges() -> None:
    half = np.where(np.arange(COUNT) < 15, labels_of(), -1)
    known = bench_of(data=data_of(pictures(), half))
    assert representations.judged(known).tolist() == half.tolist()
    blank = bench_of(data=data_of(pictures()))
    predicted = blank.network.predict(blank.dataset.inputs).argmax(axis=1)
    assert representations.judged(blank).tolist() == predicted.tolist()
    nobody = bench_of(as_embedding(), data_of(pictures()))
    assert (representations.judged(nobody) == -1).all()
    named = bench_of(as_embedding(), data_of(pictures(), half % 2, ("a", "b", "c", "d")))
    benches = (known, blank, nobody, named)
    assert [representations.classes_of(bench) for bench in benches] == [3, 3, 0, 4]


def test_without_classes_points_are_all_alike() -> None:
    bench = bench_of(as_embedding(), data_of(pictures()))
    told = bench.ask("features", layer="conv0", which="positions", position=0)
    assert np.isnan(told.arrays["f_ratio"]).all()
    found = bench.ask("overview", layer="conv0", which="positions", position=0, order="stored")
    assert found.facts["classes"] == 0
    assert set(np.unique(found.arrays["owner"])) == {0, 1}


@pytest.mark.parametrize("which", WHICH)
def test_a_single_sample(which: str) -> None:
    bench = bench_of(data=data_of(pictures(1), [2]))
    sample, _, columns = cloud(bench, "conv0", which)
    assert len(sample) == (12 if which == "positions" else 1)
    told = bench.ask("features", layer="conv0", which=which, position=0)
    assert np.isnan(told.arrays["f_ratio"]).all()
    assert told.facts["dead"] == (1 if which == "positions" else len(columns))
    found = bench.ask("overview", layer="conv0", which=which, position=0, order="stored")
    assert found.facts["shown"] == len(sample)
    assert set(np.unique(found.arrays["owner"])) == {0, 3}


@pytest.mark.parametrize("which", WHICH)
def test_a_sample_of_nan_leaves_the_others_as_they_are(which: str) -> None:
    x = pictures()
    x[4, 0, 0] = -1.0
    x[9] = -1.0
    bench = bench_of(rooted(), data_of(x, labels_of()))
    own = by_position(bench, "conv0")
    assert np.isnan(own[9]).all()
    assert 0 < np.isnan(own[4]).sum() < own[4].size
    sample, position, columns = cloud(bench, "conv0", which)
    whole = own.reshape(COUNT, -1) if which == "samples" else own[sample, position]
    np.testing.assert_array_equal(columns.T, whole)
    if which == "strongest":
        norms = np.linalg.norm(own.astype(np.float64), axis=2)
        assert position[4] == np.nanargmax(norms[4])
        assert position[9] == 0
    told = bench.ask("features", layer="conv0", which=which, position=0)
    np.testing.assert_allclose(told.arrays["mean"], np.nanmean(columns, axis=1), rtol=1e-4)
    share = np.isfinite(columns).mean(axis=1)
    np.testing.assert_allclose(told.arrays["finite"], share, rtol=1e-6)
    assert told.facts["dead"] == 0
    found = bench.ask("overview", layer="conv0", which=which, position=0, order="stored")
    assert found.arrays["density"].any()


def test_classes_that_hardly_vary_are_told_apart_without_end() -> None:
    x = np.zeros((4, 12), np.float32)
    x[:, 0] = [0.0, 1e-30, 1.0, 1.0]
    bench = bench_of(network.from_keras(zoo.make("mlp")), data_of(x, [0, 0, 1, 1]))
    told = bench.ask("features", layer="vector", which="samples", position=0)
    assert told.arrays["f_ratio"][0] == np.inf
    assert told.arrays["order separation"][0] == 0


def test_progress_is_told_and_a_cancel_goes_through() -> None:
    seen: list[float] = []

    def stop(fraction: float, text: str = "") -> None:
        raise Cancelled("Enough.")

    about: dict[str, Any] = {"layer": "conv0", "which": "strongest", "position": 0, "samples": None}
    bench_of(report=lambda fraction, text="": seen.append(fraction)).ask("points", **about)
    assert seen == [1.0]
    bench = bench_of(report=stop)
    with pytest.raises(Cancelled):
        bench.ask("points", **about)
    assert bench.address("points", **about) not in bench.store


def test_networks_share_what_is_about_the_data_alone() -> None:
    benches = [bench_of(), bench_of(as_embedding())]
    for question, shared in {"thumbnails": True, "fields": False, "class maps": False}.items():
        keys = {bench.address(question) for bench in benches}
        assert len(keys) == (1 if shared else 2), question
    other = bench_of(data=data_of(pictures(5)))
    assert other.address("thumbnails") != benches[0].address("thumbnails")
    first = benches[0].thumbnails(16)
    second = Workbench(None, None, benches[0].store, study=benches[1].study)
    assert second.thumbnails(16) is first, "looked up"
