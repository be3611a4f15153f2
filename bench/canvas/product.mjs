// The product itself: `tidemill serve` with a data folder of its own, graphs put into it over its API.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const START_MS = 30_000;
/** What a workflow is before its graph is put in: a file that may run. */
const SEED = { nodes: [{ id: "n0", type: "manual", position: { x: 0, y: 0 } }], edges: [] };

export class Product {
  #program;
  #child;
  #folder;

  /** `link`: what it printed for whoever opens it in a browser; it works once. */
  constructor(program, child, folder, link) {
    this.#program = program;
    this.#child = child;
    this.#folder = folder;
    this.link = link;
    this.url = new URL(link).origin;
    this.token = readFileSync(join(folder, "api-token"), "utf8").trim();
  }

  static async start(program) {
    const folder = mkdtempSync(join(tmpdir(), "tidemill-canvas-"));
    const child = serve(program, folder, "0");
    try {
      return new Product(program, child, folder, await printedLink(child));
    } catch (error) {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async call(method, path, body, headers = {}) {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, connection: "close", ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  async #must(method, path, body, headers) {
    const { status, text } = await this.call(method, path, body, headers);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }

  /** Puts a graph in as a draft, which may be a graph that cannot run; where there are no drafts, as a workflow. Its id. */
  async add(name, graph) {
    const { id } = await this.#must("POST", "/workflows", { name, ...SEED });
    const { status } = await this.call("GET", `/workflows/${id}/draft`);
    if (status === 404) return (await this.#must("POST", "/workflows", { name, ...graph })).id;
    await this.#must("PUT", `/workflows/${id}/draft`, { name, ...graph }, { "if-match": "*" });
    return id;
  }

  /** Starts a workflow as it was published; the id of the execution. */
  async run(id) {
    return (await this.#must("POST", `/workflows/${id}/execute`, { input: {} })).execution_id;
  }

  /** The cookies of somebody who is signed in. */
  async cookies() {
    const response = await fetch(`${this.url}/api/v1/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token: this.token }) });
    if (!response.ok) throw new Error(`signing in was answered ${response.status}`);
    return response.headers.getSetCookie().map((text) => {
      const pair = text.split(";")[0];
      const at = pair.indexOf("=");
      return { name: pair.slice(0, at), value: pair.slice(at + 1), url: this.url };
    });
  }

  /** Kills it without a warning and starts it again, at the same address on the same data. */
  async crash() {
    await this.#end("SIGKILL");
    this.#child = serve(this.#program, this.#folder, new URL(this.url).port);
    this.link = await printedLink(this.#child);
  }

  async #end(signal) {
    const ended = new Promise((done) => this.#child.once("exit", done));
    this.#child.kill(signal);
    await ended;
  }

  async stop() {
    await this.#end("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function serve(program, folder, port) {
  const patient = ["--rate-limit", "0", "--set", "limits.timeout_seconds=600"];
  return spawn(program, ["serve", "--host", "127.0.0.1", "--port", port, "--data", folder, ...patient], { stdio: ["ignore", "pipe", "ignore"] });
}

/** The first link that a server prints. */
function printedLink(child) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error("the server did not say where it listens")), START_MS);
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /http:\/\/\S+/.exec(line);
      if (!found) return;
      clearTimeout(timer);
      done(found[0]);
    });
  });
}
