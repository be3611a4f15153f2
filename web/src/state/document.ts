// The document store: which workflow is being edited, its document and what is selected in it, and where its last change is.

import { create } from "zustand";
import { draftApi } from "../api/draft";
import type { Draft } from "../api/types";
import { readField } from "../graph/document/fields";
import type { Conflict } from "../graph/document/changes";
import { GraphDocument } from "../graph/document/document";
import { Selection } from "../graph/document/selection";
import { followDeletions } from "../graph/edit/choose";
import type { DraftRead } from "./document/live";
import { openLocal, type Local } from "./document/local";
import { Saver, type SaveState } from "./document/saver";
import { thisTab } from "./document/tabs";

/** One workflow open for editing. */
export interface Session {
  workflow: string;
  doc: GraphDocument;
  selection: Selection;
  saver: Saver;
  /** The version the draft was made from when it was opened. */
  base: string;
}

interface DocumentState {
  session: Session | null;
  /** Whether there is something to publish. */
  isChanged: boolean;
  save: SaveState;
  /** Fields that this device and somebody else changed to different values. */
  conflicts: readonly Conflict[];
}

export const useDocument = create<DocumentState>(() => ({ session: null, isChanged: false, save: { kind: "saved", at: 0 }, conflicts: [] }));

const tab = thisTab();

let opened: Promise<Local | null> | null = null;

/** What this browser keeps for this tab: one for all documents of the page, anew where there was none. */
async function device(): Promise<Local | null> {
  const forget = () => (opened = null);
  opened ??= tab.then((one) => openLocal(one, "", forget));
  const local = await opened;
  if (!local) forget();
  return local;
}

async function readDraft(workflow: string, signal?: AbortSignal): Promise<Draft & DraftRead> {
  return draftApi.read(workflow, signal);
}

/** Reads the draft of a workflow, with what this device still has of an earlier visit, and keeps it saved from then on. */
export async function openDocument(workflow: string, signal: AbortSignal): Promise<Session> {
  const [draft, local] = await Promise.all([readDraft(workflow, signal), device()]);
  signal.throwIfAborted();
  const doc = new GraphDocument(draft.graph, undefined, draft.gone);
  const at = Date.parse(draft.updated_at);
  const onChanged = (isChanged: boolean) => tellChanged(doc, isChanged);
  const saver = new Saver({
    workflow,
    doc,
    at,
    local,
    takeUp: async (kept) => (await import("./document/open")).takeUp(workflow, doc, kept),
    connect: async (parts) => (await import("./document/open")).connect({ ...parts, workflow, draft, local, tab: await tab, readDraft: (signal) => readDraft(workflow, signal), onChanged }),
    onState: (save) => useDocument.setState({ save }),
    onConflicts: (conflicts) => useDocument.setState({ conflicts }),
  });
  const selection = new Selection();
  followDeletions(doc, selection);
  const session: Session = { workflow, doc, selection, saver, base: draft.base };
  useDocument.setState({ session, isChanged: draft.changed, conflicts: [], save: { kind: "saved", at } });
  await saver.begin();
  doc.listen(() => onChanged(true));
  if (doc.isChanged) onChanged(true);
  return session;
}

/** Says whether there is something to publish, unless another document is open by now. */
export function tellChanged(doc: GraphDocument, isChanged: boolean): void {
  if (useDocument.getState().session?.doc === doc) useDocument.setState({ isChanged });
}

/** Sends what is left, and lets go of the document. */
export function closeDocument(session: Session): void {
  session.saver.close();
  if (useDocument.getState().session === session) useDocument.setState({ session: null, conflicts: [] });
}

/** A field of the file as text, for words on the page. */
export function fileText(doc: GraphDocument, field: string): string {
  const value = readField(doc.file, field);
  return typeof value === "string" ? value : "";
}
