// The question a step asks whose call may have been made: a crash came between the call and its answer.

export type Decision = "retry" | "fail" | "use";

/** The answer as JSON text. `output` is JSON text, kept digit for digit. */
export function answerText(decision: Decision, output: string): string {
  return decision === "use" ? `{"decision":"use","output":${output}}` : JSON.stringify({ decision });
}
