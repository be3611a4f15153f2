// Draws edges as curves: a strip of triangles for each, bent where it is drawn. Their ends follow their nodes.

import { FORWARD_LEAST, LANE, REACH_LEAST, REACH_MOST } from "../../graph/curve";
import { LEVEL, SHORTEST } from "../draw-edges";
import { HEAD, numbers, PAINT, PLACES } from "./shader-words";

/** Pieces of a strip where edges are curves; an even number, since an edge that leads back has two parts. */
export const SEGMENTS = 48;
export const LOOKS = 6;

/** The looks of edges, in rows: colour, width, dash and gap. */
const LOOK_ROWS = `
uniform vec4 uLook[${LOOKS}];
uniform vec4 uStroke[${LOOKS}];
`;

const CURVE = `
${numbers({ REACH_LEAST, REACH_MOST, LANE, FORWARD_LEAST, SHORTEST, LEVEL })}
vec2 p0, p1, p2, p3;

/** Sets the part of an edge that a place from 0 to 1 is on; answers the place on that part. */
float take(vec4 a, vec4 b, vec2 ports, float t) {
  vec2 from = vec2(a.x + a.z, a.y + ports.x);
  vec2 to = vec2(b.x, b.y + ports.y);
  float wide = to.x - from.x;
  if (wide >= FORWARD_LEAST) {
    float reach = min(REACH_MOST, max(min(REACH_LEAST, wide / 2.0), wide * 0.45));
    p0 = from;
    p1 = vec2(from.x + reach, from.y);
    p2 = vec2(to.x - reach, to.y);
    p3 = to;
    return t;
  }
  float high = a.w;
  float bottom = max(a.y + a.w, b.y + b.w);
  float lane = abs(to.y - from.y) < high + LANE ? bottom + LANE : (from.y + to.y) / 2.0;
  float reach = LANE + min(REACH_MOST / 2.0, abs(wide) * 0.08);
  vec2 middle = vec2((from.x + to.x) / 2.0, lane);
  if (t < 0.5) {
    p0 = from;
    p1 = vec2(from.x + reach, from.y);
    p2 = vec2(from.x + reach, lane);
    p3 = middle;
    return t * 2.0;
  }
  p0 = middle;
  p1 = vec2(to.x - reach, lane);
  p2 = vec2(to.x - reach, to.y);
  p3 = to;
  return t * 2.0 - 1.0;
}
`;

export const EDGES_VERTEX = `${HEAD}${PLACES}${LOOK_ROWS}${CURVE}
uniform usampler2D uEnds;
uniform float uRatio;
uniform int uSegments;
uniform float uIsSimple;
const float LONG = 2000.0;
const int PROBES = 32;
const uint NO_END = 0xffffffffu;
layout(location = 0) in uint edge;
out float vAcross;
out float vAlong;
flat out int vLook;

/** The curve at a place, and where it leads there. */
vec4 curveAt(vec4 a, vec4 b, vec2 ports, float t) {
  float u = take(a, b, ports, t);
  float v = 1.0 - u;
  vec2 at = v * v * v * p0 + 3.0 * v * v * u * p1 + 3.0 * v * u * u * p2 + u * u * u * p3;
  vec2 way = 3.0 * v * v * (p1 - p0) + 6.0 * v * u * (p2 - p1) + 3.0 * u * u * (p3 - p2);
  return vec4(at, way);
}

/** From where to where an edge that is much longer than the view may be seen: all of its pieces are spent there. */
vec2 seenPart(vec4 a, vec4 b, vec2 ports) {
  vec2 gone = abs(vec2(b.x - a.x - a.z, b.y + ports.y - a.y - ports.x)) * uScale;
  if (gone.x + gone.y < LONG) return vec2(0.0, 1.0);
  vec2 part = vec2(1.0, 0.0);
  vec2 last = onScreen(curveAt(a, b, ports, 0.0).xy);
  for (int k = 1; k <= PROBES; k++) {
    float t = float(k) / float(PROBES);
    vec2 next = onScreen(curveAt(a, b, ports, t).xy);
    float slack = 16.0 + 0.5 * distance(last, next);
    vec2 low = min(last, next) - slack;
    vec2 high = max(last, next) + slack;
    if (high.x > 0.0 && high.y > 0.0 && low.x < uSize.x && low.y < uSize.y) part = vec2(min(part.x, t - 1.0 / float(PROBES)), t);
    last = next;
  }
  return part.x < part.y ? part : vec2(0.0, 1.0);
}

/** How long an edge is between two places on it. */
float lengthOf(vec4 a, vec4 b, vec2 ports, float from, float to, int steps) {
  float sum = 0.0;
  vec2 last = curveAt(a, b, ports, from).xy;
  for (int k = 1; k <= steps; k++) {
    vec2 next = curveAt(a, b, ports, mix(from, to, float(k) / float(steps))).xy;
    sum += distance(last, next);
    last = next;
  }
  return sum * uScale;
}

void straight(vec4 a, vec4 b, vec2 ports, float t, float side) {
  vec2 from = vec2(a.x + a.z, a.y + ports.x);
  vec2 to = vec2(b.x, b.y + ports.y);
  vec2 gone = (to - from) * uScale / uRatio;
  if (abs(gone.x) + abs(gone.y) < SHORTEST) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec2 start = onScreen(from);
  vec2 end = onScreen(to);
  if (gone.x > 0.0 && abs(gone.y) < LEVEL) {
    // Level lines lie on whole pixels of the page, as the 2D layer fills them.
    vec2 corner = whole(start / uRatio) * uRatio;
    float wide = max(1.0, whole(gone).x) * uRatio;
    start = corner + vec2(0.0, 0.5 * uRatio);
    end = start + vec2(wide, 0.0);
  }
  vec2 way = normalize(end - start);
  float reach = 0.5 * uRatio + 1.0;
  vAcross = side * reach;
  vAlong = 0.0;
  gl_Position = clip(mix(start, end, t) + vec2(-way.y, way.x) * side * reach, 0.0);
}

void main() {
  vLook = int(edge >> 28u);
  uvec4 ends = texelFetch(uEnds, texel(edge & 0x0fffffffu), 0);
  if (ends.x == NO_END || ends.y == NO_END) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec4 a = boxOf(ends.x);
  vec4 b = boxOf(ends.y);
  vec2 ports = vec2(uintBitsToFloat(ends.z), uintBitsToFloat(ends.w));
  int step = gl_VertexID >> 1;
  float side = float(gl_VertexID & 1) * 2.0 - 1.0;
  float t = float(step) / float(uSegments);
  if (uIsSimple > 0.5) {
    straight(a, b, ports, t, side);
    return;
  }
  vec2 part = seenPart(a, b, ports);
  vec4 here = curveAt(a, b, ports, mix(part.x, part.y, t));
  vec2 way = here.zw;
  float speed = length(way);
  vec2 across = speed > 0.0 ? vec2(-way.y, way.x) / speed : vec2(0.0, 1.0);
  float reach = 0.5 * uStroke[vLook].x * uRatio + 1.0;
  vAcross = side * reach;
  vAlong = 0.0;
  if (uStroke[vLook].y > 0.0) {
    if (part.x > 0.0) vAlong = lengthOf(a, b, ports, 0.0, part.x, PROBES);
    vAlong += lengthOf(a, b, ports, part.x, mix(part.x, part.y, t), step);
  }
  gl_Position = clip(onScreen(here.xy) + across * side * reach, 0.0);
}`;

export const EDGES_FRAGMENT = `${HEAD}${LOOK_ROWS}${PAINT}
uniform float uRatio;
in float vAcross;
in float vAlong;
flat in int vLook;
out vec4 seen;

void main() {
  vec4 stroke = uStroke[vLook];
  float width = stroke.x * uRatio;
  float far = abs(vAcross);
  if (stroke.y > 0.0) {
    // Dashes have round ends: how far the nearest one is.
    vec2 dash = stroke.yz * uRatio;
    float at = mod(vAlong + stroke.w * uRatio, dash.x + dash.y);
    float beyond = at <= dash.x ? 0.0 : min(at - dash.x, dash.x + dash.y - at);
    far = length(vec2(beyond, vAcross));
  }
  float part = clamp(0.5 + 0.5 * width - far, 0.0, 1.0);
  vec4 colour = uLook[vLook];
  seen = vec4(colour.rgb, 1.0) * colour.a * part;
}`;
