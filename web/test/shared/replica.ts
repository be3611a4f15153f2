// One browser's tab with a document open: the real document, the real saving, a network and a disk of its own.

import { Connection } from "../../src/state/document/connection";
import { GraphDocument } from "../../src/graph/document/document";
import type { Conflict } from "../../src/graph/document/changes";
import { commentsOf, type Comments } from "../../src/state/document/comments";
import { askArrived, layKept } from "../../src/state/document/kept";
import { openLocal, type Local } from "../../src/state/document/local";
import { Measures } from "../../src/state/document/measures";
import { Saver, type SaveState } from "../../src/state/document/saver";
import { TIMING, type Timing } from "../../src/state/document/timing";
import { weigh } from "../../src/state/document/weight";
import type { Report } from "../../src/api/reports";
import type { FileGraph } from "../../src/graph/file";
import type { Network, SimServer } from "./sim-server";

let tabs = 0;
const there = new Set<string>();

export class Replica {
  doc: GraphDocument;
  conflicts: readonly Conflict[] = [];
  state: SaveState = { kind: "saved", at: 0 };
  connection: Connection | null = null;
  /** What was told of saving, by request; and how such a request ends. */
  readonly reported: { reports: readonly Report[]; isLeaving: boolean }[] = [];
  onReport: () => Promise<void> = async () => undefined;
  private saver: Saver;

  /** How often it went on in a new epoch without reading the draft. */
  folds = 0;

  private constructor(
    readonly name: string,
    readonly server: SimServer,
    readonly network: Network,
    local: Local | null,
    private readonly tab: string,
    private readonly timing: Timing,
  ) {
    const draft = server.read();
    const doc = (this.doc = new GraphDocument(draft.graph, () => Date.now(), draft.gone));
    const posts = server.posts(network);
    this.saver = new Saver({
      workflow: "w",
      doc,
      at: 0,
      local,
      takeUp: async (kept) => {
        return layKept(doc, kept, await askArrived(kept, posts.ended));
      },
      connect: async (parts) => {
        await commentsOf(doc).keep(local, "w");
        return (this.connection = new Connection({
          ...parts,
          epoch: draft.epoch,
          rev: draft.rev,
          timing: this.timing,
          who: () => name,
          readDraft: posts.draft,
          url: (epoch) => `rooms/${epoch}?tidemill=1`,
          open: server.wires(network),
          posts,
          onFold: () => (this.folds += 1),
          measures: (isThere) =>
            new Measures({
              isThere,
              weigh: (told) => weigh(doc, told),
              send: (reports, isLeaving) => {
                this.reported.push({ reports, isLeaving });
                return this.onReport();
              },
            }),
        }));
      },
      onState: (state) => (this.state = state),
      onConflicts: (conflicts) => (this.conflicts = conflicts),
    });
  }

  /** `disk` names what it keeps its log in; none for a browser that keeps nothing. */
  static async open(name: string, server: SimServer, options: { network?: Network; disk?: string | null; timing?: Partial<Timing> } = {}): Promise<Replica> {
    const { network = { isOnline: true, hasSockets: true }, disk = name, timing = {} } = options;
    const tab = `tab-${(tabs += 1)}`;
    there.add(tab);
    const local = disk === null ? null : await openLocal({ name: tab, isHeld: true, there: async () => there }, disk);
    // All of it is taken as it is: what the server says later reaches it.
    const whole = "local" in timing ? (timing as Timing) : { ...TIMING, ...timing };
    const replica = new Replica(name, server, network, local, tab, whole);
    await replica.saver.begin();
    void replica.saver.connect();
    return replica;
  }

  get file(): FileGraph {
    return JSON.parse(JSON.stringify(this.doc.toFile())) as FileGraph;
  }

  get comments(): Comments {
    return commentsOf(this.doc);
  }

  get saves(): Saver {
    return this.saver;
  }

  /** Once the device has all that was changed so far. */
  async written(): Promise<void> {
    await (this.saver as unknown as { localQueue: Promise<void> }).localQueue;
    await disksSettle();
  }

  /** As if the browser had been killed: nothing is said to anybody. */
  crash(): void {
    const { connection } = this;
    this.doc.listen = () => () => undefined;
    if (connection) connection.leave = () => undefined;
    (this.saver as unknown as { leave: () => void }).leave = () => undefined;
    this.comments.close = () => undefined;
    (this.saver as unknown as { keepAll: () => void }).keepAll = () => undefined;
    this.saver.close();
    there.delete(this.tab);
  }

  close(): void {
    this.saver.close();
    there.delete(this.tab);
  }
}

/** What is done to a disk takes turns of the real event loop. */
export async function disksSettle(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
