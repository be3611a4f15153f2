// Puts gestures and keys on a canvas. A chunk of its own: a graph is seen before anybody can touch it.

import type { KeyboardEvent } from "react";
import type { Kinds } from "../../graph/edit/connect";
import type { Stage } from "../stage";
import type { CanvasEvents, End } from "../types";
import { AutoPan } from "./auto-pan";
import { Gestures, NOTHING } from "./gestures";
import { CanvasHands } from "./hands";
import { listenTo } from "./input";
import { Keys } from "./keys";

interface Given {
  stage: Stage;
  element: HTMLElement;
  on: () => CanvasEvents;
  kinds: () => Kinds;
  isEditable: () => boolean;
  focus: (node: number, isChosen: boolean) => void;
  /** Hears which node is pointed at, -1 for none. */
  onHover: (node: number) => void;
}

export interface Attached {
  keyDown(event: KeyboardEvent): void;
  keyUp(event: KeyboardEvent): void;
  connectFrom(end: End): void;
  stop(): void;
}

export function attach({ stage, element, on, kinds, isEditable, focus, onHover }: Given): Attached {
  const hands = new CanvasHands({
    stage,
    on,
    kinds,
    isEditable,
    client: (at) => {
      const { left, top } = element.getBoundingClientRect();
      return { x: at.x + left, y: at.y + top };
    },
    setCursor: (name) => (element.dataset["cursor"] = name),
  });
  const gestures = new Gestures(hands);
  const menu = () => {
    const { focused, camera, scene } = stage;
    const box = scene.places.box(Math.max(0, focused));
    const at = focused >= 0 ? camera.toScreen({ x: box.x + box.w / 2, y: box.y + box.h / 2 }) : { x: camera.view.width / 2, y: camera.view.height / 2 };
    hands.menu(focused >= 0 ? { ...NOTHING, kind: "node", node: focused } : NOTHING, at);
  };
  const keys = new Keys({ stage, gestures, on, isEditable, focus, menu });
  const stop = listenTo(element, hands, gestures, new AutoPan(gestures, () => stage.camera.view, (by) => hands.pan(by)), (hit) => {
    onHover(hit.kind === "node" ? hit.node : -1);
    element.dataset["cursor"] = hit.kind === "end" ? "port" : hit.kind === "none" ? "" : hit.kind;
  });
  return {
    keyDown: (event) => {
      if (event.target !== event.currentTarget || event.defaultPrevented) return;
      if (keys.down({ key: event.key, shift: event.shiftKey, command: event.ctrlKey || event.metaKey, alt: event.altKey })) event.preventDefault();
    },
    keyUp: (event) => keys.up(event.key),
    connectFrom: (end) => gestures.wire({ ...NOTHING, kind: "port", node: end.node, port: end.port, isOutput: true }),
    stop: () => {
      gestures.cancel();
      stop();
    },
  };
}
