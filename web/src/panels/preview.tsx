// A small picture of a graph, drawn when it first comes into view and again when the theme or its size changes.

import { memo, useEffect, useRef } from "react";
import type { Preview } from "../api/types";
import { fitPreview } from "../graph/preview";
import { useSeen, useTheme } from "../ui/hooks";
import { categoryOf } from "../ui/node-icon";
import s from "./preview.module.css";

const PAD = 6;
const CARD_LEAST = 14;
const NODE_LEAST = 32;

export const Thumbnail = memo(function Thumbnail({ preview, className }: { preview: Preview | null | undefined; className?: string | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const seen = useSeen(canvas);
  const theme = useTheme();
  useEffect(() => {
    const element = canvas.current;
    if (!element || !seen || !preview) return;
    const redraw = () => draw(element, preview);
    redraw();
    const resize = new ResizeObserver(redraw);
    resize.observe(element);
    return () => resize.disconnect();
  }, [preview, seen, theme]);
  return <canvas ref={canvas} className={`${s.thumbnail} ${className ?? ""}`} aria-hidden="true" />;
});

function draw(canvas: HTMLCanvasElement, preview: Preview): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const pen = canvas.getContext("2d");
  if (!pen || width === 0 || height === 0) return;
  const density = Math.min(2, devicePixelRatio);
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  pen.scale(density, density);
  const style = getComputedStyle(canvas);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const { boxes, lines } = fitPreview(preview, width, height, Math.max(PAD, width / 20));
  const colours = new Map(boxes.map(({ category }) => [category, token(`--cat-${categoryOf(category, "")}`)]));
  const ground = token("--line-2");
  const shape = ({ x, y, w, h }: (typeof boxes)[number]) => {
    pen.beginPath();
    pen.roundRect(x, y, w, h, Math.min(3, h / 3));
  };
  pen.lineWidth = 1;
  pen.strokeStyle = token("--line-2");
  for (const box of boxes.filter((one) => one.frame)) {
    shape(box);
    pen.stroke();
  }
  pen.beginPath();
  for (const [x1, y1, x2, y2] of lines) {
    const bend = Math.max(4, Math.abs(x2 - x1) / 2);
    pen.moveTo(x1, y1);
    pen.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  }
  pen.stroke();
  for (const box of boxes.filter((one) => !one.frame)) {
    // A card with the colour of its category at its beginning, as nodes are; where it is too small for both, the colour alone.
    const colour = colours.get(box.category) ?? ground;
    if (box.w >= NODE_LEAST && box.h < box.w / 2) {
      drawNode(pen, box, colour, [token("--bg-2"), ground]);
      continue;
    }
    const card = box.w >= CARD_LEAST;
    shape(box);
    pen.fillStyle = card ? ground : colour;
    pen.fill();
    if (!card) continue;
    shape({ ...box, w: Math.max(3, box.w * 0.24) });
    pen.fillStyle = colour;
    pen.fill();
  }
}

/** Where there is room, a box is drawn as nodes are: its tile, and lines in the place of words. */
function drawNode(pen: CanvasRenderingContext2D, { x, y, w, h }: { x: number; y: number; w: number; h: number }, colour: string, [fill, ground]: [string, string]): void {
  const bar = (left: number, top: number, width: number, height: number, paint: string) => {
    pen.beginPath();
    pen.roundRect(left, top, width, height, Math.min(3, height / 3));
    pen.fillStyle = paint;
    pen.fill();
  };
  bar(x, y, w, h, fill);
  pen.stroke();
  const tile = h * 0.54;
  const inset = (h - tile) / 2;
  bar(x + inset, y + inset, tile, tile, colour);
  const words = x + inset * 2 + tile;
  const room = x + w - inset - words;
  bar(words, y + h * 0.32, room * 0.8, h * 0.13, ground);
  bar(words, y + h * 0.56, room * 0.5, h * 0.13, ground);
}
