// A journal as the stream carries it: a loop of two, a retry, a failure, a cancel and a node not reached.

import type { Event } from "../src/api/types";

const execution = "0000000000abc";
const at = (ms: number) => `2026-11-21T10:00:00.${String(ms).padStart(3, "0")}Z`;

export const JOURNAL: readonly Event[] = [
  { execution, seq: 1, type: "accepted", at: at(0), input: { score: 0.94 }, trigger: "manual" },
  { execution, seq: 2, type: "step_finished", address: "start", node: "start", status: "succeeded", output: [1, {}], ports: ["out"], error: null, attempts: 1, started_at: at(1), duration_ms: 0.2 },
  { execution, seq: 3, type: "step_started", address: "each@0", node: "each", attempt: 1, at: at(2) },
  { execution, seq: 4, type: "step_started", address: "each@0", node: "each", attempt: 2, at: at(4) },
  { execution, seq: 5, type: "step_finished", address: "each@0", node: "each", status: "succeeded", output: [1], ports: ["out"], error: null, attempts: 2, duration_ms: 4.5 },
  { execution, seq: 6, type: "step_started", address: "each@1", node: "each", attempt: 1, at: at(7) },
  { execution, seq: 7, type: "step_started", address: "slow", node: "slow", attempt: 1, at: at(7) },
  { execution, seq: 8, type: "step_started", address: "each@1", node: "each", attempt: 1, at: at(8) },
  {
    execution, seq: 9, type: "step_finished", address: "each@1", node: "each", status: "failed", output: null, ports: [],
    error: { code: "not_a_list", message: "expected a list" }, attempts: 1, started_at: at(7), duration_ms: 2,
  },
  { execution, seq: 10, type: "step_canceled", address: "slow", node: "slow" },
  { execution, seq: 11, type: "step_skipped", address: "later", node: "later" },
  { execution, seq: 12, type: "step_skipped", address: "later", node: "later" },
  {
    execution, seq: 13, type: "finished", at: at(48), status: "failed", output: null,
    error: { code: "not_a_list", message: "expected a list", node: "each@1" }, duration_ms: 48.5,
  },
];
