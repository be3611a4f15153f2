// Ends of a simulated while: everything that is on its way arrives, and files are compared whatever the order of their rows.

import { vi } from "vitest";
import type { FileGraph } from "../../src/graph/file";
import { disksSettle } from "./replica";
import type { SimServer } from "./sim-server";

/** So much time passes, with everything arriving that can. */
export async function settled(server: SimServer, ms = 3_000): Promise<void> {
  for (let left = ms; left > 0; ) {
    server.pump();
    const step = Math.min(left, left > 20_000 ? 5_000 : 100);
    await vi.advanceTimersByTimeAsync(step);
    left -= step;
  }
  server.pump();
  await disksSettle(2);
}

/** Rows by what they say: their order among those that were added is not the same everywhere until the next reading. */
export function sorted({ nodes, edges, ...rest }: FileGraph): unknown {
  const byText = (rows: readonly unknown[]) => rows.map(keysSorted).map((row) => JSON.stringify(row)).sort();
  return { ...(keysSorted(rest) as object), nodes: byText(nodes), edges: byText(edges) };
}

function keysSorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysSorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, keysSorted(inner)]));
}
