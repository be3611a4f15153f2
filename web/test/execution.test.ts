// The execution store is a fold: these check the fold of a recorded journal, of each of its prefixes, and of repeats.

import { describe, expect, it } from "vitest";
import type { Event } from "../src/api/types";
import { emptyExecution, type ExecutionState } from "../src/state/execution";
import { fold } from "../src/state/execution/fold";
import { waitWords } from "../src/ui/format";
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
  const strange = { execution: ID, seq: 14, type: "moved", to: 2 } as unknown as Event;
  expect(fold(whole, [strange])).toMatchObject({ seq: 14, status: "failed" });
});

it("folds a long journal in linear time", () => {
  const many: Event[] = [{ execution: ID, seq: 1, type: "accepted", at: "2026-11-21T10:00:00Z", input: null, trigger: null }];
  for (let at = 0; at < 50_000; at += 1) {
    many.push({ execution: ID, seq: at + 2, type: "step_finished", address: `n@${at}`, node: "n", status: "succeeded", output: at, attempts: 1 });
  }
  expect(fold(emptyExecution(ID), many).nodes.get("n")?.count).toBe(50_000);
});

describe("an execution that waits", () => {
  const at = "2026-11-21T10:00:00Z";
  const until = "2026-11-21T12:00:00Z";
  const body: Partial<Event>[] = [
    { type: "accepted", at, input: null },
    { type: "scope_opened", address: "each", node: "each", at, items: 2 },
    { type: "step_retried", address: "call@0", node: "call", attempt: 1, error: { code: "http_status", message: "503" }, wake_at: until, at },
    { type: "step_waiting", address: "ask@0", node: "ask", at, until: null, signal: "go", child: null },
    { type: "paused", at },
    { type: "signaled", at, name: "go", value: 1 },
    { type: "resumed", at },
    { type: "step_finished", address: "ask@0", node: "ask", status: "succeeded", output: 1, attempts: 1 },
    { type: "child_ended", at, child: "0000000000abd", status: "succeeded" },
    { type: "step_started", address: "call@0", node: "call", attempt: 2, at },
    { type: "finished", at, status: "canceled", output: null, duration_ms: 1 },
    { type: "reopened", at },
    { type: "round_began", address: "each", round: 1 },
    { type: "step_waiting", address: "call@0", node: "call", at, until, signal: null, child: null },
  ];
  const events = body.map((event, index) => ({ execution: ID, seq: index + 1, ...event }) as Event);
  const after = (count: number) => fold(emptyExecution(ID), events.slice(0, count));

  it("stands where its server says, event by event", () => {
    const statuses = events.map((_, index) => after(index + 1).status);
    expect(statuses).toEqual([
      "queued", "running", "waiting", "waiting", "paused", "paused", "waiting", "waiting", "waiting", "running", "canceled", "running", "running", "waiting",
    ]);
  });

  it("tells what each step waits for, and why it is tried again", () => {
    const { steps } = after(4);
    expect(steps.get("call@0")).toMatchObject({ status: "waiting", attempts: 1, error: { code: "http_status" }, wait: { until: Date.parse(until), retry: true } });
    expect(steps.get("ask@0")).toMatchObject({ status: "waiting", wait: { until: null, signal: "go", child: null, retry: false } });
    expect(after(10).steps.get("call@0")).toMatchObject({ status: "running", attempts: 2, wait: null, error: null });
    expect(after(4).nodes.get("ask")).toMatchObject({ running: 1 });
    expect(after(8).nodes.get("ask")).toMatchObject({ running: 0 });
  });

  it("has nothing under way after its end, and goes on when it is taken up again", () => {
    expect([...after(11).steps.values()].map((step) => step.status)).toEqual(["canceled", "canceled", "succeeded"]);
    expect(after(11)).toMatchObject({ running: 0, waiting: 0, generation: 0 });
    expect(after(12)).toMatchObject({ generation: 1, finishedAt: null, durationMs: null, error: null });
  });

  it("says it in few words", () => {
    const now = Date.parse(at);
    const wait = { until: null, signal: null, child: null, retry: false };
    expect(waitWords({ ...wait, signal: "go" }, now)).toBe("signal go");
    expect(waitWords({ ...wait, signal: "webhook/ask@0" }, now)).toBe("a call of its link");
    expect(waitWords({ ...wait, child: "0000000000abd" }, now)).toBe("execution 0000000000abd");
    expect(waitWords({ ...wait, until: now + 1_000, retry: true }, now)).toMatch(/^next try at \d\d:\d\d:01$/);
    expect(waitWords({ ...wait, until: now + 40 * 86_400_000 }, now)).toMatch(/^until 31 Dec/);
  });
});
