// The node types as the server answers them, for tests.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { NodeType } from "../src/api/types";

const text = readFileSync(fileURLToPath(new URL("../mock/node-types.json", import.meta.url)), "utf8");

export const nodeTypes = (JSON.parse(text) as { items: NodeType[] }).items;

export function nodeType(id: string): NodeType {
  const found = nodeTypes.find((type) => type.id === id);
  if (!found) throw new Error(`there is no node type ${id}`);
  return found;
}
