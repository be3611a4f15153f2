// The ports of a node, from its type and its parameters.

import type { FileNode } from "../file";

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

/** The names of the ports a node is entered by; one of its own where its type is not known. */
export function inputsOf(kind: Partial<PortsOf> | undefined): string[] {
  return kind?.inputs ? kind.inputs.map(nameOf) : ["in"];
}

/** The names of the ports a node is left by, each once, the one for failures last. */
export function outputsOf(node: FileNode, kind: Partial<PortsOf> | undefined): string[] {
  const data: Data = typeof node.data === "object" && node.data !== null ? node.data : {};
  const ports = kind?.dynamic_outputs ? dynamicPorts(data, (kind.outputs ?? []).map(nameOf)) : kind?.outputs ? kind.outputs.map(nameOf) : ["out"];
  if (data["on_error"] === "route" && ports.length > 0) ports.push("error");
  return [...new Set(ports)].slice(0, PORTS_MOST);
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
