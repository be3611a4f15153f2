// A draft that is only looked at: read once, then kept as others make it. Nothing is written, here or on the server.

import { draftApi } from "../../api/draft";
import { readOverlay, roomUrl } from "../../api/room";
import { GraphDocument } from "../../graph/document/document";
import { Selection } from "../../graph/document/selection";
import { followDeletions } from "../../graph/edit/choose";
import { commentsOf } from "../../state/document/comments";
import { Connection, type Progress } from "../../state/document/connection";
import type { DraftRead } from "../../state/document/live";
import { peopleOf, readMe, sourceOf } from "../../state/document/presence";
import type { Phase } from "../../state/document/socket";
import { standingOf } from "../../state/document/standing";
import { timing } from "../../state/document/timing";
import { socketWire } from "../../state/document/wire";

const ASKED_MS = 30_000;

/** What is known of a draft beside the graph. */
export interface Followed {
  /** How the way to the server goes; null before anything is known of it. */
  progress: Progress | null;
  /** Whether others are heard at once ("open"), now and then ("away"), or not yet. */
  phase: Phase;
  /** Whether it differs from what is published. */
  isChanged: boolean;
}

/** One workflow that somebody looks at. */
export class Viewing {
  readonly selection = new Selection();
  private readonly listeners = new Set<() => void>();
  private connection: Connection | null = null;
  /** Who sends nothing would not notice that nothing comes any more. */
  private readonly asking = setInterval(() => document.visibilityState === "visible" && this.wake(), ASKED_MS);
  now: Followed;

  private constructor(
    readonly workflow: string,
    readonly doc: GraphDocument,
    isChanged: boolean,
  ) {
    this.now = { progress: null, phase: "trying", isChanged };
    followDeletions(doc, this.selection);
    doc.listen(() => this.tell({ isChanged: true }));
    void commentsOf(doc).keep(null, workflow);
    commentsOf(doc).lookOn();
    peopleOf(doc).tell({ isViewer: true });
  }

  static async open(workflow: string, signal: AbortSignal): Promise<Viewing> {
    const read = async () => {
      const draft = await draftApi.read(workflow, signal);
      return { ...draft, graph: draft.graph as DraftRead["graph"] };
    };
    const draft = await read();
    signal.throwIfAborted();
    const doc = new GraphDocument(draft.graph, undefined, draft.gone);
    const viewing = new Viewing(workflow, doc, draft.changed);
    viewing.connection = new Connection({
      doc,
      epoch: draft.epoch,
      rev: draft.rev,
      timing,
      carried: [],
      readDraft: read,
      who: () => readMe().name,
      url: (epoch) => `${roomUrl(workflow, epoch)}&view=1`,
      open: socketWire(),
      meet: (presence) => peopleOf(doc).connect(sourceOf(presence)),
      posts: {
        document: (epoch, since) => readOverlay(workflow, epoch, since),
        ended: () => Promise.resolve(null),
        save: () => Promise.reject(new Error("who only looks on saves nothing")),
      },
      onProgress: (progress) => viewing.tell({ progress, phase: viewing.connection?.phase ?? "trying" }),
      onConflicts: () => undefined,
      onBase: () => undefined,
      onFold: standingOf(workflow, doc, ({ changed }) => viewing.tell({ isChanged: changed })),
    });
    return viewing;
  }

  /** Hears that something is known anew. */
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The network is back, or the page is seen again. */
  wake(): void {
    this.connection?.wake();
  }

  close(): void {
    clearInterval(this.asking);
    this.connection?.close();
  }

  private tell(some: Partial<Followed>): void {
    this.now = { ...this.now, ...some };
    for (const listener of this.listeners) listener();
  }
}
