// The versions of one workflow as the server tells them: a tree with branches, labels and automatic ones, and what restoring,
// switching and merging answer. Nothing is kept; `put` brings a graph into the draft.

const NOT_FOUND = { status: 404, body: { title: "Not found", status: 404, code: "not_found", detail: "there is no such version" } };
const refused = (code, detail) => ({ status: 409, body: { title: "Conflict", status: 409, code, detail } });

/** `items`, newest first: `{id, parent, branch, label, auto, created_at, graph}`. */
export class MockVersions {
  constructor({ items, published, draft, put = async () => {} }) {
    Object.assign(this, { items: [...items], published, draft: { branch: "main", base: published, graph: null, ...draft }, put, conflicts: 0, isOpen: false, made: 0 });
  }

  item({ graph, ...rest }) {
    return { ...rest, hash: rest.id, node_count: graph.nodes.length, published: rest.id === this.published };
  }

  /** Answers `{status, body}`, or null where the address is another's. */
  async answer(method, path, query, body) {
    const [, what, id, verb] = /^\/workflows\/[^/]+\/(versions|branches)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
    if (!what || (what === "versions" && !id && method !== "GET")) return null;
    if (what === "branches") return this.switchTo(body.branch);
    if (!id) return { status: 200, body: this.page(query) };
    const version = this.items.find((one) => one.id === id);
    if (!version) return NOT_FOUND;
    if (method === "GET") return { status: 200, body: { ...this.item(version), graph: version.graph } };
    if (method === "PATCH") version.label = body.label;
    if (method === "PATCH") return { status: 200, body: this.item(version) };
    if (verb === "restore") return this.restore(version, body.branch ?? null);
    return this.merge(version);
  }

  page(query) {
    const from = Number(query.get("cursor") ?? 0);
    const limit = Number(query.get("limit") ?? 50);
    return { items: this.items.slice(from, from + limit).map((one) => this.item(one)), next_cursor: from + limit < this.items.length ? String(from + limit) : null };
  }

  async take(version, branch, base) {
    if (this.isOpen) return refused("conflicts_open", "settle the conflicts first");
    this.made += 1;
    const kept = { id: `kept${this.made}`, parent: this.draft.base, branch: this.draft.branch, label: `before restoring ${version.label ?? version.id}`, auto: true, created_at: new Date().toISOString(), graph: this.draft.graph ?? version.graph };
    this.items.unshift(kept);
    this.draft = { branch, base, graph: version.graph };
    await this.put(version.graph);
    return { status: 200, body: { rev: this.made + 1, epoch: this.made + 1, base, branch, changed: true, updated_at: kept.created_at } };
  }

  restore(version, branch) {
    if (branch === null) return this.take(version, this.draft.branch, this.draft.base);
    if (branch === "main" || this.items.some((one) => one.branch === branch)) return refused("branch_exists", "the name is taken");
    return this.take(version, branch, version.id);
  }

  switchTo(branch) {
    const tip = this.items.find((one) => one.branch === branch && !one.auto);
    return tip ? this.take(tip, branch, tip.id) : NOT_FOUND;
  }

  merge(version) {
    if (this.isOpen) return refused("conflicts_open", "settle the conflicts first");
    this.merged = version.id;
    return { status: 200, body: { rev: 9, epoch: 1, conflicts: this.conflicts } };
  }
}

/** A tree of so many versions of a graph: a main line, a branch beside it, and automatic ones. */
export function sampleTree(count, graphOf, now = Date.now()) {
  const items = [];
  let [main, side] = [null, null];
  for (let at = 0; at < count; at += 1) {
    const auto = at % 4 === 3;
    const onSide = at > 2 && at % 5 === 2;
    const parent = onSide ? (side ?? main) : main;
    const one = { id: `v${at}`, parent, branch: onSide ? "spring" : "main", label: at % 6 === 1 ? `Release ${at}` : null, auto: auto && !onSide, created_at: new Date(now - (count - at) * 3_600_000).toISOString(), graph: graphOf(at) };
    items.unshift(one);
    if (onSide) side = one.id;
    else if (!auto) main = one.id;
  }
  return { items, published: main };
}
