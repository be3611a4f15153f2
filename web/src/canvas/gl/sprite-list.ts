// Sprites to draw, one after the other in one array: where each is on the screen and in the atlas.

import { grown } from "../../graph/document/grown";

/** Numbers of a sprite: anchor, spot on the screen from there, part of the atlas, how much it shows, and the order of its node. */
export const SPRITE = 12;

export interface SpriteAt {
  /** Where in the graph, from the origin of the pack. */
  x: number;
  y: number;
  /** From there in device pixels. */
  dx: number;
  dy: number;
  w: number;
  h: number;
}

export class SpriteList {
  numbers = new Float32Array(0);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  push({ x, y, dx, dy, w, h }: SpriteAt, part: { x: number; y: number; w: number; h: number }, shown: number, order: number): void {
    this.numbers = grown(this.numbers, (this.count + 1) * SPRITE, 0);
    const { numbers } = this;
    const at = this.count * SPRITE;
    numbers[at] = x;
    numbers[at + 1] = y;
    numbers[at + 2] = dx;
    numbers[at + 3] = dy;
    numbers[at + 4] = w;
    numbers[at + 5] = h;
    numbers[at + 6] = part.x;
    numbers[at + 7] = part.y;
    numbers[at + 8] = part.w;
    numbers[at + 9] = part.h;
    numbers[at + 10] = shown;
    numbers[at + 11] = order;
    this.count += 1;
  }
}
