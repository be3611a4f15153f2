// What is random in a simulated life beside its steps, from its seed. The ids of clients are Yjs's own and decide between two at one
// time, so a seed that fails does so nearly every time.

import { vi } from "vitest";
import { randomOf } from "../random";

export function seedAll(seed: number): void {
  const random = randomOf(seed + 1_000_003);
  vi.spyOn(Math, "random").mockImplementation(() => random.below(1_000_000_007) / 1_000_000_007);
}
