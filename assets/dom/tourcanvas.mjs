/** Which way of drawing a canvas gets. */
import { make } from "./make.mjs";
import { TourGL } from "./tourgl.mjs";
import { TourPixels } from "./tourpixels.mjs";

/** Renderers that do a card's work on the processor, where pixels by JavaScript are quicker. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let card = null; // whether there is one; asked once

/** Whether a graphics card draws. Asked on a canvas of its own: one has a single kind of context. */
function hasCard(document) {
  if (!document.defaultView.WebGL2RenderingContext) return false;
  // Chromium gives a context by SwiftShader despite the caveat, so its name is looked at as well.
  const gl = make(document, "canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  let name = gl.getParameter(gl.RENDERER);
  if (name === "WebKit WebGL") { // says nothing; Firefox says it here and warns of the extension
    const known = gl.getExtension("WEBGL_debug_renderer_info");
    if (known) name = gl.getParameter(known.UNMASKED_RENDERER_WEBGL);
  }
  gl.getExtension("WEBGL_lose_context")?.loseContext(); // a browser has few
  return typeof name === "string" && !SOFTWARE.test(name);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} again - draw once more.
 * @returns {{draw: (scene: import("./tourpixels.mjs").Scene) => void}}
 */
export function canvasFor(canvas, again) {
  card ??= hasCard(canvas.ownerDocument);
  const asked = { failIfMajorPerformanceCaveat: true, alpha: false, antialias: false };
  const gl = card ? canvas.getContext("webgl2", asked) : null;
  return gl ? new TourGL(gl, again) : new TourPixels(canvas);
}
