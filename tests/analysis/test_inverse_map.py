"""Inverse maps against the formula of the paper, and of degenerate layouts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import inverse_map
from analysis.errors import NotFiniteError, ParameterError, ShapeError
from analysis.inverse_map import POWER, REACH, RIDGE, InverseMap, fit_to_labels, spacing, spread


def samples(n=80, width=12, seed=0):
    """Places, and samples in [0, 1] that change smoothly with them."""
    draw = np.random.default_rng(seed)
    places = draw.uniform(-5, 5, (n, 2)).astype(np.float32)
    waves = np.sin(places @ draw.normal(size=(2, width)) * 0.4)
    return places, ((waves + 1) / 2).astype(np.float32)


def naive_weights(points, centres, radius):
    """w_i(y) = 1 / (1 + a |y - y_i|^(2 b)), scaled to 1 in sum; loops over the definition."""
    found = np.empty((len(points), len(centres)))
    a = radius ** (-2 * POWER)
    for row, y in enumerate(points.astype(np.float64)):
        for column, centre in enumerate(centres.astype(np.float64)):
            found[row, column] = 1 / (1 + a * np.linalg.norm(y - centre) ** (2 * POWER))
        found[row] /= found[row].sum()
    return found


def test_images_are_weighted_means_of_prototypes():
    places, x = samples()
    found = InverseMap.fit(places, x, 0, 1, radius=0.7)
    points = np.random.default_rng(1).uniform(-7, 7, (150, 2))
    naive = naive_weights(points, found.centres, 0.7) @ found.prototypes.astype(np.float64)
    np.testing.assert_allclose(found.images(points), np.clip(naive, 0, 1), atol=2e-5)


@pytest.mark.parametrize("centres", [80, 25, 1])
def test_prototypes_are_the_least_squares_ones(centres):
    """At the minimum of |X - W theta|^2 + ridge |theta - X_c|^2 the gradient is 0."""
    places, x = samples()
    found = InverseMap.fit(places, x, 0, 1, radius=0.5, centres=centres)
    at = [int(np.argmin(((places - centre) ** 2).sum(axis=1))) for centre in found.centres]
    assert len(at) == centres
    w = naive_weights(places, found.centres, 0.5)
    theta = found.prototypes.astype(np.float64)
    gradient = w.T @ (x - w @ theta) - RIDGE * (theta - x[at])
    assert np.abs(gradient).max() < 1e-4
    begun = w.T @ (x - w @ x[at])
    assert np.abs(gradient).max() < 0.01 * np.abs(begun).max()


def test_samples_come_back():
    places, x = samples(200)
    again = InverseMap.fit(places, x, 0, 1).images(places)
    assert np.abs(again - x).mean() < 0.02
    far = InverseMap.fit(places, x, 0, 1, radius=2.0).images(places)
    assert np.abs(again - x).mean() < np.abs(far - x).mean()


def test_places_between_samples_get_what_lies_between():
    places, x = samples(400)
    kept = np.arange(400) % 4 > 0
    found = InverseMap.fit(places[kept], x[kept], 0, 1)
    missed = np.abs(found.images(places[~kept]) - x[~kept]).mean()
    assert missed < 0.4 * np.abs(x[~kept] - x.mean(axis=0)).mean()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 200), st.integers(1, 150))
def test_an_image_depends_on_its_own_place_alone(first, count):
    places, x = samples(90, 40)
    found = InverseMap.fit(places, x, 0, 1)
    points = np.random.default_rng(2).uniform(-6, 6, (351, 2)).astype(np.float32)
    whole = found.images(points)
    part = found.images(points[first : first + count])
    np.testing.assert_array_equal(part, whole[first : first + count])


@pytest.mark.parametrize("far", [1e3, 1e12, 3e38])
def test_far_places_get_the_mean(far):
    places, x = samples()
    found = InverseMap.fit(places, x, 0, 1)
    image = found.images(np.array([[far, -far]]))
    np.testing.assert_allclose(image[0], found.prototypes.mean(axis=0).clip(0, 1), atol=2e-2)


def test_images_stay_in_range():
    places, x = samples()
    x = np.where(x > 0.5, 1.0, 0.0)  # steps: prototypes overshoot
    found = InverseMap.fit(places, x, 0.0, 1.0)
    assert found.prototypes.max() > 1.0
    images = found.images(np.random.default_rng(0).uniform(-6, 6, (500, 2)))
    assert images.min() >= 0.0
    assert images.max() <= 1.0


def test_samples_at_one_place_come_back_as_their_mean():
    places, x = samples(60)
    places[1] = places[0]
    found = InverseMap.fit(places, x, 0, 1)
    image = found.images(places[:2])
    np.testing.assert_array_equal(image[0], image[1])
    np.testing.assert_allclose(image[0], x[:2].mean(axis=0), atol=0.05)


@pytest.mark.parametrize("n", [1, 2, 50])
def test_a_map_of_one_place_gives_the_mean_everywhere(n):
    x = np.random.default_rng(0).uniform(size=(n, 5)).astype(np.float32)
    found = InverseMap.fit(np.zeros((n, 2)), x, 0, 1)
    for point in ([0.0, 0.0], [3.0, -4.0]):
        np.testing.assert_allclose(found.images(np.array([point]))[0], x.mean(axis=0), atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(1, 40), st.booleans())
def test_centres_lie_far_from_each_other(n, count, twice):
    places, _ = samples(n)
    if twice:
        places = np.concatenate([places, places])
    chosen = spread(places, count)
    assert len(np.unique(chosen)) == len(chosen)
    if len(places) <= count:
        assert chosen.tolist() == list(range(len(places)))
        return
    assert len(chosen) == min(count, n)  # a place once
    apart = np.linalg.norm(places[:, None] - places[chosen], axis=2)
    among = np.linalg.norm(places[chosen][:, None] - places[chosen], axis=2)
    np.fill_diagonal(among, np.inf)
    if len(chosen) > 1:  # else all would be nearer than two of the chosen are to each other
        assert apart.min(axis=1).max() <= among.min() * (1 + 1e-5)


def test_large_samples_get_fewer_centres(monkeypatch):
    places, x = samples(60, 16)
    monkeypatch.setattr(inverse_map, "BYTES", 20 * 16 * 4)
    found = InverseMap.fit(places, x, 0, 1)
    assert found.prototypes.shape == (20, 16)


def test_spacing_is_the_third_nearest():
    line = np.stack([np.arange(9.0), np.zeros(9)], axis=1)
    assert spacing(line) == 2.0  # two at 1, the third at 2, but for those at the ends
    assert spacing(np.concatenate([line, line])) == 2.0
    assert spacing(line[:2]) == 1.0
    assert spacing(np.zeros((4, 2))) == 1.0


def test_the_smoothest_map_that_keeps_classes_is_taken():
    places, x = samples(150)
    widest = fit_to_labels(
        places, x, 0, 1, labels=np.zeros(150), classify=lambda flat: np.zeros(len(flat))
    )
    between = spacing(places)
    assert widest.radius == pytest.approx(REACH[-1] * between)

    noisy = np.random.default_rng(0).uniform(size=x.shape).astype(np.float32)
    labels = noisy.argmax(axis=1)
    exact = fit_to_labels(
        places, noisy, 0, 1, labels=labels, classify=lambda flat: flat.argmax(axis=1)
    )
    assert exact.radius < widest.radius
    kept = (exact.images(places).argmax(axis=1) == labels).mean()
    narrow = InverseMap.fit(places, noisy, 0, 1, radius=REACH[0] * between)
    best = (narrow.images(places).argmax(axis=1) == labels).mean()
    assert kept >= best - inverse_map.DROP


def test_few_images_are_made_at_a_time():
    places, x = samples(700)
    asked = []

    def classify(flat):
        asked.append(len(flat))
        return flat.argmax(axis=1)

    found = InverseMap.fit(places, x, 0, 1)
    labels = x.argmax(axis=1)
    share = inverse_map.kept_share(found, places, labels, classify)
    assert max(asked) <= 256
    assert sum(asked) == 700
    assert share == (found.images(places).argmax(axis=1) == labels).mean()


def test_choosing_may_be_stopped():
    places, x = samples(30)

    def stop(fraction, text=""):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        fit_to_labels(
            places, x, 0, 1, labels=np.zeros(30), classify=lambda f: np.zeros(len(f)), report=stop
        )


def test_maps_survive_being_kept():
    places, x = samples()
    found = InverseMap.fit(places, x, -0.5, 1.5)
    again = InverseMap.from_arrays(found.arrays())
    np.testing.assert_array_equal(again.images(places), found.images(places))
    assert (again.low, again.high, again.radius) == (-0.5, 1.5, found.radius)


def test_no_places_get_no_images():
    places, x = samples()
    assert InverseMap.fit(places, x, 0, 1).images(np.empty((0, 2))).shape == (0, 12)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"embedding": np.zeros((5, 3))}, ShapeError, r"\(5, 3\)"),
        ({"embedding": np.zeros((4, 2))}, ShapeError, r"\(5, 2\) and \(4, 2\)"),
        ({"embedding": np.full((5, 2), np.inf)}, NotFiniteError, "Places"),
        ({"x": np.full((5, 2), np.nan)}, NotFiniteError, "Samples must be finite"),
        ({"low": 2.0}, ParameterError, "got 2 to 1"),
        ({"centres": 0}, ParameterError, "1 centre or more; got 0"),
        ({"radius": 0.0}, ParameterError, "must be positive; got 0"),
    ],
)
def test_what_cannot_be_fitted_is_said(change, error, says):
    given_ = {"embedding": np.zeros((5, 2)), "x": np.zeros((5, 2)), "low": 0.0, "high": 1.0}
    with pytest.raises(error, match=says):
        InverseMap.fit(**(given_ | change))
