// What stands in the place of content: still loading, nothing there, or something went wrong.

import { CloudOff, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button";
import { useDelayed } from "./hooks";
import s from "./states.module.css";

/** Lines of the shape that will come, after 150 ms; before that, nothing. */
export function Skeleton({ rows = 6, kind = "rows" }: { rows?: number; kind?: "rows" | "block" | "cards" }) {
  const late = useDelayed(true);
  if (!late) return <div className={s.skeleton} aria-hidden="true" />;
  return (
    <div className={`${s.skeleton} ${kind === "cards" ? s.cards : ""}`} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} className={kind === "rows" ? s.line : s.block}>
          {kind === "rows" ? (
            <>
              <i className={s.long} />
              <i className={s.short} />
            </>
          ) : null}
        </div>
      ))}
    </div>
  );
}

export function Empty({ icon, title, children, actions }: { icon?: ReactNode; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={s.empty}>
      {icon ? <span className={s.icon}>{icon}</span> : null}
      <div>
        <h2>{title}</h2>
        {children ? <p className="dim">{children}</p> : null}
      </div>
      {actions ? <div className={s.actions}>{actions}</div> : null}
    </div>
  );
}

interface Failure {
  message: string;
  unreachable?: boolean;
}

/** An error in words: what happened, where or why, and one thing to do. */
export function Failed({ error, what, retry }: { error: unknown; what: string; retry?: () => void }) {
  const failure = asFailure(error);
  return (
    <div className={s.failed} role="alert">
      <span className={s.icon}>{failure.unreachable ? <CloudOff aria-hidden="true" /> : <TriangleAlert aria-hidden="true" />}</span>
      <div className={s.words}>
        <h2>{what}</h2>
        <p className="dim">{sentence(failure)}</p>
      </div>
      {retry ? <Button onClick={retry}>Try again</Button> : null}
    </div>
  );
}

export function sentence(failure: Failure): string {
  const text = failure.message.charAt(0).toUpperCase() + failure.message.slice(1);
  return /[.?]$/.test(text) ? text : `${text}.`;
}

export function asFailure(error: unknown): Failure {
  if (error instanceof Error) return error as Failure;
  return { message: typeof error === "string" ? error : "something unexpected happened" };
}
