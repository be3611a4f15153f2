// Who has the document open: discs in the bar, which open the list of all; and whom this page follows.

import { Suspense, useRef, useState } from "react";
import type { Person, User } from "../../graph/people";
import { useView } from "../../state/view";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { part } from "../../ui/part";
import { Avatar } from "./avatar";
import s from "./presence.module.css";

const PeopleList = part(async () => (await import("./people-list")).PeopleList);
/** More are a number. */
const SHOWN = 4;

export interface PresenceProps {
  me: User;
  people: readonly Person[];
  followed: number | null;
  /** Null stops. */
  onFollow: (id: number | null) => void;
  onRename: (user: User) => void;
  /** Copies the address under which others look on. */
  onShare: () => void;
  /** What somebody is doing, in words. */
  doing: (person: Person) => string;
}

export function Presence(props: PresenceProps) {
  const { me, people, followed } = props;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  // Whoever is followed is always among those that are seen.
  const first = [...people].sort((a, b) => Number(b.id === followed) - Number(a.id === followed)).slice(0, people.length > SHOWN ? SHOWN - 1 : SHOWN);
  const rest = people.length - first.length;
  const isAlone = useView(({ reached }) => reached !== false);
  const label = people.length === 0 ? (isAlone ? "Only you are here" : "Others are seen once Tidemill answers") : `${plural(people.length, "other")} here: ${people.map(({ user }) => user.name).slice(0, 20).join(", ")}`;
  return (
    <>
      <button
        ref={button}
        type="button"
        className={s.discs}
        title={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        onPointerEnter={() => void PeopleList.load().catch(() => undefined)} // told when it is opened
        onClick={() => setOpen(!open)}
      >
        <span className="hidden">{label}</span>
        {first.map((person) => (
          <Avatar key={person.id} user={person.user} isFollowed={person.id === followed} />
        ))}
        {rest > 0 ? <span className={`${s.avatar} ${s.more} num`} aria-hidden="true">+{rest}</span> : null}
        {people.length === 0 ? <Avatar user={me} /> : null}
        <span className={`${s.avatar} ${s.more} ${s.count} num`} aria-hidden="true">{people.length + 1}</span>
      </button>
      <span className="hidden" role="status">
        {people.length === 0 ? "" : `${plural(people.length, "other")} here`}
      </span>
      <Suspense>{open ? <PeopleList {...props} button={button} onClose={() => setOpen(false)} /> : null}</Suspense>
    </>
  );
}

/** A frame around the canvas while it goes along with somebody, and the way out. */
export function Following({ user, onStop }: { user: User; onStop: () => void }) {
  return (
    <div className={s.frame} style={{ borderColor: user.color }}>
      <div className={s.chip} role="status">
        <Avatar user={user} size="s" />
        <span className="cut">Following {user.name}</span>
        <Button kind="quiet" onClick={onStop}>
          Stop
        </Button>
      </div>
    </div>
  );
}
