// What a canvas tells of its frames: those of a movement, without the pauses between, and the slow ones among them.

import { describe, expect, it } from "vitest";
import { FrameTimes, sinceGone } from "../src/canvas/frame-times";
import { paceTone } from "../src/graph/metrics";

/** A frame each `gap` ms from `at` on, each drawn in `draw` ms and asked for `after` ms after the one before. */
function move(times: FrameTimes, { at, frames, gap, draw, after }: { at: number; frames: number; gap: number; draw: number; after: number }): number {
  for (let n = 0; n < frames; n += 1) {
    times.wanted(at - gap + draw + after);
    times.begin(at);
    times.end(at + draw);
    at += gap;
  }
  return at;
}

describe("the first picture", () => {
  it("counts from going to the page, and is not that of an earlier one", () => {
    expect(sinceGone()).toBeNull();
    performance.mark("tidemill:canvas", { startTime: 700 });
    expect(sinceGone()).toBe(700);
    performance.mark("tidemill:go", { startTime: 1_000 });
    expect(sinceGone()).toBeNull();
    performance.mark("tidemill:canvas", { startTime: 1_250 });
    expect(sinceGone()).toBe(250);
    performance.clearMarks();
  });
});

describe("the frames of a canvas", () => {
  it("are counted while it moves", () => {
    const times = new FrameTimes();
    move(times, { at: 1_000, frames: 61, gap: 16, draw: 4, after: 1 });
    expect(times.take()).toMatchObject({ fps: 62.5, frameMs: 4, slowMs: 16 });
    expect(times.take(), "told once").toBeNull();
  });

  it("count when they are slow, and when each asks for the next while it is drawn", () => {
    const times = new FrameTimes();
    let at = move(times, { at: 0, frames: 40, gap: 16, draw: 4, after: 1 });
    for (let n = 0; n < 20; n += 1) {
      times.begin(at);
      times.wanted(at + 190);
      times.end(at + 200);
      at += 210;
    }
    const figures = times.take();
    expect(figures?.slowMs).toBeCloseTo(210, 0);
    expect(figures?.fps).toBeLessThan(15);
  });

  it("leave pauses out, and a few frames tell nothing", () => {
    const times = new FrameTimes();
    let at = move(times, { at: 0, frames: 30, gap: 16, draw: 2, after: 1 });
    at = move(times, { at: at + 5_000, frames: 1, gap: 5_000, draw: 2, after: 4_990 });
    move(times, { at, frames: 30, gap: 16, draw: 2, after: 1 });
    expect(times.take()?.fps).toBeCloseTo(62.5, 1);
    move(times, { at: 90_000, frames: 5, gap: 16, draw: 2, after: 1 });
    expect(times.take()).toBeNull();
  });

  it("are judged by 60 a second, with 30 as what can be borne", () => {
    expect([60, 55, 54, 30, 29].map(paceTone)).toEqual([undefined, undefined, "warn", "warn", "bad"]);
  });
});
