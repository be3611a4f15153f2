// Figures that pages show: metrics of the server, the history of executions, and settings of this device.

import { describe, expect, it } from "vitest";
import { stacked, sums } from "../src/graph/history";
import { figuresOf, heapTrend, quantile, rate, readMetrics, routesOf, share, sum } from "../src/graph/metrics";
import { DEFAULTS, defaultsOf, readSettings, settingsOf, writeSettings } from "../src/graph/settings";

const text = (requests: number, bad: number, slow: number) => `# HELP requests_total HTTP requests
# TYPE requests_total counter
requests_total{route="/a",method="GET",status="200"} ${requests - bad}
requests_total{route="/a",method="GET",status="500"} ${bad}
request_duration_seconds_bucket{route="/a",le="0.01"} ${requests - slow}
request_duration_seconds_bucket{route="/a",le="0.1"} ${requests}
request_duration_seconds_bucket{route="/a",le="+Inf"} ${requests}
request_duration_seconds_sum{route="/a"} 1.5
request_duration_seconds_count{route="/a"} ${requests}
odd{text="a \\"quoted\\" word, {braces}"} +Inf
events_total 10
nonsense
`;

describe("metrics", () => {
  const before = readMetrics(text(100, 0, 0), 0);
  const now = readMetrics(text(300, 20, 100), 2_000);

  it("are read with their labels, and lines that are none are left out", () => {
    expect(sum(now, "requests_total")).toBe(300);
    expect(sum(now, "requests_total", (labels) => labels["status"] === "500")).toBe(20);
    expect(now.samples.get("odd")).toEqual([{ labels: { text: 'a "quoted" word, {braces}' }, value: Infinity }]);
    expect(sum(now, "nonsense")).toBeNull();
  });

  it("become rates between two readings, and none across a restart", () => {
    expect(rate(before, now, "requests_total")).toBe(100);
    expect(rate(now, before, "requests_total")).toBeNull();
    expect(rate(null, now, "requests_total")).toBeNull();
    expect(figuresOf(before, now)).toMatchObject({ requests: 100, errors: 10, events: 0, memory: null, cpu: null, cache: null });
  });

  it("have percentiles of what came since the reading before", () => {
    expect(quantile(0.5, before, now, "request_duration_seconds")).toBeCloseTo(0.01);
    expect(quantile(0.95, before, now, "request_duration_seconds")).toBeCloseTo(0.01 + 0.09 * 0.9);
    expect(quantile(0.95, now, now, "request_duration_seconds")).toBeNull();
    expect(routesOf(now)).toEqual([{ route: "/a", requests: 300, p50: expect.closeTo(0.0075), p95: expect.closeTo(0.087), errors: (20 / 300) * 100, share: 1 }]);
  });

  it("tell what a memory keeps after each time it was cleaned", () => {
    const heap = [10, 20, 12, 22, 13, 25, 14].map((value, at) => ({ at: at * 30_000, value }));
    expect(heapTrend(heap)).toEqual({ falls: 3, perMinute: 1 });
    expect(heapTrend(heap.slice(0, 2))).toEqual({ falls: 0, perMinute: null });
    expect([share([3, 1, 2], 0.5), share([], 0.5)]).toEqual([2, null]);
  });
});

describe("history", () => {
  const spans = [
    { from: "2026-01-01T00:00:00Z", total: 5, succeeded: 3, failed: 1, canceled: 0, mean_ms: 10 },
    { from: "2026-01-01T01:00:00Z", total: 0, succeeded: 0, failed: 0, canceled: 0, mean_ms: null },
    { from: "2026-01-01T02:00:00Z", total: 12, succeeded: 11, failed: 0, canceled: 1, mean_ms: 30 },
  ];
  it("sums up, each span by its weight", () => {
    expect(sums(spans)).toEqual({ total: 17, succeeded: 14, failed: 1, mean: 25 });
    expect(sums([])).toEqual({ total: 0, succeeded: 0, failed: 0, mean: null });
  });
  it("stacks what failed, what ended, and all", () => {
    expect(stacked(spans).slice(1)).toEqual([[5, 0, 12], [4, 0, 11], [1, 0, 0]]);
  });
});

describe("settings of this device", () => {
  it("are the defaults wherever a text says nothing that can be", () => {
    const wrong = [null, "", "{", "[]", '"x"', '{"density":"tight","lodLow":"0.5","simplifyEdges":1,"maxVisible":null,"drag":"fly"}'];
    for (const text of wrong) expect(readSettings(text)).toEqual(DEFAULTS);
  });
  it("stay inside of what each may be, and detail never falls while one zooms in", () => {
    expect(settingsOf({ lodLow: 9, maxVisible: 1 })).toMatchObject({ lodLow: 1, lodMedium: 1, maxVisible: 50 });
    expect(settingsOf({ lodLow: 0.6, lodMedium: 0.2 })).toMatchObject({ lodLow: 0.6, lodMedium: 0.6 });
  });
  it("are kept only where they differ, and read back as they were", () => {
    expect(writeSettings(DEFAULTS)).toBeNull();
    // The server's own defaults are below what a device has chosen, whatever they become.
    const server = defaultsOf({ lod_threshold_low: 0.2, lod_threshold_medium: 0.9, max_visible_nodes: 500, virtual_scrolling: false });
    expect(server).toEqual({ ...DEFAULTS, lodLow: 0.2, lodMedium: 0.9, maxVisible: 500, onlyInView: false });
    expect(readSettings('{"maxVisible":2000}', server)).toEqual({ ...server, maxVisible: 2_000 });
    expect(writeSettings({ ...server, maxVisible: 1_000 }, server)).toBe('{"maxVisible":1000}');
    expect([defaultsOf(undefined), defaultsOf({ lod_threshold_low: "x", max_visible_nodes: 1e9 })]).toEqual([DEFAULTS, { ...DEFAULTS, maxVisible: 20_000 }]);
    const chosen = settingsOf({ density: "compact", lodLow: 0.2, simplifyEdges: false });
    expect(writeSettings(chosen)).toBe('{"density":"compact","lodLow":0.2,"simplifyEdges":false}');
    expect(readSettings(writeSettings(chosen))).toEqual(chosen);
  });
});
