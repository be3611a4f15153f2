// Files of n8n: nodes with `parameters`, edges as `connections` by name. Types with an honest equal here become that; others
// keep everything they have under their own name, and cannot run.

import { NODE_W, type FileEdge, type FileNode } from "../file";
import { kindOf, type Kinds } from "../edit/kinds";
import { stemOf } from "../edit/names";
import { expressionsIn } from "./n8n-words";
import { TYPES, type Foreign, type Mapped } from "./n8n-types";
import type { ImportNote, Recognised } from "./recognise";
import { isRow, textOf, type Row } from "./row";

export function isN8n(graph: Row): boolean {
  const nodes = (graph["nodes"] as unknown[]).filter(isRow);
  return isRow(graph["connections"]) || nodes.some((node) => isRow(node["parameters"]) && Array.isArray(node["position"]));
}

interface Taken {
  id: string;
  mapped: Mapped | null;
}

export function fromN8n(graph: Row, kinds: Kinds): Recognised {
  const notes: ImportNote[] = [];
  const ids = new Set<string>();
  const byName = new Map<string, Taken>();
  const pins = isRow(graph["pinData"]) ? graph["pinData"] : {};
  const nodes = (graph["nodes"] as unknown[]).filter(isRow).map((row, at) => {
    const foreign = foreignOf(row, at);
    const id = freeId(stemOf(foreign.name), ids);
    const mapped = mappedOf(foreign, kinds, notes, id);
    if (!byName.has(foreign.name)) byName.set(foreign.name, { id, mapped });
    return nodeOf(foreign, id, mapped, pins[foreign.name], notes);
  });
  const edges = edgesOf(isRow(graph["connections"]) ? graph["connections"] : {}, byName, notes);
  if (nodes.some((node) => node.type !== "note")) {
    notes.push({ node: null, message: "n8n runs a node once for each item; here a node gets the whole input once. Lists are walked by “For each”, or by expressions" });
  }
  const name = textOf(graph["name"]);
  return { source: "n8n", file: name === "" ? {} : { name }, nodes, edges, notes };
}

function foreignOf(row: Row, at: number): Foreign {
  const type = textOf(row["type"]) || "unknown";
  return {
    row,
    type,
    short: type.replace(/^.*\./, ""),
    version: typeof row["typeVersion"] === "number" ? row["typeVersion"] : 1,
    name: textOf(row["name"]) || `Node ${at + 1}`,
    parameters: isRow(row["parameters"]) ? row["parameters"] : {},
  };
}

function freeId(stem: string, taken: Set<string>): string {
  let id = stem;
  for (let n = 2; taken.has(id); n += 1) id = `${stem}_${n}`;
  taken.add(id);
  return id;
}

/** Null where no type here does what it does. */
function mappedOf(foreign: Foreign, kinds: Kinds, notes: ImportNote[], id: string): Mapped | null {
  const isBase = /^n8n-nodes-base\.|^@n8n\/n8n-nodes-base\./.test(foreign.type) || !foreign.type.includes(".");
  const mapped = isBase ? (TYPES.get(foreign.short)?.(foreign) ?? null) : null;
  if (mapped && kindOf(kinds, mapped.type)) return mapped;
  notes.push({ node: id, message: `There is no equal of n8n's “${foreign.short}”: the node keeps all it has and cannot run` });
  return null;
}

function nodeOf(foreign: Foreign, id: string, mapped: Mapped | null, pinned: unknown, notes: ImportNote[]): FileNode {
  const at = Array.isArray(foreign.row["position"]) ? foreign.row["position"] : [];
  const position = Number.isFinite(at[0]) && Number.isFinite(at[1]) ? { position: { x: at[0] as number, y: at[1] as number } } : {};
  if (mapped?.type === "note") {
    const { height, width } = foreign.parameters;
    return { id, type: "note", ...position, width: sizeOr(width, NODE_W + 32), height: sizeOr(height, 160), data: mapped.data };
  }
  const settings = settingsOf(foreign, pinned);
  if (!mapped) {
    const { name: _name, position: _position, id: _id, parameters: _parameters, type: _type, ...kept } = foreign.row;
    return { id, type: foreign.type, ...position, data: { label: foreign.name, ...settings, ...expressionsIn(foreign.parameters), n8n: kept } };
  }
  const left = Object.keys(mapped.left).length > 0 || isRow(foreign.row["credentials"]);
  const credentials = isRow(foreign.row["credentials"]) ? { credentials: foreign.row["credentials"] } : {};
  for (const message of mapped.notes) notes.push({ node: id, message });
  if (left) {
    const names = [...Object.keys(mapped.left), ...Object.keys(credentials)].join(", ");
    notes.push({ node: id, message: `Not taken over: ${names}. It is kept under “n8n”` });
  }
  const extra = left ? { n8n: { type: foreign.type, typeVersion: foreign.version, parameters: mapped.left, ...credentials } } : {};
  return { id, type: mapped.type, ...position, data: { label: foreign.name, ...settings, ...mapped.data, ...extra } };
}

function sizeOr(value: unknown, usual: number): number {
  return typeof value === "number" && value > 0 && value < 20_000 ? Math.round(value) : usual;
}

/** What both know of every node: notes, off, retries, errors, pinned output. */
function settingsOf({ row }: Foreign, pinned: unknown): Row {
  const settings: Row = {};
  if (textOf(row["notes"]) !== "") settings["notes"] = textOf(row["notes"]);
  if (row["disabled"] === true) settings["disabled"] = true;
  if (row["retryOnFail"] === true) {
    const wait = typeof row["waitBetweenTries"] === "number" ? row["waitBetweenTries"] : 1_000;
    settings["retry"] = { max_attempts: typeof row["maxTries"] === "number" ? row["maxTries"] : 3, backoff_strategy: "constant", initial_delay: wait };
  }
  if (row["onError"] === "continueErrorOutput") settings["on_error"] = "route";
  else if (row["onError"] === "continueRegularOutput" || row["continueOnFail"] === true) settings["on_error"] = "continue";
  if (Array.isArray(pinned) && pinned.length > 0) {
    const items = pinned.map((item: unknown) => (isRow(item) && "json" in item ? item["json"] : item));
    settings["pinned"] = items.length === 1 ? items[0] : items;
  }
  return settings;
}

/** `connections[name].main[output][n] = {node, type, index}`. */
function edgesOf(connections: Row, byName: ReadonlyMap<string, Taken>, notes: ImportNote[]): FileEdge[] {
  const edges: FileEdge[] = [];
  for (const [name, ways] of Object.entries(connections)) {
    const from = byName.get(name);
    if (!from || !isRow(ways)) continue;
    for (const [way, outputs] of Object.entries(ways)) {
      if (!Array.isArray(outputs)) continue;
      outputs.forEach((targets: unknown, output) => {
        for (const target of Array.isArray(targets) ? targets : []) {
          const to = isRow(target) ? byName.get(textOf(target["node"])) : undefined;
          if (!to) {
            notes.push({ node: from.id, message: "An edge led to a node that is not there" });
            continue;
          }
          edges.push(edgeOf(from, to, way, output, isRow(target) && typeof target["index"] === "number" ? target["index"] : 0, edges.length));
        }
      });
    }
  }
  return edges;
}

function edgeOf(from: Taken, to: Taken, way: string, output: number, input: number, at: number): FileEdge {
  const ports = from.mapped?.ports ?? [];
  const isMain = way === "main";
  const port = isMain ? (ports[output] ?? (from.mapped === null && output > 0 ? `output_${output}` : output > 0 ? (from.mapped?.rest ?? null) : null)) : way;
  const handle = isMain ? (to.mapped === null && input > 0 ? `input_${input}` : null) : way;
  return { id: `e${at + 1}`, source: from.id, target: to.id, ...(port !== null && { sourceHandle: port }), ...(handle !== null && { targetHandle: handle }) };
}

