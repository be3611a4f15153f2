// Brings pointers and keys of the element to the machine that knows what they mean, and its answers back to React.

import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import type { Kinds } from "../graph/edit/connect";
import { Gestures, NOTHING } from "./interaction/gestures";
import { CanvasHands } from "./interaction/hands";
import { listenTo } from "./interaction/input";
import { Keys } from "./interaction/keys";
import type { Stage } from "./stage";
import type { CanvasEvents, End, NodeKind } from "./types";
import { saidFor, saidOfSelection } from "./words";

interface Given {
  stage: Stage;
  root: RefObject<HTMLElement | null>;
  on: CanvasEvents;
  kinds: ReadonlyMap<string, NodeKind>;
  editable: boolean;
}

const SAID_AFTER_MS = 250;

export function useInteraction({ stage, root, on, kinds, editable }: Given) {
  const [hovered, setHovered] = useState(-1);
  const [said, say] = useState("");
  // What handlers read is always that of the last rendering, and nothing is attached anew for it.
  const now = useRef({ on, kinds, editable });
  now.current = { on, kinds, editable };

  const focus = useCallback(
    (node: number, isChosen = true) => {
      stage.setFocused(node);
      if (isChosen) stage.scene.selection.set([node]);
      const to = stage.camera.revealing(stage.scene.places.box(node));
      if (to.x !== stage.camera.view.x || to.y !== stage.camera.view.y) {
        stage.camera.isTouched = true;
        stage.camera.put(to);
      }
      say(saidFor(stage.scene, node));
      root.current?.focus({ preventScroll: true });
    },
    [stage, root],
  );
  const parts = useMemo(() => {
    const corner = () => root.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const events = (): CanvasEvents => ({ ...now.current.on, say: (text) => (say(text), now.current.on.say?.(text)) });
    const hands = new CanvasHands({
      stage,
      on: events,
      kinds: (): Kinds => now.current.kinds,
      isEditable: () => now.current.editable,
      client: (at) => ({ x: at.x + corner().left, y: at.y + corner().top }),
      setCursor: (name) => root.current && (root.current.dataset["cursor"] = name),
    });
    const gestures = new Gestures(hands);
    const menu = () => {
      const node = stage.focused;
      const box = stage.scene.places.box(Math.max(0, node));
      const at = node >= 0 ? stage.camera.toScreen({ x: box.x + box.w / 2, y: box.y + box.h / 2 }) : { x: stage.camera.view.width / 2, y: stage.camera.view.height / 2 };
      hands.menu(node >= 0 ? { ...NOTHING, kind: "node", node } : NOTHING, at);
    };
    return { hands, gestures, keys: new Keys({ stage, gestures, on: events, isEditable: () => now.current.editable, focus, menu }) };
  }, [stage, root, focus]);

  useEffect(() => {
    const element = root.current;
    if (!element) return;
    return listenTo(element, parts.hands, parts.gestures, (hit) => {
      setHovered(hit.kind === "node" ? hit.node : -1);
      element.dataset["cursor"] = hit.kind === "end" ? "port" : hit.kind === "none" ? "" : hit.kind;
    });
  }, [root, parts]);
  useSelectionWords(stage, say);

  const keyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.defaultPrevented) return;
    if (parts.keys.down({ key: event.key, shift: event.shiftKey, command: event.ctrlKey || event.metaKey, alt: event.altKey })) event.preventDefault();
  };
  const keyUp = (event: KeyboardEvent) => parts.keys.up(event.key);
  const connectFrom = useCallback(
    (end: End) => parts.gestures.wire({ ...NOTHING, kind: "port", node: end.node, port: end.port, isOutput: true }),
    [parts],
  );
  return { hovered, said, keyDown, keyUp, focus, connectFrom };
}

/** Says what is selected when that is more than the one node at the keyboard, shortly after it changed. */
function useSelectionWords(stage: Stage, say: (text: string) => void): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = stage.scene.selection.listen(() => {
      const { selection } = stage.scene;
      if (selection.only >= 0) stage.setFocused(selection.only);
      clearTimeout(timer);
      timer = setTimeout(() => selection.only < 0 && say(saidOfSelection(selection.nodeCount, selection.edgeCount)), SAID_AFTER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [stage, say]);
}
