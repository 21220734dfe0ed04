"""Answers of a classifier at places of the plane: what they become, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import decisions
from analysis.errors import NotFiniteError, ParameterError, ShapeError


def test_certainty_runs_from_guessing_to_saturation():
    answers = np.array([[0.25] * 4, [1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 1 - 1e-7, 1e-7]])
    labels, certainty, top = decisions.decided(lambda points: answers, np.zeros((4, 2)))
    np.testing.assert_array_equal(labels, [0, 0, 0, 2])  # the first of equals
    np.testing.assert_allclose(certainty, [0, 1, 0.5, 1], atol=2e-6)
    np.testing.assert_allclose(top, [0.25, 1, 0.5, 1], atol=1e-6)
    label, certainty, top = decisions.decided(lambda points: np.ones((3, 1)), np.zeros((3, 2)))
    assert label.tolist() == [0, 0, 0]
    assert certainty.tolist() == top.tolist() == [1, 1, 1]
    label, certainty, top = decisions.decided(lambda points: np.ones((0, 1)), np.zeros((0, 2)))
    assert len(label) == len(certainty) == len(top) == 0


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        (np.ones, ShapeError, "classes"),
        (lambda m: np.full((m + 1, 2), 0.5), ShapeError, "expected"),
        (lambda m: np.ones((m, 0)), ParameterError, "classes"),
        (lambda m: np.full((m, 2), np.nan), NotFiniteError, "16 of 16"),
        (lambda m: np.full((m, 2), 0.7), ParameterError, "sum to 1"),
        (lambda m: np.tile([1.5, -0.5], (m, 1)), ParameterError, "negative"),
    ],
)
def test_answers_that_are_no_probabilities_are_refused(answers, error, words):
    with pytest.raises(error, match=words):
        decisions.decided(lambda points: answers(len(points)), np.zeros((16, 2)))


def test_answers_with_other_classes_later_are_refused(monkeypatch):
    monkeypatch.setattr(decisions, "AT_ONCE", 4)
    sizes = iter((2, 2, 3, 2))

    def decide(points):
        classes = next(sizes)
        return np.full((len(points), classes), 1 / classes)

    with pytest.raises(ShapeError, match=r"\(4, 2\)"):
        decisions.decided(decide, np.zeros((16, 2)))
