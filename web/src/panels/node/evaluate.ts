// Asks the server what an expression gives: the way the panel's `evaluate` is meant to be filled.

import { callJson } from "../../api/client";
import type { Evaluate, Evaluated } from "./types";

interface Answer {
  ok: boolean;
  value: unknown;
  error: { code: string; message: string } | null;
}

export const evaluateOnServer: Evaluate = async (kind, text, against, signal): Promise<Evaluated> => {
  const body = JSON.stringify({ [kind]: text, ...against });
  const answer = await callJson<Answer>("/expressions/evaluate", { method: "POST", body, signal });
  return answer.ok ? { ok: true, value: answer.value } : { ok: false, code: answer.error?.code ?? "unknown", message: answer.error?.message ?? "this could not be evaluated" };
};

/** The next times of a cron line, as ISO texts. Rejects with the server's words where the line is none. */
export async function nextTimes(cron: string, zone: string, signal: AbortSignal): Promise<string[]> {
  const answer = await callJson<{ times?: string[]; items?: string[]; next?: string[] } | string[]>("/schedules/next", { query: { cron, tz: zone, count: 5 }, signal });
  return Array.isArray(answer) ? answer : (answer.times ?? answer.items ?? answer.next ?? []);
}
