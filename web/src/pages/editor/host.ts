// What commands ask of the page: places on the canvas, panels to open, the clipboard, the server.

import type { RefObject } from "react";
import { api } from "../../api/calls";
import type { NodeType } from "../../api/types";
import type { CanvasHandle } from "../../canvas/types";
import type { Context, Host, Surface } from "../../graph/commands/registry";
import { placesOf } from "../../graph/document/places";
import type { Point } from "../../graph/edit/family";
import { holderAt } from "../../graph/edit/move";
import type { Session } from "../../state/document";
import { stateOf, useExecution } from "../../state/execution";
import { toast } from "../../state/view";
import { copyViewLink } from "../view-link";
import { download } from "./download";
import type { EditorRun } from "./use-editor-run";

const ZOOM_STEP = 1.25;
const MARGIN = 60;
/** The part of the view that a node takes at least, for it to be seen. */
const SEEN_LEAST = 0.01;

export interface HostParts {
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  canvas: RefObject<CanvasHandle | null>;
  /** Where the pointer is in the window; null while it is not over the canvas. */
  pointer: RefObject<Point | null>;
  show: (surface: Surface) => void;
  run: EditorRun;
  start: () => void;
  publish: () => void;
  openFile: () => void;
  take: (text: string) => Promise<void>;
  layout: Host["layout"];
}

/** Everything a command may need of this editor. */
export function contextOf(parts: { current: HostParts }, kinds: ReadonlyMap<string, NodeType>): Context {
  const { session } = parts.current;
  const context: Context = { doc: session.doc, selection: session.selection, where: placesOf(session.doc), kinds, host: hostOf(parts) };
  return context;
}

/** The parts are read when something is asked: a command may be kept longer than what it was made with. */
function hostOf(parts: { current: HostParts }): Host {
  const { session, canvas, pointer } = parts.current;
  const { doc, selection } = session;
  const places = placesOf(doc);
  const boxes = (slots: readonly number[]) => slots.map((slot) => places.box(slot));
  return {
    place: () => (pointer.current && canvas.current?.toWorld(pointer.current)) ?? canvas.current?.viewCenter() ?? { x: 0, y: 0 },
    frameAt: (place) => holderAt(doc, places, places.under(place), place, new Set()),
    reveal: (slots) => {
      const [only] = slots;
      if (only === undefined) return;
      if (slots.length === 1) canvas.current?.reveal(only);
      else if (!isInView(canvas.current, boxes(slots))) canvas.current?.zoomTo(boxes(slots));
    },
    view: (how) => {
      const handle = canvas.current;
      if (how === "all") handle?.fit();
      else if (how === "selection") handle?.zoomTo(boxes(selection.nodes()));
      else handle?.zoomBy(how === "in" ? ZOOM_STEP : how === "out" ? 1 / ZOOM_STEP : null);
    },
    show: (surface) => parts.current.show(surface),
    readClipboard: () => navigator.clipboard.readText(),
    writeClipboard: (text) => navigator.clipboard.writeText(text),
    take: (text) => parts.current.take(text),
    layout: (request) => parts.current.layout(request),
    createWorkflow: async (graph) => {
      const made = await api.createWorkflow(JSON.stringify(graph));
      return { id: made.id, name: made.name };
    },
    run: (how, slot) => {
      const { run, start } = parts.current;
      if (how === "stop") run.stop();
      else if (how === "to") run.start("{}", doc.nodes.key(slot));
      else if (how === "from") run.from(doc.nodes.key(slot));
      else start();
    },
    lastOutput: (slot) => {
      const last = stateOf(useExecution.getState(), parts.current.run.execution)?.nodes.get(doc.nodes.key(slot))?.last;
      return last?.status === "succeeded" ? last.output : undefined;
    },
    publish: () => parts.current.publish(),
    saveNow: () => session.saver.retry(),
    openFile: () => parts.current.openFile(),
    downloadFile: () => download(session),
    copyViewLink: () => void copyViewLink(session.workflow),
    tell: (text, tone = "plain") => toast(tone, text),
  };
}

function isInView(handle: CanvasHandle | null, boxes: readonly { x: number; y: number; w: number; h: number }[]): boolean {
  const view = handle?.viewBox();
  if (!view) return true;
  // What is seen only as a few points is not seen.
  const widest = boxes.reduce((most, box) => Math.max(most, box.w, box.h), 0);
  if (widest < Math.max(view.w, view.h) * SEEN_LEAST) return false;
  return boxes.every((box) => box.x >= view.x - MARGIN && box.y >= view.y - MARGIN && box.x + box.w <= view.x + view.w + MARGIN && box.y + box.h <= view.y + view.h + MARGIN);
}
