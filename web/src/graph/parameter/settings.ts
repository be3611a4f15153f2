// What every node can be told beside its type's parameters, and which of it means something for a type.

import { fieldsOfType, fixedField, RESERVED, type ParameterField } from "./fields";

export interface TypeFacts {
  id: string;
  category: string;
  effect: "pure" | "read" | "write";
}

const SPAN = { type: ["string", "number"], format: "duration" };

const SCHEMA = {
  properties: {
    disabled: { title: "Disabled", type: "boolean", default: false, description: "The input passes by unchanged; a trigger does not fire" },
    notes: { title: "Notes", type: "string", format: "markdown", description: "For people; nothing runs of it" },
    on_error: { title: "On error", enum: ["fail", "continue", "route"], description: "Unless set, an edge at the port error takes it, and without one the step fails" },
    retry: {
      title: "Try again",
      type: "object",
      description: "After a failure, before anything else is done about it",
      properties: {
        max_attempts: { title: "Tries in all", type: "integer", minimum: 1, default: 1 },
        initial_delay: { title: "First delay", ...SPAN, default: "1s" },
        backoff_strategy: { title: "Then the delay", enum: ["exponential", "linear", "constant"], default: "exponential" },
        multiplier: { title: "Multiplier", type: "number", minimum: 1, default: 2, description: "Of exponential" },
        max_delay: { title: "Longest delay", ...SPAN, default: "1m" },
        retry_on_errors: { title: "Only on these errors", type: "array", items: { type: "string" }, description: "Their codes; all if there are none" },
      },
    },
    timeout: { title: "Timeout", ...SPAN, examples: ["30s"], description: "How long one try may take; no bound unless set" },
    on_uncertain: { title: "After a crash in the middle of its call", enum: ["retry", "fail", "ask"], default: "retry", description: "Whether the call was made may be unknown then: it is made again with the same key, the step fails, or a person is asked" },
    limits: {
      title: "Limits",
      type: "object",
      description: "Of its calls, over all executions of the workflow",
      properties: {
        concurrency: { title: "Calls at a time", type: "integer", minimum: 1 },
        rate_limit: {
          title: "Calls in a time",
          type: "object",
          properties: {
            limit: { title: "Calls", type: "integer", minimum: 1 },
            per: { title: "In", ...SPAN, examples: ["1m"] },
            beyond: { title: "Beyond it", enum: ["wait", "refuse"], default: "wait" },
          },
        },
        key: { title: "Counted for each", type: "string", examples: ["{{ input.account }}"], description: "Calls with the same value count together; without it all do" },
      },
    },
    max_iterations: { title: "Rounds at most", type: "integer", minimum: 1, default: 10_000, description: "Where a loop begins at this node" },
  },
};

const CONTAINERS = new Set(["for_each", "while_loop", "try_catch", "parallel", "retry", "timeout"]);
const DRAWN = new Set(["note", "group"]);

const all = fieldsOfType({ id: "", category: "", schema: SCHEMA }).map(fixedButKey);

/** Settings are read before a run, but for the key that calls are counted by. */
function fixedButKey(field: ParameterField): ParameterField {
  return field.key === "key" ? field : { ...fixedField(field), parts: field.parts.map(fixedButKey) };
}

/** The settings that a node of a type reads; what the type has as a parameter of its own is not among them. */
export function settingsOf(type: TypeFacts, own: readonly ParameterField[]): ParameterField[] {
  if (DRAWN.has(type.id)) return all.filter((field) => field.key === "notes");
  const runs = type.category !== "trigger";
  const calls = type.effect !== "pure";
  const container = CONTAINERS.has(type.id);
  const reads: Record<string, boolean> = {
    disabled: true,
    notes: true,
    on_error: runs,
    retry: runs && !container,
    timeout: runs && !container && type.id !== "join" && type.id !== "wait_for_signal",
    on_uncertain: runs && type.effect === "write",
    limits: runs && calls,
    max_iterations: runs,
  };
  return all.filter((field) => reads[field.key] === true && !own.some((one) => one.key === field.key));
}

/** Reserved keys that are set and that this type does not read: they are kept, and change nothing. */
export function unreadKeys(data: { readonly [key: string]: unknown }, settings: readonly ParameterField[], own: readonly ParameterField[]): string[] {
  const read = new Set(["label", "pinned", ...settings.map((field) => field.key), ...own.map((field) => field.key)]);
  return RESERVED.filter((key) => data[key] !== undefined && data[key] !== null && !read.has(key));
}

/** Whether a problem's place is a setting rather than a parameter. */
export function isSetting(path: string, own: readonly ParameterField[]): boolean {
  const key = path.split(/[.[]/, 1)[0] ?? "";
  return (RESERVED as readonly string[]).includes(key) && !own.some((field) => field.key === key);
}
