// Every command on 100,000 nodes: what it gives is checked, how long it took is printed.

import { expect, it } from "vitest";
import { GraphDocument } from "../../src/graph/document/document";
import { Selection } from "../../src/graph/document/selection";
import { align, layoutWish } from "../../src/graph/edit/arrange";
import { reached, sameType, selectAll } from "../../src/graph/edit/choose";
import { copyText, paste, type Piece } from "../../src/graph/edit/clip";
import { group } from "../../src/graph/edit/frames";
import { outline } from "../../src/graph/edit/order";
import { remove } from "../../src/graph/edit/remove";
import { setDisabled, setLabel } from "../../src/graph/edit/settle";
import type { Where } from "../../src/graph/edit/family";
import { grid } from "./sample";

const MANY = 100_000;
const times: string[] = [];
function timed<T>(what: string, run: () => T): T {
  const start = performance.now();
  const value = run();
  times.push(`${what} ${(performance.now() - start).toFixed(1)} ms`);
  return value;
}

it("edits 100,000 nodes", () => {
  const doc = timed("open", () => new GraphDocument(grid(MANY)));
  const where: Where = { under: () => [], box: (slot) => ({ x: doc.nodes.at(slot)?.position?.x ?? 0, y: doc.nodes.at(slot)?.position?.y ?? 0, w: 208, h: 60 }) };
  const selection = new Selection();
  timed("select all", () => selectAll(doc, selection));
  expect(selection.nodeCount).toBe(MANY);
  const tenth = Array.from({ length: 10_000 }, (_, n) => n * 10);
  timed("delete 10,000", () => remove(doc, where, { nodes: tenth }));
  expect(doc.nodes.count).toBe(MANY - 10_000);
  timed("undo", () => doc.undo());
  expect(doc.nodes.count).toBe(MANY);
  timed("delete 10,000 with reconnect", () => remove(doc, where, { nodes: tenth.slice(0, 10_000), reconnect: true }));
  timed("undo", () => doc.undo());
  const text = timed("copy 1,000", () => copyText(doc, where, Array.from({ length: 1_000 }, (_, n) => n)));
  const pasted = timed("paste 1,000", () => paste(doc, where, JSON.parse(text) as Piece));
  expect([pasted.nodes.length, doc.nodes.at(pasted.nodes[10] ?? -1)?.data?.["url"]]).toEqual([1_000, "https://example.org/{{ nodes.n9_2.output.id }}"]);
  timed("paste them again", () => paste(doc, where, JSON.parse(text) as Piece));
  expect(doc.nodes.count).toBe(MANY + 2_000);
  timed("align 10,000", () => align(doc, where, tenth, "left"));
  timed("disable 10,000", () => setDisabled(doc, tenth, true));
  timed("group 1,000", () => group(doc, where, tenth.slice(0, 1_000)));
  expect(timed("successors", () => reached(doc, [0], "after"))).not.toHaveLength(0);
  expect(timed("same type", () => sameType(doc, [1]))).toHaveLength(MANY + 2_000);
  expect(timed("reading order", () => outline(doc))).toHaveLength(MANY + 2_001);
  timed("label", () => setLabel(doc, 5, "Other"));
  expect(timed("layout request", () => layoutWish(doc, where, null)).slots).toHaveLength(MANY + 2_001);
  process.stdout.write(`${times.join("\n")}\n`);
}, 60_000);
