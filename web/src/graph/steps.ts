// Finds steps among thousands: by words of their names, addresses and errors, and by how they stand.

/** What is looked at of a step. */
export interface Findable {
  address: string;
  node: string;
  status: string;
  error: { code: string; message: string } | null;
  attempts: number;
}

/** Groups of statuses, as a person asks for them. */
export const STANDINGS = [
  ["", "All steps"],
  ["failed", "Failed"],
  ["waiting", "Waiting"],
  ["running", "Running"],
  ["succeeded", "Succeeded"],
  ["retried", "Tried again"],
  ["left", "Not run"],
] as const;

function stands(step: Findable, standing: string): boolean {
  if (standing === "retried") return step.attempts > 1;
  if (standing === "left") return step.status === "skipped" || step.status === "canceled" || step.status === "disabled";
  return standing === "" || step.status === standing;
}

/** The steps that have every word of `query` somewhere and stand as asked; the same list where nothing was asked. */
export function findSteps<S extends Findable>(steps: readonly S[], titles: ReadonlyMap<string, string>, query: string, standing: string): readonly S[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && standing === "") return steps;
  return steps.filter((step) => {
    if (!stands(step, standing)) return false;
    const text = `${titles.get(step.node) ?? ""} ${step.node} ${step.address} ${atOf(step.address)} ${step.error?.code ?? ""} ${step.error?.message ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** An address's place in its loops as the table writes it: `#2`. */
function atOf(address: string): string {
  const cut = address.indexOf("@");
  return cut < 0 ? "" : `#${address.slice(cut + 1)}`;
}

export interface StepOrder {
  by: "name" | "status" | "started" | "duration" | "attempts";
  down: boolean;
}

interface Sortable extends Findable {
  startedAt: number | null;
  durationMs: number | null;
}

/** The steps in an order; the same list where none is asked for. What has no value comes last. */
export function sortSteps<S extends Sortable>(steps: readonly S[], titles: ReadonlyMap<string, string>, order: StepOrder | null): readonly S[] {
  if (order === null) return steps;
  const sign = order.down ? -1 : 1;
  const words = (step: S) => (order.by === "name" ? (titles.get(step.node) ?? step.node) : step.status);
  if (order.by === "name" || order.by === "status") return [...steps].sort((a, b) => sign * words(a).localeCompare(words(b)));
  const number = (step: S) => (order.by === "attempts" ? step.attempts : order.by === "started" ? step.startedAt : step.durationMs);
  return [...steps].sort((a, b) => {
    const [x, y] = [number(a), number(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x - y);
  });
}
