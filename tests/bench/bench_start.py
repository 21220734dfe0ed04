"""What a user waits for: first paint, the second start of a finished study, recolouring.

    python tests/bench/bench_start.py [--demo NAME --data-dir DIR --home DIR]

Starts the application as a user does and watches it in headless Chromium.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from conftest import FLAGS
from playwright.sync_api import Page, sync_playwright
from running import Server

RECOLOUR = """async () => {
    const { workspace } = window.stratoscope;
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const times = [];
    for (let k = 0; k < 12; k++) {
        await frame();
        const begin = performance.now();
        workspace.peek(k % 2 ? null : 3);
        const script = performance.now() - begin;
        await frame();
        times.push([script, performance.now() - begin]);
    }
    return times;
}"""

MANY = """(layers) => {
    const { workspace } = window.stratoscope;
    const names = [...workspace.glyphs.keys()];
    const n = workspace.labels.length;
    let pixels = 0;
    const begin = performance.now();
    workspace.shared = null;
    for (let k = 0; k < layers; k++) {
        const name = names[k % names.length];
        const node = document.querySelector(`.node[data-layer="${name}"]`);
        const colours = workspace.colours(name);
        const glyph = workspace.glyphs.get(name);
        const out = new Uint32Array(glyph.pixels.data.buffer);
        for (let i = 0; i < out.length; i++) out[i] = colours[glyph.grid[i]];
        node.querySelector("canvas").getContext("2d").putImageData(glyph.pixels, 0, 0);
        pixels += out.length;
    }
    return [n, pixels, performance.now() - begin];
}"""


WATCH = """
    const when = (name, there) => {
        const look = () => (there() ? (window[name] = Date.now()) : requestAnimationFrame(look));
        look();
    };
    when("layoutAt", () => document.querySelector(".brand")?.getBoundingClientRect().width);
    const has = (selector) => document.querySelector(selector);
    when("glyphsAt", () => has(".node") && !has(".node.waiting"));
"""


def first_paint(home: Path, page: Page, arguments: list[str]) -> tuple[float, float, Server]:
    """Seconds from the command to the layout, and to the last glyph, by the page's own clock."""
    page.add_init_script(WATCH)
    begin = time.time()
    server = Server(home, *arguments)
    page.goto(server.url, wait_until="commit")
    page.wait_for_function("() => window.glyphsAt", timeout=600_000)
    layout, glyphs = page.evaluate("[window.layoutAt, window.glyphsAt]")
    return layout / 1000 - begin, glyphs / 1000 - begin, server


def main() -> None:
    """Print the table."""
    parse = argparse.ArgumentParser()
    parse.add_argument("--demo", default="digits")
    parse.add_argument("--data-dir", default="")
    parse.add_argument("--home", default=None)
    given = parse.parse_args()
    home = Path(given.home or tempfile.mkdtemp())
    arguments = ["--demo", given.demo]
    if given.data_dir:
        arguments += ["--data-dir", given.data_dir]
    rows: list[Any] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for k in range(5):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            layout, glyphs, server = first_paint(home, page, arguments)
            name = "first start" if k == 0 else "later start"
            print(f"{name}: layout visible {layout:.2f} s, all glyphs {glyphs:.2f} s")
            rows.append((layout, glyphs))
            if k == 4:
                page.wait_for_timeout(1000)
                times = page.evaluate(RECOLOUR)
                script = statistics.median(t[0] for t in times)
                whole = statistics.median(t[1] for t in times)
                print(
                    f"recolour, as shown: script {script:.1f} ms, to the next frame {whole:.1f} ms"
                )
                n, pixels, took = page.evaluate(MANY, 20)
                print(
                    f"recolour {n} samples x 20 layers ({pixels} pixels): {took:.1f} ms (limit 100)"
                )
            page.close()
            server.stop()
        browser.close()
    later = rows[1:]
    layout, glyphs = (statistics.median(row[k] for row in later) for k in range(2))
    print("median of later starts:")
    print(f"layout {layout:.2f} s (limit 1.5), all glyphs {glyphs:.2f} s (limit 3)")


if __name__ == "__main__":
    main()
