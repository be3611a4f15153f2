// An editor of the real program whose versions are the mock's: a draft that differs from each of them in every way.

import { node, withEditor } from "../presence/program.mjs";
import { MockVersions, sampleTree } from "../../mock/versions.mjs";

const PROMPT = "Read the ticket below and answer with one word: urgent, billing or question. Say nothing else.";
export const DRAFT = {
  name: "Sort tickets",
  nodes: [
    node("start", "manual", 0, 0, "Ticket arrives"),
    node("ask", "set_fields", 264, 0, "Classify", { prompt: PROMPT.replace("one word", "two words at most"), fields: { model: "large" } }),
    node("send", "set_fields", 528, 40, "Send to team", { fields: { by: "post" } }),
    node("tell", "set_fields", 528, 180, "Tell the customer", { fields: { by: "mail" } }),
  ],
  edges: [{ id: "a", source: "start", target: "ask" }, { id: "b", source: "ask", target: "send" }, { id: "d", source: "ask", target: "tell" }],
};
export const OLD = {
  name: "Sort tickets",
  nodes: [DRAFT.nodes[0], node("ask", "set_fields", 264, 0, "Classify", { prompt: PROMPT, fields: { model: "small" } }), { ...DRAFT.nodes[2], position: { x: 528, y: -60 } }, node("log", "set_fields", 264, 180, "Write a log", { fields: { to: "file" } })],
  edges: [DRAFT.edges[0], DRAFT.edges[1], { id: "c", source: "start", target: "log" }],
};

export function grown(count, changed) {
  const columns = Math.ceil(Math.sqrt(count));
  const nodes = Array.from({ length: count }, (_, at) => node(`n${at}`, at === 0 ? "manual" : "set_fields", (at % columns) * 260, Math.floor(at / columns) * 110, `Step ${at}`, changed && at % 20 === 7 ? { fields: { kg: 3 } } : {}));
  if (changed) nodes.splice(50, 40);
  const ids = new Set(nodes.map(({ id }) => id));
  const edges = Array.from({ length: count - 1 }, (_, at) => ({ id: `e${at}`, source: `n${at}`, target: `n${at + 1}` })).filter(({ source, target }) => ids.has(source) && ids.has(target));
  return { name: "Large", nodes, edges };
}

export { withEditor };

/** Opens the versions of a workflow; what is asked of them is answered by `mock`. */
export async function openVersions(context, url, id, mock, { theme = "dark", width = 1440, height = 900 } = {}) {
  const page = await context.newPage();
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme });
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && !/409/.test(message.text()) && page.complaints.push(message.text()));
  await page.route(/\/api\/v1\/workflows\/[^/]+\/(versions|branches)/, async (route) => {
    const request = route.request();
    const { pathname, searchParams } = new URL(request.url());
    const answer = await mock.answer(request.method(), pathname.slice("/api/v1".length), searchParams, request.postDataJSON());
    if (!answer) return route.continue();
    return route.fulfill({ status: answer.status, contentType: answer.status < 400 ? "application/json" : "application/problem+json", body: JSON.stringify(answer.body) });
  });
  await page.goto(`${url}/editor/${id}`);
  await page.getByRole("tab", { name: "Versions" }).click({ timeout: 60_000 });
  await page.getByRole("grid", { name: /^Versions/ }).waitFor();
  return page;
}

/** The versions of a workflow that the program has; restoring puts the graph into its draft. */
export async function mockFor(context, url, id, { count = 14, old = OLD } = {}) {
  const tree = sampleTree(count, (at) => (at % 2 === 0 ? old : { ...old, nodes: old.nodes.slice(0, 3) }));
  const path = `${url}/api/v1/workflows/${id}/draft`;
  const draft = await (await context.request.get(path)).json();
  // What is published is what the draft was made from.
  const newest = tree.items.find((one) => one.id === tree.published);
  for (const one of tree.items) if (one.parent === newest.id) one.parent = draft.base;
  Object.assign(newest, { id: draft.base, graph: old });
  return new MockVersions({
    ...tree,
    published: draft.base,
    draft: { graph: draft.graph, base: draft.base },
    put: async (graph) => {
      const { rev } = await (await context.request.get(path)).json();
      const answer = await context.request.put(path, { data: graph, headers: { "if-match": `"${rev}"` } });
      if (!answer.ok()) throw new Error(`the draft was not replaced: ${answer.status()} ${await answer.text()}`);
    },
  });
}
