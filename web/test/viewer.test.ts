// What somebody who looks on is shown of a node.

import { describe, expect, it } from "vitest";
import { factsOf } from "../src/pages/viewer/facts";

const KIND = {
  id: "http_request",
  category: "network",
  schema: {
    type: "object",
    properties: { url: { type: "string", title: "Address" }, token: { type: "string", format: "password" }, retries: { type: "integer" } },
  },
};

describe("what a node is set to", () => {
  it("is told in the order of its type, then what the type does not know, without what stands as its name", () => {
    const facts = factsOf({ id: "a", type: "http_request", data: { label: "Fetch", zone_id: [1, { deep: true }], retries: 3, url: "https://example.org" } }, KIND);
    expect(facts).toEqual([
      { key: "url", label: "Address", text: "https://example.org" },
      { key: "retries", label: "Retries", text: "3" },
      { key: "zone_id", label: "Zone id", text: '[ 1, { "deep": true } ]' },
    ]);
  });

  it("never shows a password", () => {
    const facts = factsOf({ id: "a", data: { token: "hunter2" } }, KIND);
    expect(facts).toEqual([{ key: "token", label: "Token", text: "••••••" }]);
  });

  it("never shows what sounds like one of a type that nobody knows, and nothing where none is set", () => {
    expect(factsOf({ id: "a", data: { apiKey: "k", user: "ada" } }, null).map(({ text }) => text)).toEqual(["••••••", "ada"]);
    expect(factsOf({ id: "a", data: { token: "" } }, KIND)).toEqual([]);
  });

  it("is what is there where nobody knows the type, and nothing where nothing is set", () => {
    expect(factsOf({ id: "a", data: { note: "text", empty: "" } }, null)).toEqual([{ key: "note", label: "Note", text: "text" }]);
    expect(factsOf({ id: "a" }, KIND)).toEqual([]);
  });
});
