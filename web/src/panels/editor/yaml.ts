// Reads YAML. A chunk of its own: most people never paste any.

import { parse } from "yaml";

/** Throws in words where it is none. Aliases are bounded, so that a small text does not become a large value. */
export function readYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, prettyErrors: true, strict: false }) as unknown;
  } catch (error) {
    throw new Error(`It is no YAML: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : ""}`);
  }
}
