// One person as a disc: the first letters of the name on their colour.

import { initials, inkOn, type User } from "../../graph/people";
import s from "./presence.module.css";

interface AvatarProps {
  user: User;
  size?: "s" | "m";
  /** The ring around whoever is followed. */
  isFollowed?: boolean;
}

export function Avatar({ user: { name, color }, size = "m", isFollowed = false }: AvatarProps) {
  return (
    <span className={`${s.avatar} ${size === "s" ? s.small : ""} ${isFollowed ? s.followed : ""}`} style={{ backgroundColor: color, color: inkOn(color) }} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
