// What a document needs once it is seen: the way to the server, and what earlier visits left behind. A chunk of its own.

import { reportsApi } from "../../api/reports";
import { readOverlay, readPlace, roomUrl, saveUpdate } from "../../api/room";
import type { Conflict } from "../../graph/document/changes";
import type { GraphDocument } from "../../graph/document/document";
import { commentsOf } from "./comments";
import { Connection, type ConnectionParts } from "./connection";
import { hubWire } from "./hub-wire";
import { arrivedIn, layKept, wasSent } from "./kept";
import type { DraftRead } from "./live";
import type { Kept, Local } from "./local";
import { placeOf, type Place } from "./place";
import { Measures } from "./measures";
import { peopleOf, readMe, sourceOf } from "./presence";
import type { Tab } from "./tabs";
import { timing } from "./timing";
import { weigh } from "./weight";

/** Lays what earlier visits kept on the draft. What may have been sent without an answer is asked for first. */
export async function takeUp(workflow: string, doc: GraphDocument, kept: Kept, epoch: number): Promise<Conflict[]> {
  const state = wasSent(kept, epoch) ? await readOverlay(workflow, epoch, null).catch(() => null) : null;
  return layKept(doc, kept, state ? arrivedIn(epoch, state.state) : () => false);
}

type Standing = Place & { changed: boolean };
type Given = Pick<ConnectionParts, "doc" | "carried" | "onProgress" | "onConflicts" | "onBase"> & {
  workflow: string;
  draft: DraftRead & Place;
  /** Whether there is something to publish, wherever that is told. */
  onChanged: (isChanged: boolean) => void;
  tab: Tab;
  local: Local | null;
  readDraft: () => Promise<DraftRead & Standing>;
};

export async function connect({ workflow, draft, tab, local, readDraft, onChanged, ...rest }: Given): Promise<Connection> {
  const { epoch, rev } = draft;
  await commentsOf(rest.doc).keep(local, workflow);
  const place = placeOf(rest.doc);
  place.set(draft);
  const took = <T extends Standing>(read: T): T => {
    place.set(read);
    onChanged(read.changed);
    return read;
  };
  return new Connection({
    ...rest,
    readDraft: () => readDraft().then(took),
    // Somebody published, in most cases.
    onFold: () => void readPlace(workflow).then(took, () => undefined),
    timing,
    epoch,
    rev,
    who: () => readMe().name,
    measures: (isThere) => new Measures({ send: reportsApi.send, isThere: () => navigator.onLine && isThere(), weigh: (told) => weigh(rest.doc, told) }),
    meet: (presence) => peopleOf(rest.doc).connect(sourceOf(presence)),
    url: (of) => roomUrl(workflow, of),
    open: hubWire(workflow, tab.isHeld ? tab.name : null),
    posts: {
      document: (of, since) => readOverlay(workflow, of, since),
      save: (of, update, keepalive) => saveUpdate(workflow, of, update, keepalive),
    },
  });
}
