// The ports of a node, from its type and its parameters.

type Port = string | { name: string };

/** What a node type says of its ports. */
export interface PortsOf {
  inputs: readonly Port[];
  outputs: readonly Port[];
  /** Whether its outputs depend on parameters. */
  dynamic_outputs: boolean;
}

type Data = Readonly<Record<string, unknown>>;

const nameOf = (port: Port) => (typeof port === "string" ? port : port.name);
const PORTS_MOST = 64;

/** A node as far as its ports depend on it. */
interface Holding {
  data?: unknown;
}

/** The names of the ports a node is entered by; one of its own where its type is not known. */
export function inputsOf(kind: Partial<PortsOf> | null | undefined): string[] {
  return kind?.inputs ? kind.inputs.map(nameOf) : ["in"];
}

/** The names of the ports a node is left by, each once, the one for failures last. */
export function outputsOf(node: Holding | null | undefined, kind: Partial<PortsOf> | null | undefined): string[] {
  const ports = successesOf(node, kind);
  return dataOf(node)["on_error"] === "route" && ports.length > 0 ? [...new Set([...ports, "error"])] : ports;
}

/** What edges call the ports a node is left by when all went well: null where there is but one, which needs no name. */
export function handlesOf(node: Holding | null | undefined, kind: Partial<PortsOf> | null | undefined): (string | null)[] {
  const ports = successesOf(node, kind);
  // A port that parameters made has a name to go by even where it is alone: without it an edge goes with any choice.
  const isNamed = ports.length > 1 || (kind?.dynamic_outputs === true && ports[0] !== declaredOf(kind)[0]);
  return isNamed ? ports : ports.map(() => null);
}

function successesOf(node: Holding | null | undefined, kind: Partial<PortsOf> | null | undefined): string[] {
  const declared = declaredOf(kind);
  return [...new Set(kind?.dynamic_outputs ? dynamicPorts(dataOf(node), declared) : declared)].slice(0, PORTS_MOST);
}

function declaredOf(kind: Partial<PortsOf> | null | undefined): string[] {
  return kind?.outputs ? kind.outputs.map(nameOf) : kind?.dynamic_outputs ? [] : ["out"];
}

function dataOf(node: Holding | null | undefined): Data {
  return typeof node?.data === "object" && node.data !== null ? (node.data as Data) : {};
}

/** By what is set rather than by the type, which has other names in files of others. */
function dynamicPorts(data: Data, declared: string[]): string[] {
  const cases = list(data["cases"]).map(caseName);
  if (cases.length > 0) return cases;
  const named = names(data["paths"]).concat(names(data["ports"]));
  if (named.length > 0) return named;
  const failure = data["error_output_path"];
  return typeof failure === "string" && failure !== "" ? declared.map((port) => (port === "error" ? failure : port)) : declared;
}

function caseName(one: unknown): string {
  const { output_path: path, is_default: isDefault } = (typeof one === "object" && one !== null ? one : {}) as Data;
  if (typeof path === "string" && path !== "") return path;
  return isDefault === true ? "default" : "matched";
}

function names(value: unknown): string[] {
  return list(value).filter((name): name is string => typeof name === "string" && name !== "");
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, PORTS_MOST) : [];
}
