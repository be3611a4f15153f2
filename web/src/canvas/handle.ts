// What a page may ask of its canvas.

import type { RefObject } from "react";
import { enclosing } from "../graph/geometry";
import { viewBox } from "./layer";
import type { Stage } from "./stage";
import type { CanvasHandle, End, Point } from "./types";

export function handleFor(stage: Stage, root: RefObject<HTMLElement | null>, focus: (node: number) => void, connectFrom: (end: End) => void): CanvasHandle {
  const { camera } = stage;
  const corner = (): Point => {
    const box = root.current?.getBoundingClientRect();
    return { x: box?.left ?? 0, y: box?.top ?? 0 };
  };
  const toWorld = (client: Point) => camera.toWorld({ x: client.x - corner().x, y: client.y - corner().y });
  const touch = () => (camera.isTouched = true);
  return {
    fit: () => stage.fit(),
    zoomTo: (boxes) => {
      const box = enclosing(boxes);
      if (!box) return;
      touch();
      camera.fly(camera.fitting(box, boxes.length), performance.now());
    },
    reveal: (node, options) => {
      if (!stage.scene.doc.nodes.at(node)) return;
      const seen = stage.scene.places.seenAs[node] ?? node;
      const box = stage.scene.places.box(seen);
      // Farther away than that a node has no words: whoever is led to one comes near it.
      const to = camera.view.zoom < stage.settings.lodLow ? camera.fitting(box, 1) : camera.revealing(box);
      if (to.x !== camera.view.x || to.y !== camera.view.y) {
        // What is in sight already moves nothing: the graph goes on being fitted as the canvas gets another size.
        touch();
        camera.fly(to, performance.now());
      }
      if (options?.focus) focus(seen);
    },
    center: (place) => {
      touch();
      camera.fly(camera.centering(place), performance.now());
    },
    zoomBy: (factor) => {
      touch();
      camera.zoom(factor ?? 1 / camera.view.zoom, { x: camera.view.width / 2, y: camera.view.height / 2 });
    },
    toWorld,
    toScreen: (place) => {
      const [at, from] = [camera.toScreen(place), corner()];
      return { x: at.x + from.x, y: at.y + from.y };
    },
    viewCenter: () => camera.toWorld({ x: camera.view.width / 2, y: camera.view.height / 2 }),
    viewBox: () => viewBox(camera.view),
    edgeAt: (client) => {
      const { x, y } = toWorld(client);
      return stage.scene.edgeAt(x, y, camera.view.zoom);
    },
    connectFrom,
    stage,
    focus: () => root.current?.focus({ preventScroll: true }),
  };
}
