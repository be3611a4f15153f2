// What opens above the editor: palettes, menus, dialogs. One at a time.

import { Suspense, useLayoutEffect, useRef, type ComponentProps, type ReactNode } from "react";
import type { NodeType } from "../../api/types";
import { api } from "../../api/calls";
import type { Bindings, Context, Surface } from "../../graph/commands/registry";
import type { Kind } from "../../graph/edit/kinds";
import { connect, whyNot } from "../../graph/edit/connect";
import { moveInto, possibleParents, refusesMove } from "../../graph/edit/frames";
import { replaceType } from "../../graph/edit/add";
import { placesOf } from "../../graph/document/places";
import type { Point } from "../../graph/edit/family";
import { bind, remember, useView } from "../../state/view";
import { editorPath } from "../paths";
import { part } from "../../ui/part";
import { navigate } from "../../ui/router";

const CommandPalette = part(async () => (await import("../../panels/editor/command-palette")).CommandPalette);
const ShortcutSheet = part(async () => (await import("../../panels/editor/shortcut-sheet")).ShortcutSheet);
const ContextMenu = part(async () => {
  const { ContextMenu: Menu, menuOf } = await import("../../panels/editor/context-menu");
  return (props: Omit<ComponentProps<typeof Menu>, "of">) => <Menu {...props} of={menuOf(props.context)} />;
});
const ChooseNode = part(async () => (await import("../../panels/editor/choose-node")).ChooseNode);
const Rename = part(async () => (await import("../../panels/editor/rename")).Rename);
const QuickAdd = part(async () => (await import("../../panels/editor/add-palette")).QuickAdd);

/** Fetches the code of what is opened by one key or press, so that what is typed right after is not lost. */
export function loadSurfaces(): void {
  for (const one of [CommandPalette, ContextMenu, QuickAdd]) one.load().catch(() => undefined); // told when it is opened
}

/** What is open, and where it belongs. */
export type Open =
  | { kind: "commands" | "shortcuts" | "rename" | "connect" | "move_into" }
  | { kind: "menu"; at: Point; before?: readonly { title: string; run: () => void }[] }
  | { kind: "quick_add"; at: Point; after: number; fits?: (kind: Kind) => boolean; label?: string; pick: (kind: Kind, beside: boolean) => void }
  | { kind: "replace"; at: Point };

interface SurfacesProps {
  open: Open;
  context: Context;
  kinds: ReadonlyMap<string, NodeType>;
  bindings: Bindings;
  onClose: () => void;
}

export function Surfaces(props: SurfacesProps) {
  const recent = useView((state) => state.recent);
  const typed = useRef("");
  const waiting = props.open.kind === "commands" ? <TypedAhead onType={(text) => (typed.current = text)} /> : null;
  return <Suspense fallback={waiting}>{inside(props, recent, () => typed.current)}</Suspense>;
}

/** Takes what is typed while the palette's code is on its way, and gives the keyboard back where it was. */
function TypedAhead({ onType }: { onType: (text: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    field.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return <input ref={field} className="hidden" aria-label="Search or run a command" onChange={(event) => onType(event.target.value)} onKeyDown={(event) => event.stopPropagation()} />;
}

function inside({ open, context, kinds, bindings, onClose }: SurfacesProps, recent: readonly string[], typed: () => string): ReactNode {
  const { doc, selection, host } = context;
  const slot = selection.current;
  switch (open.kind) {
    case "commands":
      return (
        <CommandPalette
          context={context}
          bindings={bindings}
          recent={recent}
          typed={typed}
          onChosen={remember}
          findWorkflows={async (query, signal) => (await api.workflows({ q: query, sort: "-updated_at" }, null, 8, signal, {})).items}
          onOpenWorkflow={(id) => navigate(editorPath(id))}
          onClose={onClose}
        />
      );
    case "shortcuts":
      return <ShortcutSheet bindings={bindings} onBind={bind} onClose={onClose} />;
    case "menu":
      return <ContextMenu context={context} bindings={bindings} at={open.at} {...(open.before && { before: open.before })} onClose={onClose} />;
    case "rename":
      return (
        <Rename
          doc={doc}
          slot={slot}
          onDone={(now) => {
            selection.set([now]);
            onClose();
          }}
          onClose={onClose}
        />
      );
    case "connect":
      return <Connect context={context} kinds={kinds} slot={slot} onClose={onClose} />;
    case "move_into":
      return (
        <ChooseNode
          doc={doc}
          kinds={kinds}
          title="Move into"
          slots={possibleParents(doc, kinds, slot)}
          refuses={(parent) => refusesMove(doc, selection.nodes(), parent)}
          onChoose={(parent) => {
            const refused = moveInto(doc, placesOf(doc), selection.nodes(), parent);
            if (refused !== null) host.tell(refused);
            onClose();
          }}
          onClose={onClose}
          empty="There is no frame or container to move it into."
        />
      );
    case "quick_add":
      return <QuickAdd doc={doc} kinds={kinds} after={open.after} at={open.at} {...(open.fits && { fits: open.fits })} {...(open.label && { label: open.label })} onPick={open.pick} onClose={onClose} />;
    case "replace":
      return <QuickAdd doc={doc} kinds={kinds} after={-1} at={open.at} label="Replace by" onPick={(kind) => replaceType(doc, kinds, selection.nodes(), kind)} onClose={onClose} />;
  }
}

/** An edge from a node to another one of a list: without a pointer. */
function Connect({ context, kinds, slot, onClose }: { context: Context; kinds: ReadonlyMap<string, NodeType>; slot: number; onClose: () => void }) {
  const { doc, host } = context;
  const given = { doc, places: placesOf(doc), kinds };
  const source = { node: slot, port: null };
  const why = (target: number) => whyNot(given, source, { node: target, port: null });
  return (
    <ChooseNode
      doc={doc}
      kinds={kinds}
      title="Connect to"
      slots={Array.from(doc.nodes.entries(), ([one]) => one).filter((one) => one !== slot)}
      refuses={why}
      onChoose={(target) => {
        const refused = why(target);
        if (refused === null) connect(given, source, { node: target, port: null });
        else host.tell(refused);
        onClose();
      }}
      onClose={onClose}
      empty="There is no other node to connect it to."
    />
  );
}

/** Which of these a command opens as something above the page; the others are parts of it. */
export function opened(surface: Surface, at: Point): Open | null {
  switch (surface) {
    case "commands":
    case "shortcuts":
    case "rename":
    case "connect":
    case "move_into":
      return { kind: surface };
    case "menu":
    case "replace":
      return { kind: surface, at };
    default:
      return null;
  }
}
