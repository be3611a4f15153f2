// The type of a node whose file names none, by its parameters: the first row that fits, in Thaiyyal's order, as the server reads it.

const ROWS: readonly (readonly [keys: readonly string[], type: string])[] = [
  [["value"], "number"],
  [["text"], "text_input"],
  [["boolean_value"], "boolean_input"],
  [["date_value"], "date_input"],
  [["datetime_value"], "datetime_input"],
  [["mode"], "visualization"],
  [["op"], "operation"],
  [["text_op"], "text_operation"],
  [["url"], "http"],
  [["condition"], "condition"],
  [["expression", "initial_value"], "reduce"],
  [["expression"], "expression"],
  [["var_name", "var_op"], "variable"],
  [["field"], "extract"],
  [["fields"], "extract"],
  [["transform_type"], "transform"],
  [["accum_op"], "accumulator"],
  [["counter_op"], "counter"],
  [["cases"], "switch"],
  [["join_strategy"], "join"],
  [["paths"], "split"],
  [["duration"], "delay"],
  [["cache_op", "cache_key"], "cache"],
  [["context_name"], "context_variable"],
  [["context_values"], "context_variable"],
  [["max_attempts"], "retry"],
  [["backoff_strategy"], "retry"],
  [["fallback_value"], "try_catch"],
  [["continue_on_error"], "try_catch"],
  [["timeout", "timeout_action"], "timeout"],
];

/** The types that Thaiyyal has. */
export const THAIYYALS: ReadonlySet<unknown> = new Set(ROWS.map(([, type]) => type));

export function inferType(data: { readonly [key: string]: unknown }): string | null {
  return ROWS.find(([keys]) => keys.every((key) => key in data))?.[1] ?? null;
}
