// The comments on a workflow: a field for a new one, those that are open or resolved, and what to do where there are none.

import { MessageSquarePlus, X } from "lucide-react";
import { useRef, useState, type KeyboardEvent } from "react";
import type { Thread } from "../../graph/comments/threads";
import type { Anchor } from "../../graph/comments/write";
import { Button, Key } from "../../ui/button";
import { Segments } from "../../ui/segments";
import { Empty } from "../../ui/states";
import { Composer } from "./composer";
import { ThreadItem } from "./thread-item";
import type { CommentActions, CommentsShown } from "./types";
import s from "./comments.module.css";

/** So many at first; the rest on asking. */
const PAGE = 50;

interface ListProps {
  threads: readonly Thread[];
  shown: CommentsShown;
  actions: CommentActions;
  /** What a new comment is about; null while none is written. */
  writing: Anchor | null;
  /** Only what is about this node. */
  only: string | null;
  onAll: () => void;
  /** Begins a new one about what is selected. */
  onNew: () => void;
  onSend: (anchor: Anchor, text: string) => void;
  onStop: () => void;
  onReadAll: () => void;
  /** The keys that begin a comment, as a keyboard shows them; null where there are none. */
  keys: string | null;
}

type Which = "open" | "resolved";

export function CommentList(props: ListProps) {
  const { threads, shown, actions, writing, only } = props;
  const [which, setWhich] = useState<Which>("open");
  const [most, setMost] = useState(PAGE);
  const list = useRef<HTMLUListElement>(null);
  const about = only === null ? threads : threads.filter(({ node }) => node === only);
  const counts = { open: about.filter(({ resolved }) => !resolved).length, resolved: about.filter(({ resolved }) => resolved).length };
  // What was just resolved stays in sight as long as it is looked at.
  const wanted = about.filter((thread) => (thread.resolved !== null) === (which === "resolved") || thread.id === shown.current);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    if (event.key === "Escape") {
      event.preventDefault();
      actions.leave();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(list.current, event);
  };
  return (
    <section className={s.root} aria-label="Comments" onKeyDown={onKeyDown}>
      <div className={s.bar}>
        <Segments
          label="Which comments"
          value={which}
          options={[
            ["open", counts.open > 0 ? `Open ${counts.open}` : "Open"],
            ["resolved", counts.resolved > 0 ? `Resolved ${counts.resolved}` : "Resolved"],
          ]}
          onChange={(now) => {
            const current = threads.find(({ id }) => id === shown.current);
            if (current && (current.resolved !== null) !== (now === "resolved")) actions.choose(null);
            setWhich(now);
          }}
        />
        {shown.canWrite ? (
          <Button kind="quiet" iconOnly icon={<MessageSquarePlus size={16} aria-hidden="true" />} onClick={props.onNew}>
            New comment
          </Button>
        ) : null}
      </div>
      {shown.canWrite ? null : <p className={s.notice}>You only look on here: comments can be read, but not written, answered or resolved.</p>}
      {only === null ? null : <Only {...props} only={only} />}
      {writing ? <New {...props} writing={writing} /> : null}
      <div className={s.scroll}>
        {wanted.length === 0 ? (
          writing ? null : <Nothing {...props} which={which} hasOthers={about.length > 0} />
        ) : (
          <ul ref={list} className={s.list}>
            {wanted.slice(0, most).map((thread) => (
              <ThreadItem key={thread.id} thread={thread} shown={shown} actions={actions} />
            ))}
          </ul>
        )}
        <div className={s.foot}>
          {wanted.length > most ? <Button onClick={() => setMost(most + PAGE)}>{`Show ${Math.min(PAGE, wanted.length - most)} more`}</Button> : null}
          {threads.some(shown.isUnread) ? (
            <Button kind="quiet" onClick={props.onReadAll}>
              Mark all as read
            </Button>
          ) : null}
        </div>
      </div>
    </section>
  );
}

function Only({ only, shown, onAll }: ListProps & { only: string }) {
  return (
    <p className={s.only}>
      <span className="cut" dir="auto">
        About {shown.title(only) ?? only}
      </span>
      <Button kind="quiet" iconOnly icon={<X size={14} aria-hidden="true" />} onClick={onAll}>
        Show all comments
      </Button>
    </p>
  );
}

function New({ writing, shown, actions, onSend, onStop }: ListProps & { writing: Anchor }) {
  const { node } = writing;
  const words = node === null ? "a place of the canvas" : (shown.title(node) ?? node);
  return (
    <div className={s.fresh}>
      <p className={s.what}>
        <span className="cut" dir="auto">
          About {words}
        </span>
      </p>
      <Composer
        key={node ?? `${writing.x} ${writing.y}`}
        label={`Comment about ${words}`}
        placeholder="Say something…"
        verb="Comment"
        begins={actions.draft(writing)}
        isFirst
        hasCancel
        onDraft={(text) => actions.putDraft(writing, text)}
        onSend={(text) => onSend(writing, text)}
        onLeave={onStop}
      />
    </div>
  );
}

function Nothing({ which, hasOthers, shown, onNew, keys }: ListProps & { which: Which; hasOthers: boolean }) {
  if (which === "resolved") return <p className={s.none}>Nothing is resolved yet. What is settled goes here, and can be opened again.</p>;
  return (
    <Empty
      title={hasOthers ? "Everything is resolved" : "No comments yet"}
      {...(shown.canWrite && { actions: <Button onClick={onNew}>Write a comment</Button> })}
    >
      {shown.canWrite ? (
        <>
          Select a node, or point at a place of the canvas, to say something about it. {keys === null ? null : <Key>{keys}</Key>}
        </>
      ) : (
        hasOthers ? "What was said is under Resolved." : "Nobody has said anything about this workflow."
      )}
    </Empty>
  );
}

/** Up and down lead from thread to thread. */
function walk(list: HTMLUListElement | null, event: KeyboardEvent): void {
  const heads = [...(list?.querySelectorAll<HTMLElement>("[data-head]") ?? [])];
  const at = heads.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  heads[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
}
