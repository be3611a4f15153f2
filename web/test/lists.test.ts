// Long lists: what is chosen of them, which rows are asked for, and the small pictures beside them.

import { describe, expect, it, vi } from "vitest";
import { WINDOW } from "../src/api/queries";
import type { Workflow } from "../src/api/types";
import { choose, chosen, copyName, isChosen, NONE, span } from "../src/graph/choice";
import { branches } from "../src/graph/folders";
import { search, shelves, typesIn } from "../src/graph/gallery";
import { fitPreview } from "../src/graph/preview";
import { fileName, fileOf, targetsOf } from "../src/pages/workflow-actions";
import { commaList } from "../src/graph/comma-list";
import { folderIn } from "../src/pages/workflow-bulk";
import { WorkflowRow } from "../src/pages/workflow-row";
import { windowsOf } from "../src/pages/workflow-window";
import { workflowsIn } from "../src/pages/run";
import { Thumbnail } from "../src/panels/preview";
import { rowAfter, rowAround, stepOf } from "../src/ui/walk";

// Pages read where they are when they are loaded.
vi.hoisted(() => vi.stubGlobal("location", { pathname: "/", search: "" }));

describe("a choice", () => {
  it("takes rows in and out, and never changes what it was", () => {
    const two = choose(choose(NONE, ["a"], true), ["b"], true);
    expect(chosen(two)).toBe(2);
    expect(chosen(choose(two, ["a", "z"], false))).toBe(1);
    expect(chosen(two)).toBe(2);
    expect(chosen(NONE)).toBe(0);
  });

  it("of all holds every row, and one row after it is one row", () => {
    const all = { all: true, count: 100_000 } as const;
    expect([chosen(all), isChosen(all, "anything")]).toEqual([100_000, true]);
    expect(chosen(choose(all, ["a"], true))).toBe(1);
  });

  it("names ids, a thousand at a time, or all that the list shows by what it is filtered by", () => {
    const filter = { q: "sync", sort: "name", tag: ["nightly"], folder: "", active: "false" };
    expect(targetsOf(choose(NONE, ["a", "b"], true), filter)).toEqual([{ ids: ["a", "b"] }]);
    const many = Array.from({ length: 2_001 }, (_, at) => String(at));
    expect(targetsOf(choose(NONE, many, true), filter).map((target) => ("ids" in target ? target.ids.length : 0))).toEqual([1_000, 1_000, 1]);
    expect(targetsOf({ all: true, count: 9 }, filter)).toEqual([{ filter: { q: "sync", tags: ["nightly"], active: false } }]);
    expect(targetsOf({ all: true, count: 9 }, { q: "", sort: "", tag: [], folder: "", active: "" })).toEqual([{ filter: {} }]);
  });

  it("spans either way, and keys stay inside of the list", () => {
    expect([span(7, 3), span(3, 7)]).toEqual([[3, 7], [3, 7]]);
    expect(rowAfter("End", 0, 100_000, 10)).toBe(99_999);
    expect(rowAfter("ArrowUp", 0, 5, 10)).toBe(0);
    expect(rowAfter("PageDown", 1, 5, 10)).toBe(4);
    expect(rowAfter("x", 1, 5, 10)).toBeNull();
    expect(["ArrowDown", "ArrowUp", "PageDown", "End"].map((key) => rowAfter(key, -1, 5))).toEqual([0, 0, 4, 4]);
  });

  it("menus begin anew at their end, and what has no rows is moved by steps", () => {
    expect(["ArrowDown", "ArrowUp", "Home", "End", "x"].map((key) => rowAround(key, 4, 5))).toEqual([0, 3, 0, 4, null]);
    expect(["ArrowDown", "ArrowUp"].map((key) => rowAround(key, -1, 5))).toEqual([0, 4]);
    expect(["ArrowUp", "PageDown", "Home", "a"].map((key) => stepOf(key, 4))).toEqual([-1, 4, -Infinity, null]);
  });
});

describe("windows of rows", () => {
  it("are those in view and the first, which counts", () => {
    expect(windowsOf(0, 12, 100_000)).toEqual([0]);
    expect(windowsOf(50_000, 50_012, 100_000)).toEqual([0, 50_000 / WINDOW]);
    expect(windowsOf(WINDOW - 1, WINDOW, 100_000)).toEqual([0, 1]);
  });

  it("end with the list, also after it became shorter", () => {
    expect(windowsOf(99_990, 99_999, 30)).toEqual([0]);
    expect(windowsOf(0, 0, 0)).toEqual([0]);
  });

  it("hold rows that are drawn again only when what they show changes", () => {
    const memo = Symbol.for("react.memo");
    for (const part of [WorkflowRow, Thumbnail]) expect((part as unknown as { $$typeof: symbol }).$$typeof).toBe(memo);
  });
});

describe("names", () => {
  it("of copies count on", () => {
    expect(["Sync", "Sync copy", "Sync copy 9"].map(copyName)).toEqual(["Sync copy", "Sync copy 2", "Sync copy 10"]);
  });

  it("of files are ones that every system takes", () => {
    expect([fileName("a/b: c?"), fileName("  .. "), fileName("x".repeat(300)).length, fileName("تقرير")]).toEqual(["a b c", "workflow", 100, "تقرير"]);
  });

  it("of tags and folders are cleaned of what is not in them", () => {
    expect(commaList(" a, b ,,a ")).toEqual(["a", "b"]);
    expect(folderIn("/ Finance //Invoices /")).toBe("Finance/Invoices");
    expect(folderIn(" / ")).toBe("");
  });
});

describe("files", () => {
  it("of several workflows are taken apart, digit for digit", () => {
    const parts = workflowsIn('{"workflows":[{"name":"a","nodes":[{"id":"n","data":{"v":9007199254740993}}]},{"name":"b"}]}');
    const exact = "rawJSON" in JSON; // older engines cannot
    expect(parts?.[0]).toContain(exact ? "9007199254740993" : "900719925474099");
    expect(parts?.length).toBe(2);
    expect(workflowsIn('{"name":"workflows","nodes":[]}')).toBeNull();
    expect(workflowsIn('{"workflows":[1],"nodes":[]}')).toBeNull();
    expect(workflowsIn('{"workflows":')).toBeNull();
  });

  it("of one hold its name, tags and folder beside the graph, as the list says them", () => {
    const workflow = { id: "1", name: "Now", description: "", tags: ["t"], active: true, folder: "F", node_count: 0, edge_count: 0, created_at: "", updated_at: "", rev: 1, version: "v", graph: { name: "Then", tags: ["old"], description: "gone", nodes: [], edges: [], samples: [1] } };
    expect(fileOf(workflow as unknown as Workflow)).toEqual({ name: "Now", description: "", tags: ["t"], folder: "F", nodes: [], edges: [], samples: [1] });
  });
});

describe("folders", () => {
  it("stand below those that they are in, with the counts that the server gives: those above have what is below them in theirs", () => {
    const list = branches([{ name: "Shop", count: 1 }, { name: "Finance/Invoices", count: 3 }, { name: "Finance", count: 5 }, { name: "Finance & tax", count: 1 }]);
    expect(list.map(({ path, name, depth, count }) => `${"-".repeat(depth)}${path} ${name} ${count}`)).toEqual(["Finance Finance 5", "-Finance/Invoices Invoices 3", "Finance & tax Finance & tax 1", "Shop Shop 1"]);
  });
});

describe("a gallery", () => {
  const all = [
    { name: "Poll a report", description: "asks for mail", category: "Calls", tags: ["loop"] },
    { name: "Mail a report", description: "sends it", category: "People", tags: [] },
  ];
  it("finds all words anywhere, names first", () => {
    expect(search(all, "mail", "").map((one) => one.name)).toEqual(["Mail a report", "Poll a report"]);
    expect(search(all, "MAIL loop", "").map((one) => one.name)).toEqual(["Poll a report"]);
    expect(search(all, "mail", "Calls").map((one) => one.name)).toEqual(["Poll a report"]);
    expect(search(all, "no such", "")).toEqual([]);
  });
  it("counts its shelves, and the types of a graph", () => {
    expect(shelves(all)).toEqual([["Calls", 1], ["People", 1]]);
    expect(typesIn([{ type: "map" }, { type: "http" }, { type: "http" }, {}])).toEqual([["http", 2], ["map", 1]]);
  });
});

describe("a preview", () => {
  it("fits into its tile, in the middle, and never too large", () => {
    const { boxes, lines } = fitPreview({ w: 1000, h: 60, boxes: [[0, 0, 208, 60, "trigger"], [792, 0, 208, 60, "logic"]], lines: [[208, 30, 792, 30]] }, 104, 64, 2);
    expect(boxes.map((box) => box.category)).toEqual(["trigger", "logic"]);
    expect([boxes[0]?.x, (boxes[1]?.x ?? 0) + (boxes[1]?.w ?? 0)]).toEqual([2, 102]);
    expect(lines[0]?.[1]).toBe(32);
    expect(fitPreview({ w: 208, h: 60, boxes: [[0, 0, 208, 60, "data"]], lines: [] }, 400, 400, 2).boxes[0]?.w).toBeCloseTo(72);
  });
  it("draws frames behind what they hold, and leaves out what has no place", () => {
    const { boxes } = fitPreview({ w: 500, h: 300, boxes: [[20, 20, 100, 40, "data"], [0, 0, 400, 200, "logic"], [NaN, 0, 1, 1, "data"]], lines: [[0, 0, Infinity, 0]] }, 100, 60, 0);
    expect(boxes.map(({ category, frame }) => [category, frame])).toEqual([["logic", true], ["data", false]]);
  });
});
