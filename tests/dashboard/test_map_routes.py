"""Places of a map and what is put on it, asked by browsers that may have been made up."""

from __future__ import annotations

import dataclasses
import gc
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_site import FORGED, HUGE, MARKUP, WISH, N, Site
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from analysis.errors import ParameterError
from analysis.opening import identity
from analysis.types import Result, Study
from dashboard import boundaries
from dashboard.pages.boundary.callbacks import map_plan
from dashboard.server import MAX_REQUEST

LOCAL = {"Host": "127.0.0.1:8050"}
SAMPLE = {"kind": "samples", "samples": [1]}

Asked = list[tuple[str, dict[str, Any]]]


def lay(site: Site, wish: dict[str, Any] = WISH) -> str:
    """Put a map into the store."""
    about = boundaries.map_of(site.card, wish)
    key = site.bench.address("boundary map", **about)
    site.studies.store.put(key, Result({"samples": np.arange(N)}, {"window": [0, 1, 0, 1]}))
    return key


@pytest.fixture
def asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What workers are asked, of a study whose usual map is there."""
    calls: Asked = []

    def call(name: str, task: dict[str, Any]) -> dict[str, Any]:
        calls.append((name, task))
        rows = np.arange(7, dtype=np.float32)
        return {"rows": rows.tobytes(), "shape": [1, 7], "image": [1, 2, 1], "classes": 3}

    monkeypatch.setattr(site.studies.engine, "call", call)
    lay(site)
    return calls


def place(site: Site, wish: Any = WISH, what: Any = SAMPLE, files: Any = (), **headers: str) -> Any:
    form = {"wish": wish, "what": what}
    data: dict[str, Any] = {
        name: given if isinstance(given, str) else json.dumps(given) for name, given in form.items()
    }
    data["file"] = [FileStorage(io.BytesIO(content), name) for name, content in files]
    boundary, body = encode_multipart(MultiDict(data))
    kind = f"multipart/form-data; boundary={boundary}"
    return site.client.post("/place", data=body, headers=LOCAL | headers, content_type=kind)


def inverse(site: Site, **query: Any) -> Any:
    return site.client.get("/inverse", query_string=WISH | query, headers=LOCAL)


def refused(answer: Any, words: str = "", status: int = 422) -> None:
    """An answer in plain words, which no browser reads as a page."""
    assert answer.status_code == status, answer.text[:200]
    assert answer.mimetype == "text/plain"
    assert words in answer.text
    assert 20 < len(answer.text) < 300


def test_places_are_asked_for_on_their_map(site: Site, asked: Asked) -> None:
    answer = inverse(site, points="0.5,-1;2e0,3")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    about = ("X-Dtype", "X-Shape", "X-Image-Shape", "X-Classes")
    assert [answer.headers[name] for name in about] == ["<f4", "1,7", "1,2,1", "3"]
    assert np.frombuffer(answer.data, "<f4").tolist() == list(range(7))
    ((name, task),) = asked
    assert (name, task["points"]) == ("inverse_images", [[0.5, -1], [2, 3]])
    assert task["map"] == boundaries.map_of(site.card, {})
    assert (task["source"]["demo"], task["source"]["split"]) == ("digits", "test")
    assert task["budget"] == site.studies.settings.budget


def test_a_query_and_a_form_speak_of_the_same_map(site: Site, asked: Asked) -> None:
    knobs = {"count": 300, "lam": 0, "neighbours": 12, "mindist": 1, "distance": "euclid"}
    lay(site, WISH | knobs)
    assert inverse(site, points="0,0", **knobs).status_code == 200
    assert place(site, WISH | knobs).status_code == 200
    (_, one), (_, other) = asked
    assert one["map"] == other["map"]
    assert one["map"] | {"count": N, "neighbours": 12, "distance": "euclid"} == one["map"]


@pytest.mark.parametrize(
    "points",
    [
        "",
        ";",
        "1",
        "1,2,3",
        "1,2;",
        "nan,0",
        "inf,0",
        "1,x",
        f"{'9' * 400},1",
        ";".join(["1,2"] * 65),
    ],
)
def test_what_is_no_place_is_refused(site: Site, asked: Asked, points: str) -> None:
    refused(inverse(site, points=points), "x,y;x,y")
    assert asked == []


@pytest.mark.parametrize(
    "forged",
    [
        {"distance": []},
        {"distance": {"fisher": 1}},
        {"space": ["input"]},
        {"count": HUGE},
        {"count": [1]},
        {"lam": -HUGE},
        {"lam": float("nan")},
        {"neighbours": float("inf")},
        {"mindist": {}},
        {"b": "nothing", "asked": MARKUP},
    ],
)
def test_knobs_that_say_nothing_stand_at_their_defaults(
    site: Site, asked: Asked, forged: dict[str, Any]
) -> None:
    usual = boundaries.map_of(site.card, {})
    answer = place(site, WISH | forged)
    if asked:
        ((_, task),) = asked
        about = task["map"]
    else:  # within its bounds it is another map
        refused(answer, "not there any more")
        about = boundaries.map_of(site.card, forged)
    differing = {name for name in usual if about[name] != usual[name]}
    assert differing <= {"lam", "count", "neighbours"} & set(forged)
    assert 0 <= about["lam"] <= 1
    assert about["count"] == N


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        *FORGED,
        (WISH | {"split": {}}, "not there"),
        (WISH | {"lam": 0.3}, "This map is not there any more"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"study": ' + "9" * 5000 + "}", "no JSON"),
        ("", "no JSON"),
    ],
)
def test_what_is_no_map_of_this_server_is_refused(
    site: Site, asked: Asked, wish: Any, words: str
) -> None:
    if wish == WISH | {"split": {}}:
        site.studies.store.drop(lay(site))
    refused(place(site, wish), words)
    assert asked == []


@pytest.mark.parametrize(
    "what",
    [
        None,
        "samples",
        [SAMPLE],
        {},
        {"kind": ["samples"]},
        {"kind": MARKUP},
        {"kind": "samples"},
        {"kind": "samples", "samples": []},
        {"kind": "samples", "samples": {"0": 1}},
        {"kind": "samples", "samples": [-1]},
        {"kind": "samples", "samples": [N]},
        {"kind": "samples", "samples": [1.0]},
        {"kind": "samples", "samples": [True]},
        {"kind": "samples", "samples": [[1]]},
        {"kind": "samples", "samples": [HUGE]},
        {"kind": "attack"},
        {"kind": "attack", "sample": [1], "epsilon": 0.1},
        {"kind": "attack", "sample": N, "epsilon": 0.1},
        *(
            {"kind": "attack", "sample": 1, "epsilon": epsilon}
            for epsilon in (None, "0.1", True, -0.1, 1.1, HUGE, float("nan"), [0.1])
        ),
        {"kind": "images"},
        {"kind": "images", "files": [["a.png", "x"]]},
    ],
)
def test_what_cannot_be_placed_is_refused(site: Site, asked: Asked, what: Any) -> None:
    refused(place(site, what=what))
    assert asked == []


def test_samples_and_steps_are_placed(site: Site, asked: Asked) -> None:
    many = {"kind": "samples", "samples": [3, 1, 3], "more": "left out"}
    step = {"kind": "attack", "sample": N - 1, "epsilon": 1}
    assert [place(site, what=what).status_code for what in (many, step)] == [200, 200]
    assert [name for name, _ in asked] == ["place_inputs"] * 2
    assert [task["what"] for _, task in asked] == [
        {"kind": "samples", "samples": [1, 3]},
        {"kind": "attack", "sample": N - 1, "epsilon": 1.0},
    ]


def attacked(site: Site) -> str:
    """The address of an attack on two samples that is kept."""
    key = site.bench.address("attack", samples=[2, 5])
    study = [site.card.study.network, site.card.study.data]
    facts = {"study": study, "asked": {"steps": 40}}
    site.studies.store.put(key, Result({"samples": np.array([2, 5], np.int32)}, facts))
    return key


def test_the_way_of_an_attacked_sample_is_placed(site: Site, asked: Asked) -> None:
    key = attacked(site)
    what = {"kind": "way", "key": key, "sample": 5, "steps": [0, 20, 40], "more": "left out"}
    assert place(site, what=what).status_code == 200
    ((_, task),) = asked
    assert task["what"] == {"kind": "way", "key": key, "row": 1, "steps": [0, 20, 40]}


@pytest.mark.parametrize(
    "forged",
    [
        {"key": None},
        {"key": "0" * 64},
        {"key": MARKUP},
        {"sample": 3},
        {"sample": None},
        {"sample": True},
        {"sample": [5]},
        {"steps": []},
        {"steps": [41]},
        {"steps": [-1]},
        {"steps": [True]},
        {"steps": "0"},
        {"steps": [0] * 65},
    ],
)
def test_ways_that_are_not_there_are_refused(
    site: Site, asked: Asked, forged: dict[str, Any]
) -> None:
    what = {"kind": "way", "key": attacked(site), "sample": 5, "steps": [0, 40]} | forged
    refused(place(site, what=what))
    assert asked == []


def test_files_are_placed_under_what_they_are_called(site: Site, asked: Asked) -> None:
    files = [(f"{'long' * 50}.png", b"p"), ("../=cmd|.png", b"q")]
    assert place(site, what={"kind": "images"}, files=files).status_code == 200
    ((_, task),) = asked
    assert task["what"]["files"] == [("long" * 20, b"p"), ("../=cmd|.png", b"q")]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([("a.png", b"p")] * 65, 422),
        ([("a.png", b"p")] * 10_000, 413),
        ([("a.png", b"p" * 9 * 2**20)], 413),
    ],
)
def test_too_much_at_once_is_refused_in_words(
    site: Site, asked: Asked, files: list[tuple[str, bytes]], status: int
) -> None:
    refused(place(site, what={"kind": "images"}, files=files), "at once", status)
    assert asked == []
    gc.collect()  # the parts that were read until then, which Werkzeug does not close


def test_a_form_that_is_too_large_is_refused_in_words(site: Site, asked: Asked) -> None:
    refused(place(site, what={"kind": "samples", "samples": [1] * 300_000}), status=413)
    assert asked == []


def test_what_the_worker_says_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(site)

    def call(*_: Any) -> Any:
        raise ParameterError(f"Image '{MARKUP}.png' cannot be read.")

    monkeypatch.setattr(site.studies.engine, "call", call)
    refused(place(site), MARKUP)
    refused(inverse(site, points="0,0"), MARKUP)


@pytest.mark.parametrize(
    "path",
    ["/inverse?study=digits&points={}", "/inverse?study={}&points=0,0", "/maps/3?study={}"],
)
def test_what_is_quoted_is_no_page(site: Site, path: str) -> None:
    refused(site.client.get(path.format(MARKUP), headers=LOCAL), MARKUP)


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null"])
def test_other_sites_place_nothing(site: Site, asked: Asked, origin: str) -> None:
    assert place(site, Origin=origin).status_code == 403
    assert (
        place(site, **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}).status_code == 403
    )
    assert asked == []
    assert place(site, Origin="http://127.0.0.1:8050").status_code == 200


def test_a_network_without_classes_has_no_map(site: Site, asked: Asked) -> None:
    mute = dataclasses.replace(site.card, network={**site.card.network, "output": "embedding"})
    site.studies.store.put(identity(site.studies.source("digits")), mute.pack())
    refused(place(site), "Embedding page")
    refused(inverse(site, points="0,0"), "Embedding page")
    assert asked == []


def test_browser_and_server_take_equally_much() -> None:
    code = (Path(__file__).parents[2] / "assets/pages/boundary/placing.mjs").read_text()
    most = dict(re.findall(r"export const MOST_(\w+) = ([\d.]+)", code))
    assert int(most["FILES"]) == boundaries.MOST_POINTS
    assert 0.9 * MAX_REQUEST < float(most["BYTES"]) * 2**20 < MAX_REQUEST
    assert 10 * int(most["SAMPLES"]) < 500_000, "what Flask reads of a form's field"
    assert "2 ** 20; // of files" in code


# -------------------------------------------------------------------- plans and jobs


@pytest.mark.parametrize(
    "given",
    [
        None,
        {},
        "0,1,0,1",
        [0, 1, 0],
        [0, 1, 0, 1, 2],
        [0, 1, 0, "1"],
        [[0], 1, 0, 1],
        [True, 2, 0, 1],
        [1, 0, 0, 1],
        [0, 1, 1, 1],
        [0, 1, 0, float("nan")],
        [0, 1, 0, float("inf")],
        [0, HUGE, 0, 1],
        [-1e308, 1e308, 0, 1],
    ],
)
def test_what_is_no_window_is_refused(site: Site, given: Any) -> None:
    with pytest.raises(ParameterError, match="A window is"):
        boundaries.zoom_task(site.studies, WISH | {"window": given})


@pytest.mark.parametrize(
    "given",
    [[0, 1, 0, 1e-9], [1e9, 1e9 + 1, 0, 1e-3], [-3.14159, 2.71828, -1e-5, 7], [0, 5e-324, 0, 1]],
)
def test_a_window_is_rounded_by_its_shorter_side(given: list[float]) -> None:
    found = boundaries.window_of(given)
    shorter = min(given[1] - given[0], given[3] - given[2])
    assert found == pytest.approx(given, abs=1e-3 * shorter, rel=0)
    assert found[0] < found[1]
    assert found[2] < found[3]
    assert boundaries.window_of(found) == found


def test_equal_windows_are_one_question() -> None:
    one = boundaries.window_of([-0.00001, 1, 0.0, 1])
    assert json.dumps(one) == json.dumps(boundaries.window_of([0.00001, 1, 0, 1.00002]))


@pytest.mark.parametrize("of", [None, [], ["b"], {}, "c", 1])
def test_a_zoom_of_what_is_no_network_is_of_the_first(site: Site, of: Any) -> None:
    task = boundaries.zoom_task(site.studies, WISH | {"window": [0, 1, 0, 1], "of": of})
    ((step,)) = task["steps"]
    assert [question["name"] for question in step["questions"]] == ["zoom"]
    assert step["other"] is None


@pytest.mark.parametrize("b", [1, "x", {}, ["x"], {"study": "lenet5-mnist"}, None])
def test_a_zoom_of_b_wants_a_b(site: Site, b: Any) -> None:
    for task in ({"window": [0, 1, 0, 1], "of": "both"}, {}):
        act = boundaries.zoom_task if task else boundaries.second_task
        with pytest.raises(ParameterError):
            act(site.studies, WISH | task | {"b": b})


def opened_beside(site: Site, output: str = "softmax") -> dict[str, Any]:
    """Another network on the same data, and how a browser names it."""
    wish = {"study": "lenet5-mnist", "data_of": "digits", "split": "test"}
    card = dataclasses.replace(
        site.card,
        study=Study("e" * 64, site.card.study.data),
        network={**site.card.network, "output": output},
    )
    site.studies.store.put(identity(site.studies.wished(wish)), card.pack())
    return wish


def test_a_network_beside_has_a_ground_of_its_own(site: Site) -> None:
    beside = opened_beside(site)
    alone, both = (map_plan(site.studies, WISH | more) for more in ({}, {"b": beside}))
    assert set(both["parts"]) - set(alone["parts"]) == {"second"}
    assert both["errors"] == alone["errors"] == {}
    assert {name: both["parts"][name] for name in alone["parts"]} == alone["parts"]
    task = boundaries.second_task(site.studies, WISH | {"b": beside})
    ((step,)) = task["steps"]
    assert step["other"]["demo"] == "lenet5-mnist"
    assert step["questions"][0]["parameters"]["other"] == "e" * 64


@pytest.mark.parametrize("b", [{"study": "lenet5-mnist"}, {"study": MARKUP}, 7, ["x"], "embedding"])
def test_a_map_is_there_without_the_network_beside(site: Site, b: Any) -> None:
    given = opened_beside(site, "embedding") if b == "embedding" else b
    key = lay(site)
    found = map_plan(site.studies, WISH | {"b": given})
    assert found["parts"]["map"]["key"] == key
    assert found["parts"]["map"]["facts"] is not None
    assert "second" not in found["parts"]
    assert len(found["errors"]["second"]) > 20


def test_jobs_of_forged_wishes_have_a_name(site: Site) -> None:
    tasks = {"map": boundaries.map_task, "sweep": boundaries.sweep_task}
    for name, prepare in tasks.items():
        one, other = (
            prepare(site.studies, WISH | forged)
            for forged in ({}, {"count": HUGE, "distance": [1]})
        )
        assert json.dumps(one, allow_nan=False) == json.dumps(other, allow_nan=False), name
