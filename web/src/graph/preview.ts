// Small pictures of graphs: where boxes and lines of a preview come to stand in a tile of a given size.

export interface Drawn {
  w: number;
  h: number;
  boxes: readonly (readonly [number, number, number, number, string])[];
  lines: readonly (readonly [number, number, number, number])[];
}

export interface Fitted {
  /** Those that hold others come first, and are frames. */
  boxes: { x: number; y: number; w: number; h: number; category: string; frame: boolean }[];
  lines: [x1: number, y1: number, x2: number, y2: number][];
}

/** A graph of one node is not drawn as large as the tile. */
const SCALE_MOST = 0.5;
const BOX_LEAST = 2;

/** Fits a preview into `width` × `height` with `pad` around it, in the middle, never larger than a node reads well. */
export function fitPreview(drawn: Drawn, width: number, height: number, pad: number): Fitted {
  const scale = Math.min(SCALE_MOST, (width - 2 * pad) / Math.max(1, drawn.w), (height - 2 * pad) / Math.max(1, drawn.h));
  const left = (width - drawn.w * scale) / 2;
  const top = (height - drawn.h * scale) / 2;
  const x = (value: number) => left + value * scale;
  const y = (value: number) => top + value * scale;
  const known = drawn.boxes.filter((box) => box.slice(0, 4).every(Number.isFinite));
  const boxes = known.map((box) => {
    const [bx, by, w, h, category] = box;
    const frame = known.some((other) => other !== box && holds(box, other));
    return { x: x(bx), y: y(by), w: Math.max(BOX_LEAST, w * scale), h: Math.max(BOX_LEAST, h * scale), category, frame };
  });
  return {
    boxes: boxes.sort((a, b) => Number(b.frame) - Number(a.frame) || (a.frame ? b.w * b.h - a.w * a.h : 0)),
    lines: drawn.lines.filter((line) => line.every(Number.isFinite)).map(([x1, y1, x2, y2]) => [x(x1), y(y1), x(x2), y(y2)]),
  };
}

type Box = Drawn["boxes"][number];

function holds(outer: Box, inner: Box): boolean {
  const larger = outer[2] * outer[3] > inner[2] * inner[3];
  return larger && inner[0] >= outer[0] && inner[1] >= outer[1] && inner[0] + inner[2] <= outer[0] + outer[2] && inner[1] + inner[3] <= outer[1] + outer[3];
}

