// Commands: their keys on every platform, what they do through a page that only records, finding them and finding nodes.

import { describe, expect, it, vi } from "vitest";
import { Selection } from "../../src/graph/document/selection";
import { GraphDocument } from "../../src/graph/document/document";
import { Finding } from "../../src/graph/commands/find";
import { best, fuzzy } from "../../src/graph/commands/fuzzy";
import { isKept, keysOf, shownKeys, tidyKeys } from "../../src/graph/commands/keys";
import { byKeys, canRun, refusesKeys, runCommand, sharing, type Context, type Host } from "../../src/graph/commands/registry";
import { COMMANDS, commandOf } from "../../src/graph/commands/viewing";
import { followDeletions } from "../../src/graph/edit/choose";
import { documentOf, edge, grid, KINDS, node, placesIn, slots, ways } from "./sample";

function contextOf(doc: GraphDocument, host: Partial<Host> = {}): Context & { told: string[] } {
  const told: string[] = [];
  const all = {
    place: () => ({ x: 0, y: 0 }), frameAt: () => -1, reveal: vi.fn(), view: vi.fn(), show: vi.fn(), run: vi.fn(), lastOutput: () => undefined,
    layout: () => Promise.resolve([]), createWorkflow: () => Promise.resolve({ id: "w", name: "W" }), readClipboard: () => Promise.resolve(""), writeClipboard: () => Promise.resolve(),
    take: () => Promise.resolve(), publish: vi.fn(), saveNow: vi.fn(), openFile: vi.fn(), downloadFile: vi.fn(), copyViewLink: vi.fn(), tell: (text: string) => void told.push(text), ...host,
  };
  return { doc, selection: new Selection(), where: placesIn(doc), kinds: KINDS, host: all, told };
}
const chain = () => documentOf([node("a"), node("b", 300), node("c", 600)], [edge("a", "b"), edge("b", "c")]);

describe("keys", () => {
  it.each([
    [{ key: "k", metaKey: true }, true, "mod+k"],
    [{ key: "k", ctrlKey: true }, false, "mod+k"],
    [{ key: "K", ctrlKey: true, shiftKey: true }, false, "mod+shift+k"],
    [{ key: "k", ctrlKey: true }, true, "ctrl+k"],
    [{ key: "?", shiftKey: true, code: "Slash" }, false, "?"],
    [{ key: "!", shiftKey: true, code: "Digit1" }, false, "shift+1"],
    [{ key: "å", altKey: true, code: "KeyA" }, true, "alt+a"],
    [{ key: "я", ctrlKey: true, code: "KeyZ" }, false, "mod+z"],
    [{ key: "+", code: "Equal", shiftKey: true }, false, "+"],
    [{ key: "ArrowUp", shiftKey: true }, false, "shift+up"],
    [{ key: " " }, false, "space"],
    [{ key: "F10", shiftKey: true }, false, "shift+f10"],
    [{ key: "Shift", shiftKey: true }, false, null],
  ])("%j is %s %s", (event, isMac, keys) => expect(keysOf(event, isMac)).toBe(keys));

  it("are shown as on the keyboard", () => {
    expect([shownKeys("mod+shift+z", true), shownKeys("mod+shift+z", false), shownKeys("mod++", false), shownKeys("shift+up", true)]).toEqual(["⌘⇧Z", "Ctrl+Shift+Z", "Ctrl++", "⇧↑"]);
    expect(tidyKeys("Shift+Mod+Z")).toBe("mod+shift+z");
  });
});

describe("undo and what is selected", () => {
  const given = () => {
    const context = contextOf(chain());
    followDeletions(context.doc, context.selection);
    const run = (id: string) => runCommand(commandOf(id), context);
    return { ...context, run, chosen: () => [context.selection.nodes(), context.selection.edges()] };
  };

  it("what comes back is selected, alone, and nothing that is gone stays so", async () => {
    const { doc, selection, run, chosen } = given();
    selection.set(slots(doc, "b"));
    await run("edit.delete");
    expect(chosen()).toEqual([[], []]);
    selection.set(slots(doc, "c"));
    await run("edit.undo");
    expect([chosen(), selection.only]).toEqual([[slots(doc, "b"), []], 1]);
    await run("edit.redo");
    expect(chosen()).toEqual([[], []]);
  });

  it("what was pasted or added goes from the selection with it, and is selected again with it", async () => {
    const { doc, selection, run, chosen } = given();
    selection.set(slots(doc, "a", "b"));
    await run("edit.duplicate");
    const copies = selection.nodes();
    selection.add(slots(doc, "a"));
    await run("edit.undo");
    expect(chosen()).toEqual([slots(doc, "a"), []]);
    await run("edit.redo");
    expect(chosen()).toEqual([copies, []]);
  });

  it("an edge comes back selected where nothing else does, and a move back leaves the choice as it is", async () => {
    const { doc, selection, run, chosen } = given();
    selection.set([], [0]);
    await run("edit.delete");
    await run("edit.undo");
    expect(chosen()).toEqual([[], [0]]);
    selection.set(slots(doc, "c"));
    await run("arrange.move_right");
    selection.set(slots(doc, "a"));
    await run("edit.undo");
    expect(chosen()).toEqual([slots(doc, "a"), []]);
  });

  it("nodes that somebody else deleted do not stay selected", () => {
    const { doc, selection, chosen } = given();
    selection.set(slots(doc, "a", "b"), [0]);
    doc.change("Theirs", (editing) => editing.removeNode("b"), { origin: "ada" });
    expect(chosen()).toEqual([slots(doc, "a"), []]);
  });
});

describe("bindings", () => {
  it("every command has an id of its own, and no two share keys unless they exclude each other", () => {
    expect(new Set(COMMANDS.map((one) => one.id)).size).toBe(COMMANDS.length);
    const shared = COMMANDS.flatMap((one) => one.keys.flatMap((keys) => sharing(COMMANDS, {}, one, keys).map((other) => `${one.id} ${keys} ${other.id}`)));
    expect(shared).toEqual([]);
    expect(COMMANDS.flatMap((one) => one.keys).filter((keys) => tidyKeys(keys) !== keys || isKept(keys))).toEqual([]);
  });

  it("may be chosen, and conflicts are told", () => {
    const bindings = { "edit.duplicate": ["alt+q"], "edit.undo": [] };
    const keys = byKeys(COMMANDS, bindings);
    expect([keys.get("alt+q")?.[0]?.id, keys.get("mod+d"), keys.get("mod+z")]).toEqual(["edit.duplicate", undefined, undefined]);
    expect(refusesKeys(COMMANDS, bindings, commandOf("edit.copy"), "alt+q")).toBe("“Duplicate” has these keys");
    expect(refusesKeys(COMMANDS, bindings, commandOf("edit.copy"), "mod+w")).toContain("browser");
    expect(refusesKeys(COMMANDS, bindings, commandOf("edit.copy"), "mod+z")).toBeNull();
  });
});

describe("commands", () => {
  it("run where they can, each as one step", async () => {
    const context = contextOf(chain());
    const { doc, selection } = context;
    expect(canRun(commandOf("edit.delete"), context)).toBe(false);
    selection.set(slots(doc, "b"));
    await runCommand(commandOf("edit.delete_reconnect"), context);
    expect([ways(doc), selection.isEmpty]).toEqual([["a→c"], true]);
    await runCommand(commandOf("edit.undo"), context);
    expect([ways(doc), context.told]).toEqual([["a→b", "b→c"], ["Undone: Delete node"]]);
    await runCommand(commandOf("select.all"), context);
    expect([selection.nodeCount, selection.edgeCount]).toEqual([3, 2]);
    await runCommand(commandOf("edit.duplicate"), context);
    expect([doc.nodes.count, selection.nodeCount, selection.edgeCount]).toEqual([6, 3, 2]);
    await runCommand(commandOf("node.disable"), context);
    expect(canRun(commandOf("node.disable"), context)).toBe(false);
    await runCommand(commandOf("node.enable"), context);
    await runCommand(commandOf("node.group"), context);
    expect(doc.nodes.at(selection.only)?.type).toBe("group");
    await runCommand(commandOf("node.collapse"), context);
    expect([canRun(commandOf("node.expand"), context), canRun(commandOf("node.collapse"), context)]).toEqual([true, false]);
    await runCommand(commandOf("node.ungroup"), context);
    expect(selection.nodeCount).toBe(3);
  });

  it("every change of a command is one step and can be taken back", async () => {
    for (const command of COMMANDS) {
      const doc = documentOf([node("a", 0, 0, { data: { pinned: 1 } }), node("b", 300, 40), node("f", 600, 80, { type: "group" }), node("in", 9, 9, { parentId: "f" })], [edge("a", "b")]);
      const context = contextOf(doc, { lastOutput: () => 3, layout: ({ nodes }) => Promise.resolve(nodes.map((_, at) => [at * 300, 7] as const)) });
      context.selection.set(slots(doc, "a", "b", "f"));
      const before = JSON.stringify(doc.toFile());
      await runCommand(command, context);
      if (doc.version === 0) continue;
      expect(doc.version, command.id).toBe(1);
      doc.undo();
      expect(JSON.stringify(doc.toFile()), command.id).toBe(before);
    }
  });

  it("tell what goes wrong", async () => {
    const context = contextOf(chain(), { layout: () => Promise.reject(new Error("the server does not answer")) });
    await runCommand(commandOf("arrange.layout"), context);
    expect(context.told).toEqual(["Lay out: the server does not answer"]);
    context.selection.set(slots(context.doc, "b"));
    await runCommand(commandOf("node.extract"), contextOf(context.doc));
    expect(context.doc.nodes.count).toBe(3);
  });

  it("extract only where nothing changed meanwhile", async () => {
    const doc = chain();
    const context = contextOf(doc, { createWorkflow: () => (doc.change("x", (editing) => editing.setNode("a", { type: "http" })), Promise.resolve({ id: "w", name: "W" })) });
    context.selection.set(slots(doc, "b"));
    await runCommand(commandOf("node.extract"), context);
    expect([doc.nodes.get("b")?.type, context.told[0]]).toEqual(["no_op", "The workflow “W” was made, but this one changed meanwhile: its nodes stay here"]);
    const calm = contextOf(doc);
    calm.selection.set(slots(doc, "b"));
    await runCommand(commandOf("node.extract"), calm);
    expect(ways(doc)).toEqual(["part_of_a_workflow→c", "a→part_of_a_workflow"]);
  });
});

describe("fuzzy", () => {
  it.each([
    ["hr", ["Chart", "HTTP request"], "HTTP request"],
    ["sel", ["Result", "Select all"], "Select all"],
    ["set", ["Reset", "Set fields", "Sort events"], "Set fields"],
    ["dup", ["Delete and reconnect up", "Duplicate"], "Duplicate"],
  ])("%s finds of %j %s", (query, list, wanted) => expect(best(query, list, (one) => one)[0]?.entry).toBe(wanted));

  it("says where, and finds nothing in nothing", () => {
    expect(fuzzy("hr", "HTTP request")?.at).toEqual([0, 5]);
    expect(fuzzy("xyz", "HTTP request")).toBeNull();
    expect(fuzzy("  ", "anything")).toEqual({ score: 0, at: [] });
    expect(best("a", ["a", "b", "ab"], (one) => one, 1)).toHaveLength(1);
  });
});

describe("finding nodes", () => {
  it("looks at labels, ids, types and parameters, and says where", () => {
    const doc = documentOf([
      node("a", 0, 0, { data: { label: "Fetch (all)" } }), node("b", 0, 0, { data: { deep: { list: ["x", "has fetch (all) in it"] }, n: 404 } }), node("c", 0, 0, { type: "http" }), node("fetch_id"),
    ]);
    const find = (query: string) => {
      const finding = new Finding(doc, KINDS, query);
      while (!finding.step(5));
      return finding.slots.map((slot) => finding.place(slot)).map((found) => `${doc.nodes.key(found?.slot ?? -1)} ${found?.path}`);
    };
    expect(find("FETCH (ALL)")).toEqual(["a label", "b deep.list[1]"]);
    expect(find("fetch")).toEqual(["a label", "b deep.list[1]", "fetch_id id"]);
    expect(find("HTTP req")).toEqual(["c type"]);
    expect(find("404")).toEqual(["b n"]);
    expect(find(".*")).toEqual([]);
    expect(find(" ")).toEqual([]);
  });

  it("looks at 100,000 nodes in slices", () => {
    const doc = new GraphDocument(grid(100_000));
    const finding = new Finding(doc, KINDS, "Node 9999");
    let longest = 0;
    let slices = 0;
    for (let done = false; !done; slices += 1) {
      const start = performance.now();
      done = finding.step(8);
      longest = Math.max(longest, performance.now() - start);
    }
    process.stdout.write(`found in ${slices} slices, the longest ${longest.toFixed(1)} ms\n`);
    expect(finding.slots).toHaveLength(11);
  });
});
