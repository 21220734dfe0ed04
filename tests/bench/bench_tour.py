"""What a frame of a tour costs, drawn by JavaScript and by WebGL, beside Plotly in one browser.

    python tests/bench/bench_tour.py [--card] [--size 880] [--frames 60]

A frame is a new plane: from it until the pixels are there, that is until a pixel can be read back
from WebGL. WebGL is done in software unless `--card` leaves the browser its graphics card. Plotly
is given the places as they are; only its `restyle` is measured.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

import plotly

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from playwright.sync_api import Page, sync_playwright
from test_tour_canvas import FLAGS, program, served

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
CLOUDS = [(1000, 10), (10_000, 10), (60_000, 10), (10_000, 64), (10_000, 256)]
PICTURES = (10_000, 10)
BESIDE = (1000, 10_000)
MOST_S = 8  # for one row; slow ones get fewer frames

BENCH = """async ({ side, frames, most }) => {
  const { advance, dice, project, projection, start, velocity } = await import("/lib/tour.mjs");
  const { TourGL } = await import("/dom/tourgl.mjs");
  const { TourPixels } = await import("/dom/tourpixels.mjs");

  const cloud = (n, d) => {
    const draw = dice(1);
    return Float32Array.from({ length: n * d }, () => draw() + draw() + draw() - 1.5);
  };
  const sheet = (n) => {
    const draw = dice(2);
    const values = Uint8Array.from({ length: n * 784 }, () => (draw() < 0.2 ? 255 * draw() : 0));
    return { values, width: 28, height: 28, channels: 1 };
  };

  /** A plane for every frame. */
  const turning = (d) => {
    const [frame, way] = [start(d, 3), velocity(d, 4)];
    return () => {
      advance(frame, d, way, 0.01);
      return projection(frame, d);
    };
  };

  const sceneOf = (n, d, pictures) => {
    const draw = dice(5);
    const centre = new Float32Array(d);
    const [x, y] = [new Float32Array(n), new Float32Array(n)];
    const scene = {
      width: side, height: side, view: { x0: -1.3, x1: 1.3, y0: -1.3, y1: 1.3 },
      ground: [255, 255, 255], styles: [{ order: null, radius: 3, opacity: pictures ? 1 : 0.8 }],
      colours: Uint32Array.from({ length: n }, () => (0xff000000 | (draw() * 0xffffff)) >>> 0),
      sheet: pictures ? sheet(n) : null, side: 15, radius: 3, part: 0,
      from: { x: cloud(n, d), centre, columns: null }, to: null,
      places: () => {
        project(scene.from.x, centre, scene.from.columns, x, y);
        return [x, y];
      },
    };
    return scene;
  };

  const canvas = () => {
    const made = Object.assign(document.createElement("canvas"), { width: side, height: side });
    document.body.replaceChildren(made);
    return made;
  };

  /** Milliseconds of frames, without the first ones. */
  const timed = async (prepare, draw) => {
    const times = [];
    const begin = performance.now();
    for (let k = 0; k < frames + 3; k++) {
      prepare();
      const from = performance.now();
      await draw();
      if (k >= 3) times.push(performance.now() - from);
      if (times.length > 4 && performance.now() - begin > most) break;
    }
    return times;
  };

  const way = (n, d, pictures) => {
    const [scene, next] = [sceneOf(n, d, pictures), turning(d)];
    return { scene, prepare: () => (scene.from.columns = next()) };
  };

  const end = (gl, pixel = new Uint8Array(4)) => {
    gl.finish();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  };

  window.bench = {
    pixels([n, d, pictures]) {
      const { scene, prepare } = way(n, d, pictures);
      const painter = new TourPixels(canvas());
      return timed(prepare, () => painter.draw(scene));
    },

    async card([n, d, pictures]) {
      const { scene, prepare } = way(n, d, pictures);
      const gl = canvas().getContext("webgl2", { alpha: false, antialias: false });
      const painter = new TourGL(gl, () => {});
      const times = await timed(prepare, () => {
        painter.draw(scene);
        end(gl);
      });
      gl.getExtension("WEBGL_lose_context").loseContext();
      return times;
    },

    async plotly(n) {
      const { scene, prepare } = way(n, 10, false);
      const box = document.createElement("div");
      document.body.replaceChildren(box);
      const color = Array.from(scene.colours, (one) =>
        `rgb(${one & 255},${(one >>> 8) & 255},${(one >>> 16) & 255})`);
      prepare();
      const [x, y] = scene.places();
      const marker = { size: 6, color, opacity: 0.8 };
      const trace = { type: "scattergl", mode: "markers", x, y, marker };
      const axis = { range: [-1.3, 1.3] };
      const layout = { width: side, height: side, xaxis: axis, yaxis: axis };
      await Plotly.newPlot(box, [trace], layout, { staticPlot: true });
      const gls = [...box.querySelectorAll("canvas")].map((one) => one.getContext("webgl"));
      let places;
      const times = await timed(() => {
        prepare();
        places = scene.places().map((values) => values.slice());
      }, async () => {
        await Plotly.restyle(box, { x: [places[0]], y: [places[1]] }, [0]);
        for (const gl of gls) if (gl) end(gl);
      });
      Plotly.purge(box);
      return times;
    },

    renderer() {
      const gl = canvas().getContext("webgl2");
      const known = gl.getExtension("WEBGL_debug_renderer_info");
      return gl.getParameter(known ? known.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
    },
  };
}"""


def median(page: Page, what: str, given: Any) -> float:
    """Milliseconds of a frame."""
    return statistics.median(page.evaluate(f"(given) => bench.{what}(given)", given))


def main() -> None:
    """Print the table."""
    parse = argparse.ArgumentParser()
    parse.add_argument("--card", action="store_true", help="draw by the graphics card, if any")
    parse.add_argument("--size", type=int, default=880, help="side of the canvas in pixels")
    parse.add_argument("--frames", type=int, default=60)
    given = parse.parse_args()
    flags = ["--no-sandbox", "--ignore-gpu-blocklist"] if given.card else FLAGS
    rows = [(f"{n:,} x {d}", n, d, False) for n, d in CLOUDS]
    rows.append((f"{PICTURES[0]:,} pictures", *PICTURES, True))
    with sync_playwright() as playwright, served() as address:
        browser = playwright.chromium.launch(executable_path=program(), args=flags)
        page = browser.new_page(viewport={"width": given.size + 40, "height": given.size + 40})
        page.goto(address)
        page.add_script_tag(path=PLOTLY)
        most = 1000 * MOST_S
        page.evaluate(BENCH, {"side": given.size, "frames": given.frames, "most": most})
        print(f"Chromium {browser.version}, {page.evaluate('bench.renderer()')}")
        print(f"{given.size} x {given.size} pixels, median ms of a frame:")
        print(
            f"{'':16}{'pixels':>9}{'WebGL':>9}{'Plotly':>9}{'WebGL/px':>10}{'Plotly/px':>11}{'Plotly/WebGL':>14}"
        )
        for name, n, d, pictures in rows:
            pixels = median(page, "pixels", [n, d, pictures])
            card = median(page, "card", [n, d, pictures])
            line = f"{name:16}{pixels:9.2f}{card:9.2f}"
            if n in BESIDE and d == 10 and not pictures:
                other = median(page, "plotly", n)
                line += (
                    f"{other:9.2f}{card / pixels:10.1f}{other / pixels:11.1f}{other / card:14.1f}"
                )
            else:
                line += f"{'-':>9}{card / pixels:10.1f}"
            print(line, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
