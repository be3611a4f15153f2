// Where a draft stands, asked when it may be elsewhere: the newest answer counts, and what is changed meanwhile.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GraphDocument } from "../../src/graph/document/document";
import { standingOf, type Standing } from "../../src/state/document/standing";

type Answer = (standing: Standing) => void;

function asked() {
  const doc = new GraphDocument({ nodes: [{ id: "a" }], edges: [] });
  const told: Standing[] = [];
  const answers: { good: Answer; bad: () => void }[] = [];
  const ask = standingOf("w", doc, (standing) => told.push(standing), () => new Promise((good, bad) => answers.push({ good, bad: () => bad(new Error("busy")) })));
  return { doc, told, answers, ask };
}

const AT = (base: string, changed = false): Standing => ({ base, branch: "main", changed });

describe("where a draft stands", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is told as the server says", async () => {
    const { told, answers, ask } = asked();
    void ask();
    answers[0]?.good(AT("one"));
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([AT("one")]);
  });

  it("is what was asked for last, however late another answer comes", async () => {
    const { told, answers, ask } = asked();
    void ask();
    void ask();
    answers[1]?.good(AT("two"));
    answers[0]?.good(AT("one"));
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([AT("two")]);
  });

  it("is changed where something was changed while the answer was on its way", async () => {
    const { doc, told, answers, ask } = asked();
    void ask();
    doc.change("Rename", (edit) => edit.setNode("a", { "data/label": "A" }));
    answers[0]?.good(AT("one"));
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([AT("one", true)]);
  });

  it("is asked for again where no answer comes", async () => {
    const { told, answers, ask } = asked();
    void ask();
    answers[0]?.bad();
    await vi.advanceTimersByTimeAsync(5_000);
    answers[1]?.good(AT("one"));
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([AT("one")]);
  });
});
