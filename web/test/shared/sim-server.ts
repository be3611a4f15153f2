// A server in memory that keeps one draft as docs/design/0007 says, with a network that delays, repeats, cuts and forgets.

import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from "yjs";
import { ApiError } from "../../src/api/client";
import { rowsOf } from "../../src/graph/document/rows";
import type { FileGraph } from "../../src/graph/file";
import { Entries } from "../../src/graph/overlay/entries";
import { idOf, namelessAt, namesOf, type List } from "../../src/graph/overlay/names";
import { readFile } from "../../src/graph/overlay/read";
import type { Reading } from "../../src/graph/overlay/value";
import { readConflict } from "../../src/state/document/disputes";
import { read, write, type Frame } from "../../src/state/document/frames";
import type { DraftRead } from "../../src/state/document/live";
import { LOST, type OpenWire, type WireEvents } from "../../src/state/document/wire";
import { GraphDocument } from "../../src/graph/document/document";

interface Member {
  events: WireEvents;
  toServer: Uint8Array[];
  toClient: Uint8Array[];
  isOpen: boolean;
  epoch: number;
  sent: number;
  /** Whether it hears what the y-protocols do not have. */
  isOurs: boolean;
}

/** What one replica's network lets through. */
export interface Network {
  isOnline: boolean;
  hasSockets: boolean;
  /** How long a request is on its way to the server, and its answer on the way back. */
  travelMs?: number;
  /** Nothing arrives, and nobody says so. */
  isSilent?: boolean;
  /** Whoever is behind it only looks on. */
  isViewer?: boolean;
}

export class SimServer {
  epoch = 0;
  rev = 0;
  shared = new Doc();
  /** What the epochs before ended with. */
  readonly ends: Uint8Array[] = [];
  private readonly members = new Map<Member, Network>();
  /** Whether a change is refused, by its size in bytes. */
  most = Infinity;
  onCommit: (update: Uint8Array) => void = () => undefined;

  constructor(public base: FileGraph) {}

  file(): FileGraph {
    const reading: Reading = { parse: (text) => JSON.parse(text) as unknown, letters: (name) => this.shared.getText(name).toString() };
    const entries = (list: List) => {
      const all = new Entries(reading);
      for (const [key, value] of this.shared.getMap(list).entries()) all.put(key, value);
      return all;
    };
    const overlay = { nodes: entries("nodes"), edges: entries("edges"), file: new Map(this.shared.getMap("file").entries()) };
    return JSON.parse(JSON.stringify(readFile(this.base, overlay, reading))) as FileGraph;
  }

  read(): DraftRead {
    const gone = (list: List) => {
      const names = namesOf(rowsOf<object>(this.base[list]));
      if (!names.some((name) => namelessAt(name) >= 0)) return [];
      return names.filter((name) => this.shared.getMap(list).get(`${name}/~deleted`) === true).map((name) => (namelessAt(name) >= 0 ? namelessAt(name) : (idOf(name) as string)));
    };
    return { graph: this.file(), rev: this.rev, epoch: this.epoch, gone: { nodes: gone("nodes"), edges: gone("edges") } };
  }

  conflicts() {
    const doc = new GraphDocument(this.file());
    return [...this.shared.getMap("conflicts").entries()].flatMap(([key, value]) => readConflict(doc, key, value) ?? []);
  }

  /** A new epoch with what there is as its base; not while conflicts are open. */
  fold(): boolean {
    if (this.conflicts().length > 0) return false;
    this.base = this.file();
    this.ends[this.epoch] = encodeStateAsUpdate(this.shared);
    this.epoch += 1;
    const comments = [...this.shared.getMap("comments").entries()];
    this.shared = new Doc();
    for (const [key, value] of comments) this.shared.getMap("comments").set(key, value);
    for (const member of this.members.keys()) this.tell(member, { kind: "over", epoch: this.epoch, rev: this.rev });
    return true;
  }

  /** Whatever is on its way is lost. */
  restart(): void {
    for (const member of [...this.members.keys()]) this.cut(member, LOST);
  }

  /** Whoever is behind this network is gone: what is on its way is lost. */
  end(network: Network): void {
    for (const [member, of] of this.members) if (of === network) this.members.delete(member);
  }

  wires(network: Network): OpenWire {
    return (url, events) => {
      const epoch = Number(/rooms\/(-?\d+)/.exec(url)?.[1]);
      const member: Member = { events, toServer: [], toClient: [], isOpen: false, epoch, sent: 0, isOurs: url.includes("tidemill=1") };
      this.members.set(member, network);
      return { send: (bytes) => void member.toServer.push(bytes), close: () => this.members.delete(member) };
    };
  }

  posts(network: Network) {
    const reach = (epoch: number) => {
      if (!network.isOnline) throw new ApiError(0, "unreachable", "Tidemill does not answer");
      if (epoch !== this.epoch) throw new ApiError(409, "epoch_over", "the draft was folded");
    };
    const travel = async () => network.travelMs && new Promise((done) => setTimeout(done, network.travelMs));
    return {
      draft: async () => {
        await travel();
        if (!network.isOnline) throw new ApiError(0, "unreachable", "Tidemill does not answer");
        const read = this.read();
        await travel();
        return read;
      },
      document: async (epoch: number, since: Uint8Array | null) => {
        await travel();
        reach(epoch);
        const told = { rev: this.rev, at: Date.now(), state: encodeStateAsUpdate(this.shared, since ?? undefined) };
        await travel();
        return told;
      },
      ended: async (epoch: number) => {
        await travel();
        if (!network.isOnline) throw new ApiError(0, "unreachable", "Tidemill does not answer");
        const state = epoch === this.epoch ? encodeStateAsUpdate(this.shared) : (this.ends[epoch] ?? null);
        await travel();
        return state;
      },
      save: async (epoch: number, update: Uint8Array) => {
        await travel();
        reach(epoch);
        if (update.length > this.most) throw new ApiError(413, "too_large", "the change is too large");
        if (this.isHoled(update)) throw new ApiError(400, "malformed_update", "update builds on another that is not here");
        this.commit(update, null);
        const told = { rev: this.rev, at: Date.now() };
        await travel();
        return told;
      },
    };
  }

  /** Lets everything that is on its way arrive, until nothing is. */
  pump(): void {
    while (this.step(() => true)) continue;
  }

  /** Lets one thing arrive for each member that is chosen; whether there was any. `twice` has a frame arrive again. */
  step(choose: () => boolean, twice: () => boolean = () => false): boolean {
    let isAny = false;
    for (const [member, network] of [...this.members]) {
      if (!this.members.has(member) || network.isSilent || !choose()) continue;
      if (!network.isOnline || !network.hasSockets) this.cut(member, LOST);
      else if (member.epoch !== this.epoch && member.toClient.length === 0) this.cut(member, 4409);
      else if (!member.isOpen) this.join(member);
      else {
        const up = member.toServer.shift();
        if (up) this.take(member, up);
        if (up && twice() && member.epoch === this.epoch && read(up)?.kind === "update") this.commit((read(up) as { update: Uint8Array }).update, member);
        const down = member.toClient.shift();
        if (down) member.events.frame(down);
        if (!up && !down) continue;
      }
      isAny = true;
    }
    return isAny;
  }

  /** What was sent arrives, and nobody hears of it. */
  receive(): void {
    for (const member of [...this.members.keys()]) for (const frame of member.toServer.splice(0)) this.take(member, frame);
  }

  private join(member: Member): void {
    member.isOpen = true;
    this.tell(member, { kind: "ask", vector: encodeStateVector(this.shared) });
    member.events.open();
  }

  private cut(member: Member, code: number): void {
    this.members.delete(member);
    member.events.close(code);
  }

  private tell(member: Member, frame: Frame): void {
    if (member.isOurs || !["saved", "over", "refused"].includes(frame.kind)) member.toClient.push(write(frame));
  }

  private take(member: Member, bytes: Uint8Array): void {
    if (member.epoch !== this.epoch) return;
    const frame = read(bytes);
    if (frame?.kind === "ask") this.tell(member, { kind: "answer", update: encodeStateAsUpdate(this.shared, frame.vector) });
    else if (frame?.kind === "presence") for (const other of this.members.keys()) if (other !== member) other.toClient.push(bytes);
    if (frame?.kind !== "update" && frame?.kind !== "answer") return;
    member.sent += 1;
    if (this.members.get(member)?.isViewer && frame.update.join() !== "0,0") return this.tell(member, { kind: "refused", count: member.sent, code: "read_only", detail: "this connection only looks on" });
    if (frame.update.length > this.most) return this.tell(member, { kind: "refused", count: member.sent, code: "too_large", detail: "the change is too large" });
    this.commit(frame.update, member);
    this.tell(member, { kind: "saved", rev: this.rev, count: member.sent, at: Date.now() });
  }

  /** Whether it builds on something that has never come. */
  private isHoled(update: Uint8Array): boolean {
    const tried = new Doc();
    applyUpdate(tried, encodeStateAsUpdate(this.shared));
    applyUpdate(tried, update);
    return tried.store.pendingStructs !== null;
  }

  private commit(update: Uint8Array, from: Member | null): void {
    applyUpdate(this.shared, update);
    this.rev += 1;
    this.onCommit(update);
    for (const other of this.members.keys()) {
      if (other === from || !other.isOpen || other.epoch !== this.epoch) continue;
      this.tell(other, { kind: "update", update });
      this.tell(other, { kind: "saved", rev: this.rev, count: other.sent, at: Date.now() });
    }
  }
}
