// One comment of a thread: who said it and when, its text, and for who said it what can be done with it.

import { Ellipsis } from "lucide-react";
import { useState } from "react";
import type { Said } from "../../graph/comments/threads";
import { isMine } from "../../graph/comments/write";
import { Menu } from "../../ui/menu";
import { Ago } from "../../ui/time";
import { Avatar } from "../presence/avatar";
import { Composer } from "./composer";
import { LinkedText } from "./linked-text";
import type { CommentActions, CommentsShown } from "./types";
import s from "./comments.module.css";

interface SaidProps {
  said: Said;
  shown: CommentsShown;
  actions: CommentActions;
}

export function SaidRow({ said, shown, actions }: SaidProps) {
  const { me, canWrite, isWaiting } = shown;
  const [isEditing, setEditing] = useState(false);
  const { author, text, isEdited, isDeleted } = said;
  const draft = { said: said.id };
  const leave = () => setEditing(false);
  const mayChange = canWrite && isMine(said, me) && !isDeleted;
  return (
    <div className={s.said}>
      <div className={s.who}>
        <Avatar user={author} size="s" />
        <strong className="cut" dir="auto">
          {author.name}
        </strong>
        <span className={s.when}>
          <Ago at={said.at} />
          {isEdited ? " · edited" : ""}
          {isWaiting(said.id) ? " · on this device" : ""}
        </span>
        {mayChange ? (
          <Menu
            className={s.more ?? ""}
            label={`What to do with this comment of yours`}
            entries={() => [
              { label: "Edit", onPick: () => setEditing(true) },
              { label: "Delete", tone: "bad", onPick: () => actions.remove(said) },
            ]}
          >
            <Ellipsis aria-hidden="true" />
          </Menu>
        ) : null}
      </div>
      {isEditing ? (
        <Composer
          label="Your comment"
          verb="Save"
          begins={actions.draft(draft) || text}
          isFirst
          hasCancel
          onDraft={(now) => actions.putDraft(draft, now === text ? "" : now)}
          onSend={(now) => {
            actions.edit(said, now);
            leave();
          }}
          onLeave={leave}
        />
      ) : isDeleted ? (
        <p className={s.gone}>This comment was deleted.</p>
      ) : (
        <LinkedText text={text} />
      )}
    </div>
  );
}
