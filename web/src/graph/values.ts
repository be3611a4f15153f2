// JSON values as the server tells of them: what is left out of an answer, files, numbers that JavaScript cannot hold, and a value in one line.

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
