/** Columns that were fetched, by feature: those used last are kept, within a number of bytes. */

export const PART = 1024; // features of a part of a cloud, as the server cuts them

export class Columns {
  /**
   * @param {number} bytes - of all columns that are kept.
   * @param {number} least - columns that are kept in any case: a window needs them at once.
   */
  constructor(bytes, least) {
    Object.assign(this, { bytes, least });
    this.kept = new Map(); // used last, at the end
  }

  /**
   * Columns of some features; what is missing is fetched, each once and part by part.
   * @param {number[]} wanted
   * @param {(part: number, features: number[]) => Promise<Float32Array[]>} fetch - columns of
   *   features that are all of one part.
   * @returns {Promise<Float32Array[]>}
   */
  async take(wanted, fetch) {
    const found = new Map(wanted.map((feature) => [feature, this.kept.get(feature)]));
    const parts = new Map();
    for (const [feature, column] of found) {
      const part = Math.floor(feature / PART);
      if (!column) parts.set(part, [...(parts.get(part) ?? []), feature]);
    }
    await Promise.all(
      [...parts].map(async ([part, features]) => {
        const block = await fetch(part, features);
        features.forEach((feature, k) => found.set(feature, block[k]));
      }),
    );
    for (const [feature, column] of found) this.use(feature, column);
    this.trim();
    return wanted.map((feature) => found.get(feature));
  }

  use(feature, column) {
    this.kept.delete(feature);
    this.kept.set(feature, column);
  }

  trim() {
    const [column] = this.kept.values();
    const most = Math.max(this.least, Math.floor(this.bytes / (column?.byteLength || 1)));
    for (const feature of this.kept.keys()) {
      if (this.kept.size <= most) break;
      this.kept.delete(feature);
    }
  }
}
