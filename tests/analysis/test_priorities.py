"""Which samples to look at first, against sums in so many words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import priorities
from analysis.errors import ShapeError


def drawn(n: int = 40, classes: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.4), n)


def test_scores_are_those_of_the_literature() -> None:
    p = drawn()
    for k, row in enumerate(p):
        assert priorities.gini(p)[k] == pytest.approx(1 - sum(value**2 for value in row))
        first, second = sorted(row)[::-1][:2]
        assert priorities.margin(p)[k] == pytest.approx(1 - first + second)
        nats = -sum(value * math.log(value) for value in row if value > 0)
        assert priorities.entropy(p)[k] == pytest.approx(nats)


def test_who_is_sure_comes_last_and_who_guesses_first() -> None:
    p = np.array([[1.0, 0.0, 0.0], [0.6, 0.3, 0.1], [1 / 3, 1 / 3, 1 / 3]])
    for name, score in priorities.SCORES.items():
        assert priorities.ranked(score(p)).tolist() == [2, 1, 0], name
        assert score(p)[0] == pytest.approx(0.0)
    assert priorities.entropy(p)[2] == pytest.approx(math.log(3))


def test_two_classes_are_ranked_alike_by_all() -> None:
    p = drawn(classes=2)
    orders = {tuple(priorities.ranked(score(p)).tolist()) for score in priorities.SCORES.values()}
    assert len(orders) == 1


def test_networks_that_name_different_classes_come_first() -> None:
    p, q = drawn(seed=1), drawn(seed=2)
    scores = priorities.disagreement(p, q)
    differ = p.argmax(axis=1) != q.argmax(axis=1)
    assert scores[differ].min() > scores[~differ].max()
    np.testing.assert_allclose(scores, priorities.disagreement(q, p))
    np.testing.assert_allclose(priorities.disagreement(p, p), 0, atol=1e-12)
    far = priorities.disagreement(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]))
    assert far[0] == pytest.approx(1 + math.log(2))
    with pytest.raises(ShapeError, match="same classes of the same samples"):
        priorities.disagreement(p, q[:, :3])


def test_ties_keep_their_order() -> None:
    assert priorities.ranked(np.array([1.0, 2.0, 1.0, 2.0])).tolist() == [1, 3, 0, 2]


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.randoms())
def test_the_share_of_errors_is_counted(wrong: list[bool], random: object) -> None:
    order = list(range(len(wrong)))
    random.shuffle(order)  # type: ignore[attr-defined]
    found = priorities.found(np.array(order), np.array(wrong))
    for k in range(len(wrong) + 1):
        part = sum(wrong[sample] for sample in order[:k])
        assert found[k] == pytest.approx(part / sum(wrong) if any(wrong) else 1.0)


def test_an_order_is_worth_what_lies_between_chance_and_the_best() -> None:
    wrong = np.array([True, False, False, True, False])
    best, worst = np.array([0, 3, 1, 2, 4]), np.array([1, 2, 4, 0, 3])
    assert priorities.gain(best, wrong) == pytest.approx(1.0)
    assert priorities.gain(worst, wrong) == pytest.approx(-1.0)
    rng = np.random.default_rng(0)
    by_chance = [priorities.gain(rng.permutation(5), wrong) or 0.0 for _ in range(3000)]
    assert np.mean(by_chance) == pytest.approx(0.0, abs=0.05)
    assert priorities.gain(best, np.zeros(5, bool)) is None
    assert priorities.gain(best, np.ones(5, bool)) is None


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ShapeError, match="Class probabilities are"):
        priorities.gini(np.zeros(3))
    with pytest.raises(ShapeError, match="An order of all samples"):
        priorities.found(np.arange(3), np.zeros(4, bool))
