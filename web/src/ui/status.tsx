// A status: always a shape and a word, the colour only repeats it.

import { Ban, Circle, CircleAlert, CircleCheck, CircleDashed, CircleX, Clock3, Hourglass, LoaderCircle, Pause, type LucideIcon } from "lucide-react";
import { statusTone, statusWord } from "./format";
import s from "./status.module.css";

const ICONS: Record<string, LucideIcon> = {
  succeeded: CircleCheck,
  failed: CircleX,
  timed_out: Clock3,
  quarantined: CircleAlert,
  running: LoaderCircle,
  waiting: Hourglass,
  queued: Circle,
  delayed: Clock3,
  paused: Pause,
  canceled: Ban,
  skipped: CircleDashed,
  disabled: Circle,
};

export function StatusIcon({ status, label = false }: { status: string; label?: boolean }) {
  const Icon = ICONS[status] ?? Circle;
  const tone = s[statusTone(status)];
  const spins = status === "running" ? s.spin : "";
  return (
    <span className={`${s.icon} ${tone} ${spins}`} role={label ? "img" : undefined} aria-label={label ? statusWord(status) : undefined} title={statusWord(status)}>
      <Icon aria-hidden="true" strokeWidth={1.8} />
    </span>
  );
}

export function StatusChip({ status, children }: { status: string; children?: React.ReactNode }) {
  return (
    <span className={`${s.chip} ${s[statusTone(status)]}`}>
      <StatusIcon status={status} />
      <span className="cut">
        {statusWord(status)}
        {children}
      </span>
    </span>
  );
}

export function StatusText({ status }: { status: string }) {
  return (
    <span className={s.text}>
      <StatusIcon status={status} />
      <span className="cut">{statusWord(status)}</span>
    </span>
  );
}

export function Chip({ children, tone, title }: { children: React.ReactNode; tone?: "ok" | "bad" | "info" | "warn" | "idle"; title?: string }) {
  return (
    <span className={`${s.chip} ${s.whole} ${tone ? s[tone] : ""}`} title={title}>
      {children}
    </span>
  );
}
