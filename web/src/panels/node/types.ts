// What the node panel is given and what it gives back. The panel holds no document: values come in, changes go out.

import type { NodeType, Problem, StepError } from "../../api/types";
import type { FileNode } from "../../graph/file";
import type { User } from "../../graph/people";

/** What a field's value is known to be at the time of editing: the last data that passed this node. */
export interface NodeData {
  /** The step's input, as expressions call it; undefined where it never ran. */
  input?: unknown;
  /** Each input by the id of the node it comes from. */
  inputs?: { readonly [node: string]: unknown };
  /** The element worked on and its place, where the node stands in a loop. */
  item?: unknown;
  index?: number;
  /** What the step answered, and the ports it left by (null: the only one). */
  output?: unknown;
  ports?: readonly string[] | null;
  error?: StepError | null;
  /** Outputs of other nodes, nearest first: what expressions call `nodes.<id>.output`. */
  nodes: readonly NodeOutput[];
  trigger?: unknown;
  vars?: { readonly [name: string]: unknown };
  constants?: { readonly [name: string]: unknown };
  context?: { readonly [name: string]: unknown };
  /** Where all this comes from; null where nothing ran yet. */
  source: DataSource | null;
}

export interface NodeOutput {
  id: string;
  label: string;
  type: string;
  /** undefined where it has not run. */
  output?: unknown;
}

export interface DataSource {
  /** The execution: large values are fetched from it. */
  execution: string;
  /** The step's address in it. */
  address: string;
  /** When the step ended, ms since 1970; null while it runs. */
  at: number | null;
  status: string;
  attempts?: number;
  duration_ms?: number | null;
}

/** A path is `data/<key>` (`~` and `/` in keys as `~0` and `~1`) or a top-level key of the node; undefined unsets it. */
export interface Changes {
  readonly [path: string]: unknown;
}

export interface SetOptions {
  /** Changes with the same key that follow each other closely are one step of undo. */
  join?: string;
  /** What the step is called in the history. */
  label?: string;
}

export type SetFields = (fields: Changes, options?: SetOptions) => void;

/** How a text is read: a field with `{{ }}`, a bare expression, or a condition, which may begin with a comparison. */
export type ExpressionKind = "template" | "expression" | "condition";

/** What `POST /expressions/evaluate` takes, beside the text. */
export interface EvaluateData {
  input?: unknown;
  inputs?: unknown;
  item?: unknown;
  index?: number;
  nodes?: { readonly [id: string]: unknown };
  trigger?: unknown;
  vars?: unknown;
  context?: unknown;
  const?: unknown;
}

export type Evaluated = { ok: true; value: unknown } | { ok: false; code: string; message: string };

/** Rejects where the server cannot be asked. `evaluateOnServer` in `evaluate.ts` is the one to pass. */
export type Evaluate = (kind: ExpressionKind, text: unknown, against: EvaluateData, signal: AbortSignal) => Promise<Evaluated>;

export interface Neighbour {
  id: string;
  label: string;
  type: string;
  /** The port the edge leaves by, where it is named. */
  port?: string | null;
}

export type PanelTab = "parameters" | "settings" | "input" | "output" | "docs";

export interface NodePanelProps {
  node: FileNode;
  /** undefined where the server knows no such type (or the types are not there yet: `typesPending`). */
  type: NodeType | undefined;
  typesPending?: boolean;
  /** Those of this node. */
  problems: readonly Problem[];
  data: NodeData;
  set: SetFields;
  evaluate: Evaluate;
  /** Side by side: input, parameters, output. */
  wide: boolean;
  onWide: (wide: boolean) => void;
  onClose: () => void;
  /** Nodes that lead here, and those it leads to, in the order of the edges. */
  neighbours: { previous: readonly Neighbour[]; next: readonly Neighbour[] };
  onStep: (to: "previous" | "next" | string) => void;
  /** Tabs can be steered from outside, e.g. by a problem in a list; else the panel remembers the one that was open. */
  tab?: PanelTab | undefined;
  onTab?: ((tab: PanelTab) => void) | undefined;
  /** A parameter (as problems name it: `cases[0].when`) to show and focus; a new `key` does it again. */
  reveal?: { path: string; key: number } | undefined;
  /** Runs what this node needs and the node; absent where it cannot run. */
  onRunTo?: (() => void) | undefined;
  running?: boolean;
  /** Who else is in a field, by the key of the node's data. */
  editors?: ReadonlyMap<string, readonly User[]> | undefined;
  /** Workflows to choose from, for parameters that name one. */
  workflows?: readonly { id: string; name: string }[];
}

/** The path of a key of `node.data`. */
export function dataPath(key: string): string {
  return `data/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
