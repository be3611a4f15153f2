// Buttons: verbs. `quiet` has no border, for tools in a row; `icon` buttons must be given a label.

import type { ButtonHTMLAttributes, ReactNode } from "react";
import s from "./button.module.css";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "plain" | "primary" | "quiet" | "bad";
  icon?: ReactNode;
  /** Shows only the icon; the text becomes its label. */
  iconOnly?: boolean;
  /** At work: it takes no press, and keeps the focus, which a disabled one would lose. */
  busy?: boolean;
}

const AT_WORK = { "aria-disabled": true, type: "button", onClick: undefined } as const;

export function Button({ kind = "plain", icon, iconOnly = false, busy = false, children, className, ...rest }: ButtonProps) {
  const classes = [s.button, s[kind], iconOnly ? s.iconOnly : "", className ?? ""].join(" ");
  const label = iconOnly && typeof children === "string" ? { "aria-label": children, title: children } : {};
  return (
    <button type="button" {...label} {...rest} {...(busy && AT_WORK)} className={classes}>
      {icon}
      {iconOnly ? null : <span className="cut">{children}</span>}
    </button>
  );
}

export function Key({ children }: { children: ReactNode }) {
  return <kbd className={s.key}>{children}</kbd>;
}
