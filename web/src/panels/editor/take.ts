// Pasted and imported texts: read as JSON or YAML, recognised, and put into the document as one step.

import { readJson } from "../../api/exact";
import { applyLayout, layoutWish } from "../../graph/edit/arrange";
import { paste, type Pasted } from "../../graph/edit/clip";
import type { Point } from "../../graph/edit/family";
import { counted } from "../../graph/edit/names";
import type { Recognised } from "../../graph/import/recognise";
import type { Context } from "../../graph/commands/registry";

const SOURCE_NAMES: Readonly<Record<Recognised["source"], string>> = { workflow: "the workflow", react_flow: "React Flow", thaiyyal: "Thaiyyal", n8n: "n8n" };
const TEXT_MOST = 64 * 1024 * 1024;
const YAML_MOST = 8 * 1024 * 1024;
/** Keys of a file that describe the workflow: taken over into one that is still empty. */
const DESCRIBING = ["name", "description", "settings", "variables", "constants", "tags", "samples"];

/** Something that is not as it was, and the node it is about: -1 where it is none of them. */
export interface TakenNote {
  slot: number;
  message: string;
}

export interface Taken extends Pasted {
  /** What it came from, in words. */
  source: string;
  notes: TakenNote[];
}

/** A text as a value; YAML is read by a chunk of its own. Throws in words where it is neither. */
export async function valueOf(text: string): Promise<unknown> {
  if (text.length > TEXT_MOST) throw new Error("The text is larger than 64 MB");
  const trimmed = text.trim();
  if (trimmed === "") throw new Error("There is nothing on the clipboard");
  if (/^[{[]/.test(trimmed)) {
    try {
      return readJson(trimmed);
    } catch (error) {
      if (!trimmed.startsWith("{") || /"\s*:/.test(trimmed.slice(0, 200))) throw new Error(`It is no JSON: ${error instanceof Error ? error.message : ""}`);
    }
  }
  if (trimmed.length > YAML_MOST) throw new Error("YAML texts are read up to 8 MB");
  if (!/^\s*[\w"'-]+\s*:/m.test(trimmed)) return null;
  const { readYaml } = await import("./yaml");
  return readYaml(trimmed);
}

/** What knows the files of other tools. */
const readers = () => import("../../graph/import/recognise");

/** Fetches it before something is pasted. */
export function loadReaders(): void {
  readers().catch(() => undefined); // told when something is pasted
}

/** Recognises a text; throws in words where it is no workflow. */
export async function recogniseText(text: string, kinds: Context["kinds"]): Promise<Recognised> {
  const [value, { recognise }] = await Promise.all([valueOf(text), readers()]);
  const found = recognise(value, kinds);
  if (!found) throw new Error("It is no workflow. Copy nodes here, or a workflow of Tidemill, React Flow, n8n or Thaiyyal as JSON or YAML");
  return found;
}

/** Puts a text's nodes into the document and selects them. `at` is where their middle goes. */
export async function takeText(context: Context, text: string, at?: Point): Promise<Taken> {
  const { doc, where, kinds, selection, host } = context;
  const found = await recogniseText(text, kinds);
  const place = at ?? host.place();
  const isEmpty = doc.nodes.count === 0;
  const join = `take ${doc.version}`;
  const frame = host.frameAt(place);
  const pasted = paste(doc, where, found, { ...(!isEmpty && { at: place, parent: frame }), label: found.source === "workflow" ? "Paste" : `Import from ${SOURCE_NAMES[found.source]}:`, join });
  if (isEmpty) {
    const said = Object.fromEntries(DESCRIBING.filter((key) => found.file[key] !== undefined && isUnset(doc.file[key])).map((key) => [key, found.file[key]]));
    if (Object.keys(said).length > 0) doc.change("Import", (editing) => editing.setFile(said), { join });
  }
  selection.set(pasted.nodes, pasted.edges);
  host.reveal(pasted.nodes);
  if (pasted.isGrid) await layOutPasted(context, pasted.nodes, isEmpty, join);
  host.tell(wordsFor(found, pasted.nodes.length), found.notes.length > 0 ? "plain" : "ok");
  return { ...pasted, source: SOURCE_NAMES[found.source], notes: notesOn(found, pasted.nodes) };
}

/** What is too large to be laid out here stands in rows until the server has done it; where it cannot, it stays so. */
async function layOutPasted({ doc, where, host }: Context, slots: readonly number[], isAll: boolean, join: string): Promise<void> {
  const wish = layoutWish(doc, where, isAll ? null : slots);
  const { version } = doc;
  try {
    const places = await host.layout(wish.request);
    // Whoever moved something meanwhile has chosen its place.
    if (doc.version !== version) return host.tell("The workflow changed while it was laid out: it stays as it is. Lay out places it anew");
    applyLayout(doc, where, wish, places, { join });
    host.reveal(slots);
  } catch (error) {
    host.tell(`It stands in rows: the server could not lay it out (${error instanceof Error ? error.message : "it does not answer"}). Lay out tries it again`, "bad");
  }
}

/** Nodes may have got other ids than those that notes name: they came in the same order. */
function notesOn({ nodes, notes }: Recognised, slots: readonly number[]): TakenNote[] {
  const at = new Map(nodes.map((node, index) => [node.id, slots[index] ?? -1] as const).reverse());
  return notes.map(({ node, message }) => ({ slot: node === null ? -1 : (at.get(node) ?? -1), message }));
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === "" || value === "Untitled workflow";
}

function wordsFor({ source, notes }: Recognised, count: number): string {
  const what = `Pasted ${counted(count, "node")}${source === "workflow" ? "" : ` from ${SOURCE_NAMES[source]}`}`;
  const [first, ...more] = notes;
  if (!first) return what;
  return more.length === 0 ? `${what}. ${first.message}` : `${what}. ${counted(notes.length, "thing")} in it are not as they were: the notes say which`;
}
