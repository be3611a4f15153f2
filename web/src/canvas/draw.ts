// Draws one picture of the graph: frames, edges, their labels, and, when cards are too many or too small, the nodes.

import { viewOf, type Camera } from "../graph/camera";
import type { PlacedEdge, PlacedGraph, PlacedNode } from "../graph/file";
import { edgePath, midpoint, overlaps, pathBox, type Box, type Path } from "../graph/geometry";
import { plainLines, tintOf } from "../graph/notes";
import { edgeLook, type CardText, type EdgeLook, type Runs } from "./look";
import type { Palette } from "./palette";

export interface DrawnEdge {
  edge: PlacedEdge;
  path: Path;
  box: Box;
}

export function prepareEdges(graph: PlacedGraph): DrawnEdge[] {
  return graph.edges.map((edge) => {
    const path = edgePath(edge);
    return { edge, path, box: pathBox(path) };
  });
}

export interface Picture {
  graph: PlacedGraph;
  edges: readonly DrawnEdge[];
  runs: Runs | null;
  over: boolean;
  selected: string | null;
  /** True when React draws the nodes above this picture. */
  cards: boolean;
  texts: (node: PlacedNode) => CardText;
}

const LABEL_ZOOM = 0.6;
const NAME_ZOOM = 0.3;
const NAME_LEAST = 13;
const NAME_MOST = 24;
const NAME_PIXELS = 10.5;
const FRAME_TITLE_MOST = 20;
const BAR = 5;
const RADIUS = 10;

/** Returns whether something in it moves, so that the next frame must be drawn too. */
export function draw(ctx: CanvasRenderingContext2D, width: number, height: number, camera: Camera, picture: Picture, palette: Palette, now: number): boolean {
  const ratio = devicePixelRatio;
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, width * ratio, height * ratio);
  ctx.setTransform(camera.zoom * ratio, 0, 0, camera.zoom * ratio, camera.x * ratio, camera.y * ratio);
  const view = viewOf(camera, width, height, 20);
  for (const node of picture.graph.nodes) if (node.frame && node.note === null && overlaps(view, node)) drawFrame(ctx, node, camera.zoom, picture, palette);
  const moves = drawEdges(ctx, camera, view, picture, palette, now);
  if (!picture.cards) {
    for (const node of picture.graph.nodes) if (node.note !== null && overlaps(view, node)) drawNote(ctx, node, camera.zoom, palette);
    for (const node of picture.graph.nodes) if (!node.frame && overlaps(view, node)) drawNode(ctx, node, camera.zoom, picture, palette);
  }
  return moves && !palette.still;
}

function drawFrame(ctx: CanvasRenderingContext2D, node: PlacedNode, zoom: number, picture: Picture, palette: Palette): void {
  ctx.beginPath();
  ctx.roundRect(node.x, node.y, node.w, node.h, RADIUS + 4);
  ctx.globalAlpha = 0.05;
  const tint = tintOf(node.data);
  ctx.fillStyle = tint ? palette.tint[tint] : palette.frame;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = picture.selected === node.id ? palette.tide : palette.line2;
  ctx.lineWidth = 1;
  ctx.stroke();
  if (zoom < NAME_ZOOM) return;
  // As large as the names of nodes, and no larger than its head has room for.
  ctx.font = palette.name(Math.min(FRAME_TITLE_MOST, Math.max(NAME_LEAST, NAME_PIXELS / zoom)));
  ctx.fillStyle = palette.dim;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.fillText(fitText(ctx, picture.texts(node).title, node.w - 24), node.x + 12, node.y + 16);
}

const NOTE_PAD = 12;
const NOTE_LINE = 1.4;

/** A sticky note too far for words in the page: its shape, and its text in plain words as far as they fit. */
function drawNote(ctx: CanvasRenderingContext2D, node: PlacedNode, zoom: number, palette: Palette): void {
  const tint = palette.tint[tintOf(node.data) ?? "yellow"];
  ctx.beginPath();
  ctx.roundRect(node.x, node.y, node.w, node.h, RADIUS - 2);
  ctx.fillStyle = palette.ground;
  ctx.fill();
  ctx.globalAlpha = 0.13;
  ctx.fillStyle = tint;
  ctx.fill();
  ctx.globalAlpha = 0.45;
  ctx.strokeStyle = tint;
  ctx.lineWidth = Math.max(1, 1 / zoom);
  ctx.stroke();
  ctx.globalAlpha = 1;
  if (zoom < NAME_ZOOM || node.note === null) return;
  const size = Math.min(NAME_MOST, Math.max(NAME_LEAST, NAME_PIXELS / zoom));
  const most = Math.max(1, Math.floor((node.h - 2 * NOTE_PAD) / (size * NOTE_LINE)));
  ctx.font = palette.name(size).replace("600", "400");
  ctx.fillStyle = palette.text;
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  wrapped(plainLines(node.note).filter((line) => line !== ""), (text) => ctx.measureText(text).width <= node.w - 2 * NOTE_PAD, most).forEach((line, at) => {
    ctx.fillText(line, node.x + NOTE_PAD, node.y + NOTE_PAD + at * size * NOTE_LINE);
  });
}

/** Lines broken between words so that each `fits`, at most `most` of them; the last says with … that there is more. */
export function wrapped(lines: readonly string[], fits: (text: string) => boolean, most: number): string[] {
  const done: string[] = [];
  for (const line of lines) {
    let rest = line;
    do {
      if (done.length === most) return ended(done, fits);
      let end = rest.length;
      while (end > 1 && !fits(rest.slice(0, end))) {
        const space = rest.lastIndexOf(" ", end - 1);
        end = space > 0 ? space : end - 1;
      }
      done.push(rest.slice(0, end));
      rest = rest.slice(end).trimStart();
    } while (rest !== "");
  }
  return done;
}

function ended(lines: string[], fits: (text: string) => boolean): string[] {
  let last = lines.pop() ?? "";
  while (last !== "" && !fits(`${last}…`)) last = last.slice(0, -1);
  return [...lines, `${last}…`];
}

function drawEdges(ctx: CanvasRenderingContext2D, camera: Camera, view: Box, picture: Picture, palette: Palette, now: number): boolean {
  const groups: Record<EdgeLook, DrawnEdge[]> = { dead: [], rest: [], ok: [], run: [] };
  for (const drawn of picture.edges) {
    if (overlaps(view, { x: drawn.box.x - 1, y: drawn.box.y - 1, w: drawn.box.w + 2, h: drawn.box.h + 2 })) {
      groups[edgeLook(drawn.edge, picture.runs, picture.over)].push(drawn);
    }
  }
  const thin = Math.max(1, 0.9 / camera.zoom);
  ctx.lineCap = "round";
  for (const look of ["dead", "rest", "ok", "run"] as const) {
    if (groups[look].length === 0) continue;
    ctx.beginPath();
    for (const drawn of groups[look]) trace(ctx, drawn.path);
    ctx.globalAlpha = look === "dead" ? 0.7 : look === "ok" ? 0.75 : 1;
    ctx.strokeStyle = look === "ok" ? palette.ok : look === "run" ? palette.info : palette.line2;
    ctx.lineWidth = Math.max(look === "run" ? palette.edgeRun : palette.edge, thin);
    ctx.setLineDash(look === "dead" ? [palette.dash / 3, palette.dash] : look === "run" ? [palette.dash, palette.dash] : []);
    ctx.lineDashOffset = look === "run" ? -now / 40 : 0;
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  if (camera.zoom >= LABEL_ZOOM) {
    for (const look of ["dead", "rest", "ok", "run"] as const) {
      for (const drawn of groups[look]) drawLabel(ctx, drawn, look, palette);
    }
  }
  return groups.run.length > 0;
}

function trace(ctx: CanvasRenderingContext2D, path: Path): void {
  ctx.moveTo(path[0] ?? 0, path[1] ?? 0);
  for (let n = 2; n + 5 < path.length; n += 6) {
    ctx.bezierCurveTo(path[n] ?? 0, path[n + 1] ?? 0, path[n + 2] ?? 0, path[n + 3] ?? 0, path[n + 4] ?? 0, path[n + 5] ?? 0);
  }
}

function drawLabel(ctx: CanvasRenderingContext2D, drawn: DrawnEdge, look: EdgeLook, palette: Palette): void {
  const { port } = drawn.edge;
  if (port === null) return;
  const at = midpoint(drawn.path);
  ctx.font = palette.mono;
  const text = port.length > 18 ? `${port.slice(0, 17)}…` : port;
  const width = ctx.measureText(text).width + 12;
  ctx.beginPath();
  ctx.roundRect(at.x - width / 2, at.y - 8, width, 16, 8);
  ctx.fillStyle = palette.ground;
  ctx.fill();
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.fillStyle = look === "ok" ? palette.ok : look === "run" ? palette.info : palette.faint;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, at.x, at.y + 0.5);
}

function drawNode(ctx: CanvasRenderingContext2D, node: PlacedNode, zoom: number, picture: Picture, palette: Palette): void {
  const text = picture.texts(node);
  const colour = palette.category[text.category] ?? palette.faint;
  const border = { rest: palette.line2, ok: palette.line2, running: palette.info, failed: palette.bad, skipped: palette.line, disabled: palette.line }[text.look];
  const alpha = text.look === "skipped" || text.look === "disabled" ? 0.55 : 1;
  ctx.globalAlpha = alpha;
  ctx.beginPath();
  ctx.roundRect(node.x, node.y, node.w, node.h, RADIUS);
  ctx.fillStyle = palette.card;
  ctx.fill();
  if (zoom < NAME_ZOOM) {
    // Too small for words: the whole node takes the colour of its state, or at rest of its category.
    ctx.fillStyle = { rest: colour, ok: palette.ok, running: palette.info, failed: palette.bad, skipped: palette.line2, disabled: palette.line2 }[text.look];
    ctx.globalAlpha = alpha * (text.look === "rest" ? 0.35 : 0.55);
    ctx.fill();
    ctx.globalAlpha = alpha;
  }
  const selected = picture.selected === node.id;
  ctx.strokeStyle = selected ? palette.tide : border;
  ctx.lineWidth = Math.max(1, (selected || text.look === "failed" || text.look === "running" ? 2 : 1) / zoom);
  ctx.stroke();
  ctx.beginPath();
  ctx.roundRect(node.x + 8, node.y + 10, BAR, node.h - 20, BAR / 2);
  ctx.fillStyle = colour;
  ctx.fill();
  if (zoom >= NAME_ZOOM) {
    const size = Math.min(NAME_MOST, Math.max(NAME_LEAST, NAME_PIXELS / zoom));
    const sign = text.look === "ok" || text.look === "failed" || text.look === "running";
    ctx.font = palette.name(size);
    ctx.fillStyle = palette.text;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    const lines = wrap(ctx, text.title, node.w - 2 * 12 - BAR - 8 - (sign ? size * 1.1 : 0));
    lines.forEach((line, at) => ctx.fillText(line, node.x + BAR + 18, node.y + node.h / 2 + (at - (lines.length - 1) / 2) * size * 1.15));
    if (sign) drawSign(ctx, text.look, node.x + node.w - 10 - size * 0.45, node.y + node.h / 2, size * 0.38, palette);
  }
  ctx.globalAlpha = 1;
}

/** A tick, a cross or a dot: the state by shape, where cards with words are too small. */
function drawSign(ctx: CanvasRenderingContext2D, look: CardText["look"], x: number, y: number, r: number, palette: Palette): void {
  ctx.beginPath();
  if (look === "running") {
    ctx.arc(x, y, r * 0.8, 0, 2 * Math.PI);
    ctx.fillStyle = palette.info;
    ctx.fill();
    return;
  }
  if (look === "ok") {
    ctx.moveTo(x - r, y);
    ctx.lineTo(x - r * 0.3, y + r * 0.7);
    ctx.lineTo(x + r, y - r * 0.7);
  } else {
    ctx.moveTo(x - r * 0.8, y - r * 0.8);
    ctx.lineTo(x + r * 0.8, y + r * 0.8);
    ctx.moveTo(x + r * 0.8, y - r * 0.8);
    ctx.lineTo(x - r * 0.8, y + r * 0.8);
  }
  ctx.strokeStyle = look === "ok" ? palette.ok : palette.bad;
  ctx.lineWidth = r * 0.45;
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  ctx.stroke();
}

/** At most two lines, broken between words where that helps. */
function wrap(ctx: CanvasRenderingContext2D, text: string, width: number): string[] {
  if (ctx.measureText(text).width <= width) return [text];
  const parts = text.split(" ");
  let first = "";
  while (parts.length > 1 && ctx.measureText(`${first} ${parts[0]}`.trim()).width <= width) first = `${first} ${parts.shift()}`.trim();
  return first === "" ? [fitText(ctx, text, width)] : [first, fitText(ctx, parts.join(" "), width)];
}

function fitText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && ctx.measureText(`${text.slice(0, end)}…`).width > width) end = Math.floor(end * 0.9) - 1;
  return `${text.slice(0, Math.max(1, end))}…`;
}
