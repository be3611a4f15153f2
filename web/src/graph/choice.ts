// What is chosen of a long list: some rows by their ids, or all that a filter finds, however many.

export type Choice = { all: true; count: number } | { all: false; ids: ReadonlySet<string> };

export const NONE: Choice = { all: false, ids: new Set() };

export function chosen(choice: Choice): number {
  return choice.all ? choice.count : choice.ids.size;
}

export function isChosen(choice: Choice, id: string): boolean {
  return choice.all || choice.ids.has(id);
}

/** Some more, or some fewer. Of a choice of all, single ones cannot be taken: their ids are not known. */
export function choose(choice: Choice, ids: Iterable<string>, on: boolean): Choice {
  const next = new Set(choice.all ? [] : choice.ids);
  for (const id of ids) if (on) next.add(id);
    else next.delete(id);
  return { all: false, ids: next };
}

/** The rows from the one that was chosen last to this one, whichever comes first. */
export function span(from: number, to: number): [first: number, last: number] {
  return from < to ? [from, to] : [to, from];
}

/** One name for a copy, also of a copy: "Sync copy", "Sync copy 2". */
export function copyName(name: string): string {
  const numbered = / copy(?: (\d+))?$/.exec(name);
  if (!numbered) return `${name} copy`;
  return `${name.slice(0, numbered.index)} copy ${Number(numbered[1] ?? 1) + 1}`;
}
