// How saving goes, as the page of performance tells it.

import { describe, expect, it } from "vitest";
import { isBeyond, lastOf, OF, tones, trendOf, type SaveMinute } from "../src/graph/save-figures";
import { sentences } from "../src/pages/performance-documents";

const NOW = Date.parse("2026-03-01T12:00:30Z");
const minute = (at: string, more: Partial<SaveMinute> = {}): SaveMinute => ({ at: `2026-03-01T${at}:00Z`, saves: 4, succeeded: 3, p95_ms: 25, conflicts: 1, document_bytes: 70, memory_bytes: 0, ...more });

describe("a trend", () => {
  it("has a point for each minute up to now, and a gap where nobody reported", () => {
    const trend = trendOf([minute("11:57"), minute("11:59", { saves: 0, succeeded: 0 }), minute("12:00", { succeeded: 4 })], 5, NOW, OF.success);
    expect(trend).toEqual([null, 75, null, null, 100]);
    expect(lastOf(trend)).toBe(100);
    expect(lastOf([null])).toBeNull();
  });

  it("shows of many minutes the worst in each point, and nothing from before or from a clock ahead", () => {
    const day = trendOf([minute("11:47", { p95_ms: 1_000 }), minute("11:48", { p95_ms: 50 }), minute("12:00", { p95_ms: 4_294_967_295 }), minute("12:03")], 1_440, NOW, OF.p95);
    expect([day.length, day.at(-1), day.at(-2)]).toEqual([120, 60_000, 1_000]);
    expect(trendOf([minute("11:50"), minute("11:59", { succeeded: 1 })], 1_440, NOW, OF.success, Math.min).at(-1)).toBe(25);
    expect(trendOf([{ ...minute("12:00"), at: "2026-02-27T12:00:00Z" }], 1_440, NOW, OF.document).every((one) => one === null)).toBe(true);
  });

  it("says what is too slow, too heavy, or fails too often", () => {
    expect([tones.success(0.96), tones.success(0.94), tones.success(null)]).toEqual([undefined, "bad", undefined]);
    expect([tones.p95(500), tones.p95(1_000), tones.memory(100 * 1024 * 1024), tones.memory(2e8), tones.memory(null)]).toEqual([undefined, "warn", undefined, "warn", undefined]);
    expect([isBeyond(60_000), isBeyond(4_294_967_295), isBeyond(null)]).toEqual([false, true, false]);
  });
});

describe("what became of saves", () => {
  const saves = { count: 40, success_rate: 1, average_ms: 4, p50_ms: 5, p95_ms: 5, local: 0, conflict: 0, refused: 0, failed: 0 };
  const conflicts = { found: 0, settled: 0, mine: 0, theirs: 0, merged: 0, average_settling_ms: null };

  it("is said in whole sentences, without what did not happen", () => {
    expect(sentences({ saves, conflicts }, "in the last hour")).toEqual(["Of 40 saves in the last hour, none failed."]);
    expect(sentences({ saves: { ...saves, count: 1, conflict: 1, local: 2, refused: 3 }, conflicts: { ...conflicts, settled: 3, mine: 1, merged: 2, average_settling_ms: 90_000 } }, "today")).toEqual([
      "Of 1 save today, 1 arrived with changes to settle, 2 stayed on the device, to be sent again and 3 were refused.",
      "3 conflicts settled: 1 for the first side and 2 by merging both, 1 min 30 s after they were found.",
    ]);
  });
});
