// Who is in a field of this node at this moment.

import { inkOn, type User } from "../../graph/people";
import p from "../presence/presence.module.css";
import { usePanel } from "./context";

const SHOWN = 2;

/** Named beside the field's own name; nothing where nobody is. `name` is the key of the node's data. */
export function Editors({ name }: { name: string }) {
  const users: readonly User[] | undefined = usePanel().editors?.get(name);
  if (!users || users.length === 0) return null;
  return (
    <>
      {users.slice(0, SHOWN).map((user, at) => (
        <span key={at} className={p.mark} style={{ backgroundColor: user.color, color: inkOn(user.color) }} title={`${user.name} is in this field`}>
          <span className="cut" dir="auto">
            {user.name}
            <span className="hidden"> is in this field</span>
          </span>
        </span>
      ))}
      {users.length > SHOWN ? <span className="faint num">+{users.length - SHOWN}</span> : null}
    </>
  );
}
