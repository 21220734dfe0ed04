/** Notices when the server is gone, says so, and takes the page up again when it is back. */
const PATIENCE = 1500; // milliseconds between two looks

export class Connection {
  /**
   * @param {Window} window
   * @param {() => HTMLElement} banner - found when it is needed.
   * @param {() => void} back - called once the server answers again.
   */
  constructor(window, banner, back) {
    Object.assign(this, { window, banner, back });
    this.plain = window.fetch.bind(window);
    this.lost = false;
    this.leaving = false;
    window.addEventListener("pagehide", () => (this.leaving = true));
    /** `fetch` as the page uses it: the same answers and the same errors. */
    this.watched = async (...request) => {
      try {
        return await this.plain(...request);
      } catch (error) {
        if (error?.name !== "AbortError") this.lose();
        throw error;
      }
    };
  }

  lose() {
    if (this.lost || this.leaving) return;
    this.lost = true;
    this.banner().hidden = false;
    this.look();
  }

  async look() {
    try {
      const answer = await this.plain("/health", { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
    } catch {
      this.window.setTimeout(() => this.look(), PATIENCE);
      return;
    }
    this.lost = false;
    this.banner().hidden = true;
    this.back();
  }
}
