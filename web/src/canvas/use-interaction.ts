// Brings pointers and keys of the element to the machine that knows what they mean, and its answers back to React.

import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { patient } from "../ui/part";
import type { Attached } from "./interaction/attach";
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
      if (isChosen) stage.scene.selection.set([node]);
      stage.setFocused(node);
      stage.show({ focused: node });
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
  const parts = useRef<Attached | null>(null);
  useEffect(() => {
    let isGone = false;
    const load = async () => {
      await stage.painted;
      return patient(() => import("./interaction/attach"))();
    };
    void load().then(({ attach }) => {
      const element = root.current;
      if (isGone || !element) return;
      parts.current = attach({
        stage,
        element,
        on: () => ({ ...now.current.on, say: (text) => (say(text), now.current.on.say?.(text)) }),
        kinds: () => now.current.kinds,
        isEditable: () => now.current.editable,
        focus,
        onHover: setHovered,
      });
      element.dataset["ready"] = "";
    });
    return () => {
      isGone = true;
      parts.current?.stop();
      parts.current = null;
    };
  }, [stage, root, focus]);
  useSelectionWords(stage, say);
  useRing(stage, root);

  const keyDown = useCallback((event: KeyboardEvent) => parts.current?.keyDown(event), []);
  const keyUp = useCallback((event: KeyboardEvent) => parts.current?.keyUp(event), []);
  const connectFrom = useCallback((end: End) => parts.current?.connectFrom(end), []);
  return { hovered, said, keyDown, keyUp, focus, connectFrom };
}

/** A ring tells where the keyboard is, at every zoom: while the canvas has it, until a pointer takes over. */
function useRing(stage: Stage, root: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    // Whoever comes from a text field by a press is at the keyboard for the browser: not for us.
    let isPressed = false;
    const hide = () => stage.overlay.focused >= 0 && stage.show({ focused: -1 });
    const show = () => !isPressed && element.matches(":focus-visible") && stage.show({ focused: stage.focused });
    const press = () => {
      isPressed = true;
      hide();
    };
    const release = () => (isPressed = false);
    element.addEventListener("pointerdown", press, true);
    addEventListener("pointerup", release, true);
    addEventListener("pointercancel", release, true);
    element.addEventListener("blur", hide);
    element.addEventListener("focus", show);
    return () => {
      element.removeEventListener("pointerdown", press, true);
      removeEventListener("pointerup", release, true);
      removeEventListener("pointercancel", release, true);
      element.removeEventListener("blur", hide);
      element.removeEventListener("focus", show);
    };
  }, [stage, root]);
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
