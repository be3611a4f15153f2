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
