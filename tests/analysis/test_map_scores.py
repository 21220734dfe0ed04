"""Scores against scikit-learn and against counting."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from analysis import map_scores
from analysis.errors import NotFiniteError, ParameterError, ShapeError
from analysis.inverse_map import InverseMap


def scattered(n, classes, seed=0):
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, classes, n)
    return draw.standard_normal((n, 2)) + labels[:, None], labels


@pytest.mark.parametrize(("n", "classes"), [(6, 2), (40, 3), (150, 10)])
def test_votes_are_those_of_scikit_learn(n, classes):
    places, labels = scattered(n, classes)
    found = map_scores.voted(places, labels)
    for sample in range(n):
        others = np.delete(np.arange(n), sample)
        theirs = KNeighborsClassifier(map_scores.NEIGHBOURS).fit(places[others], labels[others])
        assert found[sample] == (theirs.predict(places[sample][None])[0] == labels[sample])


def test_samples_at_one_place_vote_for_each_other_and_never_for_themselves():
    alone = map_scores.voted(np.zeros((6, 2)), np.array([0, 0, 0, 0, 0, 1]))
    assert alone.tolist() == [True] * 5 + [False]
    many = map_scores.voted(np.zeros((40, 2)), np.zeros(40, int))
    assert many.all()
    # Five pairs: whoever voted for itself would always be among two equal places.
    places = np.repeat(np.arange(6.0) * 100, 2)[:, None] * [1, 0]
    assert map_scores.voted(places, np.arange(12)).sum() == 0


def test_classes_that_lie_apart_score_one():
    labels = np.repeat([0, 1, 2], 10)
    places = np.random.default_rng(0).standard_normal((30, 2)) + 100 * labels[:, None]
    assert map_scores.voted(places, labels).mean() == 1.0


@pytest.mark.parametrize(
    ("places", "labels", "error", "says"),
    [
        (np.zeros((5, 2)), np.zeros(5), ParameterError, "need 6 samples or more; got 5"),
        (np.zeros((8, 2)), np.zeros(7), ShapeError, r"\(8, 2\) and \(7,\)"),
        (np.full((8, 2), np.nan), np.zeros(8), NotFiniteError, "finite places"),
    ],
)
def test_what_has_no_score_is_said(places, labels, error, says):
    with pytest.raises(error, match=says):
        map_scores.voted(places, labels)


def test_inverse_images_are_judged_where_samples_are_and_where_none_were():
    places, _ = scattered(60, 2, seed=3)
    labels = (places[:, 0] > 0).astype(int)
    x = np.stack([places[:, 0], -places[:, 0]], axis=1).astype(np.float32)

    def classify(flat):
        return (flat[:, 0] > flat[:, 1]).astype(int)

    inverse = InverseMap.fit(places, x, -9, 9)
    about = {"labels": labels, "classify": classify}
    assert map_scores.q_data(inverse, places, labels, classify) > 0.95
    assert map_scores.q_not_data(inverse, places, x, **about) > 0.85
    assert map_scores.q_data(inverse, places, 1 - labels, classify) < 0.05


def test_left_out_samples_are_not_seen():
    """Random images: where there were no samples, nothing is known of them."""
    draw = np.random.default_rng(0)
    places, x = draw.uniform(-5, 5, (300, 2)), draw.uniform(size=(300, 10)).astype(np.float32)
    labels = x.argmax(axis=1)
    inverse = InverseMap.fit(places, x, 0, 1, radius=0.01)
    about = {"labels": labels, "classify": lambda flat: flat.argmax(axis=1)}
    assert map_scores.q_data(inverse, places, **about) > 0.95
    assert map_scores.q_not_data(inverse, places, x, **about) < 0.5
    judged = [map_scores.q_not_data(inverse, places, x, seed=s, **about) for s in (0, 0, 1, 2)]
    assert judged[0] == judged[1]
    assert len(set(judged)) > 1


def test_one_sample_says_nothing_of_others():
    inverse = InverseMap.fit(np.zeros((1, 2)), np.ones((1, 3)), 0, 1)
    with pytest.raises(ParameterError, match="one sample is too few"):
        map_scores.q_not_data(
            inverse, np.zeros((1, 2)), np.ones((1, 3)), labels=np.zeros(1), classify=np.zeros
        )


def test_the_largest_lam_that_does_not_lose_is_proposed():
    right = np.ones(100, bool)

    def wrong(*samples):
        found = right.copy()
        found[list(samples)] = False
        return found

    # Four samples lost are two standard deviations of four coins; five are more.
    votes = [right, wrong(*range(4)), wrong(*range(5))]
    found = map_scores.largest_kept([0.2, 0.5, 0.8], votes)
    assert found.proposed == 0.5
    np.testing.assert_allclose(found.q_knn, [1.0, 0.96, 0.95])
    shuffled = map_scores.largest_kept([0.8, 0.2, 0.5], [votes[2], votes[0], votes[1]])
    assert shuffled.proposed == 0.5
    np.testing.assert_array_equal(shuffled.lams, [0.2, 0.5, 0.8])
    # Losing 20 and winning 18 others is chance.
    swapped = wrong(*range(20, 38)), wrong(*range(20))
    assert map_scores.largest_kept([0.3, 0.6], swapped).proposed == 0.6
    assert map_scores.largest_kept([0.4], [right]).proposed == 0.4
