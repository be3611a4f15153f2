// When a page asks to keep its draft: soon after it was opened or saved, not too often, and before it goes.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keepDrafts } from "../../src/pages/offline";
import { tellOpen, tellSaved, type OpenDraft } from "../../src/pages/open-draft";

let hidden: () => void = () => undefined;
const page = { visibilityState: "visible", addEventListener: (_: string, hear: () => void) => (hidden = hear) };
const asked: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", page);
  vi.stubGlobal("location", { origin: "http://tidemill.test" });
  asked.length = 0;
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const draftOf = (workflow: string, nodes: number): OpenDraft => ({ workflow, size: () => nodes, settle: async () => true });

it("is at once for what is small, then every two seconds, however often it is saved", () => {
  keepDrafts((one) => one.kind === "keep" && asked.push(...one.urls));
  const small = draftOf("w/1", 3);
  const close = tellOpen(small);
  vi.advanceTimersByTime(10);
  expect(asked).toEqual(["http://tidemill.test/api/v1/workflows/w%2F1/draft"]);
  vi.advanceTimersByTime(5_000);
  for (let ms = 0; ms < 20_000; ms += 100) {
    tellSaved(small);
    vi.advanceTimersByTime(100);
  }
  expect(asked.length).toBeGreaterThanOrEqual(10);
  expect(asked.length).toBeLessThanOrEqual(12);
  vi.advanceTimersByTime(5_000);
  const count = asked.length;
  tellSaved(small);
  vi.advanceTimersByTime(1);
  expect(asked).toHaveLength(count + 1);
  close();

  // A large one is left alone while it is being opened, but not when the page goes.
  const large = draftOf("large", 100_000);
  vi.advanceTimersByTime(60_000);
  asked.length = 0;
  tellOpen(large);
  vi.advanceTimersByTime(20_000);
  expect(asked).toEqual([]);
  page.visibilityState = "hidden";
  hidden();
  expect(asked).toEqual(["http://tidemill.test/api/v1/workflows/large/draft"]);
  hidden();
  expect(asked).toHaveLength(1);

  // Another draft waits for nobody, and takes nothing from the one before.
  tellSaved(large);
  tellOpen(draftOf("next", 3));
  expect(asked.map((url) => url.split("/").at(-2))).toEqual(["large", "large"]);
  vi.advanceTimersByTime(120_000);
  expect(asked.map((url) => url.split("/").at(-2))).toEqual(["large", "large", "next"]);
});
