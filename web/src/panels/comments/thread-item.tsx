// A thread in the list: what it is about and how it begins; open, with all its answers and a field for another.

import { Check, CircleCheck, Crosshair, CornerDownRight, MapPin, RotateCcw, Unlink } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Thread } from "../../graph/comments/threads";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { Ago } from "../../ui/time";
import { Composer } from "./composer";
import { SaidRow } from "./said";
import type { CommentActions, CommentsShown } from "./types";
import s from "./comments.module.css";

interface ThreadProps {
  thread: Thread;
  shown: CommentsShown;
  actions: CommentActions;
}

export function ThreadItem({ thread, shown, actions }: ThreadProps) {
  const { canWrite } = shown;
  const isOpen = shown.current === thread.id;
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isOpen) item.current?.scrollIntoView({ block: "nearest" });
  }, [isOpen]);
  const { first, answers, resolved } = thread;
  const about = aboutOf(thread, shown);
  const isUnread = shown.isUnread(thread);
  return (
    <li ref={item} className={`${s.thread} ${isOpen ? s.open : ""}`} data-thread={thread.id}>
      <div className={s.head}>
        <button
          type="button"
          className={s.about}
          aria-expanded={isOpen}
          title={about.title}
          onClick={() => actions.choose(isOpen ? null : thread)}
          data-head=""
        >
          <about.Icon aria-hidden="true" />
          <span className="cut" dir="auto">
            {about.words}
          </span>
          <span className="hidden">{`, ${first.author.name}: ${first.isDeleted ? "deleted" : first.text.slice(0, 120)}`}</span>
          {isUnread ? (
            <span className={s.dot} title="Not read yet">
              <span className="hidden">, not read yet</span>
            </span>
          ) : null}
        </button>
        {!canWrite ? null : resolved ? (
          <Button kind="quiet" iconOnly icon={<RotateCcw size={14} aria-hidden="true" />} onClick={() => actions.reopen(thread)}>
            Reopen
          </Button>
        ) : (
          <Button kind="quiet" iconOnly icon={<Check size={14} aria-hidden="true" />} onClick={() => actions.resolve(thread)}>
            Resolve
          </Button>
        )}
      </div>
      {isOpen ? <Whole thread={thread} shown={shown} actions={actions} /> : <Short thread={thread} shown={shown} actions={actions} />}
      {resolved ? (
        <p className={s.settled}>
          <CircleCheck aria-hidden="true" />
          <span className="cut">
            Resolved by {resolved.by} · <Ago at={resolved.at} />
          </span>
        </p>
      ) : null}
      {!isOpen && answers.length > 0 ? <p className={s.count}>{plural(answers.length, "answer")}</p> : null}
    </li>
  );
}

/** What somebody reads before they open it; a press anywhere opens it too. */
function Short({ thread, shown, actions }: ThreadProps) {
  return (
    <div
      className={s.short}
      onClick={(event) => {
        if (!(event.target as Element).closest("a, button")) actions.choose(thread);
      }}
    >
      <SaidRow said={thread.first} shown={{ ...shown, canWrite: false }} actions={actions} />
    </div>
  );
}

function Whole({ thread, shown, actions }: ThreadProps) {
  const draft = { thread: thread.id };
  const { show } = actions;
  const isThere = thread.node === null || shown.title(thread.node) !== null;
  return (
    <>
      <SaidRow said={thread.first} shown={shown} actions={actions} />
      {thread.answers.map((said) => (
        <SaidRow key={said.id} said={said} shown={shown} actions={actions} />
      ))}
      {shown.canWrite ? (
        <Composer
          label={`Answer ${thread.first.author.name}`}
          placeholder="Answer…"
          verb="Answer"
          begins={actions.draft(draft)}
          onDraft={(text) => actions.putDraft(draft, text)}
          onSend={(text) => actions.answer(thread, text)}
          onLeave={() => actions.leave()}
        />
      ) : null}
      {show && isThere ? (
        <Button kind="quiet" icon={<Crosshair size={14} aria-hidden="true" />} onClick={() => show(thread)}>
          Show on the canvas
        </Button>
      ) : null}
    </>
  );
}

function aboutOf({ node }: Thread, { title }: CommentsShown): { words: string; title: string; Icon: typeof MapPin } {
  if (node === null) return { words: "A place of the canvas", title: "Shows the place", Icon: MapPin };
  const words = title(node);
  return words === null ? { words: `${node}: the node is gone`, title: "The node it is about was deleted", Icon: Unlink } : { words, title: `Shows ${words}`, Icon: CornerDownRight };
}
