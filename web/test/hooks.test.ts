// What gathers calls about time.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { debounce } from "../src/ui/hooks";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("gathers calls, and runs once for all of them in time", () => {
  const run = vi.fn();
  const gathered = debounce(run, 300);
  for (let n = 0; n < 10; n += 1) {
    gathered.call();
    vi.advanceTimersByTime(29);
  }
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10);
  expect(run).toHaveBeenCalledTimes(1); // Though calls never rested: what is shown must not wait for a pause.
  vi.advanceTimersByTime(1_000);
  expect(run).toHaveBeenCalledTimes(1);
  gathered.call();
  gathered.stop();
  vi.advanceTimersByTime(1_000);
  expect(run).toHaveBeenCalledTimes(1);
});
