"""Confusion matrix and accuracies against scikit-learn and a naive count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score

from analysis import assess
from analysis.errors import ParameterError, ShapeError

CLASSES = 5
pairs = st.lists(
    st.tuples(st.integers(-1, CLASSES - 1), st.integers(0, CLASSES - 1)), max_size=60
).map(lambda rows: np.array(rows, np.int64).reshape(-1, 2).T)


@given(pairs)
def test_confusion_counts_every_labelled_pair(pair):
    labels, predicted = pair
    naive = np.zeros((CLASSES, CLASSES), np.int64)
    for true, guess in zip(labels, predicted, strict=True):
        if true >= 0:
            naive[true, guess] += 1
    found = assess.confusion(labels, predicted, CLASSES)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, naive)


@given(pairs)
def test_all_three_agree_with_scikit_learn_on_the_labelled(pair):
    labels, predicted = pair
    known = labels >= 0
    true, guess = labels[known], predicted[known]
    shares = assess.accuracy_by_class(labels, predicted, CLASSES)
    if not len(true):
        assert np.isnan(assess.accuracy(labels, predicted))
        assert np.isnan(shares).all()
        return
    every = np.arange(CLASSES)
    np.testing.assert_array_equal(
        assess.confusion(labels, predicted, CLASSES), confusion_matrix(true, guess, labels=every)
    )
    assert assess.accuracy(labels, predicted) == pytest.approx(accuracy_score(true, guess))
    recall = recall_score(true, guess, labels=every, average=None, zero_division=np.nan)
    np.testing.assert_allclose(shares, recall)
    assert np.isnan(shares[~np.isin(every, true)]).all()


def test_small_integer_types_do_not_overflow():
    labels = np.array([199], np.uint8)
    assert assess.confusion(labels, labels, 200)[199, 199] == 1


@pytest.mark.parametrize(
    ("labels", "predicted", "classes", "error", "says"),
    [
        ([0, 1], [0], 2, ShapeError, r"\(2,\) and \(1,\)"),
        ([[0]], [[0]], 2, ShapeError, "two \\(n,\\) arrays"),
        ([0.5], [0], 2, ShapeError, "must be integers; got float64"),
        ([2], [0], 2, ParameterError, "labels must lie in -1 to 1"),
        ([-2], [0], 2, ParameterError, "labels must lie in -1 to 1"),
        ([0], [-1], 2, ParameterError, "predicted must lie in 0 to 1"),
        ([], [], 0, ParameterError, "at least one class; got 0"),
    ],
)
def test_what_does_not_fit_is_refused(labels, predicted, classes, error, says):
    with pytest.raises(error, match=says):
        assess.confusion(np.array(labels), np.array(predicted), classes)
