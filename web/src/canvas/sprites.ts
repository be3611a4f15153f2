// Tiles with the icons of node types, drawn once for each size: a sprite is copied faster than its paths are filled.

import { iconFor } from "../ui/node-icon";
import type { Palette } from "./palette";
import type { Style } from "./scene";

const TILE = 34;
const ICON = 18;
const CORNER = 8;
const STROKE = 1.7;
const SPRITES_MOST = 400;

type Shape = [tag: string, attributes: Record<string, string | number>];

export class Sprites {
  private readonly sprites = new Map<string, OffscreenCanvas>();
  private readonly paths = new Map<string, Path2D>();

  /** Colours are others now, or icons have come in the place of guesses. */
  clear(): void {
    this.sprites.clear();
    this.paths.clear();
  }

  /** The tile of a type, `size` device pixels wide. */
  tile(style: Style, size: number, palette: Palette): OffscreenCanvas {
    const key = `${lookOf(style)}|${size}`;
    const known = this.sprites.get(key);
    if (known) return known;
    if (this.sprites.size > SPRITES_MOST) this.sprites.clear();
    const sprite = this.drawn(style, size, palette);
    this.sprites.set(key, sprite);
    return sprite;
  }

  private drawn(style: Style, size: number, palette: Palette): OffscreenCanvas {
    const sprite = new OffscreenCanvas(size, size);
    const ctx = sprite.getContext("2d");
    if (!ctx) return sprite;
    const scale = size / TILE;
    const colour = palette.category[style.category] ?? palette.faint;
    ctx.fillStyle = colour;
    ctx.globalAlpha = 0.16;
    ctx.beginPath();
    ctx.roundRect(0, 0, size, size, CORNER * scale);
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.scale(scale, scale);
    ctx.translate((TILE - ICON) / 2, (TILE - ICON) / 2);
    ctx.scale(ICON / 24, ICON / 24);
    ctx.strokeStyle = colour;
    // Small icons need thicker lines to be seen at all.
    ctx.lineWidth = Math.max(STROKE, 1 / (scale * (ICON / 24)));
    ctx.lineCap = ctx.lineJoin = "round";
    ctx.stroke(this.path(style));
    return sprite;
  }

  private path(style: Style): Path2D {
    const key = lookOf(style);
    const known = this.paths.get(key);
    if (known) return known;
    const path = new Path2D();
    for (const shape of shapesOf(iconFor(style.type, style.kind?.icon, style.category))) add(path, shape);
    this.paths.set(key, path);
    return path;
  }
}

/** What a tile is told apart by: before the node types have come, a type has neither icon nor category of its own. */
export function lookOf({ type, kind, category }: Style): string {
  return `${type}|${kind?.icon ?? ""}|${category}`;
}

/** The shapes of an icon, from the element it renders: the package keeps them nowhere else. */
export function shapesOf(icon: unknown): Shape[] {
  const { render } = icon as { render?: (props: object, ref: null) => { props?: { icon?: { node?: Shape[] } } } };
  return render?.({}, null).props?.icon?.node ?? [];
}

function add(path: Path2D, [tag, attributes]: Shape): void {
  const n = (name: string) => Number(attributes[name] ?? 0);
  if (tag === "path") path.addPath(new Path2D(String(attributes["d"] ?? "")));
  else if (tag === "circle" || tag === "ellipse") {
    const [rx, ry] = tag === "circle" ? [n("r"), n("r")] : [n("rx"), n("ry")];
    path.moveTo(n("cx") + rx, n("cy"));
    path.ellipse(n("cx"), n("cy"), rx, ry, 0, 0, 2 * Math.PI);
  } else if (tag === "rect") path.roundRect(n("x"), n("y"), n("width"), n("height"), n("rx"));
  else if (tag === "line") {
    path.moveTo(n("x1"), n("y1"));
    path.lineTo(n("x2"), n("y2"));
  } else if (tag === "polyline" || tag === "polygon") {
    const points = String(attributes["points"] ?? "").split(/[\s,]+/).map(Number);
    for (let at = 0; at + 1 < points.length; at += 2) path.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
    if (tag === "polygon") path.closePath();
  }
}
