// Code on demand: what has been fetched is shown at once, without a fallback that React would hold on to.

import { Suspense } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { part } from "../src/ui/part";

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
