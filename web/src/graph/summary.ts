// The line under a node's name: what it will do, in as few words as its parameters give.

const LEADING = ["condition", "expression", "url", "path", "cron", "text", "value", "field", "op", "text_op", "code", "query", "template", "prompt", "duration"];

type Data = { readonly [key: string]: unknown };

/** A node as far as its name depends on it. */
interface Named {
  id: string;
  type?: string | null;
  data?: unknown;
}

/** What people call a node, on its card and wherever it is spoken of: its label, else what its type is called, else its id. */
export function titleOf({ id, type, data }: Named, typeName: string | null = null): string {
  const label: unknown = typeof data === "object" && data !== null ? (data as Data)["label"] : undefined;
  if (typeof label === "string" && label.trim() !== "") return label;
  return typeName ?? (type ? words(type) : id);
}

export function summaryOf(node: { id: string; type: string; data: Data }, typeName: string | null): string {
  const { data } = node;
  const method = typeof data["method"] === "string" ? `${data["method"].toUpperCase()} ` : "";
  if (Array.isArray(data["cases"])) return `${data["cases"].length} ${data["cases"].length === 1 ? "case" : "cases"}`;
  for (const key of LEADING) {
    const value = data[key];
    if (typeof value === "string" && value.trim() !== "") return method + value.trim().replace(/\s+/g, " ");
    if (typeof value === "number" || typeof value === "boolean") return method + String(value);
  }
  return typeName ?? words(node.type);
}

/** Whether a port is the ordinary one, of which nothing needs to be said. */
export function isPlainPort(port: string): boolean {
  return /^(?:out|output|main|default)$/.test(port);
}

/** `text_input` → `Text input`. */
export function words(name: string): string {
  const text = name.replace(/[._-]+/g, " ").trim();
  return text === "" ? "Node" : text.charAt(0).toUpperCase() + text.slice(1);
}
