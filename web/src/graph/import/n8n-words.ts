// Expressions of n8n in the words of ours. `={{ $json.a }}` loses its sign; names that only n8n knows become those that mean the same.

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\$input\.(?:item|first\(\)|last\(\))\.json\b/g, "input"],
  [/\$input\.all\(\)/g, "input"],
  [/\$env\b/g, "env"],
  [/\$vars\b/g, "vars"],
  [/\$workflow\b/g, "workflow"],
  [/\$execution\b/g, "execution"],
  [/\$itemIndex\b/g, "index"],
  [/\$now\b/g, "now"],
  [/\$today\b/g, "now.startOf('day')"],
  [/\$item\(0\)\./g, ""],
];

function words(text: string): string {
  let next = text;
  if (next.includes("$")) for (const [rule, to] of NAMES) next = next.replace(rule, to);
  return next;
}

/** A parameter's text: only what begins with `=` is an expression there. */
export function expression(text: string): string {
  if (!text.startsWith("=")) return text;
  const body = text.slice(1);
  return body.includes("{{") ? body.replace(/\{\{[\s\S]*?\}\}/g, words) : body;
}

/** The bare expression where a text is one as a whole; else the text as a literal of JavaScript. */
export function bare(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value ?? null);
  const whole = /^=\s*\{\{([\s\S]*)\}\}\s*$/.exec(value);
  if (whole && !whole[1]?.includes("{{")) return words((whole[1] ?? "").trim());
  return value.startsWith("=") ? `\`${expression(value).replace(/[\\`]/g, "\\$&").replace(/\{\{([\s\S]*?)\}\}/g, "${$1}")}\`` : JSON.stringify(value);
}

/** Every text of a value, as ours. */
export function expressionsIn<T>(value: T): T {
  if (typeof value === "string") return expression(value) as T;
  if (Array.isArray(value)) return value.map((entry: unknown) => expressionsIn(entry)) as T;
  if (typeof value !== "object" || value === null) return value;
  const next: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) Object.defineProperty(next, key, { value: expressionsIn(entry), enumerable: true, writable: true, configurable: true });
  return next as T;
}
