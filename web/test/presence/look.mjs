// Pictures of others in the editor of the real program, with people who are not there, and how fast 50 of them are drawn:
//   node test/presence/look.mjs --program ../target/fast/tidemill --out FOLDER [--frames]

import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { node, open, PROGRAM, SMALL, withEditor } from "./program.mjs";

const { values: flags } = parseArgs({ options: { program: { type: "string", default: PROGRAM }, out: { type: "string", default: "/tmp/presence" }, frames: { type: "boolean", default: false } } });
mkdirSync(flags.out, { recursive: true });

function large(count) {
  const columns = Math.ceil(Math.sqrt(count));
  const nodes = Array.from({ length: count }, (_, at) => node(`n${at}`, at === 0 ? "manual" : "set_fields", (at % columns) * 260, Math.floor(at / columns) * 110, `Step ${at}`));
  const edges = nodes.slice(1).map(({ id }, at) => ({ id: `e${at}`, source: `n${at}`, target: id }));
  return { nodes, edges };
}

/** Frames in so many ms, and the longest of them. */
const frames = (page, ms) =>
  page.evaluate(
    (most) =>
      new Promise((done) => {
        const times = [];
        const began = performance.now();
        const step = (now) => {
          times.push(now);
          if (now - began < most) requestAnimationFrame(step);
          else {
            const gaps = times.slice(1).map((time, at) => time - times[at]).sort((a, b) => a - b);
            done({ perSecond: (gaps.length * 1_000) / (times.at(-1) - times[0]), slow: gaps[Math.floor(gaps.length * 0.95)], longest: gaps.at(-1) });
          }
        };
        requestAnimationFrame(step);
      }),
    ms,
  );

await withEditor(flags.program, async ({ product, url, context }) => {
  const picture = (page, name) => page.screenshot({ path: `${flags.out}/${name}.png` });
  if (flags.frames) {
    const id = await product.add("Large", large(100_000));
    const page = await open(context, url, id, { people: 50, more: { around: 6_000, place: { x: 40_000, y: 17_000 } } });
    console.log("whole graph", await frames(page, 4_000));
    await picture(page, "frames-whole");
    await page.evaluate(async () => {
      const { useDocument } = await import("/src/state/document.ts");
      useDocument.getState().session.selection.set([50_000]);
    });
    await page.locator("[data-canvas]").focus();
    for (let at = 0; at < 14; at += 1) await page.keyboard.press("+");
    await page.waitForTimeout(800);
    console.log("near", await frames(page, 4_000));
    await picture(page, "frames-near");
  } else {
    const id = await product.add("Seen by several", SMALL);
    const more = { around: 330, place: { x: 360, y: 120 } };
    for (const theme of ["dark", "light"]) {
      const page = await open(context, url, id, { people: 3, theme, more });
      await picture(page, `${theme}-canvas`);
      await page.locator("[data-people] button").click();
      await page.getByRole("dialog", { name: "Who is here" }).waitFor();
      await picture(page, `${theme}-list`);
      await page.getByRole("button", { name: "Follow Ada Lovelace" }).click();
      await page.getByText("Following Ada Lovelace").waitFor();
      await page.waitForTimeout(900);
      await picture(page, `${theme}-following`);
      await page.getByRole("button", { name: "Stop", exact: true }).last().click();
      await page.close();
    }
    const page = await open(context, url, id, { people: 3, more });
    await page.evaluate(async () => {
      const { useDocument } = await import("/src/state/document.ts");
      const { doc, selection } = useDocument.getState().session;
      selection.set([doc.nodes.slot("send")]);
    });
    await page.waitForTimeout(700);
    await picture(page, "field");
    const phone = await open(context, url, id, { people: 3, width: 390, height: 844, more });
    await picture(phone, "phone");
    await phone.locator("[data-people] button").click();
    await phone.waitForTimeout(400);
    await picture(phone, "phone-list");
    const many = await open(context, url, id, { people: 12, more });
    await picture(many, "many");
  }
});
