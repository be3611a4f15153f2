// A connection that breaks every two seconds, while two edit: nothing is lost, and nobody is told that something is saved which is not.

import assert from "node:assert/strict";
import { add, EXPRESSION, indicator, isWithin, SHARED, two, write } from "./both.mjs";
import { canvas, command, draft, nodeOf, test } from "./hand.mjs";

const CUT_MS = 2_000;
/** So long an indicator may take to say that all is there, once the connection holds. */
const SETTLE_MS = 20_000;
const WORDS = "abcdefghijklmnopqrstuvwxyz";

/** Somebody who edits, and knows what they did. */
class Person {
  typed = "";
  added = 0;

  /** `label` and `kind`: the node type that only this one adds; `mark` begins each word of theirs. */
  constructor(name, page, { label, kind, mark }) {
    Object.assign(this, { name, page, label, kind, mark });
  }

  changes() {
    return this.page.evaluate(() => Number(document.querySelector("[data-canvas]").dataset.changes));
  }

  /** Types a word into the shared expression, or adds a node. */
  async edit(round) {
    if (round % 3 === 2) {
      await canvas(this.page).focus();
      await this.page.keyboard.press("Escape");
      const before = await this.changes();
      await add(this.page, this.label);
      await this.page.waitForFunction((least) => Number(document.querySelector("[data-canvas]").dataset.changes) > least, before);
      this.added += 1;
      await this.choose();
      return;
    }
    const word = `${this.mark}${WORDS[round % WORDS.length]}${round % 10}`;
    await this.page.keyboard.type(word, { delay: 20 });
    this.typed += word;
  }

  /** Goes into the expression, each at an end of it, where the other is not. */
  async choose() {
    await canvas(this.page).focus();
    await command(this.page, "Sum");
    const text = await (await write(this.page, 0)).textContent();
    await this.page.keyboard.press(this.mark === "X" ? "Control+Home" : "Control+End");
    // Behind what I typed before, which is at the beginning of the text.
    if (this.mark === "X") for (let at = 0; at < text.indexOf(EXPRESSION); at += 1) await this.page.keyboard.press("ArrowRight");
  }

  /** What the indicator says, and what I had done by then. */
  async said() {
    return { words: await indicator(this.page).innerText(), typed: this.typed, added: this.added };
  }
}

/** What of somebody's edits a graph does not have, in words. */
function lacks(graph, { typed, added }, type) {
  const text = nodeOf(graph, "sum").data.expression;
  const missing = [];
  if (!isWithin(text, typed)) missing.push(`letters of “${typed.slice(-30)}” in “${text.slice(-90)}”`);
  const there = graph.nodes.filter((node) => node.type === type).length;
  if (there < added) missing.push(`${added - there} of ${added} ${type}`);
  return missing;
}

/** Says what is wrong with an indicator that calls saved what is not. */
async function check(person, product, id) {
  const said = await person.said();
  if (!said.words.startsWith("Saved")) return [];
  return lacks(await draft(product, id), said, person.kind).map((missing) => `${person.name} was told “${said.words.trim()}” without ${missing}`);
}

async function isSettled(person) {
  for (const from = Date.now(); Date.now() - from < SETTLE_MS; await new Promise((done) => setTimeout(done, 200))) {
    if ((await person.said()).words.startsWith("Saved")) return true;
  }
  return false;
}

for (const [name, options] of [
  ["a connection that breaks every two seconds", { sockets: true }],
  ["a proxy that lets no sockets through", { sockets: false }],
]) {
  test(`${name} loses no edit of two, and nobody is told a wrong thing`, { weather: true, seconds: 120, secondsEach: 6 }, async (given) => {
    const { page, product, weather, after, rounds } = given;
    const { id, other } = await two(given, SHARED, "Weak");
    const people = [new Person("one", page, { label: "Delay", kind: "delay", mark: "X" }), new Person("other", other, { label: "Set fields", kind: "set_fields", mark: "Y" })];
    for (const person of people) await person.choose();
    weather.hasSockets = options.sockets;
    weather.cut();
    const cutting = setInterval(() => weather.cut(), CUT_MS);
    after(() => clearInterval(cutting));
    const wrong = [];
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(people.map((person) => person.edit(round)));
      for (let look = 0; look < 3; look += 1) {
        for (const person of people) wrong.push(...(await check(person, product, id)));
        await page.waitForTimeout(250);
      }
    }
    clearInterval(cutting);
    for (const person of people) if (!(await isSettled(person))) wrong.push(`${person.name} is told “${(await person.said()).words.trim()}” though the connection holds`);
    const graph = await draft(product, id);
    const lost = people.flatMap((person) => lacks(graph, person, person.kind).map((missing) => `${person.name} lost ${missing}`));
    const text = nodeOf(graph, "sum").data.expression;
    const length = EXPRESSION.length + people.reduce((sum, { typed }) => sum + typed.length, 0);
    if (text.length !== length || !isWithin(text, EXPRESSION)) lost.push(`${length - text.length} letters of the text`);
    console.log(`      ${rounds} rounds, ${weather.opened} connections: ${lost.length} lost, ${wrong.length} wrong indicators`);
    assert.deepEqual([...lost, ...wrong], []);
    for (const one of [page, other]) await one.locator(".cm-content", { hasText: text.slice(0, 40) }).first().waitFor();
  });
}
