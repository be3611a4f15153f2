// What expressions say about nodes: found and renamed without evaluating anything.

/** Parameters that are expressions without `{{ }}` around them. */
const BARE = new Set(["condition", "until", "when", "expression", "code", "left", "right", "by"]);

/** `nodes.fetch`, `node?.fetch`, `nodes["fetch"]`, `inputs.fetch`, `inputs["fetch#true"]`. */
const BY_ID = /(?<![\w$.])(nodes?|inputs)(\s*(?:\?\.)?\s*)(?:(\.?)\s*([A-Za-z_$][\w$]*)|\[\s*(?:"([^"\\\n]*)"|'([^'\\\n]*)')\s*\])/g;
/** `$('Fetch rows')`, `$node["Fetch rows"]`. */
const BY_LABEL = /(?<![\w$.])(\$\(\s*|\$node\s*\[\s*)(?:"([^"\\\n]*)"|'([^'\\\n]*)')/g;

export interface Renaming {
  /** New ids and labels by the old ones. */
  ids?: ReadonlyMap<string, string>;
  labels?: ReadonlyMap<string, string>;
  /** Ids that only `inputs` knows under another name. */
  inputs?: ReadonlyMap<string, string>;
}

export interface Mention {
  of: "nodes" | "inputs" | "label";
  name: string;
}

/** Applies `to` to each expression of a value; the same value again where nothing differs. Numbers and what else there is stay as they are. */
export function mapExpressions<T>(value: T, to: (expression: string) => string, key = ""): T {
  if (typeof value === "string") return mapText(value, to, BARE.has(key)) as T;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    let changed = false;
    const list = value.map((entry: unknown) => {
      const next = mapExpressions(entry, to, key);
      changed ||= next !== entry;
      return next;
    });
    return changed ? (list as T) : value;
  }
  let copy: Record<string, unknown> | null = null;
  for (const name of Object.keys(value)) {
    const entry = (value as Record<string, unknown>)[name];
    if (typeof entry !== "string" && (typeof entry !== "object" || entry === null)) continue;
    const next = mapExpressions(entry, to, name);
    if (next === entry) continue;
    copy ??= { ...(value as Record<string, unknown>) };
    Object.defineProperty(copy, name, { value: next, enumerable: true, writable: true, configurable: true });
  }
  return (copy ?? value) as T;
}

/** In a text only what stands in `{{ }}` is an expression. Braces inside of it make its end uncertain: up to the last `}}` counts. */
function mapText(text: string, to: (expression: string) => string, isBare: boolean): string {
  const begin = text.indexOf("{{");
  if (begin < 0) return isBare ? to(text) : text;
  const end = text.lastIndexOf("}}");
  if (end < begin) return isBare ? to(text) : text;
  return text.slice(0, begin) + to(text.slice(begin, end)) + text.slice(end);
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

export function renameIn<T>(data: T, { ids, labels, inputs }: Renaming): T {
  return mapExpressions(data, (text) => {
    let next = text;
    if ((ids && ids.size > 0) || (inputs && inputs.size > 0)) next = next.replace(BY_ID, (...found) => renamedId(found, ids, inputs));
    if (labels && labels.size > 0) {
      next = next.replace(BY_LABEL, (all: string, head: string, double?: string, single?: string) => {
        const name = labels.get(double ?? single ?? "");
        return name === undefined ? all : head + quotedLike(name, single !== undefined);
      });
    }
    return next;
  });
}

function renamedId(found: unknown[], ids?: ReadonlyMap<string, string>, inputs?: ReadonlyMap<string, string>): string {
  const [all, root, chain, dot, plain, double, single] = found as [string, string, string, string | undefined, string | undefined, string | undefined, string | undefined];
  if (plain !== undefined && dot === "" && !chain.includes("?.")) return all; // `nodes of`: two words, no path
  const said = plain ?? double ?? single ?? "";
  const [id, port] = root === "inputs" ? split(said) : [said, ""];
  const name = (root === "inputs" ? inputs?.get(id) : undefined) ?? ids?.get(id);
  if (name === undefined) return all;
  const next = name + port;
  if (plain === undefined) return `${root}${chain}[${quotedLike(next, single !== undefined)}]`;
  return IDENTIFIER.test(next) ? `${root}${chain}${dot ?? ""}${next}` : `${root}${chain}[${quotedLike(next, false)}]`;
}

/** `fetch#true` is the input of `fetch` by its port. */
function split(name: string): [id: string, port: string] {
  const at = name.lastIndexOf("#");
  return at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at)];
}

function quotedLike(text: string, isSingle: boolean): string {
  return isSingle ? `'${text.replace(/[\\']/g, "\\$&")}'` : JSON.stringify(text);
}

/** The nodes that expressions of a value speak of. */
export function mentionsIn(data: unknown): Mention[] {
  const found: Mention[] = [];
  mapExpressions(data, (text) => {
    for (const [, root, chain, dot, plain, double, single] of text.matchAll(BY_ID)) {
      if (plain !== undefined && dot === "" && !chain?.includes("?.")) continue;
      const name = plain ?? double ?? single ?? "";
      found.push(root === "inputs" ? { of: "inputs", name: split(name)[0] } : { of: "nodes", name });
    }
    for (const [, , double, single] of text.matchAll(BY_LABEL)) found.push({ of: "label", name: double ?? single ?? "" });
    return text;
  });
  return found;
}

/** Whether an expression uses a name by itself: `trigger`, `context`, `item`. */
export function usesName(data: unknown, names: readonly string[]): string | null {
  const rule = new RegExp(`(?<![\\w$.])(${names.join("|")})(?![\\w$]|\\s*:)`);
  let used: string | null = null;
  mapExpressions(data, (text) => {
    used ??= rule.exec(text.replace(/"[^"\n]*"|'[^'\n]*'/g, '""'))?.[1] ?? null;
    return text;
  });
  return used;
}
