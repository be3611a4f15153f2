// Where two changed the same apart: a list of what waits for a choice, and both sides of the one that is looked at.

import { CircleCheck, Undo2 } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { NodeType } from "../../api/types";
import { keyOf, type ConflictGroup } from "../../graph/conflicts";
import type { Conflict } from "../../graph/document/changes";
import type { Session } from "../../state/document";
import type { Choice } from "../../state/document/settle";
import { Button, Key } from "../../ui/button";
import { Modal } from "../../ui/dialog";
import { plural } from "../../ui/format";
import { Empty } from "../../ui/states";
import { isTyping } from "../../ui/typing";
import { stepOf } from "../../ui/walk";
import { ConflictDetail, type Preview } from "./conflict-detail";
import { ConflictList } from "./conflict-list";
import { useConflicts, whatOf, type Settled } from "./use-conflicts";
import s from "./conflicts.module.css";

export interface ConflictDialogProps {
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  /** The one to begin with. */
  at: string | null;
  /** It was to be published, which waits for these. */
  isPublishing: boolean;
  onPublish: () => void;
  /** Steps aside for the graph, where the node is shown. */
  onShow: (conflict: Conflict) => void;
  Preview: Preview;
  onClose: () => void;
}

export function ConflictDialog(props: ConflictDialogProps) {
  const { session, onClose } = props;
  const conflicts = useConflicts(props);
  const { chosen, group, count } = conflicts;
  const [last, setLast] = useState<Settled | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const detail = useRef<HTMLDivElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const key = chosen && keyOf(chosen);
  const focusList = () => list.current?.querySelector<HTMLElement>("[aria-current=true]")?.focus();
  // After a choice the keyboard goes on at the next one, or at what is left to do.
  useEffect(() => {
    if (key === null) dialog.current?.querySelector<HTMLElement>("[data-next]")?.focus();
    else if (!isTyping(document.activeElement)) focusList();
  }, [key]);
  const take = (of: ConflictGroup, which: readonly Conflict[], choice: Choice, how: string) => setLast(conflicts.settle(which, choice, `${how}: ${whatOf(of, which)}`));
  const undo = () => {
    last?.undo();
    setLast(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isTyping(event.target)) return;
    const by = stepOf(event.key);
    const letter = event.key.toLowerCase();
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if ((event.ctrlKey || event.metaKey) && letter === "z" && !event.shiftKey) {
      if (last) undo();
    } else if (isPlain && by !== null && list.current?.contains(event.target as Node)) conflicts.step(by);
    else if (isPlain && (letter === "m" || letter === "t")) detail.current?.querySelector<HTMLElement>(`[data-side="${letter === "m" ? "mine" : "theirs"}"]`)?.click();
    else return;
    event.preventDefault();
  };
  return (
    <Modal ref={dialog} size="whole" name={{ label: "Changes to settle" }} onClose={onClose} className={s.dialog}>
      <div className={s.page} onKeyDown={onKeyDown}>
        <header className={s.head}>
          <div>
            <h2>Changes to settle</h2>
            <p className="dim">{count > 0 ? INTRODUCTION : "Nothing waits for a choice."}</p>
          </div>
          <Button onClick={onClose}>Close</Button>
        </header>
        {chosen && group ? (
          <div className={s.columns}>
            <ConflictList ref={list} conflicts={conflicts} kinds={props.kinds} onTake={take} onEnter={() => detail.current?.querySelector<HTMLElement>("[data-side]")?.focus()} />
            <ConflictDetail key={key} ref={detail} session={session} conflict={chosen} group={group} me={conflicts.me} kinds={props.kinds} onTake={(choice, how) => take(group, [chosen], choice, how)} onShow={() => props.onShow(chosen)} Preview={props.Preview} onLeave={focusList} />
          </div>
        ) : (
          <AllSettled {...props} />
        )}
        <footer className={s.foot}>
          <p role="status" className="cut">
            {last ? `${last.words}. ${count > 0 ? `${plural(count, "change")} left.` : ""}` : ""}
          </p>
          {last ? (
            <Button icon={<Undo2 size={14} aria-hidden="true" />} onClick={undo}>
              Undo
            </Button>
          ) : (
            <p className={`${s.keys} faint`} aria-hidden="true">
              <Key>↑</Key> <Key>↓</Key> walk <Key>↵</Key> look closer <Key>M</Key> first <Key>T</Key> second <Key>Esc</Key> close
            </p>
          )}
        </footer>
      </div>
    </Modal>
  );
}

const INTRODUCTION = "These fields were changed in two places while they were apart. Nothing is lost: both sides are kept until somebody chooses.";

function AllSettled({ isPublishing, onPublish, onClose }: ConflictDialogProps) {
  return (
    <div className={s.settled}>
      <Empty
        icon={<CircleCheck aria-hidden="true" />}
        title="All settled"
        actions={
          isPublishing ? (
            <Button kind="primary" data-next="" onClick={onPublish}>
              Publish
            </Button>
          ) : (
            <Button kind="primary" data-next="" onClick={onClose}>
              Back to the graph
            </Button>
          )
        }
      >
        {isPublishing ? "Every change has one value now. The draft can be published." : "Every change has one value now, for everybody who works on this workflow."}
      </Empty>
    </div>
  );
}
