"""What is answered about attacks, against the network itself."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
import pytest
from keras import layers as kl
from stripes import samples, striped

from analysis import dataset, network
from analysis.attacks import REGISTRY, doubts
from analysis.errors import MemoryBudgetError, ModelError, ParameterError
from analysis.types import Dataset
from analysis.workbench import Workbench


def shown(n: int = 30, **change: object) -> Dataset:
    x, labels = samples(n)
    inputs = {"picture": x}
    found = Dataset(
        name="stripes",
        split="test",
        inputs=inputs,
        labels=labels.astype(np.int64),
        class_names=("top", "middle", "bottom"),
        indices=np.arange(n),
        total=n,
        fingerprint=dataset.fingerprint(inputs, labels, ("top", "middle", "bottom")),
    )
    return dataclasses.replace(found, **change)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def net() -> network.Network:
    return network.from_keras(striped())


@pytest.fixture
def bench(net: network.Network) -> Workbench:
    return Workbench(net, shown())


def test_a_way_is_that_of_the_attack_and_what_the_network_says_on_it(bench: Workbench) -> None:
    some = [4, 9, 1, 20]
    found = bench.attack("pgd", some, 0.3, steps=6, seed=2)
    chosen = sorted(some)
    x, labels = bench.dataset.x[chosen], bench.dataset.labels[chosen]
    expected = REGISTRY["pgd"].trajectory(bench.network, x, labels, 0.3, 6, seed=2)
    np.testing.assert_array_equal(found.arrays["x"], expected.swapaxes(0, 1))
    np.testing.assert_array_equal(found.arrays["samples"], chosen)
    for place in range(4):
        said = bench.network.predict(expected[:, place])
        np.testing.assert_allclose(found.arrays["probabilities"][place], said, atol=1e-6)
    ends = bench.network.predict(expected[-1]).argmax(axis=1)
    np.testing.assert_array_equal(found.arrays["ends"], ends)
    np.testing.assert_array_equal(found.arrays["fooled"], ends != labels)
    change = (expected[-1] - x).reshape(4, -1)
    np.testing.assert_allclose(found.arrays["l2"], np.linalg.norm(change, axis=1), rtol=1e-5)
    np.testing.assert_allclose(found.arrays["linf"], np.abs(change).max(axis=1), rtol=1e-5)
    fooled = ends != labels
    assert fooled.any()
    assert found.facts["counted"] == 4
    assert found.facts["success"] == fooled.mean()
    assert found.facts["l2"] == pytest.approx(np.linalg.norm(change[fooled], axis=1).mean())


ATTACKED = {
    "attack": "pgd",
    "samples": [2, 5, 7],
    "epsilon": 0.2,
    "norm": "linf",
    "steps": 4,
    "step": None,
    "target": None,
    "seed": 0,
}


def test_attacked_samples_lie_in_the_space_of_all_samples(bench: Workbench) -> None:
    layers = [node.name for node in bench.network.graph.nodes if node.size > 1]
    wide = max(layers, key=lambda layer: bench.network.operation(layer).size)
    ways = bench.ask("attack", **ATTACKED).arrays["x"]
    for layer, most in ((layers[-1], 64), (wide, 5)):
        every = bench.tour_cloud(layer, most=most).arrays["x"]
        found = bench.attack_cloud(layer, ATTACKED, most=most)
        x = found.arrays["x"]
        assert x.shape == (3, 5, every.shape[1])
        assert found.facts["steps"] == 4
        np.testing.assert_array_equal(found.arrays["samples"], [2, 5, 7])
        np.testing.assert_allclose(x[:, 0], every[[2, 5, 7]], atol=1e-5)
        values = bench.network.run(ways[:, -1], [layer])[layer].reshape(3, -1)
        if most == 5:
            axes = bench.ask("tour axes", layer=layer, most=most).arrays
            values = (values - axes["mean"]) @ axes["directions"]
        np.testing.assert_allclose(x[:, -1], values, atol=1e-4)
        assert np.abs(x[:, -1] - x[:, 0]).max() > 1e-3


def test_samples_that_were_not_changed_are_told(bench: Workbench) -> None:
    found = bench.attack("pgd", range(4), 0.0, steps=2)
    assert "4 of 4 samples were not changed at all" in found.facts["doubts"][0]
    moved = bench.attack("pgd", range(4), 0.1, steps=2)
    assert not any("not changed" in text for text in moved.facts["doubts"])
    assert moved.facts["study"] == [bench.study.network, bench.study.data]
    assert moved.facts["asked"]["epsilon"] == 0.1


def test_where_ways_part_is_told_layer_by_layer(bench: Workbench) -> None:
    found = bench.attack("basic iterative", range(12), 0.15, steps=5)
    x, attacked = found.arrays["x"][:, 0], found.arrays["x"][:, -1]
    layers = found.facts["layers"]
    assert layers == list(bench.network.layers)
    clean, turned = (bench.network.run(some, layers) for some in (x, attacked))
    for place, layer in enumerate(layers):
        one, other = (some[layer].reshape(12, -1) for some in (clean, turned))
        share = np.linalg.norm(other - one, axis=1) / np.linalg.norm(one, axis=1)
        np.testing.assert_allclose(found.arrays["parting"][:, place], share, rtol=1e-4)
    median = np.median(found.arrays["parting"][found.arrays["fooled"] > 0], axis=0)
    parts = found.facts["parts at"]
    assert parts is not None
    after = median[layers.index(parts) :]
    assert (after >= 0.5).all()
    assert median[layers.index(parts) - 1] < 0.5


def test_samples_that_are_wrong_already_do_not_count(net: network.Network) -> None:
    data = shown()
    wrong = data.labels.copy()
    wrong[:10] = (wrong[:10] + 1) % 3
    bench = Workbench(net, dataclasses.replace(data, labels=wrong))
    found = bench.attack("basic iterative", range(30), 0.3, steps=5)
    assert found.facts["counted"] == 20
    assert found.arrays["fooled"][:10].max() == 0
    # Towards a class those count that are not there yet.
    towards = bench.attack("basic iterative", range(30), 0.4, steps=20, target=1)
    begins, ends = (towards.arrays[name] for name in ("begins", "ends"))
    assert towards.facts["counted"] == (begins != 1).sum()
    np.testing.assert_array_equal(towards.arrays["fooled"], (begins != 1) & (ends == 1))
    assert towards.facts["success"] > 0.8


def test_who_fell_stays_fallen(bench: Workbench) -> None:
    epsilons = [0.02, 0.1, 0.2, 0.4]
    found = bench.robustness("pgd", range(30), epsilons, steps=8)
    fell, into = found.arrays["fell"], found.arrays["into"]
    x, labels = bench.dataset.x, bench.dataset.labels
    for place, epsilon in enumerate(epsilons):
        still = np.flatnonzero(fell >= place)
        if not len(still):
            break
        moved = REGISTRY["pgd"].trajectory(bench.network, x[still], labels[still], epsilon, 8)[-1]
        ends = bench.network.predict(moved).argmax(axis=1)
        np.testing.assert_array_equal(ends != labels[still], fell[still] == place)
        here = fell[still] == place
        np.testing.assert_array_equal(into[still][here], ends[here])
    accuracy = found.facts["accuracy"]
    assert found.facts["epsilons"] == [0.0, *epsilons]
    assert accuracy[0] == 1.0
    assert accuracy == sorted(accuracy, reverse=True)
    assert accuracy[-1] < 0.3
    right, count = found.arrays["right"], found.arrays["count"]
    np.testing.assert_allclose(right.sum(axis=0) / count.sum(), accuracy)
    np.testing.assert_array_equal(count, [10, 10, 10])
    np.testing.assert_array_equal(into[fell == len(epsilons)], -1)


def test_an_answer_is_kept(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    first = bench.attack("momentum", [3, 1], 0.1, steps=3)
    monkeypatch.setattr(type(REGISTRY["momentum"]), "trajectory", lambda *_a, **_k: pytest.fail())
    again = bench.attack("momentum", [1, 3, 3], 0.1, steps=3)
    np.testing.assert_array_equal(again.arrays["x"], first.arrays["x"])


def test_what_cannot_be_attacked_is_said(net: network.Network, bench: Workbench) -> None:
    for samples_, words in (([], "got none"), ([30], "got 30 to 30"), ([-1], "0 to 29")):
        with pytest.raises(ParameterError, match=words):
            bench.attack("pgd", samples_, 0.1)
    with pytest.raises(ParameterError, match="No attack 'magic'; choose basic iterative"):
        bench.attack("magic", [1], 0.1)
    for epsilons in ([], [0.2, 0.1], [0.0, 0.1], [0.1, 0.1]):
        with pytest.raises(ParameterError, match="positive and ascend"):
            bench.robustness("pgd", [1], epsilons)
    with pytest.raises(ParameterError, match="no curve over epsilon"):
        bench.robustness("carlini-wagner", [1], [0.1])
    small = Workbench(net, shown(), budget=2**12)
    with pytest.raises(MemoryBudgetError, match=r"room for 0.0, enough for 0\. Attack fewer"):
        small.attack("pgd", range(30), 0.1)
    labels = np.full(30, -1)
    labels[0] = 1
    partly = Workbench(net, shown(labels=labels))
    with pytest.raises(ParameterError, match="no true class"):
        partly.attack("pgd", [0, 1], 0.1)
    # Without any true classes those are left that the network says.
    nameless = Workbench(net, shown(labels=np.full(30, -1)))
    assert nameless.attack("pgd", [0, 1], 0.3, steps=5).facts["counted"] == 2
    one, other = keras.Input((4,), name="one"), keras.Input((4,), name="other")
    both = keras.Model([one, other], kl.Dense(3, activation="softmax")(kl.Add()([one, other])))
    two = shown(inputs={name: np.zeros((30, 4), np.float32) for name in ("one", "other")})
    for ask in ("attack", "robustness"):
        with pytest.raises(ModelError, match="this network has 2"):
            more = 0.1 if ask == "attack" else [0.1]
            getattr(Workbench(network.from_keras(both), two), ask)("pgd", [1], more)


# ------------------------------------------------------------------ doubts


def of(model: keras.Model, name: str = "pgd", target: int | None = None) -> tuple[str, ...]:
    x, labels = samples(12)
    return doubts.of(network.from_keras(model), x, labels, target, REGISTRY[name])


def ending(*layers: kl.Layer, scale: float = 1.0) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((6, 6, 1)), kl.Flatten(), kl.Dense(3), *layers])
    model.set_weights([scale * weight for weight in model.get_weights()])
    return model


def test_scores_before_a_softmax_are_told_of() -> None:
    assert of(ending()) == ()
    (said,) = of(ending(kl.Softmax()))
    assert "gradients are those of the scores before" in said
    mixed = ending(kl.Softmax(), kl.Dense(3, activation="softmax"))
    assert any("scores before them" in line for line in of(mixed))
    twice = keras.Sequential([keras.Input((6, 6, 1)), kl.Flatten()])
    heads = [kl.Dense(3, activation="softmax")(twice.outputs[0]) for _ in range(2)]
    averaged = keras.Model(twice.inputs, kl.Average()(heads))
    assert any("not to be had" in line for line in of(averaged))


def test_networks_that_are_sure_are_told_of() -> None:
    said = of(ending(kl.Softmax(), scale=1000.0))
    assert any("so sure that a cross entropy gives no gradient" in line for line in said)


@pytest.mark.parametrize("target", [None, 2])
def test_gradients_that_are_lost_are_counted(target: int | None) -> None:
    keras.utils.set_random_seed(0)
    image = keras.Input((6, 6, 1))
    dead = kl.Dense(4, activation="relu", bias_initializer=keras.initializers.Constant(-100))
    model = keras.Model(image, kl.Dense(3)(dead(kl.Flatten()(image))))
    (said,) = of(model, target=target)
    assert said.startswith("The gradient of 12 of 12 samples is zero")
    assert of(model, "spsa", target) == ()
