/** Asks the server about inputs of one's own, and has it keep some. */

/**
 * @typedef {object} Picture - an image file as the network takes it.
 * @property {File} file
 * @property {string} name - of that.
 * @property {string} note - what was done to it.
 * @property {Float32Array} x
 * @property {Float32Array} probabilities - (classes,), empty of an embedding.
 */

/** @typedef {{study: string, shown: boolean, samples: {kind: string, text: string, label: number}[]}} Listed */

export class InputDesk {
  /** @param {import("./workspace.mjs").Workspace} workspace */
  constructor(workspace) {
    this.workspace = workspace;
  }

  /** @param {string} address @param {Record<string, unknown>} parts - JSON, a Float32Array, or files. */
  async post(address, parts) {
    const body = new FormData();
    for (const [name, value] of Object.entries(parts)) {
      if (value instanceof Float32Array) body.append(name, new Blob([value]), name);
      else if (name === "files") for (const file of value) body.append("file", file, file.name);
      else body.append(name, JSON.stringify(value));
    }
    return InputDesk.checked(await this.workspace.fetcher(address, { method: "POST", body }));
  }

  static async checked(response) {
    if (!response.ok) throw new Error((await response.text()).trim() || response.statusText);
    return response;
  }

  get wish() {
    return this.workspace.study.wish;
  }

  /** What the network says of one input: (classes,), empty of an embedding. */
  async judge(x) {
    const response = await this.post("/inputs/judge", { wish: this.wish, x });
    return new Float32Array(await response.arrayBuffer());
  }

  /**
   * @param {File[]} files
   * @returns {Promise<{pictures: Picture[], failed: string[]}>} and why others cannot be read.
   */
  async convert(files, fit, inverted) {
    const response = await this.post("/inputs/convert", { wish: this.wish, what: { fit, inverted }, files });
    const { shape, notes, places, failed, classes } = JSON.parse(response.headers.get("X-Told"));
    const values = new Float32Array(await response.arrayBuffer());
    const [count, ...rest] = shape;
    const size = rest.reduce((a, b) => a * b, 1);
    const pictures = Array.from(notes, (note, k) => ({
      file: files[places[k]], name: files[places[k]].name, note, x: values.slice(k * size, (k + 1) * size),
      probabilities: values.slice(count * size + k * classes, count * size + (k + 1) * classes),
    }));
    return { pictures, failed };
  }

  /**
   * How a sample can be changed to come to a place of the Tour.
   * @param {object} wish - the study and its layer, as they were planned.
   * @param {{sample: number, pose: number[][], goal: number[], epsilon: number}} what
   * @returns {Promise<object>} `path` (steps + 1, axes) in the layer's cloud, from its centre,
   *   `probabilities` (steps + 1, classes), `x` and `clean` of the input, and what the worker told.
   */
  async lead(wish, what) {
    const response = await this.post("/lead", { wish, what });
    const told = JSON.parse(response.headers.get("X-Told"));
    const values = new Float32Array(await response.arrayBuffer());
    const size = told.shape.reduce((a, b) => a * b, 1);
    const rows = told.steps + 1;
    const [path, said] = [rows * what.pose.length, rows * told.classes];
    return {
      ...told, path: values.slice(0, path), probabilities: values.slice(path, path + said),
      clean: values.slice(path + said, path + said + size), x: values.slice(path + said + size),
    };
  }

  /**
   * @param {{kind: "sketch" | "picture" | "led", texts: string[], labels: number[]}
   *   | {kind: "attack", key: string, sample: number, step: number}} what
   * @param {Float32Array} [x] - one input after the other.
   * @returns {Promise<Listed>}
   */
  async add(what, x = new Float32Array(0)) {
    return (await this.post("/inputs/add", { wish: this.wish, what, x })).json();
  }

  /**
   * Add one input as another page has it, and tell all of it; why it cannot be is said.
   * @param {import("../clientside.mjs").Bridge} bridge
   * @param {string} called
   * @param {Parameters<InputDesk["add"]>[0]} what @param {Float32Array} [x]
   * @returns {Promise<boolean>} whether it was added.
   */
  async keep(bridge, called, what, x) {
    try {
      const { offers, shown } = await this.add(what, x);
      bridge.set("frame-offers", { data: offers });
      bridge.toast(`${called} is added to the data. ${shown ? "All samples are opened again with it." : "Inputs on the Compare page shows what was added, and puts it behind the samples of every page."}`);
      if (shown) bridge.again();
      return true;
    } catch (error) {
      bridge.toast(String(error.message ?? error));
      return false;
    }
  }

  /** @param {number[]} places - among what was added. @returns {Promise<Listed>} */
  async remove(places) {
    return (await this.post("/inputs/remove", { wish: this.wish, places })).json();
  }

  /** @returns {Promise<Listed>} */
  async list() {
    const response = await this.workspace.fetcher(`/inputs?${new URLSearchParams({ study: this.wish.study })}`);
    return (await InputDesk.checked(response)).json();
  }

  /** (m * size,) pixels of all that was added. */
  async pixels() {
    return this.workspace.binary(`/inputs/pixels?${new URLSearchParams({ study: this.wish.study })}`);
  }
}
