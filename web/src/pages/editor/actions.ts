// What the editor asks of the server besides keeping the draft: to run it, and to publish it. What was typed is saved first.

import { api } from "../../api/calls";
import { ApiError } from "../../api/client";
import { newKey } from "../../api/key";
import type { Json } from "../../api/types";
import { titleOf } from "../../graph/summary";
import { elided } from "../../graph/values";
import type { Session } from "../../state/document";
import { readMe } from "../../state/document/presence";
import { stateOf, useExecution } from "../../state/execution";
import { toast } from "../../state/view";
import { asFailure, sentence } from "../../ui/states";
import type { Parts } from "./use-parts";

const INVALID = "invalid_graph";
const UNSAVED = "the last changes are not on the server yet; it is tried again by itself, then run once more";

/** Runs the draft, as far as a node where one is named; answers the execution. `input` is JSON text. */
export async function runDraft(session: Session, input: string, to: string | null): Promise<string> {
  if ((await session.saver.flush()) === null) throw new Error(UNSAVED);
  const accepted = await api.executeDraft(session.workflow, input, to === null ? {} : { to }, newKey());
  return accepted.execution_id;
}

/** Runs a node and what follows it, with the input that it had in an execution; answers the new one. */
export async function runFrom(session: Session, execution: string | null, node: string): Promise<string> {
  const last = stateOf(useExecution.getState(), execution)?.nodes.get(node)?.last;
  if (!last || execution === null) throw new Error("this node has not run yet: run the workflow once, then from here");
  if ((await session.saver.flush()) === null) throw new Error(UNSAVED);
  const input = await inputOf(execution, last.address);
  const accepted = await api.executeDraft(session.workflow, JSON.stringify(input), { from: node }, newKey());
  return accepted.execution_id;
}

/** What went into a step, whole. */
async function inputOf(execution: string, address: string): Promise<Json> {
  const { items } = await api.steps(execution);
  const input = items.find((step) => step.address === address)?.input ?? null;
  const stand = elided(input);
  return stand ? api.value(execution, stand.ref) : input;
}

/** The first problem of a graph that cannot run, with the node that it is at by name. */
function whyInvalid({ doc }: Session, error: unknown): string | null {
  const [first, ...rest] = error instanceof ApiError && error.code === INVALID ? error.problems : [];
  const node = first?.node == null ? undefined : doc.nodes.get(first.node);
  if (!first || !node) return null;
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : "";
  return `“${titleOf(node)}” cannot run: ${first.message.replace(/\.$/, "")}${more}.`;
}

/** The list of what is wrong stands where nothing is selected. */
function showProblems({ selection }: Session, { setTab }: Pick<Parts, "setTab">): void {
  selection.clear();
  setTab("problems");
}

interface Publishing {
  /** Also where somebody published beside it. */
  over: boolean;
  /** Publishes over what somebody else did. */
  again: () => void;
  /** Lead to what must be settled or mended first. */
  parts: Pick<Parts, "setSettling" | "setTab">;
}

/** Publishes the draft and says how that went. Answers the version of the document that it was, or null where it is not published. */
export async function publishDraft(session: Session, { over, again, parts }: Publishing): Promise<number | null> {
  try {
    if ((await session.saver.flush()) === null) throw new Error("the last changes are not on the server yet; try again once they are saved");
    const { version } = session.doc;
    await api.publish(session.workflow, readMe().name, over ? (await api.workflow(session.workflow)).version : null);
    toast("ok", "Published: triggers run this version from now on.");
    return version;
  } catch (error) {
    const words = `The draft could not be published. ${whyInvalid(session, error) ?? sentence(asFailure(error))}`;
    const code = error instanceof ApiError ? error.code : "";
    // Somebody published beside this draft: theirs stays a version, whoever wants it can still take it.
    if (code === "version_changed") toast("bad", words, { label: "Publish mine over it", run: again });
    else if (code === "conflicts_open") parts.setSettling({ at: null, isAside: false, isPublishing: true });
    else if (code === INVALID) toast("bad", words, { label: "See the problems", run: () => showProblems(session, parts) });
    else toast("bad", words);
    return null;
  }
}
