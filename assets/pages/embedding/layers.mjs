/** Layers of a study by name, and what their values are called. */

export const layerOf = (study, name) => study.layers.find((layer) => layer.name === name);

/** A value of an unwrapped layer: its channel and where it is. */
export function valueName({ shape }, value) {
  if (shape.length < 2) return `#${value}`;
  const depth = shape.at(-1);
  const position = Math.floor(value / depth);
  const width = shape.at(-2);
  return `#${value % depth} @ ${Math.floor(position / width)},${position % width}`;
}

export const fileName = (layer) => layer.replaceAll("/", "-");
