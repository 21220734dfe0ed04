// What the benchmark of the Embedding page does inside the browser. Times are those of the frame
// after which a change is seen, from the event that asked for it.

performance.setResourceTimingBufferSize(100_000); // or only the first 250 addresses are known

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

bench.open = async (layer) => {
    const whole = () => document.querySelector("#embedding-overview-a .overview-map").ariaLabel;
    const begin = performance.now();
    window.dash_clientside.set_props("embedding-layer", { value: layer });
    const times = await Promise.all([
        bench.until(() => bench.plots()?.ariaLabel.startsWith(`${layer}. `)),
        bench.until(() => whole()?.endsWith(` plots of ${layer}`)),
    ]);
    return times.map((at) => at - begin);
};

bench.enlarge = async () => {
    window.dash_clientside.set_props("embedding-size", { value: "8" });
    window.dash_clientside.set_props("embedding-tool", { value: "lasso" });
    await bench.until(() => / 1–8 up, 1–8 across /.test(bench.plots()?.ariaLabel));
    const boxes = document.querySelectorAll("#embedding-plot-a .scatter-frame rect");
    return Array.from(boxes, (box) => {
        const { x, y, width, height } = box.getBoundingClientRect();
        return [x, y, width, height];
    });
};

bench.select = async (repeats) => {
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
};

// A view of the same size and columns as the page's own, whose steps can be called one by one.
bench.steps = async ([columns, repeats]) => {
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
};

// The same columns in Plotly's matrix, and its frame without points.
bench.splom = async ([url, repeats]) => {
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
};
