// A road to the program with weather of its own: fair, away, slow, or answering 500.

import http from "node:http";
import { passUpgrades } from "../../../bench/canvas/front.mjs";

const SLOW_MS = 5_000;

const isSaving = ({ method, url }) => (method === "PATCH" || method === "PUT") && url.includes("/draft");

export class Weather {
  /** "fair", "away", "slow" or "broken", which concern the API alone; or "gone", when pages do not come either. */
  now = "fair";
  /** What was asked of the API: method and path. */
  asked = [];
  /** How many savings of drafts were under way at the same time, at most. */
  mostSavings = 0;
  #savings = 0;
  #server;
  #sockets = new Set();

  static async over(behind) {
    const weather = new Weather();
    weather.#server = http.createServer((asked, answer) => weather.#lead(behind, asked, answer));
    passUpgrades(weather.#server, behind, () => weather.now !== "away" && weather.now !== "gone");
    weather.#server.on("connection", (socket) => {
      weather.#sockets.add(socket);
      socket.on("close", () => weather.#sockets.delete(socket));
    });
    await new Promise((done) => weather.#server.listen(0, "127.0.0.1", done));
    weather.url = `http://127.0.0.1:${weather.#server.address().port}`;
    return weather;
  }

  /** Changes what it is like from now on; streams that are open end as with a server that goes away. */
  becomes(now) {
    this.now = now;
    if (now === "away" || now === "gone") for (const socket of this.#sockets) socket.destroy();
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
