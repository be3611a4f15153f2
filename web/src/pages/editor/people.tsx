// Others in the editor: who they are and where, told by the document's source of presence; and what is told of this page.

import { useEffect, useRef, useState, useSyncExternalStore, type RefObject } from "react";
import { createPortal } from "react-dom";
import type { CanvasHandle } from "../../canvas/types";
import { PeopleLayer } from "../../canvas/people";
import type { GraphDocument } from "../../graph/document/document";
import type { Selection } from "../../graph/document/selection";
import { doingOf, fieldOf, SELECTED_MOST, type Person } from "../../graph/people";
import { titleOf } from "../../graph/summary";
import { Following, Presence } from "../../panels/presence/presence";
import s from "../../panels/presence/presence.module.css";
import { peopleOf, type People } from "../../state/document/presence";
import { copyViewLink } from "../view-link";

/** What a person does to look elsewhere ends following. */
const LEADS_AWAY = ["pointerdown", "wheel", "keydown"] as const;

interface PeopleProps {
  workflow: string;
  doc: GraphDocument;
  selection: Selection;
  canvas: RefObject<CanvasHandle | null>;
}

export function EditorPeople({ workflow, doc, selection, canvas }: PeopleProps) {
  const people = peopleOf(doc);
  const list = useSyncExternalStore(people.listen, () => people.list);
  const me = useSyncExternalStore(people.listen, () => people.me);
  const isConnected = useSyncExternalStore(people.listen, () => people.isConnected);
  const { surface, followed, follow } = useLayer(people, canvas, isConnected);
  useTelling(people, { workflow, doc, selection, canvas }, isConnected);
  const bar = document.querySelector("[data-people]");
  if (!isConnected) return null;
  const leader = list.find(({ id }) => id === followed);
  return (
    <>
      {bar ? createPortal(<Presence me={me} people={list} followed={followed} onFollow={follow} onRename={(user) => people.rename(user)} onShare={() => void copyViewLink(workflow)} doing={(person) => doing(person, doc)} />, bar) : null}
      <div className={s.layer}>
        <canvas ref={surface} className={s.canvas} aria-hidden="true" />
        {leader ? <Following user={leader.user} onStop={() => follow(null)} /> : null}
      </div>
    </>
  );
}

function doing(person: Person, doc: GraphDocument): string {
  return doingOf(person, (id) => {
    const slot = doc.nodes.slot(id);
    const node = slot === undefined ? null : doc.nodes.at(slot);
    return node ? titleOf(node) : null;
  });
}

/** The surface above the graph, and whom it follows. */
function useLayer(people: People, canvas: RefObject<CanvasHandle | null>, isConnected: boolean) {
  const surface = useRef<HTMLCanvasElement>(null);
  const layer = useRef<PeopleLayer | null>(null);
  const [followed, setFollowed] = useState<number | null>(null);
  useEffect(() => {
    const stage = canvas.current?.stage;
    if (!isConnected || !stage || !surface.current) return;
    const now = new PeopleLayer(stage, surface.current, people);
    now.onFollowed = () => setFollowed(null);
    layer.current = now;
    return () => {
      layer.current = null;
      now.close();
      setFollowed(null);
    };
  }, [people, canvas, isConnected]);
  const follow = (id: number | null) => {
    setFollowed(id);
    layer.current?.follow(id);
  };
  useEffect(() => {
    const root = document.querySelector("[data-canvas]");
    if (followed === null || !root) return;
    const stop = (event: Event) => {
      // Keys that lead nowhere by themselves.
      if (event instanceof KeyboardEvent && ["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) return;
      setFollowed(null);
      layer.current?.follow(null);
    };
    for (const name of LEADS_AWAY) root.addEventListener(name, stop, { passive: true });
    return () => {
      for (const name of LEADS_AWAY) root.removeEventListener(name, stop);
    };
  }, [followed]);
  return { surface, followed, follow };
}

/** Tells where the pointer is, what is selected and which field has the keyboard, as long as anybody could hear it. */
function useTelling(people: People, { doc, selection, canvas }: PeopleProps, isConnected: boolean): void {
  useEffect(() => {
    if (!isConnected) return;
    const gone = new AbortController();
    const root = document.querySelector("[data-canvas]");
    const on = (target: EventTarget | null, name: string, hear: (event: Event) => void) => target?.addEventListener(name, hear, { signal: gone.signal, passive: true });
    const tellSelection = () => {
      const nodes = selection.nodes().slice(0, SELECTED_MOST).map((slot) => doc.nodes.key(slot));
      const edges = selection.edges().slice(0, SELECTED_MOST).map((slot) => doc.edges.key(slot));
      people.tell({ selection: { nodes, edges } });
    };
    on(root, "pointermove", (event) => {
      const { clientX: x, clientY: y, pointerType } = event as PointerEvent;
      // A finger shows nothing to others but what it leaves behind.
      if (pointerType !== "touch") people.tell({ pointer: canvas.current?.toWorld({ x, y }) ?? null });
    });
    on(root, "pointerleave", () => people.tell({ pointer: null }));
    on(document, "visibilitychange", () => document.visibilityState === "hidden" && people.tell({ pointer: null }));
    on(document, "focusin", ({ target }) => people.tell({ field: fieldAt(target, doc, selection) }));
    on(document, "focusout", () => people.tell({ field: null }));
    on(window, "storage", (event) => (event as StorageEvent).key === "tidemill.me" && people.reread());
    tellSelection();
    const stop = selection.listen(tellSelection);
    return () => {
      stop();
      gone.abort();
      people.tell({ pointer: null, field: null });
    };
  }, [people, doc, selection, canvas, isConnected]);
}

/** The field of the node's panel that an element is in: fields say their own name there. */
function fieldAt(target: EventTarget | null, doc: GraphDocument, selection: Selection): string | null {
  const path = target instanceof Element ? target.closest<HTMLElement>("[data-path]")?.dataset["path"] : undefined;
  const key = path?.split(/[.[]/, 1)[0];
  return key === undefined || key === "" || selection.only < 0 ? null : fieldOf(doc.nodes.key(selection.only), key);
}
