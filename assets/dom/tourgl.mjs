/** Samples of a tour drawn by a graphics card: data go there once, a frame sends two planes. */
import { SHARP } from "../lib/points.mjs";
import { NOWHERE, PICTURES, POINTS } from "./tourshaders.mjs";

/** @typedef {import("./tourpixels.mjs").Scene} Scene */
/** @typedef {import("../lib/sprites.mjs").Sheet} Sheet */

const KEPT = 6; // clouds on the card, of which a frame needs two
const BAND = 1 << 20; // values that are sent at a time
const PAGE = 2048; // pixels, longest side of a page of pictures
const FRAME = 1 / 14; // of a picture's side, as in lib/sprites.mjs
const UNITS = { cloudA: 0, cloudB: 1, planes: 2, sheet: 3 };

export class TourGL {
  /**
   * @param {WebGL2RenderingContext} gl - of a canvas without alpha.
   * @param {() => void} again - draw once more.
   */
  constructor(gl, again) {
    this.gl = gl;
    gl.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault()); // or it never comes back
    gl.canvas.addEventListener("webglcontextrestored", () => {
      this.build();
      again();
    });
    this.build();
  }

  /** Give the context back: a browser has few of them, and takes them from others. */
  close() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  /** All that a context holds. */
  build() {
    const { gl } = this;
    Object.assign(this, { clouds: new Map(), orders: [], tints: null, sheet: null, room: 0 });
    if (gl.isContextLost()) return;
    this.points = programOf(gl, POINTS);
    this.pictures = programOf(gl, PICTURES);
    this.colours = gl.createBuffer();
    this.planes = null;
    gl.bindVertexArray(gl.createVertexArray());
    gl.bindBuffer(gl.ARRAY_BUFFER, this.colours);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    this.largest = gl.getParameter(gl.ALIASED_POINT_SIZE_RANGE)[1];
  }

  /** @param {Scene} scene */
  draw(scene) {
    const { gl } = this;
    if (gl.isContextLost()) return;
    const { width, height, ground, colours, styles, sheet, from, to } = scene;
    const [a, b] = [this.cloudOf(from), to && this.cloudOf(to)];
    this.forget();
    this.tint(colours);
    const pages = sheet && this.sheetOf(sheet);
    const looks = styles.map((style) => (pages ? this.pictureOf(style, scene, pages) : this.pointOf(style)));
    const margin = Math.ceil(Math.max(1, ...looks.map(({ size }) => size)) / 2);
    gl.viewport(-margin, -margin, width + 2 * margin, height + 2 * margin);
    gl.clearColor(ground[0] / 255, ground[1] / 255, ground[2] / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const { program, at } = pages ? this.pictures : this.points;
    gl.useProgram(program);
    this.place(at, scene, a, b, margin);
    if (pages) this.bind(UNITS.sheet, gl.TEXTURE_2D_ARRAY, pages.texture);
    styles.forEach(({ order, opacity }, slot) => {
      gl.uniform1f(at.opacity, opacity);
      looks[slot].set(at);
      this.run(order, slot, a.count);
    });
  }

  /** Where samples lie, for a program. */
  place(at, { width, height, view, from, to, part }, a, b, margin) {
    const { gl } = this;
    this.send(at, from, to);
    this.bind(UNITS.cloudA, gl.TEXTURE_2D, a.texture);
    this.bind(UNITS.cloudB, gl.TEXTURE_2D, (b ?? a).texture);
    gl.uniform2i(at.shapeA, a.texels, a.across);
    gl.uniform2i(at.shapeB, b ? b.texels : 0, b ? b.across : 0);
    gl.uniform1f(at.part, part);
    const [sx, sy] = [width / (view.x1 - view.x0), height / (view.y0 - view.y1)];
    gl.uniform2f(at.scale, sx, sy);
    gl.uniform2f(at.shift, -view.x0 * sx, -view.y1 * sy);
    gl.uniform2f(at.extent, width, height);
    gl.uniform1f(at.margin, margin);
  }

  /** The planes of both ends, and where their centres lie. */
  send(at, from, to) {
    const { gl } = this;
    const texels = Math.ceil(Math.max(from.centre.length, to?.centre.length ?? 0) / 4);
    if (texels > this.room) {
      gl.deleteTexture(this.planes);
      this.room = texels;
      this.planes = textureOf(gl, UNITS.planes, gl.TEXTURE_2D);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, 2 * texels, 2);
    }
    this.bind(UNITS.planes, gl.TEXTURE_2D, this.planes);
    const values = new Float32Array(16 * this.room);
    for (const [way, end] of [from, to].entries()) {
      if (!end) continue;
      let [x, y] = [0, 0];
      for (let k = 0; k < end.centre.length; k++) {
        const to4 = 8 * (way * this.room + (k >> 2)) + (k & 3);
        values[to4] = end.columns[2 * k];
        values[to4 + 4] = end.columns[2 * k + 1];
        x += end.centre[k] * end.columns[2 * k];
        y += end.centre[k] * end.columns[2 * k + 1];
      }
      gl.uniform2f(way ? at.offsetB : at.offsetA, x, y);
    }
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 2 * this.room, 2, gl.RGBA, gl.FLOAT, values);
  }

  bind(unit, kind, texture) {
    this.gl.activeTexture(this.gl.TEXTURE0 + unit);
    this.gl.bindTexture(kind, texture);
  }

  /** Samples on the card; those used last are the last of the map. */
  cloudOf({ x, centre }) {
    const found = this.clouds.get(x) ?? uploaded(this.gl, x, centre.length);
    this.clouds.delete(x);
    this.clouds.set(x, found);
    return found;
  }

  forget() {
    for (const [x, { texture }] of this.clouds) {
      if (this.clouds.size <= KEPT) return;
      this.gl.deleteTexture(texture);
      this.clouds.delete(x);
    }
  }

  /** Colours of samples. @param {Uint32Array} colours - often another view of the same memory. */
  tint(colours) {
    const { buffer, byteOffset, length } = this.tints ?? {};
    if (buffer === colours.buffer && byteOffset === colours.byteOffset && length === colours.length) return;
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.colours);
    gl.bufferData(gl.ARRAY_BUFFER, colours, gl.DYNAMIC_DRAW);
    this.tints = colours;
  }

  /** Draw the samples of a style. */
  run(order, slot, count) {
    const { gl, orders } = this;
    if (order === null) return gl.drawArrays(gl.POINTS, 0, count);
    orders[slot] ??= { buffer: gl.createBuffer(), order: null };
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, orders[slot].buffer);
    if (orders[slot].order !== order) {
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.DYNAMIC_DRAW);
      orders[slot].order = order;
    }
    return gl.drawElements(gl.POINTS, order.length, gl.UNSIGNED_INT, 0);
  }

  /** How big a point is. */
  pointOf({ radius: wanted }) {
    const { gl } = this;
    const radius = Math.min(wanted, (this.largest - 1) / 2);
    const size = radius < SHARP ? 1 : 2 * radius + 1;
    const set = (at) => {
      gl.uniform1f(at.size, size);
      gl.uniform1f(at.radius, radius);
    };
    return { size, set };
  }

  /** How big a picture is. */
  pictureOf(style, { sheet, side, radius }, { across, down }) {
    const { gl } = this;
    const size = Math.max(1, Math.min(Math.floor(this.largest), Math.round((side * style.radius) / radius)));
    const [wide, tall] = [sheet.width, sheet.height].map((own) =>
      Math.max(1, Math.round((size * own) / Math.max(sheet.width, sheet.height))));
    const set = (at) => {
      gl.uniform2i(at.drawn, wide, tall);
      gl.uniform2i(at.own, sheet.width, sheet.height);
      gl.uniform2i(at.grid, across, down);
      gl.uniform1i(at.rim, sheet.channels === 1 ? 0 : Math.max(1, Math.round(FRAME * size)));
    };
    return { size, set };
  }

  /** Pictures on the card. */
  sheetOf(sheet) {
    if (this.sheet?.of === sheet) return this.sheet;
    if (this.sheet) this.gl.deleteTexture(this.sheet.texture);
    this.sheet = { of: sheet, ...paged(this.gl, sheet) };
    return this.sheet;
  }
}

/** A program with the places of its uniforms. */
function programOf(gl, { vertex, fragment }) {
  const program = gl.createProgram();
  for (const [kind, text] of [["VERTEX_SHADER", vertex], ["FRAGMENT_SHADER", fragment]]) {
    const shader = gl.createShader(gl[kind]);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    const log = gl.getShaderInfoLog(shader);
    check(gl, gl.getShaderParameter(shader, gl.COMPILE_STATUS), `compile a ${kind.toLowerCase().replace("_", " ")}`, log);
    gl.attachShader(program, shader);
    gl.deleteShader(shader); // once the program is
  }
  gl.linkProgram(program);
  check(gl, gl.getProgramParameter(program, gl.LINK_STATUS), "link shaders", gl.getProgramInfoLog(program));
  const at = {};
  for (let k = 0; k < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); k++) {
    const { name } = gl.getActiveUniform(program, k);
    at[name] = gl.getUniformLocation(program, name);
  }
  gl.useProgram(program);
  for (const [name, unit] of Object.entries(UNITS)) if (at[name]) gl.uniform1i(at[name], unit);
  return { program, at };
}

function check(gl, done, what, log) {
  if (!done && !gl.isContextLost()) throw new Error(`The graphics card could not ${what}: ${log}`);
}

/** A texture whose texels are fetched as they are. */
function textureOf(gl, unit, kind) {
  const texture = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(kind, texture);
  gl.texParameteri(kind, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(kind, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  return texture;
}

/**
 * Send samples.
 * @param {WebGL2RenderingContext} gl
 * @param {Float32Array} x - (n d,) by rows; samples with a value that is not finite are nowhere.
 * @param {number} d
 */
function uploaded(gl, x, d) {
  const count = x.length / d;
  const texels = Math.ceil(d / 4);
  const most = gl.getParameter(gl.MAX_TEXTURE_SIZE);
  const across = Math.max(1, Math.min(Math.floor(most / texels), Math.ceil(Math.sqrt(count / texels))));
  const rows = Math.max(1, Math.ceil(count / across));
  if (across * texels > most || rows > most) {
    throw new RangeError(`The graphics card holds textures of ${most} x ${most}; ${count} samples of ${d} values need more.`);
  }
  const texture = textureOf(gl, UNITS.cloudA, gl.TEXTURE_2D);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, across * texels, rows);
  const stride = 4 * texels;
  const high = Math.max(1, Math.min(rows, Math.floor(BAND / (stride * across))));
  const band = new Float32Array(high * across * stride);
  for (let row = 0; row < rows; row += high) {
    const first = row * across;
    const last = Math.min(count, first + high * across);
    for (let i = first; i < last; i++) {
      const to = (i - first) * stride;
      let finite = true;
      for (let k = 0; k < d; k++) {
        const value = x[i * d + k];
        band[to + k] = value;
        finite &&= Number.isFinite(value);
      }
      if (!finite) band.fill(NOWHERE, to, to + d);
    }
    const tall = Math.min(high, rows - row);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, row, across * texels, tall, gl.RGBA, gl.FLOAT, band);
  }
  return { texture, texels, across, count };
}

/**
 * Send pictures, as many to a page as fit.
 * @param {WebGL2RenderingContext} gl
 * @param {Sheet} sheet
 */
function paged(gl, { values, width, height, channels }) {
  const count = values.length / (width * height * channels);
  const across = Math.max(1, Math.min(count, Math.floor(PAGE / width)));
  const down = Math.max(1, Math.min(Math.ceil(count / across), Math.floor(PAGE / height)));
  const pages = Math.max(1, Math.ceil(count / (across * down)));
  const [wide, tall] = [across * width, down * height];
  const [depth, format, stored] = channels === 1 ? [1, gl.RED, gl.R8] : [3, gl.RGB, gl.RGB8];
  const source = Int32Array.from({ length: depth }, (_, k) => (channels >= 3 ? k : 0));
  const texture = textureOf(gl, UNITS.sheet, gl.TEXTURE_2D_ARRAY);
  gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, stored, wide, tall, pages);
  const page = new Uint8Array(wide * tall * depth);
  for (let number = 0, i = 0; number < pages; number++) {
    for (let k = 0; k < across * down && i < count; k++, i++) {
      const corner = Math.floor(k / across) * height * wide + (k % across) * width;
      for (let row = 0, from = i * width * height * channels; row < height; row++) {
        let to = (corner + row * wide) * depth;
        for (let column = 0; column < width; column++, from += channels) {
          for (let c = 0; c < depth; c++, to++) page[to] = values[from + source[c]];
        }
      }
    }
    gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, 0, number, wide, tall, 1, format, gl.UNSIGNED_BYTE, page);
  }
  return { texture, across, down };
}
