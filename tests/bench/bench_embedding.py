"""What a user of the Embedding page waits for, on MNIST, beside Plotly in the same browser.

    python tests/bench/bench_embedding.py DIR_WITH_MNIST [--samples 1000|10000|60000]
        [--study lenet5-mnist|siamese-mnist] [--home DIR] [--layer NAME]

Starts the application as a user does and watches it in headless Chromium. Only trained networks
are taken from `--home`, which stays as it is; all results are computed afresh.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import plotly
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from conftest import FLAGS
from playwright.sync_api import Browser, Page, sync_playwright
from running import Server

from analysis.home import Home

# Plotly draws its matrix by WebGL, which without a graphics card is done in software.
SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
LIMIT_MS = {"first": 1000, "echo": 50, "hover": 50, "overview": 5000}
LIMIT_MB = 500
FASTER = 50
REPEATS = 9

# Times are those of the frame after which a change is seen, from the event that asked for it.
WATCH = """
    const seen = new Set();
    const bench = (window.bench = {
        paints: 0,
        presented: [],
        until: (there) => new Promise((done, fail) => {
            const begin = performance.now();
            const soon = { priority: "user-blocking" }; // before pictures that arrive meanwhile
            const look = () => {
                if (there()) scheduler.postTask(() => done(performance.now()), soon);
                else if (performance.now() - begin > 300_000) fail(new Error(`never: ${there}`));
                else requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
        }),
        frame: () => bench.until(() => true),
        plots: () => document.querySelector("#embedding-plot-a canvas.scatter-points"),
    });
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...values) {
        if (this.canvas === bench.plots()) bench.paints++;
        return put.apply(this, values);
    };
    const frameAfter = async (event) => {
        const before = bench.drawn;
        const at = await bench.frame();
        const chosen = window.stratoscope.workspace.selected.length;
        return { took: at - event.timeStamp, chosen, paints: bench.paints - before };
    };
    const starts = (event) => (bench.drawn = bench.paints);
    for (const name of ["pointerup", "wheel"]) {
        window.addEventListener(name, starts, true);
        window.addEventListener(name, (event) => (bench.done = frameAfter(event)));
    }
    window.addEventListener("pointermove", (event) => {
        const image = document.querySelector("#tooltip:not([hidden]) img");
        const fresh = image && !seen.has(image.src);
        if (fresh) seen.add(image.src);
        const shown = async () => (await image.decode(), (await bench.frame()) - event.timeStamp);
        bench.hovered = fresh ? shown() : null;
    });
    new PerformanceObserver((list) => {
        for (const { name, duration } of list.getEntries()) {
            if (name === "pointerup") bench.presented.push(duration);
        }
    }).observe({ type: "event", durationThreshold: 16 });
"""

READY = """() => window.stratoscope?.workspace.ready && bench.plots()
    && document.querySelector("#embedding-overview-a .overview-map")?.ariaLabel"""

OPEN = """async (layer) => {
    const whole = () => document.querySelector("#embedding-overview-a .overview-map").ariaLabel;
    const begin = performance.now();
    window.dash_clientside.set_props("embedding-layer", { value: layer });
    const times = await Promise.all([
        bench.until(() => bench.plots()?.ariaLabel.startsWith(`${layer}. `)),
        bench.until(() => whole()?.endsWith(` plots of ${layer}`)),
    ]);
    return times.map((at) => at - begin);
}"""

ENLARGE = """async () => {
    window.dash_clientside.set_props("embedding-size", { value: "8" });
    window.dash_clientside.set_props("embedding-tool", { value: "lasso" });
    await bench.until(() => / 1–8 up, 1–8 across /.test(bench.plots()?.ariaLabel));
    const boxes = document.querySelectorAll("#embedding-plot-a .scatter-frame rect");
    return Array.from(boxes, (box) => {
        const { x, y, width, height } = box.getBoundingClientRect();
        return [x, y, width, height];
    });
}"""

SELECT = """async (repeats) => {
    const { workspace } = window.stratoscope;
    const { length } = workspace.labels;
    const times = [];
    for (let k = 0; k < repeats; k++) {
        const half = Uint32Array.from({ length: length >> 1 }, (_, i) => 2 * i + (k % 2));
        await bench.frame();
        const begin = performance.now();
        workspace.select(half, "replace");
        const script = performance.now() - begin;
        times.push([script, (await bench.frame()) - begin]);
    }
    workspace.select([], "replace");
    await bench.frame();
    return times;
}"""

# A view of the same size and columns as the page's own, whose steps can be called one by one.
STEPS = """async ([columns, repeats]) => {
    const { workspace } = window.stratoscope;
    const { MatrixView } = await import("/assets/dom/matrixview.mjs");
    const box = document.querySelector("#embedding-plot-a");
    const rest = [...box.children];
    const on = { select() {}, hover() {}, open() {}, move() {} };
    const view = new MatrixView({ box, workspace, tooltip: { hide() {} }, on });
    const { values, shape } = await workspace.columns(...columns);
    const axes = Array.from({ length: shape[0] }, (_, k) => {
        const column = values.subarray(k * shape[1], (k + 1) * shape[1]);
        const [low, high] = [Math.min, Math.max].map((of) => column.reduce((a, b) => of(a, b)));
        return { id: String(k), name: String(k), column, low, high };
    });
    box.replaceChildren(view.element);
    const [sample, position, count] = [null, null, shape[1]];
    view.show({ rows: axes, columns: axes, sample, position, count, title: "" });
    const median = async (act) => {
        const times = [];
        for (let k = 0; k < repeats; k++) {
            view.setRange("x", axes[2], [axes[2].low, axes[2].high * (1 - k / 99)]);
            const begin = performance.now();
            act();
            times.push(performance.now() - begin);
            await bench.frame();
        }
        return times.sort((a, b) => a - b)[repeats >> 1];
    };
    const found = {};
    for (const name of ["drawFrame", "paint", "outline", "redraw"]) {
        found[name] = await median(() => view[name]());
    }
    const half = Uint32Array.from({ length: shape[1] >> 1 }, (_, i) => 2 * i);
    workspace.select(half, "replace");
    found["paint, half selected"] = await median(() => view.paint());
    workspace.select([], "replace");
    view.destroy();
    box.replaceChildren(...rest);
    return found;
}"""

SPLOM = """async ([url, repeats]) => {
    const response = await fetch(url);
    const n = Number(response.headers.get("X-Shape").split(",")[1]);
    const values = new Float32Array(await response.arrayBuffer());
    const box = document.body.appendChild(document.createElement("div"));
    const color = Array.from({ length: n }, (_, i) => i % 10);
    const drawn = async () => {
        await bench.frame();
        for (const canvas of box.querySelectorAll("canvas")) { // until the picture is there
            const gl = canvas.getContext("webgl");
            gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
        }
    };
    const time = async (act) => {
        const begin = performance.now();
        await act();
        await drawn();
        return performance.now() - begin;
    };
    const draw = (size) => Plotly.newPlot(
        box,
        [{
            type: "splom",
            marker: { size: 3, color, opacity: 0.7 },
            dimensions: Array.from({ length: size }, (_, k) => ({
                label: String(k), values: values.slice(k * n, (k + 1) * n),
            })),
        }],
        { width: 800, height: 700 },
    );
    const first = await time(() => draw(4));
    const larger = await time(() => draw(8));
    const echo = [];
    for (let k = 0; k < repeats; k++) {
        const half = Array.from({ length: n >> 1 }, (_, i) => 2 * i + (k % 2));
        echo.push(await time(() => Plotly.restyle(box, { selectedpoints: [half] })));
    }
    const contexts = [...box.querySelectorAll("canvas")].filter((one) => one.getContext("webgl"));
    Plotly.purge(box);
    const name = (letter, k) => (k ? `${letter}${k + 1}` : letter);
    const traces = [...Array(64).keys()].map((k) => ({
        x: [null], y: [null], xaxis: name("x", k % 8), yaxis: name("y", k >> 3), showlegend: false,
    }));
    const axes = {};
    for (let k = 0; k < 8; k++) for (const letter of "xy") axes[name(`${letter}axis`, k)] = {
        domain: [k / 8 + 0.01, (k + 1) / 8 - 0.01], range: [0, 1],
    };
    const layout = { ...axes, width: 800, height: 700 };
    const frame = await time(() => Plotly.newPlot(box, traces, layout));
    const zoom = [];
    for (let k = 0; k < repeats; k++) {
        const range = [0, 1 - k / 99];
        const axes = { "xaxis3.range": range, "yaxis2.range": range };
        zoom.push(await time(() => Plotly.relayout(box, axes)));
    }
    return { gl: contexts.length, first, larger, echo, frame, zoom, version: Plotly.version };
}"""


def line(what: str, milliseconds: Iterable[float], limit: float | None = None) -> float:
    """Print the median of some times with their range; returns it."""
    times = sorted(milliseconds)
    middle = statistics.median(times)
    text = f"{what}: {middle:.1f} ms ({times[0]:.1f} to {times[-1]:.1f}, {len(times)} times)"
    if limit:
        text += f", {middle / limit:.2f} of the limit of {limit:g} ms"
    print(text, flush=True)
    return middle


def opened(browser: Browser, server: Server) -> Page:
    """The page in a browser that has nothing in its cache, with the last layer drawn."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.on("pageerror", lambda error: print(f"  exception in the page: {error}"))
    page.add_init_script(WATCH)
    page.goto(f"{server.url.rstrip('/')}/embedding")
    page.wait_for_function(READY, timeout=900_000)
    return page


def layers_open(browser: Browser, server: Server, state: str) -> tuple[Page, list[str]]:
    """Open one layer after the other; returns the page, and the layers that are plain vectors."""
    page = opened(browser, server)
    layers = page.evaluate(
        "window.stratoscope.workspace.study.layers.map(({ name, shape }) => [name, shape])"
    )
    times = {}
    for name, shape in layers[:-1]:  # the last one is open
        times[name] = page.evaluate(OPEN, name)
        size = " x ".join(str(side) for side in shape)
        plots, whole = times[name]
        print(f"  {name} ({size}), {state}: plots {plots:.0f} ms, overview {whole:.0f} ms")
        page.wait_for_timeout(300)
    line(f"first 4 x 4, {state}", (plots for plots, _ in times.values()), LIMIT_MS["first"])
    line(f"overview, {state}", (whole for _, whole in times.values()), LIMIT_MS["overview"])
    plain = [(shape[0], name) for name, shape in layers[:-1] if len(shape) == 1]
    return page, [name for size, name in sorted(plain) if size <= 1024]


def lassoed(page: Page, cells: list[list[float]]) -> list[dict[str, float]]:
    """What follows the release of lassos of several sizes in several cells."""
    found = []
    for k in range(REPEATS):
        left, top, width, height = cells[(9 * k + 1) % 64]
        reach = 0.15 + 0.035 * k
        corners = [(-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0)]
        places = [
            (left + width * (0.5 + reach * x), top + height * (0.5 + reach * y)) for x, y in corners
        ]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()
        found.append(page.evaluate("bench.done"))
        page.wait_for_timeout(600)  # until what follows a selection has been done
    return found


def hovered(page: Page, cells: list[list[float]], wanted: int = 20) -> list[float]:
    """From the pointer over a point to the sample's picture in the tooltip."""
    chance = random.Random(0)  # noqa: S311
    times: list[float] = []
    for _ in range(40 * wanted):
        left, top, width, height = chance.choice(cells)
        page.mouse.move(left + width * chance.random(), top + height * chance.random())
        took = page.evaluate("bench.hovered")
        if took is not None:
            times.append(took)
        if len(times) == wanted:
            break
        page.wait_for_timeout(50)
    return times


def zoomed(page: Page, cells: list[list[float]]) -> list[dict[str, float]]:
    """What follows a notch of the wheel."""
    left, top, width, height = cells[10]
    page.mouse.move(left + width / 2, top + height / 2)
    found = []
    for k in range(REPEATS):
        page.mouse.wheel(0, -100 if k % 2 == 0 else 100)
        page.wait_for_timeout(200)
        found.append(page.evaluate("bench.done"))
    return found


def memory(page: Page) -> None:
    """Print what the tab holds; the largest renderer is the one that shows it."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    metrics = {
        one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]
    }
    sizes = [
        (process.memory_full_info().rss / 1e6, process.memory_full_info().uss / 1e6)
        for process in psutil.Process().children(recursive=True)
        if "--type=renderer" in process.cmdline()
    ]
    resident, own = max(sizes)
    print(
        f"memory: heap {metrics['JSHeapUsedSize'] / 1e6:.0f} MB; renderer {resident:.0f} MB, of it"
    )
    print(f"  {own:.0f} MB its own: {resident / LIMIT_MB:.2f} of the limit of {LIMIT_MB} MB")


def columns_of(page: Page) -> tuple[str, list[str]]:
    """Address and names of eight columns that the page has asked for last."""
    urls = page.evaluate(
        "performance.getEntriesByType('resource').map(({ name }) => name)"
        ".filter((name) => name.includes('/columns/'))"
    )
    asked = [re.search(r"/columns/(\w+)/(.+)", url) for url in urls]
    key = asked[-1].group(1) if asked[-1] else ""
    names = [
        name for one in asked if one and one.group(1) == key for name in one.group(2).split(",")
    ]
    return key, list(dict.fromkeys(names))[:8]


def beside(browser: Browser, server: Server, url: str) -> dict[str, Any]:
    """What Plotly takes for the same columns, in a tab of its own."""
    page = browser.new_context(bypass_csp=True, viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(f"{server.url.rstrip('/')}/health")
    page.add_script_tag(path=PLOTLY)
    found: dict[str, Any] = page.evaluate(SPLOM, [url, 5])
    page.context.close()
    return found


def interaction(browser: Browser, server: Server, page: Page, layer: str) -> None:
    """Print what gestures take on one layer at 8 x 8, beside Plotly."""
    page.evaluate(OPEN, layer)
    cells = page.evaluate(ENLARGE)
    print(f"{layer} at 8 x 8:")
    ended = lassoed(page, cells)
    echo = line("lasso's end to the frame", (one["took"] for one in ended), LIMIT_MS["echo"])
    presented = page.evaluate("bench.presented")
    if presented:
        line("lasso's end to the screen, by the browser in steps of 8 ms", presented)
    sizes = sorted({int(one["chosen"]) for one in ended})
    print(f"  selected: {sizes}; paintings of all points each: {[one['paints'] for one in ended]}")
    times = page.evaluate(SELECT, REPEATS)
    line("select half: script", (script for script, _ in times))
    half = line("select half: to the frame", (whole for _, whole in times), LIMIT_MS["echo"])
    line("hover to picture", hovered(page, cells), LIMIT_MS["hover"])
    line("wheel to the frame", (one["took"] for one in zoomed(page, cells)))
    memory(page)
    key, names = columns_of(page)
    for name, took in page.evaluate(STEPS, [[key, names], REPEATS]).items():
        print(f"  MatrixView.{name}: {took:.1f} ms")
    other = beside(browser, server, f"/columns/{key}/{','.join(names)}")
    print(f"Plotly {other['version']}, {other['gl']} WebGL canvases:")
    print(f"  first 4 x 4 {other['first']:.0f} ms, first 8 x 8 {other['larger']:.0f} ms")
    slow = line("  select half", other["echo"])
    print(f"  {slow / half:.0f} x ours by select, {slow / echo:.0f} x by lasso (limit {FASTER} x)")
    print(f"  64 empty subplots {other['frame']:.0f} ms")
    line("  zoom of two of their axes", other["zoom"])


def main() -> None:
    """Print the figures."""
    parse = argparse.ArgumentParser()
    parse.add_argument("data_dir")
    parse.add_argument("--samples", type=int, default=10_000, choices=[1000, 10_000, 60_000])
    parse.add_argument("--study", default="lenet5-mnist", choices=["lenet5-mnist", "siamese-mnist"])
    parse.add_argument("--home", default=None)
    parse.add_argument("--layer", default=None, help="for gestures; else the widest plain one")
    given = parse.parse_args()
    which = ["--limit", str(given.samples)]
    if given.samples == 60_000:
        which = ["--limit", "all", "--split", "train"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        if given.home:
            networks = Home(home).path / "networks"
            shutil.copytree(Path(given.home) / "networks", networks, dirs_exist_ok=True)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*FLAGS, *SOFTWARE_GL]
        )
        server = Server(home, "--demo", given.study, "--data-dir", given.data_dir, *which)
        try:
            print(f"{given.study}, {given.samples} samples:")
            page, _ = layers_open(browser, server, "never computed")
            page.context.close()
            page, plain = layers_open(browser, server, "computed before")
            interaction(browser, server, page, given.layer or plain[-1])
        finally:
            server.stop()
            browser.close()


if __name__ == "__main__":
    main()
