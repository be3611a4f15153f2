// The overlay against the cases that the server reads too: names, texts by letters, reading; and what is written for an edit.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { losesDigits } from "../src/api/exact";
import { fieldOf, same, withFields, type Entity } from "../src/graph/document/fields";
import type { FileGraph } from "../src/graph/file";
import { Entries } from "../src/graph/overlay/entries";
import { begin, isByLetters, spliceOf, textIn, type Begun, type Splice } from "../src/graph/overlay/letters";
import { compare, idOf, isField, nameOf, namesOf, type List } from "../src/graph/overlay/names";
import { readFile, readRow } from "../src/graph/overlay/read";
import { fileWrites, writesOf } from "../src/graph/overlay/write";
import type { Reading } from "../src/graph/overlay/value";
import { randomOf } from "./random";

const fixture = <T>(name: string) => JSON.parse(readFileSync(new URL(`../src/graph/overlay/fixtures/${name}.json`, import.meta.url), "utf8")) as T;

/** As a browser that has raw JSON reads it: numbers that JavaScript cannot hold stay texts. */
function parseExact(text: string): unknown {
  JSON.parse(text);
  const kept = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (found) => (found.startsWith('"') || !losesDigits(Number(found), found) ? found : `{"raw":"${found}"}`));
  return JSON.parse(kept);
}

interface Case {
  name: string;
  base: FileGraph;
  entries: Partial<Record<List | "file", Record<string, unknown>>>;
  texts?: Record<string, string>;
  expected?: unknown;
  expected_text?: string;
}

function entriesOf(given: Record<string, unknown> = {}, reading: Reading): Entries {
  const entries = new Entries(reading);
  for (const [key, value] of Object.entries(given)) entries.put(key, value);
  return entries;
}

describe("names", () => {
  const { rows, no_rows: noRows, fields, no_fields: noFields, named } = fixture<{
    rows: { id: string; row: string }[];
    no_rows: string[];
    fields: { keys: string[]; field: string }[];
    no_fields: string[];
    named: { rows: object[]; names: string[] }[];
  }>("names");

  it("say what they name, each in one way", () => {
    expect(rows.map(({ id }) => nameOf(id))).toEqual(rows.map(({ row }) => row));
    expect(rows.map(({ row }) => idOf(row))).toEqual(rows.map(({ id }) => id));
    expect(noRows.map((row) => [row, idOf(row)])).toEqual(noRows.map((row) => [row, undefined]));
    expect(fields.map(({ keys }) => fieldOf(...keys))).toEqual(fields.map(({ field }) => field));
    expect(fields.filter(({ field }) => !isField(field))).toEqual([]);
    expect(noFields.filter(isField)).toEqual([]);
    expect(idOf("#12")).toBeNull();
  });

  it.each(named)("are given to rows that have none: $names", ({ rows: given, names }) => {
    expect(namesOf(given)).toEqual(names);
  });

  it("are ordered like UTF-8", () => {
    const random = randomOf(1);
    const parts = ["a", "\uFB01", "\uFFFF", "🌊", "\u{10000}", "é", "\uD7FF", "~", ""];
    for (let turn = 0; turn < 500; turn += 1) {
      const [a, b] = [0, 1].map(() => random.pick(parts) + random.pick(parts)) as [string, string];
      expect(Math.sign(compare(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }
  });
});

describe("texts by letters", () => {
  const { begun, by_letters: byLetters, splices } = fixture<{
    begun: ({ list: List; row: string; field: string; content: string } & Begun)[];
    by_letters: { before: string; after: string; is: boolean }[];
    splices: { before: string; after: string; splice: Splice | null }[];
  }>("letters");

  it.each(begun)("begin under one name and client: $name", ({ list, row, field, content, name, client }) => {
    expect(begin(list, row, field, content)).toEqual({ name, client });
    expect(textIn(list, row, field, `~${name}`)).toBe(name);
    expect(textIn(list, `${row}x`, field, `~${name}`)).toBeNull();
  });

  it("begin under different clients in different fields", () => {
    const clients = Array.from({ length: 1_000 }, (_, at) => begin("nodes", `n${at}`, "data/body", "the same text").client);
    expect(new Set(clients).size).toBe(1_000);
  });

  it("are those that somebody writes, not those that somebody chooses", () => {
    expect(byLetters.map(({ before, after }) => isByLetters(before, after))).toEqual(byLetters.map(({ is }) => is));
    expect([isByLetters("a b", 3), isByLetters(undefined, "a b"), isByLetters("a b", "a \ud800")]).toEqual([false, false, false]);
  });

  it.each(splices)("become $after by one splice", ({ before, after, splice }) => {
    expect(spliceOf(before, after)).toEqual(splice);
    if (splice) expect(before.slice(0, splice.at) + splice.insert + before.slice(splice.at + splice.remove)).toBe(after);
  });
});

describe("reading", () => {
  it.each(fixture<{ cases: Case[] }>("reading").cases)("$name", ({ base, entries, texts = {}, expected, expected_text: text }) => {
    const reading: Reading = { parse: parseExact, letters: (name) => texts[name] ?? "" };
    const overlay = { nodes: entriesOf(entries.nodes, reading), edges: entriesOf(entries.edges, reading), file: new Map(Object.entries(entries.file ?? {})) };
    const before = JSON.stringify(base);
    const read = readFile(base, overlay, reading);
    expect(JSON.parse(JSON.stringify(read))).toEqual(text === undefined ? expected : parseExact(text));
    if (text !== undefined) expect(JSON.stringify(read)).toBe(JSON.stringify(parseExact(text)));
    expect(JSON.stringify(base)).toBe(before);
  });
});

describe("writing", () => {
  const reading: Reading = { parse: (text) => JSON.parse(text) as unknown, letters: () => "" };
  const values: unknown[] = [undefined, null, 1, "GET", "a long text", [1, 2], {}, { x: 1 }, { x: 1, y: "two words" }, false];

  it("for any way from one state to another reads as the other, whatever was written before", () => {
    const random = randomOf(7);
    for (let turn = 0; turn < 4_000; turn += 1) {
      const name = random.pick(["a", "#0", "x~1y"]);
      const at = { list: "nodes", name } as const;
      const id = idOf(name);
      const row = (): Entity => withFields(id == null ? {} : { id }, Object.fromEntries(["data", "data/u", "data/v~1w", "type", "width"].map((field) => [field, random.pick(values)])));
      const base = id === null || random.below(2) === 0 ? row() : null;
      const entries = new Entries(reading);
      for (let step = 0; step < 6; step += 1) {
        const before = readRow(at, base, entries.of(name), reading);
        const after = random.below(4) === 0 ? null : row();
        // Somebody who only sees that it is gone knows no base.
        const known = before === null && id !== null && random.below(2) === 0 ? null : base;
        for (const write of writesOf({ at, base: known, fields: entries.of(name), before, after, place: () => entries.nextPlace(), reading })) {
          entries.put(`${name}/${write.field}`, "value" in write ? write.value : JSON.stringify(write.after));
        }
        const now = readRow(at, base, entries.of(name), reading);
        if (!same(now, after)) expect({ turn, step, now, entries: [...entries.of(name)] }).toEqual({ turn, step, now: after, entries: [] });
      }
    }
  });

  it("names only what changed, and the whole of what is new", () => {
    const entries = new Entries(reading);
    entries.put("z/~added", '[4,{"id":"z"}]');
    const write = (name: string, base: Entity | null, before: Entity | null, after: Entity | null) =>
      writesOf({ at: { list: "nodes", name }, base, fields: entries.of(name), before, after, place: () => entries.nextPlace(), reading });
    const a = { id: "a", type: "t", data: { url: "u", body: "two words" } };
    expect(write("a", a, a, { ...a, type: "s" })).toEqual([{ field: "type", value: '"s"' }]);
    expect(write("a", a, a, { id: "a", type: "t", data: { body: "two words" } })).toEqual([{ field: "data/url", value: null }]);
    expect(write("a", a, a, { ...a, data: { url: "u", body: "two more words" } })).toEqual([{ field: "data/body", before: "two words", after: "two more words" }]);
    // What is left of a data without keys depends on the base, unless it is said.
    expect(write("b", { id: "b", data: { x: 1 } }, { id: "b", data: { x: 1 } }, { id: "b", data: {} })).toEqual([{ field: "data", value: "{}" }, { field: "data/x", value: null }]);
    expect(write("b", { id: "b", data: { x: 1 } }, { id: "b", data: { x: 1 } }, { id: "b" })).toEqual([{ field: "data/x", value: null }, { field: "data", value: null }]);
    expect(write("a", a, a, null)).toEqual([{ field: "~deleted", value: true }]);
    expect(write("n", null, null, { id: "n" })).toEqual([{ field: "~added", value: '[5,{"id":"n"}]' }]);
    entries.put("a/~deleted", true);
    expect(write("a", a, null, a)).toEqual([{ field: "~deleted", value: false }, { field: "~added", value: `[6,${JSON.stringify(a)}]` }]);
    expect(write("a", a, null, null)).toEqual([]);
  });

  it("of the file names its keys", () => {
    expect(fileWrites({ name: "x", a: 1, "b/c": 2, data: { x: 1 }, id: 1 }, { name: "x", "b/c": 3, data: { x: 2 }, id: 2 })).toEqual([
      { field: "a", value: null },
      { field: "b~1c", value: "3" },
      { field: "data", value: '{"x":2}' },
      { field: "id", value: "2" },
    ].sort((one, other) => ["a", "b~1c", "data", "id"].indexOf(one.field) - ["a", "b~1c", "data", "id"].indexOf(other.field)) as never);
  });
});
