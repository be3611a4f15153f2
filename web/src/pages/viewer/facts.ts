// What a node is set to, as words: for who reads it and changes nothing.

import type { NodeType } from "../../api/types";
import type { FileNode } from "../../graph/file";
import { fieldsOfType } from "../../graph/parameter/fields";
import { words } from "../../graph/summary";
import { textOf } from "../../panels/versions/words";

const HIDDEN = "••••••";
/** What keys of a type that nobody knows are called where they hold what nobody should read. */
const SECRET = /password|passwd|secret|token|api_?key|authorization|credential/i;

interface Fact {
  key: string;
  label: string;
  text: string;
}

/** What a node is set to, in the order of its type's fields; what nobody should read over a shoulder is not shown. */
export function factsOf({ data = {} }: FileNode, kind: Pick<NodeType, "id" | "category" | "schema"> | null): Fact[] {
  const fields = kind ? fieldsOfType(kind) : [];
  const known = new Map(fields.map((field) => [field.key, field]));
  const keys = [...fields.map(({ key }) => key).filter((key) => key in data), ...Object.keys(data).filter((key) => !known.has(key))];
  return keys.flatMap((key) => {
    const [text, field] = [textOf(data[key]), known.get(key)];
    const isSecret = field ? field.widget === "password" : SECRET.test(key);
    return key === "label" || text === "" ? [] : [{ key, label: known.get(key)?.label || words(key), text: isSecret ? HIDDEN : text }];
  });
}
