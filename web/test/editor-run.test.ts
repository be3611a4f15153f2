// What the editor shows of an execution: that of its own, never what another page left in the store.

import { describe, expect, it } from "vitest";
import { stateOf } from "../src/state/execution";
import { emptyExecution } from "../src/state/execution";

describe("the execution on show", () => {
  it("is none while the store holds another, or has not heard of it yet", () => {
    const left = { ...emptyExecution("of-another-workflow"), seq: 9 };
    expect(stateOf(left, "mine")).toBeNull();
    expect(stateOf(left, null)).toBeNull();
    expect(stateOf(emptyExecution("mine"), "mine")).toBeNull();
    const mine = { ...emptyExecution("mine"), seq: 1 };
    expect(stateOf(mine, "mine")).toBe(mine);
  });
});
