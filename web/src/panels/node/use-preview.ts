// What an expression gives on the last data: asked once the typing rests, with only what the text reads.

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { queries } from "../../api/queries";
import { useDebounced } from "../../ui/hooks";
import { evaluateData, filled, sameParts, shortened } from "./against";
import { usePanel } from "./context";
import type { EvaluateData, Evaluated, ExpressionKind, NodeData } from "./types";

export type Preview =
  | { state: "none" }
  | { state: "asking"; last: Evaluated | null }
  | { state: "done"; result: Evaluated }
  /** Nothing ran yet that the text reads. */
  | { state: "no_data"; name: string }
  /** The data is too much to send at each stroke. */
  | { state: "large"; bytes: number; ask: () => void }
  | { state: "unreachable"; message: string };

const REST_MS = 300;
const TEXT_MOST = 64 * 1024;
const SENT_MOST = 512 * 1024;
const REFS_MOST = 8;

export function usePreview(kind: ExpressionKind, text: string, data: NodeData): Preview {
  const { evaluate } = usePanel();
  const client = useQueryClient();
  const rested = useDebounced(text, REST_MS);
  const [asked, setAsked] = useState("");
  const [preview, setPreview] = useState<Preview>({ state: "none" });
  const against = useStable(useMemo(() => evaluateData(rested, data), [rested, data]));
  const missing = useMemo(() => missingName(rested, data), [rested, data]);
  const size = useMemo(() => sizeOf(against), [against]);
  const source = data.source?.execution ?? null;
  useEffect(() => {
    if (rested.trim() === "" || rested.length > TEXT_MOST) return setPreview({ state: "none" });
    if (missing !== null) return setPreview({ state: "no_data", name: missing });
    if (size > SENT_MOST && asked !== rested) return setPreview({ state: "large", bytes: size, ask: () => setAsked(rested) });
    const call = new AbortController();
    setPreview((before) => ({ state: "asking", last: before.state === "done" ? before.result : before.state === "asking" ? before.last : null }));
    whole(against, source, client)
      .then((full) => evaluate(kind, rested, full, call.signal))
      .then(
        (result) => call.signal.aborted || setPreview({ state: "done", result }),
        (error: unknown) => call.signal.aborted || setPreview({ state: "unreachable", message: error instanceof Error ? error.message : "the server did not answer" }),
      );
    return () => call.abort();
  }, [kind, rested, against, missing, size, asked, source, evaluate, client]);
  return preview;
}

/** The data of before where the same values are in it: whoever holds the document makes new objects around them at each change. */
function useStable(now: EvaluateData): EvaluateData {
  const [kept, setKept] = useState(now);
  if (kept === now || sameParts(kept, now)) return kept;
  setKept(now);
  return now;
}

/** Large values are only named in the data of steps: what the text reads of them is fetched. */
async function whole(against: EvaluateData, execution: string | null, client: QueryClient): Promise<EvaluateData> {
  const refs = shortened(against);
  if (refs.length === 0 || execution === null || refs.length > REFS_MOST) return against;
  const values = await Promise.all(refs.map(async (ref) => [ref, await client.fetchQuery(queries.value(execution, ref))] as const));
  return filled(against, new Map(values)) as EvaluateData;
}

const sizes = new WeakMap<object, number>();

/** About how much a value is as text; each part is counted once. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = 2;
  const stack: unknown[] = Object.entries(value).flat();
  for (let at = stack.pop(); stack.length > 0 || at !== undefined; at = stack.pop()) {
    if (typeof at === "string") size += at.length + 3;
    else if (typeof at !== "object" || at === null) size += 6;
    else for (const [key, part] of Object.entries(at)) stack.push(key, part);
    if (size > 64 * SENT_MOST) break;
  }
  sizes.set(value, size);
  return size;
}

/** The first name the text reads that has no value yet. */
function missingName(text: string, data: NodeData): string | null {
  if (/(?<![\w$.])(?:input|\$json)(?![\w$])/.test(text) && data.input === undefined) return "input";
  for (const node of data.nodes) {
    const written = [`nodes.${node.id}.`, `node.${node.id}.`, `nodes[${JSON.stringify(node.id)}]`, `nodes['${node.id}']`];
    if (node.output === undefined && written.some((one) => text.includes(one))) return node.label;
  }
  return null;
}
