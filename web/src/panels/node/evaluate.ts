// Asks the server what an expression gives: the way the panel's `evaluate` is meant to be filled.

import { call } from "../../api/call";
import type { Evaluate, Evaluated } from "./types";

export const evaluateOnServer: Evaluate = async (kind, text, against, signal): Promise<Evaluated> => {
  const answer = await call("POST /expressions/evaluate", { text: JSON.stringify({ [kind]: text, ...against }), signal });
  return answer.ok ? { ok: true, value: answer.value } : { ok: false, code: answer.error?.code ?? "unknown", message: answer.error?.message ?? "this could not be evaluated" };
};

/** The next times of a cron line, as ISO texts. Rejects with the server's words where the line is none. */
export async function nextTimes(cron: string, zone: string, signal: AbortSignal): Promise<string[]> {
  return (await call("GET /schedules/next", { query: { cron, tz: zone, count: 5 }, signal })).times;
}
