// One conflict: what it was, both sides with what differs marked, and what can be made of them.

import { LocateFixed } from "lucide-react";
import { Suspense, type ComponentType, type RefObject } from "react";
import type { NodeType } from "../../api/types";
import { fieldTitle, isAbsent, kindOf, mergedIn, sidesOf, standingOf, type ConflictGroup } from "../../graph/conflicts";
import type { Conflict } from "../../graph/document/changes";
import type { Session } from "../../state/document";
import type { Choice } from "../../state/document/settle";
import { Button, Key } from "../../ui/button";
import { Chip } from "../../ui/status";
import { Ago } from "../../ui/time";
import { ByKey } from "./by-key";
import { RowTile } from "./conflict-list";
import { MergeText } from "./merge-text";
import { SideText, textOf } from "./side-text";
import { useTrying, type Tried, type Trying } from "./use-trying";
import s from "./conflicts.module.css";

/** What comes of a choice; null while none is looked at. */
export type Preview = ComponentType<{ conflict: Conflict; tried: Tried | null }>;

interface DetailProps {
  ref: RefObject<HTMLDivElement | null>;
  session: Session;
  conflict: Conflict;
  group: ConflictGroup;
  me: string;
  kinds: ReadonlyMap<string, NodeType>;
  onTake: (choice: Choice, how: string) => void;
  onShow: () => void;
  /** The graph, with what a choice that is looked at would make of it. */
  Preview: Preview;
  /** Gives the keyboard back to the list. */
  onLeave: () => void;
}

export function ConflictDetail({ ref, session, conflict, group, me, kinds, onTake, onShow, Preview, onLeave }: DetailProps) {
  const { tried, trying } = useTrying();
  const kind = kindOf(conflict);
  const standing = standingOf(session.doc, conflict);
  const { shared } = conflict;
  return (
    <div ref={ref} className={s.detail} role="region" aria-label={`${group.title} · ${fieldTitle(conflict)}`}>
      <div className={s.title}>
        <RowTile group={group} kinds={kinds} />
        <h3 className="cut" dir="auto">
          {group.title} · {fieldTitle(conflict)}
        </h3>
        {"node" in conflict.row ? (
          <Button icon={<LocateFixed size={14} aria-hidden="true" />} disabled={!group.isThere} title={group.isThere ? undefined : "It is not in the graph any more"} onClick={onShow}>
            Show on the graph
          </Button>
        ) : null}
      </div>
      {shared && shared.at > 0 ? (
        <p className="faint">
          {broughtBy(shared.by, me)} <Ago at={shared.at} />
        </p>
      ) : (
        <p className="faint">Found on this device; others have not heard of it yet.</p>
      )}
      {standing.what === "other" || standing.what === "gone" ? (
        <p className={s.since} role="note">
          {standing.what === "gone" ? "It was deleted since. A choice only settles this." : "It was changed since then. Choosing a side replaces what is there now:"}
          {standing.what === "other" ? <code className="cut">{textOf(standing.value, 120)}</code> : null}
        </p>
      ) : null}
      {/* The place is kept until it comes: nothing that is pressed moves away below the finger. */}
      <Suspense fallback={<div className={s.awaited} />}>
        <Preview conflict={conflict} tried={tried} />
      </Suspense>
      {kind === "row" ? <RowSides conflict={conflict} me={me} trying={trying} onTake={onTake} /> : <FieldSides conflict={conflict} me={me} standing={standing.what} trying={trying} onTake={onTake} />}
      {standing.what === "other" ? <Button onClick={() => onTake({ how: "merged", value: standing.value }, "Kept as it is now")}>Keep as it is now</Button> : null}
      {kind === "text" ? <MergeText conflict={conflict} trying={trying} onTake={onTake} onLeave={onLeave} /> : null}
      {kind === "object" ? <ByKey conflict={conflict} me={me} trying={trying} onTake={onTake} /> : null}
    </div>
  );
}

function broughtBy(by: string, me: string): string {
  const merged = mergedIn(by);
  if (merged !== null) return `Found when “${merged}” was merged`;
  return by === "" || by === me ? "Brought by your device" : `Brought by ${by}’s device`;
}

type Take = Pick<DetailProps, "conflict" | "me" | "onTake"> & { trying: Trying };

function FieldSides({ conflict, me, standing, trying, onTake }: Take & { standing: string }) {
  const sides = sidesOf(conflict, me);
  return (
    <>
      <div className={s.was}>
        <h4>Before</h4>
        <SideText value={conflict.base} />
      </div>
      <div className={s.sides}>
        {(["mine", "theirs"] as const).map((side) => (
          <section key={side} className={s.side} aria-label={sides[side].name} {...trying({ name: sides[side].name, choice: { how: side } })}>
            <h4>
              <span className="cut" dir="auto">
                {sides[side].name}
              </span>
              {standing === side ? <Chip tone="info">Stands now</Chip> : null}
            </h4>
            <SideText value={conflict[side]} base={conflict.base} />
            <Button kind={side === "mine" ? "primary" : "plain"} data-side={side} aria-keyshortcuts={side === "mine" ? "M" : "T"} onClick={() => onTake({ how: side }, sides[side].choose)}>
              {sides[side].choose} <Key>{side === "mine" ? "M" : "T"}</Key>
            </Button>
          </section>
        ))}
      </div>
    </>
  );
}

/** One side deleted what the other edited: it goes, or it stays as it was edited. */
function RowSides({ conflict, me, trying, onTake }: Take) {
  const sides = sidesOf(conflict, me);
  return (
    <div className={s.sides}>
      {(["mine", "theirs"] as const).map((side) => {
        const isDeletion = isAbsent(conflict[side]);
        const words = isDeletion ? "Delete" : "Keep";
        return (
          <section key={side} className={s.side} aria-label={sides[side].name} {...trying({ name: sides[side].name, choice: { how: side } })}>
            <h4>
              <span className="cut" dir="auto">
                {sides[side].name}
              </span>
              <Chip tone={isDeletion ? "bad" : "ok"}>{isDeletion ? "Deleted" : "Edited"}</Chip>
            </h4>
            {isDeletion ? <p className="dim">Deleted here. What stood in it is at the other side.</p> : <SideText value={conflict[side]} base={conflict.base} />}
            <Button kind={isDeletion ? "bad" : "primary"} data-side={side} aria-keyshortcuts={side === "mine" ? "M" : "T"} onClick={() => onTake({ how: side }, isDeletion ? "Deleted" : "Kept")}>
              {words} <Key>{side === "mine" ? "M" : "T"}</Key>
            </Button>
          </section>
        );
      })}
    </div>
  );
}
