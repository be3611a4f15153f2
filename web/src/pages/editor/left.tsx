// The list at the left: node types to add, or the graph in words.

import { X } from "lucide-react";
import { Suspense, type ReactNode } from "react";
import type { NodeType } from "../../api/types";
import type { CanvasHandle, Point } from "../../canvas/types";
import type { Context } from "../../graph/commands/registry";
import { Button } from "../../ui/button";
import type { GraphDocument } from "../../graph/document/document";
import { count, plural } from "../../ui/format";
import { Skeleton } from "../../ui/states";
import { addFromList } from "./adding";
import { useComments } from "./use-comments";
import type { List, Parts } from "./use-parts";
import { part } from "../../ui/part";
import s from "./editor.module.css";

const EditorComments = part(async () => (await import("./comments")).EditorComments);
const AddPalette = part(async () => (await import("../../panels/editor/add-palette")).AddPalette);
const ImportNotes = part(async () => (await import("../../panels/editor/import-notes")).ImportNotes);
const Outline = part(async () => (await import("../../panels/editor/outline")).Outline);

/** A mark for what others said and was not read here. */
function Unread({ doc }: { doc: GraphDocument }) {
  const { threads, device } = useComments(doc);
  const unread = threads.filter((thread) => device.isUnread(thread)).length;
  return unread === 0 ? null : (
    <i className={s.unread} title={`${plural(unread, "thread")} not read yet`}>
      <span className="hidden">{`${plural(unread, "thread")} not read yet`}</span>
    </i>
  );
}

interface LeftProps {
  context: Context;
  kinds: ReadonlyMap<string, NodeType>;
  parts: Parts;
  onNode: (id: string) => void;
  problemsOf: (slot: number) => number;
  onOpen: (slot: number) => void;
  onMenu: (at: Point) => void;
  canvas: { current: CanvasHandle | null };
}

const NAMES: Record<List, string> = { add: "Node types", outline: "Outline", comments: "Comments", notes: "Notes of the import" };

export function Left({ context, kinds, parts, onNode, problemsOf, onOpen, onMenu, canvas }: LeftProps) {
  const { doc, selection } = context;
  const { left: what, setLeft: onWhat, notes, setNotes } = parts;
  if (what === null) return null;
  const tab = (list: List, words: string, more: ReactNode = null) => (
    <button type="button" aria-pressed={what === list} onClick={() => onWhat(list)}>
      {words}
      {more}
    </button>
  );
  const onDone = () => {
    setNotes(null);
    onWhat("add");
  };
  return (
    <aside className={s.left} aria-label={NAMES[what]} data-list={what}>
      <div className={s.switch}>
        {tab("add", "Add")}
        {tab("outline", "Outline")}
        {tab("comments", "Comments", <Unread doc={doc} />)}
        {notes ? tab("notes", `Notes (${count(notes.notes.length)})`) : null}
        <Button kind="quiet" iconOnly icon={<X size={14} aria-hidden="true" />} onClick={() => onWhat(null)}>
          Close the list
        </Button>
      </div>
      <Suspense fallback={<Skeleton rows={10} />}>
        {what === "notes" && notes ? (
          <ImportNotes doc={doc} kinds={kinds} notes={notes.notes} source={notes.source} onSelect={(slot) => onNode(doc.nodes.key(slot))} onDone={onDone} />
        ) : what === "comments" ? (
          <EditorComments doc={doc} selection={selection} kinds={kinds} parts={parts} canvas={canvas} onNew={() => context.host.show("comment")} />
        ) : what !== "outline" ? (
          <AddPalette doc={doc} kinds={kinds} after={selection.only} onPick={(kind, beside) => addFromList(context, kind, beside)} />
        ) : (
          <Outline context={context} problemsOf={problemsOf} onOpen={onOpen} onMenu={onMenu} onAdd={() => onWhat("add")} />
        )}
      </Suspense>
    </aside>
  );
}
