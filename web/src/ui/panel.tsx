// A panel: a heading row and what it holds, set off by one line.

import type { ReactNode } from "react";
import s from "./panel.module.css";

export function Panel({ title, aside, children, className }: { title: string; aside?: ReactNode; children: ReactNode; className?: string | undefined }) {
  return (
    <section className={`${s.panel} ${className ?? ""}`} aria-label={title}>
      <header className={s.head}>
        <h2 className="cut">{title}</h2>
        {aside ? <div className={s.aside}>{aside}</div> : null}
      </header>
      {children}
    </section>
  );
}

/** A page's heading row: title, facts beside it, actions at the end. */
export function PageHead({ title, facts, actions }: { title: ReactNode; facts?: ReactNode; actions?: ReactNode }) {
  return (
    <header className={s.pageHead}>
      <h1 className="cut">{title}</h1>
      {facts ? <div className={s.facts}>{facts}</div> : null}
      {actions ? <div className={s.actions}>{actions}</div> : null}
    </header>
  );
}

export function Page({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return <div className={wide ? s.fill : s.page}>{children}</div>;
}
