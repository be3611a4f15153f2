// Random lives of a shared document: edits, undo, cuts, repeated frames, crashes, reloads, folds. In the end all have the same file,
// and what somebody did apart from the others is in it, was replaced by somebody who saw it, or is kept as a conflict.
// TIDEMILL_RUNS=10000 TIDEMILL_EDITS=1000 for long.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { differing, readField } from "../../src/graph/document/fields";
import { THEIRS, type Edit, type GraphDocument } from "../../src/graph/document/document";
import type { FileGraph } from "../../src/graph/file";
import { randomOf, type Random } from "../random";
import { settled, sorted } from "./ends";
import { disksSettle, Replica } from "./replica";
import { seedAll } from "./seeded";
import { SimServer, type Network } from "./sim-server";

const RUNS = Number(process.env["TIDEMILL_RUNS"] ?? 200);
const FROM = Number(process.env["TIDEMILL_SEED"] ?? 1);
const STEPS = 40;
/** What each does while all are apart, once in a life. */
const EDITS = Number(process.env["TIDEMILL_EDITS"] ?? 30);

const file = (): FileGraph => ({
  nodes: [{ id: "a", data: { label: "Start", body: "one two three" } }, { id: "b", data: { label: "Weigh" } }, { id: "c" }, { id: "d/e", data: { x: 1 } }, { id: "a", type: "twin" }],
  edges: [{ id: "ab", source: "a", target: "b" }, { source: "b", target: "c" }, { id: "cd", source: "c", target: "d/e" }],
});

/** What became of each value that somebody set, each of them unlike all others. */
class Values {
  private count = 0;
  /** Values that were made apart, and are still to be found. */
  readonly apart = new Set<string>();
  private readonly replaced = new Set<string>();

  next(): string {
    return `v${(this.count += 1)}.`;
  }

  /** Whoever changes what they see has seen it. */
  watch(doc: GraphDocument): void {
    doc.listen((edit: Edit) => {
      if (edit.origin === THEIRS) return;
      for (const { before, after } of [...edit.step.nodes.values(), ...edit.step.edges.values(), ...(edit.step.file ? [edit.step.file] : [])]) {
        const was = before && after ? Object.keys(differing(before, after)).map((field) => readField(before, field)) : before;
        for (const value of JSON.stringify(was ?? null).match(/v\d+\./g) ?? []) if (!JSON.stringify(after ?? null).includes(`"${value}"`)) this.replaced.add(value);
      }
    });
  }

  /** The values that are there after an edit. */
  madeIn({ step }: Edit): string[] {
    const rows = [...step.nodes.values(), ...step.edges.values(), ...(step.file ? [step.file] : [])];
    return rows.flatMap(({ before, after }) => (JSON.stringify(after ?? null).match(/v\d+\./g) ?? []).filter((value) => !JSON.stringify(before ?? null).includes(`"${value}"`)));
  }

  /** Values that others could see; what became of them then was between people who were connected. */
  private readonly shared = new Set<string>();

  share(file: FileGraph): void {
    for (const value of JSON.stringify(file).match(/v\d+\./g) ?? []) this.shared.add(value);
  }

  /** Values that the server was sent, whether or not they stood there. */
  private readonly sent = new Set<string>();

  send(update: Uint8Array): void {
    for (const value of Buffer.from(update).toString("latin1").match(/v\d+\./g) ?? []) this.sent.add(value);
  }

  /** Who is killed at the moment in which what they brought meets another's change never hears of it. */
  forget(): void {
    for (const value of this.sent) this.shared.add(value);
  }

  lost(end: string): string[] {
    return [...this.apart].filter((value) => !end.includes(value) && !this.replaced.has(value) && !this.shared.has(value));
  }
}

interface Person {
  name: string;
  network: Network;
  at: Replica;
  /** Values that were set since it was cut off, and when. */
  since: { value: string; at: number }[];
  cutAt: number | null;
}

class Life {
  readonly values = new Values();
  readonly people: Person[] = [];

  constructor(private readonly random: Random, readonly server: SimServer, private readonly seed: number) {}

  async begin(): Promise<void> {
    this.server.onCommit = (update) => {
      this.values.send(update);
      this.values.share(this.server.file());
    };
    const count = this.random.below(6) === 0 ? 2 + this.random.below(7) : 2 + this.random.below(2);
    for (let at = 0; at < count; at += 1) {
      const network = { isOnline: true, hasSockets: this.random.below(6) > 0 };
      const person: Person = { name: `p${at}`, network, at: await this.open(`p${at}`, network), since: [], cutAt: null };
      this.people.push(person);
    }
    await settled(this.server, 500);
  }

  async step(): Promise<void> {
    const { random, server } = this;
    const person = random.pick(this.people);
    const roll = random.below(20);
    if (roll < 10) this.edit(person);
    else if (roll === 10) person.at.doc.undo();
    else if (roll === 11) person.at.doc.redo();
    else if (roll === 12) this.cut(person);
    else if (roll === 13) this.heal(person);
    else if (roll === 14) await this.reload(person);
    else if (roll === 15 && random.below(3) === 0) server.fold();
    else if (roll === 16 && random.below(3) === 0) server.restart();
    else if (roll === 17) await vi.advanceTimersByTimeAsync(random.below(12_000));
    await vi.advanceTimersByTimeAsync(random.below(120));
    for (let frames = random.below(6); frames > 0; frames -= 1) server.step(() => random.below(2) === 0, () => random.below(5) === 0);
  }

  /** All are cut off for long, and each goes on working. */
  async apart(): Promise<void> {
    const { random } = this;
    for (const person of this.people) this.cut(person);
    this.server.step(() => true);
    for (let edit = 0; edit < EDITS; edit += 1) {
      for (const person of this.people) {
        const roll = random.below(12);
        if (roll === 0) person.at.doc.undo();
        else if (roll === 1) person.at.doc.redo();
        else this.edit(person);
      }
      await vi.advanceTimersByTimeAsync(random.below(120));
    }
    await vi.advanceTimersByTimeAsync(7_000);
    for (const person of this.people) await person.at.written();
    for (const person of this.people) if (random.below(2) === 0) await this.reload(person);
  }

  async end(): Promise<void> {
    for (const person of this.people) {
      this.heal(person);
      person.network.hasSockets = true;
    }
    for (let turn = 0; turn < 4; turn += 1) await settled(this.server, 65_000);
  }

  close(): void {
    for (const person of this.people) person.at.close();
  }

  private async open(name: string, network: Network): Promise<Replica> {
    const replica = await Replica.open(name, this.server, { network, disk: `${this.seed} ${name}` });
    this.values.watch(replica.doc);
    return replica;
  }

  private edit(person: Person): void {
    const { random } = this;
    const { doc } = person.at;
    const nodes = [...doc.nodes.entries()].map(([slot]) => doc.nodes.key(slot));
    const edges = [...doc.edges.entries()].map(([slot]) => doc.edges.key(slot));
    const any = () => random.pick(nodes.length > 0 ? nodes : ["none"]);
    const value = () => this.values.next();
    const edit = doc.change("Edit", (edit) => {
      for (let count = random.below(3); count >= 0; count -= 1) {
        const kind = random.below(10);
        if (kind < 4) edit.setNode(any(), { [`data/${random.pick(["label", "x", "y~1z"])}`]: random.below(6) === 0 ? undefined : value() });
        else if (kind === 4) edit.setNode(any(), { "data/body": `${random.pick(["one", "two words", "", "{{ x }}"])} ${random.below(9)}` });
        else if (kind === 5) edit.addNode({ id: `n${random.below(4)}`, data: { label: value() } });
        else if (kind === 6) edit.removeNode(any());
        else if (kind === 7) edit.addEdge({ source: any(), target: any() });
        else if (kind === 8 && edges.length > 0) random.below(2) === 0 ? edit.removeEdge(random.pick(edges)) : edit.setEdge(random.pick(edges), { target: any() });
        else if (kind === 9) random.below(3) === 0 ? edit.setNode(any(), { data: random.pick([3, [], {}, { label: "whole" }]) }) : edit.setFile({ name: value() });
      }
    });
    if (!edit || person.network.isOnline) return;
    for (const value of this.values.madeIn(edit)) person.since.push({ value, at: Date.now() });
  }

  private cut(person: Person): void {
    if (!person.network.isOnline) return;
    person.network.isOnline = false;
    person.cutAt = Date.now();
  }

  private heal(person: Person): void {
    person.network.isOnline = true;
    for (const { value, at } of person.since.splice(0)) if (Date.now() - at > 6_000) this.values.apart.add(value);
  }

  private async reload(person: Person): Promise<void> {
    await disksSettle();
    person.at.crash();
    this.values.forget();
    // A page cannot be opened without a server: whoever is cut off comes back once there is one.
    for (const { value } of person.since.splice(0)) this.values.apart.add(value);
    person.network.isOnline = true;
    person.at = await this.open(person.name, person.network);
  }
}

async function live(seed: number): Promise<Life> {
  seedAll(seed);
  const random = randomOf(seed);
  const life = new Life(random, new SimServer(file()), seed);
  await life.begin();
  for (let step = 0; step < STEPS; step += 1) {
    if (step === STEPS / 2) await life.apart();
    await life.step();
  }
  await life.end();
  return life;
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("random lives", () => {
  const chunk = Math.max(1, Math.ceil(RUNS / 20));
  const chunks = Array.from({ length: Math.ceil(RUNS / chunk) }, (_, at) => FROM + at * chunk);
  it.each(chunks)("end in one file, with nothing lost unseen (seeds from %i)", { timeout: 600_000 }, async (first) => {
    for (let seed = first; seed < Math.min(first + chunk, FROM + RUNS); seed += 1) {
      const life = await live(seed);
      const end = life.server.file();
      for (const { name, at } of life.people) {
        expect({ seed, name, state: at.state.kind, isChanged: at.doc.isChanged, file: sorted(at.file) }).toEqual({ seed, name, state: at.conflicts.length > 0 ? "conflict" : "saved", isChanged: false, file: sorted(end) });
      }
      const conflicts = JSON.stringify(life.server.conflicts());
      expect({ seed, lost: life.values.lost(JSON.stringify(end) + conflicts) }).toEqual({ seed, lost: [] });
      for (const { name, at } of life.people) expect({ seed, name, conflicts: at.conflicts.length }).toEqual({ seed, name, conflicts: life.server.conflicts().length });
      life.close();
    }
  });
});
