// The list of who is here: oneself with the name and colour that others see, and the others with what they do.

import { Eye, EyeOff, Link2 } from "lucide-react";
import { useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { COLORS, type Person, type User } from "../../graph/people";
import { Button } from "../../ui/button";
import f from "../../ui/field.module.css";
import { putInside, usePopover } from "../../ui/popover";
import { Avatar } from "./avatar";
import s from "./presence.module.css";
import type { PresenceProps } from "./presence";

const GAP = 8;
const BELOW = 6;
const COLOR_NAMES = ["Rust", "Amber", "Moss", "Green", "Teal", "Sea", "Blue", "Violet", "Plum", "Rose"];

interface ListProps extends PresenceProps {
  button: RefObject<HTMLButtonElement | null>;
  onClose: () => void;
}

export function PeopleList({ me, people, followed, onFollow, onRename, onShare, doing, button, onClose }: ListProps) {
  const { root, giveBack } = usePopover({
    at: button,
    opener: button,
    onClose,
    place: (sheet) => {
      const box = button.current?.getBoundingClientRect();
      if (box) putInside(sheet, box.right - sheet.offsetWidth, box.bottom + BELOW, GAP);
    },
    onShown: (sheet) => sheet.focus(),
  });
  const close = () => {
    giveBack();
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // What is typed here is no command of the editor.
    event.stopPropagation();
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    close();
  };
  return (
    <div ref={root} popover="manual" role="dialog" aria-label="Who is here" tabIndex={-1} className={s.sheet} onKeyDown={onKeyDown}>
      <Me me={me} onRename={onRename} />
      {people.length === 0 ? <p className={s.none}>Nobody else has this workflow open.</p> : null}
      <ul className={s.list}>
        {people.map((person) => (
          <Row
            key={person.id}
            person={person}
            isMe={person.user.name === me.name && person.user.color === me.color}
            doing={doing(person)}
            isFollowed={person.id === followed}
            onFollow={() => {
              onFollow(person.id === followed ? null : person.id);
              if (person.id !== followed) close();
            }}
          />
        ))}
      </ul>
      <Button kind="quiet" icon={<Link2 size={14} aria-hidden="true" />} onClick={onShare}>
        Copy a view-only link
      </Button>
    </div>
  );
}

function Row({ person, isMe, doing, isFollowed, onFollow }: { person: Person; isMe: boolean; doing: string; isFollowed: boolean; onFollow: () => void }) {
  const { name } = person.user;
  return (
    <li className={s.row}>
      <Avatar user={person.user} isFollowed={isFollowed} />
      <span className={s.words}>
        <span className="cut" dir="auto">
          {name}
          {isMe ? <span className="faint"> (you, in another window)</span> : null}
        </span>
        <span className={s.doing} dir="auto">
          {doing}
        </span>
      </span>
      <Button
        kind="quiet"
        icon={isFollowed ? <EyeOff size={14} aria-hidden="true" /> : <Eye size={14} aria-hidden="true" />}
        disabled={person.view === null}
        aria-label={isFollowed ? `Stop following ${name}` : `Follow ${name}`}
        onClick={onFollow}
      >
        {isFollowed ? "Stop" : "Follow"}
      </Button>
    </li>
  );
}

/** The name and colour that others see, changed where they stand. */
function Me({ me, onRename }: { me: User; onRename: (user: User) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const keep = () => {
    if (typed !== null && typed.trim() !== "") onRename({ ...me, name: typed });
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") field.current?.blur();
    if (event.key !== "Escape" || typed === null) return;
    event.preventDefault();
    setTyped(null);
  };
  return (
    <div className={s.me}>
      <div className={s.row}>
        <Avatar user={me} />
        <input ref={field} className={f.field} aria-label="Your name, as others see it" dir="auto" value={typed ?? me.name} maxLength={60} autoComplete="off" spellCheck={false} onChange={(event) => setTyped(event.target.value)} onBlur={keep} onKeyDown={onKeyDown} />
      </div>
      <div className={s.colors} role="radiogroup" aria-label="Your colour">
        {COLORS.map((color, at) => (
          <label key={color} className={s.color} style={{ backgroundColor: color }} title={COLOR_NAMES[at]}>
            <input type="radio" name="my-colour" aria-label={COLOR_NAMES[at]} checked={me.color === color} onChange={() => onRename({ ...me, color })} />
          </label>
        ))}
      </div>
    </div>
  );
}
