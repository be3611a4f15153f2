// The way back, over random sequences of every edit: undone they give the same file again, redone the end again.

import { describe, expect, it } from "vitest";
import type { Edit, GraphDocument } from "../../src/graph/document/document";
import { placesOf } from "../../src/graph/document/places";
import { addAfter, addAt, addNote, addOnEdge, replaceType } from "../../src/graph/edit/add";
import { align, applyLayout, distribute, layoutWish } from "../../src/graph/edit/arrange";
import { bringBack } from "../../src/graph/edit/bring-back";
import { duplicate, paste, pieceOf } from "../../src/graph/edit/clip";
import { extract } from "../../src/graph/edit/extract";
import { group, moveInto, setCollapsed, ungroup } from "../../src/graph/edit/frames";
import { nudge } from "../../src/graph/edit/move";
import { remove } from "../../src/graph/edit/remove";
import { pin, setDisabled, setId, setLabel } from "../../src/graph/edit/settle";
import { documentOf, edge, kindNamed, KINDS, node, placesIn } from "./sample";

/** Small and repeatable: mulberry32. */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  };
}

const start = () =>
  documentOf(
    [
      node("start", 0, 0, { type: "manual", data: { label: "Start" } }),
      node("if", 240, 0, { type: "condition", data: { condition: "nodes.start.output > 1", label: "Big" } }),
      node("box", 480, 0, { type: "for_each", width: 500, height: 300 }),
      node("in", 40, 60, { type: "http", parentId: "box", data: { url: "{{ $('Start').item.json }}" } }),
      node("sub", 280, 60, { parentId: "box", data: {} }),
      node("twin", 0, 400),
      node("twin", 240, 400),
    ],
    [edge("start", "if"), edge("if", "box", "true"), edge("in", "sub"), edge("if", "twin", "false"), edge("box", "start"), { ...edge("twin", "nowhere"), id: null }],
  );

type Roll = (most: number) => number;
const KIND_NAMES = ["http", "condition", "for_each", "manual", "operation"];

const EDITS: readonly ((doc: GraphDocument, roll: Roll, some: number[], one: number) => void)[] = [
  (doc, roll) => addAt(doc, placesIn(doc), kindNamed(KIND_NAMES[roll(5)] ?? "http"), { x: roll(900), y: roll(900) }),
  (doc, roll, _some, one) => addAfter(doc, placesIn(doc), KINDS, one, kindNamed(KIND_NAMES[roll(5)] ?? "http")),
  (doc, roll) => addOnEdge(doc, placesIn(doc), roll(doc.edges.size), kindNamed("condition")),
  (doc, roll) => addNote(doc, placesIn(doc), { x: roll(100), y: 0 }, "words"),
  (doc, roll, some) => remove(doc, placesIn(doc), { nodes: some, edges: [roll(doc.edges.size)], reconnect: roll(2) === 0 }),
  (doc, roll, some) => replaceType(doc, KINDS, some, kindNamed(KIND_NAMES[roll(5)] ?? "http")),
  (doc, _roll, some) => align(doc, placesIn(doc), some, "middle"),
  (doc, _roll, some) => distribute(doc, placesIn(doc), some, "across"),
  (doc, roll, some) => nudge(doc, placesOf(doc), some, { x: roll(9), y: 8 }),
  (doc, roll) => applyLayout(doc, placesIn(doc), layoutWish(doc, placesIn(doc), null), Array.from({ length: doc.nodes.count }, () => [roll(500), roll(500)] as const)),
  (doc, _roll, some) => paste(doc, placesIn(doc), pieceOf(doc, placesIn(doc), some)),
  (doc, _roll, some) => duplicate(doc, placesIn(doc), some),
  (doc, _roll, some) => group(doc, placesIn(doc), some, "Frame"),
  (doc, _roll, some) => ungroup(doc, placesIn(doc), some),
  (doc, roll, some) => setCollapsed(doc, some, roll(2) === 0),
  (doc, roll, some, one) => moveInto(doc, placesIn(doc), some, roll(3) === 0 ? -1 : one),
  (doc, roll, some) => setDisabled(doc, some, roll(2) === 0),
  (doc, roll, _some, one) => setLabel(doc, one, `Label ${roll(5)}`),
  (doc, roll, _some, one) => setId(doc, one, `id_${roll(20)}`),
  (doc, roll, some) => pin(doc, some, roll(2) === 0 ? { n: 1 } : undefined),
  (doc, _roll, some) => {
    const done = extract(doc, placesIn(doc), KINDS, some, "Part");
    if ("apply" in done) done.apply("some-id");
  },
];

function act(doc: GraphDocument, roll: Roll): void {
  const living = Array.from(doc.nodes.entries(), ([slot]) => slot);
  const some = living.filter(() => roll(4) === 0);
  EDITS[roll(EDITS.length)]?.(doc, roll, some, living[roll(living.length)] ?? -1);
}

const text = (doc: GraphDocument) => JSON.stringify(doc.toFile());

describe("the way back", () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))("random edits %i undone give the same file, redone the end", (seed) => {
    const doc = start();
    const roll = dice(seed);
    const states = [text(doc)];
    for (let n = 0; n < 30; n += 1) {
      const before = doc.version;
      act(doc, roll);
      expect(doc.version - before, "one edit is one step").toBeLessThanOrEqual(1);
      if (doc.version > before) states.push(text(doc));
    }
    const end = text(doc);
    const seen = new Set(states);
    while (doc.undo()) expect(seen.has(text(doc)), "each step back is a state that was there").toBe(true);
    expect(text(doc)).toBe(states[0]);
    expect(doc.changes()).toEqual([]);
    while (doc.redo());
    // Order among rows that were added is kept too: slots never change.
    expect(text(doc)).toBe(end);
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed))("two people's fields do not take each other back (%i)", (seed) => {
    const doc = start();
    const roll = dice(seed + 1_000);
    const ids = ["start", "if", "box", "in", "sub"];
    const theirs = new Map<string, unknown>();
    for (let n = 0; n < 60; n += 1) {
      const id = ids[roll(5)] ?? "";
      const mine = roll(2) === 0;
      const field = `data/f${roll(3)}`;
      doc.change("Set", (editing) => editing.setNode(id, { [field]: `${mine ? "mine" : "theirs"} ${n}` }), { origin: mine ? "me" : "ada" });
      theirs.set(`${id} ${field}`, mine ? undefined : `theirs ${n}`);
    }
    while (doc.undo("me"));
    for (const [key, value] of theirs) {
      const [id, field] = key.split(" data/");
      if (value !== undefined) expect(doc.nodes.get(id ?? "")?.data?.[field ?? ""]).toBe(value);
    }
    expect(JSON.stringify(doc.toFile())).not.toContain('"mine');
    while (doc.undo("ada"));
    expect(JSON.stringify(doc.toFile())).not.toContain('"theirs');
  });

  it("what somebody else deleted comes back with those of its edges that have both ends, as a step of one's own", () => {
    const doc = documentOf([node("a"), node("b"), node("c")], [edge("a", "b"), edge("b", "c")]);
    let theirs: Edit | null = null;
    doc.listen((edit) => (theirs ??= edit));
    doc.fromElsewhere("Theirs", (rows) => {
      for (const slot of [1, 2]) rows.removeNode(slot);
    });
    if (!theirs) throw new Error("nobody was told");
    const without = text(doc);
    bringBack(doc, theirs, 1);
    expect(doc.toFile().nodes.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(doc.toFile().edges.map(({ source, target }) => `${source} ${target}`)).toEqual(["a b"]);
    const after = text(doc);
    bringBack(doc, theirs, 1);
    expect(text(doc)).toBe(after);
    doc.undo();
    expect(text(doc)).toBe(without);
  });

  it("an edge that a step led to a new node is led back, not lost with it", () => {
    const doc = documentOf([node("a"), node("b")], [edge("a", "b")]);
    const before = text(doc);
    addOnEdge(doc, placesIn(doc), 0, kindNamed("http"));
    doc.undo();
    expect(text(doc)).toBe(before);
  });
});
