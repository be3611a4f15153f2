// A client that knows nothing of Tidemill: the y-websocket of npm as it comes, with a token, in one room with a page.

import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import { Doc } from "yjs";
import { add, EXPRESSION, others, SHARED, shows } from "./editor/both.mjs";
import { nodeOf, open, palette, saved, test, until } from "./editor/hand.mjs";

/** Joins the room of a document. */
function joinRoom({ product, address, id, epoch }, after) {
  class Authorised extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { headers: { authorization: `Bearer ${product.token}` } });
    }
  }
  const doc = new Doc();
  const provider = new WebsocketProvider(`${address.replace(/^http/, "ws")}/api/v1/workflows`, `${id}/rooms/${epoch}`, doc, { WebSocketPolyfill: Authorised, disableBc: true, maxBackoffTime: 500 });
  after(() => {
    provider.destroy();
    doc.destroy();
  });
  return { doc, provider };
}

async function comes(words, isSo, most = 12_000) {
  for (const from = Date.now(); Date.now() - from < most; await new Promise((done) => setTimeout(done, 50))) {
    const now = isSo();
    if (now) return now;
  }
  throw new Error(`it never came to: ${words}`);
}

test("a stock client of Yjs edits with a page both ways, is seen, and comes back by itself", { weather: true, seconds: 100 }, async ({ page, url, product, weather, after }) => {
  const id = await product.add("Stock", SHARED);
  await open(page, url, id);
  await palette(page).waitFor();
  const { epoch } = JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text);
  const { doc, provider } = joinRoom({ product, address: url, id, epoch }, after);
  await comes("synced", () => provider.synced);

  // Who is there, both ways.
  provider.awareness.setLocalState({ user: { name: "A script", color: "#008800" }, view: null, pointer: { x: 10, y: 20 }, selection: { nodes: ["sum"], edges: [] }, field: null });
  await page.locator("header").getByRole("button", { name: "1 other here: A script" }).waitFor();
  const seen = await comes("the page is seen", () => [...provider.awareness.getStates()].find(([client, state]) => client !== doc.clientID && state.user));
  assert.match(seen[1].user.color, /^#[0-9a-f]{6}$/);

  // What the page does comes to the client.
  const nodes = doc.getMap("nodes");
  await add(page, "Delay");
  const [key, text] = await comes("the page's node", () => [...nodes.entries()].find(([name]) => name.endsWith("/~added")));
  assert.equal(JSON.parse(text)[1].type, "delay", key);

  // What the client writes comes to the page and to the file.
  nodes.set("start/data/label", JSON.stringify("Named by a script"));
  nodes.set("extra/~added", JSON.stringify([2, { id: "extra", type: "set_fields", position: { x: 0, y: 200 }, data: { label: "Extra", fields: {} } }]));
  await shows(page, 4);
  const graph = await until(product, id, (now) => nodeOf(now, "extra") !== undefined && nodeOf(now, "start").data.label === "Named by a script");
  assert.equal(nodeOf(graph, "sum").data.expression, EXPRESSION);

  // Both lose their connection, and come back with what they did meanwhile.
  weather.becomes("away");
  await comes("the connection is lost", () => !provider.wsconnected);
  nodes.set("extra/data/label", JSON.stringify("While away"));
  await add(page, "Set fields");
  weather.becomes("fair");
  await comes("connected again", () => provider.wsconnected && provider.synced, 20_000);
  await until(product, id, (now) => now.nodes.length === 5 && nodeOf(now, "extra").data.label === "While away", "what both did", 30_000);
  await comes("the page's second node", () => [...nodes.keys()].filter((name) => name.endsWith("/~added")).length === 3, 20_000);
  await saved(page);
  provider.destroy();
  await others(page, 0);
});
