// What opens above the editor: palettes, menus, dialogs. One at a time.

import { Suspense, type ComponentProps, type ReactNode } from "react";
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
import { navigate } from "../../ui/router";
import { part } from "../../ui/part";

const CommandPalette = part(async () => ({ default: (await import("../../panels/editor/command-palette")).CommandPalette }));
const ShortcutSheet = part(async () => ({ default: (await import("../../panels/editor/shortcut-sheet")).ShortcutSheet }));
const ContextMenu = part(async () => {
  const { ContextMenu: Menu, menuOf } = await import("../../panels/editor/context-menu");
  return { default: (props: Omit<ComponentProps<typeof Menu>, "of">) => <Menu {...props} of={menuOf(props.context)} /> };
});
const ChooseNode = part(async () => ({ default: (await import("../../panels/editor/choose-node")).ChooseNode }));
const Rename = part(async () => ({ default: (await import("../../panels/editor/rename")).Rename }));
const QuickAdd = part(async () => ({ default: (await import("../../panels/editor/add-palette")).QuickAdd }));

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
  return <Suspense fallback={null}>{inside(props, recent)}</Suspense>;
}

function inside({ open, context, kinds, bindings, onClose }: SurfacesProps, recent: readonly string[]): ReactNode {
  const { doc, selection, host } = context;
  const slot = selection.current;
  switch (open.kind) {
    case "commands":
      return (
        <CommandPalette
          context={context}
          bindings={bindings}
          recent={recent}
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
