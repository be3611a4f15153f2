// Where the last change is, in words: what is shown in the bar, and what it means. It never says more than is known.

import type { SaveState } from "../../state/document/saver";
import { plural } from "../../ui/format";

export type SaveShown = "saved" | "syncing" | "soon" | "away" | "conflict" | "unsafe" | "refused";
/** What can be done about it. */
export type SaveDeed = "settle" | "sign_in" | "retry" | "download";

export interface SaveWords {
  shown: SaveShown;
  tone: "ok" | "idle" | "warn" | "bad";
  words: string;
  /** What it means, a sentence for each thing to know. */
  meaning: readonly string[];
  deeds: readonly SaveDeed[];
}

const SAVED = "Saved";

export function saveWords(save: SaveState, conflicts: number): SaveWords {
  const own = ownWords(save);
  if (conflicts === 0) return own;
  const count = `${plural(conflicts, "change")} to settle`;
  const meaning = `${conflicts === 1 ? "One field was" : `${conflicts} fields were`} changed in two places while they were apart. Both values are kept; one of them stands until somebody chooses.`;
  const deeds = ["settle", ...own.deeds] as const;
  // Work that could be lost is told before work that waits for a choice.
  if (own.tone === "bad") return { ...own, meaning: [...own.meaning, `Besides: ${count}. ${meaning}`], deeds };
  const words = own.shown === "away" ? `${count} · not on the server` : count;
  return { shown: "conflict", tone: "warn", words, meaning: [meaning, ...own.meaning], deeds };
}

function ownWords(save: SaveState): SaveWords {
  switch (save.kind) {
    case "saved":
    case "conflict":
      return { shown: "saved", tone: "ok", words: SAVED, meaning: ["Every change is on the server. Nothing waits on this device."], deeds: [] };
    case "syncing":
      return { shown: "syncing", tone: "ok", words: "Saving", meaning: ["The last changes are on their way; the server has not confirmed them yet."], deeds: [] };
    case "local":
      return localWords(save.why, save.isSignedOut === true);
    case "unsafe":
      return {
        shown: "unsafe",
        tone: "bad",
        words: "Not saved",
        meaning: [`The server does not have the last changes, and ${save.why}. Keep this page open until they are saved, or download a copy.`],
        deeds: ["retry", "download"],
      };
    case "refused":
      return {
        shown: "refused",
        tone: "bad",
        words: "On this device · refused",
        meaning: [`The server did not take the last changes: ${save.why}.`, "They are on this device. Change what it says, or take the last step back."],
        deeds: ["retry", "download"],
      };
  }
}

function localWords(why: string | null, isSignedOut: boolean): SaveWords {
  if (why === null) return { shown: "soon", tone: "idle", words: "On this device · saving soon", meaning: ["The last changes are on this device and go to the server in a moment."], deeds: ["retry"] };
  const sentence = why.charAt(0).toUpperCase() + why.slice(1).replace(/\.?$/, ".");
  const rest = isSignedOut ? "They are sent once you are signed in again." : "They are sent once that is over; you can go on working, or close this page.";
  return { shown: "away", tone: "warn", words: "On this device · not on the server", meaning: [`The last changes are on this device. ${sentence} ${rest}`], deeds: [isSignedOut ? "sign_in" : "retry", "download"] };
}

/**
 * What is said aloud, after what was said before: where it changed for somebody, that all is well again, and not each time something was
 * saved or tried once more.
 */
export function spokenWords({ shown, words }: SaveWords, before: string): string {
  const isWell = before === "" || before === SAVED;
  if (shown === "saved") return before === "" ? "" : SAVED;
  if (shown === "syncing" || shown === "soon") return isWell ? "" : before;
  return words;
}
