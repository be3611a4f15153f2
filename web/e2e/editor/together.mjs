// Several people in one document: each sees what the others do, letters of all are kept, and each takes back their own.

import assert from "node:assert/strict";
import { add, comesTo, EXPRESSION, isWithin, others, SHARED, shows, somebody, two, write } from "./both.mjs";
import { canvas, CHAIN, command, draft, nodeOf, open, palette, saved, side, test, until } from "./hand.mjs";

const WIDE = { seconds: 100 };

test("what one adds, moves and deletes the other sees, and each takes back their own steps", WIDE, async (given) => {
  const { page, product } = given;
  const { id, other } = await two(given, CHAIN, "Together");
  await add(page, "Delay");
  await shows(other, 4);
  await add(other, "Set fields");
  await shows(page, 5);
  // The last step in the document is the other's: mine is taken back, theirs stays.
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await shows(other, 4);
  const graph = await until(product, id, ({ nodes }) => nodes.length === 4);
  assert.ok(graph.nodes.some(({ type }, at) => at > 2 && type === "set_fields"), "what the other added is there");
  await canvas(other).focus();
  await other.keyboard.press("Control+z");
  await shows(page, 3);
  await canvas(page).focus();
  await page.keyboard.press("Control+Shift+z");
  await shows(other, 4);
  await until(product, id, ({ nodes }) => nodes.length === 4 && nodes.at(-1).type === "delay");
  for (const one of [page, other]) await saved(one);
});

test("what one publishes is published for all who have it open", WIDE, async (given) => {
  const { page, product } = given;
  const { id, other } = await two(given, CHAIN, "Published");
  const standing = (one, words) => one.locator("header").getByText(words, { exact: true }).waitFor();
  const button = (one) => one.locator("header").getByRole("button", { name: "Publish", exact: true });
  await add(page, "No operation");
  await shows(other, 4);
  for (const one of [page, other]) await standing(one, "Draft");
  await saved(page);
  await button(page).click();
  for (const one of [page, other]) await standing(one, "Published");
  assert.equal(await button(other).isDisabled(), true);
  await add(other, "Set fields");
  for (const one of [page, other]) await standing(one, "Draft");
  await saved(other);
  await button(other).click();
  for (const one of [page, other]) await standing(one, "Published");
  // A script that puts another file in its place publishes too: what follows is read anew, and nothing of it is to be published.
  const graph = await draft(product, id);
  const put = await product.call("PUT", `/workflows/${id}`, { ...graph, nodes: graph.nodes.slice(0, 4) }, { "if-match": "*" });
  assert.equal(put.status, 200);
  await Promise.all([page, other].map((one) => shows(one, 4)));
  for (const one of [page, other]) await standing(one, "Published");
});

test("who else is there is seen, with their name, and that they left", WIDE, async (given) => {
  const { page } = given;
  const { other, context } = await two(given, CHAIN, "Seen");
  await other.locator("header").getByRole("button", { name: /^1 other here/ }).click();
  await other.getByRole("textbox", { name: "Your name, as others see it" }).fill("Grace Hopper");
  await other.keyboard.press("Enter");
  await page.locator("header").getByRole("button", { name: "1 other here: Grace Hopper" }).click();
  const list = page.getByRole("dialog", { name: "Who is here" });
  await list.getByText("Grace Hopper").first().waitFor();
  await other.keyboard.press("Escape");
  await canvas(other).focus();
  await command(other, "Weigh");
  await list.getByText(/Weigh/).first().waitFor();
  await context.close();
  await page.keyboard.press("Escape");
  await others(page, 0);
});

test("somebody is followed until the view is taken, and all of it goes by keyboard", WIDE, async (given) => {
  const { page } = given;
  const { other } = await two(given, CHAIN, "Followed");
  const camera = (one) => canvas(one).evaluate(({ dataset: { x, y, zoom } }) => `${x} ${y} ${zoom}`);
  const people = page.locator("header").getByRole("button", { name: /^1 other here/ });
  await people.focus();
  await page.keyboard.press("Enter");
  const list = page.getByRole("dialog", { name: "Who is here" });
  const name = list.getByRole("textbox", { name: "Your name, as others see it" });
  await name.fill("Marie Curie");
  await page.keyboard.press("Enter");
  await other.locator("header").getByRole("button", { name: "1 other here: Marie Curie" }).waitFor();
  await list.getByRole("radio", { name: "Violet" }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  assert.equal(await list.getByRole("radio", { name: "Plum" }).isChecked(), true);
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? ""), /^Follow /);
  const before = await camera(page);
  await page.keyboard.press("Enter");
  const following = page.getByText(/^Following /);
  await following.waitFor();
  const box = await canvas(other).boundingBox();
  await other.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await other.mouse.wheel(300, 240);
  await page.waitForFunction((was) => {
    const { x, y, zoom } = document.querySelector("[data-canvas]").dataset;
    return `${x} ${y} ${zoom}` !== was;
  }, before);
  const own = await canvas(page).boundingBox();
  await page.mouse.move(own.x + own.width / 2, own.y + own.height / 2);
  await page.mouse.wheel(0, 120);
  await following.waitFor({ state: "detached" });
});

test("texts that two type at once in one field keep all letters", WIDE, async (given) => {
  const { page, product } = given;
  const { id, other } = await two(given, SHARED, "Letters");
  for (const one of [page, other]) {
    await canvas(one).focus();
    await command(one, "Sum");
  }
  await write(page, 0);
  await write(other, EXPRESSION.length);
  await Promise.all([page.keyboard.type("alpha beta gamma + ", { delay: 35 }), other.keyboard.type(" + delta epsilon", { delay: 45 })]);
  const wanted = `alpha beta gamma + ${EXPRESSION} + delta epsilon`;
  await until(product, id, (graph) => nodeOf(graph, "sum").data.expression === wanted, wanted);
  for (const one of [page, other]) await one.locator(".cm-content", { hasText: wanted }).first().waitFor();
  // Both in one place: letters of both are between each other, and each one's are in their order.
  const [place, mine, theirs] = ["alpha ".length, "QWERTYUIOPASDFG", "0123456789012345"];
  await write(page, place);
  await write(other, place);
  await Promise.all([page.keyboard.type(mine, { delay: 30 }), other.keyboard.type(theirs, { delay: 30 })]);
  const graph = await until(product, id, (now) => nodeOf(now, "sum").data.expression.length === wanted.length + mine.length + theirs.length, "all letters");
  const text = nodeOf(graph, "sum").data.expression;
  for (const letters of [mine, theirs, wanted]) assert.ok(isWithin(text, letters), `${letters} is in ${text}`);
  // What one typed is taken back in the field; what the other typed stays.
  await page.keyboard.press("Control+z");
  const back = await until(product, id, (now) => !isWithin(nodeOf(now, "sum").data.expression, mine), "taken back");
  assert.ok(isWithin(nodeOf(back, "sum").data.expression, theirs), nodeOf(back, "sum").data.expression);
  for (const one of [page, other]) await saved(one);
});

test("who writes in a node that the other deletes is told, types no commands, and can bring it back", WIDE, async (given) => {
  const { page, product } = given;
  const { id, other } = await two(given, SHARED, "Taken away");
  for (const one of [page, other]) {
    await canvas(one).focus();
    await command(one, "Sum");
  }
  await write(page, 0);
  await canvas(other).focus();
  await other.keyboard.press("Delete");
  await shows(page, 1);
  // What is still being typed would add notes (N), nodes (/) and comments.
  await page.keyboard.type("n / n", { delay: 40 });
  const line = page.getByRole("log", { name: "Messages" });
  await line.getByText("“Sum” was deleted while you had it open.").waitFor();
  assert.equal(await canvas(page).evaluate((one) => one.contains(document.activeElement)), true, "the keyboard is at the canvas");
  assert.equal((await draft(product, id)).nodes.length, 1);
  await line.getByRole("button", { name: "Bring it back" }).click();
  await shows(other, 2);
  await side(page).locator(".cm-content", { hasText: EXPRESSION }).first().waitFor();
  const graph = await until(product, id, ({ nodes, edges }) => nodes.length === 2 && edges.length === 1, "it is back with its edge");
  assert.equal(nodeOf(graph, "sum").data.expression, EXPRESSION);
  for (const one of [page, other]) await saved(one);
});

test("what is wrong with the draft is told to both, whoever did it", WIDE, async (given) => {
  const { page } = given;
  const { other } = await two(given, SHARED, "Wrong");
  await canvas(other).focus();
  await command(other, "Sum");
  await write(other, 0);
  await other.keyboard.type(")");
  const tab = (one) => one.getByRole("tab", { name: /^Problems\D*1/ });
  await tab(page).waitFor();
  await other.keyboard.press("Backspace");
  await tab(page).waitFor({ state: "detached" });
});

test("two who type in one plain field keep their letters, and the caret of each stays where they write", WIDE, async (given) => {
  const { page, product } = given;
  const text = "orders from the shop and the market hall";
  const graph = { nodes: [{ id: "take", type: "sort", position: { x: 0, y: 0 }, data: { label: "Take", field: text } }], edges: [] };
  const { id, other } = await two(given, graph, "Plain");
  const field = (one) => side(one).getByRole("textbox", { name: "Field", exact: true });
  for (const one of [page, other]) {
    await canvas(one).focus();
    await command(one, "Take");
    await field(one).waitFor();
    assert.equal(await field(one).inputValue(), text);
  }
  const stand = (one, at) => field(one).evaluate((element, place) => (element.focus(), element.setSelectionRange(place, place)), at);
  // One writes behind the other: letters come in before their caret all the time.
  await stand(page, "orders ".length);
  await stand(other, "orders from the shop ".length);
  await Promise.all([page.keyboard.type("and all returns ", { delay: 45 }), other.keyboard.type("in the old town ", { delay: 60 })]);
  const wanted = "orders and all returns from the shop in the old town and the market hall";
  await until(product, id, (now) => nodeOf(now, "take").data.field === wanted, wanted);
  for (const one of [page, other]) await one.waitForFunction((words) => [...document.querySelectorAll("aside input")].some((element) => element.value === words), wanted);
  assert.deepEqual(await Promise.all([page, other].map((one) => field(one).evaluate((element) => element.value.slice(0, element.selectionStart)))), ["orders and all returns ", "orders and all returns from the shop in the old town "]);
  // What is marked stays marked.
  await field(other).evaluate((element) => element.setSelectionRange(element.value.indexOf("market"), element.value.indexOf(" hall")));
  await stand(page, 0);
  await page.keyboard.type("All ", { delay: 30 });
  await until(product, id, (now) => nodeOf(now, "take").data.field === `All ${wanted}`);
  await other.waitForFunction(() => [...document.querySelectorAll("aside input")].some((element) => element.value.startsWith("All ")));
  assert.equal(await field(other).evaluate((element) => element.value.slice(element.selectionStart, element.selectionEnd)), "market");
  for (const one of [page, other]) await saved(one);
});

test("tabs of one browser share a connection, also when one of them goes", WIDE, async (given) => {
  const { page, context, product, url } = given;
  const id = await product.add("Tabs", CHAIN);
  await open(page, url, id);
  await comesTo(product, "room_members", 1);
  const second = await context.newPage();
  await open(second, url, id);
  await palette(second).waitFor();
  await add(page, "Delay");
  await shows(second, 4);
  await add(second, "Set fields");
  await shows(page, 5);
  await comesTo(product, "room_members", 1);
  // Another browser has a connection of its own.
  const { page: other, context: elsewhere } = await somebody(given);
  await open(other, url, id);
  await comesTo(product, "room_members", 2);
  await elsewhere.close();
  await comesTo(product, "room_members", 1);
  await page.goto("about:blank");
  await add(second, "Delay");
  await until(product, id, ({ nodes }) => nodes.length === 6);
  await saved(second);
  await comesTo(product, "room_members", 1);
  await second.close();
  await comesTo(product, "room_members", 0);
  assert.equal((await draft(product, id)).nodes.length, 6);
});
