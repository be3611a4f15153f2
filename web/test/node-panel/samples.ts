// Nodes, problems and data for the page that shows the node panel alone.

import type { Problem } from "../../src/api/types";
import type { FileNode } from "../../src/graph/file";
import type { NodeData } from "../../src/panels/node/types";

export const NODES: readonly FileNode[] = [
  { id: "tickets", type: "webhook", data: { label: "New ticket", path: "tickets", auth: "basic", username: "desk", password: "secret" } },
  { id: "route", type: "switch", data: { label: "Route by urgency", cases: [{ when: "input.label == \"urgent\"", output_path: "on_call" }, { when: "input.label == 'billing' && input.score > 0.8", output_path: "finance" }, { is_default: true, output_path: "later" }], timeout: "30s" } },
  {
    id: "page",
    type: "http",
    data: {
      label: "Page on-call", method: "POST", url: "https://api.pager.example/v2/{{ input.customer.toLowerCase() }}", headers: { "content-type": "application/json", "x-ticket": "{{ input.id }}" },
      body: { title: "{{ input.subject }}", tags: ["a", "b"] }, retry: { max_attempts: 3, initial_delay: "2s" }, on_error: "route", zone_of_thought: { kept: true }, limits: { concurrency: 2, rate_limit: { limit: 10, per: "1m" } },
    },
  },
  { id: "check", type: "condition", data: { label: "Is it large?", rules: { combine: "and", rules: [{ left: "{{ input.score }}", operator: "greater", right: 0.5, type: "number" }, { combine: "or", rules: [{ left: "{{ input.customer }}", operator: "starts_with", right: "Nord", ignore_case: true }, { left: "{{ input.due }}", operator: "less", right: "2026-12-01", type: "date" }] }] } } },
  { id: "keep", type: "filter", data: { label: "Keep the open ones", condition: "item.open && item.score > 0.5", items: "{{ input.history }}" } },
  { id: "fields", type: "set_fields", data: { label: "Shape it", fields: { id: "{{ input.id }}", note: "seen", count: 3, urgent: true, nested: { a: 1 } }, include_input: false } },
  { id: "wait", type: "delay", data: { label: "Wait a while", duration: "1h30m" } },
  { id: "code", type: "javascript", data: { label: "Compute", code: "// The body of a function\nconst total = input.history.reduce((sum, one) => sum + one.score, 0);\nreturn { total, urgent: input.label === \"urgent\" };\n" } },
  { id: "nightly", type: "schedule", data: { label: "Each night", cron: "30 2 * * *", zone: "Europe/Amsterdam" } },
  { id: "sums", type: "aggregate", data: { label: "Sums", fields: [{ name: "total", aggregate: "sum", field: "amount" }, { aggregate: "count" }] } },
  { id: "strange", type: "quantum_leap", data: { label: "From elsewhere", depth: 3, nested: { kept: [1, 2] } } },
  { id: "rtl", type: "text_input", data: { label: "רשימת לקוחות חדשים", text: "שלום {{ input.customer }}, מה שלומך?", notes: "هذه ملاحظة" } },
  { id: "large", type: "text_input", data: { label: "x".repeat(1_000_000), text: "Lorem ipsum dolor sit amet. ".repeat(40_000), pinned: { text: "fixed" } } },
  { id: "bare", type: "http", data: {} },
];

export const PROBLEMS: Readonly<Record<string, readonly Problem[]>> = {
  route: [{ code: "bad_expression", severity: "error", node: "route", path: "cases[1].when", message: "syntax: unexpected token", suggestion: null }],
  page: [
    { code: "bad_parameter", severity: "error", node: "page", path: "url", message: "an address begins with http:// or https://", suggestion: "write https://" },
    { code: "limits_unused", severity: "warning", node: "page", path: "limits.rate_limit.per", message: "limits.rate_limit.per is a span of time, like \"90s\" or \"2h\"" },
    { code: "input_shape_varies", severity: "warning", node: "page", path: null, message: "the input is one value or an object of several, as edges are taken" },
  ],
  strange: [{ code: "unknown_type", severity: "error", node: "strange", path: "type", message: "there is no node type \"quantum_leap\"", suggestion: "list the node types with `tidemill node-types`" }],
};

const INPUT = {
  id: 48213, label: "urgent", score: 0.94, customer: "Nordlys AS", subject: "Invoice shows the wrong total", due: "2026-11-28", "first name": "Ada", empty: null, open: true,
  history: [{ id: 1, open: true, score: 0.3, tags: ["new"] }, { id: 2, open: true, score: 0.8, tags: [] }, { id: 3, open: false, score: 0.9 }],
};

export function dataOf(id: string): NodeData {
  if (id === "bare") return { nodes: [], source: null };
  const input: unknown = id === "large" ? { rows: Array.from({ length: 20_000 }, (_, n) => ({ n, text: `row ${n} of a large value`, even: n % 2 === 0 })) } : INPUT;
  return {
    input,
    inputs: { tickets: INPUT },
    output: id === "page" ? undefined : input,
    ports: id === "route" ? ["on_call"] : null,
    error: id === "page" ? { code: "http_503", message: "the server at api.pager.example answered 503: try again later", node: "page" } : null,
    nodes: [
      { id: "classify", label: "Classify", type: "http", output: { label: "urgent", confidence: 0.94 } },
      { id: "tickets", label: "New ticket", type: "webhook", output: INPUT },
      { id: "later", label: "Not run yet", type: "http" },
    ],
    vars: { region: "eu" },
    source: { execution: "8f31c2d4-0000", address: id, at: Date.now() - 2_000, status: id === "page" ? "failed" : "succeeded", attempts: id === "page" ? 3 : 1, duration_ms: 38 },
  };
}
