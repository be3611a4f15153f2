// Names with values, as an object or as a list of {name, value}: read as rows and written back in the same form.

import { isObject } from "./fields";

export interface Pair {
  name: string;
  value: unknown;
  /** Keys of a list's entry that no form shows. */
  rest: { readonly [key: string]: unknown };
}

export function pairsOf(value: unknown): Pair[] {
  if (Array.isArray(value)) {
    return value.filter(isObject).map(({ name, value: part, ...rest }) => ({ name: typeof name === "string" ? name : "", value: part, rest }));
  }
  return isObject(value) ? Object.entries(value).map(([name, part]) => ({ name, value: part, rest: {} })) : [];
}

/** Names that come twice need the form of a list. Rows without a name are left out; nothing at all unsets what was not set. */
export function pairsValue(pairs: readonly Pair[], asList: boolean, mayList: boolean, wasUnset: boolean): unknown {
  const named = pairs.filter((pair) => pair.name !== "");
  const twice = new Set(named.map((pair) => pair.name)).size < named.length;
  if (asList || (twice && mayList)) return named.map(({ name, value, rest }) => ({ ...rest, name, value: value === undefined ? null : value }));
  if (named.length === 0 && wasUnset) return undefined;
  return Object.fromEntries(named.map(({ name, value }) => [name, value === undefined ? null : value]));
}

/** An entry moved by one place; the same list where it cannot go further. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): readonly T[] {
  const to = at + by;
  const one = list[at];
  if (one === undefined || to < 0 || to >= list.length) return list;
  return list.toSpliced(at, 1).toSpliced(to, 0, one);
}
