// Draws nodes as the 2D layer does: cards with border, ring and state, flat shapes, rectangles, frames and notes.

import { BAR, BAR_FROM, BAR_LEFT, BAR_TOP, CORNER, DASH, RING } from "../card-sprites";
import { CORNER as FRAME_CORNER, NOTE_CORNER, NOTE_LEAST } from "../draw-frames";
import { NODE_LOOKS } from "../scene";
import { CARD_BOX, FRAME_BOX, NOTE_BOX } from "./pack";
import { COLOUR_NAMES, HEAD, numbers, PAINT, PLACES } from "./shader-words";

/** What the 2D layer has by the same names: sizes in units of the graph or, with `ratio`, in pixels of the page. */
const SIZES = `
${numbers({ CORNER, FRAME_CORNER, NOTE_CORNER, BAR_LEFT, BAR_TOP, BAR, BAR_FROM, RING, NOTE_LEAST, DASH })}
const uint CARD = ${CARD_BOX}u;
const uint FRAME = ${FRAME_BOX}u;
const uint NOTE = ${NOTE_BOX}u;
${NODE_LOOKS.map((look, at) => `const int ${look.toUpperCase()} = ${at};`).join("\n")}
`;

const SHARED = `
uniform float uRatio;
/** 0: with icons, 1: flat, 2: nothing but rectangles. */
uniform int uLevel;
`;

export const BOXES_VERTEX = `${HEAD}${PLACES}${SHARED}${SIZES}
uniform usampler2D uWords;
uniform float uFirst;
uniform float uCount;
uniform int uInto;
layout(location = 0) in uint slot;
out vec2 vAt;
flat out vec2 vSize;
flat out uint vKind;
flat out int vLook;
flat out int vColour;
flat out int vSelected;
flat out int vInto;

void main() {
  uint word = texelFetch(uWords, texel(slot), 0).r;
  vec4 box = boxOf(slot);
  vKind = word & 3u;
  vLook = int((word >> 2u) & 7u);
  vSelected = int((word >> 5u) & 1u);
  vColour = int((word >> 6u) & 15u);
  vInto = int(slot) == uInto ? 1 : 0;
  vec2 corner = onScreen(box.xy);
  vec2 size = box.zw * uScale;
  if (vKind == CARD) {
    // At whole pixels, as the 2D layer copies its cards.
    corner = whole(corner);
    size = max(vec2(uLevel == 2 ? 1.0 : 2.0), whole(size));
  } else if (vKind == NOTE) size = max(vec2(1.0), size);
  float around = vKind == CARD && uLevel == 2 ? 0.0 : (RING + 2.0) * uRatio;
  vec2 side = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  vAt = mix(vec2(-around), size + around, side);
  vSize = size;
  // What comes later lies nearer.
  float z = 1.0 - 2.0 * (uFirst + float(gl_InstanceID) + 1.0) / (uCount + 2.0);
  gl_Position = vKind == 0u ? vec4(2.0, 2.0, 2.0, 1.0) : clip(corner + vAt, z);
}`;

const CARDS = `
vec4 stateColour(int look, vec4 otherwise) {
  if (look == OK) return uColours[AT_OK];
  if (look == RUNNING) return uColours[AT_INFO];
  if (look == FAILED) return uColours[AT_BAD];
  if (look == SKIPPED || look == DISABLED) return uColours[AT_LINE2];
  return otherwise;
}

vec4 rectangle() {
  vec4 colour = vSelected == 1 ? uColours[AT_TIDE] : vLook == 0 ? uColours[AT_FLAT + vColour] : stateColour(vLook, uColours[AT_FAINT]);
  return vec4(colour.rgb, 1.0);
}

/** How far along the border a point is, clockwise from the end of the upper left corner. */
float around(vec2 at, vec2 size, float r) {
  vec2 mid = 0.5 * size;
  vec2 straight = size - 2.0 * r;
  float arc = 1.5707963 * r;
  vec2 q = at - mid;
  vec2 edge = mid - r;
  bool isCorner = abs(q.x) > edge.x && abs(q.y) > edge.y;
  if (isCorner) {
    vec2 c = abs(q) - edge;
    float turn = atan(c.x, c.y);
    if (q.x > 0.0 && q.y < 0.0) return straight.x + turn * r;
    if (q.x > 0.0) return straight.x + arc + straight.y + (arc - turn * r);
    if (q.y > 0.0) return 2.0 * straight.x + 2.0 * arc + straight.y + turn * r;
    return 2.0 * (straight.x + straight.y) + 3.0 * arc + (arc - turn * r);
  }
  if (abs(q.y) - mid.y > abs(q.x) - mid.x) return q.y < 0.0 ? at.x - r : straight.x + 2.0 * arc + straight.y + (size.x - r - at.x);
  return q.x > 0.0 ? straight.x + arc + at.y - r : 2.0 * straight.x + 3.0 * arc + straight.y + (size.y - r - at.y);
}

vec4 card() {
  bool isSelected = vSelected == 1;
  float line = uRatio * (isSelected || vLook == FAILED || vLook == RUNNING ? 1.5 : 1.0);
  float corner = min(CORNER * uScale, vSize.y / 3.0);
  vec4 seen = vec4(0.0);
  if (isSelected) {
    float ring = RING * uRatio;
    seen = over(seen, uColours[AT_TIDESOFT], insideOf(toBox(vAt + ring, vSize + 2.0 * ring, corner + ring)));
  }
  float shown = (vLook == SKIPPED || vLook == DISABLED) && !isSelected ? 0.55 : 1.0;
  vec2 at = vAt - 0.5 * line;
  vec2 size = vSize - line;
  float far = toBox(at, size, corner);
  seen = over(seen, uColours[AT_CARD], insideOf(far) * shown);
  vec4 category = uColours[AT_CATEGORY + vColour];
  if (uLevel == 1) seen = over(seen, stateColour(vLook, category), insideOf(far) * shown * (vLook == 0 ? 0.34 : 0.5));
  vec4 border = isSelected ? uColours[AT_TIDE] : vLook == RUNNING ? uColours[AT_INFO] : vLook == FAILED ? uColours[AT_BAD] : uColours[AT_LINE2];
  float drawn = onLine(far, line);
  if (vLook == DISABLED) {
    float dash = DASH * uRatio;
    float part = mod(around(at, size, min(corner, 0.5 * min(size.x, size.y))), 2.0 * dash);
    drawn *= clamp(min(part, dash - part) + 0.5, 0.0, 1.0);
  }
  seen = over(seen, border, drawn * shown);
  if (uLevel == 1 && vSize.x > BAR_FROM * uRatio) {
    vec2 bar = vec2(max(uRatio, BAR * uScale), vSize.y - 2.0 * BAR_TOP * uScale);
    seen = over(seen, category, insideOf(toBox(vAt - vec2(BAR_LEFT, BAR_TOP) * uScale, bar, BAR * uScale)) * shown);
  }
  return seen;
}
`;

const OTHERS = `
vec4 frame() {
  bool isLit = vSelected == 1 || vInto == 1;
  float far = toBox(vAt, vSize, min(FRAME_CORNER * uScale, min(vSize.x, vSize.y) / 3.0));
  vec4 seen = over(vec4(0.0), vInto == 1 ? uColours[AT_TIDE] : uColours[AT_TINT + vColour], insideOf(far) * (vInto == 1 ? 0.12 : 0.06));
  return over(seen, isLit ? uColours[AT_TIDE] : uColours[AT_LINE2], onLine(far, uRatio * (isLit ? 1.5 : 1.0)));
}

vec4 note() {
  vec4 tint = vSelected == 1 ? uColours[AT_TIDE] : uColours[AT_TINT + vColour];
  if (uLevel == 2 || vSize.x < NOTE_LEAST * uRatio) {
    vec2 part = clamp(vAt + 0.5, 0.0, 1.0) * clamp(vSize - vAt + 0.5, 0.0, 1.0);
    return over(vec4(0.0), tint, 0.3 * part.x * part.y);
  }
  float far = toBox(vAt, vSize, min(NOTE_CORNER * uScale, min(vSize.x, vSize.y) / 3.0));
  vec4 seen = over(vec4(0.0), uColours[AT_GROUND], insideOf(far));
  seen = over(seen, uColours[AT_TINT + vColour], insideOf(far) * 0.13);
  return over(seen, tint, onLine(far, uRatio * (vSelected == 1 ? 1.5 : 1.0)) * (vSelected == 1 ? 1.0 : 0.45));
}
`;

export const BOXES_FRAGMENT = `${HEAD}${COLOUR_NAMES}${SHARED}${SIZES}${PAINT}
uniform float uScale;
in vec2 vAt;
flat in vec2 vSize;
flat in uint vKind;
flat in int vLook;
flat in int vColour;
flat in int vSelected;
flat in int vInto;
out vec4 seen;
${CARDS}${OTHERS}
void main() {
  if (vKind == CARD) seen = uLevel == 2 ? rectangle() : card();
  else if (vKind == FRAME) seen = frame();
  else seen = note();
  // What is not covered hides nothing that is drawn later.
  if (seen.a <= 0.0) discard;
}`;
