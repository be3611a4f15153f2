// Any moment of a run: how its steps spent their time, the state after so many events, what a fork takes over, and the log.

import { describe, expect, it } from "vitest";
import type { Event } from "../src/api/types";
import { forkPlan } from "../src/graph/fork";
import { logLines, logText } from "../src/graph/log";
import { sortSteps } from "../src/graph/steps";
import { emptyExecution, type StepRun } from "../src/state/execution";
import { fold } from "../src/state/execution/fold";
import { History } from "../src/state/execution/history";
import { duration } from "../src/ui/format";
import { JOURNAL } from "./journal";

const ID = "0000000000abc";
const START = Date.parse("2026-11-21T10:00:00Z");
const at = (ms: number) => new Date(START + ms).toISOString();
const events = (bodies: readonly object[]) => bodies.map((body, index) => ({ execution: ID, seq: index + 1, ...body }) as Event);
const phases = (step: StepRun | undefined) => step?.phases.map((phase) => [phase.kind, phase.from - START, phase.to === null ? null : phase.to - START, ...(phase.failed ? ["failed"] : [])]);

describe("how a step spent its time", () => {
  const retried = events([
    { type: "accepted", at: at(0), input: null },
    { type: "step_started", address: "a", node: "a", attempt: 1, at: at(1) },
    { type: "step_retried", address: "a", node: "a", attempt: 1, error: null, wake_at: at(50), at: at(10) },
    { type: "step_started", address: "a", node: "a", attempt: 2, at: at(52) },
    { type: "step_started", address: "a", node: "a", attempt: 2, at: at(54) },
    { type: "step_finished", address: "a", node: "a", status: "succeeded", attempts: 2, started_at: at(52), duration_ms: 8 },
  ]);
  const after = (list: readonly Event[], count = list.length) => fold(emptyExecution(ID), list.slice(0, count)).steps;

  it("is its attempts and the pauses between them", () => {
    expect(phases(after(retried).get("a"))).toEqual([["run", 1, 10, "failed"], ["pause", 10, 52], ["run", 52, 60]]);
    expect(phases(after(retried, 3).get("a"))).toEqual([["run", 1, 10, "failed"], ["pause", 10, null]]);
    expect(phases(after(retried, 5).get("a"))?.at(-1)).toEqual(["run", 52, null]);
  });

  it("is known from the failures where nobody told of a begin", () => {
    const quiet = events([
      { type: "step_retried", address: "a", node: "a", attempt: 1, error: null, wake_at: at(20), at: at(10) },
      { type: "step_retried", address: "a", node: "a", attempt: 2, error: null, wake_at: at(60), at: at(30) },
      { type: "step_finished", address: "a", node: "a", status: "failed", attempts: 3, started_at: at(61), duration_ms: 1 },
    ]);
    expect(phases(after(quiet).get("a"))).toEqual([["run", 10, 10, "failed"], ["pause", 10, 20], ["run", 20, 30, "failed"], ["pause", 30, 61], ["run", 61, 62, "failed"]]);
  });

  it("is waiting, then the end; a container is open until it ends, over its rounds", () => {
    const waits = events([
      { type: "scope_opened", address: "each", node: "each", at: at(0), items: 2 },
      { type: "step_waiting", address: "w@0", node: "w", at: at(1), until: at(90), signal: null, child: null },
      { type: "step_finished", address: "w@0", node: "w", status: "succeeded", attempts: 1, started_at: at(91), duration_ms: 1 },
      { type: "step_retried", address: "each", node: "each", attempt: 1, error: null, wake_at: at(120), at: at(100) },
      { type: "round_began", address: "each", round: 1 },
      { type: "step_finished", address: "each", node: "each", status: "succeeded", attempts: 2, started_at: at(0), duration_ms: 150 },
    ]);
    expect(phases(after(waits).get("w@0"))).toEqual([["wait", 1, 91], ["run", 91, 92]]);
    expect(phases(after(waits).get("each"))).toEqual([["run", 0, 100, "failed"], ["pause", 100, 120], ["run", 120, 150]]);
  });

  it("ends where it is canceled, and is not known where times are gone", () => {
    const gone = events([
      { type: "step_started", address: "a", node: "a", attempt: 1, at: at(1) },
      { type: "step_finished", address: "old", node: "old", status: "succeeded", attempts: 1, started_at: null, duration_ms: null, compacted: true },
      { type: "step_waiting", address: "b", node: "b", at: at(5), until: null, signal: "go", child: null },
      { type: "step_canceled", address: "a", node: "a" },
      { type: "finished", at: at(9), status: "canceled", output: null, duration_ms: 9 },
    ]);
    expect(phases(after(gone).get("a"))).toEqual([["run", 1, 5]]);
    expect(phases(after(gone).get("b"))).toEqual([["wait", 5, 9]]);
    expect(phases(after(gone).get("old"))).toEqual([]);
  });
});

describe("the history of an execution", () => {
  const plain = (state: ReturnType<History["at"]>) => ({ ...state, steps: [...state.steps], nodes: [...state.nodes] });

  it("gives the state after any number of events, in whatever order it is asked", () => {
    const history = new History(ID);
    history.push(JOURNAL);
    for (const count of [13, 0, 5, 4, 13, 1, 12, 99, -3]) {
      expect(plain(history.at(count))).toEqual(plain(fold(emptyExecution(ID), JOURNAL.slice(0, Math.max(0, count)))));
    }
  });

  it("keeps states on the way of a long one, and they are the same as without", () => {
    const many = events([{ type: "accepted", at: at(0), input: null }, ...Array.from({ length: 9_000 }, (_, n) => ({ type: "step_finished", address: `n@${n % 500}`, node: "n", status: n % 7 === 0 ? "failed" : "succeeded", attempts: 1, started_at: at(n), duration_ms: 1 }))]);
    const history = new History(ID);
    history.push(many);
    const counts = [9_001, 4_321, 8_000, 10, 8_500, 2_000, 9_000];
    for (const count of counts) {
      const whole = fold(emptyExecution(ID), many.slice(0, count));
      expect(history.at(count).seq).toBe(whole.seq);
      expect(history.at(count).nodes.get("n")).toEqual(whole.nodes.get("n"));
      expect([...history.at(count).steps]).toEqual([...whole.steps]);
    }
  });

  it("passes over events seen before and those of others, and has times that never go back", () => {
    const history = new History(ID);
    history.push(JOURNAL.slice(0, 6));
    history.push(JOURNAL.slice(3));
    history.push([{ execution: "other", seq: 99, type: "paused", at: at(99) }]);
    expect(history.events.map((event) => event.seq)).toEqual(JOURNAL.map((event) => event.seq));
    expect(history.times).toEqual([...history.times].sort((a, b) => a - b));
    expect(history.countAt(START + 4)).toBe(5);
    expect([history.countAt(START - 1), history.countAt(START + 1e6)]).toEqual([0, 13]);
  });
});

describe("a fork", () => {
  const end = (address: string, type = "step_finished") => ({ type, address, node: address.split("@")[0] });
  const list = [{ type: "accepted" }, end("a"), { type: "step_started", address: "b", node: "b" }, end("c"), end("b"), end("off", "step_skipped"), end("d@0"), end("d@1"), { type: "finished" }].map((event, seq) => ({ seq, ...event }));

  it("takes over what was recorded before the step ended, and runs the rest", () => {
    expect(forkPlan(list, "b", false)).toEqual({ possible: true, kept: ["a", "c"], again: ["b", "d@0", "d@1"], nodes: ["b", "d"] });
    expect(forkPlan(list, "b", true)).toEqual({ possible: true, kept: ["a", "c", "b"], again: ["d@0", "d@1"], nodes: ["d"] });
  });

  it("begins at the first end of a step that ended twice", () => {
    const twice = [...list, { seq: 20, type: "reopened" }, { seq: 21, ...end("b") }];
    expect(forkPlan(twice, "b", true)).toMatchObject({ kept: ["a", "c", "b"], again: ["d@0", "d@1"] });
  });

  it("cannot begin where nothing ended", () => {
    expect(forkPlan(list, "off", false).possible).toBe(false);
    expect(forkPlan(list, "nowhere", true)).toMatchObject({ possible: false, again: [] });
  });
});

describe("the log", () => {
  const lines = (event: object) => logLines({ seq: 1, type: "", ...event }, START, duration).map((line) => `${line.level} ${line.text}`);

  it("says in words what happened", () => {
    expect(lines({ type: "step_finished", status: "succeeded", duration_ms: 12, ports: ["true"] })).toEqual(["info Succeeded after 12 ms, left by true"]);
    expect(lines({ type: "step_finished", status: "succeeded", duration_ms: 12, ports: ["out"] })).toEqual(["info Succeeded after 12 ms"]);
    expect(lines({ type: "step_retried", attempt: 2, error: { code: "timeout", message: "too slow" }, wake_at: "10:00" })).toEqual(["warn Attempt 2 failed: too slow (timeout). The next one is at 10:00"]);
    expect(lines({ type: "step_waiting", signal: "go", until: null })).toEqual(["info Waits for the signal go"]);
    expect(lines({ type: "finished", status: "timed_out", duration_ms: 5_000, error: null })).toEqual(["error The execution ended timed out after 5 s"]);
    expect(lines({ type: "moved_on" })).toEqual(["info moved on"]);
  });

  it("has what code wrote to its console, line by line", () => {
    expect(lines({ type: "step_finished", status: "failed", error: { code: "Error", message: "no\nconsole:\na\nb" } })).toEqual(["error Failed: no (Error)", "info console: a", "info console: b"]);
  });

  it("is text to take along", () => {
    expect(logText(logLines({ seq: 1, type: "step_skipped", address: "x@1", node: "x" }, START, duration))).toBe("2026-11-21T10:00:00.000Z info x@1: Skipped: no chosen edge led here");
  });
});

describe("the table of steps", () => {
  const step = (address: string, status: string, durationMs: number | null, startedAt: number | null = null) => ({ address, node: address, status, error: null, attempts: 1, durationMs, startedAt });
  const steps = [step("b", "failed", null), step("c", "succeeded", 5, 30), step("a", "succeeded", 70, 10)];
  const titles = new Map([["a", "Zebra"]]);
  const sorted = (by: "name" | "duration" | "started" | "status", down = false) => sortSteps(steps, titles, { by, down }).map((one) => one.address).join("");

  it("is sorted by what is asked, with what has no value last both ways", () => {
    expect([sorted("name"), sorted("name", true), sorted("duration"), sorted("duration", true), sorted("started"), sorted("status")]).toEqual(["bca", "acb", "cab", "acb", "acb", "bca"]);
    expect(sortSteps(steps, titles, null)).toBe(steps);
  });
});
