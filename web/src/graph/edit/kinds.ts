// What editing must know of a node type: its names, its ports, and what a new node of it begins with.

import type { FileNode } from "../file";
import { titleOf } from "../summary";
import { isContainer as isContainerType } from "./connect";

/** What a dragged node type is called in a transfer. */
export const DRAGGED_KIND = "application/x-tidemill-node";

/** A node type as the server describes it, as far as editing reads it. */
export interface Kind {
  id: string;
  aliases?: readonly string[];
  name: string;
  category: string;
  summary: string;
  icon?: string | null;
  inputs: readonly KindPort[];
  outputs: readonly KindPort[];
  dynamic_outputs: boolean;
  schema: { readonly [key: string]: unknown } | null;
}

export type KindPort = string | { name: string };

/** Node types by every name a file may call them. */
export type Kinds = ReadonlyMap<string, Kind>;

/** `textOpNode`, `no-op` and `Set Fields` as ids are written: `text_op`, `no_op`, `set_fields`. */
function plainName(name: string): string {
  return name
    .replace(/_?[Nn]ode$/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[\s_-]+/g, "_")
    .toLowerCase();
}

export function kindOf<K = Kind>(kinds: ReadonlyMap<string, K>, type: string | undefined): K | null {
  if (!type) return null;
  return kinds.get(type) ?? kinds.get(plainName(type)) ?? null;
}

export function takesInput(kind: Kind | null): boolean {
  return kind === null || kind.inputs.length > 0;
}

/** Whether nodes may stand inside of it and run there. */
export function isContainer(kind: Kind | null): boolean {
  return kind !== null && isContainerType(kind.id);
}

/** What a node is called, by the types that are known. */
export function nameOf(node: FileNode | null, kinds: ReadonlyMap<string, { name: string }>): string {
  return node ? titleOf(node, kindOf(kinds, node.type)?.name ?? null) : "";
}

/** Whether it starts executions: it has no input and belongs to the triggers. */
export function isTrigger(kind: Kind | null): boolean {
  return kind !== null && kind.category === "trigger";
}

type Schema = { readonly [key: string]: unknown };

/** Parameters by name, as the schema describes them. */
export function propertiesOf(kind: Kind | null): ReadonlyMap<string, Schema> {
  const properties = kind?.schema?.["properties"];
  if (typeof properties !== "object" || properties === null) return new Map();
  return new Map(Object.entries(properties).filter((entry): entry is [string, Schema] => typeof entry[1] === "object" && entry[1] !== null));
}

/**
 * What a new node holds: parameters that must be there and have a value to begin with. What may be absent stays absent: its
 * default holds without being written, and a file shows what somebody has chosen.
 */
export function defaultsOf(kind: Kind | null): Record<string, unknown> {
  const required = kind?.schema?.["required"];
  const data: Record<string, unknown> = {};
  const properties = propertiesOf(kind);
  for (const name of Array.isArray(required) ? required : []) {
    const schema = typeof name === "string" ? properties.get(name) : undefined;
    if (!schema || typeof name !== "string") continue;
    const options = schema["enum"];
    const first = schema["default"] ?? (Array.isArray(options) ? options[0] : undefined);
    if (first !== undefined) data[name] = structuredClone(first);
  }
  return data;
}
