// A run that is under way, as a page sees it: its events come over the page's own stream at a steady pace, while the view is
// moved. What was sent is held against what the canvas says it shows.

import http from "node:http";
import { busyMs } from "./browser.mjs";
import { camera, middle, zoomTo } from "./canvas.mjs";
import { framesBetween, judged, perSecond, round } from "./figures.mjs";
import { hand, paced, pause, thereAndBack } from "./input.mjs";
import { open, phase, run, ZOOM_OUT } from "./script.mjs";
import { expected, storyOf } from "./story.mjs";

export const PER_SECOND = 500;
const SECONDS = { near_pan: 2, zoom_out: 1, far_pan: 1, zoom_in: 1 };
const ALL_SECONDS = Object.values(SECONDS).reduce((sum, one) => sum + one, 0);
const EVENTS = 60;
const PAN = { x: 16, y: 8 };
const SETTLE_MS = 1_000;
const TICK_MS = 4;
/** How long the canvas may take to show the last of what was sent. */
const SHOWN_MS = 5_000;
const REST_MS = 400;

/** Stands before the server and is its other self, but for the stream of one execution, which it writes itself. */
export class Front {
  #server;
  #streams = new Set();
  #sent = [];

  /** `behind` is the server's address, `execution` whose stream it is. */
  static async over(behind, execution) {
    const front = new Front();
    front.#server = http.createServer((asked, answer) => {
      const { pathname } = new URL(asked.url, behind);
      if (pathname === `/api/v1/executions/${execution}/events`) front.#follow(asked, answer);
      else lead(behind, asked, answer);
    });
    await new Promise((done) => front.#server.listen(0, "127.0.0.1", done));
    front.url = `http://127.0.0.1:${front.#server.address().port}`;
    return front;
  }

  #follow(asked, answer) {
    const after = Number(new URL(asked.url, this.url).searchParams.get("after") ?? asked.headers["last-event-id"]?.split(":")[1] ?? 0);
    answer.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache, no-transform" });
    answer.write(this.#sent.filter(({ seq }) => seq > after).map(written).join("") || ":\n\n");
    this.#streams.add(answer);
    answer.on("close", () => this.#streams.delete(answer));
  }

  send(events) {
    if (events.length === 0) return;
    this.#sent.push(...events);
    const text = events.map(written).join("");
    for (const stream of this.#streams) stream.write(text);
  }

  /** Sends so many a second, by the clock: what a late timer left is sent with the next ones. Answers how many a second it were. */
  async play(events, perSecond) {
    const began = performance.now();
    for (let at = 0; at < events.length; ) {
      await pause(TICK_MS);
      const due = Math.min(events.length, Math.floor(((performance.now() - began) * perSecond) / 1_000));
      this.send(events.slice(at, due));
      at = due;
    }
    return (1_000 * events.length) / (performance.now() - began);
  }

  stop() {
    for (const stream of this.#streams) stream.end();
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(done));
  }
}

/** As the server writes them. */
const written = (event) => `id: ${event.execution}:${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

function lead(behind, asked, answer) {
  const onward = http.request(behind + asked.url, { method: asked.method, headers: asked.headers }, (back) => {
    answer.writeHead(back.statusCode, back.headers);
    back.pipe(answer);
  });
  onward.on("error", () => answer.destroy());
  answer.on("close", () => onward.destroy());
  asked.pipe(onward);
}

/** The part of the graph that the pan nearby goes over, back and forth. */
function crossed({ x, y, zoom, width, height }) {
  const turns = (SECONDS.near_pan * EVENTS) / 2;
  return { x: -x / zoom, y: -y / zoom, w: (width + turns * PAN.x) / zoom, h: (height + turns * PAN.y) / zoom };
}

/** What the canvas says it shows, once it does or when it has had its time: counts of looks, after a nudge that makes it tell. */
async function shownAs({ page, line }, want) {
  const { pan } = hand(line);
  const { x, y } = middle(await camera(page));
  let told = null;
  for (let left = SHOWN_MS / REST_MS; left > 0; left -= 1) {
    pan(x, y, left % 2 === 0 ? 1 : -1, 0);
    await pause(REST_MS);
    told = JSON.parse((await page.evaluate("document.querySelector('[data-canvas]').dataset.looks ?? null")) ?? "{}");
    if (missed(told, want) === 0) break;
  }
  return told;
}

/** How many nodes and edges look otherwise than they should. */
function missed(told, want) {
  const keys = [...new Set([...Object.keys(told), ...Object.keys(want)])];
  return keys.reduce((sum, key) => sum + Math.abs((told[key] ?? 0) - (want[key] ?? 0)), 0);
}

/** How many of the cards that are elements of the page do not say what their node's last event said. */
async function wrongCards(page, badges) {
  const cards = await page.evaluate(() => [...document.querySelectorAll("[data-canvas] [data-node]")].map((card) => [card.dataset.node, card.textContent]));
  if (cards.length === 0) throw new Error("no card is mounted to be looked at");
  return cards.filter(([id, text]) => !text.includes(badges.get(id) ?? "")).length;
}

/** How often a card was rendered and is what it was before. */
const needless = (cards, { from, to }) => cards.filter(({ at, isSame }) => isSame && at > from && at <= to).length;

/**
 * First the script as it is, for what React commits when nothing runs. Then half a run at once, and 500 changes a second while the view is
 * moved near and far. `execution` is whose events they are.
 */
export async function live(tab, url, graph, front, execution) {
  const { page, line } = tab;
  await open(tab, url);
  await pause(SETTLE_MS);
  const { commits: calm } = await run(tab, graph);
  // Anew: the view is far away by now, and what was dragged is selected.
  await open(tab, url);
  await pause(SETTLE_MS);
  const { camera: near, perUnit } = await zoomTo(page, line, 1);
  const story = storyOf(graph, { execution, around: crossed(near), changes: PER_SECOND * ALL_SECONDS });
  front.send(story.before);
  const told = await shownAs(tab, expected(graph, story.before).looks);
  if (missed(told, expected(graph, story.before).looks) > 0) throw new Error(`what was over before is not shown: ${JSON.stringify(told)}`);
  const { pan, zoom } = hand(line);
  const { x, y } = middle(near);
  const perEvent = Math.log(ZOOM_OUT) / perUnit / (SECONDS.zoom_out * EVENTS);
  const busy = await busyMs(line);
  const playing = front.play(story.changes, PER_SECOND);
  const phases = {
    near_pan: await phase(page, () => paced(SECONDS.near_pan, (at, count) => pan(x, y, ...thereAndBack(PAN, at, count)))),
    zoom_out: await phase(page, () => paced(SECONDS.zoom_out, () => zoom(x, y, perEvent))),
    far_pan: await phase(page, () => paced(SECONDS.far_pan, (at, count) => pan(x, y, ...thereAndBack(PAN, at, count)))),
    zoom_in: await phase(page, () => paced(SECONDS.zoom_in, () => zoom(x, y, -perEvent))),
  };
  const main = (await busyMs(line)) - busy;
  const pace = await playing;
  const want = expected(graph, [...story.before, ...story.changes]);
  const missing = missed(await shownAs(tab, want.looks), want.looks);
  const wrong = await wrongCards(page, want.badges);
  const { frames, commits, cards } = await page.evaluate("({ frames: __bench.frames, commits: __bench.commits, cards: __bench.cards })");
  const all = Object.values(phases).flatMap(({ from, to }) => framesBetween(frames, from, to));
  const whole = { from: phases.near_pan.from, to: phases.zoom_in.to };
  const figures = judged(all);
  return {
    ...figures,
    main_ms: round(main / figures.frames),
    per_second: round(pace),
    applied: round(100 * (1 - missing / Object.values(want.looks).reduce((sum, one) => sum + one, 0))),
    wrong_cards: wrong,
    commits: { ...calm, live: perSecond(commits, whole) },
    needless: needless(cards, whole),
    phases: Object.fromEntries(Object.entries(phases).map(([name, { from, to }]) => [name, judged(framesBetween(frames, from, to))])),
  };
}
