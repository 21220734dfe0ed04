/**
 * What a graphics card does for each sample of a tour and for each pixel of it.
 *
 * A sample's values are texels of four, one after the other, `shape.x` of them for each of the
 * `shape.y` samples of a row. Texel 2 j + axis of row `way` of `planes` belongs to the values 4 j to
 * 4 j + 3. Places are pixels, counted from the upper left corner.
 */

/** First value of a sample that is nowhere: what a NaN does is left to the card. */
export const NOWHERE = 3e38;

const PLACE = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;

layout(location = 0) in vec4 colour;
uniform sampler2D cloudA;
uniform sampler2D cloudB;
uniform sampler2D planes;
uniform ivec2 shapeA;
uniform ivec2 shapeB; // of no samples where there is no other cloud
uniform vec2 offsetA; // the centre's place, which is to be 0
uniform vec2 offsetB;
uniform float part;
uniform vec2 scale;
uniform vec2 shift;
uniform vec2 extent; // of the canvas
uniform float margin; // around it, so that what is cut by its border is drawn
out vec3 tint;

bool seen(sampler2D cloud, ivec2 shape, vec2 offset, int way, out vec2 place) {
  place = vec2(0.0);
  if (shape.y == 0) return false;
  ivec2 first = ivec2((gl_VertexID % shape.y) * shape.x, gl_VertexID / shape.y);
  if (texelFetch(cloud, first, 0).x >= ${NOWHERE.toExponential()} * 0.99) return false;
  for (int j = 0; j < shape.x; j++) {
    vec4 values = texelFetch(cloud, ivec2(first.x + j, first.y), 0);
    place.x += dot(values, texelFetch(planes, ivec2(2 * j, way), 0));
    place.y += dot(values, texelFetch(planes, ivec2(2 * j + 1, way), 0));
  }
  place -= offset;
  return true;
}

/** Where the sample is; one that is on one side only is there. */
bool whereabouts(out vec2 pixel) {
  vec2 a, b;
  bool own = seen(cloudA, shapeA, offsetA, 0, a);
  bool other = seen(cloudB, shapeB, offsetB, 1, b);
  vec2 place = own ? (other ? mix(a, b, part) : a) : b;
  pixel = place * scale + shift;
  return own || other;
}

void put(vec2 pixel, float size) {
  vec2 clip = 2.0 * (pixel + margin) / (extent + 2.0 * margin) - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
  gl_PointSize = size;
}

void leave() {
  gl_Position = vec4(0.0, 0.0, 2.0, 1.0); // cut off
  gl_PointSize = 1.0;
}
`;

/** Discs; see lib/points.mjs for their edges. */
export const POINTS = {
  vertex: `${PLACE}
uniform float size;

void main() {
  tint = colour.rgb;
  vec2 pixel;
  if (whereabouts(pixel)) put(size == 1.0 ? floor(pixel) + 0.5 : pixel, size); // one pixel, not beside it
  else leave();
}
`,
  fragment: `#version 300 es
precision highp float;

uniform float size;
uniform float radius;
uniform float opacity;
in vec3 tint;
out vec4 outcome;

void main() {
  float away = size * length(gl_PointCoord - 0.5);
  float covered = size == 1.0 ? 1.0 : clamp(radius + 0.5 - away, 0.0, 1.0);
  outcome = vec4(tint, opacity * covered);
}
`,
};

/** Pictures on whole pixels; see lib/sprites.mjs. */
export const PICTURES = {
  vertex: `${PLACE}
uniform ivec2 drawn; // sides of a picture in pixels of the canvas
uniform ivec2 own; // and its own
uniform ivec2 grid; // pictures of a page, across and down
flat out ivec3 corner; // of the picture in the sheet

void main() {
  tint = colour.rgb;
  int page = grid.x * grid.y;
  int rest = gl_VertexID % page;
  corner = ivec3(own * ivec2(rest % grid.x, rest / grid.x), gl_VertexID / page);
  vec2 pixel;
  if (!whereabouts(pixel)) {
    leave();
    return;
  }
  float size = float(max(drawn.x, drawn.y));
  put(floor(pixel - 0.5 * vec2(drawn) + 0.5) + 0.5 * size, size);
}
`,
  fragment: `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2DArray;

uniform sampler2DArray sheet;
uniform ivec2 drawn;
uniform ivec2 own;
uniform int rim; // pixels of the frame; 0 for ink
uniform float opacity;
in vec3 tint;
flat in ivec3 corner;
out vec4 outcome;

void main() {
  int size = max(drawn.x, drawn.y);
  ivec2 at = ivec2(gl_PointCoord * float(size)); // a point is a square, a picture may be less
  if (at.x >= drawn.x || at.y >= drawn.y) discard;
  ivec2 texel = (2 * at + 1) * own / (2 * drawn);
  vec3 values = texelFetch(sheet, ivec3(corner.xy + texel, corner.z), 0).rgb;
  if (rim == 0) {
    if (values.r < 15.5 / 255.0) discard; // paper, and what is noise on it
    outcome = vec4(tint, opacity * values.r);
  } else {
    bool framed = at.x < rim || at.y < rim || at.x >= drawn.x - rim || at.y >= drawn.y - rim;
    outcome = vec4(framed ? tint : values, opacity);
  }
}
`,
};
