// A JSON value as rows of a collapsible tree, and the paths of its parts as expressions write them.

export type Kind = "object" | "array" | "string" | "number" | "boolean" | "null" | "elided" | "more";

export interface ElidedValue {
  preview: string;
  bytes: number;
  ref: string;
}

/** A body too large for a value: the value only names it. */
export interface FileValue {
  hash: string;
  name: string;
  type: string;
  size: number;
}

export interface TreeRow {
  /** Unique in the tree, and what expressions call this part: `input.items[0].name`. */
  path: string;
  key: string | null;
  depth: number;
  kind: Kind;
  value: unknown;
  /** Parts inside, for objects and arrays; parts not shown, for `more`. */
  count: number;
  open: boolean;
}

/** Parts of one object or array shown before "show more". */
export const PART = 100;

const PLAIN = /^[A-Za-z_$][\w$]*$/;

export function childPath(parent: string, key: string | number): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  return PLAIN.test(key) ? `${parent}.${key}` : `${parent}[${JSON.stringify(key)}]`;
}

export function elided(value: unknown): ElidedValue | null {
  if (typeof value !== "object" || value === null || !("$elided" in value)) return null;
  const { $elided, preview, bytes, ref } = value as Record<string, unknown>;
  if ($elided !== true || typeof ref !== "string") return null;
  return { preview: typeof preview === "string" ? preview : "", bytes: typeof bytes === "number" ? bytes : 0, ref };
}

/** The file that a value names, if it names one. */
export function fileOf(value: unknown): FileValue | null {
  if (typeof value !== "object" || value === null || !("$file" in value)) return null;
  const { $file, name, type, size } = value as Record<string, unknown>;
  if (typeof $file !== "string" || !/^[0-9a-f]{64}$/.test($file)) return null;
  const text = (part: unknown) => (typeof part === "string" ? part : "");
  return { hash: $file, name: text(name), type: text(type), size: typeof size === "number" ? size : 0 };
}

/** The text of a number that JavaScript cannot hold (a raw JSON object), else null. */
export function exactNumber(value: unknown): string | null {
  const { isRawJSON } = JSON as { isRawJSON?: (value: unknown) => boolean };
  return isRawJSON?.(value) ? (value as { rawJSON: string }).rawJSON : null;
}

export function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "object") return exactNumber(value) !== null ? "number" : elided(value) ? "elided" : "object";
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return typeof value as Kind;
  return "null";
}

export interface Openness {
  /** Paths whose openness differs from the rule "open down to `depth`". */
  toggled: ReadonlySet<string>;
  depth: number;
  /** How many parts of a path to show, where more than PART were asked for. */
  shown: ReadonlyMap<string, number>;
  /** Values fetched in the place of elided ones, by ref. */
  fetched: ReadonlyMap<string, unknown>;
}

/** The rows to show, in order. Walks with its own stack: nesting may be deep. */
export function rowsOf(root: unknown, name: string, open: Openness): TreeRow[] {
  const rows: TreeRow[] = [];
  const stack: { path: string; key: string | null; depth: number; value: unknown; more?: number }[] = [
    { path: name, key: null, depth: 0, value: root },
  ];
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (at.more !== undefined) {
      rows.push({ path: at.path, key: null, depth: at.depth, kind: "more", value: null, count: at.more, open: false });
      continue;
    }
    const stand = elided(at.value);
    const value = stand && open.fetched.has(stand.ref) ? open.fetched.get(stand.ref) : at.value;
    const kind = kindOf(value);
    if (kind !== "object" && kind !== "array") {
      rows.push({ path: at.path, key: at.key, depth: at.depth, kind, value, count: 0, open: false });
      continue;
    }
    const parts: [string | number, unknown][] =
      kind === "array" ? (value as unknown[]).map((part, n) => [n, part]) : Object.entries(value as Record<string, unknown>);
    const isOpen = parts.length > 0 && at.depth < open.depth !== open.toggled.has(at.path);
    rows.push({ path: at.path, key: at.key, depth: at.depth, kind, value, count: parts.length, open: isOpen });
    if (!isOpen) continue;
    const limit = open.shown.get(at.path) ?? PART;
    if (parts.length > limit) {
      stack.push({ path: `${at.path}\u2026`, key: null, depth: at.depth + 1, value: null, more: parts.length - limit });
    }
    for (const [key, part] of parts.slice(0, limit).reverse()) {
      stack.push({ path: childPath(at.path, key), key: String(key), depth: at.depth + 1, value: part });
    }
  }
  return rows;
}

/** A value in at most `length` characters, for one line. */
export function brief(value: unknown, length = 60): string {
  const stand = elided(value);
  if (stand) return cut(stand.preview, length);
  const exact = exactNumber(value);
  if (exact !== null) return cut(exact, length);
  if (typeof value === "string") return cut(value, length);
  if (Array.isArray(value)) return value.length === 1 ? "1 item" : `${value.length} items`;
  if (typeof value === "object" && value !== null) {
    const parts: string[] = [];
    let size = 0;
    for (const [key, part] of Object.entries(value)) {
      const text = typeof part === "object" && part !== null ? key : `${key}: ${cut(String(part), 24)}`;
      parts.push(text);
      size += text.length + 3;
      if (size > length) break;
    }
    return parts.length === 0 ? "empty" : cut(parts.join(" · "), length);
  }
  return String(value);
}

function cut(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}\u2026` : line;
}
