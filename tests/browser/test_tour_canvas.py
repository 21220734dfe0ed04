"""A tour's samples look the same whether a graphics card or JavaScript draws them."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

ASSETS = Path(__file__).parents[2] / "assets"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]

# Mean difference of channels, and share of pixels that differ by more than 40. JavaScript moves the
# centre of a disc by up to an eighth of a pixel, which a card does not. Both lay pictures on whole
# pixels: what differs is rounding, and now and then a picture that falls on the next pixel.
POINTS = (2, 0.02)
PICTURES = (0.5, 0.002)


class Assets(http.server.SimpleHTTPRequestHandler):
    """The dashboard's modules, and an empty page to load them into."""

    extensions_map = {".mjs": "text/javascript", "": "application/octet-stream"}  # noqa: RUF012

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        text = b"<!doctype html><link rel=icon href=data:,><body></body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """Address of an empty page beside the modules."""
    handler = functools.partial(Assets, directory=str(ASSETS))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def program() -> str | None:
    """A browser of this machine; None for Playwright's own."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


# Scenes of samples in a few heaps; both ways of drawing take them. Every ninth sample is missing on
# one side, every tenth on the other.
SCENES = """async () => {
  const { dice, project, projection, start } = await import("/lib/tour.mjs");
  const { blend } = await import("/lib/tourpose.mjs");
  const { TourGL } = await import("/dom/tourgl.mjs");
  const { TourPixels } = await import("/dom/tourpixels.mjs");
  const { canvasFor } = await import("/dom/tourcanvas.mjs");
  const alike = { alpha: false, antialias: false };

  const cloud = (n, d, seed, missing) => {
    const draw = dice(seed);
    const x = Float32Array.from({ length: n * d }, (_, k) =>
      draw() + draw() - 1 + 3 + 0.8 * Math.cos(Math.floor(k / d) % 7 + k % d));
    for (let i = missing; missing && i < n; i += missing) {
      x[i * d + (i % d)] = i % 2 ? NaN : Infinity;
    }
    const centre = new Float32Array(d).fill(3);
    return { x, centre, columns: projection(start(d, seed), d) };
  };

  const places = ({ from, to, part }) => {
    const at = [from, to].map((end) => {
      if (!end) return null;
      const n = end.x.length / end.centre.length;
      const out = [new Float32Array(n), new Float32Array(n)];
      project(end.x, end.centre, end.columns, ...out);
      return out.map((values) => values.map((value) => (Number.isFinite(value) ? value : NaN)));
    });
    return to ? [0, 1].map((k) => blend(at[0][k], at[1][k], part)) : at[0];
  };

  const sheetOf = (n, width, height, channels) => {
    const draw = dice(9);
    const values = Uint8Array.from({ length: n * height * width * channels }, (_, k) => {
      const row = Math.floor(k / channels / width) % height;
      const column = Math.floor(k / channels) % width;
      const blot = Math.hypot(row - height / 2, column - width / 3) < width / 4;
      return blot ? 120 + 130 * draw() : 10 * draw();
    });
    return { values, width, height, channels };
  };

  const sceneOf = ({
    n, d, e = d, part = 0, chosen = false, sheet = null, radius = 3, side = 15,
  }) => {
    const draw = dice(5);
    const all = Uint32Array.from({ length: n }, (_, i) => i);
    const styles = [{ order: null, radius, opacity: 0.8 }];
    if (chosen) {
      styles[0].order = all.filter((i) => i % 4);
      styles[0].radius = 0.6 * radius;
      styles.push({ order: all.filter((i) => i % 4 === 0), radius: 1.4 * radius, opacity: 1 });
    }
    const scene = {
      width: 320, height: 240, view: { x0: -2.4, x1: 2.4, y0: -1.8, y1: 1.8 },
      ground: [251, 251, 252],
      colours: Uint32Array.from({ length: n }, () => (0xff000000 | (draw() * 0xffffff)) >>> 0),
      styles, sheet: sheet && sheetOf(n, ...sheet), side, radius,
      from: cloud(n, d, 1, 9), to: part ? cloud(n, e, 2, 10) : null, part,
    };
    scene.places = () => places(scene);
    return scene;
  };

  const size = { width: 320, height: 240 };
  const canvasOf = () => Object.assign(document.createElement("canvas"), size);
  const gl = canvasOf().getContext("webgl2", alike);
  let asked = 0;
  const [card, plain] = [new TourGL(gl, () => asked++), new TourPixels(canvasOf())];

  /** Rows from the top down, r, g, b, a. */
  const read = () => {
    const out = new Uint8Array(320 * 240 * 4);
    gl.readPixels(0, 0, 320, 240, gl.RGBA, gl.UNSIGNED_BYTE, out);
    return out.map((_, k) => out[(239 - Math.floor(k / 1280)) * 1280 + (k % 1280)]);
  };

  const compared = (scene) => {
    card.draw(scene);
    const ours = read();
    plain.draw(scene);
    const other = plain.context.getImageData(0, 0, 320, 240).data;
    let [sum, far, inked] = [0, 0, 0];
    for (let k = 0; k < ours.length; k += 4) {
      const away = [0, 1, 2].map((c) => Math.abs(ours[k + c] - other[k + c]));
      sum += away[0] + away[1] + away[2];
      far += Math.max(...away) > 40;
      inked += other[k] !== 251 || other[k + 1] !== 251 || other[k + 2] !== 252;
    }
    const pixels = ours.length / 4;
    const [mean, error] = [sum / pixels / 3, gl.getError()];
    return { mean, far: far / pixels, inked: inked / pixels, error };
  };

  window.tour = {
    compare: (given) => compared(sceneOf(given)),
    many: (given) => given.map((one) => compared(sceneOf(one))),
    chosen: () => canvasFor(canvasOf(), () => {}).constructor.name,
    kept: () => card.clouds.size,
    async lost(given) {
      const scene = sceneOf(given);
      const [before, way] = [compared(scene), gl.getExtension("WEBGL_lose_context")];
      const told = (name) => new Promise((done) => {
        gl.canvas.addEventListener(name, done, { once: true });
      });
      const gone = told("webglcontextlost");
      way.loseContext();
      await gone;
      gl.getError(); // says once that it was lost
      card.draw(scene);
      const back = told("webglcontextrestored");
      setTimeout(() => way.restoreContext());
      await back;
      return { asked, before, after: compared(scene) };
    },
    broken: async () => {
      const { POINTS } = await import("/dom/tourshaders.mjs");
      const { vertex } = POINTS;
      POINTS.vertex = vertex.replace("void main", "void nothing; void main");
      try {
        return String(new TourGL(canvasOf().getContext("webgl2", alike), () => {}));
      } catch (error) {
        return error.message;
      } finally {
        POINTS.vertex = vertex;
      }
    },
  };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a browser that has WebGL in software."""
    made = browser.browser_type.launch(executable_path=program(), args=FLAGS)
    with served() as address:
        page = made.new_page()
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address)
        page.evaluate(SCENES)
        yield page
        made.close()
    assert not said


def check(found: dict[str, Any], mean: float, far: float) -> None:
    print(found)
    assert found["error"] == 0
    assert found["inked"] > 0.05, "there is little to compare"
    assert found["mean"] < mean
    assert found["far"] < far


@pytest.mark.parametrize(
    "scene",
    [
        pytest.param({"n": 700, "d": 3}, id="plain"),
        pytest.param({"n": 700, "d": 3, "part": 0.5, "chosen": True}, id="3"),
        pytest.param({"n": 700, "d": 70, "part": 0.5, "chosen": True}, id="70"),
        pytest.param({"n": 700, "d": 8, "e": 21, "part": 0.3}, id="to another layer"),
        pytest.param({"n": 9000, "d": 5, "radius": 0.5}, id="single pixels"),
    ],
)
def test_points_agree(page: Page, scene: dict[str, Any]) -> None:
    check(page.evaluate("(scene) => tour.compare(scene)", scene), *POINTS)


@pytest.mark.parametrize("chosen", [False, True])
@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param([28, 28, 1], id="grey"),
        pytest.param([12, 20, 1], id="upright"),
        pytest.param([32, 32, 3], id="colours"),
    ],
)
def test_pictures_agree(page: Page, sheet: list[int], chosen: bool) -> None:
    scene = {"n": 500, "d": 6, "part": 0.5, "sheet": sheet, "chosen": chosen}
    check(page.evaluate("(scene) => tour.compare(scene)", scene), *PICTURES)


def test_pictures_fill_pages(page: Page) -> None:
    # 73 x 73 of them fill a page.
    scene = {"n": 6000, "d": 3, "sheet": [28, 28, 1], "side": 9}
    check(page.evaluate("(scene) => tour.compare(scene)", scene), *PICTURES)


def test_few_clouds_are_kept(page: Page) -> None:
    scenes = [{"n": 300 + k, "d": 4, "part": 0.5} for k in range(8)]
    for found in page.evaluate("(scenes) => tour.many(scenes)", scenes):
        check(found, *POINTS)
    assert page.evaluate("tour.kept()") == 6


def test_a_lost_context_comes_back(page: Page) -> None:
    found = page.evaluate("(scene) => tour.lost(scene)", {"n": 400, "d": 12, "chosen": True})
    assert found["asked"] == 1
    check(found["after"], *POINTS)
    assert found["after"] == found["before"]


def test_errors_of_shaders_are_said(page: Page) -> None:
    said = page.evaluate("tour.broken()")
    assert "could not compile a vertex shader: ERROR:" in said
    assert "'nothing'" in said


def test_without_a_card_javascript_draws(page: Page) -> None:
    assert page.evaluate("tour.chosen()") == "TourPixels"
