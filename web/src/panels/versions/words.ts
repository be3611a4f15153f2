// What versions and their differences are called.

import type { Version } from "../../api/types";
import type { Difference, FieldChange, Kind } from "../../graph/versions/difference";
import { words } from "../../graph/summary";
import { exactNumber } from "../../graph/values";
import { fullDate, plural } from "../../ui/format";

/** What a version is called in a list: its label, else what made it. */
export function nameOf({ label, auto }: Pick<Version, "label" | "auto">): string {
  return label ?? (auto ? "Automatic version" : "Version");
}

/** What it is called in a sentence, where no list stands around it. */
export function sentenceName(version: Pick<Version, "label" | "auto" | "created_at">): string {
  return version.label === null ? `the version of ${fullDate(Date.parse(version.created_at))}` : `“${version.label}”`;
}

export const KIND_WORDS: Record<Kind, string> = { added: "added", removed: "removed", changed: "changed", moved: "moved" };
export const KIND_SIGNS: Record<Kind, string> = { added: "+", removed: "−", changed: "~", moved: "→" };

/** How much differs, as a sentence. */
export function summaryWords({ counts, file }: Difference): string {
  const parts = (["added", "removed", "changed", "moved"] as const).flatMap((kind) => (counts[kind] > 0 ? [`${counts[kind]} ${KIND_WORDS[kind]}`] : []));
  if (file.length > 0) parts.push(`${plural(file.length, "setting")} of the workflow`);
  return parts.length === 0 ? "Nothing differs" : parts.join(", ");
}

export function fieldWords(field: string): string {
  return words(field.replace(/^data\//, "").replaceAll("~1", "/").replaceAll("~0", "~"));
}

const LONGEST = 4_000;

/** A value as text. */
export function textOf(value: unknown): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : (exactNumber(value) ?? JSON.stringify(value, null, 1).replace(/\n\s*/g, " ") );
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Places are whole numbers to people. */
export function placeWords({ before, after }: FieldChange): string | null {
  const at = (value: unknown) => {
    const { x, y } = (value ?? {}) as { x?: unknown; y?: unknown };
    return typeof x === "number" && typeof y === "number" ? `${Math.round(x)}, ${Math.round(y)}` : null;
  };
  const [from, to] = [at(before), at(after)];
  return from === null || to === null ? null : `${from} → ${to}`;
}
