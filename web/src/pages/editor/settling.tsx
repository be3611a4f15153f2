// Settling conflicts in the editor: the dialog, or the bar where it has stepped aside for the graph; and the line that tells of new ones.

import { Suspense, useCallback, useEffect, useRef, type ComponentProps } from "react";
import type { NodeType } from "../../api/types";
import { keyOf } from "../../graph/conflicts";
import type { Conflict } from "../../graph/document/changes";
import { useDocument, type Session } from "../../state/document";
import { closeToast, toast } from "../../state/view";
import { plural } from "../../ui/format";
import { part } from "../../ui/part";
import type { Drawing } from "./drawing";
import { SaveIndicator } from "./save-state";
import type { Parts } from "./use-parts";

const ConflictDialog = part(async () => (await import("../../panels/conflicts/conflict-dialog")).ConflictDialog);
const ConflictBar = part(async () => (await import("../../panels/conflicts/conflict-bar")).ConflictBar);

const ChoicePreview = part(async () => (await import("./choice-preview")).ChoicePreview);

interface SettlingProps {
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  parts: Parts;
  drawing: Drawing;
  /** Selects a node and brings it into view. */
  reveal: (id: string) => void;
  publish: () => void;
}

export function Settling({ session, kinds, parts, drawing, reveal, publish }: SettlingProps) {
  const { settling, setSettling } = parts;
  const open = () => setSettling({ at: null, isAside: false, isPublishing: false });
  useTelling(settling !== null, open);
  const close = () => setSettling(null);
  const show = (conflict: Conflict) => {
    if (!("node" in conflict.row)) return;
    setSettling((now) => now && { ...now, at: keyOf(conflict), isAside: true });
    reveal(conflict.row.node);
  };
  const Preview = useCallback(
    (props: Pick<ComponentProps<typeof ChoicePreview>, "conflict" | "tried">) => (
      <ChoicePreview session={session} kinds={kinds} drawing={drawing} {...props} />
    ),
    [session, kinds, drawing],
  );
  return (
    <>
      <SaveIndicator session={session} onSettle={open} />
      <Suspense fallback={null}>
        {settling === null ? null : settling.isAside ? (
          <ConflictBar session={session} kinds={kinds} at={settling.at} onBack={() => setSettling({ ...settling, isAside: false })} />
        ) : (
          <ConflictDialog
            session={session}
            kinds={kinds}
            at={settling.at}
            isPublishing={settling.isPublishing}
            onPublish={() => {
              close();
              publish();
            }}
            onShow={show}
            Preview={Preview}
            onClose={close}
          />
        )}
      </Suspense>
    </>
  );
}

/** Says once that there are conflicts which were not there before. */
function useTelling(isOpen: boolean, open: () => void): void {
  const conflicts = useDocument((state) => state.conflicts);
  const known = useRef(new Set<string>());
  const act = useRef(open);
  act.current = open;
  const line = useRef(-1);
  useEffect(() => {
    // Who is settling them, or has settled them, need not be told.
    if (isOpen || conflicts.length === 0) closeToast(line.current);
    const fresh = conflicts.filter((one) => !known.current.has(nameOf(one)));
    known.current = new Set([...known.current, ...conflicts.map(nameOf)]);
    if (fresh.length === 0 || isOpen) return;
    line.current = toast("plain", `${plural(fresh.length, "change")} made in two places. Both values are kept until somebody chooses.`, { label: "Resolve", run: () => act.current() });
  }, [conflicts, isOpen]);
}

/** The same before and after it is shared. */
const nameOf = ({ row, field }: Conflict) => JSON.stringify([row, field]);
