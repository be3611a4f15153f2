// A panel: a heading row and what it holds, set off by one line.

import type { ReactNode } from "react";
import { Crumbs } from "./crumbs";
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

interface HeadProps {
  title: ReactNode;
  /** The pages above this one. */
  way?: readonly (readonly [label: string, to: string])[];
  facts?: ReactNode;
  actions?: ReactNode;
}

/** A page's heading row: the way to it, its title, facts beside it, actions at the end. */
export function PageHead({ title, way, facts, actions }: HeadProps) {
  return (
    <header className={s.pageHead}>
      {way ? <Crumbs way={way} /> : null}
      <h1 className="cut" dir="auto">
        {title}
      </h1>
      {facts ? <div className={s.facts}>{facts}</div> : null}
      {actions ? <div className={s.actions}>{actions}</div> : null}
    </header>
  );
}

export function Page({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return <div className={wide ? s.fill : s.page}>{children}</div>;
}
