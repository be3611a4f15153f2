// Which addresses start a workflow.

import type { FileGraph } from "./file";

export interface Webhook {
  node: string;
  method: string;
  /** From the root of the server. */
  path: string;
}

const TYPES = /^webhook(?:_trigger)?$/;

/** Webhooks of a graph; one without a path answers at its workflow's id. */
export function webhooksOf(graph: FileGraph, workflow: string): Webhook[] {
  return graph.nodes
    .filter((node) => TYPES.test(node.type ?? "") && node.data?.["disabled"] !== true)
    .map(({ id, data }) => {
      const said = data?.["method"] ?? data?.["methods"] ?? "POST";
      const method = (Array.isArray(said) ? said : [said]).join(", ").toUpperCase();
      const path = typeof data?.["path"] === "string" ? data["path"].replace(/^\/+|\/+$/g, "") : "";
      return { node: id, method, path: `/hooks/${path === "" ? workflow : path}` };
    });
}
