"""Every attack of the registry: what all of them keep to, and where CleverHans ends."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from cleverhans.tf2.attacks import (
    basic_iterative_method as basic,
)
from cleverhans.tf2.attacks import (
    carlini_wagner_l2 as carlini,
)
from cleverhans.tf2.attacks import (
    fast_gradient_method as fast,
)
from cleverhans.tf2.attacks import (
    madry_et_al,
    projected_gradient_descent,
    spsa,
)
from cleverhans.tf2.attacks import (
    momentum_iterative_method as momentum,
)
from keras import layers as kl
from stripes import SIDE, samples, striped

from analysis import network
from analysis.attacks import REGISTRY, carlini_wagner, kinds, norms
from analysis.attacks.problem import odds
from analysis.errors import Cancelled, ModelError, ParameterError

CASES = [(name, norm) for name, attack in REGISTRY.items() for norm in attack.norms]
ORDERS = {"linf": np.inf, "l2": 2, "l1": 1}
EASY = {"linf": 0.4, "l2": 2.5, "l1": 40.0}


@pytest.fixture(scope="module")
def net() -> network.Network:
    return network.from_keras(striped())


@pytest.fixture(scope="module")
def soft() -> network.Network:
    """The same, but never sure: so that a cross entropy has a gradient everywhere."""
    model = striped()
    weights = model.get_layer("end").get_weights()
    model.get_layer("end").set_weights([0.1 * weight for weight in weights])
    return network.from_keras(model)


def run(name: str, net: network.Network, n: int = 9, **more: object) -> np.ndarray:
    x, labels = samples(n)
    norm = str(more.get("norm", REGISTRY[name].norms[0]))
    wanted = {"epsilon": EASY.get(norm, 1.0), "steps": 12, **more}
    return REGISTRY[name].trajectory(net, x, labels, **wanted)  # type: ignore[arg-type]


def test_there_is_every_attack_of_the_library() -> None:
    assert set(REGISTRY) == {
        *("fast gradient", "basic iterative", "momentum", "pgd", "madry"),
        *("carlini-wagner", "spsa"),
    }
    for name, attack in REGISTRY.items():
        assert attack.name == name
        assert attack.title
        assert attack.text.endswith(".")
        assert attack.source


@pytest.mark.parametrize(("name", "norm"), CASES)
def test_a_way_begins_at_the_samples_and_stays_in_the_ball(
    net: network.Network, name: str, norm: str
) -> None:
    x, labels = samples(9)
    assert (net.predict(x).argmax(axis=1) == labels).all()
    small = EASY[norm] / 4
    found = run(name, net, norm=norm, epsilon=small)
    assert found.shape == (13, *x.shape)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[0], x)
    assert found.min() >= 0
    assert found.max() <= 1
    if REGISTRY[name].bounded:
        for step in found:
            assert norms.lengths(step - x, norm).max() <= small * (1 + 1e-5)


@pytest.mark.parametrize(("name", "norm"), CASES)
def test_classes_are_left_and_targets_reached(net: network.Network, name: str, norm: str) -> None:
    x, labels = samples(9)
    left = run(name, net, norm=norm, steps=30)[-1]
    if norm == "l1":  # a single value
        own = np.arange(9), labels
        assert (net.predict(left)[own] < net.predict(x)[own]).all()
        return
    assert (net.predict(left).argmax(axis=1) != labels).mean() > 0.8
    reached = run(name, net, norm=norm, steps=30, target=1)[-1]
    assert (net.predict(reached).argmax(axis=1) == 1).mean() > 0.8
    assert net.predict(reached)[:, 1].mean() > net.predict(x)[:, 1].mean()


@pytest.mark.parametrize("name", REGISTRY)
def test_a_seed_gives_the_same_way_whoever_is_attacked_beside(
    net: network.Network, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = run(name, net, seed=3)
    np.testing.assert_array_equal(run(name, net, seed=3), one)
    np.testing.assert_allclose(run(name, net, n=4, seed=3), one[:, :4], atol=1e-4)
    monkeypatch.setattr(kinds, "CHUNK", 4)
    np.testing.assert_allclose(run(name, net, seed=3), one, atol=1e-4)
    if name in ("pgd", "spsa"):
        assert np.abs(run(name, net, seed=4)[1] - one[1]).max() > 0.01


@pytest.mark.parametrize("name", REGISTRY)
def test_it_says_how_far_it_is_and_can_be_stopped(net: network.Network, name: str) -> None:
    heard: list[float] = []
    run(name, net, report=lambda share, _text="": heard.append(share))
    assert heard == sorted(heard)
    assert len(heard) >= 12
    assert heard[0] < 0.1
    assert heard[-1] == 1.0

    def stop(_share: float, _text: str = "") -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        run(name, net, report=stop)


@pytest.mark.parametrize("name", REGISTRY)
def test_what_makes_no_sense_is_said(net: network.Network, name: str) -> None:
    attack = REGISTRY[name]
    for wrong, words in (
        ({"norm": "l7"}, "is measured in"),
        ({"epsilon": -0.1}, "epsilon of 0 or more"),
        ({"epsilon": np.inf}, "epsilon of 0 or more"),
        ({"steps": 0}, "1 step or more"),
    ):
        with pytest.raises(ParameterError, match=words):
            run(name, net, **{"norm": attack.norms[0]} | wrong)
    if attack.bounded:
        with pytest.raises(ParameterError, match="no further than epsilon"):
            run(name, net, epsilon=0.1, step=0.2)


def test_a_network_without_gradient_is_attacked_by_guessing() -> None:
    image = keras.Input(SIDE)
    dense = kl.Dense(3, activation="softmax")
    rounded = keras.ops.round(40 * image) / 40
    model = keras.Model(image, dense(kl.Flatten()(rounded)))
    weights = np.repeat(np.eye(3, dtype=np.float32), 12, axis=0)
    dense.set_weights([weights, np.zeros(3, np.float32)])
    stairs = network.from_keras(model)
    x, labels = samples(6)
    for name, attack in REGISTRY.items():
        if not attack.gradient:
            found = attack.trajectory(stairs, x, labels, 0.3, 40)
            assert (stairs.predict(found[-1]).argmax(axis=1) != labels).all(), name


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="taken"):
        kinds.attack("pgd", title="", text="", source="")(lambda _problem, _plan: iter(()))


# ------------------------------------------------------------------ lengths


@pytest.mark.parametrize("norm", norms.NORMS)
def test_the_steepest_step_is_the_best_of_its_length(norm: str) -> None:
    rng = np.random.default_rng(0)
    gradient = rng.standard_normal((3, 2, 5))
    best = norms.steepest(gradient, norm, 0.7)
    np.testing.assert_allclose(norms.lengths(best, norm), 0.7)
    gain = (best * gradient).sum(axis=(1, 2))
    for _ in range(500):
        other = rng.standard_normal(gradient.shape)
        other *= 0.7 / norms.lengths(other, norm)[:, None, None]
        assert ((other * gradient).sum(axis=(1, 2)) <= gain + 1e-12).all()


def test_a_ball_is_filled_evenly() -> None:
    """Of d dimensions the share of a ball within r is r^d."""
    chance = kinds.Chance(0, 0, 4000)
    for norm in ("linf", "l2"):
        far = norms.lengths(norms.anywhere((2, 2), norm, 2.0, chance), norm) / 2.0
        shares = np.quantile(far**4, [0.25, 0.5, 0.75])
        np.testing.assert_allclose(shares, [0.25, 0.5, 0.75], atol=0.04)
        assert far.max() <= 1 + 1e-6


# ------------------------------------------------------------------ the library


@pytest.mark.parametrize("sure", [False, True])
@pytest.mark.parametrize("targeted", [False, True])
@pytest.mark.parametrize(
    "case", [case for case in CASES if case[0] not in ("spsa", "carlini-wagner")]
)
def test_it_ends_where_the_library_does(
    request: pytest.FixtureRequest,
    case: tuple[str, str],
    targeted: bool,
    sure: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its own loss where the network is not sure, else by the one that does not vanish then."""
    name, norm = case
    net: network.Network = request.getfixturevalue("net" if sure else "soft")
    if sure:
        monkeypatch.setattr(tf.nn, "sparse_softmax_cross_entropy_with_logits", told_of_odds)
    x, labels = samples(9)
    epsilon, steps, seed = EASY[norm] / 3, 7, 5
    about = {"clip_min": 0.0, "clip_max": 1.0, "targeted": targeted}
    aims = np.full(9, 1) if targeted else labels
    about["y"] = tf.constant(aims, tf.int64)
    begun = (net.scores(9), tf.constant(x))

    def drawn(_shape: object, _norm: object, radius: float, dtype: object) -> object:
        chance = kinds.Chance(seed, 0, 9)
        return tf.constant(norms.anywhere(SIDE, norm, float(radius), chance), dtype)

    monkeypatch.setattr(projected_gradient_descent, "random_lp_vector", drawn)
    about["norm"] = ORDERS[norm]
    walk = {"eps": epsilon, "eps_iter": epsilon / 4, "nb_iter": steps} | about
    quiet = {"sanity_checks": False}
    if name == "fast gradient":
        expected = fast.fast_gradient_method(*begun, eps=epsilon, **about)
    elif name == "basic iterative":
        expected = basic.basic_iterative_method(*begun, **walk, **quiet)
    elif name == "momentum":
        expected = momentum.momentum_iterative_method(*begun, **walk, **quiet)
    elif name == "pgd":
        expected = projected_gradient_descent.projected_gradient_descent(
            *begun, rand_init=True, **walk
        )
    else:
        expected = madry_et_al.madry_et_al(*begun, **walk, **quiet)
    found = run(
        *(name, net),
        norm=norm,
        epsilon=epsilon,
        steps=steps,
        step=epsilon / 4,
        seed=seed,
        target=1 if targeted else None,
    )
    np.testing.assert_allclose(found[-1], expected, atol=2e-5)


def told_of_odds(labels: object, logits: object, name: str | None = None) -> object:
    return odds(labels, logits)


class Kept:
    """Adam of Keras 3, as the library knows optimisers: its variables are a function."""

    def __init__(self, rate: float) -> None:
        self.adam = keras.optimizers.Adam(rate)

    def variables(self) -> list[object]:
        return list(self.adam.variables) if self.adam.built else []

    def apply_gradients(self, pairs: object) -> None:
        self.adam.apply_gradients(pairs)


def test_one_search_ends_where_that_of_the_library_does(
    net: network.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sample by sample, because the library mixes the constants of samples; and counts each once
    for every value."""
    x, labels = samples(4)
    constant = 0.02 * x[0].size
    monkeypatch.setattr(carlini_wagner, "SEARCHES", 1)
    monkeypatch.setattr(carlini_wagner, "FIRST", constant)
    monkeypatch.setattr(tf.keras.optimizers, "Adam", Kept)
    expected = [
        carlini.CarliniWagnerL2(
            net.scores(1),
            y=np.array([(label + 1) % 3]),
            binary_search_steps=1,
            max_iterations=60,
            abort_early=False,
            initial_const=0.02,
            learning_rate=carlini_wagner.RATE,
        ).attack(x[k : k + 1])[0]
        for k, label in enumerate(labels)
    ]
    for k, label in enumerate(labels):
        found = REGISTRY["carlini-wagner"].trajectory(
            net, x[k : k + 1], labels[k : k + 1], 0.0, 60, target=int(label + 1) % 3
        )
        np.testing.assert_allclose(found[-1, 0], expected[k], atol=1e-4)
        assert np.abs(found[-1, 0] - x[k]).max() > 0.01


def test_searching_finds_nearer_samples(
    net: network.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, labels = samples(9)
    near = run("carlini-wagner", net, steps=60)[-1]
    assert (net.predict(near).argmax(axis=1) != labels).all()
    monkeypatch.setattr(carlini_wagner, "SEARCHES", 1)
    monkeypatch.setattr(carlini_wagner, "FIRST", 50.0)
    once = run("carlini-wagner", net, steps=60)[-1]
    assert (norms.lengths(near - x, "l2") <= norms.lengths(once - x, "l2") + 1e-6).all()


def test_spsa_ends_where_that_of_the_library_does(
    net: network.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its optimiser does not run under Keras 3; given what it begins with, its steps do."""
    x, labels = samples(2)

    def begin(self: object, lr: float, delta: float, num_samples: int, num_iters: int) -> None:
        self.__dict__ |= {"_delta": delta, "_num_samples": num_samples // 2}
        self.__dict__ |= {"_num_iters": num_iters, "lr": lr, "epsilon": 1e-9}
        self.__dict__ |= {"beta_1": 0.9, "beta_2": 0.999, "_compare_to_analytic_grad": False}

    monkeypatch.setattr(spsa.SPSAAdam, "__init__", begin)
    monkeypatch.setattr(spsa.SPSAAdam, "__setattr__", object.__setattr__, raising=False)
    for k, label in enumerate(labels):
        random = np.random.default_rng([7, k])

        def uniform(shape: object, minval: float, maxval: float, dtype: object) -> object:
            size = tuple(int(one) for one in shape)  # type: ignore[attr-defined]
            size = size[1:] if size[0] == 1 else size
            unit = random.uniform(-1, 1, size).astype(np.float32)  # noqa: B023
            return tf.constant(np.float32(maxval) * unit.reshape(tuple(shape)), dtype)  # type: ignore[arg-type]

        # The library draws inside of a loop that is compiled; eagerly it draws at every step.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tf.random, "uniform", uniform)
            expected = spsa.spsa(
                net.scores(128),
                tf.constant(x[k : k + 1]),
                tf.constant([label]),
                0.2,
                5,
                clip_min=0.0,
                clip_max=1.0,
            )
        both = REGISTRY["spsa"].trajectory(net, x, labels, 0.2, 5, seed=7)
        np.testing.assert_allclose(both[-1, k], expected[0], atol=1e-4)


def test_a_network_that_rounds_has_no_gradient_to_follow() -> None:
    words = keras.Input((6,), dtype="int32", name="words")
    y = kl.Dense(2, activation="softmax")(kl.Flatten()(kl.Embedding(5, 4)(words)))
    whole = network.from_keras(keras.Model(words, y))
    with pytest.raises(ModelError, match="Try SPSA"):
        REGISTRY["pgd"].trajectory(whole, np.ones((1, 6)), np.array([0]), 0.1)
