// A source of presence in memory, and people who are not there: for tests, and for looking at what others look like.

import type { GraphDocument } from "../../src/graph/document/document";
import { placesOf } from "../../src/graph/document/places";
import { COLORS, fieldOf, type Point } from "../../src/graph/people";
import { peopleOf, type PresenceSource } from "../../src/state/document/presence";

/** Everybody who joined hears what the others say, at once. */
export class Hub {
  readonly states = new Map<number, unknown>();
  readonly #listeners = new Map<number, (ids: Iterable<number>) => void>();
  #next = 1;

  join(): PresenceSource & { leave(): void } {
    const me = this.#next++;
    return {
      me,
      states: () => this.states,
      say: (state) => this.put(me, state),
      listen: (changed) => {
        this.#listeners.set(me, changed);
        return () => this.#listeners.delete(me);
      },
      leave: () => {
        this.states.delete(me);
        this.#tell([me]);
      },
    };
  }

  /** A state as it came over the wire, whatever it is. */
  put(id: number, state: unknown): void {
    this.states.set(id, state);
    this.#tell([id]);
  }

  /** As an update of several comes: together. */
  putAll(states: ReadonlyMap<number, unknown>): void {
    for (const [id, state] of states) this.states.set(id, state);
    this.#tell([...states.keys()]);
  }

  #tell(ids: number[]): void {
    for (const hear of this.#listeners.values()) hear(ids);
  }
}

const NAMES = ["Ada Lovelace", "Grace Hopper", "Zoë", "Katherine Johnson", "王小云", "Barbara"];
const TELL_MS = 50;

/**
 * People who go from node to node of a document: 20 times a second each pointer is elsewhere. `place` is where they are about;
 * answers what sends them away.
 */
export function mockPeople(doc: GraphDocument, count: number, { around = 800, place = { x: 400, y: 200 } }: { around?: number; place?: Point } = {}): () => void {
  const hub = new Hub();
  const disconnect = peopleOf(doc).connect(hub.join());
  const places = placesOf(doc);
  const ids = [...doc.nodes.entries()].filter(([slot]) => Math.abs((places.x[slot] ?? 0) - place.x) < around && Math.abs((places.y[slot] ?? 0) - place.y) < around).map(([, node]) => node.id);
  const edges = [...doc.edges.entries()].slice(0, 50).map(([, edge]) => edge.id).filter((id): id is string => typeof id === "string");
  const node = (at: number) => ids[at % Math.max(1, ids.length)] ?? "";
  let tick = 0;
  const step = () => {
    tick += 1;
    const states = new Map<number, unknown>();
    for (let at = 0; at < count; at += 1) {
      const turn = (tick / 60) * (1 + (at % 5) / 4) + at * 2.4;
      const pointer = { x: place.x + Math.cos(turn) * around * (0.3 + (at % 7) / 10), y: place.y + Math.sin(turn * 1.3) * around * (0.2 + (at % 4) / 10) };
      const selection = { nodes: at % 3 === 0 ? [node(at), node(at + 1)] : [node(at)], edges: at % 3 === 1 ? edges.slice(at % 40, (at % 40) + 1) : [] };
      const name = NAMES[at % NAMES.length] + (at >= NAMES.length ? ` ${at}` : "");
      const view = { x: place.x - around + at * 30, y: place.y - around * 0.6 + at * 20, width: around * 1.6, height: around };
      states.set(1_000 + at, { user: { name, color: COLORS[(at * 3) % COLORS.length] }, view, pointer: at === 2 && count < 5 ? null : pointer, selection, field: at % 3 === 0 ? fieldOf(node(at + 1), "fields") : null });
    }
    hub.putAll(states);
  };
  step();
  const timer = setInterval(step, TELL_MS);
  return () => {
    clearInterval(timer);
    disconnect();
  };
}
