// Taking the draft to a version, to another branch, or bringing a version into it. What was typed is saved first; what was done is
// told with a way back.

import type { QueryClient } from "@tanstack/react-query";
import { MAIN, refusalOf, versionsApi, type DraftPlace } from "../../api/versions";
import type { Version } from "../../api/types";
import { sentenceName } from "../../panels/versions/words";
import type { Session } from "../../state/document";
import { placeOf, type Place } from "../../state/document/place";
import { readMe } from "../../state/document/presence";
import { toast } from "../../state/view";
import { plural } from "../../ui/format";
import { asFailure, sentence } from "../../ui/states";

const UNSAVED = "the last changes are not on the server yet; it is tried again by itself, then ask once more";
/** So many of the newest are looked through for what was kept. */
const NEWEST = 20;

export interface Versions {
  session: Session;
  client: QueryClient;
}

/** What is asked for and read of versions, by workflow. */
export const versionsKey = (workflow: string) => ["versions", workflow] as const;

export async function restoreVersion(given: Versions, version: Version, branch: string | null): Promise<void> {
  const { session } = given;
  const before = standing(session);
  await saved(session);
  const place = await versionsApi.restore(session.workflow, version.id, branch, readMe().name);
  const kept = await tookPlace(given, place);
  const words = branch === null ? `The draft holds ${sentenceName(version)} now.` : `The draft is on the new branch “${branch}” now, which begins at ${sentenceName(version)}.`;
  tellWithWayBack(given, words, kept, before);
}

export async function switchBranch(given: Versions, branch: string): Promise<void> {
  const { session } = given;
  const before = standing(session);
  await saved(session);
  const place = await versionsApi.switchTo(session.workflow, branch, readMe().name);
  const kept = await tookPlace(given, place);
  tellWithWayBack(given, `The draft is on the branch “${branch}” now.`, kept, before);
}

export async function mergeVersion({ session, client }: Versions, version: Version): Promise<void> {
  await saved(session);
  const { conflicts } = await versionsApi.merge(session.workflow, version.id);
  session.saver.retry();
  void client.invalidateQueries({ queryKey: versionsKey(session.workflow) });
  if (conflicts === 0) toast("ok", `${upper(sentenceName(version))} is merged into the draft. Nothing was in the way of anything else.`);
  else toast("plain", `${upper(sentenceName(version))} is merged into the draft. ${plural(conflicts, "change")} ${conflicts === 1 ? "waits" : "wait"} for a choice; the draft's side stands until then.`, { label: "Choose", run: openConflicts }, true);
}

/** Why something could not be done, in a sentence. */
export function whyNot(error: unknown): string {
  return refusalOf(error) ?? sentence(asFailure(error));
}

/** Where the draft stands: as it was read last, or taken since. */
export function standing({ doc, base }: Session, now = placeOf(doc).now): Place {
  return now ?? { base, branch: MAIN };
}

/** The choices are led to by what says that there are some. */
function openConflicts(): void {
  document.querySelector<HTMLElement>("[data-save-state]")?.click();
}

async function saved(session: Session): Promise<void> {
  if ((await session.saver.flush()) === null) throw new Error(UNSAVED);
}

/** Follows the draft to where it is now; answers the version that the server kept of what was in it, if it kept one. */
async function tookPlace({ session, client }: Versions, { base, branch }: DraftPlace): Promise<Version | null> {
  placeOf(session.doc).set({ base, branch });
  const known = new Set(client.getQueriesData<{ pages: { items: Version[] }[] }>({ queryKey: versionsKey(session.workflow) }).flatMap(([, data]) => data?.pages.flatMap(({ items }) => items.map(({ id }) => id)) ?? []));
  // Who has a socket hears of it by that; who has none asks now.
  session.saver.retry();
  void client.invalidateQueries({ queryKey: versionsKey(session.workflow) });
  const newest = await versionsApi.list(session.workflow, null, NEWEST).catch(() => null);
  return newest?.items.find(({ id, auto, label }) => auto && label?.startsWith("before ") && !known.has(id)) ?? null;
}

/** Back is what was kept of the draft; where nothing had to be kept, it is the branch or version that it stood on. */
function tellWithWayBack(given: Versions, words: string, kept: Version | null, before: Place): void {
  const { session } = given;
  const back = async () => {
    try {
      const now = standing(session);
      if (now.branch !== before.branch) await tookPlace(given, await versionsApi.switchTo(session.workflow, before.branch, readMe().name));
      await tookPlace(given, await versionsApi.restore(session.workflow, kept?.id ?? before.base, null, readMe().name));
      toast("ok", "The draft is as it was before.");
    } catch (error) {
      toast("bad", `It could not be taken back. ${whyNot(error)}`);
    }
  };
  toast("ok", kept === null ? words : `${words} What was in it is kept as ${sentenceName(kept)}.`, { label: "Take back", run: () => void back() }, true);
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
