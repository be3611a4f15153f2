// The execution store is a fold: these check the fold of a recorded journal, of each of its prefixes, and of repeats.

import { describe, expect, it } from "vitest";
import type { Event } from "../src/api/types";
import { emptyExecution, fold, type ExecutionState } from "../src/state/execution";
import { JOURNAL } from "./journal";

const ID = "0000000000abc";

function plain(state: ExecutionState) {
  return { ...state, steps: Object.fromEntries(state.steps), nodes: Object.fromEntries(state.nodes) };
}

const whole = fold(emptyExecution(ID), JOURNAL);

describe("the fold of a recorded journal", () => {
  it("gives the state the journal tells of", () => {
    expect(whole).toMatchObject({ seq: 13, status: "failed", durationMs: 48.5, input: { score: 0.94 }, output: null });
    expect(whole.error).toEqual({ code: "not_a_list", message: "expected a list", node: "each@1" });
    expect([...whole.steps.keys()]).toEqual(["start", "each@0", "each@1", "slow", "later"]);
    expect(whole.steps.get("each@0")).toMatchObject({ status: "succeeded", attempts: 2, durationMs: 4.5, output: [1], ports: ["out"] });
    expect(whole.steps.get("each@0")?.startedAt).toBe(Date.parse("2026-11-21T10:00:00.002Z"));
    expect(whole.steps.get("slow")).toMatchObject({ status: "canceled", attempts: 1 });
    expect(whole.steps.get("later")).toMatchObject({ status: "skipped", startedAt: null });
  });

  it("counts the steps of a node together", () => {
    expect(whole.nodes.get("each")).toMatchObject({ count: 2, running: 0, failed: 1 });
    expect(whole.nodes.get("each")?.last.address).toBe("each@1");
    const half = fold(emptyExecution(ID), JOURNAL.slice(0, 8));
    expect(half.nodes.get("each")).toMatchObject({ count: 2, running: 1, failed: 0 });
  });

  it("is the same in one batch, one by one, and in any two parts", () => {
    const single = JOURNAL.reduce((state, event) => fold(state, [event]), emptyExecution(ID));
    expect(plain(single)).toEqual(plain(whole));
    for (let cut = 0; cut <= JOURNAL.length; cut += 1) {
      const parts = fold(fold(emptyExecution(ID), JOURNAL.slice(0, cut)), JOURNAL.slice(cut));
      expect(plain(parts)).toEqual(plain(whole));
    }
  });
});

describe("any prefix", () => {
  it("is a state that can be shown", () => {
    for (let length = 0; length <= JOURNAL.length; length += 1) {
      const state = fold(emptyExecution(ID), JOURNAL.slice(0, length));
      const steps = [...state.steps.values()];
      expect(state.seq).toBe(JOURNAL[length - 1]?.seq ?? 0);
      expect(state.finishedAt === null).toBe(length < JOURNAL.length);
      for (const node of state.nodes.values()) {
        const own = steps.filter((step) => step.node === node.node);
        expect(node.count).toBe(own.length);
        expect(node.running).toBe(own.filter((step) => step.status === "running").length);
        expect(node.failed).toBe(own.filter((step) => step.status === "failed").length);
        expect(own).toContain(node.last);
      }
      if (length > 0 && length < JOURNAL.length) expect(["queued", "running"]).toContain(state.status);
    }
  });
});

describe("events seen before", () => {
  it("change nothing, not even the object", () => {
    expect(fold(whole, JOURNAL)).toBe(whole);
    expect(fold(whole, JOURNAL.slice(3, 7))).toBe(whole);
  });

  it("are passed over when a connection begins again in the middle", () => {
    const before = fold(emptyExecution(ID), JOURNAL.slice(0, 7));
    expect(plain(fold(before, JOURNAL.slice(4)))).toEqual(plain(whole));
  });

  it("do not include those of another execution", () => {
    const other = JOURNAL.map((event): Event => ({ ...event, execution: "other", seq: event.seq + 100 }));
    expect(fold(whole, other)).toBe(whole);
  });
});

it("keeps the microseconds of a time", () => {
  const event: Event = { execution: ID, seq: 1, type: "accepted", at: "2026-11-21T10:00:00.123456Z", input: null, trigger: null };
  expect(fold(emptyExecution(ID), [event]).acceptedAt).toBeCloseTo(Date.parse("2026-11-21T10:00:00.123Z") + 0.456, 2);
});

it("leaves the state it was given as it was", () => {
  const before = fold(emptyExecution(ID), JOURNAL.slice(0, 5));
  const copy = structuredClone(plain(before));
  fold(before, JOURNAL.slice(5));
  expect(plain(before)).toEqual(copy);
});

it("takes a disabled step, which carries nothing but its address", () => {
  const event: Event = { execution: ID, seq: 14, type: "step_finished", address: "off", node: "off", status: "disabled" };
  expect(fold(whole, [event]).steps.get("off")).toMatchObject({ status: "disabled", attempts: 0, output: null, durationMs: null, ports: [] });
});

it("passes over kinds of events it does not know", () => {
  const strange = { execution: ID, seq: 14, type: "reopened", generation: 2 } as unknown as Event;
  expect(fold(whole, [strange])).toMatchObject({ seq: 14, status: "failed" });
});

it("folds a long journal in linear time", () => {
  const many: Event[] = [{ execution: ID, seq: 1, type: "accepted", at: "2026-11-21T10:00:00Z", input: null, trigger: null }];
  for (let at = 0; at < 50_000; at += 1) {
    many.push({ execution: ID, seq: at + 2, type: "step_finished", address: `n@${at}`, node: "n", status: "succeeded", output: at, attempts: 1 });
  }
  expect(fold(emptyExecution(ID), many).nodes.get("n")?.count).toBe(50_000);
});
