// The vocabulary of the shaders: where slots are on the screen, in device pixels, and shapes with soft edges.

import { AT, COLOURS } from "./colours";
import { WIDE } from "./slot-texture";

/** Numbers by the names that the 2D layer has for them. */
export function numbers(named: Record<string, number>): string {
  return Object.entries(named)
    .map(([name, value]) => `const float ${name} = ${value.toFixed(4)};\n`)
    .join("");
}

export const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
`;

/** Names of the places in the row of colours. */
export const COLOUR_NAMES = `
uniform vec4 uColours[${COLOURS}];
${Object.entries(AT)
  .map(([name, at]) => `const int AT_${name.toUpperCase()} = ${at};`)
  .join("\n")}
`;

/** Screen = place · uScale + uOffset, from the upper left; where in the row of a texture a slot is. */
export const PLACES = `
uniform highp sampler2D uBoxes;
uniform vec2 uOffset;
uniform float uScale;
uniform vec2 uSize;
ivec2 texel(uint slot) { return ivec2(int(slot) % ${WIDE}, int(slot) / ${WIDE}); }
vec4 boxOf(uint slot) { return texelFetch(uBoxes, texel(slot), 0); }
vec2 whole(vec2 at) { return floor(at + 0.5); }
vec2 onScreen(vec2 place) { return place * uScale + uOffset; }
vec4 clip(vec2 at, float z) { return vec4(at.x / uSize.x * 2.0 - 1.0, 1.0 - at.y / uSize.y * 2.0, z, 1.0); }
`;

/** Colours are multiplied by how much they cover. */
export const PAINT = `
float insideOf(float far) { return clamp(0.5 - far, 0.0, 1.0); }
float onLine(float far, float width) { return clamp(0.5 + width * 0.5 - abs(far), 0.0, 1.0); }
/** How far a point is from a box with round corners: less than 0 inside. */
float toBox(vec2 at, vec2 size, float corner) {
  float r = min(corner, 0.5 * min(size.x, size.y));
  vec2 q = abs(at - 0.5 * size) - 0.5 * size + r;
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - r;
}
vec4 over(vec4 below, vec4 colour, float part) {
  float alpha = colour.a * part;
  return vec4(colour.rgb * alpha, alpha) + below * (1.0 - alpha);
}
`;
