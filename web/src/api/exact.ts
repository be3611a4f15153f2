// Reads JSON without losing digits: a number JavaScript cannot hold stays as the text it was written in.
// Such a value is a raw JSON object of the language itself, which `JSON.stringify` writes back unchanged.

interface ExactJson {
  parse(text: string, reviver?: (key: string, value: unknown, context?: { source?: string }) => unknown): unknown;
  rawJSON?: (text: string) => unknown;
}

const exact = JSON as ExactJson;

/** Texts without such a run hold no number that needs care; most answers are read at full speed. */
const SUSPECT = /\d{16}|\d[eE][+-]?\d{3}|\.\d{16}/;
const DIGITS_HELD = 17;

export function readJson(text: string): unknown {
  const { rawJSON } = exact;
  if (!rawJSON || !SUSPECT.test(text)) return JSON.parse(text);
  return exact.parse(text, (_key, value, context) => {
    const source = context?.source;
    return typeof value === "number" && source !== undefined && losesDigits(value, source) ? rawJSON(source) : value;
  });
}

/** Whether `value` says something else than the text it was read from. */
export function losesDigits(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  if (/^-?\d+$/.test(source)) return !Number.isSafeInteger(value) && BigInt(value) !== BigInt(source);
  const mantissa = source.replace(/[eE].*$/, "");
  const digits = mantissa.replace(/[-.]/g, "").replace(/^0+/, "").replace(mantissa.includes(".") ? /0+$/ : /$^/, "");
  return digits.length > DIGITS_HELD || (value === 0 && /[1-9]/.test(mantissa));
}

function rawText(value: unknown): string | null {
  const { isRawJSON } = JSON as { isRawJSON?: (value: unknown) => boolean };
  return isRawJSON?.(value) ? (value as { rawJSON: string }).rawJSON : null;
}

/** `after`, with every part that says the same as in `before` taken from there: what did not change keeps its identity. */
export function shareUnchanged(before: unknown, after: unknown): unknown {
  if (Object.is(before, after) || typeof before !== "object" || typeof after !== "object" || before === null || after === null) return after;
  const raw = [rawText(before), rawText(after)];
  if (raw[0] !== null || raw[1] !== null) return raw[0] === raw[1] ? before : after;
  if (Array.isArray(before) !== Array.isArray(after)) return after;
  const old = before as Record<string, unknown>;
  const keys = Object.keys(after);
  let same = keys.length === Object.keys(before).length;
  const shared = (Array.isArray(after) ? [] : {}) as Record<string, unknown>;
  for (const key of keys) {
    const part = shareUnchanged(old[key], (after as Record<string, unknown>)[key]);
    same &&= part === old[key] && key in old;
    Object.defineProperty(shared, key, { value: part, enumerable: true, writable: true, configurable: true });
  }
  return same ? before : shared;
}
