// What the page of an execution says: steps that are found, questions that are asked, notes on the graph, and what a long history lost.

import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { Event } from "../src/api/types";
import { wrapped } from "../src/canvas/draw-frames";
import { Mounts } from "../src/canvas/mounts";
import { NoteCard } from "../src/canvas/note-card";
import { Scene } from "../src/canvas/scene";
import type { Stage } from "../src/canvas/stage";
import { GraphDocument } from "../src/graph/document/document";
import { Selection } from "../src/graph/document/selection";
import { faultParts } from "../src/graph/fault";
import { placeGraph } from "../src/graph/placed";
import { isDrawnOnly, isNote, noteText, plainLines, tintOf } from "../src/graph/notes";
import { answerText } from "../src/graph/question";
import { findSteps, type Findable } from "../src/graph/steps";
import { Question } from "../src/panels/question";
import { Removed } from "../src/panels/removed";
import { StepFault } from "../src/panels/step-detail";
import { emptyExecution } from "../src/state/execution";
import { fold } from "../src/state/execution/fold";
import { waitWords } from "../src/ui/format";

const step = (address: string, status: string, error: Findable["error"] = null, attempts = 1): Findable => ({ address, node: address.split("@")[0] ?? "", status, error, attempts });

describe("steps are found", () => {
  const titles = new Map([["pay", "Charge the card"], ["mail", "Send a receipt"]]);
  const steps = [step("pay@0", "succeeded"), step("pay@1", "failed", { code: "http_error", message: "Card 4242 was refused" }, 3), step("mail@1", "skipped"), step("mail@12", "waiting")];
  const found = (query: string, standing = "") => findSteps(steps, titles, query, standing).map(({ address }) => address);

  it.each([
    ["charge", "", ["pay@0", "pay@1"]],
    ["  CARD refused ", "", ["pay@1"]],
    ["http_error", "", ["pay@1"]],
    ["#1", "", ["pay@1", "mail@1", "mail@12"]],
    ["mail@12", "", ["mail@12"]],
    ["", "failed", ["pay@1"]],
    ["", "retried", ["pay@1"]],
    ["", "left", ["mail@1"]],
    ["receipt", "waiting", ["mail@12"]],
    ["receipt", "failed", []],
  ] as const)("by %j among %j", (query, standing, addresses) => {
    expect(found(query, standing)).toEqual(addresses);
  });

  it("and nothing is copied where nothing is asked", () => {
    expect(findSteps(steps, titles, "  ", "")).toBe(steps);
  });
});

describe("a call nobody knows the end of", () => {
  it("is a question with three answers", () => {
    const html = renderToStaticMarkup(<Question execution="e" name="uncertain:pay@1" />);
    expect(html).toContain("Was this call made?");
    expect([...html.matchAll(/<button[^>]*>.*?<span class="cut">(.*?)<\/span>/g)].map((button) => button[1])).toEqual(["Make it again", "Use its answer…", "Let it fail"]);
  });

  it("is answered as the engine reads it, digit for digit", () => {
    expect(answerText("retry", "1")).toBe('{"decision":"retry"}');
    expect(answerText("fail", "")).toBe('{"decision":"fail"}');
    expect(answerText("use", '{"id": 9007199254740993}')).toBe('{"decision":"use","output":{"id": 9007199254740993}}');
  });

  it("is told in few words", () => {
    expect(waitWords({ until: null, signal: "uncertain:pay", child: null, retry: false }, 0)).toBe("an answer about its call");
    expect(waitWords({ until: null, signal: "approval", child: null, retry: false }, 0)).toBe("signal approval");
  });
});

describe("the console of code that failed", () => {
  it("stands apart from what happened", () => {
    expect(faultParts("x is not defined\nconsole:\na = 1\n<b>2</b>\n")).toEqual({ words: "x is not defined", console: "a = 1\n<b>2</b>" });
    expect(faultParts("the console: was quiet")).toEqual({ words: "the console: was quiet", console: null });
    const html = renderToStaticMarkup(<StepFault error={{ code: "ReferenceError", message: "x is not defined\nconsole:\na = 1\n<b>2</b>" }} />);
    expect(html).toContain("X is not defined.</p>");
    expect(html).toMatch(/<pre[^>]*>a = 1\n&lt;b&gt;2&lt;\/b&gt;<\/pre>/);
    expect(renderToStaticMarkup(<StepFault error={{ code: "timeout", message: "too late" }} />)).not.toContain("<pre");
  });
});

describe("what a long history lost", () => {
  it("is said where something is gone, and only there", () => {
    expect(renderToStaticMarkup(<Removed from={1} />)).toBe("");
    expect(renderToStaticMarkup(<Removed from={12_345} />)).toContain("events before seq 12,345 were removed");
  });

  it("is known of each step", () => {
    const at: Event = { execution: "e", seq: 9, type: "step_finished", address: "a", node: "a", status: "succeeded", output: 1, compacted: true };
    const { steps } = fold(emptyExecution("e"), [at, { ...at, seq: 10, address: "b", node: "b", compacted: false }]);
    expect([steps.get("a")?.compacted, steps.get("b")?.compacted]).toEqual([true, false]);
  });
});

describe("notes and groups", () => {
  const graph = placeGraph({
    nodes: [
      { id: "n", type: "StickyNote", position: { x: 10, y: 20 }, width: 300, data: { text: "**Hi** <b>you</b>", color: "Blue" } },
      { id: "g", type: "group", position: { x: 0, y: 100 }, width: 400, height: 200, data: { label: "Payment" } },
      { id: "a", type: "manual", parentId: "g", position: { x: 40, y: 60 } },
    ],
    edges: [],
  });

  it("are frames, as large as the file says", () => {
    expect(graph.byId.get("n")).toMatchObject({ frame: true, note: "**Hi** <b>you</b>", w: 300, h: 96 });
    expect(graph.byId.get("g")).toMatchObject({ frame: true, note: null, w: 400, h: 200 });
    expect(graph.byId.get("a")).toMatchObject({ frame: false, note: null });
  });

  it("have text that is words and nothing else", () => {
    const scene = new Scene(new GraphDocument(graph.file), new Selection());
    const stage = { scene, mounts: new Mounts(scene) } as Stage;
    const html = renderToStaticMarkup(<NoteCard stage={stage} slot={scene.doc.nodes.slot("n") ?? -1} id="note" />);
    expect(html).toContain("&lt;b&gt;you&lt;/b&gt;");
    expect(html).toContain("width:300px");
  });

  it("are known by the names files give them", () => {
    expect(["note", "sticky_note", "StickyNote", "noteNode", "sticky"].map(isNote)).toEqual([true, true, true, true, true]);
    expect(["group", "frameNode", "map", "node", ""].map(isDrawnOnly)).toEqual([true, true, false, false, false]);
    expect([noteText({ content: "c" }), noteText({ text: " ", label: "l" }), noteText({})]).toEqual(["c", "l", ""]);
    expect([tintOf({ color: "Blue" }), tintOf({ color: "constructor" }), tintOf({})]).toEqual(["blue", null, null]);
  });

  it("are plain words where they are far", () => {
    expect(plainLines("# Head\n- **a** `b`\n> [c](d) _e_ f_g_h 2*3*4")).toEqual(["Head", "• a b", "c e f_g_h 2*3*4"]);
    const fits = (text: string) => text.length <= 9;
    expect(wrapped(["one two three", "", "four"], fits, 9)).toEqual(["one two", "three", "", "four"]);
    expect(wrapped(["unbreakable word"], fits, 9)).toEqual(["unbreakab", "le word"]);
    expect(wrapped(["one two three four"], fits, 2)).toEqual(["one two", "three…"]);
    expect(wrapped(["wide"], () => false, 9)).toEqual(["w", "i", "d", "e"]);
  });
});
