"""Binary routes and who may use them."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from dash import Dash, html
from flask.testing import FlaskClient
from PIL import Image
from sample_site import N, Site

from analysis.engine import Engine
from analysis.home import Home
from analysis.types import Result
from dashboard import frontend
from dashboard.routes import encode
from dashboard.server import create_app
from dashboard.settings import Settings

LOCAL = {"Host": "127.0.0.1:8050"}
KEY = "c" * 64


def test_an_array_comes_as_its_bytes(site: Site) -> None:
    key = site.bench.address("predictions")
    answer = site.client.get(f"/result/{key}/confidence", headers=LOCAL)
    assert answer.status_code == 200
    assert answer.headers["X-Dtype"] == "<f4"
    assert answer.headers["X-Shape"] == str(N)
    assert "immutable" in answer.headers["Cache-Control"]
    np.testing.assert_array_equal(np.frombuffer(answer.data, "<f4"), np.full(N, 0.9, "<f4"))


@pytest.mark.parametrize(
    "path",
    [
        "/result/" + "0" * 64 + "/grid",
        "/result/short/grid",
        "/image/" + "0" * 64 + "/0.png",
        "/image/short/0.png",
    ],
)
def test_what_is_not_there(site: Site, path: str) -> None:
    assert site.client.get(path, headers=LOCAL).status_code == 404


def test_pictures_that_come_late_are_found(site: Site) -> None:
    key = "1" * 64
    assert site.client.get(f"/image/{key}/0.png", headers=LOCAL).status_code == 404
    site.studies.store.put(key, Result({"images": np.zeros((1, 2, 2, 1), np.uint8)}))
    assert site.client.get(f"/image/{key}/0.png", headers=LOCAL).status_code == 200


def test_huge_requests_are_refused(site: Site) -> None:
    body = b'{"x": "' + b"a" * (9 * 2**20) + b'"}'
    answer = site.client.post(
        "/_dash-update-component", headers=LOCAL, data=body, content_type="application/json"
    )
    assert answer.status_code == 413


def test_a_picture_past_the_end(site: Site) -> None:
    key = site.bench.address("thumbnails", side=64)
    assert site.client.get(f"/image/{key}/{N}.png", headers=LOCAL).status_code == 404


def test_a_picture_shows_the_pixels(site: Site) -> None:
    key = site.bench.address("thumbnails", side=64)
    answer = site.client.get(f"/image/{key}/3.png", headers=LOCAL)
    assert answer.mimetype == "image/png"
    expected = site.studies.store.array(key, "images")
    assert expected is not None
    np.testing.assert_array_equal(
        np.asarray(Image.open(io.BytesIO(answer.data))), expected[3, ..., 0]
    )


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 7])
def test_any_number_of_channels_makes_a_picture(channels: int) -> None:
    pixels = np.full((5, 6, channels), 40, np.uint8)
    assert Image.open(io.BytesIO(encode(pixels))).size == (6, 5)


def test_other_names_of_the_server_are_refused(site: Site) -> None:
    answer = site.client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert "--allow-host evil.example" in answer.text


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:9999", "null", "http://[", "x"]
)
def test_posts_of_other_sites_are_refused(site: Site, origin: str) -> None:
    answer = site.client.post(
        "/_dash-update-component", headers=LOCAL | {"Origin": origin}, json={}
    )
    assert answer.status_code == 403


def test_nothing_may_be_loaded_from_elsewhere(site: Site) -> None:
    answer = site.client.get("/", headers=LOCAL)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    script = policy.split("script-src", 1)[1].split(";")[0]
    assert "unsafe-inline" not in script
    page = answer.text.split("_dash-config")[0]
    assert "http://" not in page
    assert "https://" not in page


def test_all_modules_are_asked_for_at_once(site: Site) -> None:
    """Or a browser would hear of each from the one that imports it, a round trip deeper."""
    page = site.client.get("/", headers=LOCAL).text
    named = re.findall(r'rel="modulepreload" href="([^"]+)"', page)
    assets = Path(__file__).parents[2] / "assets"
    _, code, version, _ = named[0].split("/", 3)
    assert code == "code"
    assert sorted(named) == sorted(
        f"/code/{version}/{path.relative_to(assets).as_posix()}" for path in assets.rglob("*.mjs")
    )
    with site.client.get(named[0], headers=LOCAL) as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/javascript"
        assert "immutable" in answer.headers["Cache-Control"]


def test_code_that_is_kept_changes_its_address(tmp_path: Path) -> None:
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "one.mjs").write_text("export const one = 1;")
    (folder / "secret.txt").write_text("nothing for browsers")

    def served(changing: bool) -> tuple[str, FlaskClient]:
        app = Dash("code", assets_folder=str(folder))
        app.layout = html.Div()
        frontend.add(app, folder, changing=changing)
        (address,) = re.findall(r'href="(/code/[^"]+)"', app.index_string)
        return address, app.server.test_client()

    def fetched(client: FlaskClient, address: str) -> tuple[int, str, str]:
        with client.get(address) as answer:
            return answer.status_code, answer.text, answer.headers.get("Cache-Control", "")

    before, client = served(changing=False)
    assert fetched(client, before) == (200, "export const one = 1;", frontend.FOREVER)
    (folder / "one.mjs").write_text("export const one = 2;")
    after, client = served(changing=True)
    assert after != before
    assert "immutable" not in fetched(client, after)[2]
    assert fetched(client, before)[0] == 404
    for name in ("secret.txt", "../one.mjs", "two.mjs"):
        assert fetched(client, after.replace("one.mjs", name))[0] == 404


def test_pages_begin_without_the_library_for_graphs(site: Site) -> None:
    page = site.client.get("/", headers=LOCAL).text
    (address,) = re.findall(r'"(/_dash-component-suites/dash_cytoscape/[^"]+)"', page)
    scripts = re.findall(r'<script src="([^"]+)"', page)
    assert len(scripts) > 5
    assert not [script for script in scripts if "cytoscape" in script]
    with site.client.get(address, headers=LOCAL) as answer:
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_an_open_server_answers_to_its_names_alone(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "home", host="0.0.0.0", no_auth=True, hosts=("scope.local",)
    )
    client = create_app(settings, Engine(Home(settings.home))).server.test_client()
    assert client.get("/", headers={"Host": "scope.local"}).status_code == 200
    assert client.get("/", headers={"Host": "rebound.example"}).status_code == 403


def test_a_password_is_asked_for(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, host="0.0.0.0", password="pässword", hosts=("scope.example",)
    )
    app = create_app(settings, Engine(Home(tmp_path)))
    client = app.server.test_client()
    headers = {"Host": "scope.example"}

    def with_password(text: str) -> int:
        token = base64.b64encode(f"me:{text}".encode()).decode()
        return int(
            client.get("/", headers=headers | {"Authorization": f"Basic {token}"}).status_code
        )

    assert client.get("/", headers=headers).status_code == 401
    assert client.get("/health", headers=headers).status_code == 200
    assert with_password("wrong") == 401
    assert with_password("pässword") == 200


def test_columns_come_together(site: Site) -> None:
    columns = np.arange(12, dtype=np.float32).reshape(3, 4)
    site.studies.store.put(KEY, Result({str(k): column for k, column in enumerate(columns)}))
    response = site.client.get(f"/columns/{KEY}/2,0", headers=LOCAL)
    assert response.status_code == 200
    assert response.headers["X-Shape"] == "2,4"
    assert "immutable" in response.headers["Cache-Control"]
    found = np.frombuffer(response.data, response.headers["X-Dtype"]).reshape(2, 4)
    np.testing.assert_array_equal(found, columns[[2, 0]])


@pytest.mark.parametrize(
    "address",
    [
        f"{KEY}/0,9",
        f"{KEY}/{','.join(['0'] * 65)}",
        f"{KEY}/0,",
        f"{KEY}/0,wide",
        f"{KEY}/square",
        f"{KEY}/..",
        f"{'0' * 64}/0",
        "nonsense/0",
    ],
)
def test_columns_that_are_not_there(site: Site, address: str) -> None:
    arrays = {"0": np.zeros(3), "wide": np.zeros(4), "square": np.zeros((2, 2))}
    site.studies.store.put(KEY, Result(arrays))
    assert site.client.get(f"/columns/{address}", headers=LOCAL).status_code == 404


def test_maps_of_a_sample(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def call(_engine: object, function: str, task: dict[str, object]) -> bytes:
        asked.append((function, task))
        return np.arange(5, dtype=np.float32).tobytes()

    monkeypatch.setattr("analysis.engine.Engine.call", call)
    response = site.client.get("/maps/3?study=digits&split=test", headers=LOCAL)
    assert response.status_code == 200
    assert np.frombuffer(response.data, np.float32).tolist() == [0, 1, 2, 3, 4]
    ((function, task),) = asked
    assert (function, task["samples"]) == ("sample_maps", [3])
    assert task["source"]["demo"] == "digits"  # type: ignore[index]
    assert (task["source"]["split"], task["source"]["epoch"]) == ("test", None)  # type: ignore[index]
    assert site.client.get(f"/maps/{N}?study=digits", headers=LOCAL).status_code == 404
    for closed in ("study=lenet5-mnist", "study=digits&split=train", "study=digits&epoch=2"):
        assert site.client.get(f"/maps/3?{closed}", headers=LOCAL).status_code == 422
    assert len(asked) == 1


def test_maps_of_an_attacked_sample(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def call(_engine: object, function: str, task: dict[str, object]) -> bytes:
        asked.append((function, task))
        return np.arange(5, dtype=np.float32).tobytes()

    monkeypatch.setattr("analysis.engine.Engine.call", call)
    key = site.bench.address("attack", samples=[2, 5])
    facts = {
        "study": [site.card.study.network, site.card.study.data],
        "asked": {"steps": 40},
    }
    site.studies.store.put(key, Result({"samples": np.array([2, 5], np.int32)}, facts))
    study = "study=digits&split=test"
    response = site.client.get(f"/attacked/{key}/5/40?{study}", headers=LOCAL)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    ((function, task),) = asked
    assert (function, task["key"], task["row"], task["steps"]) == ("attacked_maps", key, 1, [40])
    for address in (f"{key}/3/40", f"{key}/5/41", f"{'0' * 64}/5/40", "short/5/40"):
        assert site.client.get(f"/attacked/{address}?{study}", headers=LOCAL).status_code == 422
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("site_of", "mode", "status"),
    [
        ("same-origin", "cors", 200),
        ("cross-site", "navigate", 200),
        ("cross-site", "no-cors", 403),
        ("none", "navigate", 200),
    ],
)
def test_pictures_for_other_sites_are_refused(
    site: Site, site_of: str, mode: str, status: int
) -> None:
    headers = LOCAL | {"Sec-Fetch-Site": site_of, "Sec-Fetch-Mode": mode}
    assert site.client.get("/health", headers=headers).status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "",
        "study=/etc/passwd",
        "study=digits&epoch=two",
        f"study=digits&epoch={'9' * 5000}",
        "study=digits&data_of=nowhere",
    ],
)
def test_maps_of_nothing_are_refused_in_words(site: Site, query: str) -> None:
    response = site.client.get(f"/maps/3?{query}", headers=LOCAL)
    assert response.status_code == 422
    assert len(response.get_data(as_text=True)) > 20
