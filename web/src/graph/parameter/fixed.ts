// Which parameters are read before a run: an expression in them is never evaluated, so their fields offer none.

/** By node type; the server says so too where one of them holds `{{ }}`, but only then. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  join: ["join_strategy", "timeout"],
  split: ["paths"],
  switch: ["output_path"],
  for_each: ["batch_size", "concurrency", "max_iterations", "collect"],
  while_loop: ["max_iterations"],
  try_catch: ["fallback_value", "continue_on_error", "error_output_path"],
  parallel: ["max_concurrency", "timeout"],
  retry: ["max_attempts", "backoff_strategy", "initial_delay", "max_delay", "multiplier", "retry_on_errors"],
  timeout: ["timeout", "timeout_action"],
  sub_workflow: ["wait"],
  wait_until: ["zone"],
  wait_for_signal: ["by", "on_timeout"],
  set_fields: ["dot_notation", "remove"],
  extract: ["field", "fields"],
  map: ["field"],
  flat_map: ["field"],
  sort: ["field", "order", "by"],
  unique: ["field"],
  merge: ["key"],
  group_by: ["field", "value_field", "aggregate"],
  aggregate: ["field", "fields", "aggregate"],
  visualization: ["mode"],
  http: [
    "auth", "body_type", "response", "ok_statuses", "cache", "follow_redirects", "max_redirects", "pagination", "items", "max_pages", "page_size", "size_param", "page_param", "first_page",
    "offset_param", "cursor_param", "cursor_path",
  ],
  mock: ["do", "by", "n", "ms", "salt", "code", "choose", "then", "else", "ports", "in_ports"],
};

/** What is drawn only runs nothing; a trigger is read while no execution is there. */
const DRAWN = new Set(["note", "group"]);

export function isFixed(type: { id: string; category: string }, key: string): boolean {
  return type.category === "trigger" || DRAWN.has(type.id) || (FIXED[type.id]?.includes(key) ?? false);
}
