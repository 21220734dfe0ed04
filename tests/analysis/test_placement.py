"""New samples on a finished map: against UMAP's loss, and against maps that know them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.spatial.distance import cdist

from analysis import placement
from analysis.errors import NotFiniteError, ParameterError, ShapeError
from analysis.umap_layout import EXTENT, Layout, lay_out, strengths

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "reference" / "deepview" / "fisher_fashion.npz"
IMAGES = ROOT.parent / "shared" / "data" / "fashion_mnist.npz"
needs_reference = pytest.mark.skipif(
    not (REFERENCE.is_file() and IMAGES.is_file()),
    reason="needs ../shared/reference/deepview and ../shared/data",
)


def nearest(apart, k):
    near = np.argsort(apart, axis=1, kind="stable")[:, :k]
    return near.astype(np.int32), np.take_along_axis(apart, near, axis=1).astype(np.float32)


def blobs(each=40, count=3, seed=0):
    draw = np.random.default_rng(seed)
    middles = np.eye(count, 6) * 12
    x = np.repeat(middles, each, axis=0) + draw.standard_normal((each * count, 6))
    return x, np.repeat(np.arange(count), each)


def mapped(x, k=12):
    return lay_out(*nearest(cdist(x, x), k), features=x)


def loss(place, layout, near, strength):
    """Of one new sample, in units of UMAP: edges twice, five random samples for each edge."""
    samples = layout.places.astype(np.float64) / layout.unit
    squares = ((samples - place) ** 2).sum(axis=1)
    alike = 1 / (1 + layout.a * squares**layout.b)
    pull = -(strength * np.log(alike[near])).sum()
    # The force of umap-learn, 2 b / ((0.001 + d^2) (1 + a d^2b)), integrated over the distance.
    reach = np.linspace(0, 1, 400)[1:, None] ** 4 * 60
    push = 2 * layout.b * reach / ((1e-3 + reach**2) * (1 + layout.a * reach ** (2 * layout.b)))
    steps = np.diff(np.concatenate([[[0.0]], reach]), axis=0)
    potential = np.concatenate([[0.0], np.cumsum(push * steps)])
    repelled = np.interp(np.sqrt(squares), np.concatenate([[0.0], reach[:, 0]]), -potential)
    return 2 * pull + 5 * strength.sum() * repelled.mean()


def test_places_are_where_the_loss_is_least():
    x, _ = blobs()
    new = blobs(seed=1)[0][::12]
    layout = mapped(x)
    near, apart = nearest(cdist(new, x), 11)
    strength = strengths(near, apart).astype(np.float64)
    found = placement.place(layout, near, apart).astype(np.float64) / layout.unit
    samples = layout.places.astype(np.float64) / layout.unit
    missed = []
    for row, place in enumerate(found):
        about = (layout, near[row], strength[row])
        begun = strength[row] @ samples[near[row]] / strength[row].sum()
        best = minimize(loss, place, about, method="Nelder-Mead")
        missed.append(np.linalg.norm(best.x - place))
        # Between samples that lie close there is more than one least place, nearly as good.
        assert loss(place, *about) - best.fun < 0.3 * (loss(begun, *about) - best.fun) + 1e-3
    assert np.median(missed) < 0.002 * EXTENT / layout.unit


def test_new_samples_land_among_their_own():
    x, labels = blobs()
    new, theirs = blobs(seed=1)
    layout = mapped(x)
    found = placement.place(layout, *nearest(cdist(new, x), 11))
    assert found.dtype == np.float32
    assert (labels[cdist(found, layout.places).argmin(axis=1)] == theirs).all()


def left_out(layout, apart, k):
    """Every sample of a map, placed as if the map had been made without it."""
    found = np.empty_like(layout.places)
    for sample in range(len(apart)):
        others = np.delete(np.arange(len(apart)), sample)
        rest = Layout(layout.places[others], layout.unit, layout.a, layout.b)
        found[sample] = placement.place(rest, *nearest(apart[sample, others][None], k))[0]
    return found


def test_samples_left_out_come_back_to_their_places():
    x, _ = blobs()
    layout, apart = mapped(x), cdist(x, x)
    found = left_out(layout, apart, 11)
    missed = np.linalg.norm(found - layout.places, axis=1)
    assert np.median(missed) < 0.02 * EXTENT


@needs_reference
def test_samples_of_the_reference_come_back_and_held_out_ones_find_their_class():
    with np.load(REFERENCE) as given:
        fisher, euclid, index = given["fisher"], given["euclid"], given["index"]
    apart = 0.35 * fisher / fisher.max() + 0.65 * euclid / euclid.max()
    layout = lay_out(*nearest(apart, 30))
    missed = np.linalg.norm(left_out(layout, apart, 29) - layout.places, axis=1)
    assert np.median(missed) < 0.03 * EXTENT

    with np.load(IMAGES) as given:
        labels = given["y_test"][index]
    kept = np.arange(len(apart)) % 4 > 0
    layout = lay_out(*nearest(apart[np.ix_(kept, kept)], 30))
    found = placement.place(layout, *nearest(apart[np.ix_(~kept, kept)], 29))
    on_map = labels[kept][cdist(found, layout.places).argmin(axis=1)] == labels[~kept]
    in_truth = labels[kept][apart[np.ix_(~kept, kept)].argmin(axis=1)] == labels[~kept]
    assert on_map.mean() >= in_truth.mean() - 0.08


def test_a_place_depends_on_its_own_neighbours_alone():
    x, _ = blobs()
    layout = mapped(x)
    near, apart = nearest(cdist(blobs(seed=2)[0], x), 11)
    whole = placement.place(layout, near, apart)
    for some in (slice(0, 1), slice(30, 33), slice(100, 120)):
        np.testing.assert_array_equal(placement.place(layout, near[some], apart[some]), whole[some])
    order = np.arange(len(near))[::-1]
    np.testing.assert_array_equal(placement.place(layout, near[order], apart[order]), whole[order])


def test_missing_neighbours_count_for_nothing():
    x, _ = blobs()
    layout = mapped(x)
    near, apart = nearest(cdist(x[:5] + 0.5, x), 6)
    more = np.concatenate([near, np.full((5, 2), -1)], axis=1)
    nothing = np.concatenate([apart, np.zeros((5, 2), np.float32)], axis=1)
    np.testing.assert_allclose(
        placement.place(layout, more, nothing), placement.place(layout, near, apart), atol=1e-6
    )


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_neighbours_that_are_equally_near_are_no_difficulty(value):
    x, _ = blobs()
    layout = mapped(x)
    near = np.arange(8)[None]
    found = placement.place(layout, near, np.full((1, 8), value))
    middle = layout.places[:8].mean(axis=0)
    assert np.linalg.norm(found[0] - middle) < 0.1 * EXTENT


@pytest.mark.parametrize("n", [1, 2, 7])
def test_maps_whose_samples_share_a_place(n):
    layout = Layout(np.zeros((n, 2), np.float32), 1.0, 1.5, 0.9)
    found = placement.place(layout, np.arange(n)[None], np.ones((1, n)))
    assert np.isfinite(found).all()
    assert np.linalg.norm(found) < 1.0


def test_nothing_new_has_no_place():
    layout = mapped(blobs()[0])
    none = placement.place(layout, np.empty((0, 4), int), np.empty((0, 4)))
    assert none.shape == (0, 2)


@pytest.mark.parametrize(
    ("indices", "distances", "error", "says"),
    [
        ([[0, 1]], [[1.0]], ShapeError, r"\(1, 2\) and \(1, 1\)"),
        ([[0.0]], [[1.0]], ShapeError, "float64"),
        ([[5]], [[1.0]], ParameterError, "among the 2 samples of the map; got numbers up to 5"),
        ([[0], [-1]], [[1.0], [1.0]], ParameterError, "1 samples without any"),
        ([[0]], [[np.nan]], NotFiniteError, "finite"),
        ([[0]], [[-1.0]], NotFiniteError, "not negative"),
    ],
)
def test_what_cannot_be_placed_is_said(indices, distances, error, says):
    layout = Layout(np.eye(2, dtype=np.float32), 1.0, 1.5, 0.9)
    with pytest.raises(error, match=says):
        placement.place(layout, np.array(indices), np.array(distances))
