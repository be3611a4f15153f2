// A JSON Schema of a node type as a plain list of parameters.

export interface Parameter {
  name: string;
  type: string;
  required: boolean;
  help: string;
  /** What holds when it is not set, as JSON text; null when the schema does not say. */
  fallback: string | null;
}

type Schema = { readonly [key: string]: unknown };

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function parametersOf(schema: unknown): Parameter[] {
  if (!isObject(schema) || !isObject(schema["properties"])) return [];
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(schema["properties"]).map(([name, part]) => {
    const one = isObject(part) ? part : {};
    return {
      name,
      type: typeWord(one),
      required: required.includes(name),
      help: typeof one["description"] === "string" ? one["description"] : "",
      fallback: one["default"] === undefined ? null : JSON.stringify(one["default"]),
    };
  });
}

function typeWord(part: Schema): string {
  if (Array.isArray(part["enum"])) return part["enum"].map(String).join(" | ");
  if (part["const"] !== undefined) return JSON.stringify(part["const"]);
  const choices = part["oneOf"] ?? part["anyOf"];
  if (Array.isArray(choices)) return [...new Set(choices.filter(isObject).map(typeWord))].join(" or ");
  const { type } = part;
  if (Array.isArray(type)) return type.map(String).join(" or ");
  if (type === "array") return isObject(part["items"]) ? `list of ${typeWord(part["items"])}` : "list";
  return typeof type === "string" ? type : "any value";
}
