// Versions: the lines between them, what differs between two, and what is marked of it.

import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/api/client";
import { refusalOf } from "../../src/api/versions";
import type { Version } from "../../src/api/types";
import { GraphDocument } from "../../src/graph/document/document";
import { readJson } from "../../src/api/exact";
import type { FileGraph } from "../../src/graph/file";
import { lanesOf, shownParents, type Known } from "../../src/graph/versions/lanes";
import { differenceOf, isNone } from "../../src/graph/versions/difference";
import { marksOf } from "../../src/pages/editor/version-graphs";
import { piecesOf } from "../../src/panels/versions/text-change";
import { DRAFT, linesOf } from "../../src/panels/versions/version-list";
import { fieldWords, placeWords, summaryWords, textOf } from "../../src/panels/versions/words";

const known = (id: string, parent: string | null, auto = false): Known => ({ id, parent, auto });
const drawn = (list: readonly Known[]) => lanesOf(list, shownParents(list, () => true));
const doc = (graph: unknown) => new GraphDocument(graph as FileGraph);
const node = (id: string, data: object = {}, position = { x: 0, y: 0 }) => ({ id, type: "set_fields", position, data });

describe("lines between versions", () => {
  it("lead straight down where each was made from the one before", () => {
    const rows = drawn([known("c", "b"), known("b", "a"), known("a", null)]);
    expect(rows.map(({ lane, from, past, down }) => [lane, from, past, down])).toEqual([
      [0, [], [], true],
      [0, [0], [], true],
      [0, [0], [], false],
    ]);
  });

  it("part where two were made from one, and end in its dot", () => {
    const rows = drawn([known("d", "b"), known("c", "a"), known("b", "a"), known("a", null)]);
    expect(rows.map(({ lane }) => lane)).toEqual([0, 1, 0, 0]);
    expect(rows[2]?.past).toEqual([1]);
    expect(rows[3]?.from).toEqual([0, 1]);
  });

  it("use a lane again once its line has ended", () => {
    const rows = drawn([known("e", "c"), known("d", "c"), known("c", "a"), known("b", "a"), known("a", null)]);
    expect(rows.map(({ lane }) => lane)).toEqual([0, 1, 0, 1, 0]);
  });

  it("have no lane for automatic ones from which nothing was made", () => {
    const many = [known("draft", "a"), ...Array.from({ length: 50 }, (_, at) => known(`auto${at}`, "a", true)), known("a", null)];
    const rows = drawn(many);
    expect(Math.max(...rows.map(({ lane }) => lane))).toBe(0);
    expect(rows.slice(1, 51).every(({ aside, past }) => aside && past.includes(0))).toBe(true);
  });

  it("lead past what is not shown, and on to what is not loaded", () => {
    const all = [known("d", "c"), known("c", "b", true), known("b", "a", true), known("a", "older")];
    const parents = shownParents(all, ({ auto }) => !auto);
    expect([...parents]).toEqual([["d", "a"], ["a", "older"]]);
    expect(lanesOf(all.filter(({ auto }) => !auto), parents).map(({ down }) => down)).toEqual([true, true]);
  });

  it("end also where parents go in a circle", () => {
    expect(shownParents([known("a", "b"), known("b", "c", true), known("c", "b", true)], ({ auto }) => !auto).get("a")).toBeDefined();
  });

  it("are found for ten thousand at once", () => {
    const many = Array.from({ length: 10_000 }, (_, at) => known(`v${10_000 - at}`, at === 9_999 ? null : `v${10_000 - at - (at % 7 === 0 && at < 9_990 ? 3 : 1)}`));
    const began = performance.now();
    expect(drawn(many)).toHaveLength(10_000);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe("the list of versions", () => {
  const version = (id: string, parent: string | null, more: Partial<Version> = {}): Version => ({ id, parent, branch: "main", label: null, auto: false, hash: "", node_count: 1, created_at: "2026-01-01T00:00:00Z", by: null, published: false, ...more });
  const versions = [version("kept", "b", { auto: true, label: "before restoring a" }), version("run", "b", { auto: true }), version("s", "a", { branch: "spring" }), version("b", "a"), version("a", null)];
  const draft = { base: "b", branch: "main" };

  it("begins with the draft, hides what only ran, and keeps what has a label", () => {
    expect(linesOf(versions, draft, false).map(({ id }) => id)).toEqual([DRAFT, "kept", "s", "b", "a"]);
    expect(linesOf(versions, draft, true).map(({ id }) => id)).toEqual([DRAFT, "kept", "run", "s", "b", "a"]);
  });

  it("names each branch where it ends, and not at what was kept of it", () => {
    expect(linesOf(versions, draft, true).flatMap(({ id, tip }) => (tip ? [[id, tip]] : []))).toEqual([["s", "spring"], ["b", "main"]]);
  });
});

describe("what differs", () => {
  const before = doc({ name: "Old", nodes: [node("a"), node("b", { url: "one", "x/y": 1 }), node("c"), node("gone", { label: "Write a log" })], edges: [{ id: "e", source: "a", target: "b" }, { source: "b", target: "c" }] });
  const after = doc({ name: "New", nodes: [node("c", {}, { x: 40, y: 8.4 }), node("a"), node("b", { url: "two", "x/y": 1 }), node("new")], edges: [{ source: "b", target: "c" }, { id: "e", source: "a", target: "c" }, { source: "a", target: "new" }] });
  const found = differenceOf(before, after);

  it("is told row by row, whatever order they stand in", () => {
    expect(found.nodes.map(({ id, kind, slots }) => [id, kind, slots])).toEqual([["b", "changed", [1, 2]], ["c", "moved", [2, 0]], ["gone", "removed", [3, -1]], ["new", "added", [-1, 3]]]);
    expect(found.edges.map(({ kind, title }) => [kind, title])).toEqual([["changed", "Set fields → Set fields"], ["added", "Set fields → Set fields"]]);
    expect(found.counts).toEqual({ added: 2, removed: 1, changed: 2, moved: 1 });
    expect(found.file).toEqual([{ field: "name", before: "Old", after: "New" }]);
    expect(found.nodes[2]?.title).toBe("Write a log");
  });

  it("is told field by field, before and after", () => {
    expect(found.nodes[0]?.fields).toEqual([{ field: "data/url", before: "one", after: "two" }]);
    const [place] = found.nodes[1]?.fields ?? [];
    expect(place && placeWords(place)).toBe("0, 0 → 40, 8");
  });

  it("is nothing where both say the same", () => {
    expect(isNone(differenceOf(before, doc(before.toFile())))).toBe(true);
  });

  it.runIf("rawJSON" in JSON)("tells numbers by their digits", () => {
    const digits = (text: string) => doc({ nodes: [node("n", readJson(`{"big": ${text}}`) as object)], edges: [] });
    expect(isNone(differenceOf(digits("12345678901234567890"), digits("12345678901234567890")))).toBe(true);
    expect(differenceOf(digits("12345678901234567890"), digits("12345678901234567891")).counts.changed).toBe(1);
  });

  it("tells rows of one id, and edges without any, by what they link and how many they are", () => {
    const twice = { nodes: [node("a"), node("b")], edges: [{ source: "a", target: "b" }, { source: "a", target: "b" }] };
    expect(differenceOf(doc(twice), doc({ ...twice, edges: twice.edges.slice(1) })).counts).toEqual({ added: 0, removed: 1, changed: 0, moved: 0 });
  });

  it("is marked in the graph that has it: what went before, what came after, the rest in both", () => {
    expect([...marksOf(found, 0).nodes]).toEqual([[1, "changed"], [2, "moved"], [3, "removed"]]);
    expect([...marksOf(found, 1).nodes]).toEqual([[2, "changed"], [0, "moved"], [3, "added"]]);
  });

  it("is said in a sentence", () => {
    expect(summaryWords(found)).toBe("2 added, 1 removed, 2 changed, 1 moved, 1 setting of the workflow");
    expect(fieldWords("data/x~1y")).toBe("X/y");
    expect(textOf({ a: [1, "two"] })).toBe('{ "a": [ 1, "two" ] }');
  });
});

describe("a text before and after", () => {
  const shown = (before: string, after: string) => piecesOf(before, after)?.map(({ kind, text }) => `${{ same: "", gone: "-", come: "+" }[kind]}${text}`);

  it("has the words marked that differ", () => {
    expect(shown("answer with one word", "answer with two word")).toEqual(["answer with ", "-one", "+two", " word"]);
  });

  it("is two texts where hardly a word is the same", () => {
    expect(shown("red green blue", "https://example.com/a?b=c")).toBeUndefined();
  });

  it("is shortened where nothing differs, and never hangs", () => {
    const long = "word ".repeat(200);
    expect(shown(`${long}a`, `${long}b`)?.[0]?.length).toBeLessThan(200);
    const other = (seed: number) => Array.from({ length: 4_000 }, (_, at) => `w${(at * seed) % 9_973}`).join(" ");
    expect(shown(other(17), other(23))).toBeUndefined();
  });
});

it("a refusal is told in words for whoever asked", () => {
  expect(refusalOf(new ApiError(409, "conflicts_open", "x"))).toMatch(/^Some changes wait/);
  expect(refusalOf(new ApiError(409, "branch_exists", "x"))).toMatch(/another name/);
  expect(refusalOf(new ApiError(500, "other", "x"))).toBeNull();
});
