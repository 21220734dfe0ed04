/** Components of Dash whose library is fetched when the first of them is shown. */

/**
 * Put a component in the place where Dash looks for it, before its library is there.
 * @param {Window} window
 * @param {string} library - the name by which Dash knows it.
 * @param {string} name - of the component.
 * @param {string} address - of its script, which puts the library in the same place.
 * @returns {() => void} fetches it before the component is shown.
 */
export function putLater(window, library, name, address) {
  const { React, document } = window;
  let coming = null;
  const fetched = () => (coming ??= script(document, address).then(
    () => window[library][name],
    // What has failed is said where it is missing; all else goes on.
    () => () => React.createElement("p", { className: "hint failure" }, "This part could not be loaded. Reload the page."),
  ).then((component) => {
    window[library] = own; // another component in its place would be another part of the page
    return { default: component };
  }));
  const later = React.lazy(fetched);
  const own = {
    [name]: (props) => React.createElement(React.Suspense, { fallback: null }, React.createElement(later, props)),
  };
  window[library] = own;
  return fetched;
}

/** Run a script. @returns {Promise<void>} */
function script(document, address) {
  return new Promise((done, failed) => {
    const element = document.createElement("script");
    Object.assign(element, { src: address, onload: () => done(), onerror: () => failed(new Error(address)) });
    document.head.append(element);
  });
}
