// Writes src/api/schema.ts, the types of the HTTP contract, from the document that the server's own test keeps true: npm run api

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import openapi, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../docs/openapi.json", import.meta.url);
const SCHEMA = new URL("../src/api/schema.ts", import.meta.url);
const HEAD = "// @generated from docs/openapi.json by `npm run api`: change the server's routes, not this file.\n\n";

/** What src/api/schema.ts must say for a document. */
export async function schemaOf(document) {
  return HEAD + astToString(await openapi(unnamed(document), { emptyObjectsUnknown: true, silent: true }));
}

/** The document without the names of its operations: calls here are typed by method and path. */
function unnamed(document) {
  const copy = structuredClone(document);
  for (const item of Object.values(copy.paths)) {
    for (const operation of Object.values(item)) if (typeof operation === "object" && !Array.isArray(operation)) delete operation.operationId;
  }
  return copy;
}

export const readDocument = () => JSON.parse(readFileSync(DOCUMENT, "utf8"));
export const readSchema = () => readFileSync(SCHEMA, "utf8");

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const text = await schemaOf(readDocument());
  const changed = text !== readSchema();
  if (changed) writeFileSync(SCHEMA, text);
  console.log(`${fileURLToPath(SCHEMA)} ${changed ? "written" : "is up to date"}`);
}
