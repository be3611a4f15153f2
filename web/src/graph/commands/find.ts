// Searching a document for a text: labels, ids, types and parameters of every node, in slices so that nothing waits for it.

import type { GraphDocument } from "../document/document";
import { kindOf, type Kinds } from "../edit/kinds";

export interface Found {
  slot: number;
  /** Where in the node: `label`, `id`, `type`, or the path of a parameter. */
  path: string;
  /** The text around it. */
  text: string;
}

const DEPTH_MOST = 12;
const AROUND = 32;

/** One search. It looks at the document as it is when it comes by: whoever edits meanwhile starts another. */
export class Finding {
  readonly slots: number[] = [];
  isDone = false;
  private next = 0;
  private readonly rule: RegExp | null;
  private readonly typeRule = new Map<string, boolean>();

  constructor(private readonly doc: GraphDocument, private readonly kinds: Kinds, query: string, private readonly now: () => number = () => performance.now()) {
    const text = query.trim();
    this.rule = text === "" ? null : new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "iu");
    if (!this.rule) this.isDone = true;
  }

  /** Goes on for a while; answers whether it is done. */
  step(ms: number): boolean {
    const until = this.now() + ms;
    while (!this.isDone) {
      for (let n = 0; n < 200 && this.next < this.doc.nodes.size; n += 1) {
        const slot = this.next++;
        if (this.fits(slot)) this.slots.push(slot);
      }
      this.isDone = this.next >= this.doc.nodes.size;
      if (this.now() >= until) break;
    }
    return this.isDone;
  }

  /** Of all nodes, how many it has looked at: 0 to 1. */
  get progress(): number {
    return this.isDone ? 1 : this.next / Math.max(1, this.doc.nodes.size);
  }

  private fits(slot: number): boolean {
    const node = this.doc.nodes.at(slot);
    if (!node || !this.rule) return false;
    return this.rule.test(node.id) || this.fitsType(node.type ?? "") || holds(node.data, this.rule, 0);
  }

  private fitsType(type: string): boolean {
    let fits = this.typeRule.get(type);
    if (fits === undefined) {
      fits = !!this.rule && (this.rule.test(type) || this.rule.test(kindOf(this.kinds, type)?.name ?? ""));
      this.typeRule.set(type, fits);
    }
    return fits;
  }

  /** Where the text is in a node that was found. */
  place(slot: number): Found | null {
    const node = this.doc.nodes.at(slot);
    if (!node || !this.rule) return null;
    const label = node.data?.["label"];
    if (typeof label === "string" && this.rule.test(label)) return { slot, path: "label", text: cutAround(label, this.rule) };
    if (this.rule.test(node.id)) return { slot, path: "id", text: node.id };
    const found = within(node.data, this.rule, "", 0);
    if (found) return { slot, ...found };
    return this.fitsType(node.type ?? "") ? { slot, path: "type", text: kindOf(this.kinds, node.type)?.name ?? node.type ?? "" } : null;
  }
}

function holds(value: unknown, rule: RegExp, depth: number): boolean {
  if (typeof value === "string") return rule.test(value);
  if (typeof value === "number") return rule.test(String(value));
  if (typeof value !== "object" || value === null || depth > DEPTH_MOST) return false;
  if (Array.isArray(value)) return value.some((entry) => holds(entry, rule, depth + 1));
  for (const key in value) if (holds((value as Record<string, unknown>)[key], rule, depth + 1)) return true;
  return false;
}

function within(value: unknown, rule: RegExp, path: string, depth: number): { path: string; text: string } | null {
  if (typeof value === "string" || typeof value === "number") return rule.test(String(value)) ? { path, text: cutAround(String(value), rule) } : null;
  if (typeof value !== "object" || value === null || depth > DEPTH_MOST) return null;
  for (const [key, entry] of Object.entries(value)) {
    const found = within(entry, rule, path === "" ? key : Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, depth + 1);
    if (found) return found;
  }
  return null;
}

function cutAround(text: string, rule: RegExp): string {
  const at = text.search(rule);
  const from = Math.max(0, at - AROUND);
  const line = text.slice(from, at + 2 * AROUND).replace(/\s+/g, " ");
  return `${from > 0 ? "…" : ""}${line}${at + 2 * AROUND < text.length ? "…" : ""}`;
}
