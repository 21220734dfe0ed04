/** As much of a document as parts of a page need that only make elements and listen to them. */

class FakeElement {
  constructor(document, tag) {
    Object.assign(this, {
      ownerDocument: document, tagName: tag.toUpperCase(), className: "", children: [], attributes: {},
      style: {}, dataset: {}, listeners: {}, parentNode: null, hidden: false, drawn: [],
    });
    this.classList = {
      toggle: (name, on) => {
        const names = new Set(this.className.split(" ").filter(Boolean));
        const wanted = on ?? !names.has(name);
        names[wanted ? "add" : "delete"](name);
        this.className = [...names].join(" ");
        return wanted;
      },
      add: (name) => this.classList.toggle(name, true),
      remove: (name) => this.classList.toggle(name, false),
      contains: (name) => this.className.split(" ").includes(name),
    };
  }

  append(...children) {
    for (const child of children) {
      child.parentNode?.take?.(child);
      if (child instanceof FakeElement) child.parentNode = this;
      this.children.push(child);
    }
  }

  take(child) {
    this.children = this.children.filter((one) => one !== child);
    child.parentNode = null;
  }

  replaceChildren(...children) {
    for (const child of [...this.children]) if (child instanceof FakeElement) this.take(child);
    this.children = [];
    this.append(...children);
  }

  remove() {
    this.parentNode?.take(this);
  }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  addEventListener(name, act) {
    (this.listeners[name] ??= []).push(act);
  }

  /** Let something happen to it. */
  fire(name, event = {}) {
    const told = { preventDefault() {}, ...event };
    for (const act of this.listeners[name] ?? []) act(told);
  }

  click() {
    this.fire("click");
  }

  scrollIntoView() {
    this.scrolled = true;
  }

  get textContent() {
    return this.children.map((child) => (child instanceof FakeElement ? child.textContent : String(child))).join("");
  }

  set textContent(text) {
    this.replaceChildren(text);
  }

  /** All elements below it of a class, or of a tag. */
  all(name) {
    const below = this.children.filter((child) => child instanceof FakeElement);
    const is = (one) => one.className.split(" ").includes(name) || one.tagName === name.toUpperCase();
    return below.flatMap((one) => [...(is(one) ? [one] : []), ...one.all(name)]);
  }

  /** The same of a selector that is a class. */
  querySelectorAll(selector) {
    return this.all(selector.slice(1));
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  /** The first of them. */
  one(name) {
    const [found] = this.all(name);
    if (!found) throw new Error(`There is no ${name} in: ${this.textContent}`);
    return found;
  }

  getBoundingClientRect() {
    return { left: 0, top: 0, width: this.clientWidth ?? 0, height: this.clientHeight ?? 0 };
  }

  setPointerCapture() {}

  focus() {
    this.ownerDocument.activeElement = this;
    this.fire("focus");
  }

  contains(other) {
    return other === this || this.children.some((child) => child instanceof FakeElement && child.contains(other));
  }

  /** Whether it is of the class that a selector names. */
  matches(selector) {
    return selector.startsWith(".") && this.classList.contains(selector.slice(1));
  }

  getContext() {
    const note = (name) => (...given) => {
      this.drawn.push([name, ...given]);
      return { width: 10 * String(given[0] ?? "").length };
    };
    const getImageData = (_x, _y, width, height) => ({ data: new Uint8ClampedArray(4 * width * height) });
    return new Proxy({ canvas: this, getImageData }, {
      get: (target, name) => (name in target ? target[name] : note(name)),
      set: (target, name, value) => {
        if (name !== "canvas") this.drawn.push([`${name} =`, value]);
        target[name] = value;
        return true;
      },
    });
  }
}

/** An empty document. */
export function fakeDocument() {
  const document = {
    createElement: (tag) => new FakeElement(document, tag),
    createElementNS: (_space, tag) => document.createElement(tag),
  };
  const frames = [];
  const clock = { now: 0 };
  document.defaultView = {
    document, devicePixelRatio: 1, performance: { now: () => clock.now },
    getComputedStyle: () => ({ getPropertyValue: () => "", fontFamily: "" }),
    requestAnimationFrame: (act) => frames.push(act),
    cancelAnimationFrame: (k) => delete frames[k - 1],
    /** Let the screen's next picture be drawn, some milliseconds later. */
    nextFrame(later = 16) {
      clock.now += later;
      frames.splice(0).forEach((act) => act?.());
    },
    Path2D: class {
      moveTo() {}
      lineTo() {}
    },
  };
  globalThis.ImageData ??= class {
    constructor(...given) {
      const [width, height, data] = given.length === 3 ? [given[1], given[2], given[0]] : [...given, null];
      Object.assign(this, { width, height, data: data ?? new Uint8ClampedArray(4 * width * height) });
    }
  };
  globalThis.ResizeObserver ??= class {
    observe() {}
    disconnect() {}
  };
  return document;
}

/** An element to fill. */
export const fakeBox = (document = fakeDocument()) => document.createElement("div");
