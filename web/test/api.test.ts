// The HTTP contract: its types are those of the server's document, and calls say what the routes take.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { call, pathOf, type Answer, type Route } from "../src/api/call";
import { api } from "../src/api/calls";
import type { Workflow } from "../src/api/types";
import { readDocument, readSchema, schemaOf } from "../tools/schema.mjs";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

function answers(body: string, status = 200) {
  const asked: { url: string; init: RequestInit }[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    return new Response(body, { status });
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe("the document and its types", () => {
  it("do not drift apart", async () => {
    expect(readSchema() === (await schemaOf(readDocument())), "src/api/schema.ts is not what docs/openapi.json says: npm run api").toBe(true);
  });

  it("change together", async () => {
    const document = readDocument();
    document.components.schemas.WorkflowItem.properties.colour = { type: "string" };
    expect(readSchema() === (await schemaOf(document))).toBe(false);
  });
});

describe("a call", () => {
  it("writes its path, one part or several", () => {
    expect(pathOf("GET /workflows")).toBe("/workflows");
    expect(pathOf("GET /workflows/{id}", { id: "a/b c" })).toBe("/workflows/a%2Fb%20c");
    expect(pathOf("GET /executions/{id}/values/{reference}", { id: "e", reference: ["step@1", "out put"] })).toBe("/executions/e/values/step%401/out%20put");
  });

  it("sends method, query and JSON text as they are", async () => {
    const asked = answers('{"items":[]}');
    await api.executions({ workflow: "w&1", status: "" }, null, 5);
    await api.execute("w", '{"n":12345678901234567890}', "key");
    await api.signIn("secret");
    await api.ask("e", "pause");
    expect(asked.map(({ url, init }) => [init.method, url, init.body])).toEqual([
      ["GET", "/api/v1/executions?workflow=w%261&limit=5", undefined],
      ["POST", "/api/v1/workflows/w/execute", '{"input":{"n":12345678901234567890}}'],
      ["POST", "/api/v1/session", '{"token":"secret"}'],
      ["POST", "/api/v1/executions/e/pause", undefined],
    ]);
    expect(asked[1]?.init.headers).toMatchObject({ "idempotency-key": "key", "content-type": "application/json" });
    expect(asked[3]?.init.headers).not.toHaveProperty("content-type");
  });

  it("of lists, bulks and forks takes what the document says", async () => {
    const asked = answers('{"items":[]}');
    await api.workflowWindow({ q: "", sort: "name", tag: ["a", "b"], folder: "", active: "false" }, 200, 50, false);
    await api.workflowWindow({ q: "x", sort: "name", tag: [], folder: "", active: "" }, 0, 50, true);
    await api.bulkWorkflows({ ids: ["w"] }, "tag", { tags: ["new"] });
    await api.fork("e/1", "step", '{"n":12345678901234567890}', "key");
    await api.bulkOf("b/1");
    expect(asked.map(({ url, init }) => [init.method, url, init.body])).toEqual([
      ["GET", "/api/v1/workflows?sort=name&tag=a&tag=b&active=false&skip=200&limit=50&total=false&preview=true", undefined],
      ["GET", "/api/v1/workflows?q=x&sort=name&skip=0&limit=50&total=true&preview=true", undefined],
      ["POST", "/api/v1/workflows/bulk", '{"ids":["w"],"action":"tag","tags":["new"]}'],
      ["POST", "/api/v1/executions/e%2F1/fork", '{"from":"step","output":{"n":12345678901234567890}}'],
      ["GET", "/api/v1/executions/bulk/b%2F1", undefined],
    ]);
  });

  it("goes by its route, so that the document is asked about it", () => {
    const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
    const loose = files.filter((name) => /\bcallJson\b/.test(readFileSync(join(SRC, name), "utf8")));
    expect(loose.sort()).toEqual(["api/call.ts", "api/client.ts"]);
  });

  it("is refused by the compiler where the document has no such thing", () => {
    const none = () => {
      // @ts-expect-error there is no such route
      void call("GET /workflow/{id}", { path: { id: "w" } });
      // @ts-expect-error the route has no such verb
      void call("PATCH /workflows", {});
      // @ts-expect-error the path needs an id
      void call("GET /workflows/{id}");
      // @ts-expect-error no such part of the query
      void call("GET /workflows", { query: { colour: "red" } });
      // @ts-expect-error a field of the body is missing
      void call("POST /session", { body: {} });
      // @ts-expect-error the route takes no body
      void call("POST /executions/{id}/cancel", { path: { id: "e" }, text: "{}" });
    };
    expect(none).toBeTypeOf("function");
    const route: Route = "GET /workflows/{id}";
    const answer = (workflow: Workflow): Answer<typeof route> => workflow;
    expect(answer).toBeTypeOf("function");
  });
});
