/** Image files from a disk: chosen, or dropped where they are wanted. */
import { make } from "./make.mjs";

/** Kinds of images that are taken, and what they are called. */
export const ACCEPTED = { "image/png": "PNG", "image/jpeg": "JPEG", "image/bmp": "BMP", "image/webp": "WebP" };

/**
 * @param {HTMLElement} box - is filled.
 * @param {(files: File[]) => void} take
 */
export function fileField(box, take) {
  const { ownerDocument: document } = box;
  const input = make(document, "input", { type: "file", multiple: true, accept: Object.keys(ACCEPTED).join(",") });
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // so that the same ones can be chosen again
    take(files);
  });
  box.replaceChildren(make(document, "label.plain.file-field", {}, input, "Choose files …"));
}

/**
 * Let files be dropped.
 * @param {HTMLElement} element
 * @param {(files: File[]) => void} take
 */
export function fileDrop(element, take) {
  const listen = (event, act) =>
    element.addEventListener(event, (what) => {
      if (!Array.from(what.dataTransfer?.types ?? []).includes("Files")) return;
      what.preventDefault(); // or the browser would show them in place of the page
      act(what);
    });
  const over = (what) => {
    what.dataTransfer.dropEffect = "copy";
    element.classList.add("dropping");
  };
  listen("dragenter", over);
  listen("dragover", over);
  listen("dragleave", () => element.classList.remove("dropping"));
  listen("drop", ({ dataTransfer }) => {
    element.classList.remove("dropping");
    take([...dataTransfer.files]);
  });
}
