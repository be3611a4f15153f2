// Code on demand: what has been fetched is shown at once, without a fallback that React would hold on to.

import { Suspense } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { askReached, part, patient } from "../src/ui/part";

const shown = (One: React.ComponentType<{ name: string }>) =>
  renderToStaticMarkup(
    <Suspense fallback="waiting">
      <One name="here" />
    </Suspense>,
  );

it("waits for code that is not there, and shows at once what was asked for before", async () => {
  let fetched = 0;
  const Part = part(async () => {
    fetched += 1;
    return ({ name }: { name: string }) => <b>{name}</b>;
  });
  expect(fetched).toBe(0);
  expect(shown(Part)).toContain("waiting");
  await Part.load();
  expect(shown(Part)).toBe("<b>here</b>");
});

it("asks again as long as the server is away, and gives up on what an answering one does not have", async () => {
  let [asked, isThere] = [0, false];
  askReached(() => isThere);
  const load = patient(async () => {
    asked += 1;
    isThere = asked > 8;
    throw new Error("not there");
  }, 0);
  await expect(load()).rejects.toThrow("not there");
  expect(asked).toBe(12);
});
