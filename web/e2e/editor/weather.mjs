// A road to the program with weather of its own: fair, away, slow, or answering 500.

import http from "node:http";
import { leadUpgrade } from "../../../bench/canvas/upgrade.mjs";

const SLOW_MS = 5_000;

const isSaving = ({ method, url }) => ((method === "PATCH" || method === "PUT") && url.includes("/draft")) || (method === "POST" && url.endsWith("/auto-save"));

export class Weather {
  /** "fair", "away", "slow" or "broken", which concern the API alone; or "gone", when pages do not come either. */
  now = "fair";
  /** What was asked of the API: method and path. */
  asked = [];
  /** Whether pages may open sockets. */
  hasSockets = true;
  /** How many sockets were opened. */
  opened = 0;
  /** How many savings of drafts were under way at the same time, at most. */
  mostSavings = 0;
  #savings = 0;
  #server;
  #sockets = new Set();
  #rooms = new Set();

  static async over(behind) {
    const weather = new Weather();
    weather.#server = http.createServer((asked, answer) => weather.#lead(behind, asked, answer));
    weather.#server.on("connection", (socket) => {
      weather.#sockets.add(socket);
      socket.on("close", () => weather.#sockets.delete(socket));
    });
    weather.#server.on("upgrade", (asked, socket, head) => weather.#join(behind, asked, socket, head));
    await new Promise((done) => weather.#server.listen(0, "127.0.0.1", done));
    weather.url = `http://127.0.0.1:${weather.#server.address().port}`;
    return weather;
  }

  /** Changes what it is like from now on; streams that are open end as with a server that goes away. */
  becomes(now) {
    this.now = now;
    if (now === "away" || now === "gone") for (const socket of this.#sockets) socket.destroy();
    // What fails each request keeps no room open either.
    if (now === "broken") this.cut();
  }

  async #lead(behind, asked, answer) {
    if (this.now === "gone") return void asked.socket.destroy();
    if (asked.url.startsWith("/api/")) {
      this.asked.push(`${asked.method} ${asked.url}`);
      if (isSaving(asked)) this.#count(answer);
      const { now } = this;
      if (now === "away") return void asked.socket.destroy();
      if (now === "slow") await new Promise((done) => setTimeout(done, SLOW_MS));
      if (asked.socket.destroyed) return;
      if (now === "broken") {
        asked.resume();
        return void answer.writeHead(500, { "content-type": "text/plain" }).end("<b>boom</b>");
      }
    }
    const onward = http.request(behind + asked.url, { method: asked.method, headers: asked.headers }, (back) => {
      answer.writeHead(back.statusCode, back.headers);
      back.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  }

  async #join(behind, asked, socket, head) {
    if (!this.hasSockets || this.now === "away" || this.now === "gone") return void socket.destroy();
    if (this.now === "broken") return void socket.end("HTTP/1.1 500 Internal Server Error\r\nconnection: close\r\n\r\n");
    if (this.now === "slow") await new Promise((done) => setTimeout(done, SLOW_MS));
    if (socket.destroyed) return;
    leadUpgrade(behind, asked, socket, head, () => {
      this.opened += 1;
      this.#rooms.add(socket);
      socket.on("close", () => this.#rooms.delete(socket));
    });
  }

  /** Ends the sockets of pages without a word, and leaves requests alone. */
  cut() {
    for (const socket of this.#rooms) socket.destroy();
  }

  #count(answer) {
    this.mostSavings = Math.max(this.mostSavings, (this.#savings += 1));
    answer.on("close", () => (this.#savings -= 1));
  }

  /** Waits until a saving is on its way. */
  async saving() {
    for (let turn = 0; this.#savings === 0; turn += 1) {
      if (turn > 200) throw new Error("nothing is saved");
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  stop() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((done) => this.#server.close(done));
  }
}
