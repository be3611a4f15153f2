// Pictures of the versions of a workflow and of a comparison, in both themes and two widths, and how fast a large one is:
//   node test/versions/look.mjs [--program ../target/fast/tidemill] --out FOLDER [--large]

import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { PROGRAM } from "../presence/program.mjs";
import { DRAFT, grown, mockFor, openVersions, withEditor } from "./scene.mjs";

const { values: flags } = parseArgs({ options: { program: { type: "string", default: PROGRAM }, out: { type: "string", default: "/tmp/versions" }, large: { type: "boolean", default: false } } });
mkdirSync(flags.out, { recursive: true });

await withEditor(flags.program, async ({ product, url, context }) => {
  const compare = async (page) => {
    await page.getByRole("button", { name: "Compare with what is published" }).click();
    await page.getByRole("dialog", { name: "Compare versions" }).getByRole("grid").waitFor();
    await page.waitForTimeout(900);
  };
  if (flags.large) {
    const id = await product.add("Large", grown(10_000, true));
    const page = await openVersions(context, url, id, await mockFor(context, url, id, { old: grown(10_000, false), count: 4 }));
    const began = Date.now();
    await page.getByRole("button", { name: "Compare with what is published" }).click();
    await page.getByRole("dialog", { name: "Compare versions" }).getByRole("grid").waitFor();
    console.log(`10,000 nodes compared in ${Date.now() - began} ms`);
    await page.waitForTimeout(1_500);
    await page.screenshot({ path: `${flags.out}/large.png` });
    const box = await page.locator("[data-side=before] [data-canvas]").boundingBox();
    await page.mouse.move(box.x + 200, box.y + 300);
    const frames = page.evaluate(() => new Promise((done) => {
      const times = [];
      const step = (now) => (times.push(now), now - times[0] < 3_000 ? requestAnimationFrame(step) : done(times.slice(1).map((time, at) => time - times[at]).sort((a, b) => a - b)));
      requestAnimationFrame(step);
    }));
    for (let at = 0; at < 60; at += 1) await page.mouse.wheel(at % 2 === 0 ? 40 : -40, 60 - at);
    const gaps = await frames;
    console.log(`frames while panning: ${Math.round((gaps.length / 3))} a second, 95 of 100 within ${gaps[Math.floor(gaps.length * 0.95)].toFixed(0)} ms, longest ${gaps.at(-1).toFixed(0)} ms`, page.complaints);
    return;
  }
  const id = await product.add("Sort tickets", DRAFT);
  for (const theme of ["dark", "light"]) {
    for (const [width, height] of [[1440, 900], [390, 844]]) {
      const page = await openVersions(context, url, id, await mockFor(context, url, id), { theme, width, height });
      const picture = (name) => page.screenshot({ path: `${flags.out}/${name}-${width}-${theme}.png` });
      await page.waitForTimeout(600);
      await page.getByRole("grid", { name: /^Versions/ }).focus();
      await page.keyboard.press("ArrowDown");
      await page.waitForTimeout(200);
      await picture("list");
      await page.keyboard.press("r");
      await page.getByRole("dialog", { name: /^Restore/ }).waitFor();
      await picture("restore");
      await page.keyboard.press("Escape");
      await page.getByRole("grid", { name: /^Versions/ }).focus();
      await page.keyboard.press("ArrowUp");
      await compare(page);
      await picture("diff");
      if (width < 900) {
        await page.getByRole("radio", { name: "After" }).check();
        await page.waitForTimeout(300);
        await picture("diff-after");
      }
      if (page.complaints.length > 0) console.log(theme, width, page.complaints);
      await page.close();
    }
  }
});
