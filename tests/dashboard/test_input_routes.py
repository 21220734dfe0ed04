"""Inputs that browsers send, which may have been made up; a stand-in for the worker answers."""

from __future__ import annotations

import dataclasses
import gc
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_site import FORGED, HUGE, MARKUP, WISH, N, Site
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from analysis import added
from analysis.added import Added
from analysis.engine import Engine
from analysis.errors import DataError
from analysis.home import Home
from analysis.opening import identity
from analysis.types import Array, Result, Study
from dashboard import inputs, variants
from dashboard.server import MAX_REQUEST
from dashboard.settings import Settings
from dashboard.studies import Studies

LOCAL = {"Host": "127.0.0.1:8050"}
SAID = np.arange(6, dtype=np.float32) / 7
PIXELS = np.arange(32, dtype=np.float32).reshape(2, 4, 4, 1) / 32
SKETCHES = {"kind": "sketch", "texts": ["one", "two"], "labels": [2, -1]}

Asked = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What workers are asked."""
    calls: Asked = []

    def call(name: str, task: dict[str, Any]) -> dict[str, Any]:
        calls.append((name, task))
        if name == "judge":
            return {"probabilities": SAID.tobytes(), "classes": 3}
        if name == "convert":
            told = {"shape": [2, 4, 4, 1], "notes": ["6 × 8 PNG.", "inverted."], "classes": 3}
            told |= {"places": [0, 2], "failed": ["Image 'b' is broken."]}
            return told | {"x": PIXELS.tobytes(), "probabilities": SAID.tobytes()}
        assert name == "add_inputs"
        path, labels = Path(task["path"]), np.asarray(task["labels"], np.int64)
        x = np.frombuffer(task.get("x", PIXELS[:1].tobytes()), np.float32).reshape(-1, 4, 4, 1)
        origins = tuple(origin | {"created": 5.5} for origin in task["origins"])
        whole = added.read(path).and_more(Added(x, labels, origins))
        added.write(path, whole)
        return {"count": len(whole)}

    monkeypatch.setattr(site.studies.engine, "call", call)
    return calls


def post(
    site: Site, act: str, wish: Any = WISH, x: Any = PIXELS, files: Any = (), **form: Any
) -> Any:
    """Send a form; what is text already stands in it as it is."""
    headers = form.pop("headers", {})
    data: dict[str, Any] = {
        name: given if isinstance(given, str) else json.dumps(given)
        for name, given in ({"wish": wish} | form).items()
    }
    if x is not None:
        content = x if isinstance(x, bytes) else x.tobytes()
        data["x"] = FileStorage(io.BytesIO(content), "x")
    data["file"] = [FileStorage(io.BytesIO(content), name) for name, content in files]
    boundary, body = encode_multipart(MultiDict(data))
    kind = f"multipart/form-data; boundary={boundary}"
    return site.client.post(f"/inputs/{act}", data=body, headers=LOCAL | headers, content_type=kind)


def get(site: Site, path: str = "/inputs", **query: Any) -> Any:
    return site.client.get(path, query_string=WISH | query, headers=LOCAL)


def refused(answer: Any, words: str = "", status: int = 422) -> None:
    """An answer in plain words, which no browser reads as a page."""
    assert answer.status_code == status, answer.text[:200]
    assert answer.mimetype == "text/plain"
    assert words in answer.text
    assert 20 < len(answer.text) < 400


def floats(answer: Any) -> Array:
    assert answer.headers["X-Dtype"] == "<f4"
    assert answer.headers["Cache-Control"] == "no-store"
    found = np.frombuffer(answer.data, "<f4")
    return found.reshape([int(side) for side in answer.headers["X-Shape"].split(",")])


# ------------------------------------------------------------------- judged, converted


def test_inputs_are_judged(site: Site, asked: Asked) -> None:
    answer = post(site, "judge")
    assert answer.status_code == 200
    np.testing.assert_array_equal(floats(answer), SAID.reshape(2, 3))
    ((name, task),) = asked
    source = dataclasses.asdict(site.studies.source("digits", "test"))
    assert (name, task) == ("judge", {"source": source, "x": PIXELS.tobytes()})


def test_a_network_without_classes_says_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = {"probabilities": b"", "classes": 0}
    monkeypatch.setattr(site.studies.engine, "call", lambda *_: nothing)
    answer = post(site, "judge")
    assert (answer.status_code, answer.data, answer.headers["X-Shape"]) == (200, b"", "0")


def test_without_pixels_the_worker_says_what_is_missing(site: Site, asked: Asked) -> None:
    assert post(site, "judge", x=None).status_code == 200
    ((_, task),) = asked
    assert task["x"] == b""


def test_pictures_are_converted(site: Site, asked: Asked) -> None:
    files = [("a.png", b"p"), (f"{'long' * 50}.png", b"q"), ("../=cmd|.png", b"")]
    what = {"fit": "whole", "inverted": True, "more": "left out"}
    answer = post(site, "convert", what=what, files=files, x=None)
    assert answer.status_code == 200
    told = json.loads(answer.headers["X-Told"])
    assert told == {
        "shape": [2, 4, 4, 1],
        "notes": ["6 × 8 PNG.", "inverted."],
        "places": [0, 2],
        "failed": ["Image 'b' is broken."],
        "classes": 3,
    }
    assert answer.headers["X-Told"].isascii()
    np.testing.assert_array_equal(floats(answer), [*PIXELS.ravel(), *SAID])
    ((name, task),) = asked
    assert name == "convert"
    assert task["files"] == [("a.png", b"p"), ("long" * 20, b"q"), ("../=cmd|.png", b"")]
    assert (task["fit"], task["inverted"]) == ("whole", True)
    assert task["source"]["demo"] == "digits"


@pytest.mark.parametrize(
    ("what", "fit"),
    [
        (None, "middle"),
        (["whole"], "middle"),
        ({}, "middle"),
        ({"fit": None, "inverted": "yes"}, "None"),
        ({"fit": MARKUP * 50, "inverted": 1}, (MARKUP * 50)[:20]),
    ],
)
def test_how_pictures_are_fitted_may_be_forged(
    site: Site, asked: Asked, what: Any, fit: str
) -> None:
    assert post(site, "convert", what=what, files=[("a.png", b"p")]).status_code == 200
    ((_, task),) = asked
    assert (task["fit"], task["inverted"]) == (fit, False)


# ------------------------------------------------------------------- added and removed


@pytest.mark.parametrize("kind", ["sketch", "picture", "led"])
def test_what_is_sent_is_added(site: Site, asked: Asked, kind: str) -> None:
    answer = post(site, "add", what=SKETCHES | {"kind": kind, "more": "left out"})
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    ((name, task),) = asked
    origins = [{"kind": kind, "text": text} for text in ("one", "two")]
    assert name == "add_inputs"
    path = variants.added_file(site.studies, site.studies.source("digits"))
    assert task == {
        "source": dataclasses.asdict(site.studies.source("digits", "test")),
        "path": str(path),
        "x": PIXELS.tobytes(),
        "labels": [2, -1],
        "origins": origins,
    }
    found = answer.json
    assert found["study"] == "digits.added"
    assert found["shown"] is False
    assert found["samples"] == [
        origin | {"created": 5.5, "label": label}
        for origin, label in zip(origins, (2, -1), strict=True)
    ]
    assert found["offers"] == site.studies.titles
    assert "digits.added" in found["offers"]


def attacked(site: Site, epsilon: float = 0.25) -> str:
    """The address of an attack on two samples that is kept."""
    key: str = site.bench.address("attack", samples=[2, 5])
    facts = {
        "study": [site.card.study.network, site.card.study.data],
        "asked": {"attack": "pgd", "steps": 40, "epsilon": epsilon},
    }
    site.studies.store.put(key, Result({"samples": np.array([2, 5], np.int32)}, facts))
    return key


@pytest.mark.parametrize(("epsilon", "bound"), [(0.25, ", epsilon 0.25"), (0.0, "")])
def test_a_sample_after_an_attack_is_added(
    site: Site, asked: Asked, epsilon: float, bound: str
) -> None:
    key = attacked(site, epsilon)
    what = {"kind": "attack", "key": key, "sample": 5, "step": 17, "text": MARKUP, "labels": [0]}
    answer = post(site, "add", what=what, x=None)
    assert answer.status_code == 200
    ((_, task),) = asked
    assert (task["key"], task["row"], task["step"]) == (key, 1, 17)
    assert task["labels"] == [int(site.card.labels[5])]
    assert "x" not in task
    (sample,) = answer.json["samples"]
    assert sample["text"] == f"sample 5 after step 17 of pgd{bound}"
    about = (sample["kind"], sample["key"], sample["sample"], sample["step"], sample["label"])
    assert about == ("attack", key, 5, 17, 2)


@pytest.mark.parametrize(
    "forged",
    [
        {"key": None},
        {"key": "0" * 64},
        {"key": MARKUP},
        {"key": ["a"]},
        {"sample": 3},
        {"sample": None},
        {"sample": True},
        {"sample": [5]},
        {"step": None},
        {"step": 41},
        {"step": -1},
        {"step": True},
        {"step": "0"},
        {"step": [0]},
    ],
)
def test_attacks_that_are_not_there_are_refused(
    site: Site, asked: Asked, forged: dict[str, Any]
) -> None:
    what = {"kind": "attack", "key": attacked(site), "sample": 5, "step": 40} | forged
    refused(post(site, "add", what=what))
    assert asked == []


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (None, "was not said"),
        ([SKETCHES], "was not said"),
        ("{", "'what' is no JSON"),
        ("", "'what' is no JSON"),
        ("[" * 100_000, "'what' is no JSON"),
        ({}, "has a text and a class"),
        (SKETCHES | {"texts": "one"}, "has a text and a class"),
        (SKETCHES | {"labels": 3}, "has a text and a class"),
        (SKETCHES | {"texts": ["a"] * 65}, "At most 64 inputs are added at once; got 65"),
        (SKETCHES | {"kind": None}, "a sample that was led; got 'None'"),
        (SKETCHES | {"kind": ["sketch"]}, "a sample that was led"),
        (SKETCHES | {"kind": {"sketch": 1}}, "a sample that was led"),
        (SKETCHES | {"kind": MARKUP}, "a sample that was led"),
        (SKETCHES | {"labels": [1.0, 2]}, "Classes are whole numbers"),
        (SKETCHES | {"labels": [True, 2]}, "Classes are whole numbers"),
        (SKETCHES | {"labels": ["1", 2]}, "Classes are whole numbers"),
        (SKETCHES | {"labels": [[1], 2]}, "Classes are whole numbers"),
        (SKETCHES | {"labels": [HUGE, 2]}, "Classes are whole numbers"),
        (SKETCHES | {"labels": [-2, 2]}, "Classes are whole numbers"),
    ],
)
def test_what_cannot_be_added_is_refused(site: Site, asked: Asked, what: Any, words: str) -> None:
    refused(post(site, "add", what=what), words)
    assert asked == []


def open_added(site: Site, count: int) -> None:
    """Open the variant with what was added, as it is now."""
    card = dataclasses.replace(
        site.card,
        n=N + count,
        groups={added.GROUP: tuple(range(N, N + count))},
        base=site.card.study.data,
        study=Study(site.card.study.network, "d" * 64),
    )
    site.studies.store.put(identity(site.studies.source("digits.added", "test")), card.pack())


def test_some_are_removed_and_groups_keep_the_others(site: Site, asked: Asked) -> None:
    post(site, "add", what=SKETCHES)
    post(site, "add", what=SKETCHES | {"texts": ["three", "four"], "labels": [0, 1]})
    open_added(site, 4)
    data = site.card.study.data
    site.studies.save_group(data, "mixed", [1, N, N + 1, N + 3], N + 4)
    site.studies.save_group(data, "one", [N + 1], N + 4)
    before = len(asked)
    answer = post(site, "remove", WISH | {"study": "digits.added"}, places=[1, 2, 1])
    assert answer.status_code == 200
    found = answer.json
    assert [sample["text"] for sample in found["samples"]] == ["one", "four"]
    assert [sample["label"] for sample in found["samples"]] == [2, 1]
    assert (found["study"], found["shown"]) == ("digits.added", True)
    assert found["offers"] == site.studies.titles
    groups = {group["name"]: group["indices"] for group in site.studies.groups(data)}
    assert groups == {"mixed": [1, N, N + 1]}
    assert len(asked) == before, "no worker is needed"


def test_they_can_be_removed_where_they_are_not_shown(site: Site, asked: Asked) -> None:
    post(site, "add", what=SKETCHES)
    data = site.card.study.data
    site.studies.save_group(data, "mixed", [1, N, N + 1], N + 2)
    found = post(site, "remove", places=[0]).json
    assert ([sample["text"] for sample in found["samples"]], found["shown"]) == (["two"], False)
    assert site.studies.groups(data)[0]["indices"] == [1, N]


def test_groups_of_other_splits_keep_theirs_too(site: Site, asked: Asked) -> None:
    post(site, "add", what=SKETCHES)
    data, store = "e" * 64, site.studies.store
    card = dataclasses.replace(site.card, split="train", n=7, study=Study("a" * 64, data))
    store.put(identity(site.studies.source("digits", "train")), card.pack())
    # Of all samples only the data with what was added was ever opened.
    whole = dataclasses.replace(card, split="all", n=N + 7 + 2, base="f" * 64)
    store.put(identity(site.studies.source("digits.added", "all")), whole.pack())
    site.studies.save_group(data, "both", [0, 7, 8], 9)
    site.studies.save_group("f" * 64, "last", [1, N + 8], N + 9)
    post(site, "remove", places=[0])
    assert site.studies.groups(data)[0]["indices"] == [0, 7]
    assert site.studies.groups("f" * 64)[0]["indices"] == [1, N + 7]


def test_without_any_left_the_variant_is_gone(site: Site, asked: Asked) -> None:
    post(site, "add", what=SKETCHES)
    found = post(site, "remove", places=[0, 1]).json
    assert found["samples"] == []
    assert found["offers"] == site.studies.titles
    assert "digits.added" not in found["offers"]
    refused(post(site, "judge", WISH | {"study": "digits.added"}), "No samples have been added")


@pytest.mark.parametrize(
    "places", [None, [], {}, "0", "[", 0, [2], [-1], [0.0], [True], ["0"], [[0]], [HUGE], [0, 2]]
)
def test_places_where_nothing_was_added_are_refused(site: Site, asked: Asked, places: Any) -> None:
    post(site, "add", what=SKETCHES)
    refused(post(site, "remove", places=places))
    assert len(get(site).json["samples"]) == 2


# ------------------------------------------------------------------- listed


def test_what_was_added_is_listed_with_its_pixels(site: Site, asked: Asked) -> None:
    nothing = get(site).json
    assert (nothing["study"], nothing["samples"]) == ("digits.added", [])
    assert nothing["offers"] == site.studies.titles
    assert floats(get(site, "/inputs/pixels")).size == 0
    made = post(site, "add", what=SKETCHES).json
    assert get(site).json == made
    found = floats(get(site, "/inputs/pixels"))
    np.testing.assert_array_equal(found, PIXELS)
    shown = get(site, study="digits.added").json
    assert (shown["study"], shown["shown"]) == ("digits.added", True)
    assert shown["samples"] == made["samples"]
    np.testing.assert_array_equal(floats(get(site, "/inputs/pixels", study="digits.added")), PIXELS)


def test_a_study_called_added_is_not_the_variant(tmp_path: Path) -> None:
    (tmp_path / "d.npz").touch()
    settings = Settings(home=tmp_path / "home", model="added.keras", data=str(tmp_path / "d.npz"))
    home = Home(settings.home)
    studies = Studies(settings, home, Engine(home))
    assert studies.first == "added"
    plain, variant = (inputs.listed(studies, {"study": name}) for name in ("added", "added.added"))
    assert (plain["study"], plain["shown"]) == ("added.added", False)
    assert (variant["study"], variant["shown"]) == ("added.added", True)


def test_what_was_added_is_broken(site: Site, asked: Asked) -> None:
    path = variants.added_file(site.studies, site.studies.source("digits"))
    path.write_bytes(b"no archive")
    for answer in (get(site), get(site, "/inputs/pixels"), post(site, "remove", places=[0])):
        assert answer.status_code == 422
        assert "left as it is" in answer.text
    assert path.read_bytes() == b"no archive"


@pytest.mark.parametrize("path", ["/inputs", "/inputs/pixels"])
@pytest.mark.parametrize("study", [MARKUP, "nowhere", ".added", "nowhere.added"])
def test_what_is_no_study_has_no_list(site: Site, path: str, study: str) -> None:
    refused(get(site, path, study=study), "This server has no study")


# ------------------------------------------------------------------- errors of all


@pytest.mark.parametrize("act", ["judge", "convert", "add", "remove"])
@pytest.mark.parametrize(
    ("wish", "words"),
    [
        *FORGED,
        ({"study": "digits.added"}, "No samples have been added"),
        ({"study": f"digits.{MARKUP}"}, "no set of frozen filters"),
        ("{", "'wish' is no JSON"),
        ('{"study": ' + "9" * 5000 + "}", "'wish' is no JSON"),
        ("", "'wish' is no JSON"),
    ],
)
def test_what_is_no_study_of_this_server_is_refused(
    site: Site, asked: Asked, act: str, wish: Any, words: str
) -> None:
    refused(post(site, act, wish, what=SKETCHES, places=[0]), words)
    assert asked == []


@pytest.mark.parametrize("act", ["judge", "convert", "add"])
def test_what_the_worker_says_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    def call(*_: Any) -> Any:
        raise DataError(f"Image '{MARKUP}.png' cannot be read.")

    monkeypatch.setattr(site.studies.engine, "call", call)
    refused(post(site, act, what=SKETCHES), MARKUP)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("act", ["judge", "convert", "add", "remove"])
@pytest.mark.parametrize(
    "more",
    [
        {"x": b"p" * (MAX_REQUEST + 1)},
        {"files": [("a.png", b"p")] * 10_000},
        {"wish": "1" * 700_000},
    ],
)
def test_too_much_at_once_is_refused_in_words(
    site: Site, asked: Asked, act: str, more: dict[str, Any]
) -> None:
    refused(post(site, act, what=SKETCHES, places=[0], **more), "Send less at once", 413)
    assert asked == []
    gc.collect()  # the parts that were read until then, which Werkzeug does not close


@pytest.mark.parametrize("act", ["judge", "convert", "add", "remove"])
def test_other_sites_send_nothing(site: Site, asked: Asked, act: str) -> None:
    for origin in ("http://evil.example", "http://127.0.0.1:1", "null"):
        answer = post(site, act, what=SKETCHES, places=[0], headers={"Origin": origin})
        assert answer.status_code == 403
    assert asked == []


def test_what_is_no_form_is_refused(site: Site, asked: Asked) -> None:
    answer = site.client.post("/inputs/judge", json={"wish": WISH}, headers=LOCAL)
    refused(answer, "'wish' is no JSON")
    assert asked == []
