"""Inputs that people bring: what a network says of them, what is added, and the study with it."""

from __future__ import annotations

import dataclasses
import io
import threading
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from analysis import added, dataset, epochs, images, mutation, network, own_inputs, shelf, work
from analysis.added import GROUP
from analysis.board import Desk
from analysis.errors import DataError, ModelError, ParameterError, StudyError
from analysis.frozen_sets import FrozenSet
from analysis.home import Home
from analysis.opening import Card, find_card
from analysis.store import DiskStore, MemoryStore
from analysis.types import Array, Source, silent
from analysis.workbench import Workbench
from tests.analysis.sample_data import data_of
from tests.analysis.sample_pictures import png

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 8, 6
N = 20
ONE = [{"kind": "sketch", "text": "a sketch"}]
ABOUT = {"attack": "pgd", "samples": [3, 8, 11], "epsilon": 0.2, "norm": "linf", "steps": 4}
ABOUT |= {"step": None, "target": None, "seed": 0}


def classifier(shape: tuple[int, ...]) -> keras.Model:
    """Untrained, of three classes."""
    keras.utils.set_random_seed(1)
    image = keras.Input(shape)
    x = keras.layers.Reshape((HEIGHT, WIDTH, 1))(image) if len(shape) == 1 else image
    x = keras.layers.Conv2D(3, 3, activation="relu", name="conv0")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    return keras.Model(image, keras.layers.Dense(3, activation="softmax", name="end")(x))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Networks on grey pictures, on coloured ones and on vectors, an embedding, and their data."""
    place = tmp_path_factory.mktemp("studies")
    shapes = {"grey": (HEIGHT, WIDTH, 1), "colour": (HEIGHT, WIDTH, 3), "flat": (HEIGHT * WIDTH,)}
    for name, shape in shapes.items():
        model = classifier(shape)
        model.save(place / f"{name}.keras")
        x = RNG.integers(0, 256, (N, *shape), np.uint8).astype(np.float32) / 255
        if len(shape) == 3:
            x[:, [0, -1]] = x[:, :, [0, -1]] = 0.25  # the border
        np.savez(place / f"{name}.npz", x=x, y=np.arange(N) % 3, class_names=["a", "b", "c"])
    grey = classifier(shapes["grey"])
    point = keras.layers.Dense(2, name="point")(grey.get_layer("flatten").output)
    keras.Model(grey.inputs, point).save(place / "embedding.keras")
    return place


@pytest.fixture
def home(tmp_path: Path) -> Home:
    shelf.STUDIES.clear()
    shelf.DATA.clear()
    return Home(tmp_path / "home")


def source_of(folder: Path, name: str = "grey", data: str = "", **more: Any) -> Source:
    file = folder / f"{data or name}.npz"
    return Source(model=str(folder / f"{name}.keras"), data=str(file), **more)


def net(folder: Path, name: str = "grey") -> network.Network:
    return network.load(folder / f"{name}.keras")


def pixels(count: int, *shape: int) -> Array:
    return RNG.random((count, *(shape or (HEIGHT, WIDTH, 1))), np.float32)


def several(*_: Any) -> Any:
    """A study whose network takes two inputs."""
    return None, data_of({"one": np.zeros((5, HEIGHT, WIDTH, 1)), "two": np.zeros((5, 2))})


# ------------------------------------------------------------------------------ judging


@pytest.mark.parametrize("name", ["grey", "colour", "flat"])
@pytest.mark.parametrize("count", [1, 5])
def test_a_network_says_of_inputs_what_it_says_of_samples(
    home: Home, folder: Path, name: str, count: int
) -> None:
    source = source_of(folder, name)
    x = pixels(count, *dataset.load(source.data).x.shape[1:])
    task = {"source": dataclasses.asdict(source), "x": x.tobytes()}
    found = own_inputs.judge(home, task)
    assert found["classes"] == 3
    expected = net(folder, name).predict(x)
    assert expected.dtype == np.float32
    assert found["probabilities"] == expected.tobytes()


def test_an_embedding_says_no_classes(home: Home, folder: Path) -> None:
    source = source_of(folder, "embedding", data="grey")
    task = {"source": dataclasses.asdict(source), "x": pixels(2).tobytes()}
    assert own_inputs.judge(home, task) == {"probabilities": b"", "classes": 0}


def spoilt(value: float) -> bytes:
    x = pixels(2)
    x[1, 3, 2] = value
    return x.tobytes()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"shape \(8, 6, 1\), 192 bytes each as float32; got 0 bytes"),
        (b"x", "got 1 bytes"),
        (pixels(1).tobytes()[:-4], "got 188 bytes"),
        (pixels(1, 28, 28, 1).tobytes(), "got 3,136 bytes"),
        (spoilt(np.nan), "pixels from 0 to 1"),
        (spoilt(np.inf), "pixels from 0 to 1"),
        (spoilt(-0.001), "pixels from 0 to 1"),
        (spoilt(1.001), "pixels from 0 to 1"),
        (spoilt(255.0), "pixels from 0 to 1"),
    ],
)
def test_what_are_no_inputs_is_refused(
    home: Home, folder: Path, tmp_path: Path, content: bytes, words: str
) -> None:
    task = {"source": dataclasses.asdict(source_of(folder)), "x": content}
    with pytest.raises(DataError, match=words):
        own_inputs.judge(home, task)
    more = {"path": str(tmp_path / "added.npz"), "labels": [0], "origins": ONE}
    with pytest.raises(DataError, match=words):
        own_inputs.add_inputs(home, task | more)
    assert not (tmp_path / "added.npz").exists()


def test_networks_of_several_inputs_take_none_of_ones_own(
    home: Home, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_inputs, "load", several)
    task: dict[str, Any] = {"source": {}, "x": pixels(1).tobytes()}
    with pytest.raises(DataError, match="takes 2 inputs at once"):
        own_inputs.judge(home, task)
    with pytest.raises(DataError, match="takes 2 inputs at once"):
        own_inputs.add_inputs(home, task | {"path": str(tmp_path / "a.npz"), "labels": [0]})
    with pytest.raises(DataError, match="takes no pictures"):
        own_inputs.convert(home, task | {"files": [("a.png", png(pixels(1)[0]))]})


# ------------------------------------------------------------------------------ converting


@pytest.mark.parametrize(("name", "channels"), [("grey", 1), ("colour", 3)])
def test_pictures_are_converted_and_judged(
    home: Home, folder: Path, name: str, channels: int
) -> None:
    x = RNG.integers(0, 256, (2, HEIGHT, WIDTH, 3), np.uint8)
    clear = np.zeros((4, 4, 4), np.uint8)
    files = [("a.png", png(x[0])), ("b.png", png(x[1])), ("c.png", png(clear))]
    task = {"source": dataclasses.asdict(source_of(folder, name)), "files": files}
    found = own_inputs.convert(home, task | {"fit": "squeezed", "inverted": False})
    assert found["shape"] == [3, HEIGHT, WIDTH, channels]
    made = np.frombuffer(found["x"], np.float32).reshape(found["shape"])
    expected = x / 255
    if channels == 1:
        expected = expected @ np.array([[0.299], [0.587], [0.114]])
    np.testing.assert_allclose(made[:2], expected, atol=1e-6 if channels == 3 else 3e-3)
    np.testing.assert_allclose(made[2], 0.25, err_msg="as bright as the border of the data")
    assert found["probabilities"] == net(folder, name).predict(made).tobytes()
    assert found["classes"] == 3
    assert [note[:5] for note in found["notes"]] == ["6 x 8", "6 x 8", "4 x 4"]
    judged = own_inputs.judge(home, {"source": task["source"], "x": found["x"]})
    assert judged["probabilities"] == found["probabilities"], "they can be sent back as they are"


def test_an_embedding_is_shown_pictures_too(home: Home, folder: Path) -> None:
    source = source_of(folder, "embedding", data="grey")
    task = {"source": dataclasses.asdict(source), "files": [("a.png", png(pixels(1)[0]))]}
    found = own_inputs.convert(home, task | {"fit": "middle", "inverted": True})
    assert (found["shape"], found["probabilities"]) == ([1, HEIGHT, WIDTH, 1], b"")


def test_vectors_are_no_pictures(home: Home, folder: Path) -> None:
    source = dataclasses.asdict(source_of(folder, "flat"))
    task = {"source": source, "files": [("a.png", png(pixels(1)[0]))]}
    with pytest.raises(DataError, match=r"takes no pictures but samples of shape \(48,\)"):
        own_inputs.convert(home, task | {"fit": "middle", "inverted": False})


@pytest.mark.parametrize("count", [0, 65])
def test_so_many_pictures_are_converted_at_once(home: Home, folder: Path, count: int) -> None:
    task = {"source": dataclasses.asdict(source_of(folder)), "files": [("a.png", b"")] * count}
    with pytest.raises(
        ParameterError, match=f"1 to 64 pictures are converted at once; got {count}"
    ):
        own_inputs.convert(home, task | {"fit": "middle", "inverted": False})


def test_files_that_cannot_be_read_leave_the_others(home: Home, folder: Path) -> None:
    files = [("cat.png", b"no"), ("good.png", png(pixels(1)[0])), ("dog.png", b"")]
    task = {"source": dataclasses.asdict(source_of(folder)), "files": files}
    found = own_inputs.convert(home, task | {"fit": "middle", "inverted": False})
    assert found["shape"][0] == len(found["notes"]) == 1
    assert found["places"] == [1]
    assert [
        "'cat.png' cannot be read" in found["failed"][0],
        "'dog.png' is empty" in found["failed"][1],
    ] == [True, True]
    task["files"] = [files[0], files[2]]
    with pytest.raises(DataError, match=r"'cat\.png' cannot be read"):
        own_inputs.convert(home, task | {"fit": "middle", "inverted": False})


def test_a_ground_that_is_the_opposite_of_the_datas_is_told(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = np.ones((HEIGHT, WIDTH, 1), np.float32)
    sheet[2:4, 2:4] = 0
    task = {"source": dataclasses.asdict(source_of(folder)), "fit": "middle"}
    task["files"] = [("a.png", png(sheet))]
    monkeypatch.setattr(own_inputs, "_border", lambda _: 0.0)
    for inverted, told in ((False, True), (True, False)):
        (note,) = own_inputs.convert(home, task | {"inverted": inverted})["notes"]
        assert ("'inverted' may suit it" in note) is told


def test_ink_that_would_not_be_seen_lies_on_the_other_ground() -> None:
    drawing = np.zeros((8, 8, 4), np.uint8)
    drawing[2:6, 3:5, 3] = 255  # black on nothing
    file = io.BytesIO()
    Image.fromarray(drawing).save(file, "PNG")
    for inverted in (False, True):
        x, note = images.converted(
            file.getvalue(), "a.png", (8, 8, 1), fit="middle", inverted=inverted, empty=0.0
        )
        assert x[2:6, 3:5].mean() == float(inverted)
        assert x[0].mean() == 1 - float(inverted)
        assert f"drawn as {0 if inverted else 1}" in note


# ------------------------------------------------------------------------------ adding


def adding(source: Source, path: Path, x: Array, **more: Any) -> dict[str, Any]:
    origins = [{"kind": "sketch", "text": f"number {k}"} for k in range(len(x))]
    task = {"source": dataclasses.asdict(source), "path": str(path), "x": x.tobytes()}
    return task | {"labels": [0] * len(x), "origins": origins} | more


@pytest.fixture
def path(home: Home) -> Path:
    return home.added / f"{'a' * 64}.npz"


def test_inputs_are_added_behind_those_before(home: Home, folder: Path, path: Path) -> None:
    first, second = pixels(1), pixels(2)
    before = time.time()
    one = adding(source_of(folder), path, first, labels=[2])
    assert own_inputs.add_inputs(home, one) == {"count": 1}
    two = [{"kind": "picture", "text": "cät.png"}, {"kind": "sketch", "of": 7}]
    more = adding(source_of(folder), path, second, labels=[-1, 1], origins=two)
    assert own_inputs.add_inputs(home, more) == {"count": 3}
    found = added.read(path)
    np.testing.assert_array_equal(found.x, np.concatenate([first, second]))
    assert found.labels.tolist() == [2, -1, 1]
    assert [origin["kind"] for origin in found.origins] == ["sketch", "picture", "sketch"]
    assert [origin["text"] for origin in found.origins] == ["number 0", "cät.png", ""]
    assert found.origins[2]["of"] == 7
    assert all(before <= origin["created"] <= time.time() for origin in found.origins)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"labels": []}, "Each of 1 inputs has a class from 0 to 2"),
        ({"labels": [0, 0]}, "Each of 1 inputs"),
        ({"labels": [3]}, "class from 0 to 2, -1 for none"),
        ({"labels": [-2]}, "class from 0 to 2, -1 for none"),
        ({"origins": []}, "where 0 came from"),
        ({"origins": ONE * 2}, "where 2 came from"),
        ({"origins": [None]}, "one of sketch, picture, attack"),
        ({"origins": [{"text": "a"}]}, "one of sketch, picture, attack"),
        ({"origins": [{"kind": "dream"}]}, "one of sketch, picture, attack"),
        ({"origins": [{"kind": ["sketch"]}]}, "one of sketch, picture, attack"),
        ({"origins": [{"kind": "sketch", "text": "a" * 201}]}, "at most 200 visible letters"),
        ({"origins": [{"kind": "sketch", "text": "a\nb"}]}, "at most 200 visible letters"),
    ],
)
def test_what_is_not_wholly_told_is_not_added(
    home: Home, folder: Path, path: Path, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        own_inputs.add_inputs(home, adding(source_of(folder), path, pixels(1), **more))
    assert not path.exists()


def test_two_who_add_at_once_lose_nothing(home: Home, folder: Path, path: Path) -> None:
    source = source_of(folder)
    shelf.load(home, source, silent)
    tasks = [adding(source, path, pixels(1), labels=[k % 3]) for k in range(8)]
    threads = [threading.Thread(target=own_inputs.add_inputs, args=(home, t)) for t in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {x.tobytes() for x in added.read(path).x}
    assert found == {task["x"] for task in tasks}


@pytest.mark.parametrize("name", ["grey", "flat"])
def test_a_sample_after_a_step_of_an_attack_is_added(
    home: Home, folder: Path, path: Path, name: str
) -> None:
    source = source_of(folder, name)
    bench = shelf.open_bench(home, DiskStore(home), source)
    way = bench.ask("attack", **ABOUT).arrays["x"]
    origin = {"kind": "attack", "text": "sample 8 after step 2 of pgd", "sample": 8, "step": 2}
    task = {"source": dataclasses.asdict(source), "path": str(path), "origins": [origin]}
    task |= {"key": bench.address("attack", **ABOUT), "row": 1, "step": 2, "labels": [1]}
    assert own_inputs.add_inputs(home, task) == {"count": 1}
    found = added.read(path)
    data = dataset.load(source.data)
    assert found.x.shape[1:] == data.x.shape[1:]
    np.testing.assert_array_equal(found.x.ravel(), way[1, 2].ravel())
    assert 0 < np.abs(found.x[0] - data.x[8]).max() <= 0.2 + 1e-6
    assert found.origins[0]["step"] == 2
    with pytest.raises(ParameterError, match="not kept any more"):
        own_inputs.add_inputs(home, task | {"key": "0" * 64})


# ------------------------------------------------------------------------------ the study


def card_of(home: Home, source: Source) -> Card:
    work.open_study(Desk(home, "job"), {"source": dataclasses.asdict(source)})
    card = find_card(DiskStore(home), source)
    assert card is not None
    return card


def predictions(home: Home, card: Card) -> Array:
    """What was kept of a study, as the web process finds it."""
    bench = Workbench(None, None, DiskStore(home), study=card.study)
    return bench.predictions().arrays["probabilities"]


def test_a_study_has_what_was_added_behind_its_samples(
    home: Home, folder: Path, path: Path
) -> None:
    plain, x = source_of(folder), pixels(3)
    own_inputs.add_inputs(home, adding(plain, path, x, labels=[2, -1, 0]))
    before = card_of(home, plain)
    card = card_of(home, dataclasses.replace(plain, added=str(path)))
    assert (card.n, card.total) == (N + 3, N + 3)
    assert card.groups == {GROUP: (N, N + 1, N + 2)}
    assert card.base == before.study.data == card.saved_under == before.saved_under
    assert card.study.network == before.study.network
    assert card.study.data != before.study.data
    assert card.labels.tolist() == [*before.labels.tolist(), 2, -1, 0]
    assert any("3 added samples stand behind" in note for note in card.notes)
    whole = np.concatenate([dataset.load(plain.data).x, x])
    np.testing.assert_array_equal(predictions(home, card), net(folder).predict(whole))
    assert (before.n, before.base, before.groups) == (N, "", {})


def test_a_new_process_sees_the_same_study(home: Home, folder: Path, path: Path) -> None:
    plain = source_of(folder)
    own_inputs.add_inputs(home, adding(plain, path, pixels(2)))
    source = dataclasses.replace(plain, added=str(path), frozen=FrozenSet({"conv0": (1,)}).text)
    card = card_of(home, source)
    shelf.STUDIES.clear()
    shelf.DATA.clear()
    opened, data = shelf.load(home, source, silent)
    assert (opened.fingerprint, data.fingerprint) == (card.study.network, card.study.data)


def test_more_samples_are_another_study(home: Home, folder: Path, path: Path) -> None:
    plain = source_of(folder)
    source = dataclasses.replace(plain, added=str(path))
    own_inputs.add_inputs(home, adding(plain, path, pixels(1)))
    one = card_of(home, source)
    own_inputs.add_inputs(home, adding(source, path, pixels(1)))
    assert find_card(DiskStore(home), source) is None
    two = card_of(home, source)
    assert (one.n, two.n) == (N + 1, N + 2)
    assert one.study.data != two.study.data
    assert one.base == two.base


@pytest.mark.parametrize("means", [False, True])
@pytest.mark.parametrize("more", [False, True])
def test_a_network_without_filters_is_the_mutant(
    home: Home, folder: Path, path: Path, means: bool, more: bool
) -> None:
    plain = source_of(folder)
    x = own = dataset.load(plain.data).x
    filters = {"conv0": (0, 2), "flatten": (5,)}
    source = dataclasses.replace(plain, frozen=FrozenSet(filters, means, "some").text)
    if more:
        own_inputs.add_inputs(home, adding(plain, path, extra := pixels(4)))
        source, x = dataclasses.replace(source, added=str(path)), np.concatenate([x, extra])
    whole = net(folder)
    # What is added leaves the network as it is.
    given = mutation.means(whole, own, filters) if means else None
    mutant = mutation.freeze(whole, filters, given)
    card = card_of(home, source)
    assert card.study.network == mutant.fingerprint != whole.fingerprint
    assert card.n == len(x)
    assert card.title.endswith("3 filters frozen")
    assert FrozenSet(filters, means).sentence in card.notes
    np.testing.assert_array_equal(predictions(home, card), mutant.predict(x))
    assert np.abs(predictions(home, card) - whole.predict(x)).max() > 1e-3


@pytest.mark.parametrize(
    ("frozen", "words"),
    [
        ("{", "no JSON"),
        ('{"filters": {}}', "No filter is frozen"),
        ('{"filters": {"conv9": [0]}}', "Did you mean 'conv0'"),
        ('{"filters": {"conv0": [3]}}', "has the filters 0 to 2"),
        ('{"filters": {"prediction": [0]}}', "is the prediction"),
    ],
)
def test_what_cannot_be_frozen_is_said(home: Home, folder: Path, frozen: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        card_of(home, source_of(folder, frozen=frozen))


def test_a_mutant_judges_without_its_filters(home: Home, folder: Path) -> None:
    x = pixels(3)
    source = source_of(folder, frozen=FrozenSet({"conv0": (1,)}).text)
    task = {"source": dataclasses.asdict(source), "x": x.tobytes()}
    expected = mutation.freeze(net(folder), {"conv0": [1]}).predict(x)
    assert own_inputs.judge(home, task)["probabilities"] == expected.tobytes()


@pytest.mark.parametrize("change", ["frozen", "added", "both"])
def test_what_was_recorded_is_not_that_of_a_variant(
    home: Home, folder: Path, path: Path, tmp_path: Path, change: str
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    file, samples = run / f"epoch-000{epochs.NETWORK}", run / epochs.SAMPLES
    file.write_bytes((folder / "grey.keras").read_bytes())
    samples.write_bytes((folder / "grey.npz").read_bytes())
    told = {"network": net(folder).fingerprint, "data": dataset.load(samples).fingerprint}
    wrong = np.full((N, HEIGHT - 2, WIDTH - 2, 3), 7, np.float32)
    np.savez(epochs.outputs_beside(file), **told, **{"layer conv0": wrong})
    plain = Source(model=str(run), data=str(samples))
    assert list(shelf.open_bench(home, MemoryStore(), plain).at_hand) == ["conv0"]
    own_inputs.add_inputs(home, adding(plain, path, pixels(1)))
    more = {"frozen": FrozenSet({"flatten": (1,)}).text, "added": str(path)}
    more = more if change == "both" else {change: more[change]}
    bench = shelf.open_bench(home, MemoryStore(), dataclasses.replace(plain, **more))
    assert dict(bench.at_hand) == {}
    assert bench.order("conv0").shape == (len(bench.dataset),)


@pytest.fixture
def history(tmp_path: Path) -> Source:
    """What a network said in two epochs, without the network."""
    said = np.full((2, N, 3), 1 / 3, np.float32)
    place = tmp_path / "history.npz"
    np.savez(place, softmax_test=said, labels_test=np.arange(N) % 3, class_names=["a", "b", "c"])
    return Source(model=str(place), data=str(place))


@pytest.mark.parametrize("change", ["frozen", "added"])
def test_what_a_network_said_has_no_variants(
    home: Home, folder: Path, path: Path, history: Source, change: str
) -> None:
    own_inputs.add_inputs(home, adding(source_of(folder), path, pixels(1)))
    more = {"frozen": FrozenSet({"recorded": (1,)}).text, "added": str(path)}
    assert card_of(home, history).n == N
    with pytest.raises(ModelError, match="There is no network here"):
        card_of(home, dataclasses.replace(history, **{change: more[change]}))


def test_nothing_is_shown_to_a_network_that_is_not_there(
    home: Home, path: Path, history: Source
) -> None:
    one = np.ones((1, 1), np.float32)
    task = adding(history, path, one)
    with pytest.raises(ModelError, match="nothing can be shown to it"):
        own_inputs.judge(home, task)
    with pytest.raises(ModelError, match="nothing can be shown to it"):
        own_inputs.add_inputs(home, task)
    assert not path.exists()
