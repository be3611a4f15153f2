// Who made a version: this device says its name where it makes one, and the list shows what was said.

import { QueryClient } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Version } from "../../src/api/types";
import { GraphDocument } from "../../src/graph/document/document";
import { publishDraft } from "../../src/pages/editor/actions";
import { restoreVersion, switchBranch } from "../../src/pages/editor/version-actions";
import { Words } from "../../src/panels/versions/version-list";
import type { Session } from "../../src/state/document";

// What ticks asks for a page.
vi.mock("../../src/ui/time", () => ({ Ago: () => "Now" }));

const VERSION: Version = { id: "v", parent: null, branch: "main", label: null, auto: false, hash: "", node_count: 1, created_at: "2026-01-01T00:00:00Z", by: null, published: false };

function shown(by: string | null) {
  const nothing = () => undefined;
  const markup = renderToStaticMarkup(<Words version={{ ...VERSION, by }} tip={null} labelling={null} onLabelling={nothing} onLabel={nothing} onEnd={nothing} />);
  return /Now(.*?)<\/span>/.exec(markup)?.[1];
}

describe("the row of a version", () => {
  it("says who made it", () => {
    expect(shown("Ada")).toBe(" by <bdi>Ada</bdi> · 1 node");
  });

  it("says nothing where nobody said, or what cannot be shown", () => {
    expect(shown(null)).toBe(" · 1 node");
    expect(shown("\u202e \n")).toBe(" · 1 node");
    expect(shown(`A\nB${"c".repeat(100)}`)).toBe(` by <bdi>A B${"c".repeat(37)}</bdi> · 1 node`);
  });
});

describe("what makes a version", () => {
  const asked: [string, unknown][] = [];

  beforeEach(() => {
    asked.length = 0;
    const me = JSON.stringify({ name: "Ada", color: "#c2410c" });
    vi.stubGlobal("localStorage", { getItem: () => me, setItem: () => undefined });
    vi.stubGlobal("fetch", async (url: string, { body }: RequestInit) => {
      if (body) asked.push([url.replace(/.*\/workflows\/w\//, ""), JSON.parse(String(body))]);
      return new Response(JSON.stringify({ base: "b", branch: "main", version: "newest", items: [] }), { status: 200 });
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  const session = { workflow: "w", base: "b", doc: new GraphDocument({ nodes: [], edges: [] }), saver: { flush: async () => 1, retry: () => undefined } } as unknown as Session;
  const given = { session, client: new QueryClient() };

  it("tells the name of this device", async () => {
    const parts = { setSettling: () => undefined, setTab: () => undefined };
    const again = () => undefined;
    await publishDraft(session, { over: false, again, parts });
    await publishDraft(session, { over: true, again, parts });
    await restoreVersion(given, VERSION, null);
    await restoreVersion(given, VERSION, "spring");
    await switchBranch(given, "main");
    expect(asked).toEqual([
      ["versions", { by: "Ada" }],
      ["versions", { by: "Ada", over: "newest" }],
      ["versions/v/restore", { by: "Ada" }],
      ["versions/v/restore", { branch: "spring", by: "Ada" }],
      ["branches/switch", { branch: "main", by: "Ada" }],
    ]);
  });
});
