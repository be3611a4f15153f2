// The fields of a node, an edge or the file: what one change names, what a merge compares, what travels when something is saved.
// A field is a top-level key, or `data/<key>` for each parameter; `~` and `/` inside keys are written `~0` and `~1` (RFC 6901).

/** A node, an edge, or the keys of the file beside them. Never changed in place. */
export type Entity = Readonly<Record<string, unknown>>;
export type Fields = Readonly<Record<string, unknown>>;

const DATA = "data/";

export function fieldOf(...keys: string[]): string {
  return keys.map((key) => key.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
}

function keyOf(field: string): string {
  return field.includes("~") ? field.replaceAll("~1", "/").replaceAll("~0", "~") : field;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a field; undefined where it is not there. */
export function readField(entity: object, field: string): unknown {
  const keys = entity as Entity;
  if (!field.startsWith(DATA)) return keys[keyOf(field)];
  const data = keys["data"];
  return isPlain(data) ? data[keyOf(field.slice(DATA.length))] : undefined;
}

/** A copy with other fields; undefined takes a field away. The same entity again where nothing changes. */
export function withFields<T extends object>(entity: T, fields: Fields): T {
  const next: Record<string, unknown> = { ...(entity as Entity) };
  let changed = false;
  let owned = false; // whether the parameters are a copy already
  for (const field in fields) {
    const value = fields[field];
    if (same(readField(next, field), value)) continue;
    changed = true;
    let holder = next;
    let key = keyOf(field);
    if (field.startsWith(DATA)) {
      const before = next["data"];
      if (!owned || !isPlain(before)) next["data"] = isPlain(before) ? { ...before } : {};
      owned = true;
      holder = next["data"] as Record<string, unknown>;
      key = keyOf(field.slice(DATA.length));
    } else if (key === "data") owned = false;
    if (value === undefined) delete holder[key];
    // Assigned, a key of this name would become the prototype and be lost.
    else if (key === "__proto__") Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
    else holder[key] = value;
  }
  return changed ? (next as T) : entity;
}

/** The fields that there are, `id` left out: it names the entity and never changes. */
export function fieldsOf(entity: object): string[] {
  const fields: string[] = [];
  for (const key in entity) {
    if (key === "id") continue;
    const value = (entity as Entity)[key];
    if (key === "data" && isPlain(value) && Object.keys(value).length > 0) for (const inner in value) fields.push(DATA + fieldOf(inner));
    else fields.push(fieldOf(key));
  }
  return fields;
}

/** What leads from one entity to another: each field that differs with its value in `after`, undefined where it is gone. */
export function differing(before: object, after: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (before === after) return fields;
  for (const field of fieldsOf(after)) {
    const value = readField(after, field);
    if (!same(readField(before, field), value)) fields[field] = value;
  }
  for (const field of fieldsOf(before)) if (readField(after, field) === undefined) fields[field] = undefined;
  return fields;
}

/** Deep equality of JSON values. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Number.isNaN(a) && Number.isNaN(b);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => same(item, b[at]));
  if (Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => key in right && same(left[key], right[key]));
}
