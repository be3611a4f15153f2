// Two executions side by side, lists that follow what changes, and the stretches of time they are asked for.

import { describe, expect, it } from "vitest";
import { readJson } from "../src/api/exact";
import { alignSteps, differs, type Alignable } from "../src/graph/align";
import { addChanges, between, NO_CHANGES, withChanges } from "../src/graph/changes";
import { diffRows, isSame, ROWS_MOST, type DiffRow } from "../src/graph/diff";
import { instantOf, periodOf } from "../src/graph/period";

const show = (rows: readonly DiffRow[]) => rows.map((row) => `${"  ".repeat(row.depth)}${row.kind === "skip" ? `(${row.count} same)` : `${{ same: "=", changed: "~", added: "+", removed: "-" }[row.change]} ${row.key ?? row.path}${row.kind === "open" ? "" : ` ${JSON.stringify(row.left ?? null)} ${JSON.stringify(row.right ?? null)}`}`}`);

describe("two values", () => {
  it("are the same whatever the order of their fields", () => {
    expect(isSame({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
    expect([isSame({ a: 1 }, { a: 1, b: undefined }), isSame([1, 2], [2, 1]), isSame("1", 1), isSame(null, {}), isSame({ a: 1 }, { b: 1 })]).toEqual([false, false, false, false, false]);
  });

  it.runIf("rawJSON" in JSON)("keep every digit", () => {
    expect(isSame(readJson("[9007199254740993]"), readJson("[9007199254740992]"))).toBe(false);
    expect(isSame(readJson("[9007199254740993]"), readJson("[9007199254740993]"))).toBe(true);
  });

  it("too big to travel are known by their size", () => {
    const big = (bytes: number) => ({ $elided: true, preview: "[1", bytes, ref: `x${bytes}` });
    expect([isSame(big(3_000), { ...big(3_000), ref: "other" }), isSame(big(3_000), big(3_001))]).toEqual([true, false]);
  });

  it("show what differs, in its place, and count what does not", () => {
    const left = { id: 1, name: "a", tags: ["x", "y"], gone: true, deep: { one: 1, two: 2 } };
    const right = { id: 1, name: "b", tags: ["x", "y"], deep: { one: 1, two: 3 }, fresh: [] };
    expect(show(diffRows(left, right, "output"))).toEqual(["~ output", "  (1 same)", '  ~ name "a" "b"', "  (1 same)", "  - gone true null", "  ~ deep", "    (1 same)", "    ~ two 2 3", "  + fresh null []"]);
  });

  it("find an item that was put in or taken out of a list", () => {
    expect(show(diffRows([1, 2, 3, 4], [1, 9, 2, 3, 4], "list"))).toEqual(["~ list", "  (1 same)", "  + 1 null 9", "  (3 same)"]);
    expect(show(diffRows([1, 2, 3], [1, 3], "list"))).toEqual(["~ list", "  (1 same)", "  - 1 2 null", "  (1 same)"]);
  });

  it("stand one after the other, part by part, where they are of different kinds", () => {
    expect(show(diffRows({ a: 1 }, [2], "output"))).toEqual(["- output ", "  - a 1 null", "+ output", "  + 0 null 2"]);
    expect(show(diffRows(1, "1", "output"))).toEqual(['~ output 1 "1"']);
    expect(show(diffRows({}, {}, "output"))).toEqual(["= output {} {}"]);
  });

  it("end where nobody reads on", () => {
    const list = Array.from({ length: 20_000 }, (_, at) => at);
    expect(diffRows(list, list.map((one) => one + 0.5), "list").length).toBe(ROWS_MOST);
  });
});

describe("the steps of two executions", () => {
  const step = (address: string, more: Partial<Alignable> = {}): Alignable => ({ address, node: address.split("@")[0] ?? "", status: "succeeded", attempts: 1, duration_ms: 1, started_at: null, output: 1, input: 1, ...more });

  it("stand next to each other by address, and what only one has in its place", () => {
    const pairs = alignSteps([step("a"), step("b"), step("d")], [step("z"), step("a"), step("c"), step("d"), step("e")]);
    expect(pairs.map((pair) => `${pair.left?.address ?? "-"} ${pair.right?.address ?? "-"}`)).toEqual(["- z", "a a", "- c", "b -", "d d", "- e"]);
  });

  it("say what is different", () => {
    const [pair] = alignSteps([step("a", { duration_ms: 10, output: [1] })], [step("a", { status: "failed", duration_ms: 100, output: [2] })]);
    expect(pair).toMatchObject({ status: true, output: true, input: false, slower: "right" });
    const [calm] = alignSteps([step("a", { duration_ms: 1 })], [step("a", { duration_ms: 4 })]);
    expect(calm).toMatchObject({ status: false, output: false, slower: null });
  });

  it("are found by how they differ", () => {
    const pairs = alignSteps([step("same"), step("left"), step("out", { output: 2 }), step("slow", { duration_ms: 90 }), step("bad", { status: "failed" })], [step("same"), step("out"), step("slow"), step("bad")]);
    const found = (how: string) => pairs.filter((pair) => differs(pair, how)).map((pair) => pair.address);
    expect([found(""), found("any"), found("status"), found("output"), found("slower"), found("missing")]).toEqual([
      ["same", "left", "out", "slow", "bad"], ["left", "out", "slow", "bad"], ["bad"], ["out"], ["slow"], ["left"],
    ]);
  });
});

describe("a list that changes", () => {
  const item = (id: string, status = "running") => ({ id, status });
  const items = [item("09"), item("07"), item("05")];
  const ids = (list: readonly { id: string; status: string }[]) => list.map((one) => `${one.id} ${one.status}`);

  it("has what is new on top, what changed in its place, and not what is gone", () => {
    const changes = addChanges(addChanges(NO_CHANGES, [item("10"), item("07", "failed")], []), [item("11"), item("08")], ["09"]);
    expect(ids(withChanges(items, changes, false))).toEqual(["11 running", "10 running", "08 running", "07 failed", "05 running"]);
  });

  it("leaves out what belongs to pages that were not read", () => {
    const changes = addChanges(NO_CHANGES, [item("02", "failed")], []);
    expect(ids(withChanges(items, changes, false))).toEqual(ids(items));
    expect(ids(withChanges(items, changes, true)).at(-1)).toBe("02 failed");
    expect(ids(withChanges([], changes, true))).toEqual(["02 failed"]);
  });

  it("takes back what is gone when it comes again, and stays the same object where nothing is new", () => {
    const gone = addChanges(NO_CHANGES, [], ["07"]);
    expect(ids(withChanges(items, addChanges(gone, [item("07", "paused")], []), false))).toContain("07 paused");
    expect(addChanges(gone, [], [])).toBe(gone);
    expect(withChanges(items, NO_CHANGES, true)).toBe(items);
  });

  it("tells one row once, also where two pages have it", () => {
    expect(ids(withChanges([...items, item("05")], addChanges(NO_CHANGES, [], ["99"]), true))).toEqual(ids(items));
  });

  it("knows what stands between two rows", () => {
    expect([between(items, "09", "05"), between(items, "05", "07"), between(items, "gone", "07")]).toEqual([["09", "07", "05"], ["07", "05"], ["07"]]);
  });
});

describe("a stretch of time", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");

  it("is counted back from now, or named", () => {
    expect(periodOf("24h", "x", "y", now)).toEqual({ from: "2026-11-20T10:00:00.000Z", to: "" });
    expect(periodOf("between", "2026-11-01T00:00", "", now)).toEqual({ from: new Date("2026-11-01T00:00").toISOString(), to: "" });
    expect([periodOf("", "2026-11-01T00:00", "", now), periodOf("constructor", "", "", now)]).toEqual([{ from: "", to: "" }, { from: "", to: "" }]);
    expect([instantOf("no time"), instantOf("")]).toEqual(["", ""]);
  });
});
