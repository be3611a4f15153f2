// Draws what is copied from pictures: words and icons from the atlas, and behind all the grid's dots or the overview.

import { COLOUR_NAMES, HEAD, PLACES } from "./shader-words";

export const SPRITES_VERTEX = `${HEAD}${PLACES}
uniform vec2 uSheet;
uniform float uCount;
layout(location = 0) in vec2 anchor;
layout(location = 1) in vec4 spot;
layout(location = 2) in vec4 part;
layout(location = 3) in vec2 more;
out vec2 vPart;
out float vShown;

void main() {
  vec2 side = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  vec2 corner = whole(onScreen(anchor)) + spot.xy;
  vPart = (part.xy + part.zw * side) / uSheet;
  vShown = more.x;
  // As far as the node that it belongs to: what lies above that hides it.
  float z = 1.0 - 2.0 * (more.y + 1.0) / (uCount + 2.0);
  gl_Position = clip(corner + spot.zw * side, z);
}`;

export const SPRITES_FRAGMENT = `${HEAD}
uniform sampler2D uAtlas;
in vec2 vPart;
in float vShown;
out vec4 seen;
void main() { seen = texture(uAtlas, vPart) * vShown; }`;

export const GROUND_VERTEX = `${HEAD}
void main() {
  vec2 at = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);
}`;

export const GROUND_FRAGMENT = `${HEAD}${COLOUR_NAMES}
uniform vec2 uSize;
/** Dots: where one is, how far apart they are, how large. */
uniform vec4 uDots;
/** The overview: its upper left corner and its size on the screen; no size where it is not shown. */
uniform vec4 uOverview;
uniform sampler2D uPicture;
out vec4 seen;

/** How much of a pixel a dot covers, along one axis. */
float covered(float at, float step, float dot) {
  float from = mod(at - 0.5, step);
  return clamp(min(from + 1.0, dot) - from, 0.0, 1.0) + clamp(from + 1.0 - step, 0.0, 1.0);
}

void main() {
  vec2 at = vec2(gl_FragCoord.x, uSize.y - gl_FragCoord.y);
  vec4 ground = uColours[AT_GROUND];
  if (uOverview.z > 0.0) {
    vec2 part = (at - uOverview.xy) / uOverview.zw;
    bool isIn = part.x >= 0.0 && part.y >= 0.0 && part.x < 1.0 && part.y < 1.0;
    seen = isIn ? texture(uPicture, part) : ground;
    return;
  }
  vec2 part = vec2(covered(at.x - uDots.x, uDots.z, uDots.w), covered(at.y - uDots.y, uDots.z, uDots.w));
  seen = vec4(mix(ground.rgb, uColours[AT_DOT].rgb, part.x * part.y), 1.0);
}`;
